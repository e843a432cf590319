import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { criticalPathOf } from '#shared/trace/critical-path.ts'
import { selfTimes } from '#shared/trace/self-time.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { traceEvents } from '#shared/trace/trace-events.ts'
import { eventsFile } from './events-file.ts'

const table = new SpanTableBuilder()
parseTraces(
  'a: root [0 2ms]\n  @ 1us "begin"\n  @ 500us "exception" exception.message="no, \\"never\\"" __proto__=5',
  table,
)
const trace = buildTrace(table)
const figures = { trace, self: selfTimes(trace), critical: undefined, byDuration: Uint32Array.of(0) }
const counted = { trace, path: criticalPathOf(trace), services: ['a'], figures, included: undefined, count: 1 }
const events = finishWork(traceEvents(trace))
const file = (form: 'csv' | 'jsonl'): string =>
  finishWork(eventsFile(counted, events, Uint32Array.of(0, 1), form)).join('')

test('JSON lines: an event a line, times exact, keys whatever they are', () => {
  const [first, second, end] = file('jsonl').split('\n')
  expect(JSON.parse(first)).toEqual({
    time_unix_ns: '1767225600000001000',
    span_id: '0000000000000001',
    service: 'a',
    span: 'root',
    event: 'begin',
    attributes: {},
  })
  const { attributes } = JSON.parse(second) as { attributes: object }
  expect(Object.entries(attributes)).toEqual([
    ['exception.message', 'no, "never"'],
    ['__proto__', '5'],
  ])
  expect(end).toBe('')
})

test('CSV: attributes are JSON in one field', () => {
  const [heads, , second] = file('csv').split('\r\n')
  expect(heads).toBe('time_unix_ns,span_id,service,span,event,attributes')
  expect(second).toContain(',a,root,exception,"{""exception.message"":""no, \\""never\\"""",""__proto__"":""5""}"')
})
