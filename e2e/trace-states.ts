/** The page of one trace, in pictures: every view, panel and state of it. */
import { type Spoor, expect } from './server.ts'
import { sendTrace } from './send-spans.ts'
import { holdBack, openTrace, refuse } from './screen-states.ts'
import type { State } from './screen-states.ts'

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

export const traceStates: readonly State[] = [
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
  {
    name: 'trace-inline',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow, '?dock=inline')
      await page.keyboard.press('e')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('tab', { name: /^Attributes/u })).toBeVisible()
      await page.mouse.move(0, 0)
    },
  },
  {
    name: 'trace-archived',
    async show(page, { full, story }) {
      await fetch(`${full.origin}/api/archive/${story.quick}`, { method: 'POST' })
      await openTrace(page, full, story.quick)
      await expect(page.getByRole('button', { name: 'Archived' })).toBeVisible()
    },
  },
  {
    name: 'trace-embed',
    show: (page, { full, story }) => openTrace(page, full, story.slow, '?uiEmbed=v0'),
  },
  {
    name: 'trace-hidden',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.slow}?filter=duration%3E%3D1h`)
      await expect(page.getByText(/hidden/u).first()).toBeVisible()
    },
  },
  ...(['timeline', 'flame', 'flamegraph', 'graph', 'statistics', 'spans'] as const).map((view, at): State => ({
    name: `trace-one-${view}`,
    async show(page, { full }) {
      // One of its own for each picture: sent twice it has two spans.
      const traceId = `1af7651916cd43dd8448eb211c8031${(at + 16).toString(16)}`
      const tick = { service: 'cron', name: 'tick', at: 0, ms: 12 }
      await sendTrace(full, tick, { traceId, startMs: Date.parse('2026-01-05T10:00:00Z') })
      await page.goto(`${full.origin}/trace/${traceId}?view=${view}`)
      await expect(page.locator('main h1')).toContainText('tick')
      await expect(page.locator('main footer')).toBeVisible()
    },
  })),
  ...(['statistics', 'graph', 'spans', 'flame', 'flamegraph', 'events', 'json'] as const).map((view): State => ({
    name: `trace-50000-${view}`,
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.large}?view=${view}`)
      const seen = page.getByText(/ counted = | shown|resourceSpans/u)
      await expect(seen.first()).toBeVisible({ timeout: 30_000 })
    },
  })),
]
