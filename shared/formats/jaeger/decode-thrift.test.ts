import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { formatTraces } from '#shared/generator/format-traces.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { type RejectReason, SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import { timeAt } from '#shared/spans/time.ts'
import { mutated, seededRandom } from '#shared/formats/otlp/oracle.ts'
import {
  bool,
  double,
  encodeThrift,
  encodeThriftMessage,
  i32,
  i64,
  struct,
  structs,
  text,
} from '#shared/formats/thrift/thrift-writer.ts'
import type { ThriftField, ThriftValue } from '#shared/formats/thrift/thrift-writer.ts'
import { JaegerThriftDecoder } from './decode-thrift.ts'

const seed = Number(process.env.SPOOR_SEED ?? Date.now() % 1e9)
const rounds = Number(process.env.SPOOR_MUTATIONS ?? 100_000)

/** Messages of real clients; fixtures/wire/README.md says whose. */
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/wire/${name}`, import.meta.url)))

const encodings = ['binary', 'compact'] as const

/** The rows as text, times against the first start. */
function shown(table: SpanTableBuilder): string {
  const starts = Array.from({ length: table.rowCount }, (_, row) => timeAt(table.startTime, row))
  return formatTraces(table, { base: starts.reduce((least, one) => (one < least ? one : least)), ids: true })
}

const shop: ThriftValue = struct(
  [1, text('cart')],
  [2, structs([tag('hostname', 'h1'), tag('jaeger.version', 'Go-2.30.0')])],
)

function tag(key: string, value: string | number | boolean | bigint | Uint8Array): ThriftValue {
  const head: ThriftField = [1, text(key)]
  if (typeof value === 'string') return struct(head, [2, i32(0)], [3, text(value)])
  if (typeof value === 'number') return struct(head, [2, i32(1)], [4, double(value)])
  if (typeof value === 'boolean') return struct(head, [2, i32(2)], [5, bool(value)])
  if (typeof value === 'bigint') return struct(head, [2, i32(3)], [6, i64(value)])
  return struct(head, [2, i32(4)], [7, text(value)])
}

/** A span of 1970, changed and added to by `fields`. */
function span(...fields: readonly ThriftField[]): ThriftValue {
  const all = new Map<number, ThriftValue>([
    [1, i64(0x11)],
    [2, i64(0)],
    [3, i64(0x22)],
    [4, i64(0)],
    [5, text('GET')],
    [7, i32(1)],
    [8, i64(1_000_000)],
    [9, i64(500)],
    ...fields,
  ])
  return struct(...[...all].sort(([a], [b]) => a - b))
}

const batch = (...spans: readonly ThriftValue[]) => struct([1, shop], [2, structs(spans)])

/** Decodes in both encodings, which must agree. */
function decode(value: ThriftValue): { text: string; rejected: Partial<Record<RejectReason, number>> } {
  const results = encodings.map(encoding => {
    const rejected: Partial<Record<RejectReason, number>> = {}
    const table = new SpanTableBuilder({ onReject: (_, reason) => (rejected[reason] = (rejected[reason] ?? 0) + 1) })
    new JaegerThriftDecoder(encoding).decodeBatch(encodeThrift(encoding, value), table)
    return { text: table.rowCount === 0 ? '' : shown(table), rejected }
  })
  expect(results[1]).toEqual(results[0])
  return results[0]
}

describe('messages of real clients', () => {
  it('jaeger-client for Node over UDP and HTTP', () => {
    const overUdp = new SpanTableBuilder()
    new JaegerThriftDecoder('binary').decodeMessage(fixture('jaeger-client-node.udp-binary.bin'), overUdp)
    const overHttp = new SpanTableBuilder()
    new JaegerThriftDecoder('binary').decodeBatch(fixture('jaeger-client-node.http.bin'), overHttp)
    expect(shown(overUdp)).toMatchSnapshot()
    expect(overHttp.rowCount).toBe(overUdp.rowCount)
  })

  it('jaeger-client for Python over UDP', () => {
    const table = new SpanTableBuilder()
    new JaegerThriftDecoder('compact').decodeMessage(fixture('jaeger-client-python.udp-compact.bin'), table)
    expect(shown(table)).toMatchSnapshot()
  })

  it('OpenTelemetry for Python through its Jaeger exporters', () => {
    const overHttp = new SpanTableBuilder()
    new JaegerThriftDecoder('binary').decodeBatch(fixture('otel-python.http.bin'), overHttp)
    expect(shown(overHttp)).toMatchSnapshot()
    const overUdp = new SpanTableBuilder()
    new JaegerThriftDecoder('compact').decodeMessage(fixture('otel-python.udp-compact.bin'), overUdp)
    expect(overUdp.rowCount).toBe(1)
  })
})

describe('a batch', () => {
  it('has its tags by their types', () => {
    const tags = [
      tag('s', 'é'),
      tag('d', -0.5),
      tag('b', true),
      tag('n', -(2n ** 62n)),
      tag('x', Uint8Array.of(1, 255)),
    ]
    expect(decode(batch(span([10, structs(tags)]))).text).toMatchInlineSnapshot(`
      "resource cart host.name=h1 opencensus.exporterversion=Jaeger-Go-2.30.0

      trace 11
      cart: GET [0 500us] #22 s="é" d=-0.5 b=true n=-4611686018427387904 x=0x01ff
      "
    `)
  })

  it('has a parent from its field, in front of its references', () => {
    const reference = (type: number, trace: number, id: number) =>
      struct([1, i32(type)], [2, i64(trace)], [3, i64(0)], [4, i64(id)])
    const parents = (parent: number, ...references: ThriftValue[]) =>
      decode(batch(span([4, i64(parent)], [6, structs(references)])))
        .text.split('\n')
        .slice(3)
    expect(parents(5)).toMatchInlineSnapshot(`
      [
        "cart: GET [0 500us] #22 ^5",
        "",
      ]
    `)
    expect(parents(5, reference(0, 0x11, 5), reference(1, 0x11, 6))).toMatchInlineSnapshot(`
      [
        "cart: GET [0 500us] #22 ^5",
        "  > 11:6 opentracing.ref_type=follows_from",
        "",
      ]
    `)
    expect(parents(5, reference(1, 0x99, 7))).toMatchInlineSnapshot(`
      [
        "cart: GET [0 500us] #22 ^5",
        "  > 99:7 opentracing.ref_type=follows_from",
        "",
      ]
    `)
    // No parent of its own: the first CHILD_OF of its trace, else the first FOLLOWS_FROM of it.
    expect(parents(0, reference(1, 0x11, 6), reference(0, 0x11, 7))).toMatchInlineSnapshot(`
      [
        "cart: GET [0 500us] #22 ^7",
        "  > 11:6 opentracing.ref_type=follows_from",
        "",
      ]
    `)
    expect(parents(0, reference(0, 0x99, 6), reference(1, 0x11, 7))).toMatchInlineSnapshot(`
      [
        "cart: GET [0 500us] #22 ^7",
        "  > 99:6 opentracing.ref_type=child_of",
        "  > 11:7 opentracing.ref_type=follows_from",
        "",
      ]
    `)
    // As clients write it: the parent's id as a field, and what kind of parent it is as a reference.
    expect(parents(7, reference(1, 0x11, 7))).toMatchInlineSnapshot(`
      [
        "cart: GET [0 500us] #22 ^7",
        "  > 11:7 opentracing.ref_type=follows_from",
        "",
      ]
    `)
  })

  it('has kind, status, scope and trace state from tags', () => {
    const of = (...tags: ThriftValue[]) => decode(batch(span([10, structs(tags)]))).text.split('\n')[3]
    expect(of(tag('span.kind', 'server'), tag('error', true), tag('http.status_message', 'no'))).toMatchInlineSnapshot(
      `"cart: GET [0 500us] server error "no" #22 http.status_message=no"`,
    )
    expect(of(tag('error', 'true'))).toMatchInlineSnapshot(`"cart: GET [0 500us] #22 error="true""`)
    expect(of(tag('otel.status_code', 'ok'), tag('otel.status_description', 'fine'))).toMatchInlineSnapshot(
      `"cart: GET [0 500us] ok "fine" #22"`,
    )
    expect(of(tag('span.kind', 'client'), tag('http.status_code', 404n))).toMatchInlineSnapshot(
      `"cart: GET [0 500us] client error #22 http.status_code=404"`,
    )
    expect(of(tag('span.kind', 'server'), tag('http.status_code', '404'))).toMatchInlineSnapshot(
      `"cart: GET [0 500us] server #22 http.status_code="404""`,
    )
    expect(of(tag('span.kind', 'sideways'), tag('w3c.tracestate', 'a=b'))).toMatchInlineSnapshot(
      `"cart: GET [0 500us] #22 span.kind=sideways"`,
    )
  })

  it('has logs whose event is their name', () => {
    const log = struct([1, i64(1_000_100)], [2, structs([tag('event', 'miss'), tag('event', 'again'), tag('n', 2n)])])
    expect(decode(batch(span([11, structs([log])]))).text).toMatchInlineSnapshot(`
      "resource cart host.name=h1 opencensus.exporterversion=Jaeger-Go-2.30.0

      trace 11
      cart: GET [0 500us] #22
        @ 100us "miss" event=again n=2
      "
    `)
  })

  it('counts wherever its process stands, and without one', () => {
    const spans: ThriftField = [2, structs([span()])]
    const usual = decode(struct([1, shop], spans)).text
    expect(decode(struct(spans, [1, shop])).text).toBe(usual)
    expect(decode(struct(spans)).text).toContain('?: GET')
    expect(decode(struct([1, struct([1, text('')])], spans)).text).toContain('?: GET')
  })

  it('passes over what it does not know', () => {
    const odd: ThriftField[] = [
      [90, struct([1, structs([struct([3, bool(false)])])], [2, double(1)])],
      [91, bool(true)],
      // A known number of another type.
      [10, text('tags')],
    ]
    expect(decode(batch(span(...odd)))).toEqual(decode(batch(span())))
    expect(decode(struct([1, shop], [2, structs([span()])], [3, i64(7)], [4, struct([1, i64(2)])])).text).toBe(
      decode(batch(span())).text,
    )
  })

  it('rejects single spans and says why', () => {
    const bad = Uint8Array.of(0xc3, 0x28)
    const { text: kept, rejected } = decode(
      batch(
        span([1, i64(0)]),
        span([3, i64(0)]),
        span([5, text(bad)]),
        span([10, structs([struct([1, text('k')], [2, i32(0)], [3, text(bad)])])]),
        span([8, i64(-62_135_596_800_000_000n)]),
        span([8, i64(9_214_646_400_000_000_000n)]),
        span([9, i64(-2_000_000)]),
        span([11, structs([struct([1, i64(-1)], [2, structs([])])])]),
        // Year 2262, and a negative duration that stays within the calendar, are both fine.
        span([8, i64(9_223_372_036_854_775n)], [9, i64(-400)]),
      ),
    )
    expect(rejected).toEqual({ invalid_trace_id: 1, invalid_span_id: 1, invalid_utf8: 2, time_out_of_range: 4 })
    expect(kept).toContain('[0 -400us]')
  })

  it('rejects all spans of a process that is not UTF-8', () => {
    const { rejected } = decode(struct([1, struct([1, text(Uint8Array.of(0xff))])], [2, structs([span(), span()])]))
    expect(rejected).toEqual({ invalid_utf8: 2 })
  })
})

describe('bytes that are no batch', () => {
  const problem = (encoding: 'binary' | 'compact', bytes: readonly number[]) => {
    const table = new SpanTableBuilder()
    try {
      new JaegerThriftDecoder(encoding).decodeBatch(Uint8Array.from(bytes), table)
    } catch (error) {
      if (error instanceof DecodeError) return error.message
      throw error
    }
    return 'none'
  }

  test('lengths beyond the end, negative ones, unknown types, nesting', () => {
    expect(problem('binary', [])).toMatchInlineSnapshot(`"needs 1 more bytes; 0 are left (byte 0)"`)
    expect(problem('binary', [15, 0, 2, 12, 0x7f, 0xff, 0xff, 0xff])).toMatchInlineSnapshot(
      `"a list of 2147483647 elements; 0 bytes are left (byte 8)"`,
    )
    expect(problem('binary', [15, 0, 2, 12, 0xff, 0xff, 0xff, 0xff])).toMatchInlineSnapshot(
      `"a list of -1 elements; 0 bytes are left (byte 8)"`,
    )
    expect(problem('binary', [12, 0, 1, 11, 0, 1, 0x80, 0, 0, 0])).toMatchInlineSnapshot(
      `"process: a text of -2147483648 bytes; 0 are left (byte 6)"`,
    )
    expect(problem('binary', [26, 0, 0])).toMatchInlineSnapshot(`"a value of type 26, which there is not (byte 3)"`)
    expect(problem('compact', [0x1c, 0x18, 0xff, 0xff, 0xff, 0xff, 0x0f])).toMatchInlineSnapshot(
      `"process: a text of 4294967295 bytes; 0 are left (byte 2)"`,
    )
    expect(
      problem(
        'compact',
        Array.from({ length: 200 }, () => 0x3c),
      ),
    ).toMatchInlineSnapshot(`"nested more than 32 deep (byte 34)"`)
    expect(
      problem(
        'binary',
        Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 12 : 9)),
      ),
    ).toMatchInlineSnapshot(`"nested more than 32 deep (byte 102)"`)
  })

  test('another message, and one in the other encoding', () => {
    const table = new SpanTableBuilder()
    const binary = encodeThriftMessage('binary', 'emitZipkinBatch', [1, structs([])])
    expect(() => new JaegerThriftDecoder('binary').decodeMessage(binary, table)).toThrow('expected a call of emitBatch')
    expect(() => new JaegerThriftDecoder('compact').decodeMessage(binary, table)).toThrow('expected 82 (compact)')
  })

  test('an old message without a version', () => {
    const strict = encodeThriftMessage('binary', 'emitBatch', [1, batch(span())])
    // Name with its length, kind, number; then the arguments, which begin behind 4 + 4 + 9 + 4 bytes of the strict one.
    const old = Uint8Array.from([...strict.subarray(4, 17), 1, 0, 0, 0, 0, ...strict.subarray(21)])
    const table = new SpanTableBuilder()
    new JaegerThriftDecoder('binary').decodeMessage(old, table)
    expect(table.rowCount).toBe(1)
  })

  it.each(encodings)(`gives rows or a DecodeError for any bytes (seed ${seed}, ${rounds} mutations), %s`, encoding => {
    const random = seededRandom(seed)
    const messages =
      encoding === 'binary'
        ? [fixture('jaeger-client-node.http.bin'), fixture('otel-python.http.bin')]
        : [fixture('jaeger-client-python.udp-compact.bin'), fixture('otel-python.udp-compact.bin')]
    messages.push(encodeThrift(encoding, batch(span([10, structs([tag('a', 1n), tag('b', 0.5)])]), span())))
    const decoder = new JaegerThriftDecoder(encoding)
    let table = new SpanTableBuilder()
    let rows = 0
    let errors = 0
    for (let i = 0; i < rounds; i++) {
      if (i % 2000 === 0) table = new SpanTableBuilder()
      const bytes = mutated(random, messages[i % messages.length])
      const mark = table.mark()
      try {
        if (encoding === 'compact' && i % messages.length < 2) decoder.decodeMessage(bytes, table)
        else decoder.decodeBatch(bytes, table)
        rows += table.rowCount - mark.rows
      } catch (error) {
        if (!(error instanceof DecodeError) && !(error instanceof TableFullError)) throw error
        errors++
      }
      table.rollback(mark)
    }
    expect(rows).toBeGreaterThan(0)
    expect(errors).toBeGreaterThan(0)
  })
})
