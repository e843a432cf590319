import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { changedAttributes } from './changed-attributes.ts'
import { diffInput } from './diff-input.ts'
import { diffJson, diffJsonText } from './diff-json.ts'
import { diffRows } from './diff-rows.ts'
import { diffTraces } from './diff-traces.ts'
import { pairDifference, placesOfRow, spanPairs } from './span-pairs.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

const A = traceOf(
  'resource db version=1\ntrace a\ns: r [0 100ms] user=ann request.id=7\n  db: get [0 10ms] cache=hit rows=5\n  db: get [20ms 10ms] cache=hit rows=5\n  db: put [40ms 4ms]',
)
const B = traceOf(
  'resource db version=2\ntrace b\ns: r [0 200ms] user=ann request.id=8\n  db: get [0 10ms] cache=miss rows=5\n  db: get [20ms 60ms] cache=miss rows=6\n  db: get [90ms 30ms] cache=miss rows=6',
)
const DIFF = diffTraces(diffInput(A), diffInput(B))
const rowOf = (name: string, by: 'name' | 'path' | 'service' = 'name') => {
  const row = finishWork(diffRows(DIFF, by)).find(one => (one.name ?? one.service) === name)
  if (row === undefined) throw new Error(`no row ${name}`)
  return row
}

test('the spans of a row: pairs and those alone, the largest difference first, each once', () => {
  const listed = (name: string, by: 'name' | 'path' | 'service' = 'name'): (readonly (number | null)[])[] => {
    const { a, b } = spanPairs(DIFF, A, B, placesOfRow(DIFF, rowOf(name, by), by))
    return [...a].map((inA, k) => [
      inA < 0 ? null : A.start[inA] / 1e6,
      b[k] < 0 ? null : B.start[b[k]] / 1e6,
      pairDifference(A, B, inA, b[k]) / 1e6,
    ])
  }
  expect(listed('get')).toEqual([
    [20, 20, 50],
    [null, 90, 30],
    [0, 0, 0],
  ])
  expect(listed('put')).toEqual([[40, null, -4]])
  expect(listed('get', 'path')).toEqual(listed('get'))
  expect(listed('db', 'service').length).toBe(4)
})

test('attributes that differ anywhere: by service and key, the most spans first; ids are left out', () => {
  const lines = finishWork(changedAttributes(DIFF, A, B)).map(
    ({ from, service, key, a, b, spans, same, pairs }) =>
      `${from} ${service ?? '?'} ${key}: ${a ?? '–'} -> ${b ?? '–'}, ${same} of ${spans}, ${pairs}`,
  )
  expect(lines).toEqual([
    'span db cache: hit -> miss, 2 of 2, 1',
    'resource db version: 1 -> 2, 2 of 2, 1',
    'span db rows: 5 -> 6, 1 of 1, 1',
  ])
})

test('as JSON: one value, whose contributions add up; each line is made alone', () => {
  const rows = finishWork(diffRows(DIFF, 'name'))
  const json = diffJson(DIFF, rows, { a: { traceId: 'a', spanCount: 4 }, b: { traceId: undefined, spanCount: 4 } })
  const text = diffJsonText(json)
  expect(text.split('\n').length).toBe(json.lineCount + 1)
  const value = JSON.parse(text) as {
    differenceNs: number
    a: { durationNs: number }
    contributions: readonly { differenceNs: number }[]
    rows: readonly { name: string; change: string; b: { count: number } }[]
  }
  expect(value.differenceNs).toBe(100e6)
  expect(value.a.durationNs).toBe(100e6)
  expect(value.contributions.reduce((sum, { differenceNs }) => sum + differenceNs, 0)).toBe(100e6)
  expect(value.rows.map(({ name, change, b }) => `${name} ${change} ${b.count}`)).toEqual([
    'r slower 1',
    'get slower 3',
    'put removed 0',
  ])
})
