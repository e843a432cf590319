import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'
import {
  bool,
  double,
  encodeThrift,
  i32,
  i64,
  struct,
  structs,
  text,
  type ThriftField,
  type ThriftValue,
} from '#shared/formats/thrift/thrift-writer.ts'
import { ZipkinThriftDecoder } from '#shared/formats/zipkin/zipkin-thrift-decoder.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { JaegerProtobufDecoder } from './decode-protobuf.ts'
import { JaegerThriftDecoder } from './decode-thrift.ts'
import { encodePostSpans, JaegerProtobufEncoder } from './encode-protobuf.ts'

/** All rows, each run of one resource as a request of its own, and what is read of those. */
function sentOn(table: SpanTableBuilder): SpanTableBuilder {
  const encoder = new JaegerProtobufEncoder()
  encoder.begin(table)
  const into = new SpanTableBuilder()
  const decoder = new JaegerProtobufDecoder()
  for (let row = 0; row < table.rowCount;) {
    const resource = table.resource[row]
    const writer = new ProtobufWriter()
    for (; row < table.rowCount && table.resource[row] === resource; row++) encoder.span(row, writer)
    decoder.decodeRequest(encodePostSpans(encoder.process(resource), [writer.finish()]), into)
  }
  expect(into.rejectedCount).toBe(0)
  return into
}

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)))
const compact = (bytes: Uint8Array, table: SpanTableBuilder) =>
  new JaegerThriftDecoder('compact').decodeMessage(bytes, table)
const binary = (bytes: Uint8Array, table: SpanTableBuilder) =>
  new JaegerThriftDecoder('binary').decodeMessage(bytes, table)

test.each([
  ['fixtures/wire/jaeger-client-python.udp-compact.bin', compact],
  ['fixtures/wire/otel-python.udp-compact.bin', compact],
  ['fixtures/wire/jaeger-client-node.udp-binary.bin', binary],
  ['fixtures/wire/jaeger-client-java.udp-compact.bin', compact],
  ['fixtures/wire/jaeger-client-go.udp-compact.bin', compact],
  ['fixtures/wire/jaeger-client-ruby.udp-compact.bin', compact],
  [
    '../zipkin/fixtures/wire/jaeger-client-python.udp-compact.bin',
    (bytes: Uint8Array, table: SpanTableBuilder) => new ZipkinThriftDecoder('compact').decodeMessage(bytes, table),
  ],
  [
    'fixtures/wire/otel-python.grpc.bin',
    (bytes: Uint8Array, table: SpanTableBuilder) => new JaegerProtobufDecoder().decodeRequest(bytes, table),
  ],
] as const)('what %s holds is the same after it was sent on', (name, decode) => {
  const table = new SpanTableBuilder()
  decode(fixture(name), table)
  expect(table.rowCount).toBeGreaterThan(0)
  expect(describeSpans(sentOn(table))).toEqual(describeSpans(table))
})

test('a parent that is followed is one reference, and stays followed', () => {
  const table = new SpanTableBuilder()
  const batch = struct(
    [1, struct([1, text('cart')])],
    [
      2,
      structs([
        struct(
          ...([1, 2, 3, 4] as const).map((field): ThriftField => [field, i64([0x11n, 0n, 0x22n, 0x77n][field - 1])]),
          [5, text('later')],
          [6, structs([struct([1, i32(1)], [2, i64(0x11n)], [3, i64(0n)], [4, i64(0x77n)])])],
          [8, i64(1n)],
          [9, i64(1n)],
        ),
      ]),
    ],
  )
  new JaegerThriftDecoder('binary').decodeBatch(encodeThrift('binary', batch), table)
  const encoder = new JaegerProtobufEncoder()
  encoder.begin(table)
  const writer = new ProtobufWriter()
  encoder.span(0, writer)
  const bytes = Buffer.from(writer.finish()).toString('latin1')
  // Field 4 of the span: trace id, span id, FOLLOWS_FROM.
  const reference = `\x22\x1e\x0a\x10${'\0'.repeat(15)}\x11\x12\x08${'\0'.repeat(7)}\x77\x18\x01`
  expect(bytes.split(reference)).toHaveLength(2)
  expect(bytes.split('\x77')).toHaveLength(2)
  const { links, parentSpanId } = describeSpans(sentOn(table))[0]
  expect([parentSpanId, links[0].spanId]).toEqual(['0000000000000077', '0000000000000077'])
})

/** The service is a field of its own: as an attribute it comes first, wherever it stood. */
function described(table: SpanTableBuilder) {
  return describeSpans(table).map(span => {
    const { attributes } = span.resource
    const service = attributes.findIndex(([key, type]) => key === 'service.name' && type === 1)
    const ordered = service < 0 ? attributes : [attributes[service], ...attributes.toSpliced(service, 1)]
    return { ...span, resource: { ...span.resource, attributes: ordered } }
  })
}

const KEYS = [
  'error',
  'span.kind',
  'http.status_code',
  'http.status_message',
  'otel.status_code',
  'peer.service',
  'é',
  '',
]
  .concat(['otel.status_description', 'otel.scope.name', 'otel.library.version', 'w3c.tracestate', 'event', 'hostname'])
  .concat(['host.name', 'jaeger.version', 'service.name', 'opencensus.exporterversion'])
const TEXTS = [
  '',
  'true',
  'ERROR',
  'OK',
  'UNSET',
  'server',
  'client',
  'odd',
  '500',
  '404',
  'Jaeger-Go-2.30.0',
  '{"a":1}',
]
const NUMBERS = [0n, 1n, -1n, 99n, 200n, 404n, 500n, 2n ** 63n - 1n, -(2n ** 63n)]

function randomTag(random: Random): ThriftValue {
  const head: ThriftField = [1, text(random.pick(KEYS))]
  switch (random.below(5)) {
    case 0:
      return struct(head, [2, i32(1)], [4, double(random.pick([0, -0, 1.5, Infinity, 5e-324]))])
    case 1:
      return struct(head, [2, i32(2)], [5, bool(random.chance(0.5))])
    case 2:
      return struct(head, [2, i32(3)], [6, i64(random.pick(NUMBERS))])
    case 3:
      return struct(head, [2, i32(4)], [7, text(Uint8Array.from([random.below(256), 255]))])
    default:
      return struct(head, [2, i32(0)], [3, text(random.pick(TEXTS))])
  }
}

const tags = (random: Random, most: number) =>
  structs(Array.from({ length: random.below(most) }, () => randomTag(random)))

function randomSpan(random: Random): ThriftValue {
  const trace = i64(BigInt(random.below(3) + 1))
  const references = Array.from({ length: random.below(3) }, () =>
    struct(
      [1, i32(random.below(2))],
      [2, i64(BigInt(random.below(3) + 1))],
      [3, i64(0n)],
      [4, i64(BigInt(random.below(4)))],
    ),
  )
  const logs = Array.from({ length: random.below(3) }, () =>
    struct([1, i64(1_700_000_000_000_000n + BigInt(random.below(1e9)))], [2, tags(random, 4)]),
  )
  return struct(
    [1, trace],
    [2, i64(0n)],
    [3, i64(BigInt(random.below(1e9) + 1))],
    [4, i64(BigInt(random.below(3)))],
    [5, text(random.pick(TEXTS))],
    [6, structs(references)],
    [7, i32(random.below(4))],
    [8, i64(random.pick([0n, 1n, 1_700_000_000_123_456n, 4_294_967_295n, 9_000_000_000_000_000n]))],
    [9, i64(random.pick([0n, 1n, 999_999n, 1_000_000n, 4_294_967_297n]))],
    [10, tags(random, 8)],
    [11, structs(logs)],
  )
}

const seed = Number(process.env.SPOOR_SEED ?? Date.now() % 1e9)
test(`spans with any tags are the same after they were sent on (seed ${seed})`, () => {
  const random = new Random(seed)
  for (let round = 0; round < 300; round++) {
    const process_ = struct([1, text(random.pick(TEXTS))], [2, tags(random, 5)])
    const spans = structs(Array.from({ length: 8 }, () => randomSpan(random)))
    const table = new SpanTableBuilder()
    new JaegerThriftDecoder('binary').decodeBatch(encodeThrift('binary', struct([1, process_], [2, spans])), table)
    expect(table.rowCount).toBe(8)
    expect(described(sentOn(table))).toEqual(described(table))
  }
})

test('a span that ends before it starts, and times to the nanosecond', () => {
  const table = new SpanTableBuilder()
  for (const [start, end] of [
    [1_544_712_660_000_001_007n, 1_544_712_659_000_000_009n],
    [1_544_712_660_000_001_007n, 1_544_712_661_000_000_000n],
    [0n, 2n ** 64n - 1n],
    [2n ** 64n - 1n, 0n],
  ]) {
    const row = table.beginSpan()
    table.traceId[row * 4] = 1
    table.spanId[row * 2] = 1
    table.startTime.set([Number(start & 0xffffffffn), Number(start >> 32n)], row * 2)
    table.endTime.set([Number(end & 0xffffffffn), Number(end >> 32n)], row * 2)
    table.endSpan()
  }
  expect(describeSpans(sentOn(table)).map(({ startTime, endTime }) => [startTime, endTime])).toEqual(
    describeSpans(table).map(({ startTime, endTime }) => [startTime, endTime]),
  )
})
