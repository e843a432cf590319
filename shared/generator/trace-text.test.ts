import { expect, test } from 'vitest'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { describeSpans } from './describe-spans.ts'
import { formatTraces } from './format-traces.ts'
import { parseTraces } from './parse-traces.ts'

function tableOf(text: string): SpanTableBuilder {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return table
}

const TEXT = `resource cart host.name=a
resource db version=2 ready=true

cart: GET /cart [0 120ms] server error "no stock" user.id=7 "odd key"="a \\"b\\"" ratio=0.5 zero=-0.0 nan=NaN
  @ 15ms "cache miss" level=warn
  > 2:5 reason=retry
  db: SELECT * FROM [items] [10ms 1.5ms] client blob=0x00ff list=["a",1,true]
    db: fetch [11ms 7ns]
  db: SELECT 2 [20ms -1us] ok
?: lost [5ms 1s] #9 ^77

worker: process [1.001us 0] consumer
`

test('a text comes back as it was', () => {
  expect(formatTraces(tableOf(TEXT))).toBe(TEXT)
})

test('with ids, a text gives the same table again', () => {
  const table = tableOf(TEXT)
  const text = formatTraces(table, { ids: true })
  expect(describeSpans(tableOf(text))).toEqual(describeSpans(table))
  expect(text).toContain('trace 2\nworker: process [1.001us 0] consumer #6\n')
})

test('what the words mean', () => {
  const spans = describeSpans(tableOf(TEXT))
  expect(spans.map(span => [span.traceId.at(-1), span.spanId.at(-1), span.parentSpanId.slice(-2), span.kind])).toEqual([
    ['1', '1', '00', 2],
    ['1', '2', '01', 3],
    ['1', '3', '02', 0],
    ['1', '4', '01', 0],
    ['1', '9', '77', 0],
    ['2', '6', '00', 5],
  ])
  expect(spans[0]).toMatchObject({
    status: 2,
    statusMessage: 'no stock',
    attributes: [
      ['user.id', 3, '0:7'],
      ['odd key', 1, 'a "b"'],
      ['ratio', 4, '3fe00000:0'],
      ['zero', 4, '80000000:0'],
      ['nan', 4, '7ff80000:0'],
    ],
    resource: {
      service: 'cart',
      attributes: [
        ['service.name', 1, 'cart'],
        ['host.name', 1, 'a'],
      ],
    },
  })
  expect(spans[3].endTime - spans[3].startTime).toBe(-1000n)
  expect(spans[4].resource.service).toBeUndefined()
})

test('rings are written, too', () => {
  const text = 'a: x [0 1ms] #1 ^2\n  a: y [0 1ms]\n'
  expect(formatTraces(tableOf(text.replace('y [0 1ms]', 'y [0 1ms] #2')))).toBe(text)
})

test.for([
  ['nonsense', /^line 1: nonsense; expected service: name \[start duration\]/],
  ['a: b [0 1ms]\n    c: d [0 1ms]', /^line 2: indented by more than one step/],
  ['a: b [0 soon]', /soon; expected a time/],
  ['a: b [0 1ms] what', /what; expected key=value/],
  ['@ 1ms "x"', /without a span above/],
] as const)('%s is told', ([text, message]) => {
  expect(() => tableOf(text)).toThrow(message)
  expect(() => tableOf(text)).toThrow(DecodeError)
})
