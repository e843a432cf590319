import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createMemoryHistory } from '@tanstack/react-router'
import { cleanup, render, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { closeFile, createFileOpener, useOpenFiles } from '#app/api/open-files.ts'
import { createQueryClient } from '#app/api/query-client.ts'
import { traceQuery } from '#app/api/trace.ts'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import { CommandsProvider } from '#app/commands/CommandsProvider.tsx'
import { createCommandRegistry } from '#app/commands/registry.ts'
import { createCatalogueIntl, loadCatalogue } from '#app/i18n/catalogue.ts'
import { LanguageProvider } from '#app/i18n/LanguageProvider.tsx'
import { createAppRouter } from '#app/router.tsx'
import '#app/theme/base.css'
import { ToastProvider } from '#app/ui/Toast.tsx'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

const JAEGER = '0000000000000000000000000000000a'
const OTLP = '5b8efff798038103d269b633813fc60c'

function jaegerFile(text: string, name = 'checkout.json'): File {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return new File([...encodeUiJson([table], {})], name)
}

function otlpFile(): File {
  const span = {
    traceId: OTLP,
    spanId: 'eee19b7ec3c1b174',
    name: 'GET /cart',
    startTimeUnixNano: '1544712660000000000',
    endTimeUnixNano: '1544712661000000000',
    attributes: [{ key: 'user.id', value: { stringValue: '742' } }],
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] }
  return new File([JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })], 'export.json')
}

async function open(width = 1280) {
  const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('nothing may be asked of a server'))
  await page.viewport(width, 800)
  const registry = createCommandRegistry()
  const client = createQueryClient()
  const history = createMemoryHistory({ initialEntries: ['/upload'] })
  const pages = { upload: () => import('./Page.tsx') }
  const router = createAppRouter({ pages, basePath: '', history, openFiles: createFileOpener(client) })
  const view = render(
    <LanguageProvider initial={createCatalogueIntl('en', await loadCatalogue('en'))}>
      <QueryClientProvider client={client}>
        <CommandsProvider registry={registry}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </CommandsProvider>
      </QueryClientProvider>
    </LanguageProvider>,
  )
  await expect.element(page.getByRole('button', { name: 'Drop files here', exact: false })).toBeVisible()
  return { ...view, registry, client, history, fetched }
}

/** As a person lets go of files over the page. */
function drop(...files: readonly File[]): void {
  const dataTransfer = new DataTransfer()
  for (const file of files) dataTransfer.items.add(file)
  window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }))
}

const rows = (): readonly string[] =>
  [...document.querySelectorAll('tbody tr[aria-rowindex]')].map(row =>
    [...row.querySelectorAll('td')]
      // Without the box and the start.
      .slice(2)
      .map(cell => cell.textContent)
      .join('|')
      .replaceAll(/\s/gu, ' '),
  )

afterEach(() => {
  cleanup()
  for (const { id } of useOpenFiles.getState().files) closeFile(id)
  vi.restoreAllMocks()
})

test('a Jaeger and an OTLP file are read here, listed with their traces, and opened without a server', async () => {
  const { client, container, registry, fetched } = await open()
  drop(jaegerFile('trace a\nshop: POST /checkout [0 120ms]\n  cart: read [10ms 30ms] error'), otlpFile())
  await expect.element(page.getByRole('heading', { name: '2 files, 2 traces' })).toBeVisible()
  await waitFor(() =>
    expect(rows()).toEqual([
      'shop POST /checkout|checkout.json|2| 1|120 ms',
      'cart GET /cart|export.json|1|–no errors|1.00 s',
    ]),
  )
  await expect.element(page.getByRole('link', { name: 'POST /checkout' })).toHaveAttribute('href', `/trace/${JAEGER}`)
  const otlp = await client.fetchQuery(traceQuery(OTLP, client))
  expect([otlp.trace.size, otlp.whole, otlp.trace.services]).toEqual([1, true, ['cart']])
  const jaeger = await client.fetchQuery(traceQuery('A', client))
  expect([jaeger.trace.size, jaeger.summary.errorCount]).toEqual([2, 1])
  // The app's own configuration is asked for on every page; of files nothing is.
  const asked = fetched.mock.calls.map(
    ([url, init]) => `${init?.method ?? 'GET'} ${new URL(url instanceof Request ? url.url : url).pathname}`,
  )
  expect(asked.filter(call => call !== 'GET /api/spoor/ui-config')).toEqual([])
  expect(actionsWithoutCommand(container, registry)).toEqual([])
})

test('a span that two files have counts once, also in the list', async () => {
  await open()
  const text = 'trace a\nshop: POST /checkout [0 120ms]\n  cart: read [10ms 30ms] error'
  drop(jaegerFile(text), jaegerFile(`${text}\n  cart: write [50ms 30ms]`))
  const row = (spans: number): string => `shop POST /checkout|2 files|${spans}| 1|120 ms`
  await waitFor(() => expect(rows()).toEqual([row(3)]))
  drop(jaegerFile('trace b\nother: GET / [0 1ms]'))
  await waitFor(() => expect(rows()).toEqual(expect.arrayContaining([row(3)])))
})

test('without a page to search the name of the app, and links to a search, lead to the files', async () => {
  const { history } = await open()
  await page.getByRole('link', { name: 'Spoor, start page' }).click()
  await expect.element(page.getByRole('button', { name: 'Drop files here', exact: false })).toBeVisible()
  history.push('/search?service=shop')
  await waitFor(() => expect(history.location.pathname).toBe('/upload'))
})

test('what is pasted opens, but text that goes into a field stays there, whatever picture comes with it', async () => {
  await open()
  drop(otlpFile())
  await expect.element(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
  const paste = (target: EventTarget, text: string, ...files: readonly File[]): void => {
    const clipboardData = new DataTransfer()
    if (text !== '') clipboardData.setData('text/plain', text)
    for (const file of files) clipboardData.items.add(file)
    target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }
  const field = page.getByRole('textbox', { name: 'Find in open files' }).element()
  paste(field, 'checkout', new File(['?'], 'image.png'))
  paste(field, '{"data":[]}')
  expect(useOpenFiles.getState().files).toHaveLength(1)
  paste(document.body, '', new File(['{"data":[]}'], 'copied.json'))
  paste(document.body, ' {"data":[]}')
  expect(useOpenFiles.getState().files.map(({ name }) => name)).toEqual(['export.json', 'copied.json', 'pasted.json'])
})

test('a trace that was read before its file was opened is read again; a closed file’s is not there any more', async () => {
  const { client } = await open()
  drop(jaegerFile('trace a\nshop: buy [0 1ms] #1'))
  await expect.element(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
  expect((await client.fetchQuery(traceQuery(JAEGER, client))).trace.size).toBe(1)
  drop(jaegerFile('trace a\ncart: read [0 1ms] #2 ^1', 'more.json'))
  await expect.element(page.getByRole('heading', { name: '2 files, 1 trace' })).toBeVisible()
  await waitFor(() => expect(rows()).toEqual(['shop buy|2 files|2|–no errors|1.00 ms']))
  expect((await client.fetchQuery(traceQuery(JAEGER, client))).trace.size).toBe(2)
  await page.getByRole('button', { name: 'more.json: Close' }).click()
  await page.getByRole('button', { name: 'checkout.json: Close' }).click()
  await expect(client.fetchQuery({ ...traceQuery(JAEGER, client), retry: false })).rejects.toThrow('no answer')
})

test('what can’t be read says its name, its line and what was expected', async () => {
  await open()
  drop(
    new File(['{"data":[\n {"traceID":"1",\n  "spans":[{"spanID" "2"}]}]}'], 'broken.json'),
    new File(['{"traceEvents":[{"ph":"X","pid":1}]}'], 'chrome.json'),
    new File(['[]'], 'notes.json'),
  )
  const file = (name: string) => page.getByRole('listitem').filter({ hasText: name })
  await expect.element(file('broken.json').getByText('Line 3, column 22:')).toBeVisible()
  await expect.element(file('broken.json').getByText('seen "2"; expected ":"', { exact: false })).toBeVisible()
  await expect.element(file('broken.json').getByText('"spans":[{"spanID" "2"}]}]}', { exact: false })).toBeVisible()
  await expect
    .element(file('chrome.json').getByText('This is a Chrome trace of events.', { exact: false }))
    .toBeVisible()
  await expect.element(file('notes.json').getByText('no spans: it holds []')).toBeVisible()
  await page.getByRole('button', { name: 'chrome.json: Remove' }).click()
  await expect.element(file('chrome.json')).not.toBeInTheDocument()
})

test('spans that can’t be read are passed over, counted and shown; the others open', async () => {
  await open()
  const good = '{"traceID":"1","spanID":"2","operationName":"get","startTime":1,"duration":1,"processID":"p1"}'
  drop(
    new File(
      [`{"data":[{"traceID":"1","spans":[${good},{"traceID":"1","spanID":"3","startTime":"soon"}]}]}`],
      'a.json',
    ),
  )
  await expect.element(page.getByText('1 span or line', { exact: false })).toBeVisible()
  await expect.element(page.getByText('startTime: "soon"; expected a number of µs', { exact: false })).toBeVisible()
  await waitFor(() => expect(rows()).toHaveLength(1))
})

test('twenty thousand traces are listed, of which those in view stand in the page', async () => {
  await open()
  drop(jaegerFile(Array.from({ length: 20_000 }, (_, i) => `s: op [${i}ms 1ms]`).join('\n\n'), 'many.json'))
  await expect.element(page.getByRole('heading', { name: /^1 file, 20\s000 traces$/u })).toBeVisible()
  await waitFor(() => expect(rows().length).toBeGreaterThan(5))
  expect(rows().length).toBeLessThan(120)
})

test('two traces that are open can be compared, the earlier as A', async () => {
  await open()
  drop(jaegerFile('trace a\nshop: later [500ms 20ms]\n\ntrace b\nshop: earlier [0 10ms]', 'both.json'))
  const link = page.getByRole('link', { name: 'Compare the two' })
  await expect.element(link).toBeVisible()
  const [later, earlier] = ['later', 'earlier'].map(
    name => page.getByRole('link', { name, exact: true }).element().getAttribute('href')?.split('/').at(-1) ?? '',
  )
  expect(link.element().getAttribute('href')).toBe(`/trace/${earlier}...${later}`)
  drop(jaegerFile('trace c\nshop: third [0 10ms]', 'third.json'))
  await expect.element(link).not.toBeInTheDocument()
})

test('traces that are ticked stand at the foot and lead to their comparison', async () => {
  const { history } = await open()
  const names = ['one', 'two', 'three']
  drop(
    jaegerFile(names.map((name, i) => `trace ${i + 1}\nshop: ${name} [${i * 100}ms 20ms]`).join('\n\n'), 'three.json'),
  )
  await expect.element(page.getByRole('heading', { name: '1 file, 3 traces' })).toBeVisible()
  const tick = async (name: string): Promise<void> =>
    page.getByRole('checkbox', { name: new RegExp(`^Compare shop ${name},`, 'u') }).click({ force: true })
  await tick('one')
  const tray = page.getByRole('region', { name: 'Comparison' })
  await expect.element(tray.getByText('Tick a second trace to compare it with')).toBeVisible()
  await tick('three')
  await tick('two')
  await expect.element(tray.getByText('and 1 more')).toBeVisible()
  await waitFor(() => expect(document.querySelectorAll('tr[aria-selected="true"]')).toHaveLength(3))
  const id = (name: string): string =>
    page.getByRole('link', { name, exact: true }).element().getAttribute('href')?.split('/').at(-1) ?? ''
  const [a, b, c] = [id('one'), id('three'), id('two')]
  await tray.getByRole('button', { name: /^Compare/u }).click()
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${a}...${b}`))
  expect(history.location.search).toBe(`?cohort=${a}&cohort=${b}&cohort=${c}`)
})

test('on a phone nothing scrolls sideways', async () => {
  await open(390)
  drop(
    jaegerFile('trace a\nshop: POST /checkout [0 120ms]'),
    new File(['{"resourceSpans":[{"scopeSpans":1}]}'], 'x.json'),
  )
  await expect.element(page.getByText('Line 1,', { exact: false })).toBeVisible()
  expect(document.documentElement.scrollWidth).toBe(390)
})
