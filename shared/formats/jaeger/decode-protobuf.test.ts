import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { formatTraces } from '#shared/generator/format-traces.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { type RejectReason, SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import { timeAt } from '#shared/spans/time.ts'
import { mutated, seededRandom } from '#shared/formats/otlp/oracle.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'
import { JaegerProtobufDecoder } from './decode-protobuf.ts'

const seed = Number(process.env.SPOOR_SEED ?? Date.now() % 1e9)
const rounds = Number(process.env.SPOOR_MUTATIONS ?? 100_000)

/** A message of a real client; fixtures/wire/README.md says whose. */
const captured = new Uint8Array(readFileSync(new URL('fixtures/wire/otel-python.grpc.bin', import.meta.url)))

function message(write: (w: ProtobufWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  write(writer)
  return writer.finish()
}
const join = (...parts: readonly Uint8Array[]) => message(w => parts.forEach(part => w.raw(part)))
const field = (tag: number, ...parts: readonly Uint8Array[]) => message(w => w.field(tag, join(...parts)))
const text = (tag: number, value: string) => message(w => w.text(tag, value))
/** A varint of any 64 bits. */
function number(tag: number, value: bigint | number): Uint8Array {
  const bytes = [tag]
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
const time = (tag: number, seconds: bigint | number, nanos: number) => field(tag, number(8, seconds), number(16, nanos))
const ids = join(field(10, new Uint8Array(16).fill(0x11)), field(18, new Uint8Array(8).fill(0x22)))
const process_ = (name: string) => field(18, text(10, name))
const span = (...parts: readonly Uint8Array[]) => field(10, ids, text(26, 'GET'), ...parts)
const request = (...parts: readonly Uint8Array[]) => field(10, ...parts)

function shown(table: SpanTableBuilder): string {
  const starts = Array.from({ length: table.rowCount }, (_, row) => timeAt(table.startTime, row))
  return formatTraces(table, { base: starts.reduce((least, one) => (one < least ? one : least)), ids: true })
}

function decode(bytes: Uint8Array): { text: string; rejected: Partial<Record<RejectReason, number>> } {
  const rejected: Partial<Record<RejectReason, number>> = {}
  const table = new SpanTableBuilder({ onReject: (_, reason) => (rejected[reason] = (rejected[reason] ?? 0) + 1) })
  new JaegerProtobufDecoder().decodeRequest(bytes, table)
  return { text: table.rowCount === 0 ? '' : shown(table), rejected }
}

it('reads what OpenTelemetry for Python posts', () => {
  expect(decode(captured).text).toMatchInlineSnapshot(`
    "resource otel-jaeger-grpc telemetry.sdk.language=python telemetry.sdk.name=opentelemetry telemetry.sdk.version="1.21.0" shop.city=Genève

    trace f494428748689cbe1010d03310b06565
    otel-jaeger-grpc: charge card [0 34.332us] client error "card declined" #331f04d4b44e626d ^e3122331b427100c amount=12.5 items=3 gift=false telemetry.sdk.language=python telemetry.sdk.name=opentelemetry telemetry.sdk.version="1.21.0" service.name=otel-jaeger-grpc shop.city=Genève
      @ 15.259us "" code=51 message=declined
      > c7554ce360528b0b80319f44f9f4bff0:58dbdc24e0452031 opentracing.ref_type=follows_from
    "
  `)
})

describe('a request', () => {
  it('takes the batch’s process from behind the spans, and a span’s own before it', () => {
    const own = field(82, text(10, 'own'), field(18, text(10, 'hostname'), text(26, 'h')))
    expect(decode(request(span(), span(own), process_('batch'))).text).toMatchInlineSnapshot(`
      "resource own host.name=h

      trace 11111111111111111111111111111111
      batch: GET [0 0] #2222222222222222
      own: GET [0 0] #2222222222222222
      "
    `)
    expect(decode(request(span())).text).toContain('?: GET')
  })

  it('has tags by their types, references, logs, warnings and times to the nanosecond', () => {
    const tags = [
      field(66, text(10, 's'), text(26, 'é')),
      field(66, text(10, 'b'), number(16, 1), number(32, 1)),
      field(66, text(10, 'n'), number(16, 2), number(40, -5n)),
      field(
        66,
        text(10, 'd'),
        number(16, 3),
        message(w => w.raw(Uint8Array.of(49, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f))),
      ),
      field(66, text(10, 'x'), number(16, 4), field(58, Uint8Array.of(7))),
    ]
    const reference = (id: number, type: number) =>
      field(34, field(10, new Uint8Array(16).fill(0x11)), field(18, new Uint8Array(8).fill(id)), number(24, type))
    const log = field(74, time(10, 1, 500), field(18, text(10, 'event'), text(26, 'miss')))
    const rest = [time(50, 1, 3), time(58, 0, 1_000_000_007), field(98, encode('clock')), number(40, 9)]
    expect(decode(request(span(...tags, reference(5, 1), reference(6, 0), log, ...rest))).text).toMatchInlineSnapshot(`
      "trace 11111111111111111111111111111111
      ?: GET [0 1000000.007us] #2222222222222222 ^606060606060606 s="é" b=true n=-5 d=1.5 x=0x07 @jaeger@warnings=["clock"]
        @ 497ns "miss"
        > 11111111111111111111111111111111:505050505050505 opentracing.ref_type=follows_from
      "
    `)
  })

  it('takes a trace id of 8 bytes as the low half', () => {
    const short = field(10, field(10, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9)), field(18, new Uint8Array(8).fill(1)))
    expect(decode(request(short)).text).toContain('trace 9')
  })

  it('rejects single spans and says why', () => {
    const { text: kept, rejected } = decode(
      request(
        field(10, field(10, new Uint8Array(16)), field(18, new Uint8Array(8).fill(1))),
        field(10, field(10, new Uint8Array(16).fill(1)), field(18, new Uint8Array(7).fill(1))),
        span(field(66, field(10, Uint8Array.of(0xff)))),
        span(time(50, -62_135_596_800n, 0)),
        span(time(50, 2n ** 62n, 0)),
        span(time(50, 1, 0), time(58, -2, 0)),
        span(time(50, 9_223_372_036, 0), time(58, -1, -500)),
      ),
    )
    expect(rejected).toEqual({ invalid_trace_id: 1, invalid_span_id: 1, invalid_utf8: 1, time_out_of_range: 3 })
    expect(kept).toContain('[0 -1000000.5us]')
  })
})

const encode = (value: string) => new TextEncoder().encode(value)

test('bytes that are no request', () => {
  const problem = (bytes: Uint8Array) => {
    try {
      decode(bytes)
    } catch (error) {
      if (error instanceof DecodeError) return error.message
      throw error
    }
    return 'none'
  }
  expect(problem(Uint8Array.of(10, 255, 255, 255, 255, 15))).toMatchInlineSnapshot(
    `"batch: a length of 4294967295 bytes; 0 bytes are left (byte 1)"`,
  )
  expect(problem(request(span(field(66, text(10, 'k'), number(16, 9)))))).toMatchInlineSnapshot(
    `"spans[0].vType: a tag of type 9; expected 0 … 4 (byte 44)"`,
  )
  expect(problem(request(field(10, Uint8Array.of(66, 3, 10, 5, 1))))).toMatchInlineSnapshot(
    `"spans[0].key: a length of 5 bytes; 1 bytes are left (byte 7)"`,
  )
  expect(problem(Uint8Array.of(11))).toMatchInlineSnapshot(`"field 1 has wire type 3; expected 0, 1, 2 or 5 (byte 1)"`)
})

it(`gives rows or a DecodeError for any bytes (seed ${seed}, ${rounds} mutations)`, () => {
  const random = seededRandom(seed)
  const own = field(82, text(10, 'own'))
  const messages = [captured, request(span(own, time(50, 1, 3)), span(field(98, encode('w'))), process_('batch'))]
  const decoder = new JaegerProtobufDecoder()
  let table = new SpanTableBuilder()
  let rows = 0
  let errors = 0
  for (let i = 0; i < rounds; i++) {
    if (i % 2000 === 0) table = new SpanTableBuilder()
    const mark = table.mark()
    try {
      decoder.decodeRequest(mutated(random, messages[i % messages.length]), table)
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
