import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { selfTimes } from './self-time.ts'
import { finishWork } from './sliced-work.ts'
import { attributeKeys, type GroupBy, spanGroups } from './statistics-keys.ts'
import { heaviestSpans, largestGroups, likeSpans } from './statistics-like.ts'
import { countedSpans, durationOrder, groupFigures, pairGroups, type SpanFigures } from './statistics.ts'
import type { Trace } from './trace.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

const QUERIES = Array.from({ length: 20 }, (_, i) => `    db: SELECT [${10 + 2 * i}ms ${i + 1}us] db.rows=${i % 2}`)
const TRACE = traceOf(`
front: GET / [0 100ms] error "failed"
  cart: read [10ms 80ms] db.rows="1"
${QUERIES.join('\n')}
`)
const self = selfTimes(TRACE)

function figuresOf(trace: Trace, own: Float64Array): SpanFigures {
  return { trace, self: own, critical: undefined, byDuration: finishWork(durationOrder(trace)) }
}

function grouped(by: GroupBy, included?: Uint8Array): Record<string, readonly number[]> {
  const groups = finishWork(spanGroups(TRACE, by))
  const figures = finishWork(groupFigures(figuresOf(TRACE, self), groups.keys, groups.count, included))
  return Object.fromEntries(
    groups.labels.map((label, g) => [
      label ?? '(none)',
      [figures.count[g], figures.errors[g], figures.total[g], figures.self[g], figures.p50[g], figures.p95[g]],
    ]),
  )
}

test('by service: counts, errors, totals, self times and percentiles by nearest rank', () => {
  expect(grouped({ kind: 'service' })).toEqual({
    front: [1, 1, 100e6, 20e6, 100e6, 100e6],
    cart: [1, 0, 80e6, 80e6 - 210e3, 80e6, 80e6],
    db: [20, 0, 210e3, 210e3, 10e3, 19e3],
  })
})

test('by an attribute: the number and the text of it are one value, and who lacks it is a group', () => {
  const groups = grouped({ kind: 'attribute', key: 'db.rows' })
  expect(Object.keys(groups)).toEqual(['0', '1', '(none)'])
  expect(groups['1'][0]).toBe(11)
  expect(groups['0'][0]).toBe(10)
  expect(grouped({ kind: 'attribute', key: 'no such key' })).toEqual({ '(none)': [22, 1, 180.21e6, 100e6, 11e3, 80e6] })
  expect(attributeKeys(TRACE).find(({ key }) => key === 'db.rows')).toEqual({ key: 'db.rows', count: 21, onSpans: 21 })
})

test('what is not included counts nowhere', () => {
  const included = new Uint8Array(TRACE.size).fill(1)
  included[0] = 0
  expect(grouped({ kind: 'service' }, included)['front']).toEqual([0, 0, 0, 0, 0, 0])
})

test('least, most, first and heaviest; pairs of two groupings add up to the outer one', () => {
  const outer = finishWork(spanGroups(TRACE, { kind: 'service' }))
  const inner = finishWork(spanGroups(TRACE, { kind: 'attribute', key: 'db.rows' }))
  const all = figuresOf(TRACE, self)
  const ofOuter = finishWork(groupFigures(all, outer.keys, outer.count, undefined))
  expect([ofOuter.least[2], ofOuter.most[2], ofOuter.first[2], ofOuter.heaviest[2]]).toEqual([1e3, 20e3, 2, 21])
  const pairs = finishWork(pairGroups(outer, inner))
  const ofPairs = finishWork(groupFigures(all, pairs.keys, pairs.count, undefined))
  const sums = new Float64Array(outer.count)
  for (let p = 0; p < pairs.count; p++) sums[pairs.outer[p]] += ofPairs.self[p]
  expect([...sums]).toEqual([...ofOuter.self])
  expect(pairs.count).toBe(4)
})

test('spans like one, the slowest first, with their median', () => {
  const like = finishWork(likeSpans(TRACE, figuresOf(TRACE, self), 2, 3, undefined))
  expect(like).toEqual({ count: 20, p50: 10e3, p95: 19e3, slowest: [21, 20, 19] })
})

test('the spans and the groups with the most self time, of those that count', () => {
  const figures = figuresOf(TRACE, self)
  expect(finishWork(heaviestSpans(figures, 4, undefined))).toEqual([1, 0, 21, 20])
  const calls = Uint8Array.from({ length: TRACE.size }, (_, i) => (i > 1 ? 1 : 0))
  expect(finishWork(heaviestSpans(figures, 2, calls))).toEqual([21, 20])
  expect(finishWork(heaviestSpans(figures, 5, new Uint8Array(TRACE.size)))).toEqual([])
  const services = finishWork(largestGroups(TRACE, figures, { kind: 'service' }, undefined, 2))
  expect(services.largest.map(group => services.labels[group])).toEqual(['cart', 'front'])
  expect(services.allSelf).toBe(100e6)
  const values = finishWork(largestGroups(TRACE, figures, { kind: 'attribute', key: 'db.rows' }, calls, 9))
  expect(values.largest.map(group => [values.labels[group], values.self[group]])).toEqual([
    ['1', 110e3],
    ['0', 100e3],
  ])
})

test('a filter and a stretch of time together say which spans count', () => {
  const kept = new Uint8Array(TRACE.size).fill(1)
  kept[2] = 0
  expect(finishWork(countedSpans(TRACE, kept, { start: 0, end: 12e6 }))).toMatchObject({ count: 3 })
  expect(finishWork(countedSpans(TRACE, undefined, undefined))).toEqual({ included: undefined, count: TRACE.size })
})
