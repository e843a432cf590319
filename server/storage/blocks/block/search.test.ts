import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { rowTest } from '#shared/query/evaluate.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import { formatTraceId } from '#shared/spans/ids.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { Span } from '#shared/spans/span.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import type { TraceSummaries } from '#server/storage/store.ts'
import { dealRows, randomCondition, randomQuery, randomTable } from '#server/storage/contract/random-traces.ts'
import { segmentsOf } from './random-store.ts'
import { searchSegments } from './search.ts'
import { TableSegment } from './table-segment.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** The answer by brute force: spans as objects, nothing shared with the search but the test of a row. */
function oracle(table: SpanTable, query: TraceQuery): { id: string; start: bigint; text: string }[] {
  const holds = rowTest(query.where, table)
  const traces = new Map<string, number[]>()
  for (let row = 0; row < table.rowCount; row++) {
    const id = formatTraceId(table.traceId, row)
    traces.set(id, [...(traces.get(id) ?? []), row])
  }
  const found = []
  for (const [id, rows] of traces) {
    const matched = rows.filter(row => {
      const start = timeAt(table.startTime, row)
      return start >= query.from && start <= query.to && holds(row)
    })
    if (matched.length === 0) continue
    const spans = rows.map(row => new Span(table, row))
    const start = spans.map(span => span.startTime).reduce((a, b) => (a < b ? a : b))
    const end = spans.map(span => span.endTime).reduce((a, b) => (a > b ? a : b))
    const { min = -Infinity, max = Infinity } = query.traceDuration ?? {}
    if (Number(end - start) < min || Number(end - start) > max) continue
    spans.sort((a, b) =>
      a.startTime < b.startTime ? -1 : a.startTime > b.startTime ? 1 : a.spanId < b.spanId ? -1 : 1,
    )
    // Of spans with one id and start any may be the root: only what they share is compared.
    const root =
      spans.find(span => spans.every(other => other === span || other.spanId !== span.parentSpanId)) ?? spans[0]
    const services = new Map<string, number>()
    for (const { serviceName = '-' } of spans) services.set(serviceName, (services.get(serviceName) ?? 0) + 1)
    const errors = spans.filter(span => span.status === 'error').length
    const counts = `${spans.length} spans ${errors} errors ${matched.length} matched`
    const byName = [...services].map(([name, count]) => `${name}:${count}`).sort()
    found.push({ id, start, text: `${id} ${start} ${end} ${counts} ${root.spanId} ${byName.join()}` })
  }
  return found.sort((a, b) => (a.start > b.start ? -1 : a.start < b.start ? 1 : a.id < b.id ? -1 : 1))
}

function texts(answer: TraceSummaries): string[] {
  return answer.traces.map(trace => {
    const counts = `${trace.spanCount} spans ${trace.errorCount} errors ${trace.matchedCount} matched`
    const byName = trace.services.map(({ name = '-', spanCount }) => `${name}:${spanCount}`).sort()
    return `${trace.traceId} ${trace.startTime} ${trace.endTime} ${counts} ${trace.root.spanId} ${byName.join()}`
  })
}

test(`a search over blocks and open tables answers as brute force does (seed ${SEED})`, () => {
  let answers = 0
  for (let round = 0; round < 25; round++) {
    const random = new Random(SEED + round)
    const table = randomTable(random, 20 + random.below(150), 1 + random.below(25))
    const whole = mergeTables([table])
    const count = 1 + random.below(4)
    const segments = segmentsOf(dealRows(random, table, count), random.below(count + 1))
    for (let k = 0; k < 25; k++) {
      const query = randomQuery(random, table)
      const expected = oracle(whole, query)
      answers += Math.min(1, expected.length)
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const answer = searchSegments(segments, { ...query, cursor }, { now: 0n })
        expect(answer.traces.length).toBeLessThanOrEqual(query.limit)
        seen.push(...texts(answer))
        cursor = answer.cursor
      } while (cursor !== undefined && seen.length < 1000)
      const asked = JSON.stringify(query, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))
      expect(seen, `round ${round} query ${k} ${asked}`).toEqual(expected.map(({ text }) => text))
    }
  }
  // The queries are about the data: most of them find something.
  expect(answers).toBeGreaterThan(300)
})

test('an open table is searched up to what it holds now', () => {
  const random = new Random(3)
  const table = randomTable(random, 30, 5)
  const segment = new TableSegment('open', table)
  const query = { where: { node: 'true' }, from: 0n, to: 2n ** 64n - 1n, limit: 100 } as const
  const spans = (): number =>
    searchSegments([segment], query, { now: 0n }).traces.reduce((sum, { spanCount }) => sum + spanCount, 0)
  expect(spans()).toBe(30)
  for (const more of dealRows(random, randomTable(random, 200, 40), 1, 0)) {
    const [rows] = [more.rowCount]
    for (let row = 0; row < rows; row++) {
      const target = table.beginSpan()
      table.traceId.set(more.traceId.subarray(row * 4, row * 4 + 4), target * 4)
      table.spanId.set(more.spanId.subarray(row * 2, row * 2 + 2), target * 2)
      table.startTime.set(more.startTime.subarray(row * 2, row * 2 + 2), target * 2)
      table.endSpan()
    }
  }
  expect(spans()).toBe(230)
})

test('what it cannot run is refused by name, a wrong cursor too', () => {
  const [segment] = segmentsOf([randomTable(new Random(1), 10, 2)], 0)
  const base = { from: 0n, to: 2n ** 64n - 1n, limit: 1 }
  const name = { kind: 'intrinsic', name: 'name' } as const
  const no = (where: TraceQuery['where'], cursor?: string) => () =>
    searchSegments([segment], { ...base, where, ...(cursor === undefined ? {} : { cursor }) }, { now: 0n })
  expect(no({ node: 'or', operands: [] })).toThrow('the condition or')
  expect(no({ node: 'not', operand: { node: 'true' } })).toThrow('the condition not')
  const value = { type: 'string', value: 'x' } as const
  expect(no({ node: 'compare', field: name, operator: '=~', value })).toThrow('the operator =~ on name')
  expect(no({ node: 'and', operands: [{ node: 'compare', field: name, operator: '>', value }] })).toThrow('operator >')
  expect(no({ node: 'true' }, 'nonsense')).toThrow('cursor')
  expect(randomCondition(new Random(1), randomTable(new Random(2), 5, 1))).toBeDefined()
})

test('a search that is stopped says why and gives what it found', () => {
  const tables = dealRows(new Random(5), randomTable(new Random(5), 200, 50), 4, 0)
  const segments = segmentsOf(tables, 0)
  let looks = 0
  const query = { where: { node: 'true' }, from: 0n, to: 2n ** 64n - 1n, limit: 1000 } as const
  const answer = searchSegments(segments, query, { now: 7n, stop: () => (looks++ > 1 ? 'deadline' : undefined) })
  expect(answer.incomplete).toBe('deadline')
  expect(answer.asOf).toBe(7n)
  expect(answer.traces.length).toBeGreaterThan(0)
  expect(answer.traces.length).toBeLessThan(50)
})
