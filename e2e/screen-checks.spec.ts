/** Each of the checks that pictures go through finds its fault, and none finds one where there is none. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { faultsOf } from './screen-checks.ts'

const tokens = readFileSync('app/theme/tokens.css', 'utf8')

/** A page as small as one can be that has nothing wrong. */
function page(body: string): string {
  return `<!doctype html><html lang="en"><head><title>Checks</title><style>${tokens}
    body { margin: 0; background: var(--surface-0); color: var(--text-1); font: 13px/1.5 sans-serif }
    a { color: var(--accent) }
    .box { width: 120px; overflow: hidden; white-space: nowrap }
  </style></head><body><main><h1>Checks</h1>${body}</main></body></html>`
}

const LONG = 'a sentence that does not fit into so small a box'

const faulty: readonly (readonly [what: string, body: string, fault: RegExp])[] = [
  ['a page wider than its window', '<div style="width: 4000px">wide</div>', /^sideways: the page is 4000 px wide/u],
  ['a text cut at the side', `<p class="box">${LONG}</p>`, /^clipped: “a sentence that does not fit/u],
  ['a text cut in its height', '<p class="box" style="height: 9px">short</p>', /^clipped: “short” in its height/u],
  [
    'a placeholder that does not fit',
    `<input aria-label="x" style="width: 60px; color: inherit; background: none; border: 0; outline: 0" placeholder="${LONG}">`,
    /^clipped: .* as a placeholder/u,
  ],
  [
    'a colour that is none of the tokens',
    '<p style="border-bottom: 1px solid rgb(12, 34, 56)">x</p>',
    /^colour outside the tokens: border rgb\(12, 34, 56\) of p/u,
  ],
  ['a button without a name', '<div role="button" tabindex="0" style="width: 40px; height: 40px"></div>', /^axe /u],
  [
    'text of too little contrast',
    '<p style="background: var(--surface-0); color: var(--line-1)">faint</p>',
    /^axe color-contrast/u,
  ],
]

for (const [what, body, fault] of faulty) {
  test(`${what} is found, and nothing else`, async ({ page: tab }) => {
    await tab.setContent(page(body))
    const faults = await faultsOf(tab)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(fault)
  })
}

test('a page without a fault has none; a cut text that says so is none', async ({ page: tab }) => {
  await tab.setContent(
    page(`<p class="box" style="text-overflow: ellipsis">${LONG}</p><p class="box" title="${LONG}">${LONG}</p>
      <p class="box" tabindex="0" style="overflow-x: auto">${LONG}</p><a href="#x">a link in a line of its own</a>`),
  )
  expect(await faultsOf(tab)).toEqual([])
})
