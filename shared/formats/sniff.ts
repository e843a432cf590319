/**
 * What a file is, by its content: names lie (`trace.txt`, `download (3)`). Looks at the beginning only, so that a file of
 * any size is named at once; whether the rest keeps the promise is the decoder's to say.
 */
import { decodeText } from '#shared/spans/dictionary.ts'

/** Formats of spans that are told apart. */
export type SpanFormat = 'jaeger-json' | 'otlp-json' | 'zipkin-json' | 'otlp-protobuf'

/** What else is recognised, so that it can be refused by its name. */
export type OtherFormat =
  | 'otlp-metrics-json'
  | 'otlp-logs-json'
  | 'chrome-trace'
  | 'json'
  | 'gzip'
  | 'zstd'
  | 'zip'
  | 'parquet'
  | 'utf-16'
  | 'xml'
  | 'text'
  | 'binary'
  | 'empty'

export type FileFormat = SpanFormat | OtherFormat

/** A document that has shown none of its keys after so many bytes shows them late or never. */
const MOST_BYTES = 1024 * 1024
/** Levels at which keys count: an Elasticsearch answer has its spans five levels down. */
const MOST_DEPTH = 8
/** Longer keys are nobody's. */
const MOST_KEY_BYTES = 64

/** The format of a file from its first bytes (`bytes` may be all of it). Never throws. */
export function sniffFormat(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0) return 'empty'
  const magic = MAGIC.find(([start]) => start.every((byte, i) => bytes[i] === byte))
  if (magic !== undefined) return magic[1]
  const at = firstByte(bytes)
  if (at === bytes.length) return 'empty'
  if (bytes[at] === OPEN_OBJECT || bytes[at] === OPEN_ARRAY) return jsonFormat(bytes, at)
  if (bytes[at] === 0x3c) return 'xml'
  if (looksLikeRequest(bytes)) return 'otlp-protobuf'
  return bytes.subarray(0, 4096).some(byte => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) ? 'binary' : 'text'
}

const MAGIC: readonly (readonly [start: readonly number[], format: FileFormat])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x50, 0x4b, 3, 4], 'zip'],
  [[0x50, 0x41, 0x52, 0x31], 'parquet'],
  [[0xff, 0xfe], 'utf-16'],
  [[0xfe, 0xff], 'utf-16'],
]

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9
}

/** Where the text begins: behind a byte order mark and blanks. */
function firstByte(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && isBlank(bytes[at])) at++
  return at
}

/** An OTLP request: field 1 with a length that fits, in it field 1 (resource) or 2 (scope spans) with one too. */
function looksLikeRequest(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x0a) return false
  let at = 1
  while (at < 6 && bytes[at] >= 0x80) at++
  return bytes[at + 1] === 0x0a || bytes[at + 1] === 0x12
}

/** Keys that decide alone, whichever comes first. */
const DECIDING: ReadonlyMap<string, FileFormat> = new Map<string, FileFormat>([
  ['resourceSpans', 'otlp-json'],
  ['resource_spans', 'otlp-json'],
  ['scopeSpans', 'otlp-json'],
  ['scope_spans', 'otlp-json'],
  ['instrumentationLibrarySpans', 'otlp-json'],
  ['batches', 'otlp-json'],
  ['resourceMetrics', 'otlp-metrics-json'],
  ['resource_metrics', 'otlp-metrics-json'],
  ['resourceLogs', 'otlp-logs-json'],
  ['resource_logs', 'otlp-logs-json'],
  ['traceID', 'jaeger-json'],
  ['spanID', 'jaeger-json'],
  ['operationName', 'jaeger-json'],
  ['processID', 'jaeger-json'],
  ['localEndpoint', 'zipkin-json'],
  ['remoteEndpoint', 'zipkin-json'],
  ['binaryAnnotations', 'zipkin-json'],
  ['traceEvents', 'chrome-trace'],
])

function jsonFormat(bytes: Uint8Array, from: number): FileFormat {
  const seen = new Set<string>()
  const end = Math.min(bytes.length, MOST_BYTES)
  let depth = 0
  for (let at = from; at < end; at++) {
    const byte = bytes[at]
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--
    if (byte !== QUOTE) continue
    const start = at + 1
    at = textEnd(bytes, start, end)
    if (depth > MOST_DEPTH || at - start > MOST_KEY_BYTES) continue
    let next = at + 1
    while (next < end && isBlank(bytes[next])) next++
    if (bytes[next] !== COLON) continue
    const key = decodeText(bytes.subarray(start, at))
    const format = DECIDING.get(key)
    if (format !== undefined) return format
    seen.add(key)
  }
  if (seen.has('traceId') && seen.has('id')) return 'zipkin-json'
  // What Jaeger answers when it finds nothing.
  if (seen.has('data') && seen.has('errors')) return 'jaeger-json'
  return 'json'
}

/** Place of the closing quote, or `end`. */
function textEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, end)
}
