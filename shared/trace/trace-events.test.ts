import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { finishWork } from './sliced-work.ts'
import { eventPlaces, traceEvents } from './trace-events.ts'
import { spanName } from './trace.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
a: root [10ms 100ms]
  @ 60ms "late"
  @ 12ms "early" k=v
  b: child [20ms 5ms] error
    @ 24ms "exception" exception.type=Broken
    @ 1ms "before the trace"
  b: quiet [30ms 1ms]
`,
  table,
)
const trace = buildTrace(table)
const events = finishWork(traceEvents(trace))
const nameAt = (place: number): string => table.dictionary.text(table.eventName[events.event[place]])

test('in order of time, with their spans; exceptions are the first of the names', () => {
  expect(Array.from(events.time, (time, k) => `${time / 1e6} ${nameAt(k)} ${spanName(trace, events.span[k])}`)).toEqual(
    ['-9 before the trace child', '2 early root', '14 exception child', '50 late root'],
  )
  expect(events.names.map(({ name, count }) => `${name} ${count}`)).toEqual([
    'exception 1',
    'before the trace 1',
    'early 1',
    'late 1',
  ])
  expect([events.count, events.spans]).toEqual([4, 2])
})

test('only those of counted spans, within a stretch, of one name', () => {
  const names = (...args: [Uint8Array?, { start: number; end: number }?, number?]): readonly string[] =>
    Array.from(finishWork(eventPlaces(trace, events, args[0], args[1], args[2])), nameAt)
  expect(names(Uint8Array.of(1, 0, 0))).toEqual(['early', 'late'])
  expect(names(undefined, { start: 0, end: 20e6 })).toEqual(['early', 'exception'])
  expect(names(undefined, undefined, table.dictionary.find('late'))).toEqual(['late'])
})
