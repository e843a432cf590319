// The files that are open, as span tables: what the worker of open files holds and answers from. Nothing here is a
// thread's or a page's business, and nothing is sent anywhere.

import { decodeUiJson } from '#shared/formats/jaeger/decode-ui-json.ts'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { decodeOtlpJsonFile, lineAndColumn } from '#shared/formats/otlp/decode-json-file.ts'
import { encodeOtlpJson } from '#shared/formats/otlp/encode-json.ts'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { sniffFormat } from '#shared/formats/sniff.ts'
import type { FileFormat } from '#shared/formats/sniff.ts'
import { decodeSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText, encodeText } from '#shared/spans/dictionary.ts'
import { DistinctSpans } from '#shared/spans/distinct-spans.ts'
import { formatTraceId, idWords } from '#shared/spans/ids.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import { SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import { STATUS_ERROR } from '#shared/spans/span-table.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { compareTimes, timeAt, timeDifference } from '#shared/spans/time.ts'
import { loadTrace, packTrace } from './loaded-trace.ts'
import type { PackedTrace } from './loaded-trace.ts'

/** One trace of a file, as a list shows it. */
export interface FileTrace {
  readonly traceId: TraceId
  /** Of the earliest span without a parent, or the earliest of all. */
  readonly name: string
  readonly service: string | undefined
  readonly spanCount: number
  readonly errorCount: number
  /** First start, ns since the epoch. */
  readonly startTime: bigint
  /** First start to last end, ns; 0 or more. */
  readonly durationNs: number
}

/** What is wrong with a file or a part of it, and where. */
export interface FilePlace {
  /** In the decoder's words (English): field, seen, expected. */
  readonly detail: string
  /** From 1, when the place is known. */
  readonly line?: number
  readonly column?: number
  /** Lines around the place, cut to what a screen holds; `from` is the column of the first character shown. */
  readonly lines?: readonly { readonly line: number; readonly text: string; readonly from: number }[]
}

/** Forms that a trace can be kept in. */
export type TraceFileForm = 'otlp' | 'jaeger' | 'otlp-protobuf'

export type FileProblem =
  /** Of a format that is not read. */
  | { readonly kind: 'refused'; readonly format: FileFormat }
  /** Could be read, and holds no span. */
  | { readonly kind: 'no_spans'; readonly format: FileFormat; readonly text: string | undefined }
  | { readonly kind: 'undecodable'; readonly format: FileFormat; readonly place: FilePlace }
  | { readonly kind: 'too_large'; readonly bytes: number; readonly most: number }
  /** The browser could not give its bytes, or the worker stopped. */
  | { readonly kind: 'unreadable'; readonly detail: string }

export interface FileContent {
  readonly format: FileFormat
  readonly spanCount: number
  /** In the order of the file. */
  readonly traces: readonly FileTrace[]
  /** Spans or lines that could not be read and were passed over, and the first of what was wrong with them. */
  readonly passedOver: number
  readonly problems: readonly FilePlace[]
}

/** A file that can't be opened: `problem` says why. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly problem: FileProblem

  constructor(problem: FileProblem) {
    super(problem.kind)
    this.problem = problem
  }
}

/** No limits on a span: a file is one's own, and shown as it is. */
const AS_WRITTEN = { attributes: Infinity, events: Infinity, links: Infinity, valueBytes: Infinity, depth: 100 }
/** Problems of a file that are shown. */
const MOST_PROBLEMS = 5
/** Characters of a line that are shown around a place, on each side. */
const MOST_BESIDE = 60

export class OpenTables {
  readonly #tables = new Map<number, SpanTable>()

  /** Decodes a file and keeps its table under `id`. Throws FileError; nothing is kept then. */
  open(id: number, bytes: Uint8Array): FileContent {
    const format = sniffFormat(bytes)
    if (format === 'empty' || (format === 'json' && isEmptyJson(bytes))) {
      throw new FileError({ kind: 'no_spans', format, text: format === 'empty' ? undefined : shortText(bytes) })
    }
    if (format !== 'jaeger-json' && format !== 'otlp-json') throw new FileError({ kind: 'refused', format })
    const table = new SpanTableBuilder({ limits: AS_WRITTEN })
    const { passedOver, problems } = decode(format, bytes, table)
    if (table.rowCount === 0) throw new FileError({ kind: 'no_spans', format, text: undefined })
    this.#tables.set(id, table)
    return { format, spanCount: table.rowCount, traces: tracesOf(table), passedOver, problems }
  }

  close(id: number): void {
    this.#tables.delete(id)
  }

  /** All spans of a trace in all open files, equal ones once; undefined when no file has one. */
  trace(traceId: TraceId): PackedTrace | undefined {
    const merged = this.#merge(traceId)
    if (merged === undefined) return undefined
    const table = decodeSpanTable(encodeSpanTable(merged))
    return packTrace(loadTrace(table, traceId, true), table)
  }

  /** The same spans as a file: what the server would write, had it them. */
  traceFile(traceId: TraceId, form: TraceFileForm): Blob | undefined {
    const merged = this.#merge(traceId)
    if (merged === undefined) return undefined
    if (form === 'otlp-protobuf') return new Blob([encodeOtlpProtobuf(merged)], { type: 'application/x-protobuf' })
    const pieces = form === 'otlp' ? encodeOtlpJson(merged) : encodeUiJson([merged], {})
    // Text in pieces: one string of all may be longer than a string can be.
    return new Blob([...pieces], { type: 'application/json' })
  }

  #merge(traceId: TraceId): SpanTableBuilder | undefined {
    const merged = new SpanTableBuilder({ limits: AS_WRITTEN })
    const distinct = new DistinctSpans(merged)
    const [a, b, c, d] = idWords(traceId)
    for (const table of this.#tables.values()) {
      const copier = new RowCopier(table, merged)
      const known = distinct.ask(table)
      const ids = table.traceId
      for (let row = 0; row < table.rowCount; row++) {
        const at = row * 4
        if (ids[at] !== a || ids[at + 1] !== b || ids[at + 2] !== c || ids[at + 3] !== d) continue
        if (!known(row) && copier.copy(row)) distinct.add(merged.rowCount - 1)
      }
    }
    return merged.rowCount === 0 ? undefined : merged
  }
}

function decode(
  format: 'jaeger-json' | 'otlp-json',
  bytes: Uint8Array,
  table: SpanTableBuilder,
): Pick<FileContent, 'passedOver' | 'problems'> {
  const placeOf = (error: DecodeError): FilePlace => describePlace(error, bytes, format === 'jaeger-json')
  try {
    if (format === 'jaeger-json') {
      const { badSpans, problems } = decodeUiJson(bytes, table)
      return { passedOver: badSpans, problems: problems.slice(0, MOST_PROBLEMS).map(placeOf) }
    }
    const { badLines, problems } = decodeOtlpJsonFile(bytes, table)
    return { passedOver: badLines + table.rejectedCount, problems: problems.slice(0, MOST_PROBLEMS).map(placeOf) }
  } catch (error) {
    if (error instanceof DecodeError) {
      throw new FileError({ kind: 'undecodable', format, place: placeOf(error) })
    }
    if (error instanceof TableFullError) {
      throw new FileError({ kind: 'undecodable', format, place: { detail: error.message } })
    }
    throw error
  }
}

/** `inCharacters`: the offset counts UTF-16 units of the text, not its bytes. */
function describePlace(error: DecodeError, bytes: Uint8Array, inCharacters: boolean): FilePlace {
  const detail = error.message.replace(/ \(byte \d+\)$/u, '')
  if (error.offset < 0) return { detail }
  const offset = inCharacters ? byteOffset(bytes, error.offset) : Math.min(error.offset, bytes.length)
  const { line, column } = lineAndColumn(bytes, offset)
  const lineStart = offset - column + 1
  const lines = []
  const before = lineStart === 0 ? undefined : lineAround(bytes, bytes.lastIndexOf(10, lineStart - 2) + 1, 0)
  if (before !== undefined) lines.push({ line: line - 1, ...before })
  const here = lineAround(bytes, lineStart, column - 1)
  lines.push({ line, ...here })
  const columnInText = decodeText(bytes.subarray(lineStart, offset)).length + 1
  return { detail, line, column: columnInText, lines }
}

function byteOffset(bytes: Uint8Array, characters: number): number {
  return encodeText(decodeText(bytes).slice(0, characters)).length
}

/** The line that begins at `start`, MOST_BESIDE characters to each side of byte `at` of it. */
function lineAround(bytes: Uint8Array, start: number, at: number): { text: string; from: number } {
  const newline = bytes.indexOf(10, start)
  const end = newline < 0 ? bytes.length : newline
  // A character has up to four bytes.
  const first = Math.max(start, start + at - MOST_BESIDE * 4)
  const left = decodeText(bytes.subarray(first, start + at)).slice(-MOST_BESIDE)
  const right = decodeText(bytes.subarray(start + at, Math.min(end, start + at + MOST_BESIDE * 4))).slice(
    0,
    MOST_BESIDE,
  )
  const before = decodeText(bytes.subarray(start, start + at)).length
  return { text: (left + right).replace(/\r$/u, ''), from: before - left.length + 1 }
}

function isEmptyJson(bytes: Uint8Array): boolean {
  return bytes.length < 200 && /^[\s[\]{},]*$/u.test(decodeText(bytes))
}

function shortText(bytes: Uint8Array): string {
  return decodeText(bytes.subarray(0, 200)).trim()
}

interface Sum {
  readonly traceId: TraceId
  root: number
  rootIsTop: boolean
  first: number
  last: number
  spanCount: number
  errorCount: number
}

/** One pass over the rows; spans of a trace mostly stand together, so most ids are those of the row before. */
function tracesOf(table: SpanTable): FileTrace[] {
  const { rowCount, traceId: ids, startTime, endTime, parentSpanId, status } = table
  const sums = new Map<string, Sum>()
  let sum: Sum | undefined
  for (let row = 0; row < rowCount; row++) {
    if (sum === undefined || !sameTrace(ids, row, row - 1)) {
      const traceId = formatTraceId(ids, row)
      sum = sums.get(traceId)
      if (sum === undefined) {
        sum = { traceId, root: row, rootIsTop: false, first: row, last: row, spanCount: 0, errorCount: 0 }
        sums.set(traceId, sum)
      }
    }
    sum.spanCount++
    if (status[row] === STATUS_ERROR) sum.errorCount++
    if (compareTimes(startTime, row, startTime, sum.first) < 0) sum.first = row
    if (compareTimes(endTime, row, endTime, sum.last) > 0) sum.last = row
    const isTop = (parentSpanId[row * 2] | parentSpanId[row * 2 + 1]) === 0
    const earlier = compareTimes(startTime, row, startTime, sum.root) < 0
    if ((isTop && !sum.rootIsTop) || (isTop === sum.rootIsTop && earlier)) {
      sum.root = row
      sum.rootIsTop = isTop
    }
  }
  return [...sums.values()].map(({ traceId, root, first, last, spanCount, errorCount }) => {
    const service = table.resourceService[table.resource[root]]
    return {
      traceId,
      name: table.dictionary.text(table.name[root]),
      service: service === NO_SERVICE ? undefined : table.dictionary.text(service),
      spanCount,
      errorCount,
      startTime: timeAt(startTime, first),
      durationNs: Math.max(0, timeDifference(endTime, last, startTime, first)),
    }
  })
}

function sameTrace(ids: Uint32Array, row: number, other: number): boolean {
  for (let k = 0; k < 4; k++) if (ids[row * 4 + k] !== ids[other * 4 + k]) return false
  return true
}
