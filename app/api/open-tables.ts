// The files that are open, as span tables: what the worker of open files holds and answers from. Nothing here is a
// thread's or a page's business, and nothing is sent anywhere.

import { encodeChromeTrace } from '#shared/formats/chrome/encode-chrome-trace.ts'
import { FileError } from '#shared/formats/files/file-problem.ts'
import type { FilePlace } from '#shared/formats/files/file-problem.ts'
import { readTraceFile } from '#shared/formats/files/read-trace-file.ts'
import type { Packing } from '#shared/formats/files/read-trace-file.ts'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { encodeOtlpJson } from '#shared/formats/otlp/encode-json.ts'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import type { FileFormat } from '#shared/formats/sniff.ts'
import { decodeSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { DistinctSpans } from '#shared/spans/distinct-spans.ts'
import { SpanHasher } from '#shared/spans/equal-spans.ts'
import { formatTraceId, idWords, parseTraceId } from '#shared/spans/ids.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import { gatherLinksTo, IncomingLinkList } from '#shared/spans/incoming-links.ts'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { STATUS_ERROR } from '#shared/spans/span-table.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { timeDifference } from '#shared/spans/time.ts'
import { filterSpans } from '#shared/trace/find.ts'
import { sameTrace, TraceSums } from './file-traces.ts'
import type { FileTrace } from './file-traces.ts'
import { loadTrace } from './load-trace.ts'
import type { PackedTrace } from './loaded-trace.ts'
import { packTrace } from './pack-trace.ts'
import { unpackInBrowser } from './unpack.ts'

/** Forms that a trace can be kept in. `jaeger`: as Jaeger's API shows it, ids and clocks adjusted, with its warnings; `jaeger-raw`: as it came. */
export type TraceFileForm = 'otlp' | 'jaeger' | 'jaeger-raw' | 'otlp-protobuf' | 'chrome'

export interface FileContent {
  readonly format: FileFormat
  /** What it was packed with, from the outside in. */
  readonly packings: readonly Packing[]
  readonly spanCount: number
  /** In the order of the file. */
  readonly traces: readonly FileTrace[]
  /** Spans or lines that could not be read and were passed over, and the first of what was wrong with them. */
  readonly passedOver: number
  readonly problems: readonly FilePlace[]
  /** Where reading came to its end before the file did. */
  readonly stopped?: FilePlace
}

/** What a trace has in all open files, equal spans once. */
export interface DistinctCounts {
  readonly spanCount: number
  readonly errorCount: number
}

/** How far a file has been read. */
export interface FileProgress {
  /** Of the file as it is, packed. */
  readonly bytes: number
  readonly spans: number
  readonly traces: number
  /** Since its first byte; 0 before. */
  readonly bytesPerSecond: number
}

export interface OpenOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: FileProgress) => void
}

/** Memory of all tables together: beyond it a tab is killed without a word. */
const MOST_TABLE_BYTES = 3 * 1024 * 1024 * 1024
/** No limits on a span: a file is one's own, and shown as it is. */
const AS_WRITTEN = { attributes: Infinity, events: Infinity, links: Infinity, valueBytes: Infinity, depth: 100 }
/** Problems of a file that are shown. */
const MOST_PROBLEMS = 5

export class OpenTables {
  readonly #tables = new Map<number, readonly SpanTable[]>()
  /** Bytes of the tables of each file, and of the one that is being read. */
  readonly #bytes = new Map<number, number>()

  /**
   * Reads a file and keeps its tables under `id`. Throws FileError, the signal's reason, or what `chunks` throws; nothing
   * is kept then.
   */
  async open(
    id: number,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { signal, onProgress }: OpenOptions = {},
  ): Promise<FileContent> {
    const tables: SpanTable[] = []
    const sums = new TraceSums()
    let spans = 0
    let begunMs: number | undefined
    const onTable = (table: SpanTableBuilder): void => {
      tables.push(table)
      sums.add(table)
      spans += table.rowCount
      const before = this.#bytes.get(id) ?? 0
      this.#bytes.set(id, before + table.buffer.byteLength)
      const total = [...this.#bytes.values()].reduce((sum, one) => sum + one, 0)
      if (total > MOST_TABLE_BYTES) throw new FileError({ kind: 'too_large', bytes: total, most: MOST_TABLE_BYTES })
    }
    try {
      const report = await readTraceFile(chunks, {
        onTable,
        unpack: unpackInBrowser,
        signal,
        onBytes: bytes => {
          const now = performance.now()
          begunMs ??= now
          const bytesPerSecond = now > begunMs ? (bytes * 1000) / (now - begunMs) : 0
          onProgress?.({ bytes, spans, traces: sums.size, bytesPerSecond })
        },
      })
      const { format, packings, spanCount, passedOver, problems, stopped } = report
      this.#tables.set(id, tables)
      const shown = problems.slice(0, MOST_PROBLEMS)
      return { format, packings, spanCount, traces: sums.traces(), passedOver, problems: shown, stopped }
    } catch (error) {
      this.#bytes.delete(id)
      throw error
    }
  }

  close(id: number): void {
    this.#tables.delete(id)
    this.#bytes.delete(id)
  }

  /** All spans of a trace in all open files, equal ones once; undefined when no file has one. */
  trace(traceId: TraceId): PackedTrace | undefined {
    const merged = this.#merge(traceId)
    if (merged === undefined) return undefined
    const table = decodeSpanTable(encodeSpanTable(merged))
    return packTrace(loadTrace(table, traceId, true), table, false)
  }

  /** The same spans as a file: what the server would write, had it them. */
  traceFile(traceId: TraceId, form: TraceFileForm): Blob | undefined {
    const merged = this.#merge(traceId)
    return merged === undefined ? undefined : tableFile(merged, form)
  }

  /** All spans of a file, equal ones once, in another form; undefined when it is not open. */
  wholeFile(id: number, form: TraceFileForm): Blob | undefined {
    const tables = this.#tables.get(id)
    return tables === undefined ? undefined : tableFile(mergeTables(tables), form)
  }

  /**
   * Ids of the traces in which one span matches every term of a text, as the find box of a trace reads it; a trace id, or
   * its beginning of 8 digits or more, finds its trace. Undefined for a text without terms.
   */
  find(text: string): ReadonlySet<string> | undefined {
    const typed = text.trim()
    if (typed === '') return undefined
    const found = new Set<string>()
    const whole = parseTraceId(typed)
    const start = /^[0-9a-f]{8,31}$/iu.test(typed) ? typed.toLowerCase() : undefined
    for (const table of [...this.#tables.values()].flat()) {
      const matches = filterSpans(rowsOf(table), [typed])
      if (matches === undefined) return undefined
      for (let row = 0; row < table.rowCount; row++) {
        if (matches[row] === 1) found.add(formatTraceId(table.traceId, row))
        else if (whole !== undefined || start !== undefined) {
          const id = formatTraceId(table.traceId, row)
          if (id === whole || (start !== undefined && id.startsWith(start))) found.add(id)
        }
      }
    }
    return found
  }

  /** What each of some traces has once it is put together from all open files. */
  countDistinct(traceIds: readonly string[]): Map<string, DistinctCounts> {
    const wanted = new Map(traceIds.map(id => [id, { spanCount: 0, errorCount: 0, seen: new Set<number>() }]))
    for (const table of [...this.#tables.values()].flat()) {
      const { rowCount, traceId: ids, spanId, status } = table
      const hasher = new SpanHasher(table)
      let counts: { spanCount: number; errorCount: number; readonly seen: Set<number> } | undefined
      for (let row = 0; row < rowCount; row++) {
        if (row === 0 || !sameTrace(ids, row, row - 1)) counts = wanted.get(formatTraceId(ids, row))
        if (counts === undefined) continue
        // Content in 32 bits, and 21 of the id: as many as a number holds.
        const key = hasher.hash(row) * 2 ** 21 + (spanId[row * 2 + 1] & 0x1fffff)
        if (counts.seen.has(key)) continue
        counts.seen.add(key)
        counts.spanCount++
        if (status[row] === STATUS_ERROR) counts.errorCount++
      }
    }
    return new Map([...wanted].map(([id, { spanCount, errorCount }]) => [id, { spanCount, errorCount }]))
  }

  /** Spans of other traces, in any open file, that link to a trace; at most `limit`. */
  linksTo(traceId: TraceId, limit: number): IncomingLinks {
    const found = new IncomingLinkList()
    const id = idWords(traceId)
    for (const table of [...this.#tables.values()].flat()) gatherLinksTo(table, table.rowCount, id, found)
    return found.newest(limit)
  }

  #merge(traceId: TraceId): SpanTableBuilder | undefined {
    const merged = new SpanTableBuilder({ limits: AS_WRITTEN })
    const distinct = new DistinctSpans(merged)
    const [a, b, c, d] = idWords(traceId)
    for (const table of [...this.#tables.values()].flat()) {
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

function tableFile(table: SpanTable, form: TraceFileForm): Blob {
  if (form === 'otlp-protobuf') return new Blob([encodeOtlpProtobuf(table)], { type: 'application/x-protobuf' })
  const pieces =
    form === 'otlp'
      ? encodeOtlpJson(table)
      : form === 'chrome'
        ? encodeChromeTrace(table)
        : encodeUiJson([table], { raw: form === 'jaeger-raw' })
  // Text in pieces: one string of all may be longer than a string can be.
  return new Blob([...pieces], { type: 'application/json' })
}

/** All rows of a table as `filterSpans` takes a trace. */
function rowsOf(table: SpanTable) {
  const size = table.rowCount
  const end = new Float64Array(size)
  for (let row = 0; row < size; row++) end[row] = timeDifference(table.endTime, row, table.startTime, row)
  return { table, size, row: Uint32Array.from({ length: size }, (_, row) => row), start: new Float64Array(size), end }
}
