/**
 * Spans at the edges of what can be said, and bytes beyond them, by every door: rows or a named rejection for the first, DecodeError for the
 * second, and never a row of a message that can't be read. Changed bytes in their thousands are beside each decoder.
 */
import { describe, expect, test } from 'vitest'
import { JaegerProtobufDecoder } from '#shared/formats/jaeger/decode-protobuf.ts'
import { JaegerThriftDecoder } from '#shared/formats/jaeger/decode-thrift.ts'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'
import {
  encodeThrift,
  encodeThriftMessage,
  i32,
  i64,
  struct,
  structs,
  text,
} from '#shared/formats/thrift/thrift-writer.ts'
import { ZipkinJsonDecoder } from '#shared/formats/zipkin/zipkin-json-decoder.ts'
import { ZipkinProtobufDecoder } from '#shared/formats/zipkin/zipkin-protobuf-decoder.ts'
import { ZipkinThriftDecoder } from '#shared/formats/zipkin/zipkin-thrift-decoder.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { type RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Times in µs since 1970. */
interface Edge {
  readonly trace: bigint
  readonly span: bigint
  readonly start: bigint
  readonly duration: bigint
}

const NORMAL: Edge = { trace: 0x11n, span: 0x22n, start: 1_700_000_000_000_000n, duration: 5n }

interface Door {
  readonly message: (edge: Edge) => Uint8Array
  readonly decode: (bytes: Uint8Array, table: SpanTableBuilder) => void
}

const jaegerBatch = ({ trace, span, start, duration }: Edge) =>
  struct(
    [1, struct([1, text('edges')])],
    [
      2,
      structs([
        struct(
          [1, i64(trace)],
          [2, i64(0n)],
          [3, i64(span)],
          [4, i64(0n)],
          [5, text('x')],
          [7, i32(1)],
          [8, i64(start)],
          [9, i64(duration)],
        ),
      ]),
    ],
  )
const zipkinThrift = ({ trace, span, start, duration }: Edge) =>
  structs([struct([1, i64(trace)], [3, text('x')], [4, i64(span)], [10, i64(start)], [11, i64(duration)])])

const hex = (value: bigint, digits: number): string => value.toString(16).padStart(digits, '0')
const idBytes = (value: bigint, bytes: number): Uint8Array => Uint8Array.from(Buffer.from(hex(value, bytes * 2), 'hex'))

/** An int64 as a varint. */
function varint(w: ProtobufWriter, tag: number, value: bigint): void {
  w.uint32(tag)
  const bits = BigInt.asUintN(64, value)
  w.uint64(Number(bits & 0xffffffffn), Number(bits >> 32n))
}

function fixed64(w: ProtobufWriter, tag: number, value: bigint): void {
  w.uint32(tag)
  const bits = BigInt.asUintN(64, value)
  w.fixed32(Number(bits & 0xffffffffn))
  w.fixed32(Number(bits >> 32n))
}

/** Timestamp or Duration of so many µs; parts of one sign. */
function secondsAndNanos(w: ProtobufWriter, tag: number, micros: bigint, floor: boolean): void {
  const nanos = micros * 1000n
  const seconds = floor && nanos % 1_000_000_000n < 0n ? nanos / 1_000_000_000n - 1n : nanos / 1_000_000_000n
  const begun = w.begin(tag)
  varint(w, 8, seconds)
  varint(w, 16, nanos - seconds * 1_000_000_000n)
  w.end(begun)
}

const doors: Readonly<Record<string, Door>> = {
  'Jaeger Thrift, binary': {
    message: edge => encodeThrift('binary', jaegerBatch(edge)),
    decode: (bytes, table) => new JaegerThriftDecoder('binary').decodeBatch(bytes, table),
  },
  'Jaeger Thrift, compact': {
    message: edge => encodeThriftMessage('compact', 'emitBatch', [1, jaegerBatch(edge)]),
    decode: (bytes, table) => new JaegerThriftDecoder('compact').decodeMessage(bytes, table),
  },
  'Jaeger gRPC': {
    message: ({ trace, span, start, duration }) => {
      const w = new ProtobufWriter()
      const batch = w.begin(10)
      const one = w.begin(10)
      w.field(10, idBytes(trace, 16))
      w.field(18, idBytes(span, 8))
      w.text(26, 'x')
      secondsAndNanos(w, 50, start, true)
      secondsAndNanos(w, 58, duration, false)
      w.end(one)
      const process = w.begin(18)
      w.text(10, 'edges')
      w.end(process)
      w.end(batch)
      return w.finish()
    },
    decode: (bytes, table) => new JaegerProtobufDecoder().decodeRequest(bytes, table),
  },
  'Zipkin v2 JSON': {
    message: ({ trace, span, start, duration }) =>
      encodeText(
        `[{"traceId":"${hex(trace, 16)}","id":"${hex(span, 16)}","name":"x","timestamp":${start},"duration":${duration}}]`,
      ),
    decode: (bytes, table) => new ZipkinJsonDecoder().decode(bytes, table),
  },
  'Zipkin v1 JSON': {
    message: ({ trace, span, start, duration }) =>
      encodeText(
        `[{"traceId":"${hex(trace, 16)}","id":"${hex(span, 16)}","name":"x","timestamp":${start},"duration":${duration},"annotations":[],"binaryAnnotations":[]}]`,
      ),
    decode: (bytes, table) => new ZipkinJsonDecoder().decode(bytes, table),
  },
  'Zipkin v2 protobuf': {
    message: ({ trace, span, start, duration }) => {
      const w = new ProtobufWriter()
      const one = w.begin(10)
      w.field(10, idBytes(trace, 8))
      w.field(26, idBytes(span, 8))
      w.text(42, 'x')
      fixed64(w, 49, start)
      varint(w, 56, duration)
      w.end(one)
      return w.finish()
    },
    decode: (bytes, table) => new ZipkinProtobufDecoder().decode(bytes, table),
  },
  'Zipkin v1 Thrift': {
    message: edge => encodeThrift('binary', zipkinThrift(edge)),
    decode: (bytes, table) => new ZipkinThriftDecoder('binary').decodeList(bytes, table),
  },
  'Zipkin Thrift, compact': {
    message: edge => encodeThriftMessage('compact', 'emitZipkinBatch', [1, zipkinThrift(edge)]),
    decode: (bytes, table) => new ZipkinThriftDecoder('compact').decodeMessage(bytes, table),
  },
  'OTLP protobuf': {
    message: ({ trace, span, start, duration }) => {
      const w = new ProtobufWriter()
      const resource = w.begin(10)
      const scope = w.begin(18)
      const one = w.begin(18)
      w.field(10, idBytes(trace, 16))
      w.field(18, idBytes(span, 8))
      w.text(42, 'x')
      fixed64(w, 57, start * 1000n)
      fixed64(w, 65, (start + duration) * 1000n)
      for (const each of [one, scope, resource]) w.end(each)
      return w.finish()
    },
    decode: (bytes, table) => new OtlpProtobufDecoder().decode(bytes, table),
  },
  'OTLP JSON': {
    message: ({ trace, span, start, duration }) =>
      encodeText(
        JSON.stringify({
          resourceSpans: [
            {
              scopeSpans: [
                {
                  spans: [
                    {
                      traceId: hex(trace, 32),
                      spanId: hex(span, 16),
                      name: 'x',
                      startTimeUnixNano: String(start * 1000n),
                      endTimeUnixNano: String((start + duration) * 1000n),
                    },
                  ],
                },
              ],
            },
          ],
        }),
      ),
    decode: (bytes, table) => new OtlpJsonDecoder().decode(bytes, table),
  },
}

/** `rows` kept, the reasons of those that were not, or the error. */
function outcome({ message, decode }: Door, edge: Partial<Edge>): string {
  const reasons: RejectReason[] = []
  const table = new SpanTableBuilder({ onReject: (_, reason) => reasons.push(reason) })
  try {
    decode(message({ ...NORMAL, ...edge }), table)
  } catch (error) {
    if (error instanceof DecodeError) return 'DecodeError'
    throw error
  }
  return [...reasons, ...(table.rowCount === 0 ? [] : [`${table.rowCount} kept`])].join(', ')
}

/** Anything but a DecodeError goes on. */
function decodeOrFail({ decode }: Door, bytes: Uint8Array): void {
  try {
    decode(bytes, new SpanTableBuilder())
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
  }
}

const YEAR = 31_556_952_000_000n
const yearStart = (year: number): bigint => BigInt(year - 1970) * YEAR

describe.each(Object.entries(doors))('%s', (name, door) => {
  const otlp = name.startsWith('OTLP')
  test('spans at the edges are kept or rejected by name', () => {
    const of = (edge: Partial<Edge>): string => outcome(door, edge)
    expect(of({})).toBe('1 kept')
    expect(of({ trace: 0n })).toBe('invalid_trace_id')
    expect(of({ span: 0n })).toBe('invalid_span_id')
    // The last year of signed nanoseconds, and after it.
    expect([of({ start: yearStart(2262) }), of({ start: yearStart(2300) })]).toEqual(['1 kept', '1 kept'])
    // Unsigned nanoseconds end in 2554; OTLP has no word for what lies outside.
    const outside = otlp ? [name === 'OTLP JSON' ? 'DecodeError' : '1 kept'] : ['time_out_of_range']
    expect([of({ start: yearStart(1) })]).toEqual(outside)
    expect([of({ start: yearStart(2600) })]).toEqual(outside)
    // It ends before it starts: as sent.
    expect(of({ duration: -5n })).toBe('1 kept')
    expect(of({ duration: 0n })).toBe('1 kept')
    expect(of({ start: 3n, duration: -5n })).toBe(
      otlp ? (name === 'OTLP JSON' ? 'DecodeError' : '1 kept') : 'time_out_of_range',
    )
  })

  test('a message that is cut anywhere is rows or DecodeError', () => {
    const bytes = door.message(NORMAL)
    expect(bytes.length).toBeGreaterThan(20)
    for (let length = 0; length < bytes.length; length++) {
      decodeOrFail(door, bytes.subarray(0, length))
    }
  })

  test('four bytes that claim 2^31 - 1, or -1, at any place, are rows or DecodeError', () => {
    const bytes = door.message(NORMAL)
    expect(outcome(door, {})).toBe('1 kept')
    for (const claim of [
      [0x7f, 0xff, 0xff, 0xff],
      [0xff, 0xff, 0xff, 0xff],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x80, 0x80, 0x80, 0x80, 0x08],
    ]) {
      for (let at = 0; at + claim.length <= bytes.length; at++) {
        const changed = Uint8Array.from(bytes)
        changed.set(claim, at)
        decodeOrFail(door, changed)
      }
    }
  })
})

/** What nobody knows, 100,000 deep, and a span around it. */
const deep: Readonly<Record<string, Uint8Array>> = {
  'Jaeger Thrift, binary': Uint8Array.from(Buffer.from('0c0063'.repeat(100_000), 'hex')),
  'Jaeger Thrift, compact': Uint8Array.from([
    0x82,
    0x81,
    0x01,
    0x09,
    ...encodeText('emitBatch'),
    ...Buffer.alloc(100_000, 0x9c),
  ]),
  'Zipkin v1 Thrift': Uint8Array.from([12, 0, 0, 0, 1, ...Buffer.from('0c0063'.repeat(100_000), 'hex')]),
  'Zipkin v2 JSON': encodeText(`[{"x":${'['.repeat(100_000)}`),
  'OTLP JSON': encodeText(`{"x":${'{"x":'.repeat(100_000)}`),
}

test.each(Object.entries(deep))('%s: what is passed over does not recurse', (name, bytes) => {
  expect(() => doors[name].decode(bytes, new SpanTableBuilder())).toThrow(DecodeError)
})
