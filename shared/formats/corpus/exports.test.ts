/** Every file of the corpus, written in each form that a trace is saved in and opened again: the same trace. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeChromeTrace } from '#shared/formats/chrome/encode-chrome-trace.ts'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { encodeOtlpJson } from '#shared/formats/otlp/encode-json.ts'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { readTables } from './read-tables.ts'
import { summarizeTables } from './summarize-tables.ts'

const fixtures = new URL('fixtures/', import.meta.url)
const { files } = JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8')) as {
  readonly files: readonly { readonly file: string }[]
}

/** corpus.test.ts has what is said of these. */
const REFUSED = [
  'jaeger/jaeger-trace_empty.json',
  'jaeger/jaeger-trace_scan_error.json',
  'jaeger/jaeger-trace_invalid_json.json',
  'otlp/data-prepper-test-request-no-spans.json',
  'otlp/langwatch-claude_code.json',
]
const opened = files.map(({ file }) => file).filter(file => !REFUSED.includes(file))

async function tableOf(bytes: Uint8Array): Promise<SpanTable> {
  const { tables, report } = await readTables(bytes)
  expect([report.passedOver, report.stopped]).toEqual([0, undefined])
  return mergeTables(tables)
}

async function openFile(file: string): Promise<SpanTable> {
  const plain = new URL(file, fixtures)
  const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(new URL(`${file}.gz`, fixtures)))
  return await tableOf(new Uint8Array(bytes))
}

const joined = (pieces: Iterable<string>): Uint8Array => encodeText([...pieces].join(''))

/** Everything of every span, in no order. */
function contentOf(table: SpanTable): readonly string[] {
  const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  return describeSpans(table)
    .map(span => JSON.stringify(span, plain))
    .sort()
}

describe('to the last attribute, event and nanosecond', () => {
  it.for([
    ['OTLP JSON', (table: SpanTable) => joined(encodeOtlpJson(table))],
    ['OTLP protobuf', (table: SpanTable) => encodeOtlpProtobuf(table)],
    ['Chrome trace of events', (table: SpanTable) => joined(encodeChromeTrace(table))],
  ] as const)('%s', async ([, encode]) => {
    for (const file of opened) {
      const table = await openFile(file)
      expect([file, contentOf(await tableOf(encode(table)))]).toEqual([file, contentOf(table)])
    }
  })
})

/** What Jaeger's form, whose times are microseconds, can say of each span. */
function inMicroseconds(table: SpanTable): readonly string[] {
  return describeSpans(table)
    .map(span => {
      const { traceId, spanId, parentSpanId, name, kind, status, startTime, endTime, attributes, events } = span
      const keys = attributes.map(([key]) => key)
      const moments = events.map(event => [event.time / 1000n, event.name, event.attributes] as const)
      const times = [startTime / 1000n, (endTime - startTime) / 1000n]
      // A kind that nobody has defined is none.
      const known = kind > 5 ? 0 : kind
      const told = [traceId, spanId, parentSpanId, name, known, status, span.resource.service, times, keys, moments]
      return JSON.stringify(told, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    })
    .sort()
}

describe('Jaeger JSON, to the microsecond', () => {
  it.for(opened)('%s', async file => {
    const table = await openFile(file)
    const again = await tableOf(joined(encodeUiJson([table], { raw: true })))
    const { earliestStartNs, durationNs, ...before } = summarizeTables([table])
    const after = summarizeTables([again])
    expect(after).toMatchObject(before)
    expect(BigInt(earliestStartNs) / 1000n).toBe(BigInt(after.earliestStartNs) / 1000n)
    expect(Math.abs(Number(BigInt(durationNs) - BigInt(after.durationNs)))).toBeLessThan(2000)
    expect(inMicroseconds(again)).toEqual(inMicroseconds(table))
  })
})
