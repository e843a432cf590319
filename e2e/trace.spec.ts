/** The trace page as a person uses it: pointer, wheel and keys, find, details, links, states, and axe in both themes. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { randomTraceId, sendTrace } from './send-spans.ts'
import { expect, test } from './server.ts'

/** One second; `charge` fails at its end. The gap after `charge` is empty on purpose. */
const CHECKOUT = {
  service: 'shop',
  name: 'POST /checkout',
  at: 0,
  ms: 1000,
  kind: 'server',
  below: [
    {
      service: 'cart',
      name: 'read cart',
      at: 100,
      ms: 200,
      attributes: { 'user.id': 'u-742' },
      below: [
        { service: 'cart', name: 'HGETALL', at: 120, ms: 50, kind: 'client', attributes: { 'db.system': 'redis' } },
      ],
    },
    { service: 'payments', name: 'charge', at: 400, ms: 300, error: true, attributes: { 'user.id': 'u-742' } },
  ],
} as const

/** Room beside the bars (app/views/timeline/layout.ts). */
const INSET = { left: 8, right: 14 }

const rows = (page: Page): Locator => page.getByRole('treegrid', { name: 'Spans' }).getByRole('row')
const row = (page: Page, name: string): Locator => rows(page).filter({ hasText: name })
const detail = (page: Page): Locator => page.getByRole('complementary', { name: 'Span' })

/** The window in the address, ns; the whole trace when it says nothing. */
function windowOf(page: Page, whole = 1e9): { readonly from: number; readonly to: number } {
  const { searchParams } = new URL(page.url())
  return { from: Number(searchParams.get('from') ?? 0), to: Number(searchParams.get('to') ?? whole) }
}

/** Box of the bars, without their hairline. */
async function bars(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.getByRole('region', { name: 'Timeline' }).locator('canvas').last().boundingBox()
  if (box === null) throw new Error('there are no bars')
  return { ...box, x: box.x + 1, width: box.width - 1 }
}

/** Pixel of a time in the window. */
async function pixel(page: Page, ns: number): Promise<number> {
  const { x, width } = await bars(page)
  const { from, to } = windowOf(page)
  return x + INSET.left + ((ns - from) / (to - from)) * (width - INSET.left - INSET.right)
}

async function middleOf(page: Page, name: string): Promise<number> {
  const box = await row(page, name).boundingBox()
  if (box === null) throw new Error(`no row ${name}`)
  return box.y + box.height / 2
}

async function open(page: Page, origin: string, path: string): Promise<void> {
  await page.goto(`${origin}/trace/${path}`)
  await expect(rows(page).first()).toBeVisible()
}

test.describe('pointer and wheel', () => {
  test.beforeEach(async ({ spoor, page }) => {
    await open(page, spoor.origin, await sendTrace(spoor, CHECKOUT))
  })

  test('the wheel zooms where the pointer is, down to one nanosecond', async ({ page }) => {
    const x = await pixel(page, 500e6)
    await page.mouse.move(x, await middleOf(page, 'charge'))
    await page.mouse.wheel(0, -300)
    await expect.poll(() => windowOf(page).to - windowOf(page).from).toBeLessThan(0.6e9)
    // Half a pixel, in nanoseconds of the new window.
    const { from, to } = windowOf(page)
    const { x: left, width } = await bars(page)
    const at = from + ((x - left - INSET.left) / (width - INSET.left - INSET.right)) * (to - from)
    expect(Math.abs(at - 500e6)).toBeLessThan((to - from) / width)
    for (let notch = 0; notch < 40; notch++) await page.mouse.wheel(0, -400)
    await expect.poll(() => windowOf(page).to - windowOf(page).from).toBe(1)
    await page.keyboard.press('0')
    await expect(page).not.toHaveURL(/from=/u)
  })

  test('dragging pans, Shift and dragging chooses, a double click fits the span or all', async ({ page }) => {
    const y = await middleOf(page, 'charge')
    await page.mouse.move(await pixel(page, 350e6), y)
    await page.keyboard.down('Shift')
    await page.mouse.down()
    await page.mouse.move(await pixel(page, 750e6), y, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.up('Shift')
    await expect.poll(() => Math.abs(windowOf(page).from - 350e6)).toBeLessThan(3e6)
    expect(Math.abs(windowOf(page).to - 750e6)).toBeLessThan(3e6)

    const before = windowOf(page)
    await page.mouse.move(await pixel(page, 500e6), y)
    await page.mouse.down()
    await page.mouse.move(await pixel(page, 400e6), y, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => Math.abs(windowOf(page).from - before.from - 100e6)).toBeLessThan(3e6)
    expect(windowOf(page).to - windowOf(page).from).toBeCloseTo(before.to - before.from, 0)

    await page.mouse.dblclick(await pixel(page, 600e6), y)
    // The span and a twentieth of it at either side.
    await expect.poll(() => windowOf(page)).toEqual({ from: 385e6, to: 715e6 })
    await page.mouse.dblclick(await pixel(page, 500e6), await middleOf(page, 'read cart'))
    await expect.poll(() => windowOf(page)).toEqual({ from: 0, to: 1e9 })
  })
})

test('the keys of the tree: down, close, open, parent, details; the overlay lists them', async ({ spoor, page }) => {
  await open(page, spoor.origin, await sendTrace(spoor, CHECKOUT))
  await page.getByRole('treegrid').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowLeft')
  await expect(rows(page)).toHaveCount(3)
  await expect(row(page, 'read cart')).toHaveAttribute('aria-expanded', 'false')
  await page.keyboard.press('ArrowRight')
  await expect(rows(page)).toHaveCount(4)
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect(row(page, 'charge')).toHaveAttribute('aria-selected', 'true')
  await expect(detail(page)).toContainText('declined')
  await page.keyboard.press('Escape')
  await expect(detail(page)).toHaveCount(0)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Next error')
})

test('find marks, counts and goes on; the address brings it back', async ({ spoor, page }) => {
  await open(page, spoor.origin, await sendTrace(spoor, CHECKOUT))
  await page.keyboard.press('/')
  await page.keyboard.type('user.id=u-742')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('2 matches')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('1 of 2')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('2 of 2')
  await expect(page).toHaveURL(/uiFind=user\.id%3Du-742/u)
  await page.reload()
  await expect(page.getByRole('search').getByRole('status')).toHaveText('1 of 2')
  await page.getByRole('button', { name: 'Previous match' }).click()
  await expect(page.getByRole('search').getByRole('status')).toHaveText('2 of 2')
})

test('an error is reached by a key, and the tree’s keys go on from there', async ({ spoor, page }) => {
  await open(page, spoor.origin, await sendTrace(spoor, CHECKOUT))
  await page.keyboard.press('e')
  await expect(page.getByRole('treegrid')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(row(page, 'charge')).toHaveAttribute('aria-selected', 'true')
})

test('what can be done with a value: copied, found here, searched for everywhere', async ({ spoor, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, spoor.origin, await sendTrace(spoor, CHECKOUT))
  await row(page, 'charge').click()
  const menu = async (entry: string): Promise<void> => {
    await detail(page).getByText('u-742').hover()
    await page.getByRole('button', { name: 'What to do with user.id' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
  }
  await menu('Copy key=value')
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('user.id=u-742')
  await menu('Find in this trace')
  await expect(page).toHaveURL(/uiFind=/u)
  await menu('Search for this value')
  await expect(page).toHaveURL(/\/search\?/u)
  expect(JSON.parse(new URL(page.url()).searchParams.get('tags') ?? '')).toEqual({ 'user.id': 'u-742' })
  await expect(page.getByText('POST /checkout').first()).toBeVisible()
})

test('short and upper-case ids open the trace', async ({ spoor, page }) => {
  await sendTrace(spoor, CHECKOUT, { traceId: '0000000000000000000000000abcdef0' })
  for (const id of ['abcdef0', 'ABCDEF0', '0000000ABCDEF0', '0000000000000000000000000ABCDEF0']) {
    await open(page, spoor.origin, id)
    await expect(rows(page)).toHaveCount(4)
  }
})

test('a link leads to the span of another trace', async ({ spoor, page, request }) => {
  const [one, two] = [randomTraceId(), randomTraceId()]
  const start = BigInt(Date.now() - 5000) * 1_000_000n
  const span = (traceId: string, name: string, links: object[]): object => ({
    traceId,
    spanId: traceId.slice(0, 16),
    name,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 1_000_000n),
    links,
  })
  const spans = [span(one, 'enqueue', [{ traceId: two, spanId: two.slice(0, 16) }]), span(two, 'handle', [])]
  const sent = await request.post(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    data: { resourceSpans: [{ scopeSpans: [{ spans }] }] },
  })
  expect(sent.status()).toBe(200)
  await open(page, spoor.origin, one)
  await row(page, 'enqueue').click()
  await detail(page).getByRole('tab', { name: 'Links' }).click()
  await detail(page)
    .getByRole('link', { name: new RegExp(two, 'u') })
    .click()
  await expect(page).toHaveURL(new RegExp(`/trace/${two}`, 'u'))
  await expect(row(page, 'handle')).toHaveAttribute('aria-selected', 'true')
})

test('states: loading, no answer and once more, a trace that is not there, an id that is none', async ({
  spoor,
  page,
}) => {
  const id = await sendTrace(spoor, CHECKOUT)
  let answer: () => void = () => undefined
  const asked = new Promise<void>(resolve => {
    answer = resolve
  })
  await page.route(/\/api\/spoor\/traces\//u, async route => {
    await asked
    await route.abort('connectionrefused')
  })
  await page.goto(`${spoor.origin}/trace/${id}`)
  await expect(page.getByRole('main')).toContainText(id)
  answer()
  await expect(page.getByRole('main')).toContainText('The server did not answer', { timeout: 20_000 })
  await page.unroute(/\/api\/spoor\/traces\//u)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(rows(page)).toHaveCount(4)

  await page.goto(`${spoor.origin}/trace/0af7651916cd43dd8448eb211c80319c`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such trace here')
  await expect(page.getByRole('main')).toContainText('0af7651916cd43dd8448eb211c80319c')
  await page.goto(`${spoor.origin}/trace/xyz`)
  await expect(page.getByRole('main')).toContainText('is no trace id')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ spoor, page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const id = await sendTrace(spoor, CHECKOUT)
    const check = async (what: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.flatMap(({ id: rule, nodes }) =>
        nodes.map(({ target }) => `${rule}: ${target.join(' ')}`),
      )
      expect(found, what).toEqual([])
    }
    await open(page, spoor.origin, `${id}?uiFind=cart`)
    await row(page, 'charge').click()
    await expect(detail(page)).toContainText('u-742')
    await check('the timeline with find and details')
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog')).toBeVisible()
    await check('the list of keys')
    await page.setViewportSize({ width: 390, height: 844 })
    await open(page, spoor.origin, id)
    await row(page, 'charge').click()
    await expect(detail(page)).toBeVisible()
    await check('a phone with the sheet')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More to do with this trace' }).click()
    const entries = [/^Copy link/u, /^Archive/u, /typical/u, /another/u, /^Trace id/u, /^traceparent/u, /^curl/u]
    await expect(page.getByRole('menuitem')).toHaveText([...entries, /^OTLP/u, /^OTLP/u, /^Jaeger/u, /^Chrome/u])
    await check('a phone with all that can be done with a trace')
    await page.getByRole('menuitem', { name: 'Archive' }).click()
    await expect(page.getByRole('button', { name: 'Archived' })).toBeVisible()
    await page.getByRole('button', { name: 'Archived' }).click()
    await page.goto(`${spoor.origin}/trace/${id}?view=json`)
    await expect(page.getByRole('region', { name: 'JSON', exact: true })).toContainText('resourceSpans')
    await check('JSON')
    await page.goto(`${spoor.origin}/trace/0af7651916cd43dd8448eb211c80319c`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await check('a trace that is not there')
  })
}

test('a drag whose end nobody was told of is over with the next move', async ({ spoor, page }) => {
  const id = await sendTrace(spoor, CHECKOUT, { traceId: randomTraceId() })
  await page.goto(`${spoor.origin}/trace/${id}?from=200000000&to=600000000`)
  await expect(row(page, 'charge')).toBeVisible()
  const y = await middleOf(page, 'read cart')
  const x = await pixel(page, 400e6)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 60, y, { steps: 3 })
  // As when the button is let go outside the window.
  await page.evaluate(() =>
    addEventListener('pointerup', event => event.stopImmediatePropagation(), { capture: true, once: true }),
  )
  await page.mouse.up()
  await expect.poll(() => windowOf(page).from).toBeLessThan(200e6)
  const { from } = windowOf(page)
  await page.mouse.move(x - 200, y, { steps: 3 })
  // The address follows when the window rests: a fit comes after it, from what is shown.
  await page.mouse.wheel(0, -100)
  await expect.poll(() => windowOf(page).from).toBeGreaterThan(from)
  const { from: zoomed, to } = windowOf(page)
  expect((to - zoomed) / 400e6).toBeCloseTo(1 / 1.25, 2)
  const scale = (x - 200 - (await bars(page)).x - INSET.left) / ((await bars(page)).width - INSET.left - INSET.right)
  expect(zoomed / 1e6).toBeCloseTo((from + scale * 400e6 * (1 - 1 / 1.25)) / 1e6, 0)
})
