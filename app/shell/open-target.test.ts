import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseOpenTarget } from './open-target.ts'

const A = '4bf92f3577b34da6a3ce929d0e0e4736'
const B = '00000000000000000f067aa0ba902b75'
const S = '00f067aa0ba902b7'

test.each([
  [A],
  [` ${A.toUpperCase()}\n`],
  ['4bf92f35-77b3-4da6-a3ce-929d0e0e4736'],
  [`0x${A}`],
  ['S/kvNXezTaajzpKdDg5HNg=='],
  [`traceId: "${A}",`],
  [`trace_id=${A}`],
  [`http://jaeger.example:16686/jaeger/trace/${A}`],
  [`http://localhost:9411/zipkin/traces/${A}`],
  [`/api/traces/${A}?prettyPrint=true`],
])('%s opens the trace', text => {
  expect(parseOpenTarget(text)).toEqual({ kind: 'trace', traceId: A, certain: true })
})

test.each([
  [`00-${A}-${S}-01`],
  [`traceparent: 00-${A}-${S}-01`],
  [`uber-trace-id: ${A}:${S}:0:1`],
  [`${A}%3A${S}%3A0%3A1`],
  [`b3: ${A}-${S}-1`],
  [`X-Amzn-Trace-Id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=${S};Sampled=1`],
  [`https://traces.example/trace/${A}?uiFind=${S}`],
])('%s opens the trace at the span', text => {
  expect(parseOpenTarget(text)).toEqual({ kind: 'trace', traceId: A, spanId: S, certain: true })
})

test('short hex may be an id or a word', () => {
  expect(parseOpenTarget('face')).toEqual({ kind: 'trace', traceId: 'face'.padStart(32, '0'), certain: false })
  expect(parseOpenTarget('f067aa0ba902b75')).toEqual({ kind: 'trace', traceId: B, certain: true })
})

test('two ids are a comparison, as a link and as they are', () => {
  const compare = { kind: 'compare', a: A, b: B }
  expect(parseOpenTarget(`${A}...f067aa0ba902b75`)).toEqual(compare)
  expect(parseOpenTarget(`http://x/trace/${A}...${B}?cohort=${A}`)).toEqual(compare)
})

test('a link to a search keeps its parameters', () => {
  expect(parseOpenTarget('http://jaeger:16686/search?service=a&tag=x%3A1&lookback=1h')).toEqual({
    kind: 'search',
    search: '?service=a&tag=x%3A1&lookback=1h',
  })
})

test.each([
  ['', { kind: 'nothing' }],
  ['  ', { kind: 'nothing' }],
  ['{"data":[]}', { kind: 'json', text: '{"data":[]}' }],
  ['next error', { kind: 'text', text: 'next error' }],
  ['0000', { kind: 'text', text: '0000' }],
  [`${A}0`, { kind: 'text', text: `${A}0` }],
  ['http://example/other', { kind: 'text', text: 'http://example/other' }],
  ['http://[', { kind: 'text', text: 'http://[' }],
  ['/trace/nothing', { kind: 'text', text: '/trace/nothing' }],
])('%s is %j', (text, target) => {
  expect(parseOpenTarget(text)).toEqual(target)
})

test('any text is something, quickly, without an error', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => void parseOpenTarget(text)))
  expect(parseOpenTarget('a'.repeat(1_000_000)).kind).toBe('text')
})
