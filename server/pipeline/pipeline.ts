/**
 * From a decoded batch to a stored one, in an ingest worker: opens a table, lets the protocol decode into it, makes room
 * when it is full, commits, and enters the ledger once the fate is known.
 */
import { LimitError } from '#server/errors.ts'
import type { SpanClass, SpanWriter } from '#server/storage/store.ts'
import { MARK_ENTRIES_DROPPED, NO_SERVICE } from '#shared/spans/columns.ts'
import { UNKNOWN_SERVICE } from '#shared/spans/span.ts'
import {
  type RejectReason,
  type RowMark,
  type SpanLimits,
  type SpanTableBuilder,
  TableFullError,
} from '#shared/spans/span-table-builder.ts'
import type { Fate, Ingest, MessageInfo, RejectedSpans } from './ingest.ts'
import { count, emptyTally, type Ledger, sum, type Tally } from './ledger.ts'
import type { Senders } from './senders.ts'

/** The reason of rows that are given up on purpose. */
const NOT_SAMPLED = 'not_sampled' satisfies RejectReason
/** A message that does not fit after this many larger tables never will. */
const MOST_ATTEMPTS = 16

export interface PipelineOptions {
  /** One writer a class that this worker takes. */
  readonly writers: ReadonlyMap<SpanClass, SpanWriter>
  readonly limits: SpanLimits
  readonly ledger: Ledger
  readonly senders: Senders
  /** Whether the trace of a row is kept; absent: every one is. */
  readonly sampled?: (table: SpanTableBuilder, row: number) => boolean
  /** Told of the rows of each message that is about to be written: from `from` to the table's end. */
  readonly onRows?: (table: SpanTableBuilder, from: number) => void
  /** ms since the epoch. */
  readonly now: () => number
}

/** The `Ingest` of one worker. */
export function createIngest(options: PipelineOptions): Ingest {
  return async (message, decode) => {
    const writer = options.writers.get(message.spanClass ?? 'main')
    if (writer === undefined) throw new Error(`no writer for spans of class ${message.spanClass}`)
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const table = writer.open()
      const from = table.mark()
      const sampled = message.spanClass === 'demo' ? undefined : options.sampled
      const batch = new Batch(table, from, options.limits, sampled)
      try {
        decode(table)
      } catch (error) {
        batch.release()
        writer.rollback(from)
        if (!(error instanceof TableFullError)) throw error
        await writer.makeRoom()
        continue
      }
      batch.release()
      batch.countRows()
      batch.addRejected(message.rejected ?? [])
      if (message.spanClass !== 'demo') options.onRows?.(table, from.rows)
      const result = await writer.commit(from, row => batch.copied(row))
      options.ledger.enter(message.protocol, batch.tallies)
      options.ledger.enterCuts(batch.valuesCut, batch.entriesDropped)
      noteSenders(options, message, batch)
      return batch.fate(result.stored, result.duplicate)
    }
    throw new LimitError('the spans of this message fit into no table', 'table size')
  }
}

/** The rows of one message, counted by service while their columns can be read. */
class Batch {
  readonly tallies = new Map<string, Tally>()
  valuesCut = 0
  entriesDropped = 0
  /** ms since the epoch; of all rows. */
  latestEndMs: number | undefined
  /** What the sender says of its SDK: `opentelemetry/nodejs 1.2.3`. */
  client = ''
  readonly #table: SpanTableBuilder
  readonly #from: RowMark
  readonly #cutBefore: number
  readonly #rejected = new Map<RejectReason, number>()
  readonly #dropped = new Map<RejectReason, number>()

  constructor(
    table: SpanTableBuilder,
    from: RowMark,
    limits: SpanLimits,
    sampled: ((table: SpanTableBuilder, row: number) => boolean) | undefined,
  ) {
    this.#table = table
    this.#from = from
    this.#cutBefore = table.cutValueCount
    table.limits = limits
    // What can't be kept anyhow is rejected before it is asked about.
    table.accept = sampled === undefined ? undefined : row => (sampled(table, row) ? undefined : NOT_SAMPLED)
    table.onReject = (row, reason) => {
      const tally = this.#tally(this.#service(row))
      tally.received++
      const given = reason === NOT_SAMPLED
      count(given ? this.#dropped : this.#rejected, reason)
      count(given ? tally.dropped : tally.rejected, reason)
    }
  }

  /** The table belongs to the next message from here on. */
  release(): void {
    this.#table.onReject = undefined
    this.#table.accept = undefined
  }

  countRows(): void {
    const table = this.#table
    const { resource, endTime, marks } = table
    this.valuesCut = table.cutValueCount - this.#cutBefore
    let last = -1
    let tally: Tally | undefined
    let high = 0
    let low = 0
    for (let row = this.#from.rows; row < table.rowCount; row++) {
      if (resource[row] !== last || tally === undefined) {
        last = resource[row]
        tally = this.#tally(this.#service(row))
      }
      tally.received++
      if ((marks[row] & MARK_ENTRIES_DROPPED) !== 0) {
        this.entriesDropped++
      }
      const endHigh = endTime[row * 2 + 1]
      if (endHigh > high || (endHigh === high && endTime[row * 2] > low)) {
        high = endHigh
        low = endTime[row * 2]
      }
    }
    if (table.rowCount > this.#from.rows) {
      this.latestEndMs = Math.round((high * 4294967296 + low) / 1e6)
      this.client = clientOf(table, resource[this.#from.rows])
    }
  }

  addRejected(rejected: readonly RejectedSpans[]): void {
    for (const { service, reason, spans } of rejected) {
      this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + spans)
      const tally = this.#tally(service)
      tally.received += spans
      count(tally.rejected, reason, spans)
    }
  }

  copied(row: number): void {
    this.#tally(this.#service(row)).duplicate++
  }

  fate(stored: number, duplicate: number): Fate {
    return {
      received: stored + duplicate + sum(this.#rejected) + sum(this.#dropped),
      stored,
      duplicate,
      rejected: this.#rejected,
      dropped: this.#dropped,
    }
  }

  #service(row: number): string {
    const table = this.#table
    const id = table.resourceService[table.resource[row]]
    return id === NO_SERVICE || id === undefined ? UNKNOWN_SERVICE : table.dictionary.text(id)
  }

  #tally(service: string): Tally {
    let tally = this.tallies.get(service)
    if (tally === undefined) this.tallies.set(service, (tally = emptyTally()))
    return tally
  }
}

function clientOf(table: SpanTableBuilder, resource: number): string {
  const { dictionary } = table
  let name = ''
  let language = ''
  let version = ''
  let exporter = ''
  table.resourceAttributes.forOwner(resource, (key, type, low) => {
    if (type !== 1) return
    const text = dictionary.text(key)
    if (text === 'telemetry.sdk.name') name = dictionary.text(low)
    else if (text === 'telemetry.sdk.language') language = dictionary.text(low)
    else if (text === 'telemetry.sdk.version') version = dictionary.text(low)
    // Jaeger's clients: `Jaeger-Node-3.19.0`.
    else if (text === 'opencensus.exporterversion') exporter = dictionary.text(low)
  })
  const sdk = [[name, language].filter(part => part !== '').join('/'), version].filter(part => part !== '').join(' ')
  return sdk === '' ? exporter : sdk
}

function noteSenders(options: PipelineOptions, message: MessageInfo, batch: Batch): void {
  if (message.spanClass === 'demo') return
  const now = options.now()
  for (const [service, tally] of batch.tallies) {
    const client = batch.client === '' ? (message.userAgent ?? '') : batch.client
    const key = { protocol: message.protocol, service, peer: message.peer ?? '', client }
    options.senders.note(key, tally.received, now, batch.latestEndMs)
  }
}
