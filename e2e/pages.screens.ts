/** Pictures of every page in its states, in both themes, at two or three widths, into docs/screens/. A picture with a fault fails. */
import { mkdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { faultsOf } from './screen-checks.ts'
import { type SentSpan, otlpJson, sendTrace } from './send-spans.ts'
import { type Spoor, expect, startSpoor, test as base } from './server.ts'

/** `full` has the demo and a refused request or two, `empty` nothing. */
/** An order whose messages are taken in a batch later: calls with and without answers, links. Sent once a picture: spans repeat. */
async function sendLinkedTrace(spoor: Spoor): Promise<string> {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const begin = BigInt(Date.parse('2026-01-05T09:00:00Z')) * 1_000_000n
  const span = (
    id: number,
    parent: number,
    name: string,
    [at, ms]: readonly [number, number],
    kind: number,
    links: readonly number[] = [],
    attributes: Readonly<Record<string, string>> = {},
  ): unknown => ({
    traceId,
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: parent === 0 ? '' : parent.toString(16).padStart(16, '0'),
    name,
    kind,
    startTimeUnixNano: String(begin + BigInt(at) * 1_000_000n),
    endTimeUnixNano: String(begin + BigInt(at + ms) * 1_000_000n),
    links: links.map(other => ({ traceId, spanId: other.toString(16).padStart(16, '0') })),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  })
  const of = (service: string, spans: readonly unknown[]): unknown => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans }],
  })
  const answer = await fetch(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceSpans: [
        of('shop', [
          span(1, 0, 'POST /order', [0, 100], 2),
          span(2, 1, 'reserve', [5, 40], 3),
          span(3, 1, 'publish order', [50, 8], 4),
          span(4, 1, 'publish mail', [60, 8], 4),
          span(5, 1, 'charge', [70, 25], 3, [], { 'peer.service': 'card-network' }),
        ]),
        of('stock', [
          span(6, 2, 'POST /reserve', [8, 34], 2),
          span(7, 6, 'UPDATE stock', [12, 20], 3, [], { 'server.address': 'orders-db' }),
        ]),
        of('worker', [span(8, 1, 'process batch', [120, 60], 5, [3, 4]), span(9, 8, 'notify', [150, 15], 1, [3])]),
      ],
    }),
  })
  expect(answer.status).toBe(200)
  return traceId
}

interface Stores {
  readonly full: Spoor
  readonly empty: Spoor
  /** Ids of traces that are worth a picture. */
  readonly story: { readonly slow: string; readonly quick: string; readonly large: string }
}

interface State {
  /** The file is `<name>-<width>-<theme>.png`. */
  readonly name: string
  /** Brings the page into its state and waits until that is on screen. */
  readonly show: (page: Page, stores: Stores) => Promise<void>
}

const WIDTHS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const
/** Pages that gain by room are seen with it too. */
const WIDE = { width: 1600, height: 900 } as const
const WIDE_STATES = new Set(['trace', 'trace-graph', 'trace-statistics', 'trace-spans', 'compare', 'search'])
const THEMES = ['light', 'dark'] as const
const FOLDER = 'docs/screens'

const test = base.extend<object, { stores: Stores }>({
  stores: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright insists on a pattern, and there is nothing to name in it
    async ({}, use) => {
      const full = await startSpoor()
      const empty = await startSpoor()
      await fetch(`${full.origin}/api/spoor/demo`, { method: 'POST' })
      // What the status page has to tell of: one span refused, one request that can't be read.
      const bad = JSON.parse(
        otlpJson('0'.repeat(32), { service: 'old-sensor', name: 'tick', at: 0, ms: 1 }, Date.now()),
      ) as unknown
      for (const body of [JSON.stringify(bad), '{"resourceSpans": 7}']) {
        await fetch(`http://127.0.0.1:${full.otlpHttpPort}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
      }
      await sendAsServices(full)
      await use({ full, empty, story: await findStory(full) })
      await full.stop()
      await empty.stop()
    },
    { scope: 'worker' },
  ],
})

/** What the status page lists as senders: a few services of their own, with a failed call between two of them. */
async function sendAsServices(spoor: Spoor): Promise<void> {
  for (let time = 1; time <= 3; time++) {
    const trace: SentSpan = {
      service: 'storefront',
      name: 'GET /cart',
      kind: 'server',
      at: 0,
      ms: 48,
      below: [
        {
          service: 'cart',
          name: 'GetCart',
          kind: 'server',
          at: 4,
          ms: 31,
          error: time === 2,
          below: [{ service: 'pricing', name: 'Quote', kind: 'server', at: 9, ms: 12 }],
        },
      ],
    }
    await sendTrace(spoor, trace, { startMs: Date.now() - 700 * time })
  }
}

interface Found {
  readonly traceId: string
  readonly spanCount: number
  readonly root: { readonly name: string }
}

async function search(spoor: Spoor, query: string): Promise<readonly Found[]> {
  const answer = (await (await fetch(`${spoor.origin}/api/spoor/traces?${query}`)).json()) as { traces: Found[] }
  return answer.traces
}

async function findStory(spoor: Spoor): Promise<Stores['story']> {
  const all = await search(spoor, 'limit=1500')
  const large = all.reduce((most, one) => (one.spanCount > most.spanCount ? one : most))
  // The slow checkout has its 412 queries; the quick one is the oldest of the same name with few.
  const slow = all.find(({ spanCount }) => spanCount > 400 && spanCount < 2000)
  const quick = all.findLast(({ root, spanCount }) => root.name === slow?.root.name && spanCount < 200)
  if (slow === undefined || quick === undefined) throw new Error('the demo has no slow and quick checkout')
  return { slow: slow.traceId, quick: quick.traceId, large: large.traceId }
}

async function openTrace(page: Page, spoor: Spoor, id: string, query = ''): Promise<void> {
  await page.goto(`${spoor.origin}/trace/${id}${query}`)
  await expect(page.getByRole('treegrid').getByRole('row').first()).toBeVisible()
}

async function openResults(page: Page, spoor: Spoor, query = ''): Promise<void> {
  await page.goto(`${spoor.origin}/search${query}`)
  await expect(page.locator('tbody a').first()).toBeVisible()
}

/** No answer to `path` until the page is left. */
async function holdBack(page: Page, path: string): Promise<void> {
  await page.route(path, () => new Promise<void>(() => undefined))
}

async function refuse(page: Page, path: string): Promise<void> {
  await page.route(path, route => route.abort('connectionrefused'))
}

const files: readonly (readonly [name: string, text: () => string])[] = [
  [
    'hotrod-frontend.json',
    () => gunzipSync(readFileSync('server/routes/jaeger/fixtures/traces-frontend-limit20.json.gz')).toString(),
  ],
  ['broken.json', () => '{"resourceSpans": [\n  {"scopeSpans": [{"spans": [{"traceId": 8461730}]}]}\n]}'],
]

const states: readonly State[] = [
  { name: 'search', show: (page, { full }) => openResults(page, full) },
  {
    name: 'search-form',
    async show(page, { full }) {
      await openResults(page, full, '?service=payments')
      if ((page.viewportSize()?.width ?? 0) < 1020) await page.keyboard.press('f')
      await page.getByRole('combobox', { name: /Attributes/u }).pressSequentially('db')
      await expect(page.getByRole('option').first()).toBeVisible()
    },
  },
  {
    name: 'search-picked',
    show: (page, { full, story }) =>
      openResults(page, full, `?service=edge-gateway&pick=${story.quick}&pick=${story.slow}`),
  },
  {
    name: 'search-nothing',
    async show(page, { full }) {
      await page.goto(`${full.origin}/search?service=nobody&lookback=1h`)
      await expect(page.getByText('No trace matches')).toBeVisible()
    },
  },
  {
    name: 'search-empty',
    async show(page, { empty }) {
      await page.goto(`${empty.origin}/search`)
      await expect(page.getByText('Waiting for the first span')).toBeVisible()
    },
  },
  {
    name: 'search-loading',
    async show(page, { full }) {
      await holdBack(page, '**/api/spoor/traces?*')
      await page.goto(`${full.origin}/search?limit=21`)
      await expect(page.locator('table[aria-busy="true"]')).toBeVisible()
    },
  },
  {
    name: 'search-error',
    async show(page, { full }) {
      await refuse(page, '**/api/spoor/traces?*')
      await page.goto(`${full.origin}/search?limit=22`)
      await expect(page.getByText('The server did not answer')).toBeVisible({ timeout: 30_000 })
    },
  },
  { name: 'trace', show: (page, { full, story }) => openTrace(page, full, story.slow) },
  {
    name: 'trace-details',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow)
      // The span that failed, then its details.
      await page.keyboard.press('e')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('complementary', { name: 'Span' })).toBeVisible()
      await page.mouse.move(0, 0)
    },
  },
  {
    name: 'trace-find',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow, '?uiFind=ledger')
      await expect(page.getByText(/of 4\d\d|4\d\d matches/u).first()).toBeVisible()
    },
  },
  {
    name: 'trace-filter',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow, '?filter=duration%3E%3D20ms')
      await page.getByRole('button', { name: 'Filter', exact: true }).click()
      await expect(page.getByRole('dialog', { name: 'Filter' }).getByText('14 of 14')).toBeVisible()
    },
  },
  {
    name: 'trace-columns',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow, '?column=db.system.name&column=http.route&pill=http.request.method')
      await page.getByRole('button', { name: 'Columns', exact: true }).click()
      await expect(page.getByRole('dialog', { name: 'Columns' }).getByText('db.system.name')).toBeVisible()
    },
  },
  {
    name: 'trace-links',
    async show(page, { full }) {
      const id = await sendLinkedTrace(full)
      await openTrace(page, full, id, '?calls=merged')
      await expect(page.getByText('→ orders-db')).toBeVisible()
    },
  },
  {
    name: 'trace-json',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.slow}?view=json`)
      await expect(page.getByText('resourceSpans').first()).toBeVisible()
    },
  },
  {
    name: 'trace-50000',
    async show(page, { full, story }) {
      await openTrace(page, full, story.large)
      // Repeated spans one by one: rows as far as they go.
      const grid = page.getByRole('treegrid')
      await page.keyboard.press('r')
      await expect(grid.getByRole('row').nth(8)).toBeVisible()
    },
  },
  {
    name: 'trace-loading',
    async show(page, { full, story }) {
      await holdBack(page, `**/api/spoor/traces/${story.quick}*`)
      await page.goto(`${full.origin}/trace/${story.quick}`)
      await expect(page.getByText('Loading trace')).toBeVisible()
    },
  },
  {
    name: 'trace-error',
    async show(page, { full, story }) {
      await refuse(page, `**/api/spoor/traces/${story.quick}*`)
      await page.goto(`${full.origin}/trace/${story.quick}`)
      await expect(page.getByRole('alert').getByText('The server did not answer')).toBeVisible({ timeout: 30_000 })
    },
  },
  {
    name: 'expired',
    async show(page, { full }) {
      await page.goto(`${full.origin}/trace/4bf92f3577b34da6a3ce929d0e0e4736`)
      await expect(page.getByRole('heading', { name: 'There is no such trace here' })).toBeVisible()
    },
  },
  ...(
    [
      ['flame', 'Flame chart'],
      ['flamegraph', 'Flame graph'],
      ['graph', 'Graph'],
      ['statistics', 'Statistics'],
      ['spans', 'Spans'],
      ['events', 'Events'],
    ] as const
  ).map(([view, label]): State => ({
    name: `trace-${view}`,
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.slow}?view=${view}`)
      await expect(page.getByRole('region', { name: label })).toContainText(/ counted = | shown/u)
    },
  })),
  {
    name: 'trace-events-none',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.quick}?view=events`)
      await expect(
        page
          .getByText('No span of this trace has events')
          .or(page.getByText(/ shown/u))
          .first(),
      ).toBeVisible()
    },
  },
  ...(['statistics', 'graph', 'spans'] as const).map((view): State => ({
    name: `trace-50000-${view}`,
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.large}?view=${view}`)
      await expect(page.getByText(/ counted = | shown/u).first()).toBeVisible({ timeout: 30_000 })
    },
  })),
  {
    name: 'compare',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.quick}...${story.slow}`)
      await expect(page.getByText(/slower/u).first()).toBeVisible()
    },
  },
  ...(
    [
      ['graph', 'Graph of differences in time'],
      ['spans', 'pairs or spans'],
      ['attributes', 'Attributes that differ anywhere'],
      ['events', 'No event differs'],
      ['json', 'differenceNs"'],
    ] as const
  ).map(([view, sign]): State => ({
    name: `compare-${view}`,
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.quick}...${story.slow}?view=${view}`)
      const seen = page
        .getByText(sign)
        .or(page.getByLabel(sign))
        .or(page.getByRole('table', { name: 'Events that differ' }))
      await expect(seen.first()).toBeVisible()
    },
  })),
  {
    name: 'compare-choose',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/...${story.slow}`)
      await page.getByRole('button', { name: /Ask the server for the median/u }).click()
      await expect(page.getByRole('button', { name: /, the median of/u })).toBeVisible()
    },
  },
  {
    name: 'compare-missing',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.slow}...4bf92f3577b34da6a3ce929d0e0e4736`)
      await expect(page.getByRole('heading', { name: 'Trace B is not here' })).toBeVisible()
    },
  },
  {
    name: 'dependencies',
    async show(page, { full }) {
      await page.goto(`${full.origin}/dependencies`)
      await expect(page.locator('canvas').first()).toBeVisible()
    },
  },
  {
    name: 'dependencies-table',
    async show(page, { full }) {
      await page.goto(`${full.origin}/dependencies?view=table&focus=payments`)
      await expect(page.getByRole('row').nth(2)).toBeVisible()
    },
  },
  {
    name: 'dependencies-empty',
    async show(page, { empty }) {
      await page.goto(`${empty.origin}/dependencies`)
      await expect(page.getByRole('heading').nth(1).or(page.getByRole('status')).first()).toBeVisible()
    },
  },
  {
    name: 'status',
    async show(page, { full }) {
      await page.goto(`${full.origin}/status`)
      await expect(page.getByText('old-sensor').or(page.getByText('payments')).first()).toBeVisible()
    },
  },
  {
    name: 'status-loading',
    async show(page, { full }) {
      await holdBack(page, '**/api/spoor/status')
      await page.goto(`${full.origin}/status`)
      await expect(page.getByRole('status', { name: 'Loading' })).toBeVisible()
    },
  },
  {
    name: 'status-empty',
    async show(page, { empty }) {
      await page.goto(`${empty.origin}/status`)
      await expect(page.getByText('Nothing has been received')).toBeVisible()
    },
  },
  {
    name: 'status-error',
    async show(page, { full }) {
      await refuse(page, '**/api/spoor/status')
      await page.goto(`${full.origin}/status`)
      await expect(page.getByText('The server did not answer')).toBeVisible({ timeout: 30_000 })
    },
  },
  {
    name: 'upload-empty',
    async show(page, { full }) {
      await page.goto(`${full.origin}/upload`)
      await expect(page.getByText('Drop files here')).toBeVisible()
    },
  },
  {
    name: 'upload',
    async show(page, { full }) {
      await page.goto(`${full.origin}/upload`)
      await expect(page.getByText('Drop files here')).toBeVisible()
      const transfer = await page.evaluateHandle(
        given => {
          const made = new DataTransfer()
          for (const [name, text] of given) made.items.add(new File([text], name))
          return made
        },
        files.map(([name, text]) => [name, text()]),
      )
      await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
      await expect(page.locator('tbody a').first()).toBeVisible()
      await expect(page.getByText(/Line 2/u)).toBeVisible()
    },
  },
  {
    name: 'upload-two',
    async show(page, { full }) {
      await page.goto(`${full.origin}/upload`)
      await expect(page.getByText('Drop files here')).toBeVisible()
      const startMs = Date.UTC(2026, 0, 1)
      const texts = [20, 90].map((ms, k) =>
        otlpJson(`${k + 1}`.repeat(32), { service: 'shop', name: 'POST /checkout', at: 0, ms }, startMs + k * 1000),
      )
      const transfer = await page.evaluateHandle(given => {
        const made = new DataTransfer()
        for (const [k, text] of given.entries()) made.items.add(new File([text], `trace-${k + 1}.json`))
        return made
      }, texts)
      await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
      await expect(page.getByRole('link', { name: 'Compare the two' })).toBeVisible()
      for (const box of await page.getByRole('table').getByRole('checkbox').all()) await box.check({ force: true })
      await expect(page.getByRole('region', { name: 'Comparison' })).toBeVisible()
    },
  },
  {
    name: 'palette',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow)
      await page.keyboard.press('Control+k')
      await page.getByRole('searchbox').pressSequentially('ne')
      await expect(page.getByRole('menuitem').first()).toBeVisible()
    },
  },
  {
    name: 'keys',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow)
      await page.keyboard.press('?')
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'about',
    async show(page, { full }) {
      await openResults(page, full)
      await page.keyboard.press('?')
      await page.getByRole('button', { name: 'About Spoor' }).click()
      await page.getByRole('button', { name: 'What differs from Jaeger' }).click()
      await expect(page.getByText('Metrics and logs sent here')).toBeVisible()
    },
  },
  {
    name: 'chinese',
    async show(page, { full, story }) {
      await page.addInitScript(() =>
        localStorage.setItem('spoor.locale', '{"state":{"preference":"zh-CN"},"version":0}'),
      )
      await openTrace(page, full, story.slow)
    },
  },
]

mkdirSync(FOLDER, { recursive: true })

for (const state of states) {
  for (const viewport of WIDE_STATES.has(state.name) ? [...WIDTHS, WIDE] : WIDTHS) {
    test(`${state.name} at ${viewport.width}`, async ({ stores, page }) => {
      page.setDefaultTimeout(15_000)
      await page.setViewportSize(viewport)
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' })
      await state.show(page, stores)
      const faults: string[] = []
      for (const theme of THEMES) {
        // The switch happens with the page on screen, as when a system turns dark in the evening.
        await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: theme })
        await page.evaluate(() => document.fonts.ready)
        // Two frames: the first reads the colours, the second has drawn with them.
        await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
        await page.waitForTimeout(200)
        await page.screenshot({ path: `${FOLDER}/${state.name}-${viewport.width}-${theme}.png` })
        faults.push(...(await faultsOf(page)).map(fault => `${theme}: ${fault}`))
      }
      expect(faults.join('\n')).toBe('')
    })
  }
}
