import '#app/theme/base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createMemoryHistory } from '@tanstack/react-router'
import { cleanup, render, waitFor } from '@testing-library/react'
import axe from 'axe-core'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { createQueryClient } from '#app/api/query-client.ts'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import { CommandsProvider } from '#app/commands/CommandsProvider.tsx'
import { createCommandRegistry } from '#app/commands/registry.ts'
import { createCatalogueIntl, loadCatalogue } from '#app/i18n/catalogue.ts'
import { LanguageProvider } from '#app/i18n/LanguageProvider.tsx'
import type { Locale } from '#app/i18n/locale.ts'
import { createAppRouter } from '#app/router.tsx'
import { ToastProvider } from '#app/ui/Toast.tsx'
import type { LedgerLine, StatusAnswer } from '#shared/api/spoor.ts'

const NOW = 1_764_079_601_218_000_000n
const line = (protocol: string, service: string, received: number, rejected: Record<string, number>): LedgerLine => ({
  protocol,
  service,
  received,
  stored: received - 2 - Object.values(rejected).reduce((a, b) => a + b, 0),
  duplicate: 2,
  rejected,
  dropped: {},
})
const sender = (service: string, agoMs: bigint, clockOffsetMs: number): StatusAnswer['senders'][number] => ({
  protocol: 'otlp_grpc',
  service,
  peer: '127.0.0.1',
  client: 'OTel-OTLP-Exporter-JavaScript/0.301.0',
  spans: 10,
  spansPerSecond: 7.25,
  lastSeen: String(NOW - agoMs * 1_000_000n),
  clockOffsetMs,
})
const FINE: StatusAnswer = {
  version: '0.1.0',
  startedAt: String(NOW - 7_200_000_000_000n),
  now: String(NOW),
  process: {
    pid: 11,
    node: 'v26.10.0',
    platform: 'linux x64',
    residentBytes: 1.12e8,
    cpuSeconds: 62,
    cores: 2,
    ingestWorkers: 1,
    queryWorkers: 1,
  },
  listeners: [
    { name: 'otlp-http', address: '::1', port: 4318, requests: 12, refused: { content_type: 3, surprise: 1 } },
  ],
  ledger: {
    total: { ...line('', '', 1500, { invalid_utf8: 4 }), stored: 1492, duplicate: 4 },
    lines: [line('otlp_grpc', 'pay', 1000, {}), line('otlp_http_json', 'old', 500, { invalid_utf8: 4 })],
    valuesCut: 1,
    entriesDropped: 0,
  },
  notKept: { metrics: 5 },
  senders: [sender('pay', 300n, 2), sender('old', 300_000n, 2)],
  store: {
    name: 'blocks',
    place: '/data/spoor',
    durable: true,
    spanCount: 1492,
    copiesRemoved: 4,
    expiredSpans: 0,
    bytes: 59_680,
    oldestReceived: String(NOW - 3_600_000_000_000n),
    newestReceived: String(NOW),
    retentionAgeMs: 604_800_000,
    retentionBytes: 20e9,
    freeBytes: 8e11,
    quarantined: [],
    writable: true,
    writableReason: null,
    details: [{ name: 'blocks', value: 3 }],
    demoLoaded: false,
  },
  limits: [
    {
      name: 'max-request-bytes',
      value: '64MiB',
      used: '60MiB',
      amount: { limit: 2 ** 26, used: 60 * 2 ** 20, unit: 'bytes' },
    },
  ],
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

function serve(answer: () => StatusAnswer | undefined): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
    const body = answer()
    if (body === undefined) throw new TypeError('Failed to fetch')
    return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
  })
}

async function open(width = 1280, locale: Locale = 'en') {
  await page.viewport(width, 900)
  const registry = createCommandRegistry()
  const history = createMemoryHistory({ initialEntries: ['/status'] })
  const router = createAppRouter({ pages: { status: () => import('./Page.tsx') }, basePath: '', history })
  const client = createQueryClient()
  client.setDefaultOptions({ queries: { retry: false } })
  const view = render(
    <LanguageProvider initial={createCatalogueIntl(locale, await loadCatalogue(locale))}>
      <QueryClientProvider client={client}>
        <CommandsProvider registry={registry}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </CommandsProvider>
      </QueryClientProvider>
    </LanguageProvider>,
  )
  await waitFor(() => expect(document.querySelector('main h1, main [role=alert]')).not.toBeNull())
  return { ...view, registry }
}

const heading = (): string => (document.querySelector('main h1')?.textContent ?? '').replaceAll('\u202F', ' ').trim()
const rowsOf = (label: string): readonly string[] =>
  [...document.querySelectorAll(`[aria-label="${label}"] :is(tbody, tfoot) tr`)].map(row =>
    [...row.querySelectorAll('td')].map(cell => (cell.textContent ?? '').replaceAll('\u202F', ' ').trim()).join(' | '),
  )

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  document.documentElement.removeAttribute('data-theme')
})

test('the sentence, the ledger and what was refused say the same, in words', async () => {
  serve(() => FINE)
  const { container, registry } = await open()
  expect(heading()).toMatch(
    /^Every span is accounted for\. 1 500 received since .*, 1 492 stored, none dropped; 4 rejected, each with a reason\. One sender needs a look\.$/u,
  )
  expect(rowsOf('Ledger')).toEqual([
    'OTLP over gRPC | 1 000 | 998 | 2 | 0 | 0',
    'OTLP, HTTP JSON | 500 | 494 | 2 | 4 | 0',
    'All | 1 500 | =1 492 | +4 | +4 | +0',
  ])
  expect(rowsOf('Senders').map(row => row.split(' | ')[0])).toEqual(['old', 'pay'])
  await expect.element(page.getByText('text that is not UTF-8', { exact: false })).toBeVisible()
  await expect.element(page.getByText('5 requests with metrics answered, not kept: Spoor keeps traces.')).toBeVisible()
  // A code without words yet is shown as it is.
  await expect
    .element(page.getByText('3 × content type that is not taken here, 1 × surprise', { exact: false }))
    .toBeVisible()
  await expect.element(page.getByText('[::1]:4318')).toBeVisible()
  await expect.element(page.getByRole('meter')).toHaveAttribute('aria-valuenow', '94')
  expect(actionsWithoutCommand(container, registry)).toEqual([])
})

test('a ledger that does not add up says so first', async () => {
  serve(() => ({ ...FINE, ledger: { ...FINE.ledger, total: { ...FINE.ledger.total, stored: 1490 } } }))
  await open()
  expect(heading()).toMatch(/^The ledger does not add up: of 1 500 spans .* 2 are in none of its columns\./u)
  await expect.element(page.getByText('does not add up', { exact: true })).toBeVisible()
})

test('a store that takes nothing, and damaged files, stand above everything', async () => {
  const store = {
    ...FINE.store,
    writable: false,
    writableReason: 'the disk has 1 GB left, --disk-reserve is 2 GB',
    quarantined: [{ file: 'b-7', reason: 'checksum' }],
  }
  serve(() => ({ ...FINE, store }))
  await open()
  await expect.element(page.getByText('The store takes no spans.', { exact: false }).first()).toBeVisible()
  await expect
    .element(page.getByText('the disk has 1 GB left, --disk-reserve is 2 GB', { exact: false }).first())
    .toBeVisible()
  await expect.element(page.getByText('b-7: checksum', { exact: false }).first()).toBeVisible()
})

test('what clients are told about sampling is said, whichever way it is decided', async () => {
  const held = { sampling: FINE.sampling }
  serve(() => ({ ...FINE, ...held }))
  await open()
  await expect.element(page.getByText('Clients are told to keep')).toBeVisible()
  await expect.element(page.getByText(/^1 in 1\s000$/u)).toBeVisible()
  await expect.element(page.getByText('every trace')).toBeVisible()
  held.sampling = { ...FINE.sampling, kind: 'file', place: '/etc/s.json', services: 2, problem: 'line 3: no number' }
  await expect.element(page.getByText('/etc/s.json')).toBeVisible()
  await expect.element(page.getByText('line 3: no number')).toBeVisible()
  held.sampling = { ...FINE.sampling, kind: 'adaptive', operations: 7, targetPerSecond: 2, ingestRate: 0.3 }
  await expect.element(page.getByText('2 traces a second of each operation')).toBeVisible()
  await expect.element(page.getByText(/^30\.0\s%$/u)).toBeVisible()
})

test('without an answer the page says so, and shows it when it comes', async () => {
  const held: { answer?: StatusAnswer } = {}
  serve(() => held.answer)
  await open()
  await expect.element(page.getByRole('heading', { name: 'The server did not answer' })).toBeVisible()
  held.answer = FINE
  await page.getByRole('button', { name: 'Try again' }).click()
  await waitFor(() => expect(heading()).toMatch(/^Every span/u))
})

test.each([
  ['light', 1280, 'en'],
  ['dark', 390, 'en'],
  ['dark', 1280, 'zh-CN'],
  ['light', 390, 'zh-CN'],
] as const)('nothing for axe to find, and no sideways scroll: %s at %d, %s', async (theme, width, locale) => {
  document.documentElement.dataset.theme = theme
  serve(() => FINE)
  await open(width, locale)
  await waitFor(() => expect(document.querySelector('[role=meter]')).not.toBeNull())
  const result = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    // Experimental, and about the frame around the page: its omnibox is called after what it does.
    rules: { 'label-content-name-mismatch': { enabled: false } },
  })
  const found = result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  )
  expect(found).toEqual([])
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
})
