import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { selfTimes } from './self-time.ts'
import { finishWork } from './sliced-work.ts'
import { windowTotals } from './window-totals.ts'

const table = new SpanTableBuilder()
parseTraces('a: top [0 100ms]\n  a: x [10ms 20ms] error\n  a: y [50ms 20ms]\n    a: z [50ms 5ms] error', table)
const trace = buildTrace(table)
const self = selfTimes(trace)
const totals = (start: number, end: number, kept?: Uint8Array): unknown =>
  finishWork(windowTotals(trace, self, kept, { start: start * 1e6, end: end * 1e6 }))

test('spans that touch a stretch, their errors and self times; those that a filter hides are left out', () => {
  expect(totals(0, 100)).toEqual({ count: 4, errors: 2, selfNs: 100e6 })
  expect(totals(31, 40)).toEqual({ count: 1, errors: 0, selfNs: 60e6 })
  expect(totals(30, 40)).toEqual({ count: 2, errors: 1, selfNs: 80e6 })
  expect(totals(56, 60, Uint8Array.of(0, 1, 1, 1))).toEqual({ count: 1, errors: 0, selfNs: 15e6 })
  expect(totals(101, 200)).toEqual({ count: 0, errors: 0, selfNs: 0 })
})
