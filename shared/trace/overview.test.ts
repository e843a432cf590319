import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { traceOverview } from './overview.ts'

function drawn(text: string, columns: number, lanes: number): string {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  const trace = buildTrace(table)
  const overview = traceOverview(trace, columns, lanes)
  const lines = Array.from({ length: overview.lanes }, (_, lane) =>
    Array.from(overview.cells.subarray(lane * columns, (lane + 1) * columns), cell =>
      cell === 0 ? '.' : (trace.services[cell - 1] ?? '?'),
    ).join(''),
  )
  return [...lines, Array.from(overview.errors, one => (one === 1 ? '*' : ' ')).join('')].join('\n').trimEnd()
}

test('each cell has the longest span there, and the shortest span has a cell', () => {
  const text = `
a: root [0 10ms]
  b: long [1ms 6ms]
    c: below [2ms 1ms] error
  d: over it [5ms 3ms]
  e: tiny [9.5ms 1ns]
`
  expect(drawn(text, 10, 10)).toBe('aaaaaaaaaa\n.bbbbbbbde\n..cc......\n   *')
})

test('deep traces share lanes; no duration fills the first column', () => {
  const deep = Array.from(
    { length: 9 },
    (_, i) => `${'  '.repeat(i)}${String.fromCharCode(97 + i)}: x [${i}ms ${18 - 2 * i}ms]`,
  )
  expect(drawn(deep.join('\n'), 9, 3).split('\n')).toHaveLength(3)
  expect(drawn('a: x [0 0]', 4, 3)).toBe('a...')
  expect(drawn('', 4, 3)).toBe('....')
})

test('an end before its start takes the cell of its start', () => {
  expect(drawn('a: x [0 4ms]\n  b: y [3ms -2ms]', 4, 3)).toBe('aaaa\n...b')
})
