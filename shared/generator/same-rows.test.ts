/**
 * A span sent by each of the protocols gives the same rows, where the protocols can say the same (WIRE.md 7): each case is
 * one span, sent through every door that has words for it.
 */
import { expect, test } from 'vitest'
import { JaegerProtobufDecoder } from '#shared/formats/jaeger/decode-protobuf.ts'
import { JaegerThriftDecoder } from '#shared/formats/jaeger/decode-thrift.ts'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { encodeThrift, encodeThriftMessage } from '#shared/formats/thrift/thrift-writer.ts'
import { ZipkinJsonDecoder } from '#shared/formats/zipkin/zipkin-json-decoder.ts'
import { ZipkinProtobufDecoder } from '#shared/formats/zipkin/zipkin-protobuf-decoder.ts'
import { ZipkinThriftDecoder } from '#shared/formats/zipkin/zipkin-thrift-decoder.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { describeSpan } from './describe-spans.ts'
import { jaegerPostSpans, jaegerThriftBatch, zipkinList, zipkinSpan, zipkinThriftList } from './door-messages.ts'

type Send = (table: SpanTableBuilder, spans: readonly Span[]) => (into: SpanTableBuilder) => void

const doors = {
  'OTLP protobuf': (table, spans) => {
    const bytes = encodeOtlpProtobuf(
      table,
      spans.map(({ row }) => row),
    )
    return into => new OtlpProtobufDecoder().decode(bytes, into)
  },
  'Jaeger Thrift, binary': (_, spans) => {
    const bytes = encodeThrift('binary', jaegerThriftBatch(spans))
    return into => new JaegerThriftDecoder('binary').decodeBatch(bytes, into)
  },
  'Jaeger Thrift, compact': (_, spans) => {
    const bytes = encodeThriftMessage('compact', 'emitBatch', [1, jaegerThriftBatch(spans)])
    return into => new JaegerThriftDecoder('compact').decodeMessage(bytes, into)
  },
  'Jaeger gRPC': (_, spans) => {
    const bytes = jaegerPostSpans(spans)
    return into => new JaegerProtobufDecoder().decodeRequest(bytes, into)
  },
  'Zipkin v2 JSON': (_, spans) => {
    const bytes = encodeText(JSON.stringify(spans.map(zipkinSpan)))
    return into => new ZipkinJsonDecoder().decode(bytes, into)
  },
  'Zipkin v2 protobuf': (_, spans) => {
    const bytes = zipkinList(spans)
    return into => new ZipkinProtobufDecoder().decode(bytes, into)
  },
  'Zipkin v1 Thrift': (_, spans) => {
    const bytes = encodeThrift('binary', zipkinThriftList(spans))
    return into => new ZipkinThriftDecoder('binary').decodeList(bytes, into)
  },
} satisfies Record<string, Send>
type Door = keyof typeof doors
const all = Object.keys(doors) as Door[]
const jaeger = all.filter(door => !door.startsWith('Zipkin'))

const words = (values: Record<string, string>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }))
const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const times = { startTimeUnixNano: '1544712660000001000', endTimeUnixNano: '1544712660000251000' }
const inService = (name: string, more: Record<string, string> = {}) => ({
  attributes: words({ 'service.name': name, ...more }),
})

interface Case {
  readonly span: object
  readonly resource?: object
  readonly scope?: object
  readonly by?: readonly Door[]
}

const cases: Readonly<Record<string, Case>> = {
  'ids of 128 bits, a parent, times of µs': { span: { parentSpanId: '00f067aa0ba902b7', name: 'GET /cart' } },
  'ids of 64 bits': { span: { traceId: `${'0'.repeat(16)}8448eb211c80319c`, spanId: 'ffffffffffffffff' } },
  server: { span: { kind: 2 } },
  client: { span: { kind: 3 } },
  producer: { span: { kind: 4 } },
  consumer: { span: { kind: 5 } },
  internal: { span: { kind: 1 } },
  'an error with its reason': { span: { status: { code: 2, message: 'card declined' } } },
  'a status of OK': { span: { status: { code: 1 } } },
  'attributes of text': { span: { attributes: words({ 'user.id': 'ada', empty: '', Straße: 'é😀' }) } },
  'attributes by their types': {
    span: {
      attributes: [
        { key: 'n', value: { intValue: '-9007199254740993' } },
        { key: 'd', value: { doubleValue: -0.5 } },
        { key: 'b', value: { boolValue: true } },
        { key: 'x', value: { bytesValue: 'AQL/' } },
      ],
    },
    by: jaeger,
  },
  'the peer of a client': {
    span: {
      kind: 3,
      attributes: [
        ...words({ 'net.host.ip': '10.0.0.1', 'peer.service': 'mysql', 'net.peer.ip': '10.0.0.2' }),
        { key: 'net.peer.port', value: { intValue: '3306' } },
      ],
    },
  },
  'a scope': { span: {}, scope: { name: 'lib', version: '1.2' } },
  'trace state': { span: { traceState: 'ot=th:8,b=2' } },
  'the debug flag': { span: { flags: 2 } },
  'events with attributes': {
    span: {
      events: [
        { timeUnixNano: '1544712660000051000', name: 'retry', attributes: words({ why: 'timeout' }) },
        { timeUnixNano: '1544712660000061000', name: 'done' },
      ],
    },
  },
  'a link': {
    span: {
      links: [
        {
          traceId: '11111111111111111111111111111111',
          spanId: '2222222222222222',
          attributes: words({ 'opentracing.ref_type': 'follows_from' }),
        },
      ],
    },
    by: jaeger,
  },
  'a resource of conventions': {
    span: {},
    resource: inService('cart', { 'telemetry.sdk.name': 'opentelemetry', 'host.name': 'h1' }),
  },
  'a resource of any attributes': { span: {}, resource: inService('cart', { city: 'Genève' }), by: jaeger },
  'no service': { span: {}, resource: { attributes: [] } },
  'times of nanoseconds': {
    span: { startTimeUnixNano: '1544712660000001007', endTimeUnixNano: '1544712660000001009' },
    by: ['OTLP protobuf', 'Jaeger gRPC'],
  },
  'an end before the start': {
    span: { startTimeUnixNano: '1544712660000001000', endTimeUnixNano: '1544712659000000000' },
    by: [...jaeger, 'Zipkin v2 JSON', 'Zipkin v1 Thrift'],
  },
}

test.each(Object.entries(cases))('%s', (_, { span, resource, scope, by = all }) => {
  const request = {
    resourceSpans: [
      {
        resource: resource ?? inService('cart'),
        scopeSpans: [{ scope: scope ?? {}, spans: [{ ...ids, ...times, name: 'get', ...span }] }],
      },
    ],
  }
  const sent = new SpanTableBuilder()
  new OtlpJsonDecoder().decode(encodeText(JSON.stringify(request)), sent)
  expect(sent.rowCount).toBe(1)
  const expected = describeSpan(sent, 0)
  for (const door of by) {
    const into = new SpanTableBuilder()
    doors[door](sent, [new Span(sent, 0)])(into)
    expect({ door, span: describeSpan(into, 0) }).toEqual({ door, span: expected })
  }
})
