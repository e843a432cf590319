import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createMemoryHistory } from '@tanstack/react-router'
import { cleanup, render, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { createQueryClient } from '#app/api/query-client.ts'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import { CommandsProvider } from '#app/commands/CommandsProvider.tsx'
import { createCommandRegistry } from '#app/commands/registry.ts'
import { createCatalogueIntl, loadCatalogue } from '#app/i18n/catalogue.ts'
import { LanguageProvider } from '#app/i18n/LanguageProvider.tsx'
import { createAppRouter } from '#app/router.tsx'
import '#app/theme/base.css'
import { ToastProvider } from '#app/ui/Toast.tsx'
import type { Problem } from '#shared/api/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '#shared/api/problem.ts'
import { SPANS_MEDIA_TYPE } from '#shared/api/spoor.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

const A = '0000000000000000000000000000000a'
const B = '0000000000000000000000000000000b'

const QUERIES = Array.from({ length: 12 }, (_, i) => `    db: SELECT ledger [${40 + i * 10}ms 9ms]`).join('\n')
const TRACES: Readonly<Record<string, string>> = {
  [A]: `
trace a
shop: POST /checkout [0 100ms]
  cart: read [5ms 20ms]
  pay: authorize [30ms 50ms]
    db: SELECT ledger [35ms 9ms]
  mail: queue [90ms 5ms]
`,
  [B]: `
trace b
shop: POST /checkout [0 200ms]
  cart: read [5ms 20ms]
  pay: authorize [30ms 150ms] error "late"
${QUERIES}
  risk: score [185ms 10ms]
`,
}

function serve(traces: Readonly<Record<string, string>>): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async input => {
    const url = new URL(input instanceof Request ? input.url : input, document.baseURI)
    const text = traces[url.pathname.split('/').at(-1) ?? '']
    if (text === undefined) {
      const problem: Problem = { title: 'no trace', status: 404, code: 'trace_not_found', detail: 'no such trace' }
      return new Response(JSON.stringify(problem), { status: 404, headers: { 'content-type': PROBLEM_MEDIA_TYPE } })
    }
    const table = new SpanTableBuilder()
    parseTraces(text, table)
    const sections = url.searchParams.get('sections')
    const parts = encodeSpanTable(table, { sections: sections === 'core' || sections === 'rest' ? sections : 'all' })
    return new Response(new Blob(parts), { headers: { 'content-type': SPANS_MEDIA_TYPE } })
  })
}

async function open(path: string, width = 1280) {
  await page.viewport(width, 800)
  const registry = createCommandRegistry()
  const history = createMemoryHistory({ initialEntries: [path] })
  const router = createAppRouter({ pages: { compare: () => import('./Page.tsx') }, basePath: '', history })
  const view = render(
    <LanguageProvider initial={createCatalogueIntl('en', await loadCatalogue('en'))}>
      <QueryClientProvider client={createQueryClient()}>
        <CommandsProvider registry={registry}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </CommandsProvider>
      </QueryClientProvider>
    </LanguageProvider>,
  )
  return { ...view, registry, history }
}

/** The cells of each row as text, columns joined by `|`. */
function cells(): readonly string[] {
  return [...document.querySelectorAll('tbody tr[aria-rowindex]')].map(row =>
    [...row.querySelectorAll('td')]
      .map(cell => (cell.textContent ?? '').replaceAll(/\s+/gu, ' ').trim())
      .slice(0, 8)
      .join('|'),
  )
}

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('the sentence says where the difference is, the bridge adds up, the table counts with signs and words', async () => {
  serve(TRACES)
  const { container, registry } = await open(`/trace/${A}...${B}`)
  await waitFor(() => expect(cells().length).toBe(5))
  expect(cells().map(text => text.replaceAll(/\d+ → \d+ spans/gu, ''))).toEqual(
    [
      'slower|db SELECT ledger|1|12|0|9.00 ms|108 ms|+99.0 ms',
      'slower|shop POST /checkout|1|1|0|25.0 ms|20.0 ms|−5.00 ms',
      'only in A|mail queue|1|0|0|5.00 ms|–none|−5.00 ms',
      'slower|pay authorize|1|1|0 → 1|41.0 ms|42.0 ms|+1.00 ms',
      'only in B|risk score|0|1|0|–none|10.0 ms|+10.0 ms',
    ].toSorted((x, y) => Math.abs(amount(y)) - Math.abs(amount(x)) || order(x) - order(y)),
  )
  expect(document.querySelector('h1')?.textContent).toMatch(
    /^B is 100\sms slower than A \(200\sms instead of 100\sms\): \+110\sms in db SELECT ledger \(12 calls instead of 1\)/u,
  )
  const bridge = page.getByRole('list', { name: 'From A to B' }).element()
  const steps = [...bridge.querySelectorAll('li')].map(line => amount(line.textContent ?? ''))
  expect(steps.slice(1, -1).reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(100, 1)
  await waitFor(() => expect(document.title).toMatch(/^B is 100\sms slower · Spoor$/u))
  await expect.element(page.getByTitle(/^Trace A: shop POST \/checkout/u)).toHaveAttribute('href', `/trace/${A}`)
  await expect.element(page.getByText('5 shown + 1 unchanged = 6 rows')).toBeVisible()
  // Shape as well as colour: each kind of change has a mark of its own.
  const marks = [...container.querySelectorAll('tbody tr[aria-rowindex] td:first-child > span:first-child')]
  expect(new Set(marks.map(mark => mark.querySelector('path')?.getAttribute('d') ?? mark.textContent)).size).toBe(3)
  expect(actionsWithoutCommand(container, registry)).toEqual([])
})

/** The last number with a sign in a text, in ms. */
function amount(text: string): number {
  const found = [...text.matchAll(/([+−])([\d.]+)\s*(ms|µs)/gu)].at(-1)
  if (found === undefined) return 0
  return (found[1] === '−' ? -1 : 1) * Number(found[2]) * (found[3] === 'µs' ? 0.001 : 1)
}

/** Equal sizes stand by service. */
function order(row: string): number {
  return ['db', 'mail', 'pay', 'risk', 'shop'].findIndex(name => row.includes(`|${name} `))
}

test('what lies between several roots is in no row: the table says how much it is', async () => {
  serve({ [A]: 'trace a\nshop: one [0 100ms]\n', [B]: 'trace b\nshop: one [0 100ms]\nshop: two [130ms 20ms]\n' })
  await open(`/trace/${A}...${B}`)
  const plain = (selector: string): string =>
    [...document.querySelectorAll(selector)].map(({ textContent }) => textContent?.replaceAll(/\s+/gu, ' ')).join('|')
  await waitFor(() => expect(plain('h1')).toContain('+30.0 ms between the roots'))
  await waitFor(() => expect(plain('tfoot td')).toContain('100 ms|120 ms|+20.0 ms'))
  expect(plain('main')).toContain('critical path: with +30.0 ms between the roots the column adds up to the difference')
  await page.getByRole('radio', { name: 'Total' }).click({ force: true })
  await waitFor(() => expect(plain('main')).not.toContain('between the roots the column'))
})

test('a comparison of one row is of one row', async () => {
  serve({ [A]: 'trace a\nshop: one [0 100ms]\n', [B]: 'trace b\nshop: one [0 50ms]\n' })
  await open(`/trace/${A}...${B}`)
  await expect.element(page.getByText('1 shown + 0 unchanged = 1 row', { exact: false })).toBeVisible()
  expect(document.body.textContent).not.toContain('= 1 rows')
})

test('what is looked at is kept in the address; swapping turns the signs', async () => {
  serve(TRACES)
  const { history } = await open(`/trace/${A}...${B}`)
  await waitFor(() => expect(cells().length).toBe(5))
  await page.getByRole('button', { name: 'Only changed' }).click()
  await waitFor(() => expect(cells().length).toBe(6))
  await expect.element(page.getByText('6 shown + 0 unchanged = 6 rows')).toBeVisible()
  expect(history.location.search).toBe('?all=1')
  await page.getByRole('button', { name: 'Service and span name' }).click()
  await waitFor(() => expect(cells()[0]).toContain('cart read'))
  await page.getByRole('radio', { name: 'Total' }).click()
  await waitFor(() => expect(history.location.search).toBe('?all=1&measure=total&order=operation'))
  await userEvent.keyboard('x')
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${B}...${A}`))
  await waitFor(() => expect(cells()[1]).toContain('−99.0 ms'))
  await waitFor(() => expect(document.querySelector('h1')?.textContent).toMatch(/^B is 100\sms faster than A/u))
})

test('rows of both traces stand side by side; arrow keys choose, and the choice is in the address', async () => {
  serve(TRACES)
  const { history } = await open(`/trace/${A}...${B}`)
  const grid = page.getByRole('treegrid', { name: 'Both traces, row by row' })
  await expect.element(grid).toBeVisible()
  const names = [...grid.element().querySelectorAll('[role="row"]')].map(row =>
    (row.querySelector('[role="gridcell"]')?.textContent ?? '').replaceAll(/\s+/gu, ' ').trim(),
  )
  expect(names).toEqual([
    'slowershop POST /checkout',
    'slowerpay authorize0 failed in A, 1 in B',
    'slowerdb SELECT ledger1 → 12',
    'only in Amail queue',
    'only in Brisk score',
  ])
  ;(grid.element() as HTMLElement).focus()
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  await waitFor(() => expect(history.location.search).toMatch(/^\?at=b%3A|^\?at=b:/u))
  expect(grid.element().querySelector('[aria-selected="true"]')?.textContent).toContain('authorize')
  await page.getByRole('tab', { name: 'Attributes' }).click()
  const table = page.getByRole('table', { name: 'Attributes that differ' })
  await waitFor(() => expect(table.element().textContent).toContain('error: late'))
  expect(history.location.search).toContain('view=attributes')
})

test('the graph tells what is in one only, and by number as Jaeger does', async () => {
  serve(TRACES)
  const { container, history } = await open(`/trace/${A}...${B}?view=graph&cohort=${A}&cohort=${B}`)
  const changes = (label: string): Record<string, string | undefined> =>
    Object.fromEntries(
      [...container.querySelectorAll<HTMLElement>(`[aria-label="${label}"] button`)].map(node => [
        node.title,
        node.dataset['change'],
      ]),
    )
  await waitFor(() =>
    expect(changes('Graph of differences in time')).toEqual({
      'shop POST /checkout': 'slower',
      'pay authorize': 'slower',
      'db SELECT ledger': 'slower',
      'mail queue': 'removed',
      'risk score': 'added',
    }),
  )
  await page.getByRole('radio', { name: 'Number of spans' }).click()
  await waitFor(() =>
    expect(changes('Graph of differences in number')).toEqual({
      'shop POST /checkout': 'same',
      'pay authorize': 'same',
      'db SELECT ledger': 'more',
      'mail queue': 'removed',
      'risk score': 'added',
    }),
  )
  expect(history.location.search).toContain('by=count')
  expect(history.location.search).toContain(`cohort=${A}`)
})

test('another trace is chosen by id; the one before can be gone back to', async () => {
  const C = '0000000000000000000000000000000c'
  serve({ ...TRACES, [C]: 'trace c\nshop: POST /checkout [0 150ms]' })
  const { history } = await open(`/trace/${A}...${B}`)
  await page.getByRole('button', { name: 'Change A' }).click()
  await page.getByRole('textbox', { name: 'Trace id or link' }).fill('zebra')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByText('Expected 1 to 32 hex digits', { exact: false })).toBeVisible()
  await page.getByRole('textbox', { name: 'Trace id or link' }).fill(`https://old.example/trace/${C}?uiFind=x`)
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${C}...${B}`))
  await page.getByRole('button', { name: 'Change A' }).click()
  await page.getByRole('textbox', { name: 'Trace id or link' }).fill('zebra')
  await userEvent.keyboard('{Escape}')
  await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(page.getByRole('button', { name: 'Change A' })).toHaveFocus()
  await page.getByRole('button', { name: 'Change A' }).click()
  // It was read before: its words are known.
  const before = page.getByRole('button', { name: A, exact: false })
  await expect.element(before).toBeVisible()
  expect(before.element().textContent?.replaceAll(/\s/gu, ' ')).toBe(`shop POST /checkout100 ms${A}`)
  // What stands on the other side is no choice.
  await expect.element(page.getByRole('button', { name: B, exact: false })).not.toBeInTheDocument()
  await before.click()
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${A}...${B}`))
})

test('a row of many spans opens to its pairs; the chosen pair is what attributes are compared of', async () => {
  serve(TRACES)
  const { container, registry, history } = await open(`/trace/${A}...${B}`)
  await waitFor(() => expect(cells().length).toBe(5))
  await page.getByRole('button', { name: '12', exact: true }).click()
  const pairs = page.getByRole('grid', { name: 'Spans of both traces, pair by pair' })
  await expect.element(pairs).toHaveAttribute('aria-rowcount', '13')
  await expect.element(page.getByText('12 pairs or spans', { exact: false })).toBeVisible()
  const first = pairs.getByRole('row').nth(1)
  expect(first.element().textContent).toMatch(/none9\.00\sms\+9\.00\sms/u)
  const link = pairs.getByRole('link', { name: 'in B' }).first().element()
  expect(link.getAttribute('href')).toMatch(new RegExp(`^/trace/${B}\\?span=[0-9a-f]{16}$`, 'u'))
  expect(actionsWithoutCommand(container, registry)).toEqual([])
  await first.click()
  await waitFor(() => expect(history.location.search).toMatch(/at=b(:|%3A)[0-9a-f]{16}(:|%3A)1/u))
  await page.getByRole('tab', { name: /^Attributes/u }).click()
  await expect.element(page.getByText(/^db SELECT ledger: A –, B 9\.00\sms$/u)).toBeVisible()
})

test('attributes that differ are told of all spans, and lead to their row', async () => {
  const side = (id: string, version: number, hit: boolean): string =>
    `resource db version=${version}\ntrace ${id}\ns: r [0 9ms]\n  db: get [0 1ms] hit=${hit}\n  db: get [2ms 1ms] hit=${hit}`
  serve({ [A]: side('a', 1, true), [B]: side('b', 2, false) })
  const { history } = await open(`/trace/${A}...${B}?view=attributes`)
  const table = page.getByRole('table', { name: 'Attributes that differ anywhere' })
  await expect.element(table).toBeVisible()
  const lines = [...table.element().querySelectorAll('tbody tr')].map(row =>
    [...row.children].map(cell => cell.textContent.trim()).join('|'),
  )
  expect(lines).toEqual(['db hit|true|false|2', 'db version resource|1|2|2'])
  await table.getByRole('button', { name: 'db hit' }).click()
  await waitFor(() => expect(history.location.search).toMatch(/at=b/u))
})

test('the comparison is there as JSON', async () => {
  serve(TRACES)
  await open(`/trace/${A}...${B}?view=json`)
  const text = page.getByRole('region', { name: 'JSON' })
  await expect.element(text).toBeVisible()
  await waitFor(() => expect(text.element().textContent).toContain('"differenceNs": 100000000'))
  const lines = [...text.element().querySelectorAll('code')].map(line => line.textContent)
  const value = JSON.parse(lines.join('\n')) as { contributions: { differenceNs: number }[] }
  expect(value.contributions.reduce((sum, { differenceNs }) => sum + differenceNs, 0)).toBe(100e6)
})

test('the switch puts the median of the group in the place of A, and back', async () => {
  const one = (id: string, ms: number): string => `trace ${id}\nshop: POST /checkout [0 ${ms}ms]`
  const ids = ['c', 'd', 'e', 'f1', 'f2'].map(id => id.padStart(32, '0'))
  // Those of other operations are none of its group.
  const others = { [ids[3]]: 'trace f1\nshop: GET /cart [0 1ms]', [ids[4]]: 'trace f2\nmail: POST /checkout [0 2ms]' }
  serve({ ...TRACES, [ids[0]]: one('c', 10), [ids[1]]: one('d', 130), [ids[2]]: one('e', 900), ...others })
  const { history } = await open(`/trace/${A}...${B}?${ids.map(id => `cohort=${id}`).join('&')}`)
  await waitFor(() => expect(cells().length).toBe(5))
  const button = page.getByRole('button', { name: 'Typical A: the median of its group' })
  await button.click()
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${ids[1]}...${B}`))
  await expect.element(page.getByText('median of the 3 other traces', { exact: false })).toBeVisible()
  await expect.element(button).toHaveAttribute('aria-pressed', 'true')
  await waitFor(() => expect(document.querySelector('h1')?.textContent).toMatch(/^B is 70\.0\sms slower/u))
  await button.click()
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${A}...${B}`))
  expect(history.location.search).not.toContain('instead')
})

test('a trace that is not there is named, and the other one can be opened', async () => {
  serve({ [A]: TRACES[A] })
  await open(`/trace/${A}...${B}`)
  await expect.element(page.getByRole('heading', { name: 'Trace B is not here' })).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'Open trace A alone' })).toHaveAttribute('href', `/trace/${A}`)
  expect(page.getByRole('heading', { name: 'Trace A is not here' }).query()).toBeNull()
})

test('an address with one id, or with something else, says so', async () => {
  serve(TRACES)
  await open(`/trace/zebra...`)
  await expect.element(page.getByText('zebra is no trace id', { exact: false })).toBeVisible()
  await expect.element(page.getByText('The address names one trace only', { exact: false })).toBeVisible()
})

test('ten thousand names are ten thousand rows, of which those in view stand in the page', async () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `  svc: op-${i} [${i}us ${i + 1}us]`).join('\n')
  serve({ [A]: `trace a\nsvc: root [0 1s]\n${lines}`, [B]: `trace b\nsvc: root [0 2s]` })
  await open(`/trace/${A}...${B}`)
  await expect.element(page.getByText('10 001 shown', { exact: false })).toBeVisible()
  expect(document.querySelectorAll('tbody tr').length).toBeLessThan(120)
  const { width } = document.documentElement.getBoundingClientRect()
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(Math.ceil(width))
})

test('on a phone nothing scrolls sideways', async () => {
  serve(TRACES)
  await open(`/trace/${A}...${B}`, 390)
  await waitFor(() => expect(cells().length).toBe(5))
  expect(document.documentElement.scrollWidth).toBe(390)
  await expect.element(page.getByText('1 → 12 spans')).toBeVisible()
  // The name has the room of the columns that are not shown, also with rows that are only their height.
  cleanup()
  const lines = Array.from({ length: 300 }, (_, i) => `  svc: op-${i} [${i}us ${i + 1}us]`).join('\n')
  serve({ [A]: `trace a\nsvc: root [0 1s]\n${lines}`, [B]: 'trace b\nsvc: root [0 2s]' })
  await open(`/trace/${A}...${B}`, 390)
  await waitFor(() => expect(cells().length).toBeGreaterThan(6))
  const name = document.querySelector('tbody tr[aria-rowindex] td:nth-child(2)')
  expect(name?.getBoundingClientRect().width).toBeGreaterThan(200)
})
