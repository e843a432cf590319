/**
 * A trace file that somebody sent to be kept: read as the page reads files (shared/formats/files), written as every other door
 * writes, some thousand spans at a time. Memory holds a few pieces of it, whatever its size.
 */
import { pipeline, Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Fate, Ingest, RejectedSpans } from '#server/pipeline/ingest.ts'
import type { ByteBudget } from '#server/transport/byte-budget.ts'
import type { ImportedFile } from '#shared/api/import.ts'
import { FileError, placeText } from '#shared/formats/files/file-problem.ts'
import { readTraceFile, type ReadTraceFileOptions, type Unpack } from '#shared/formats/files/read-trace-file.ts'
import type { FileFormat } from '#shared/formats/sniff.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { UNKNOWN_SERVICE } from '#shared/spans/span.ts'
import type { RejectReason, SpanLimits, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { TraceCount } from './trace-count.ts'

/** Where spans of files stand in the ledger. */
const PROTOCOL = 'import'
/** Spans that are written at once: some 20 ms of a thread that others send to as well. */
const ROWS_AT_ONCE = 2048
/** Writes that wait for the disk at the same time. */
const MOST_WAITING = 4
/** Rows of a table that is read into: a few megabytes. */
const TABLE_ROWS = 16_384
/** JSON values that are parsed in one piece, for the same reason. */
const WHOLE_BYTES = 1024 * 1024
/** A part that can be read only as a whole: as much as a request of any other door, by default. */
const HELD_BYTES = 64 * 1024 * 1024
/** Unpacked: JSON of traces packs to a tenth, the same trace again and again to a hundredth; sixteen times the largest body is neither. */
const UNPACKED_BYTES = 2 ** 35
/** What an import takes of the budget as long as it lasts: tables, pieces, what is under way between threads. */
const RESERVED_BYTES = 24 * 1024 * 1024

export interface ImportOptions {
  readonly ingest: Ingest
  readonly budget: ByteBudget
  readonly limits: SpanLimits
  readonly name: string
  readonly peer: string
  readonly userAgent: string
  readonly signal: AbortSignal
}

/**
 * Keeps what a file holds; resolves once all of it is durable, also when there was something wrong with the file: then the answer says
 * what. Rejects with OverloadedError, StoreUnavailableError or LimitError as `Ingest` does, with the signal's reason, and with what
 * `chunks` throws; spans from before that are kept, and may be sent again.
 */
export async function importFile(chunks: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImportedFile> {
  const reservation = await options.budget.admit(options.signal)
  const run = new ImportRun(options)
  try {
    if (!reservation.grow(RESERVED_BYTES)) throw options.budget.overloaded()
    return await run.read(chunks)
  } finally {
    await run.settled()
    reservation.release()
  }
}

const unpack: Unpack = (packing, chunks) => {
  const unpacking = packing === 'gzip' ? createGunzip() : createZstdDecompress()
  // Errors of either are thrown to whoever reads.
  pipeline(Readable.from(chunks), unpacking, () => undefined)
  return unpacking as AsyncIterable<Uint8Array>
}

class ImportRun {
  readonly #options: ImportOptions
  readonly #traces = new TraceCount()
  readonly #waiting = new Set<Promise<void>>()
  /** Spans that the reader could not keep, until they are entered with the next that are written. */
  #rejected = new Map<string, RejectedSpans>()
  /** What the chunks threw. */
  #sourceFault: { readonly error: unknown } | undefined
  #failure: { readonly error: unknown } | undefined
  #stored = 0
  #duplicate = 0
  #dropped = 0
  #refused = 0
  #wireBytes = 0
  #enteredBytes = 0

  constructor(options: ImportOptions) {
    this.#options = options
  }

  async read(chunks: AsyncIterable<Uint8Array>): Promise<ImportedFile> {
    const { limits, signal } = this.#options
    const reading: ReadTraceFileOptions = {
      onTable: table => this.#write(table),
      onReject: (reason, row, table) => this.#reject(reason, serviceOf(table, row)),
      onBytes: bytes => (this.#wireBytes = bytes),
      unpack,
      signal,
      limits,
      tableRows: TABLE_ROWS,
      wholeBytes: WHOLE_BYTES,
      heldBytes: HELD_BYTES,
      unpackedBytes: UNPACKED_BYTES,
    }
    try {
      const { format, passedOver, problems, stopped } = await readTraceFile(this.#withTurns(chunks), reading)
      await this.#finish()
      return this.#answer(format, passedOver, problems.map(placeText), stopped && placeText(stopped))
    } catch (error) {
      // Unpacking would call it a damaged file.
      if (this.#sourceFault !== undefined) throw this.#sourceFault.error
      if (!(error instanceof FileError)) throw error
      await this.#finish()
      const { problem } = error
      const format = 'format' in problem && problem.kind !== 'refused' ? problem.format : undefined
      return this.#answer(format, this.#rejectedCount, [], error.message)
    }
  }

  /** The same chunks, with a turn for others after each: those at hand would come without one. */
  async *#withTurns(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        yield chunk
        await setImmediate()
      }
    } catch (error) {
      this.#sourceFault = { error }
      throw error
    }
  }

  /** When nothing of this is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting)
  }

  #answer(format: FileFormat | undefined, rejected: number, problems: string[], error?: string): ImportedFile {
    return {
      name: this.#options.name,
      format: format ?? null,
      traces: this.#traces.size,
      spans: this.#stored + this.#duplicate,
      duplicate: this.#duplicate,
      rejected: rejected + this.#refused,
      dropped: this.#dropped,
      problems,
      error: error ?? null,
    }
  }

  #rejectedCount = 0
  #reject(reason: RejectReason, service: string): void {
    this.#rejectedCount++
    const key = `${reason} ${service}`
    const before = this.#rejected.get(key)?.spans ?? 0
    this.#rejected.set(key, { reason, service, spans: before + 1 })
  }

  /** Takes the rows of a table over, a part at a time, and lets others have the thread in between. */
  async #write(table: SpanTableBuilder): Promise<void> {
    this.#traces.add(table)
    for (let from = 0; from < table.rowCount; from += ROWS_AT_ONCE) {
      this.#options.signal.throwIfAborted()
      this.#commit(table, from, Math.min(table.rowCount, from + ROWS_AT_ONCE))
      await (this.#waiting.size >= MOST_WAITING ? Promise.race(this.#waiting) : setImmediate())
      this.#throwFailure()
    }
  }

  async #finish(): Promise<void> {
    // What was rejected behind the last row that was kept.
    if (this.#rejected.size > 0) this.#commit(undefined, 0, 0)
    await this.settled()
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #commit(table: SpanTableBuilder | undefined, from: number, to: number): void {
    const { ingest, peer, userAgent } = this.#options
    const bytes = this.#wireBytes - this.#enteredBytes
    this.#enteredBytes = this.#wireBytes
    const rejected = [...this.#rejected.values()]
    this.#rejected = new Map()
    const work = ingest({ protocol: PROTOCOL, wireBytes: bytes, bytes, peer, userAgent, rejected }, rows => {
      if (table === undefined) return
      const copier = new RowCopier(table, rows, { cut: true })
      for (let row = from; row < to; row++) copier.copy(row)
      // Some readers have cut already.
      if (from === 0) rows.cutValueCount += table.cutValueCount
    })
    const waiting = work.then(
      fate => this.#enter(fate, rejected),
      (error: unknown) => void (this.#failure ??= { error }),
    )
    this.#waiting.add(waiting)
    void waiting.then(() => this.#waiting.delete(waiting))
  }

  #enter(fate: Fate, entered: readonly RejectedSpans[]): void {
    this.#stored += fate.stored
    this.#duplicate += fate.duplicate
    this.#dropped += sum(fate.dropped)
    // The reader counts its own.
    this.#refused += sum(fate.rejected) - entered.reduce((all, { spans }) => all + spans, 0)
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  let all = 0
  for (const count of counts.values()) all += count
  return all
}

function serviceOf(table: SpanTableBuilder, row: number): string {
  const id = table.resourceService[table.resource[row]]
  return id === NO_SERVICE || id === undefined ? UNKNOWN_SERVICE : table.dictionary.text(id)
}
