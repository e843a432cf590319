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

const QUERIES = Array.from({ length: 12 }, (_, i) => `    db: SELECT ledger [${20 + i * 10}ms 9ms]`).join('\n')
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
  pay: authorize [10ms 150ms] error "late"
${QUERIES}
  risk: score [170ms 10ms]
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

test('the table counts and sums by service and name, with signs, and says each change in words too', async () => {
  serve(TRACES)
  const { container, registry } = await open(`/trace/${A}...${B}`)
  await waitFor(() => expect(cells().length).toBe(6))
  expect(cells().map(text => text.replaceAll(/\d+ → \d+ spans/gu, ''))).toEqual(
    [
      'slower|shop POST /checkout|1|1|0|100 ms|200 ms|+100 ms',
      'slower|pay authorize1 error|1|1|0|50.0 ms|150 ms|+100 ms',
      'slower|db SELECT ledger|1|12|+11|9.00 ms|108 ms|+99.0 ms',
      'only in B|risk score|0|1|+1|–none|10.0 ms|+10.0 ms',
      'only in A|mail queue|1|0|−1|5.00 ms|–none|−5.00 ms',
      '=within 5 %|cart read|1|1|0|20.0 ms|20.0 ms|0 s',
    ].toSorted((x, y) => order(x) - order(y)),
  )
  const heading = page.getByRole('heading', { level: 1 })
  await expect
    .element(heading)
    .toHaveTextContent(
      'B is 100 ms slower than A: 200 ms instead of 100 ms. Self time changed most in db SELECT ledger: +99.0 ms in 12 spans instead of 1.',
    )
  await waitFor(() => expect(document.title).toMatch(/^B is 100\sms slower · Spoor$/u))
  await expect
    .element(page.getByRole('link', { name: 'Trace A: shop POST /checkout' }))
    .toHaveAttribute('href', `/trace/${A}`)
  await expect.element(page.getByText('6 shown + 0 unchanged = 6 rows')).toBeVisible()
  // Shape as well as colour: each kind of change has a mark of its own.
  const marks = [...container.querySelectorAll('tbody tr[aria-rowindex] td:first-child > span:first-child')]
  expect(new Set(marks.map(mark => mark.querySelector('path')?.getAttribute('d') ?? mark.textContent)).size).toBe(4)
  expect(actionsWithoutCommand(container, registry)).toEqual([])
})

/** Equal sizes stand by service: `pay` before `shop`. */
function order(row: string): number {
  return ['pay', 'shop', 'db', 'risk', 'mail', 'cart'].findIndex(name => row.includes(`|${name} `))
}

test('only what changed, and the order, are kept in the address; swapping turns the signs', async () => {
  serve(TRACES)
  const { history } = await open(`/trace/${A}...${B}`)
  await waitFor(() => expect(cells().length).toBe(6))
  await page.getByRole('button', { name: 'Only changed' }).click()
  await waitFor(() => expect(cells().length).toBe(5))
  await expect.element(page.getByText('5 shown + 1 unchanged = 6 rows')).toBeVisible()
  expect(history.location.search).toBe('?changed=1')
  await page.getByRole('button', { name: 'Service and span name' }).click()
  await waitFor(() => expect(cells()[0]).toContain('db SELECT'))
  expect(history.location.search).toBe('?changed=1&order=operation')
  await userEvent.keyboard('x')
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${B}...${A}`))
  await waitFor(() => expect(cells()[0]).toContain('−99.0 ms'))
  await waitFor(() => expect(document.querySelector('h1')?.textContent).toMatch(/^B is 100\sms faster than A/u))
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
  await waitFor(() => expect(cells().length).toBe(6))
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
