import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeText } from '#shared/spans/dictionary.ts'
import { sniffFormat } from './sniff.ts'

const of = (text: string): string => sniffFormat(encodeText(text))

test('names the files that other programs wrote', () => {
  const folder = (name: string): readonly string[] => {
    const place = new URL(`${name}/fixtures/`, import.meta.url)
    return readdirSync(place)
      .filter(file => /\.(?:jsonl?|pb)$/u.test(file) && file !== 'expected.json')
      .sort()
      .map(file => `${file}: ${sniffFormat(new Uint8Array(readFileSync(new URL(file, place))))}`)
  }
  const jaeger = folder('jaeger')
  expect(jaeger.length).toBeGreaterThan(20)
  expect(jaeger.filter(line => !line.endsWith(': jaeger-json'))).toEqual([
    // Two of OTLP that Jaeger's tests turn into theirs, and one of nothing.
    'jaeger-otlp2jaeger-in.json: otlp-json',
    'jaeger-trace_empty.json: empty',
    'jaeger-ui-otlp2jaeger-multi-in-combined.json: otlp-json',
  ])
  expect(folder('otlp').filter(line => !line.endsWith(': otlp-json'))).toEqual([
    'otlp2parquet-traces.pb: otlp-protobuf',
  ])
})

test('looks at what stands in the file, not at values that look like keys', () => {
  expect(of('{"a":"resourceSpans","b":"\\"traceID\\":"}')).toBe('json')
  expect(of('\uFEFF \n {"data" : [ {"traceID" : "1"} ]}')).toBe('jaeger-json')
  expect(of('{"resourceSpans":[]}\n{"resourceSpans":[]}')).toBe('otlp-json')
  expect(of('{"batches":[]}')).toBe('otlp-json')
  expect(of('{"data":[]}')).toBe('jaeger-json')
  expect(of('{"data":[],"total":0,"limit":0,"offset":0,"errors":null}')).toBe('jaeger-json')
})

test('tells apart what it will be refused for', () => {
  expect(of('')).toBe('empty')
  expect(of(' \n\t')).toBe('empty')
  expect(of('[]')).toBe('json')
  expect(of('[{"traceId":"a1","id":"b2","name":"get","timestamp":1}]')).toBe('zipkin-json')
  expect(of('[[{"traceId":"a1","annotations":[],"binaryAnnotations":[]}]]')).toBe('zipkin-json')
  expect(of('{"resourceMetrics":[]}')).toBe('otlp-metrics-json')
  expect(of('{"resourceLogs":[]}')).toBe('otlp-logs-json')
  expect(of('{"traceEvents":[]}')).toBe('chrome-trace')
  expect(of('<!doctype html>')).toBe('xml')
  expect(of('time,service\n1,a\n')).toBe('text')
  expect(sniffFormat(new Uint8Array([0x1f, 0x8b, 8, 0]))).toBe('gzip')
  expect(sniffFormat(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]))).toBe('zstd')
  expect(sniffFormat(new Uint8Array([1, 2, 3]))).toBe('binary')
  expect(sniffFormat(new Uint8Array([0xff, 0xfe, 0x7b, 0]))).toBe('utf-16')
})

test('any bytes have a name, cut anywhere too', () => {
  const whole = encodeText('{"data":[{"traceID":"a\\"b","spans":[{"x":[1,{"y":"\\\\"}]}]}]}')
  for (let end = 0; end <= whole.length; end++) expect(typeof sniffFormat(whole.subarray(0, end))).toBe('string')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => typeof sniffFormat(bytes) === 'string'))
  fc.assert(fc.property(fc.json(), text => typeof of(text) === 'string'))
})
