import { expect, test } from 'vitest'
import { serviceEdges } from '#shared/services/edges.ts'
import { formatTraceId, idWords } from '#shared/spans/ids.ts'
import { Span } from '#shared/spans/span.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { timeAt } from '#shared/spans/time.ts'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { makeDemo } from './demo.ts'
import { RECONCILE_SPANS } from './reconcile.ts'

const NOW = 1_767_225_600_000_000_000n
const demo = makeDemo({ now: NOW })
const table = new SpanTableBuilder()
for (const batch of demo.batches) batch.write(table)

function rowsOf(traceId: string): Span[] {
  const words = idWords(traceId as never)
  const spans: Span[] = []
  for (let row = 0; row < table.rowCount; row++) {
    if (words.every((word, k) => table.traceId[row * 4 + k] === word)) spans.push(new Span(table, row))
  }
  return spans
}

test('counts are as told, batches bounded, no span twice', () => {
  expect(table.rowCount).toBe(demo.spanCount)
  expect(demo.batches.reduce((sum, batch) => sum + batch.spanCount, 0)).toBe(demo.spanCount)
  expect(Math.max(...demo.batches.map(batch => batch.spanCount))).toBe(2048)
  const traces = new Set<string>()
  for (let row = 0; row < table.rowCount; row++) traces.add(formatTraceId(table.traceId, row))
  expect(traces.size).toBe(demo.traceCount)
  expect(demo.traceCount).toBeGreaterThan(200)
  expect(mergeTables([table]).rowCount).toBe(table.rowCount)
})

test('everything lies in the hour before now', () => {
  const outside: number[] = []
  for (let row = 0; row < table.rowCount; row++) {
    const [start, end] = [timeAt(table.startTime, row), timeAt(table.endTime, row)]
    if (start < NOW - 3_600_000_000_000n || end > NOW || end < start) outside.push(row)
  }
  expect(outside).toEqual([])
})

test('the slow checkout: 1.84 s, 412 times one query, an error and its second try, a mail later', () => {
  const spans = rowsOf(demo.story.slowCheckout)
  expect(spans[0].name).toBe('POST /api/checkout')
  expect(spans[0].durationNs).toBe(1_842_000_000)
  expect(spans.filter(span => span.name === 'SELECT ledger_entry')).toHaveLength(412)
  const tries = spans.filter(span => span.name === 'FetchFeatures')
  expect(tries.map(span => span.status)).toEqual(['error', 'unset'])
  expect(tries[0].events[0].name).toBe('exception')
  expect(tries[1].startTime > tries[0].endTime).toBe(true)
  const mail = spans.find(span => span.kind === 'consumer')
  expect(mail?.serviceName).toBe('push-sender')
  expect(spans.find(span => span.serviceName === 'payments')?.resource.attributes).toContainEqual({
    key: 'service.version',
    value: { type: 'string', value: '2.4.0' },
  })
})

test('the same before the change: one query, no error, half the time', () => {
  const spans = rowsOf(demo.story.quickCheckout)
  expect(spans[0].durationNs).toBeLessThan(800_000_000)
  expect(spans.filter(span => span.name.startsWith('SELECT ledger_entry'))).toHaveLength(1)
  expect(spans.some(span => span.status === 'error')).toBe(false)
})

test('the batch job has 50,000 spans and some errors', () => {
  const spans = rowsOf(demo.story.reconcileLedger)
  expect(spans).toHaveLength(RECONCILE_SPANS)
  expect(spans.filter(span => span.status === 'error').length).toBeGreaterThan(1)
})

test('children of every trace lie inside their parents, but for what comes by message', () => {
  const rows = new Map<string, number>()
  for (let row = 0; row < table.rowCount; row++) rows.set(new Span(table, row).spanId, row)
  let children = 0
  for (let row = 0; row < table.rowCount; row++) {
    const span = new Span(table, row)
    if (span.parentSpanId === undefined || span.kind === 'consumer') continue
    const parent = new Span(table, rows.get(span.parentSpanId)!)
    if (span.serviceName === 'push-sender' || parent.serviceName === 'push-sender') continue
    children++
    if (span.startTime < parent.startTime || span.endTime > parent.endTime) {
      throw new Error(`${span.serviceName} ${span.name} is not inside ${parent.name}`)
    }
  }
  expect(children).toBeGreaterThan(50_000)
})

test('every resource is marked; errors, slow databases and thirteen services are there', () => {
  for (let row = 0; row < table.rowCount; row += 97) {
    expect(new Span(table, row).resource.attributes).toContainEqual({
      key: 'spoor.demo',
      value: { type: 'bool', value: true },
    })
  }
  const services = new Set(serviceEdges(table).flatMap(({ parent, child }) => [parent, child]))
  expect([...services].sort()).toEqual([
    'cart',
    'catalog',
    'checkout',
    'dispatch',
    'driver-index',
    'edge-gateway',
    'fraud-check',
    'identity',
    'inventory',
    'payments',
    'pricing',
    'push-sender',
    'route-planner',
    'storefront',
  ])
  const spans = Array.from({ length: table.rowCount }, (_, row) => new Span(table, row))
  expect(spans.some(span => span.name === 'SELECT stock FOR UPDATE' && span.durationNs > 3e8)).toBe(true)
  expect(spans.some(span => span.name === 'GET /api/items/{id}' && span.status === 'error')).toBe(true)
})

test('the same seed and time give the same; writing a batch twice writes the same', () => {
  const again = makeDemo({ now: NOW })
  expect(again.story).toEqual(demo.story)
  const [first, second] = [new SpanTableBuilder(), new SpanTableBuilder()]
  again.batches.at(-1)?.write(first)
  demo.batches.at(-1)?.write(second)
  expect(describeSpans(first)).toEqual(describeSpans(second))
  expect(makeDemo({ now: NOW, seed: 2 }).story).not.toEqual(demo.story)
})
