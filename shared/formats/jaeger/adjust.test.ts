import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { adjustTrace } from './adjust.ts'
import { encodeUiJson, type EncodeUiJsonOptions } from './encode-ui-json.ts'
import { formatGoDuration } from './go-duration.ts'
import type { JaegerProcess, JaegerSpan } from './ui-json.ts'

function tableOf(text: string): SpanTableBuilder {
  const table = new SpanTableBuilder()
  parseTraces(text, table, 1_000_000_000_000_000n)
  return table
}

function spansOf(text: string, options: EncodeUiJsonOptions = {}): (JaegerSpan & { process: JaegerProcess })[] {
  const [trace] = JSON.parse([...encodeUiJson(tableOf(text), options)].join('')).data
  return trace.spans.map((span: JaegerSpan) => ({ ...span, process: trace.processes[span.processID] }))
}

/** `name id^parent start+duration`, without leading zeros, in ms. */
const brief = (text: string, options: EncodeUiJsonOptions = {}) =>
  spansOf(text, options).map(({ operationName, spanID, references, startTime, duration }) => {
    const parent = references[0]?.spanID ?? ''
    return `${operationName} ${spanID.replace(/^0+/, '')}^${parent.replace(/^0+/, '')} ${startTime / 1000 - 1e9}+${duration / 1000}`
  })
const warningsOf = (text: string, options: EncodeUiJsonOptions = {}) =>
  spansOf(text, options).map(span => span.warnings)

const SHARED = `
web: call [0 9ms] client #5
cart: serve [1ms 7ms] server #5
db: query [2ms 1ms] client #1 ^5
db: other [3ms 1ms] client #6 ^5
`

test('a server that shares the client’s id gets the smallest free one and the children', () => {
  expect(brief(SHARED)).toEqual(['call 5^ 0+9', 'serve 2^5 1+7', 'query 1^2 2+1', 'other 6^2 3+1'])
  expect(brief(SHARED, { raw: true })).toEqual(['call 5^ 0+9', 'serve 5^ 1+7', 'query 1^5 2+1', 'other 6^5 3+1'])
})

test('one id for two spans that are not client and server stays, and is told', () => {
  const text = 'a: x [0 9ms] server #5\na: y [1ms 2ms] #5'
  expect(brief(text)).toEqual(['x 5^ 0+9', 'y 5^ 1+2'])
  expect(warningsOf(text)).toEqual([null, ['duplicate span IDs; skipping clock skew adjustment']])
})

test('equal spans are written once, unless raw', () => {
  const text = 'a: x [0 9ms] #5 k=1\na: x [0 9ms] #5 k=1\na: x [0 9ms] #5 k=2'
  expect(brief(text)).toHaveLength(2)
  expect(brief(text, { raw: true })).toHaveLength(3)
})

const SKEWED = `
resource a ip="10.0.0.1"
resource b ip=167772162

a: parent [0 100ms]
  b: early [-50ms 20ms]
    b: same host [-45ms 10ms]
      @ -44ms "note"
  b: inside [10ms 20ms]
  b: long [-10ms 200ms]
`

test('by default a difference between clocks is reported, not mended', () => {
  expect(brief(SKEWED)).toEqual(brief(SKEWED, { raw: true }))
  expect(warningsOf(SKEWED)).toEqual([
    null,
    ['clock skew adjustment disabled; not applying calculated delta of 90ms'],
    ['clock skew adjustment disabled; not applying calculated delta of 90ms'],
    null,
    ['clock skew adjustment disabled; not applying calculated delta of 10ms'],
  ])
})

test('within the limit clocks are moved, with what happened on the same host', () => {
  const options = { maxClockSkewNs: 1e9 }
  expect(brief(SKEWED, options)).toEqual([
    'parent 1^ 0+100',
    'early 2^1 40+20',
    'same host 3^2 45+10',
    'inside 4^1 10+20',
    'long 5^1 0+200',
  ])
  expect(spansOf(SKEWED, options)[2].logs[0].timestamp).toBe(1e12 + 46_000)
  expect(warningsOf(SKEWED, options)[1]).toEqual(["This span's timestamps were adjusted by 90ms"])
})

test('above the limit it is told', () => {
  expect(warningsOf(SKEWED, { maxClockSkewNs: 5e7 })[1]).toEqual([
    'max clock skew adjustment delta of 50ms exceeded; not applying calculated delta of 90ms',
  ])
})

test('orphans are told, rings survive', () => {
  expect(warningsOf('a: x [0 1ms] #5 ^77')).toEqual([
    ['invalid parent span IDs=0000000000000077; skipping clock skew adjustment'],
  ])
  expect(brief('a: x [0 1ms] #1 ^2\na: y [0 1ms] #2 ^1')).toHaveLength(2)
})

test('tags are sorted, addresses dotted, library tags belong to the process', () => {
  const text = 'a: x [0 1ms] client zz=1 peer.ipv4=2130706433 telemetry.sdk.name=otel ip=7.5\n  @ 0 "e" b=1 a=2'
  const [span] = spansOf(text)
  expect(span.tags.map(({ key, value }) => `${key}=${value}`)).toEqual([
    'ip=0.0.0.7',
    'peer.ipv4=127.0.0.1',
    'span.kind=client',
    'zz=1',
  ])
  expect(span.process.tags).toEqual([{ key: 'telemetry.sdk.name', type: 'string', value: 'otel' }])
  expect(span.logs[0].fields.map(({ key }) => key)).toEqual(['event', 'a', 'b'])
  const [raw] = spansOf(text, { raw: true })
  expect(raw.tags.map(({ key }) => key)).toEqual(['zz', 'peer.ipv4', 'telemetry.sdk.name', 'ip', 'span.kind'])
})

test('a library tag that the process has already is not added, another one is', () => {
  const text =
    'resource a telemetry.sdk.name=other\n\na: x [0 1ms] telemetry.sdk.name=otel\na: y [0 1ms] telemetry.sdk.name=other'
  const [x, y] = spansOf(text)
  expect(x.process.tags.map(({ value }) => value)).toEqual(['otel', 'other'])
  expect(y.process.tags.map(({ value }) => value)).toEqual(['other'])
  expect([x.tags, y.tags, x.warnings]).toEqual([[], [], null])
})

test('references without a trace are left out and told', () => {
  const table = tableOf('a: x [0 1ms]\n  > 7:8')
  table.linkTraceId.fill(0, 0, 4)
  const [span] = JSON.parse([...encodeUiJson(table)].join('')).data[0].spans
  expect(span.references).toEqual([])
  expect(span.warnings).toEqual([
    'Invalid span reference removed {TraceID:0000000000000000 SpanID:0000000000000008 RefType:FOLLOWS_FROM}',
  ])
  expect(JSON.parse([...encodeUiJson(table, { raw: true })].join('')).data[0].spans[0].references).toHaveLength(1)
})

test('without an address every child is compared with its parent', () => {
  expect(warningsOf('a: x [0 9ms]\n  a: y [8ms 2ms]')[1]).toEqual([
    'clock skew adjustment disabled; not applying calculated delta of -4.5ms',
  ])
})

test('the parent’s reference comes first; a link to the parent says of what kind it is', () => {
  const kinds = (text: string, options = {}) =>
    spansOf(text, options)
      .at(-1)
      ?.references.map(({ refType, spanID }) => `${refType} ${spanID.replace(/^0+/, '')}`)
  const links = 'a: x [0 1ms] #5\n  > 7:8\n  > 1:9\n  > 1:a opentracing.ref_type=child_of'
  expect(kinds(links, { raw: true })).toEqual(['FOLLOWS_FROM 8', 'FOLLOWS_FROM 9', 'CHILD_OF a'])
  expect(kinds(links)).toEqual(['CHILD_OF a', 'FOLLOWS_FROM 9', 'FOLLOWS_FROM 8'])
  expect(kinds('a: x [0 1ms] #5\n  a: y [0 1ms]\n    > 1:5\n    > 1:6')).toEqual(['FOLLOWS_FROM 5', 'FOLLOWS_FROM 6'])
})

test('an event that has a field of its name keeps that', () => {
  const [span] = spansOf('a: x [0 1ms]\n  @ 0 "name" b=1 event=other a=2')
  expect(span.logs[0].fields.map(({ key, value }) => `${key}=${value}`)).toEqual(['event=other', 'a=2', 'b=1'])
})

test('tags of one key are sorted by type and value', () => {
  const [span] = spansOf('a: x [0 1ms] k=10 k=9 k=z k=true k=a k=1.5')
  expect(span.tags.map(({ value }) => value)).toEqual(['a', 'z', true, 9, 10, 1.5])
})

test('links name their kind; the parent comes first', () => {
  const text = 'a: x [0 1ms] #5\n  > 7:8 opentracing.ref_type=child_of\n  > 7:9\n  a: y [0 1ms]\n    > 7:8'
  const [x, y] = spansOf(text)
  expect(x.references.map(({ refType, traceID }) => [refType, traceID])).toEqual([
    ['CHILD_OF', '0000000000000007'],
    ['FOLLOWS_FROM', '0000000000000007'],
  ])
  expect(y.references.map(({ refType, spanID }) => [refType, spanID.at(-1)])).toEqual([
    ['CHILD_OF', '5'],
    ['FOLLOWS_FROM', '8'],
  ])
})

test('a chain of a hundred thousand spans', () => {
  const table = new SpanTableBuilder()
  for (let i = 1; i <= 100_000; i++) {
    const row = table.beginSpan()
    table.traceId[row * 4] = 1
    table.spanId[row * 2] = i
    table.parentSpanId[row * 2] = i - 1
    table.endSpan()
  }
  expect(
    adjustTrace(
      table,
      Array.from({ length: 100_000 }, (_, i) => i),
    ).rows,
  ).toHaveLength(100_000)
})

test.for([
  [0, '0s'],
  [999, '999ns'],
  [1500, '1.5µs'],
  [-12_500_000, '-12.5ms'],
  [2_000_000_000, '2s'],
  [90_500_000_000, '1m30.5s'],
  [3_600_000_000_001, '1h0m0.000000001s'],
] as const)('%d ns are %s to Go', ([ns, text]) => {
  expect(formatGoDuration(ns)).toBe(text)
})
