import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Random } from '#shared/generator/random.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { idleGaps } from './idle-gaps.ts'
import { traceOverview } from './overview.ts'
import { timeMap } from './time-map.ts'
import type { Trace } from './trace.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

const late = traceOf(`
a: request [0 2s]
  a: work [100ms 1s]
b: follow-up [38s 2s]
`)

test('what nothing ran in is a gap, exact to its ends', () => {
  expect(idleGaps(late)).toEqual([{ start: 2e9, end: 38e9 }])
})

test('a parent that waits is no gap, nor is a pause below a tenth of the trace', () => {
  const text = `
a: request [0 10s]
  a: first [0 1s]
  a: last [9s 1s]
b: soon after [10.9s 1s]
`
  expect(idleGaps(traceOf(text))).toEqual([])
})

test('a span that ends before it starts runs in between; a trace of one span or of no time has no gaps', () => {
  expect(idleGaps(traceOf('a: one [0 1s]\nb: odd [10s -9s]'))).toEqual([])
  expect(idleGaps(traceOf('a: one [0 1s]'))).toEqual([])
  expect(idleGaps(traceOf('a: one [0 0]\nb: two [0 0]'))).toEqual([])
})

test('gaps are those that trying every moment finds', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9)
  const random = new Random(seed)
  for (let round = 0; round < 200; round++) {
    const lines = Array.from({ length: 2 + random.below(8) }, () => {
      return `a: x [${random.below(1000)}ms ${random.below(60)}ms]`
    })
    const trace = traceOf(lines.join('\n'))
    const busy = new Uint8Array(1100)
    for (let i = 0; i < trace.size; i++) busy.fill(1, trace.start[i] / 1e6, trace.end[i] / 1e6)
    const least = trace.durationNs / 1e6 / 10
    const expected: { start: number; end: number }[] = []
    for (let from = 0; from < trace.durationNs / 1e6;) {
      let to = from
      while (to < trace.durationNs / 1e6 && busy[to] === busy[from]) to++
      // A span of no time in the middle of a stretch parts it.
      if (busy[from] === 0) {
        const marks = [...trace.start.subarray(0, trace.size)].map(ns => Math.round(ns / 1e6))
        const points = [from, ...marks.filter(at => at > from && at < to), to].sort((a, b) => a - b)
        for (let k = 1; k < points.length; k++) {
          if (points[k] - points[k - 1] >= least) expected.push({ start: points[k - 1] * 1e6, end: points[k] * 1e6 })
        }
      }
      from = to
    }
    expect(idleGaps(trace), `SEED=${seed}, round ${round}\n${lines.join('\n')}`).toEqual(expected)
  }
})

test('the map shrinks gaps, keeps the rest, and leads back', () => {
  const map = timeMap(late.durationNs, idleGaps(late))
  expect(map.display(1e9)).toBe(1e9)
  expect(map.display(2e9)).toBe(2e9)
  expect(map.display(38e9) - map.display(2e9)).toBeCloseTo(0.06 * 4e9, 0)
  expect(map.display(40e9) - map.display(39e9)).toBeCloseTo(1e9, 0)
  for (const time of [-5e8, 0, 1e9, 2e9, 20e9, 38e9, 39e9, 41e9])
    expect(map.time(map.display(time))).toBeCloseTo(time, 0)
})

test('the overview has room for what is not gap', () => {
  const filled = (overview: { cells: Uint32Array }) => overview.cells.filter(cell => cell !== 0).length
  const full = traceOverview(late, 100, 2)
  const short = traceOverview(late, 100, 2, timeMap(late.durationNs, idleGaps(late)))
  expect(filled(full)).toBeLessThan(20)
  expect(filled(short)).toBeGreaterThan(80)
})
