import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { SpanComparer } from '#shared/spans/equal-spans.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import { setTime } from '#shared/spans/time.ts'
import { bytesAsFile } from './block-file.ts'
import { BlockReader } from './block-reader.ts'
import { BlockSegment } from './block-segment.ts'
import { blockSummaryFromJson, blockSummaryToJson } from './block-summary.ts'
import { encodeBlock } from './block-writer.ts'
import { PageCache } from './page-cache.ts'
import { bucketOf } from './pages/numbers.ts'
import { randomTable } from '#server/storage/contract/random-traces.ts'
import { searchSegments } from './search.ts'
import { AS_STORED } from './settle.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const RECEIVED = { firstReceivedMs: 1_700_000_000_000, lastReceivedMs: 1_700_000_300_000 }

function open(parts: readonly Uint8Array[], cache = new PageCache()): BlockReader {
  return BlockReader.open(bytesAsFile(parts), { cache, name: 'block' })
}

test('the view of a shared table is written without being copied, and says what it holds', () => {
  const table = new SpanTableBuilder({
    shared: true,
    capacity: {
      rows: 4096,
      attributes: 65_536,
      dictionary: 65_536,
      dictionaryBytes: 1 << 20,
      resourceAttributes: 1024,
    },
  })
  const fill = new Traffic(table, { seed: 4, services: 10 })
  while (table.rowCount < 3000) fill.addTrace(1_700_000_000_000_000_000n + BigInt(table.rowCount) * 1_000_000n)
  table.publish()
  const view = viewSpanTable({ buffer: table.buffer, capacity: table.capacity })
  const { parts, summary, copiesRemoved } = encodeBlock(
    { tables: [view], ...RECEIVED },
    { spanClass: 'demo', tenant: 'acme' },
  )
  expect(copiesRemoved).toBe(0)
  const reader = open(parts)
  expect(reader.summary()).toEqual(summary)
  expect(summary).toMatchObject({ rowCount: table.rowCount, spanClass: 'demo', tenant: 'acme', ...RECEIVED })
  expect(summary?.bytes).toBe(parts.reduce((sum, part) => sum + part.length, 0))
  const again = summary === undefined ? undefined : blockSummaryFromJson(blockSummaryToJson(summary))
  expect(again).toEqual(summary)
  const back = new SpanTableBuilder({ limits: AS_STORED })
  expect(reader.readAll(back)).toBe(table.rowCount)
})

test('nothing comes of no rows, and of rows that earlier blocks have', () => {
  const nothing = { parts: [], summary: undefined }
  const main = { spanClass: 'main' } as const
  expect(encodeBlock({ tables: [new SpanTableBuilder()], ...RECEIVED }, main)).toEqual({ ...nothing, copiesRemoved: 0 })
  const table = randomTable(new Random(3), 40, 5)
  const first = encodeBlock({ tables: [table], ...RECEIVED }, main)
  const again = encodeBlock({ tables: [table], ...RECEIVED }, { ...main, earlier: [open(first.parts)] })
  expect(again).toEqual({ ...nothing, copiesRemoved: 40 })
})

test('the same rows give the same bytes', () => {
  const bytes = (): Buffer =>
    Buffer.concat(
      encodeBlock({ tables: [randomTable(new Random(8), 60, 9)], ...RECEIVED }, { spanClass: 'main' }).parts,
    )
  expect(bytes().equals(bytes())).toBe(true)
})

test('a trace of 60,000 spans, each the child of the one before, lies in one group and comes back', () => {
  const table = new SpanTableBuilder()
  table.endResource(0, 0)
  table.endScope(0, 0, 0, 0)
  const count = 60_000
  for (let i = 0; i < count; i++) {
    const row = table.beginSpan()
    table.traceId.set([0, 0, 1, 1], row * 4)
    table.spanId.set([i + 1, 0], row * 2)
    table.parentSpanId.set([i, 0], row * 2)
    setTime(table.startTime, row, 1_700_000_000_000_000_000n + BigInt(i))
    setTime(table.endTime, row, 1_700_000_000_000_000_000n + BigInt(2 * count - i))
    table.endSpan()
  }
  const reader = open(encodeBlock({ tables: [table], ...RECEIVED }, { spanClass: 'main' }).parts)
  expect(reader.groupCount).toBe(1)
  const back = new SpanTableBuilder({ limits: AS_STORED })
  expect(reader.readTrace(Uint32Array.of(0, 0, 1, 1), back)).toBe(count)
  const comparer = new SpanComparer(table, back)
  for (let row = 0; row < count; row += 997) expect(comparer.equal(row, row)).toBe(true)
  const query = { where: { node: 'true' }, from: 0n, to: 2n ** 64n - 1n, limit: 5 } as const
  const { traces } = searchSegments([new BlockSegment(reader)], query, { now: 0n })
  expect(traces).toMatchObject([{ spanCount: count, matchedCount: count, root: { spanId: '0100000000000000' } }])
})

test(`the roll-up is a recount (seed ${SEED})`, () => {
  const table = randomTable(new Random(SEED), 120, 30)
  const { parts } = encodeBlock({ tables: [table], ...RECEIVED }, { spanClass: 'main' })
  const reader = open(parts)
  const back = new SpanTableBuilder({ limits: AS_STORED })
  reader.readAll(back)
  const expected = new Map<string, number>()
  for (let row = 0; row < back.rowCount; row++) {
    const span = new Span(back, row)
    const minute = span.startTime / 60_000_000_000n
    const operation = `${span.serviceName} ${span.name} ${back.kind[row]} ${span.status === 'error'}`
    const key = `${minute} ${operation} ${bucketOf(span.durationNs)}`
    expected.set(key, (expected.get(key) ?? 0) + 1)
  }
  const { texts } = reader.catalogue()
  const seen = new Map<string, number>()
  for (const { minute, service, name, kind, error, count, buckets } of reader.rollup()) {
    const operation = `${service < 0 ? undefined : texts.text(service)} ${texts.text(name)} ${kind} ${error}`
    for (let i = 0; i < buckets.length; i += 2) seen.set(`${minute} ${operation} ${buckets[i]}`, buckets[i + 1])
    expect(count).toBe(buckets.reduce((sum, value, i) => sum + (i % 2 === 1 ? value : 0), 0))
  }
  expect(seen).toEqual(expected)
})

test('a small cache gives the same answers', () => {
  const table = new SpanTableBuilder()
  const traffic = new Traffic(table, { seed: 5 })
  while (table.rowCount < 20_000) traffic.addTrace(1_700_000_000_000_000_000n + BigInt(table.rowCount) * 1_000_000n)
  const { parts } = encodeBlock({ tables: [table], ...RECEIVED }, { spanClass: 'main' })
  const field = { kind: 'attribute', scope: 'any', key: 'user.id' } as const
  const where = { node: 'compare', field, operator: '=', value: { type: 'string', value: 'user-17' } } as const
  const query = { where, from: 0n, to: 2n ** 64n - 1n, limit: 50 }
  const [small, large] = [new PageCache(20_000), new PageCache()].map(cache => open(parts, cache))
  const answers = [small, large].map(reader => searchSegments([new BlockSegment(reader)], query, { now: 0n }))
  expect(answers[0].traces.length).toBeGreaterThan(0)
  expect(answers[0]).toEqual(answers[1])
})
