import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import { decodeOtlpProtobuf, OtlpProtobufDecoder } from './decode-protobuf.ts'
import { ExportTraceServiceRequest } from './generated/trace-request.ts'
import { linesOfMessage, linesOfTable, mutated, randomRequest, seededRandom } from './oracle.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

const seed = Number(process.env.SPOOR_SEED ?? Date.now() % 1e9)
const rounds = Number(process.env.SPOOR_MUTATIONS ?? 100_000)

function decode(bytes: Uint8Array, table = new SpanTableBuilder()): SpanTableBuilder {
  decodeOtlpProtobuf(bytes, table)
  return table
}

/** Fields of a message: [tag, bytes | fixed | number]. */
function message(write: (w: ProtobufWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  write(writer)
  return writer.finish()
}
const field = (tag: number, bytes: Uint8Array) => message(w => w.field(tag, bytes))
const text = (tag: number, value: string) => message(w => w.text(tag, value))
const join = (...parts: Uint8Array[]) => message(w => parts.forEach(part => w.raw(part)))
const ids = join(field(10, new Uint8Array(16).fill(0x11)), field(18, new Uint8Array(8).fill(0x22)))
const inRequest = (span: Uint8Array) => field(10, field(18, field(18, span)))
const attribute = (key: string, value: Uint8Array) => field(74, join(text(10, key), field(18, value)))

/** `levels` arrays inside each other, the innermost empty, as an AnyValue. */
function nested(levels: number): Uint8Array {
  // From the inside out, backwards into one memory.
  const bytes = new Uint8Array(levels * 12 + 16)
  let at = bytes.length
  const prefix = (tag: number, length: number) => {
    const groups = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4
    at -= groups + 1
    bytes[at] = tag
    for (let i = 0; i < groups; i++) bytes[at + 1 + i] = ((length >>> (7 * i)) & 127) | (i < groups - 1 ? 128 : 0)
  }
  for (let i = 0; i < levels; i++) {
    if (i > 0) prefix(10, bytes.length - at)
    prefix(42, bytes.length - at)
  }
  return bytes.subarray(at)
}

describe('OTLP protobuf', () => {
  it(`gives what a generated decoder gives (seed ${seed})`, () => {
    const decoder = new OtlpProtobufDecoder()
    fc.assert(
      fc.property(fc.integer(), from => {
        const bytes = ExportTraceServiceRequest.encode(randomRequest(seededRandom(from))).finish()
        const table = new SpanTableBuilder()
        decoder.decode(bytes, table)
        expect(linesOfTable(table)).toEqual(linesOfMessage(ExportTraceServiceRequest.decode(bytes)))
      }),
      { seed, numRuns: 300 },
    )
  })

  it(`keeps its predictions true over many messages into one table (seed ${seed})`, () => {
    const decoder = new OtlpProtobufDecoder()
    const table = new SpanTableBuilder()
    const expected: string[] = []
    const random = seededRandom(seed)
    for (let i = 0; i < 200; i++) {
      const request = randomRequest(random)
      expected.push(...linesOfMessage(request))
      decoder.decode(ExportTraceServiceRequest.encode(request).finish(), table)
      if (i % 50 === 0) decoder.decode(inRequest(ids), new SpanTableBuilder())
      else continue
      expected.push(...linesOfMessage(request))
      decoder.decode(ExportTraceServiceRequest.encode(request).finish(), table)
    }
    expect(linesOfTable(table)).toEqual(expected)
  })

  it('takes fields in any order, the resource and scope after their spans', () => {
    const span = join(text(42, 'late'), ids)
    const resource = field(10, field(10, join(text(10, 'service.name'), field(18, text(10, 'shop')))))
    const scope = field(10, text(10, 'lib'))
    const bytes = field(
      10,
      join(text(26, 'url'), field(18, join(field(18, span), text(26, 'scope url'), scope)), resource),
    )
    expect(linesOfTable(decode(bytes))).toEqual(linesOfMessage(ExportTraceServiceRequest.decode(bytes)))
    expect(linesOfTable(decode(bytes))[0]).toContain('"service.name"="shop"')
  })

  it('merges messages that come twice, and lets the last scalar stand', () => {
    const status = join(
      field(122, text(18, 'first')),
      field(
        122,
        message(w => (w.uint32(24), w.uint32(2))),
      ),
    )
    const twice = join(text(42, 'a'), ids, text(42, 'b'), status)
    const table = decode(inRequest(twice))
    expect(table.dictionary.text(table.name[0])).toBe('b')
    expect(table.dictionary.text(table.statusMessage[0])).toBe('first')
    expect(table.status[0]).toBe(2)
    const resource = (key: string) => field(10, field(10, text(10, key)))
    const merged = decode(field(10, join(resource('a'), field(18, field(18, ids)), resource('b'))))
    expect(linesOfTable(merged)[0]).toMatch(/^\["a"=empty "b"=empty\]/)
    // Both values are one array: [true, false]; a string between them would have ended the first.
    const one = field(42, field(10, Uint8Array.of(16, 1)))
    const two = field(42, field(10, Uint8Array.of(16, 0)))
    const value = (...parts: Uint8Array[]) => field(74, join(text(10, 'k'), ...parts.map(part => field(18, part))))
    expect(linesOfTable(decode(inRequest(join(ids, value(one, two)))))[0]).toContain('"k"=array[true false]')
    expect(linesOfTable(decode(inRequest(join(ids, value(one, text(10, ''), two)))))[0]).toContain('"k"=array[false]')
  })

  it('passes over unknown fields and takes long forms of numbers', () => {
    const unknown = join(
      field(1602, Uint8Array.of(1, 2)),
      Uint8Array.of(0xc8, 0x0c, 0x80, 0x00),
      Uint8Array.of(0xcd, 0x0c, 1, 2, 3, 4),
    )
    const longTag = join(
      Uint8Array.of(0xaa, 0x80, 0x00),
      Uint8Array.of(0x82, 0x80, 0x00),
      new TextEncoder().encode('ab'),
    )
    const table = decode(inRequest(join(unknown, ids, longTag, unknown)))
    expect(table.dictionary.text(table.name[0])).toBe('ab')
  })

  it('keeps integers, doubles and odd keys exactly', () => {
    const nan = Uint8Array.of(33, 1, 2, 3, 4, 5, 6, 0xf8, 0x7f)
    const table = decode(
      inRequest(
        join(ids, attribute('nan', nan), attribute('', Uint8Array.of()), attribute('__proto__', text(10, 'x'))),
      ),
    )
    expect([...table.attributeValue.subarray(0, 2)]).toEqual([0x04030201, 0x7ff80605])
    expect(linesOfTable(table)[0]).toContain('""=empty "__proto__"="x"')
  })

  it('refuses single spans, with their reason', () => {
    const reasons: string[] = []
    const table = new SpanTableBuilder({ onReject: (_, reason) => reasons.push(reason) })
    const spans = [
      field(18, new Uint8Array(8).fill(1)),
      join(field(10, new Uint8Array(16)), field(18, new Uint8Array(8).fill(1))),
      join(field(10, new Uint8Array(15).fill(1)), field(18, new Uint8Array(8).fill(1))),
      field(10, new Uint8Array(16).fill(1)),
      join(ids, field(34, new Uint8Array(3).fill(1))),
      join(ids, field(42, Uint8Array.of(0xff))),
      join(ids, attribute('k', field(10, Uint8Array.of(0xc0, 0x80)))),
      join(ids, attribute('k', field(42, field(10, field(10, Uint8Array.of(0xff)))))),
      join(ids, field(74, field(10, Uint8Array.of(0xed, 0xa0, 0x80)))),
      join(ids, field(106, field(10, new Uint8Array(7).fill(1)))),
      ids,
    ]
    decodeOtlpProtobuf(field(10, field(18, join(...spans.map(span => field(18, span))))), table)
    expect(reasons).toEqual([
      'invalid_trace_id',
      'invalid_trace_id',
      'invalid_trace_id',
      'invalid_span_id',
      'invalid_span_id',
      'invalid_utf8',
      'invalid_utf8',
      'invalid_utf8',
      'invalid_utf8',
      'invalid_trace_id',
    ])
    expect(table.rowCount).toBe(1)
  })

  it('refuses the spans of a resource or scope that is not UTF-8, and no others', () => {
    const bad = (tag: number) => field(tag, field(10, field(10, Uint8Array.of(0xff))))
    const spans = field(18, join(field(18, ids), field(18, ids)))
    const badScope = field(18, join(field(10, field(10, Uint8Array.of(0xff))), field(18, ids)))
    const table = decode(join(field(10, join(bad(10), spans)), field(10, join(spans, badScope, spans))))
    expect([table.rowCount, table.rejectedCount]).toEqual([4, 3])
  })

  it('cuts and counts what is above the limits', () => {
    const limits = { attributes: 2, events: 1, links: 1, valueBytes: 5, depth: 3 }
    const table = new SpanTableBuilder({ limits })
    const event = field(
      90,
      join(text(18, 'e'), field(26, text(10, 'a')), field(26, text(10, 'b')), field(26, text(10, 'c'))),
    )
    const span = join(
      ids,
      attribute('a', text(10, 'abcdü')),
      attribute('b', field(42, join(field(10, text(10, 'x')), field(10, text(10, 'yy'))))),
      attribute('c', text(10, 'x')),
      Uint8Array.of(80, 7),
      event,
      event,
      field(106, Uint8Array.of()),
      field(106, Uint8Array.of()),
    )
    decodeOtlpProtobuf(inRequest(span), table)
    expect(linesOfTable(table)[0]).toContain('["a"="abcd" "b"=array["x"]] 8 (0 "e" ["a"=empty "b"=empty] 1) 1 (')
    expect([table.marks[0], table.cutValueCount, table.droppedLinks[0]]).toEqual([3, 2, 1])
  })

  it('says where bytes can not be read', () => {
    const bad = (bytes: Uint8Array) => {
      try {
        decode(bytes)
      } catch (error) {
        if (error instanceof DecodeError) return error.message
        throw error
      }
      return 'decoded'
    }
    expect(bad(Uint8Array.of(10, 5, 1))).toBe('resourceSpans[0]: a length of 5 bytes; 1 bytes are left (byte 1)')
    expect(bad(inRequest(join(ids, Uint8Array.of(57, 1, 2))))).toBe(
      'resourceSpans[0].scopeSpans[0].spans[0].startTimeUnixNano: a number of 8 bytes; 2 are left (byte 35)',
    )
    expect(bad(inRequest(join(ids, attribute('k', Uint8Array.of(10, 9)))))).toBe(
      'resourceSpans[0].scopeSpans[0].spans[0].attributes[0].stringValue: a length of 9 bytes; 0 bytes are left (byte 42)',
    )
    expect(bad(Uint8Array.of(11))).toBe('field 1 has wire type 3; expected 0, 1, 2 or 5 (byte 1)')
    expect(bad(Uint8Array.of(2, 0))).toBe('field number 0 (byte 1)')
    expect(bad(new Uint8Array(12).fill(0xff))).toMatch(/a number of more than 10 bytes/)
    expect(bad(new Uint8Array(0))).toBe('decoded')
  })

  it('nests to the limit and not a level deeper, a million levels included', () => {
    const span = (levels: number) => inRequest(join(ids, attribute('k', nested(levels))))
    expect(decode(span(32)).rowCount).toBe(1)
    expect(decode(span(33)).rejectedCount).toBe(1)
    expect(decode(span(1_000_000)).rejectedCount).toBe(1)
  })

  it('passes on that a table is full, and decodes again into the next one', () => {
    const span = field(18, join(ids, attribute('a', text(10, 'x')), attribute('b', Uint8Array.of(24, 5))))
    const bytes = field(10, field(18, join(span, span, span)))
    const decoder = new OtlpProtobufDecoder()
    const small = new SpanTableBuilder({ shared: true, capacity: { rows: 1000, attributes: 4 } })
    const mark = small.mark()
    expect(() => decoder.decode(bytes, small)).toThrow(TableFullError)
    small.rollback(mark)
    const large = new SpanTableBuilder()
    decoder.decode(bytes, large)
    expect(linesOfTable(large)).toEqual(linesOfMessage(ExportTraceServiceRequest.decode(bytes)))
  })

  it(`gives rows or a DecodeError for any bytes (seed ${seed}, ${rounds} mutations)`, () => {
    const random = seededRandom(seed)
    const decoder = new OtlpProtobufDecoder()
    const table = new SpanTableBuilder()
    const mark = table.mark()
    let bytes = new Uint8Array(0)
    let refused = 0
    for (let i = 0; i < rounds; i++) {
      if (i % 50 === 0) bytes = ExportTraceServiceRequest.encode(randomRequest(random, 2)).finish().slice()
      try {
        decoder.decode(mutated(random, bytes), table)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        refused++
      }
      table.rollback(mark)
    }
    expect(refused).toBeGreaterThan(rounds / 20)
    expect(refused).toBeLessThan(rounds)
  })
})
