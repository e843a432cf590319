import '#app/theme/base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createMemoryHistory } from '@tanstack/react-router'
import { cleanup, render, waitFor } from '@testing-library/react'
import axe from 'axe-core'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { createQueryClient } from '#app/api/query-client.ts'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import { CommandsProvider } from '#app/commands/CommandsProvider.tsx'
import { createCommandRegistry } from '#app/commands/registry.ts'
import { createCatalogueIntl, loadCatalogue } from '#app/i18n/catalogue.ts'
import { LanguageProvider } from '#app/i18n/LanguageProvider.tsx'
import { createAppRouter } from '#app/router.tsx'
import { ToastProvider } from '#app/ui/Toast.tsx'
import { PROBLEM_MEDIA_TYPE } from '#shared/api/problem.ts'
import type { SearchAnswer, StatusAnswer, TraceSummaryJson } from '#shared/api/spoor.ts'

const T0 = 1_764_079_601_218_000_000n
const id = (n: number): string => n.toString(16).padStart(32, '0')

/** The nth newest trace: every third has an error, every fifth is of checkout. */
function trace(n: number): TraceSummaryJson {
  const start = T0 - BigInt(n) * 7_000_000_000n
  const service = n % 5 === 4 ? 'checkout' : 'edge-gateway'
  return {
    traceId: id(n + 1),
    startTime: String(start),
    endTime: String(start + BigInt(20 + n * 10) * 1_000_000n),
    spanCount: 3 + n,
    errorCount: n % 3 === 2 ? 1 : 0,
    matchedCount: 1,
    root: { spanId: '1'.padStart(16, '0'), service, name: `GET /${n}`, kind: 'server', error: false, orphan: false },
    services: [{ name: service, spanCount: 3 + n, errorCount: 0 }],
  }
}

const STATUS: StatusAnswer = {
  version: '0.1.0',
  startedAt: String(T0 - 134_000_000_000n),
  now: String(T0),
  process: {
    pid: 1,
    node: 'v26.10.0',
    platform: 'linux x64',
    residentBytes: 1e8,
    cpuSeconds: 3,
    cores: 2,
    ingestWorkers: 1,
    queryWorkers: 1,
  },
  listeners: [{ name: 'otlp-http', address: '127.0.0.1', port: 14318, requests: 3, refused: { content_type: 3 } }],
  ledger: {
    total: { protocol: '', service: '', received: 0, stored: 0, duplicate: 0, rejected: {}, dropped: {} },
    lines: [],
    valuesCut: 0,
    entriesDropped: 0,
  },
  notKept: {},
  senders: [],
  store: {
    name: 'blocks',
    place: 'data',
    durable: true,
    spanCount: 5000,
    copiesRemoved: 0,
    expiredSpans: 0,
    bytes: 0,
    oldestReceived: null,
    newestReceived: null,
    retentionAgeMs: 604_800_000,
    retentionBytes: 0,
    freeBytes: null,
    quarantined: [],
    writable: true,
    writableReason: null,
    details: [],
    demoLoaded: false,
  },
  limits: [],
  durability: 'synced',
  sampling: {
    kind: 'fixed',
    defaultRate: 0.001,
    place: null,
    services: 0,
    readAt: null,
    problem: null,
    operations: 0,
    targetPerSecond: null,
    ingestRate: 1,
  },
}

/** A store of `kept` traces behind the API; its state may change while the page is open. */
class Server {
  kept = 45
  demoLoaded = false
  failure: string | undefined
  readonly asked: string[] = []

  constructor() {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, document.baseURI)
      return this.#answer(url, init?.method ?? 'GET')
    })
  }

  #answer(url: URL, method: string): Response {
    const path = url.pathname.slice(url.pathname.indexOf('/api/'))
    this.asked.push(`${method === 'GET' ? '' : `${method} `}${path}${decodeURIComponent(url.search)}`)
    switch (path) {
      case '/api/spoor/traces':
        return this.failure === undefined ? json(this.#search(url.searchParams)) : problem(this.failure)
      case '/api/spoor/services':
        return json({ services: ['checkout', 'edge-gateway'] })
      case '/api/spoor/operations':
        return json({ operations: [{ name: 'GET /4', kind: 'server' }] })
      case '/api/spoor/attribute-keys':
        return json({
          keys: ['user.id', 'user.tier'].map((key, n) => ({ scope: 'span', key, types: ['string'], count: 42 - n })),
        })
      case '/api/spoor/attribute-values':
        return json({ values: [{ value: 'no stock', count: 7 }] })
      case '/api/spoor/demo':
        this.demoLoaded = method === 'POST'
        this.kept = this.demoLoaded ? 3 : 0
        return json({ spans: 9 })
      default:
        return json({
          ...STATUS,
          store: { ...STATUS.store, spanCount: this.kept * 10, demoLoaded: this.demoLoaded },
        })
    }
  }

  #search(parameters: URLSearchParams): SearchAnswer {
    const at = Number(parameters.get('cursor') ?? 0)
    const to = at + Number(parameters.get('limit') ?? 20)
    const found = Array.from({ length: this.kept }, (_, n) => trace(n)).filter(
      ({ root }) => root.service === (parameters.get('service') ?? root.service),
    )
    return {
      traces: found.slice(at, to),
      cursor: to < found.length ? String(to) : null,
      incomplete: null,
      spansRead: 900,
      tookMs: 4.2,
      asOf: String(T0),
    }
  }
}

const json = (body: unknown): Response =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
const problem = (detail: string): Response =>
  new Response(JSON.stringify({ title: 'Invalid parameter', status: 400, code: 'invalid_parameter', detail }), {
    status: 400,
    headers: { 'content-type': PROBLEM_MEDIA_TYPE },
  })

async function open(path: string, width = 1280) {
  await page.viewport(width, 900)
  const registry = createCommandRegistry()
  const history = createMemoryHistory({ initialEntries: [path] })
  const router = createAppRouter({ pages: { search: () => import('./Page.tsx') }, basePath: '', history })
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

const rows = (): readonly HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>('table[aria-label="Traces found"] tbody tr:not([aria-hidden])'),
]
/** What axe finds, once nothing moves any more: colours on their way are nobody's contrast. */
async function violations(): Promise<readonly string[]> {
  await Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => undefined)))
  const result = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    // Experimental, and about the frame around the page: its omnibox is called after what it does.
    rules: { 'label-content-name-mismatch': { enabled: false } },
  })
  return result.violations.flatMap(({ id: rule, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${rule}: ${html.slice(0, 160)} ${failureSummary}`),
  )
}

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  document.documentElement.removeAttribute('data-theme')
})

test('a bare address shows the newest traces of all services, and the next ones by cursor', async () => {
  const server = new Server()
  const { container, registry } = await open('/search')
  await waitFor(() => expect(rows()).toHaveLength(20))
  expect(server.asked).toContain('/api/spoor/traces')
  const status = page.getByText(/The newest/u)
  await expect.element(status).toHaveTextContent('The newest 20 traces.')
  await expect.element(page.getByText('Complete')).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'GET /0' })).toHaveAttribute('href', `/trace/${id(1)}`)
  await expect.element(page.getByRole('img', { name: /^Scatter of 20 traces: .* 6 with errors/u })).toBeVisible()

  await page.getByRole('button', { name: 'Load next 20' }).click()
  await waitFor(() => expect(rows()).toHaveLength(40))
  await page.getByRole('button', { name: 'Load next 20' }).click()
  await waitFor(() => expect(rows()).toHaveLength(45))
  expect(server.asked).toContain('/api/spoor/traces?cursor=40')
  await expect.element(page.getByText('45 traces, newest first.')).toBeVisible()
  expect(actionsWithoutCommand(container, registry)).toEqual([])
})

test('the form asks only when told to, and writes the address', async () => {
  const server = new Server()
  const { history } = await open('/search')
  await waitFor(() => expect(rows()).toHaveLength(20))
  await page.getByRole('button', { name: /^All services/u }).click()
  await page.getByRole('option', { name: 'checkout' }).click()
  await page.getByRole('radio', { name: /^6\sh$/u }).click()
  await page.getByRole('textbox', { name: 'Span lasts at least' }).fill('100ms')
  expect(history.location.search).toBe('')
  await userEvent.keyboard('{Control>}{Enter}{/Control}')
  await waitFor(() => expect(history.location.search).toBe('?service=checkout&minDuration=100ms&lookback=6h'))
  await waitFor(() => expect(rows()).toHaveLength(9))
  const question = server.asked.findLast(asked => asked.startsWith('/api/spoor/traces'))
  expect(question).toMatch(/^\/api\/spoor\/traces\?service=checkout&minDuration=100ms&start=\d{16}$/u)

  await page.getByRole('button', { name: 'Reset' }).click()
  await waitFor(() => expect(history.location.search).toBe(''))
  await expect.element(page.getByRole('textbox', { name: 'Span lasts at least' })).toHaveValue('')
})

test('a wrong field says what is wrong and nothing is asked', async () => {
  const server = new Server()
  await open('/search')
  await waitFor(() => expect(rows()).toHaveLength(20))
  const before = server.asked.length
  await page.getByRole('textbox', { name: 'Trace lasts at most' }).fill('5 minutes')
  await page.getByRole('textbox', { name: 'Limit' }).fill('0')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByText(/5 minutes is no duration/u)).toBeVisible()
  await expect.element(page.getByText('0: expected a number from 1 to 1500.')).toBeVisible()
  expect(server.asked).toHaveLength(before)
  expect(await violations()).toEqual([])
})

test('keys and values are completed with Tab; Enter asks', async () => {
  new Server()
  const { history } = await open('/search')
  await waitFor(() => expect(rows()).toHaveLength(20))
  const field = page.getByRole('combobox', { name: 'Attributes' })
  await field.click()
  await userEvent.keyboard('us')
  await expect.element(page.getByRole('option', { name: /user\.id/u })).toBeVisible()
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  await expect.element(page.getByRole('option', { name: /user\.tier/u })).toHaveAttribute('aria-selected', 'true')
  expect(await violations()).toEqual([])
  await userEvent.keyboard('{Tab}')
  await expect.element(field).toHaveValue('user.tier=')
  await expect.element(page.getByRole('option', { name: /no stock/u })).toBeVisible()
  await userEvent.keyboard('{Tab}')
  await expect.element(field).toHaveValue('user.tier="no stock" ')
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(history.location.search).toBe('?tags=%7B%22user.tier%22:%22no+stock%22%7D'))
})

test('two ticked traces stand in the address and lead to their comparison', async () => {
  new Server()
  const { history } = await open(`/search?pick=${id(2)}`)
  await waitFor(() => expect(rows()).toHaveLength(20))
  await expect.element(page.getByText('Tick a second trace to compare it with')).toBeVisible()
  await page.getByRole('checkbox', { name: /^Compare checkout GET \/4,/u }).click({ force: true })
  await waitFor(() => expect(history.location.search).toBe(`?pick=${id(2)}&pick=${id(5)}`))
  expect(rows().filter(row => row.getAttribute('aria-selected') === 'true')).toHaveLength(2)
  expect(await violations()).toEqual([])
  await page.getByRole('button', { name: /^Compare/u }).click()
  await waitFor(() => expect(history.location.pathname).toBe(`/trace/${id(2)}...${id(5)}`))
})

test('nothing found says what was searched and what would find more', async () => {
  new Server()
  const { history } = await open('/search?service=nobody&lookback=1h')
  await expect.element(page.getByRole('heading', { name: 'No trace matches' })).toBeVisible()
  await expect.element(page.getByText('450 spans kept were searched. A wider time range may find some.')).toBeVisible()
  await page.getByRole('button', { name: 'Search all that is kept' }).click()
  await waitFor(() => expect(history.location.search).toBe('?service=nobody'))
})

test('a refused question shows the server’s words and can be asked again', async () => {
  const server = new Server()
  server.failure = 'minDuration is soon; expected a duration'
  await open('/search?minDuration=soon')
  await expect.element(page.getByText('minDuration is soon; expected a duration')).toBeVisible()
  server.failure = undefined
  await page.getByRole('button', { name: 'Try again' }).click()
  await waitFor(() => expect(rows()).toHaveLength(20))
})

test('an empty store shows how to send; the light turns green in its place, and the trace is there', async () => {
  const server = new Server()
  server.kept = 0
  const { container, registry } = await open('/search')
  await expect.element(page.getByRole('heading', { name: 'No traces yet' })).toBeVisible()
  await expect.element(page.getByText(/Waiting for the first span/u)).toBeVisible()
  await expect.element(page.getByText('http://localhost:14318', { exact: true }).first()).toBeVisible()
  await expect.element(page.getByText(/3 × content type that is not taken here/u)).toBeVisible()
  await page.getByRole('tab', { name: 'Python' }).click()
  await expect.element(page.getByText('from opentelemetry import trace', { exact: false }).first()).toBeVisible()
  expect(actionsWithoutCommand(container, registry)).toEqual([])
  expect(await violations()).toEqual([])
  server.kept = 1
  await expect.element(page.getByText(/The first span has arrived, from edge-gateway\./u)).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'GET /0' })).toHaveAttribute('href', `/trace/${id(1)}`)
  await page.getByRole('button', { name: 'Show all traces' }).click()
  await waitFor(() => expect(rows()).toHaveLength(1))
})

test('the demo is loaded from the empty store and removed from the results', async () => {
  const server = new Server()
  server.kept = 0
  await open('/search')
  await page.getByRole('button', { name: 'Load all' }).click()
  await waitFor(() => expect(rows()).toHaveLength(3))
  await page.getByRole('button', { name: 'Remove the demo' }).click()
  await expect.element(page.getByRole('heading', { name: 'No traces yet' })).toBeVisible()
  expect(server.asked.filter(asked => asked.includes('demo'))).toEqual([
    'POST /api/spoor/demo',
    'DELETE /api/spoor/demo',
  ])
})

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
  ['dark', 390],
] as const)('nothing for axe to find, and no sideways scroll: %s at %d', async (theme, width) => {
  document.documentElement.dataset.theme = theme
  new Server()
  await open('/search', width)
  await waitFor(() => expect(rows()).toHaveLength(20))
  expect(await violations()).toEqual([])
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
})

test('on a phone the form is a sheet that asks and closes', async () => {
  new Server()
  const { history } = await open('/search', 390)
  await waitFor(() => expect(rows()).toHaveLength(20))
  await page.getByRole('button', { name: /All services · all that is kept · limit 20/u }).click()
  const dialog = page.getByRole('dialog', { name: 'Find traces' })
  await expect.element(dialog).toBeVisible()
  expect(await violations()).toEqual([])
  await dialog.getByRole('textbox', { name: 'Limit' }).fill('5')
  await dialog.getByRole('button', { name: 'Find traces' }).click()
  await waitFor(() => expect(rows()).toHaveLength(5))
  expect(history.location.search).toBe('?limit=5')
  expect(document.querySelector('[role=dialog]')).toBeNull()
})
