/**
 * A trace file of any tool and size -> rows: the one way in for the page, the single-file page and the command line. What
 * the file is, its content says; it is read as it comes, chunk by chunk, and its rows are handed on table by table.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText, encodeText } from '#shared/spans/dictionary.ts'
import {
  type RejectReason,
  type SpanLimits,
  type SpanTableBuilder,
  TableFullError,
} from '#shared/spans/span-table-builder.ts'
import { type FileFormat, sniffFormat } from '#shared/formats/sniff.ts'
import { ByteSource } from './byte-source.ts'
import { FileError, type FilePlace } from './file-problem.ts'
import { GrafanaJsonPieces } from './grafana-json-pieces.ts'
import { JaegerJsonPieces } from './jaeger-json-pieces.ts'
import { JsonScan } from './json-scan.ts'
import { OtlpJsonPieces } from './otlp-json-pieces.ts'
import { nextMessage, ProtobufPieces } from './protobuf-pieces.ts'
import { type JsonPieces, Reading } from './reading.ts'
import { readZipkinThrift } from './zipkin-thrift-piece.ts'
import { ZipkinJsonPieces } from './zipkin-json-pieces.ts'

/** What the text or the messages of a file are wrapped in. UTF-16 is what some shells write when an answer is redirected to a file. */
export type Packing = Compression | 'utf-16'
export type Compression = 'gzip' | 'zstd'

/** Undoes a compression: bytes in, bytes out, in their order. Gives one frame or member after the other. */
export type Unpack = (packing: Compression, chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

export interface ReadTraceFileOptions {
  /**
   * Given each table as soon as its rows are complete; the table is the receiver's from then on. Waited for. A trace may
   * lie in several tables, and a span that a file has twice is there twice.
   */
  readonly onTable: (table: SpanTableBuilder) => void | Promise<void>
  /** Without it, compressed files are refused. */
  readonly unpack?: Unpack
  /** Stops between chunks with the signal's reason. */
  readonly signal?: AbortSignal
  /** Told of the bytes of the file read so far, packed as they are. */
  readonly onBytes?: (bytes: number) => void
  /** Values at the top of a JSON file up to this size are decoded in one piece; larger ones in parts. */
  readonly wholeBytes?: number
  /** Rows after which a table is handed on; default: so many that few of them make a large file. */
  readonly tableRows?: number
  /** Of one span; default: none, a file is shown as it is. */
  readonly limits?: SpanLimits
  /** Told of each span that was read and can't be kept, while its columns can be read. */
  readonly onReject?: (reason: RejectReason, row: number, table: SpanTableBuilder) => void
  /** Bytes that may be at hand at once; a file with a larger part that has to be, ends there. Default: as memory goes. */
  readonly heldBytes?: number
  /** Bytes after unpacking; a file that has more ends there. Default: any number. */
  readonly unpackedBytes?: number
}

export interface FileReport {
  readonly format: FileFormat
  /** What it was packed with, from the outside in. */
  readonly packings: readonly Packing[]
  /** Bytes after unpacking. */
  readonly bytes: number
  readonly spanCount: number
  /** Spans or lines that could not be read and were passed over, and the first of what was wrong with them. */
  readonly passedOver: number
  readonly problems: readonly FilePlace[]
  /** Where reading came to its end before the file did; the rows of before are complete. */
  readonly stopped?: FilePlace
}

/** Enough to tell a format by its keys. */
const SNIFF_BYTES = 1024 * 1024
/** Below the longest text that engines can hold, and small against a tab's memory. */
const WHOLE_BYTES = 8 * 1024 * 1024
/** A file inside a packed file inside a packed file is nobody's trace. */
const MOST_PACKINGS = 2
/** Tag of the first field of an OTLP request. */
const REQUEST = 10
/** What a small file holds is shown up to this length. */
const MOST_SHOWN = 200

/**
 * Reads a file. Throws FileError when it is refused, holds no span, or can't be read and no row came before the error;
 * the signal's reason when that is aborted; what `chunks` and `onTable` throw.
 */
export async function readTraceFile(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReadTraceFileOptions,
): Promise<FileReport> {
  const { signal, onBytes, heldBytes } = options
  const source = new ByteSource(chunks, { signal, onBytes, heldBytes })
  try {
    return await readSource(source, options, [])
  } finally {
    await source.close()
  }
}

async function readSource(
  source: ByteSource,
  options: ReadTraceFileOptions,
  packings: readonly Packing[],
): Promise<FileReport> {
  await fillToSniff(source)
  const format = sniffFormat(source.slice(0, source.end))
  switch (format) {
    case 'gzip':
    case 'zstd':
    case 'packed-messages':
    case 'utf-16':
      return await readPacked(source, format, options, packings)
    case 'jaeger-json':
    case 'otlp-json':
    case 'zipkin-json':
    case 'otlp-protobuf':
    case 'otlp-protobuf-messages':
    case 'tempo-protobuf':
    case 'grafana-json':
    case 'zipkin-thrift':
      return await readRows(source, format, options, packings)
    case 'otlp-metrics-json':
    case 'otlp-logs-json':
      return await readOtherSignals(source, format, 'otlp-json', options, packings)
    case 'otlp-metrics-protobuf':
      // One request begins with the tag of a field; messages begin with a length.
      if (source.bytes[0] === REQUEST) throw new FileError({ kind: 'refused', format })
      return await readOtherSignals(source, format, 'otlp-protobuf-messages', options, packings)
    default: {
      const short = shortText(source)
      if (short !== undefined && /^[\s[\]{},]*$/u.test(short)) {
        throw new FileError({ kind: 'no_spans', format: 'json', text: short })
      }
      throw new FileError({ kind: 'refused', format })
    }
  }
}

/** A Collector may write all signals into one file: one that begins with another may still hold spans. */
async function readOtherSignals(
  source: ByteSource,
  format: FileFormat,
  readAs: 'otlp-json' | 'otlp-protobuf-messages',
  options: ReadTraceFileOptions,
  packings: readonly Packing[],
): Promise<FileReport> {
  try {
    return await readRows(source, readAs, options, packings)
  } catch (error) {
    const isNone = error instanceof FileError && ['no_spans', 'undecodable'].includes(error.problem.kind)
    throw isNone ? new FileError({ kind: 'refused', format }) : error
  }
}

/** What is at hand of a file that is damaged early on may hold spans. */
async function fillToSniff(source: ByteSource): Promise<void> {
  try {
    while (source.end < SNIFF_BYTES && (await source.fill(0)));
  } catch (error) {
    if (!(error instanceof FileError) || source.end === 0) throw error
    source.failLater(error)
  }
}

/** All of a file that is short enough to be shown. */
function shortText(source: ByteSource): string | undefined {
  if (source.end === 0 || source.end > MOST_SHOWN || !source.done) return undefined
  const text = decodeText(source.slice(0, source.end)).trim()
  return text === '' ? undefined : text
}

async function readPacked(
  source: ByteSource,
  format: Packing | 'packed-messages',
  options: ReadTraceFileOptions,
  packings: readonly Packing[],
): Promise<FileReport> {
  const { unpack, signal } = options
  const packing = format === 'packed-messages' ? 'zstd' : format
  const plain = packings.length >= MOST_PACKINGS ? undefined : plainBytes(source, format, unpack)
  if (plain === undefined) throw new FileError({ kind: 'refused', format })
  const { heldBytes, unpackedBytes = Infinity } = options
  const inner = new ByteSource(namedErrors(bounded(plain, unpackedBytes), packing), { signal, heldBytes })
  try {
    return await readSource(inner, options, [...packings, packing])
  } finally {
    await inner.close()
  }
}

/** Undefined where nobody can undo it. */
function plainBytes(
  source: ByteSource,
  format: Packing | 'packed-messages',
  unpack: Unpack | undefined,
): AsyncIterable<Uint8Array> | undefined {
  if (format === 'utf-16') return asUtf8(source)
  if (unpack === undefined) return undefined
  return format === 'packed-messages' ? unpackMessages(source, unpack) : unpack(format, restOf(source))
}

/** Text in UTF-16 behind its byte order mark. What is no character becomes U+FFFD. */
async function* asUtf8(source: ByteSource): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(source.bytes[0] === 0xff ? 'utf-16le' : 'utf-16be')
  for await (const chunk of restOf(source)) yield encodeText(decoder.decode(chunk, { stream: true }))
  yield encodeText(decoder.decode())
}

async function* restOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  let at = 0
  do {
    yield source.slice(at, source.end).slice()
    at = source.end
  } while (await source.fill(at))
}

/** Messages packed one by one, each behind its length: JSON values or requests, which may stand one after the other. */
async function* unpackMessages(source: ByteSource, unpack: Unpack): AsyncGenerator<Uint8Array> {
  let at = 0
  for (;;) {
    const message = await nextMessage(source, at)
    if (message === undefined) return
    yield* unpack('zstd', once(source.slice(message.from, message.to).slice()))
    at = message.to
  }
}

// oxlint-disable-next-line typescript/require-await -- what an Unpack takes is asynchronous
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > most) throw new FileError({ kind: 'too_large', bytes, most })
    yield chunk
  }
}

/** Errors of unpacking say so. */
async function* namedErrors(chunks: AsyncIterable<Uint8Array>, packing: Packing): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    if (!(error instanceof Error) || error instanceof FileError || error.name === 'AbortError') throw error
    throw new FileError({ kind: 'unreadable', detail: `its ${packing} is damaged or ends early (${error.message})` })
  }
}

type RowFormat =
  | 'jaeger-json'
  | 'otlp-json'
  | 'zipkin-json'
  | 'otlp-protobuf'
  | 'otlp-protobuf-messages'
  | 'tempo-protobuf'
  | 'grafana-json'
  | 'zipkin-thrift'

async function readRows(
  source: ByteSource,
  format: RowFormat,
  options: ReadTraceFileOptions,
  packings: readonly Packing[],
): Promise<FileReport> {
  const { onTable, onReject = () => undefined, limits, tableRows } = options
  const reading = new Reading(source, { onTable, onReject, limits, tableRows }, format.endsWith('-json'))
  const wholeBytes = options.wholeBytes ?? WHOLE_BYTES
  const short = shortText(source)
  let stopped: FilePlace | undefined
  try {
    if (format === 'otlp-protobuf') await new ProtobufPieces(reading).readRequest()
    else if (format === 'otlp-protobuf-messages') await new ProtobufPieces(reading).readMessages()
    else if (format === 'tempo-protobuf') await new ProtobufPieces(reading).readTempo()
    else if (format === 'zipkin-thrift') await readZipkinThrift(reading)
    else await readJson(reading, format, wholeBytes)
  } catch (error) {
    if (error instanceof DecodeError) stopped = reading.placeOf(error)
    else if (error instanceof TableFullError) stopped = { detail: error.message }
    else if (error instanceof FileError) {
      const { problem } = error
      stopped = { detail: problem.kind === 'unreadable' ? problem.detail : error.message }
    } else throw error
    const { run } = reading
    if (run.rowCount + run.table.rowCount === 0) {
      if (error instanceof FileError) throw error
      throw new FileError({ kind: 'undecodable', format, place: stopped })
    }
  }
  await reading.run.finish()
  const { passedOver, problems, run } = reading
  if (run.rowCount === 0) {
    if (problems.length > 0) throw new FileError({ kind: 'undecodable', format, place: problems[0] })
    throw new FileError({ kind: 'no_spans', format, text: short })
  }
  return { format, packings, bytes: source.end, spanCount: run.rowCount, passedOver, problems, stopped }
}

type JsonFormat = 'jaeger-json' | 'otlp-json' | 'zipkin-json' | 'grafana-json'

function piecesOf(format: JsonFormat, reading: Reading, wholeBytes: number): JsonPieces {
  if (format === 'jaeger-json') return new JaegerJsonPieces(reading, wholeBytes)
  if (format === 'grafana-json') return new GrafanaJsonPieces(reading)
  return format === 'otlp-json' ? new OtlpJsonPieces(reading, wholeBytes) : new ZipkinJsonPieces(reading, wholeBytes)
}

/**
 * The values at the top of a JSON file, one after the other. A line that can't be read is passed over and told of when
 * others can; what goes wrong in a value of several lines ends the reading, as nothing behind it can be told apart.
 */
async function readJson(reading: Reading, format: JsonFormat, wholeBytes: number): Promise<void> {
  const { source, run } = reading
  const pieces = piecesOf(format, reading, wholeBytes)
  const scan = new JsonScan(source)
  if (source.bytes[0] === 0xef && source.bytes[1] === 0xbb && source.bytes[2] === 0xbf) scan.at = 3
  let readCount = 0
  let firstError: DecodeError | undefined
  while ((await scan.peek()) >= 0) {
    const from = scan.at
    const { kind, end } = await scan.value(wholeBytes, from, true)
    try {
      if (kind === 'large') await pieces.large(scan)
      // In the smallest parts, so that what stands before the end of the file is read.
      else if (kind === 'cut') await piecesOf(format, reading, 0).large(scan)
      else if (end === from) scan.unexpected('a value')
      else {
        pieces.whole(source.slice(from, end), from)
        scan.at = end
      }
      readCount++
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      const newline = source.newline(from)
      const lineEnd = newline < 0 ? source.end : newline
      const isLine = kind !== 'large' && end <= lineEnd && (newline >= 0 || source.done)
      // The only value of a file is no line among others.
      if (!isLine || (readCount === 0 && !(await hasMore(scan, lineEnd)))) throw error
      firstError ??= error
      reading.passOver(reading.placeOf(error).detail, error.offset)
      scan.at = lineEnd
    }
    await run.turn()
  }
  if (readCount === 0 && firstError !== undefined) throw firstError
}

/** Whether anything but blanks stands behind a position. */
async function hasMore(scan: JsonScan, position: number): Promise<boolean> {
  const { at } = scan
  scan.at = position
  const byte = await scan.peek(at)
  scan.at = at
  return byte >= 0
}
