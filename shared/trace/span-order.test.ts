import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { selfTimes } from './self-time.ts'
import { finishWork } from './sliced-work.ts'
import { type SpanColumn, spansInOrder } from './span-order.ts'
import { spanName } from './trace.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
b: root [0 100ms] n=10
  a: z [10ms 30ms] n=9
  a: y [50ms 40ms] error n=text
  b: x [95ms 5ms]
`,
  table,
)
const trace = buildTrace(table)

function names(column: SpanColumn, ascending: boolean, included?: Uint8Array): string {
  const order = finishWork(spansInOrder(trace, selfTimes(trace), { column, ascending }, included))
  return Array.from(order, i => spanName(trace, i)).join(' ')
}

test('by every column, both ways', () => {
  expect(names({ kind: 'start' }, true)).toBe('root z y x')
  expect(names({ kind: 'duration' }, false)).toBe('root y z x')
  expect(names({ kind: 'self' }, true)).toBe('x root z y')
  expect(names({ kind: 'name' }, true)).toBe('y z root x')
  expect(names({ kind: 'status' }, false)).toBe('y root z x')
})

test('attributes: numbers by size, then texts; who has none stands last both ways', () => {
  expect(names({ kind: 'attribute', key: 'n' }, true)).toBe('z root y x')
  expect(names({ kind: 'attribute', key: 'n' }, false)).toBe('y root z x')
})

test('only what counts', () => {
  expect(names({ kind: 'start' }, true, Uint8Array.of(0, 1, 0, 1))).toBe('z x')
})
