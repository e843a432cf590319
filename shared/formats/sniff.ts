/**
 * What a file is, by its content: names lie (`trace.txt`, `download (3)`). Looks at the beginning only, so that a file of
 * any size is named at once; whether the rest keeps the promise is the decoder's to say.
 */
import { decodeText } from '#shared/spans/dictionary.ts'

/** Formats of spans that are told apart. */
export type SpanFormat =
  | 'jaeger-json'
  | 'otlp-json'
  | 'zipkin-json'
  | 'zipkin-thrift'
  | 'otlp-protobuf'
  /** A request in the first field of Tempo's answer. */
  | 'tempo-protobuf'
  /** Data frames that a panel or the query inspector of Grafana has saved. */
  | 'grafana-json'
  /** Requests, each behind its length in four bytes: the OpenTelemetry Collector's file exporter. */
  | 'otlp-protobuf-messages'

/** What else is recognised, so that it can be refused by its name. */
export type OtherFormat =
  | 'otlp-metrics-json'
  | 'otlp-logs-json'
  | 'otlp-metrics-protobuf'
  | 'chrome-trace'
  | 'x-ray'
  | 'speedscope'
  | 'json'
  | 'gzip'
  | 'zstd'
  /** Messages behind their length, each packed with zstd: the file exporter again. */
  | 'packed-messages'
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
  if (looksLikeTempo(bytes)) return 'tempo-protobuf'
  if (looksLikeRequest(bytes, 0)) return signalOf(bytes, 0)
  const length = firstLength(bytes)
  if (length > 0) {
    if (ZSTD.every((byte, i) => bytes[4 + i] === byte)) return 'packed-messages'
    if (looksLikeRequest(bytes, 4))
      return signalOf(bytes, 4) === 'otlp-protobuf' ? 'otlp-protobuf-messages' : 'otlp-metrics-protobuf'
  }
  if (looksLikeThriftList(bytes)) return 'zipkin-thrift'
  return bytes.subarray(0, 4096).some(byte => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) ? 'binary' : 'text'
}

const ZSTD: readonly number[] = [0x28, 0xb5, 0x2f, 0xfd]

const MAGIC: readonly (readonly [start: readonly number[], format: FileFormat])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [ZSTD, 'zstd'],
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

/** Big-endian, of the four bytes at the start, when something stands behind them; else 0. */
function firstLength(bytes: Uint8Array): number {
  return bytes.length <= 4 ? 0 : ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0
}

/** A list of Thrift structs in the binary encoding: the element type, the count, the first field's type and number. */
function looksLikeThriftList(bytes: Uint8Array): boolean {
  const count = ((bytes[1] << 24) | (bytes[2] << 16) | (bytes[3] << 8) | bytes[4]) >>> 0
  return bytes[0] === 12 && bytes.length > 8 && count > 0 && count < bytes.length && bytes[5] <= 15 && bytes[6] === 0
}

/** An OTLP request: field 1 with a length that fits, in it field 1 (resource) or 2 (scope spans) with one too. */
function looksLikeRequest(bytes: Uint8Array, from: number): boolean {
  if (bytes[from] !== 0x0a) return false
  const at = afterVarint(bytes, from + 1)
  return bytes[at] === 0x0a || bytes[at] === 0x12
}

/**
 * Tempo's answer has a request in its field 1, so that what is a resource elsewhere is a ResourceSpans here: it has scope spans
 * in a field 2, where a resource has a number.
 */
function looksLikeTempo(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x0a) return false
  const inside = afterVarint(bytes, 1)
  if (bytes[inside] !== 0x0a) return false
  const from = afterVarint(bytes, inside + 1)
  const end = Math.min(bytes.length, from + varint(bytes, inside + 1))
  let at = from
  while (at < end && bytes[at] === 0x0a) at = afterVarint(bytes, at + 1) + varint(bytes, at + 1)
  if (at >= end || bytes[at] !== 0x12) return false
  // In it a scope or spans.
  const scope = afterVarint(bytes, at + 1)
  return bytes[scope] === 0x0a || bytes[scope] === 0x12
}

function afterVarint(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < from + 5 && bytes[at] >= 0x80) at++
  return at + 1
}

function varint(bytes: Uint8Array, from: number): number {
  let value = 0
  for (let i = 0; i < 5; i++) {
    value += (bytes[from + i] & 127) * 2 ** (7 * i)
    if (bytes[from + i] < 0x80) break
  }
  return value
}

/**
 * Spans, metrics and logs begin alike; the first of them tells: a span with its trace id of 16 bytes, a metric with the
 * letters of its name, a log record with a fixed64. A request without any counts as one of spans.
 */
function signalOf(bytes: Uint8Array, from: number): 'otlp-protobuf' | 'otlp-metrics-protobuf' {
  const first = insideField(bytes, afterVarint(bytes, from + 1), [2, 2])
  if (first < 0 || first >= bytes.length) return 'otlp-protobuf'
  if (bytes[first] === 0x0a)
    return varint(bytes, first + 1) === 16 && bytes[first + 18] !== 0x0a
      ? spanOrName(bytes, first)
      : 'otlp-metrics-protobuf'
  return bytes[first] === 0x09 || bytes[first] === 0x59 ? 'otlp-metrics-protobuf' : 'otlp-protobuf'
}

/** Whether an OTLP request in protobuf holds metrics or logs; one without any does not. */
export function holdsOtherSignal(request: Uint8Array): boolean {
  return looksLikeRequest(request, 0) && signalOf(request, 0) !== 'otlp-protobuf'
}

/** A span goes on with its span id of 8 bytes; a metric whose name has 16 letters does not. */
function spanOrName(bytes: Uint8Array, first: number): 'otlp-protobuf' | 'otlp-metrics-protobuf' {
  return bytes[first + 18] === 0x12 && bytes[first + 19] !== 8 ? 'otlp-metrics-protobuf' : 'otlp-protobuf'
}

/** Where the content of the first field 2 in the first field 2 begins; -1 when there is none at hand. */
function insideField(bytes: Uint8Array, from: number, fields: readonly number[]): number {
  let at = from
  for (const field of fields) {
    while (at < bytes.length && bytes[at] >>> 3 !== field) {
      if ((bytes[at] & 7) !== 2) return -1
      at = afterVarint(bytes, at + 1) + varint(bytes, at + 1)
    }
    if (at >= bytes.length || (bytes[at] & 7) !== 2) return -1
    at = afterVarint(bytes, at + 1)
  }
  return at
}

/** Keys that decide alone, whichever comes first. */
const DECIDING: ReadonlyMap<string, FileFormat> = new Map<string, FileFormat>([
  ['resourceSpans', 'otlp-json'],
  ['resource_spans', 'otlp-json'],
  ['scopeSpans', 'otlp-json'],
  ['scope_spans', 'otlp-json'],
  ['instrumentationLibrarySpans', 'otlp-json'],
  ['instrumentation_library_spans', 'otlp-json'],
  ['batches', 'otlp-json'],
  ['resourceMetrics', 'otlp-metrics-json'],
  ['resource_metrics', 'otlp-metrics-json'],
  ['resourceLogs', 'otlp-logs-json'],
  ['resource_logs', 'otlp-logs-json'],
  ['traceID', 'jaeger-json'],
  ['spanID', 'jaeger-json'],
  ['operationName', 'jaeger-json'],
  ['operation_name', 'jaeger-json'],
  ['processID', 'jaeger-json'],
  ['localEndpoint', 'zipkin-json'],
  ['local_endpoint', 'zipkin-json'],
  ['remoteEndpoint', 'zipkin-json'],
  ['binaryAnnotations', 'zipkin-json'],
  ['traceEvents', 'chrome-trace'],
  ['TraceSummaries', 'x-ray'],
  ['in_progress', 'x-ray'],
  ['subsegments', 'x-ray'],
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
    // A frame may hold references, whose keys are Jaeger's.
    if (format !== undefined) return isFrame(seen) ? 'grafana-json' : format
    seen.add(key)
  }
  const has = (...keys: readonly string[]): boolean => keys.every(key => seen.has(key))
  if (isFrame(seen) && seen.has('values')) return 'grafana-json'
  if (has('traceId', 'id') || has('trace_id', 'id', 'name', 'timestamp')) return 'zipkin-json'
  // Events in a bare list: a name, a phase and a process each.
  if (has('ph', 'pid') || has('ph', 'ts')) return 'chrome-trace'
  if (has('trace_id', 'id', 'start_time') || has('Segments', 'Id') || has('Document', 'Id')) return 'x-ray'
  if (has('shared', 'profiles') || has('exporter', 'profiles')) return 'speedscope'
  // What Jaeger answers when it finds nothing, and a trace without spans.
  if (has('data', 'errors') || has('spans', 'processes') || (has('data') && seen.size === 1)) return 'jaeger-json'
  return 'json'
}

/** Keys of Grafana's data frames, which stand before their values. */
function isFrame(seen: ReadonlySet<string>): boolean {
  return seen.has('fields') && (seen.has('schema') || seen.has('refId') || seen.has('frames'))
}

/** Place of the closing quote, or `end`. */
function textEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, end)
}
