import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { timeAt } from '#shared/spans/time.ts'
import { decodeOtlpJson, OtlpJsonDecoder } from './decode-json.ts'
import { jsonOfMessage, linesOfMessage, linesOfTable, mutated, randomRequest, seededRandom } from './oracle.ts'

const seed = Number(process.env.SPOOR_SEED ?? Date.now() % 1e9)
const rounds = Number(process.env.SPOOR_MUTATIONS ?? 100_000)

const IDS = '"traceId":"0123456789abcdef0123456789ABCDEF","spanId":"00f067aa0ba902b7"'
const request = (spans: string) => `{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[${spans}]}]}]}`
const span = (fields = '') => request(`{${IDS}${fields === '' ? '' : `,${fields}`}}`)
const value = (json: string) => span(`"attributes":[{"key":"k","value":${json}}]`)

function decode(json: string, table = new SpanTableBuilder()): SpanTableBuilder {
  decodeOtlpJson(encodeText(json), table)
  return table
}

function refusal(json: string): string {
  try {
    decode(json)
  } catch (error) {
    if (error instanceof DecodeError) return error.message
    throw error
  }
  return 'decoded'
}

/** The only attribute's value, as lines tell it. */
const told = (json: string) => /\["k"=(.*)\] 0 /.exec(linesOfTable(decode(value(json)))[0])?.[1]

describe('OTLP JSON', () => {
  it(`gives what the same request gives in protobuf (seed ${seed})`, () => {
    const decoder = new OtlpJsonDecoder()
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (from, spaced) => {
        const message = randomRequest(seededRandom(from))
        const table = new SpanTableBuilder()
        decoder.decode(encodeText(jsonOfMessage(message, spaced)), table)
        expect(linesOfTable(table)).toEqual(linesOfMessage(message))
      }),
      { seed, numRuns: 300 },
    )
  })

  it(`keeps its predictions true over many requests into one table (seed ${seed})`, () => {
    const random = seededRandom(seed)
    const decoder = new OtlpJsonDecoder()
    const table = new SpanTableBuilder()
    const expected: string[] = []
    for (let i = 0; i < 150; i++) {
      const message = randomRequest(random)
      expected.push(...linesOfMessage(message))
      decoder.decode(encodeText(jsonOfMessage(message)), table)
      if (i % 40 === 0) decoder.decode(encodeText(span()), new SpanTableBuilder())
    }
    expect(linesOfTable(table)).toEqual(expected)
  })

  it('takes an empty request, nulls, unknown keys and old names', () => {
    for (const empty of [
      '{}',
      ' {"resourceSpans":[]} ',
      '{"resourceSpans":null}',
      '\ufeff{"resourceSpans":[{}, null]}',
    ]) {
      expect(decode(empty).rowCount).toBe(0)
    }
    const nulls = span(
      '"parentSpanId":null,"attributes":null,"events":[null],"kind":null,"status":null,"name":null,"x":{"y":[1,{}]}',
    )
    expect(decode(nulls).eventEnd[0]).toBe(1)
    const old = `{"resourceSpans":[{"resource":{},"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"lib"},"spans":[{${IDS}}]}]}]}`
    expect(linesOfTable(decode(old))[0]).toContain('| lib ')
    expect(decode(old.replace('resourceSpans', 'resource_spans')).rowCount).toBe(0)
  })

  it('reads spans that stand before their resource and scope, and schema URLs after them', () => {
    const late = `{"resourceSpans":[{"scopeSpans":[{"spans":[{${IDS},"name":"late"}],"schemaUrl":"s1","scope":{"name":"lib"}}],"schemaUrl":"r1","resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}}]}`
    expect(linesOfTable(decode(late))[0]).toMatch(/^\["service.name"="shop"\] 0 r1 \| lib {2}\[\] 0 s1 \|/)
    const one = (name: string, r: string, s: string) =>
      `{"resource":{"droppedAttributesCount":3},"scopeSpans":[{"scope":{"name":"lib"},"spans":[{${IDS},"name":"${name}"}]${s}}]${r}}`
    const both = decode(
      `{"resourceSpans":[${one('a', ',"schemaUrl":"r"', ',"schemaUrl":"s"')},${one('b', '', '')},${one('c', ',"schemaUrl":"r"', '')}]}`,
    )
    expect(linesOfTable(both).map(line => line.split(' | ').slice(0, 2).join(' | '))).toEqual([
      '[] 3 r | lib  [] 0 s',
      '[] 3  | lib  [] 0 ',
      '[] 3 r | lib  [] 0 ',
    ])
  })

  it('reads numbers exactly, as numbers or strings', () => {
    expect(told('{"intValue":"9223372036854775807"}')).toBe('9223372036854775807n')
    expect(told('{"intValue":-9223372036854775808}')).toBe('-9223372036854775808n')
    expect(told('{"intValue":-4294967296}')).toBe('-4294967296n')
    expect(told('{"intValue":9007199254740993}')).toBe('9007199254740993n')
    expect(told('{"intValue":"1e3"}')).toBe('1000n')
    expect(told('{"intValue":2.0}')).toBe('2n')
    expect(told('{"intValue":null}')).toBe('0n')
    expect(told('{"doubleValue":"-Infinity"}')).toBe('double:fff0000000000000')
    expect(told('{"doubleValue":-0}')).toBe('double:8000000000000000')
    expect(told('{"doubleValue":"1.5"}')).toBe('double:3ff8000000000000')
    expect(decode(span('"startTimeUnixNano":18446744073709551615')).startTime[1]).toBe(0xffffffff)
    const doubles = [0.1, 1e23, 123456789012345680000, 5e-324, 1.7976931348623157e308, 4.35, 0.000001, 100]
    for (const double of doubles) {
      expect(told(`{"doubleValue":${double}}`)).toBe(told(`{"doubleValue":"${double.toExponential()}"}`))
      const { attributeValue } = decode(value(`{"doubleValue":${double}}`))
      expect(new Float64Array(attributeValue.slice(0, 2).buffer)[0]).toBe(double)
    }
  })

  it('takes whole numbers with points and exponents, exactly, and refuses others as they were seen', () => {
    const start = (json: string): bigint => timeAt(decode(span(`"startTimeUnixNano":${json}`)).startTime, 0)
    for (const json of ['1.7e18', '17e17', '"1.7E+18"', '1700000000000000000.0', '17000000000000000000000e-4']) {
      expect(start(json)).toBe(1_700_000_000_000_000_000n)
    }
    expect(start('1.700000000000000001e18')).toBe(1_700_000_000_000_000_001n)
    expect(start('1.8446744073709551615e19')).toBe(2n ** 64n - 1n)
    expect(start('-0.0')).toBe(0n)
    expect(told('{"intValue":-9.223372036854775808e18}')).toBe('-9223372036854775808n')
    expect(decode(span('"droppedEventsCount":1e1')).droppedEvents[0]).toBe(10)
    const other = (json: string): string => refusal(span(`"startTimeUnixNano":${json}`))
    for (const json of [
      '1.5',
      '1.7000000000000000001e18',
      '1.8446744073709551616e19',
      '-1.0',
      '99999999999999999999999',
    ]) {
      expect(other(json)).toContain(`startTimeUnixNano: seen ${json}; expected an integer from 0 on, below 2^64`)
    }
    expect(other('"Infinity"')).toContain('seen Infinity; expected an integer from 0 on')
    expect(refusal(value('{"intValue":9.223372036854775808e18}'))).toContain(
      'seen 9.223372036854775808e18; expected an integer of −2^63 … 2^63 − 1',
    )
    expect(refusal(span('"flags":1e10'))).toContain('a number above 4294967295')
  })

  it('reads names of enumerations, escapes, base64 and empty values', () => {
    const table = decode(span('"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}'))
    expect([table.kind[0], table.status[0]]).toEqual([3, 2])
    expect(decode(span('"kind":"2","status":{"code":"1"}')).kind[0]).toBe(2)
    expect(told('{"stringValue":"\\u00e9\\ud83d\\ude42\\n\\/\\ud83d"}')).toBe(JSON.stringify('é🙂\n/\ufffd'))
    expect(told('{"bytesValue":"-_8="}')).toBe('bytes:fbff')
    expect(told('{"bytesValue":"AQI"}')).toBe('bytes:0102')
    expect(told('{}')).toBe('empty')
    expect(told('{"stringValue":""}')).toBe('""')
    expect(
      told('{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}}]}},{}]}}'),
    ).toBe('array[map["a"=true] empty]')
    // A string without escapes is compared with what stands in the dictionary: that must not be one that had some.
    const escaped = '{"key":"\\u006b\\"","value":{"stringValue":"\\"},\\\\"}}'
    const twice = decode(request(Array.from({ length: 3 }, () => `{${IDS},"attributes":[${escaped}]}`).join(',')))
    expect(linesOfTable(twice)[2]).toContain('["k\\""="\\"},\\\\"]')
  })

  it('refuses single spans, with their reason', () => {
    const reasons: string[] = []
    const table = new SpanTableBuilder({ onReject: (_, reason) => reasons.push(reason) })
    const spans = [
      '{}',
      '{"traceId":"00000000000000000000000000000000","spanId":"00f067aa0ba902b7"}',
      '{"traceId":"0123456789abcdef","spanId":"00f067aa0ba902b7"}',
      '{"traceId":"0123456789abcdef0123456789abcdeg","spanId":"00f067aa0ba902b7"}',
      '{"traceId":"0123456789abcdef0123456789abcdef","spanId":"AAECAwQFBgc="}',
      `{${IDS},"parentSpanId":"12"}`,
      `{${IDS},"links":[{"traceId":"12"}]}`,
      `{${IDS}}`,
    ]
    decodeOtlpJson(encodeText(request(spans.join(','))), table)
    expect(reasons).toEqual([
      'invalid_trace_id',
      'invalid_trace_id',
      'invalid_trace_id',
      'invalid_trace_id',
      'invalid_span_id',
      'invalid_span_id',
      'invalid_trace_id',
    ])
    expect(table.rowCount).toBe(1)
    const bytes = encodeText(span('"name":"?"'))
    bytes[bytes.indexOf(63)] = 0xff
    decodeOtlpJson(bytes, table)
    expect(reasons.at(-1)).toBe('invalid_utf8')
  })

  it('cuts and counts what is above the limits', () => {
    const limits = { attributes: 2, events: 1, links: 1, valueBytes: 5, depth: 3 }
    const table = new SpanTableBuilder({ limits })
    const attribute = (key: string, json: string) => `{"key":"${key}","value":${json}}`
    const array = '{"arrayValue":{"values":[{"stringValue":"x"},{"stringValue":"yy"}]}}'
    const all = [attribute('a', '{"stringValue":"abcdü"}'), attribute('b', array), attribute('c', '{}')].join(',')
    const event = '{"name":"e","attributes":[{"key":"a"},{"key":"b"},{"key":"c"}]}'
    decode(span(`"attributes":[${all}],"droppedAttributesCount":7,"events":[${event},${event}],"links":[{},{}]`), table)
    expect(linesOfTable(table)[0]).toContain('["a"="abcd" "b"=array["x"]] 8 (0 "e" ["a"=empty "b"=empty] 1) 1 (')
    expect([table.marks[0], table.cutValueCount, table.droppedLinks[0]]).toEqual([3, 2, 1])
    const spaced = [
      '{"key":"a","value":{"stringValue":"abcdefg" }}',
      '{"key":"b","value":{"stringValue":"abcdefg"},"x":1}',
    ]
    decode(span(`"attributes":[${spaced.join(',')}]`), table)
    expect(linesOfTable(table)[1]).toContain('["a"="abcde" "b"="abcde"]')
    expect(table.cutValueCount).toBe(4)
    const last = '{"key":"a","value":{"stringValue":"x","intValue":"7"}}'
    expect(linesOfTable(decode(span(`"attributes":[${last}]`)))[0]).toContain('["a"=7n]')
  })

  it('says where the text can not be read', () => {
    expect(refusal('')).toBe('the text ends here; expected an object (byte 0)')
    expect(refusal('[]')).toBe('seen [; expected an object (byte 0)')
    expect(refusal('{} x')).toBe('seen x; expected nothing after the request (byte 3)')
    expect(refusal('{"resourceSpans":5}')).toBe('resourceSpans: seen 5; expected an array (byte 17)')
    expect(refusal(span('"name":7'))).toBe(
      'resourceSpans[0].scopeSpans[0].spans[0].name: seen 7; expected a string (byte 149)',
    )
    expect(refusal(value('{"intValue":"x"}'))).toMatch(
      /spans\[0\]\.attributes\[0\]\.value\.intValue: seen "x"; expected a number/,
    )
    expect(refusal(value('{"intValue":9223372036854775808}'))).toMatch(/an integer above 2\^63/)
    expect(refusal(span('"startTimeUnixNano":-5'))).toMatch(/startTimeUnixNano: a negative number; expected 0 or above/)
    expect(refusal(span('"kind":"CLIENT"'))).toMatch(/kind: seen "CLIENT"; expected SPAN_KIND_UNSPECIFIED/)
    expect(refusal(value('{"bytesValue":"*"}'))).toMatch(/base64/)
    expect(refusal(span('"name":"a\nb"'))).toMatch(/control character 10 in a string/)
    expect(refusal('{"a":"b')).toMatch(/never ends/)
    expect(refusal(span().slice(0, -3))).toMatch(/the text ends here/)
  })

  it('nests to the limit and not a level deeper, a million levels included', () => {
    const nested = (levels: number) => `${'{"arrayValue":{"values":['.repeat(levels)}${']}}'.repeat(levels)}`
    expect(decode(value(nested(32))).rowCount).toBe(1)
    expect(decode(value(nested(33))).rejectedCount).toBe(1)
    expect(decode(value(nested(1_000_000))).rejectedCount).toBe(1)
    const unknown = `"x":${'[{"y":'.repeat(500_000)}1${'}]'.repeat(500_000)}`
    expect(decode(span(unknown)).rowCount).toBe(1)
    expect(refusal(`{"x":${'['.repeat(1_000_000)}`)).toMatch(/the text ends here/)
  })

  it(`gives rows or a DecodeError for any text (seed ${seed}, ${rounds} mutations)`, () => {
    const random = seededRandom(seed)
    const decoder = new OtlpJsonDecoder()
    const table = new SpanTableBuilder()
    const mark = table.mark()
    let bytes: Uint8Array = new Uint8Array(0)
    let refused = 0
    for (let i = 0; i < rounds; i++) {
      if (i % 50 === 0) bytes = encodeText(jsonOfMessage(randomRequest(random, 2)))
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
