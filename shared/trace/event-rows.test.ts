import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { entryOf, eventRows } from './event-rows.ts'
import { finishWork } from './sliced-work.ts'
import { traceEvents } from './trace-events.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
a: root [0 100ms]
  @ 1ms "begin"
  @ 3ms "exception" exception.type=Broken exception.message=late
  @ 4ms "exception" exception.type=Broken exception.message=late
  @ 5ms "exception" exception.type=Broken exception.message=late
  @ 6ms "exception" exception.type=Broken exception.message=other
  @ 7ms "retry"
  @ 8ms "retry"
  b: child [50ms 9ms]
    @ 50ms "exception" exception.type=Broken exception.message=other
    @ 51ms "exception" exception.type=Broken exception.message=other
`,
  table,
)
const trace = buildTrace(table)
const events = finishWork(traceEvents(trace))
const KINDS = ['event', 'fold', 'repeat', 'gap']

const lines = (places: readonly number[], open: readonly number[] = []): string[] => {
  const rows = finishWork(eventRows(trace, events, Uint32Array.from(places), place => open.includes(place)))
  return [
    ...Array.from(rows.kind, (kind, row) => {
      const figure = KINDS[kind] === 'gap' ? `${rows.gap[row] / 1e6}ms` : `x${rows.events[row]}`
      return `${KINDS[kind]} ${events.time[rows.place[row]] / 1e6}ms ${figure}`
    }),
    `${rows.folded} folded, ${rows.folds} folds`,
  ]
}

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8]

test('the same exception again and again is one row; another message, span or name is not; a long silence is told', () => {
  expect(lines(ALL)).toEqual([
    'event 1ms x1',
    'fold 3ms x3',
    'event 6ms x1',
    'event 7ms x1',
    'event 8ms x1',
    'gap 8ms 42ms',
    'fold 50ms x2',
    '3 folded, 2 folds',
  ])
})

test('a fold opens by any of its events', () => {
  for (const one of [1, 2, 3]) {
    expect(lines(ALL, [one]).slice(1, 5)).toEqual(['fold 3ms x3', 'repeat 4ms x1', 'repeat 5ms x1', 'event 6ms x1'])
  }
  expect(lines(ALL, [1]).at(-1)).toBe('1 folded, 2 folds')
})

test('of few events no silence is told, and of none there are no rows', () => {
  expect(lines([6, 7])).toEqual(['event 8ms x1', 'event 50ms x1', '0 folded, 0 folds'])
  expect(lines([])).toEqual(['0 folded, 0 folds'])
})

test('which event of its span', () => {
  expect(ALL.map(place => entryOf(trace, events, place))).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1])
})
