import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { compareTraces } from './compare-table.ts'
import type { Trace } from './trace.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

const lines = (a: string, b: string): readonly string[] =>
  compareTraces(traceOf(a), traceOf(b)).map(row => {
    const side = (one: typeof row.a): string =>
      `${one.count} x ${one.totalNs / 1e6} (self ${one.selfNs / 1e6}, errors ${one.errorCount})`
    return `${row.service ?? '?'} ${row.name}: ${side(row.a)} -> ${side(row.b)}`
  })

test('sums by service and name on each side, the largest change first', () => {
  const a = 'shop: buy [0 10ms]\n  db: read [2ms 4ms]\n?: tick [20ms 1ms]'
  const b = 'shop: buy [0 30ms]\n  db: read [2ms 4ms]\n  db: read [10ms 8ms] error\ndb: buy [40ms 1ms]'
  expect(lines(a, b)).toEqual([
    'shop buy: 1 x 10 (self 6, errors 0) -> 1 x 30 (self 18, errors 0)',
    'db read: 1 x 4 (self 4, errors 0) -> 2 x 12 (self 12, errors 1)',
    '? tick: 1 x 1 (self 1, errors 0) -> 0 x 0 (self 0, errors 0)',
    'db buy: 0 x 0 (self 0, errors 0) -> 1 x 1 (self 1, errors 0)',
  ])
})

test('a span that ends early counts as 0', () => {
  expect(lines('s: x [5ms -3ms]', 's: x [0 1ms]')).toEqual([
    's x: 1 x 0 (self 0, errors 0) -> 1 x 1 (self 1, errors 0)',
  ])
})
