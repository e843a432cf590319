import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { describeSpan } from '#shared/generator/describe-spans.ts'
import { formatTraces } from '#shared/generator/format-traces.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { type RejectReason, SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import { timeAt } from '#shared/spans/time.ts'
import { mutated, seededRandom } from '#shared/formats/otlp/oracle.ts'
import {
  bool,
  encodeThrift,
  encodeThriftMessage,
  i16,
  i32,
  i64,
  struct,
  structs,
  text,
  type ThriftField,
} from '#shared/formats/thrift/thrift-writer.ts'
import { ipv6Text } from './addresses.ts'
import { decodeZipkinJson } from './decode-json.ts'
import { ZipkinJsonDecoder } from './zipkin-json-decoder.ts'
import { ZipkinProtobufDecoder } from './zipkin-protobuf-decoder.ts'
import { ZipkinThriftDecoder } from './zipkin-thrift-decoder.ts'

const seed = Number(process.env.SPOOR_SEED ?? Date.now() % 1e9)
const rounds = Number(process.env.SPOOR_MUTATIONS ?? 100_000)

const folder = new URL('fixtures/wire/', import.meta.url)
/** Messages of real clients; fixtures/wire/README.md says whose. */
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)))

function shown(table: SpanTableBuilder): string {
  const starts = Array.from({ length: table.rowCount }, (_, row) => timeAt(table.startTime, row))
  return formatTraces(table, { base: starts.reduce((least, one) => (one < least ? one : least)), ids: true })
}

function decoded(decode: (table: SpanTableBuilder) => unknown): SpanTableBuilder {
  const table = new SpanTableBuilder()
  decode(table)
  return table
}

const fromJson = (json: unknown) =>
  decoded(table => new ZipkinJsonDecoder().decode(encodeText(JSON.stringify(json)), table))

const rows = (table: SpanTableBuilder) => Array.from({ length: table.rowCount }, (_, row) => describeSpan(table, row))

describe('messages of real clients', () => {
  it.each([
    'otel-python.v2.json',
    'otel-node.v2.json',
    'py-zipkin.v2.json',
    'py-zipkin.v1.json',
    'zipkin-node.v1.json',
    'zipkin-node.v2.json',
  ])('%s', name => {
    const table = decoded(into => new ZipkinJsonDecoder().decode(fixture(name), into))
    expect(shown(table)).toMatchSnapshot('rows')
  })

  it.each(['otel-python.v2.proto.bin', 'py-zipkin.v2.proto.bin'])('%s', name => {
    const table = decoded(into => new ZipkinProtobufDecoder().decode(fixture(name), into))
    expect(shown(table)).toMatchSnapshot('rows')
  })

  it('py-zipkin.v1.thrift.bin', () => {
    const table = decoded(into =>
      new ZipkinThriftDecoder('binary').decodeList(fixture('py-zipkin.v1.thrift.bin'), into),
    )
    expect(shown(table)).toMatchSnapshot()
  })

  it('jaeger-client-python.udp-compact.bin', () => {
    const message = fixture('jaeger-client-python.udp-compact.bin')
    const table = decoded(into => new ZipkinThriftDecoder('compact').decodeMessage(message, into))
    expect(shown(table)).toMatchSnapshot()
  })

  it('gives the rows that the reader of files gives', () => {
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('.json')) continue
      const live = decoded(table => new ZipkinJsonDecoder().decode(fixture(name), table))
      const file = decoded(table => decodeZipkinJson(fixture(name), table))
      expect(rows(live)).toEqual(rows(file))
    }
  })
})

const ids = { traceId: '11', id: '22' }
const first = (span: object) => rows(fromJson([{ ...ids, ...span }]))[0]

describe('a span of v2', () => {
  it('has service, kind, peer and addresses whichever order they come in', () => {
    const span = {
      tags: { a: 'b' },
      remoteEndpoint: { serviceName: 'mysql', ipv6: '2001:db8::1', port: 3306 },
      kind: 'CLIENT',
      localEndpoint: { serviceName: 'cart', ipv4: '10.0.0.1', port: 80 },
      ...ids,
      parentId: '33',
      name: 'select',
      timestamp: 1_000_000,
      duration: 5,
    }
    expect(shown(fromJson([span]))).toMatchInlineSnapshot(`
      "trace 11
      cart: select [0 5us] client #22 ^33 net.host.ip="10.0.0.1" net.host.port=80 peer.service=mysql net.peer.ip="2001:db8::1" net.peer.port=3306 a=b
      "
    `)
    const reversed = Object.fromEntries(Object.entries(span).reverse())
    expect(rows(fromJson([reversed]))).toEqual(rows(fromJson([span])))
  })

  it('has status, scope, resource, links and trace state from tags', () => {
    const tags = {
      'otel.library.name': 'lib',
      'otel.scope.version': '2',
      'telemetry.sdk.name': 'opentelemetry',
      'w3c.tracestate': 'a=b',
      'otlp.link.0': '1234|5678||{"why":"test"}|0',
      'otel.status_code': 'ERROR',
      'otel.status_description': 'boom',
      'span.kind': 'internal',
    }
    expect(shown(fromJson([{ ...ids, tags, timestamp: 5 }]))).toMatchInlineSnapshot(`
      "trace 11
      ?:  [0 0] internal error "boom" #22
        > 1234:5678 why=test
      "
    `)
    expect(first({ tags })).toMatchObject({ traceState: 'a=b', scope: { name: 'lib', version: '2' } })
    expect(first({ timestamp: 5, tags: { error: 'gone' } })).toMatchObject({
      status: 2,
      attributes: [['error', 1, 'gone']],
    })
    expect(first({ tags: { error: 'false' } })).toMatchObject({ status: 0 })
  })

  it('has annotations as events, their attributes unpacked', () => {
    const annotations = [
      { timestamp: 7, value: 'plain' },
      { timestamp: 8, value: 'packed|{"n":1}|2' },
    ]
    expect(shown(fromJson([{ ...ids, timestamp: 5, annotations }]))).toMatchInlineSnapshot(`
      "trace 11
      ?:  [0 0] #22
        @ 2us "plain"
        @ 3us "packed" n=1
      "
    `)
  })

  it('starts with its first annotation when it has no time, in 1970 when it has none either', () => {
    const annotations = [
      { timestamp: 9, value: 'b' },
      { timestamp: 4, value: 'a' },
    ]
    expect(first({ annotations })).toMatchObject({ startTime: 4000n, endTime: 9000n })
    const none = first({})
    expect([none.startTime, none.attributes[0][0]]).toEqual([0n, 'otel.zipkin.absentField.startTime'])
  })

  it('is debugged by its flag, and never its own parent', () => {
    expect(first({ debug: true, parentId: '22' })).toMatchObject({ flags: 2, parentSpanId: '0000000000000000' })
  })

  it('shares its id with the span of the other side', () => {
    const both = [
      { ...ids, kind: 'CLIENT', localEndpoint: { serviceName: 'a' } },
      { ...ids, kind: 'SERVER', shared: true, localEndpoint: { serviceName: 'b' } },
    ]
    expect(rows(fromJson(both)).map(({ spanId, kind }) => [spanId, kind])).toEqual([
      ['0000000000000022', 3],
      ['0000000000000022', 2],
    ])
  })

  it('takes ids of any length up to 32 digits, the last ones of too many', () => {
    expect(first({ traceId: 'ABC', id: `${'f'.repeat(16)}0000000000000abc` })).toMatchObject({
      traceId: '00000000000000000000000000000abc',
      spanId: '0000000000000abc',
    })
  })

  it('is rejected alone, and says why', () => {
    const rejected: Partial<Record<RejectReason, number>> = {}
    const table = new SpanTableBuilder({ onReject: (_, reason) => (rejected[reason] = (rejected[reason] ?? 0) + 1) })
    const spans = [
      { id: '1' },
      { traceId: '0', id: '1' },
      { traceId: 'xyz', id: '1' },
      { traceId: '1'.repeat(33), id: '1' },
      { traceId: '1', id: '' },
      { traceId: '1', id: '1', parentId: 'no' },
      { ...ids, timestamp: -62_135_596_800_000_000 },
      { ...ids, timestamp: '9223372036854775807' },
      { ...ids, timestamp: 5, duration: -6 },
      { ...ids, annotations: [{ timestamp: -1, value: 'x' }], timestamp: 5 },
      { ...ids, timestamp: 9_214_646_400_000_000, duration: -1 },
    ]
    new ZipkinJsonDecoder().decode(encodeText(JSON.stringify(spans)), table)
    expect(rejected).toEqual({ invalid_trace_id: 4, invalid_span_id: 2, time_out_of_range: 4 })
    expect(table.rowCount).toBe(1)
  })
})

test('a text that was guessed is read as it stands: escapes, quotes, bytes that are no UTF-8, the same endpoint again', () => {
  const table = new SpanTableBuilder()
  const rejected: Partial<Record<RejectReason, number>> = {}
  table.onReject = (_, reason) => (rejected[reason] = (rejected[reason] ?? 0) + 1)
  const values = ['a\\nb', 'a\nb', 'a"b', 'a', 'a', '', 'a\\nb', '\\', '"']
  const spans = values.map((value, i) => ({
    ...ids,
    timestamp: 5,
    id: String(i + 1),
    name: value,
    tags: { k: value },
    localEndpoint: { serviceName: value },
  }))
  const decoder = new ZipkinJsonDecoder()
  for (let round = 0; round < 2; round++) decoder.decode(encodeText(JSON.stringify(spans)), table)
  expect(
    describeSpans(table).map(({ name, attributes, resource }) => [name, attributes[0][2], resource.service ?? '']),
  ).toEqual([...values, ...values].map(value => [value, value, value]))
  const bad = (id: number) => `{"traceId":"1","id":"${id}","timestamp":5,"localEndpoint":{"serviceName":"\xff"}}`
  decoder.decode(Buffer.from(`[${bad(1)},${bad(2)},${bad(3)}]`, 'latin1'), table)
  expect(rejected).toEqual({ invalid_utf8: 3 })
})

test('an address of version 6', () => {
  const of = (...groups: readonly number[]) => {
    const view = new DataView(new ArrayBuffer(16))
    groups.forEach((group, i) => view.setUint16(i * 2, group))
    return ipv6Text(view, 0)
  }
  expect(of(0, 0, 0, 0, 0, 0, 0, 1)).toBe('::1')
  expect(of(0x2001, 0xdb8, 0, 0, 1, 0, 0, 0)).toBe('2001:db8:0:0:1::')
  expect(of(1, 2, 3, 4, 5, 6, 7, 8)).toBe('1:2:3:4:5:6:7:8')
})

const host = (service: string, ip: number, port: number) => struct([1, i32(ip)], [2, i16(port)], [3, text(service)])
const cart = host('cart', 0x0a000001, 80)
const thriftSpan = (...fields: readonly ThriftField[]) =>
  struct([1, i64(0x11)], [3, text('get')], [4, i64(0x22)], [5, i64(0x33)], ...fields)
const annotation = (time: number, value: string, endpoint = cart) =>
  struct([1, i64(time)], [2, text(value)], [3, endpoint])
const binary = (key: string, value: string | Uint8Array, type: number, endpoint = cart) =>
  struct([1, text(key)], [2, text(value)], [3, i32(type)], [4, endpoint])

describe('a span of v1', () => {
  const shared = [
    annotation(1000, 'cs'),
    annotation(1010, 'sr', host('db', 0x0a000002, -1)),
    annotation(1020, 'ss', host('db', 0x0a000002, -1)),
    annotation(1030, 'cr'),
    annotation(1015, 'cache miss'),
  ]
  const binaries = [
    binary('sa', Uint8Array.of(1), 0, host('mysql', 0x0a000003, 3306)),
    binary('lc', 'jdbc', 6),
    binary('n16', Uint8Array.of(255, 254), 2),
    binary('n64', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2), 4),
    binary('d', Uint8Array.of(0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 5),
    binary('yes', Uint8Array.of(1), 0),
    binary('raw', Uint8Array.of(9), 1),
  ]

  it.each(['binary', 'compact'] as const)('has kind, times, endpoints and values, in %s', encoding => {
    const spans = structs([
      thriftSpan([6, structs([shared[0], shared[3], shared[4]])], [8, structs(binaries)], [9, bool(true)]),
      thriftSpan([6, structs(shared)], [10, i64(1001)], [11, i64(7)], [12, i64(1)]),
    ])
    const list = decoded(table => new ZipkinThriftDecoder(encoding).decodeList(encodeThrift(encoding, spans), table))
    expect(shown(list)).toMatchSnapshot()
    const message = encodeThriftMessage(encoding, 'emitZipkinBatch', [1, spans])
    const datagram = decoded(table => new ZipkinThriftDecoder(encoding).decodeMessage(message, table))
    expect(rows(datagram)).toEqual(rows(list))
  })

  it('is the same in JSON', () => {
    const endpoint = { serviceName: 'cart', ipv4: '10.0.0.1', port: 80 }
    const json = {
      ...ids,
      parentId: '33',
      name: 'get',
      annotations: [
        { timestamp: 1000, value: 'cs', endpoint },
        { timestamp: 1030, value: 'cr', endpoint },
      ],
      binaryAnnotations: [
        { key: 'sa', value: true, endpoint: { serviceName: 'mysql', ipv4: '10.0.0.3', port: 3306 } },
        { key: 'lc', value: 'jdbc', endpoint },
        { key: 'yes', value: true, endpoint },
      ],
    }
    const span = thriftSpan([6, structs([shared[0], shared[3]])], [8, structs([binaries[0], binaries[1], binaries[5]])])
    const list = encodeThrift('binary', structs([span]))
    expect(rows(fromJson([json]))).toEqual(
      rows(decoded(table => new ZipkinThriftDecoder('binary').decodeList(list, table))),
    )
    expect(rows(fromJson([json]))).toEqual(
      rows(decoded(table => decodeZipkinJson(encodeText(JSON.stringify([json])), table))),
    )
  })
})

test('what is no message', () => {
  const problem = (bytes: Uint8Array, decode: (bytes: Uint8Array, table: SpanTableBuilder) => void) => {
    try {
      decode(bytes, new SpanTableBuilder())
    } catch (error) {
      if (error instanceof DecodeError) return error.message
      throw error
    }
    return 'none'
  }
  const json = (value: string) =>
    problem(encodeText(value), (bytes, table) => new ZipkinJsonDecoder().decode(bytes, table))
  expect(json('')).toMatchInlineSnapshot(`"the text ends here; expected an array (byte 0)"`)
  expect(json('{"traceId":"1"}')).toMatchInlineSnapshot(`"seen {; expected an array (byte 0)"`)
  expect(json('[1]')).toMatchInlineSnapshot(`"[0]: seen 1; expected a span (byte 1)"`)
  expect(json('[{"traceId":1}]')).toMatchInlineSnapshot(`"[0].traceId: seen 1; expected a string (byte 12)"`)
  expect(json('[{"timestamp":"x"}]')).toMatchInlineSnapshot(`"[0].timestamp: seen "x"; expected a number (byte 14)"`)
  expect(json('[{"kind":"UP"}]')).toMatchInlineSnapshot(
    `"[0].kind: "UP"; expected CLIENT, SERVER, PRODUCER or CONSUMER (byte 13)"`,
  )
  expect(json(`[{"x":${'['.repeat(100_000)}`)).toMatchInlineSnapshot(
    `"[0]: the text ends here; expected a value (byte 100006)"`,
  )
  const thrift = (...bytes: readonly number[]) =>
    problem(Uint8Array.from(bytes), (all, table) => new ZipkinThriftDecoder('binary').decodeList(all, table))
  expect(thrift(12, 0x7f, 0xff, 0xff, 0xff)).toMatchInlineSnapshot(
    `"a list of 2147483647 elements; 0 bytes are left (byte 5)"`,
  )
  expect(thrift(10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)).toMatchInlineSnapshot(
    `"a list of elements of type 10; expected 12 (structs) (byte 5)"`,
  )
  const protobuf = (...bytes: readonly number[]) =>
    problem(Uint8Array.from(bytes), (all, table) => new ZipkinProtobufDecoder().decode(all, table))
  expect(protobuf(10, 5, 1)).toMatchInlineSnapshot(`"spans[0]: a length of 5 bytes; 1 bytes are left (byte 1)"`)
})

test.each([
  [
    'JSON',
    [
      'zipkin-node.v1.json',
      'zipkin-node.v2.json',
      'otel-node.v2.json',
      'otel-python.v2.json',
      'py-zipkin.v2.json',
      'py-zipkin.v1.json',
    ],
    new ZipkinJsonDecoder(),
  ],
  ['protobuf', ['otel-python.v2.proto.bin', 'py-zipkin.v2.proto.bin'], new ZipkinProtobufDecoder()],
  ['Thrift', ['py-zipkin.v1.thrift.bin'], new ZipkinThriftDecoder('binary')],
  ['compact Thrift', ['jaeger-client-python.udp-compact.bin'], new ZipkinThriftDecoder('compact')],
])(`rows or a DecodeError for any %s (seed ${seed}, ${rounds} mutations)`, (_, names, decoder) => {
  const random = seededRandom(seed)
  const messages = names.map(fixture)
  const decode = (bytes: Uint8Array, into: SpanTableBuilder) =>
    !('decodeList' in decoder)
      ? decoder.decode(bytes, into)
      : names[0].includes('compact')
        ? decoder.decodeMessage(bytes, into)
        : decoder.decodeList(bytes, into)
  let table = new SpanTableBuilder()
  let kept = 0
  let errors = 0
  for (let i = 0; i < rounds; i++) {
    if (i % 2000 === 0) table = new SpanTableBuilder()
    const mark = table.mark()
    try {
      decode(mutated(random, messages[i % messages.length]), table)
      kept += table.rowCount - mark.rows
    } catch (error) {
      if (!(error instanceof DecodeError) && !(error instanceof TableFullError)) throw error
      errors++
    }
    table.rollback(mark)
  }
  expect(kept).toBeGreaterThan(0)
  expect(errors).toBeGreaterThan(0)
})

test('in a file a time in a text may have a point and an exponent; a fraction is refused', () => {
  const table = new SpanTableBuilder()
  const span = { traceId: '1', id: '1', name: 'x', timestamp: '1.7e15', duration: '100.0' }
  decodeZipkinJson(encodeText(JSON.stringify([span])), table)
  expect([timeAt(table.startTime, 0), timeAt(table.endTime, 0)]).toEqual([
    1_700_000_000_000_000_000n,
    1_700_000_000_000_100_000n,
  ])
  const { problems } = decodeZipkinJson(encodeText(JSON.stringify([span, { ...span, timestamp: '1.5' }])), table)
  expect(problems.map(({ message }) => message)).toEqual(['[1].timestamp: "1.5"; expected a number of µs'])
})
