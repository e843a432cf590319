/**
 * One open table with its log: takes requests, writes a record for all that wait, makes it durable, shows the rows, answers.
 *
 * Group commit: while a sync is under way the next requests only wait; then one record and one sync serve them all. At any moment at most
 * one record is not durable, so a crash can tear only the last one. What is shown is durable, what is refused is taken out:
 *
 *   rows    0 … shown … logged … committed … being decoded
 */
import { StoreUnavailableError } from '#server/errors.ts'
import type { SpanClass, WriteResult } from '#server/storage/store.ts'
import type { PoolCounts } from '#shared/spans/columns.ts'
import type { RowMark, SpanLimits } from '#shared/spans/span-table-builder.ts'
import { type Files, isDiskFull } from '#server/storage/blocks/files.ts'
import { KnownRows } from './known-rows.ts'
import { TableLog } from './log.ts'
import { OpenTableBuilder, setLastReceivedMs } from './open-table.ts'
import type { Durability, OpenTableInfo } from './messages.ts'
import { removeRows } from './remove-rows.ts'

/** What a table needs of its writer. */
export interface TableOwner {
  /** Undefined: no log. */
  readonly files: Files | undefined
  readonly durability: Durability
  readonly spanClass: SpanClass
  /** Memory for the record under way; see log.ts. */
  readonly gathered: Uint8Array
  /** ms since the epoch. */
  now(): number
  /** Before the first row can be seen. */
  opened(table: LoggedTable): void
  /** No more rows, and all that are there are acknowledged. Also for a table that was never opened, which is then empty. */
  finished(table: LoggedTable): void
  /** Bytes that the log has grown by. */
  wrote(bytes: number): void
  /** Spans could not be made durable: nothing should be taken for a moment. */
  failed(reason: string): void
}

interface Waiting {
  readonly result: WriteResult
  readonly resolve: (result: WriteResult) => void
  readonly reject: (error: Error) => void
}

export class LoggedTable {
  readonly id: string
  readonly builder: OpenTableBuilder
  readonly #owner: TableOwner
  #known: KnownRows
  #log: TableLog | undefined
  #firstReceivedMs: number | undefined
  /** What the log's records cover, what commits have added, and how many rows others can see. */
  #logged: RowMark
  #committed: RowMark
  #shown = 0
  #waiting: Waiting[] = []
  #syncing: Waiting[] | undefined
  /** taking: open for rows; ending: only what waits is still written; done: nothing happens any more. */
  readonly #settled = Promise.withResolvers<void>()
  #state: 'taking' | 'ending' | 'done' = 'taking'

  constructor(owner: TableOwner, id: string, capacity: Readonly<PoolCounts>, limits?: SpanLimits) {
    this.#owner = owner
    this.id = id
    this.builder = new OpenTableBuilder({ capacity, limits })
    this.#known = new KnownRows(this.builder, capacity.rows)
    this.#logged = { ...this.builder.mark(), dictionary: 0, dictionaryBytes: 0 }
    this.#committed = this.builder.mark()
  }

  get taking(): boolean {
    return this.#state === 'taking'
  }
  /** Nothing is in it or on its way. */
  get empty(): boolean {
    return this.#committed.rows === 0
  }
  /** Others have been told of it. */
  get hasBeenOpened(): boolean {
    return this.#shown > 0
  }
  /** ms since the epoch; undefined before the first row. */
  get firstReceivedMs(): number | undefined {
    return this.#firstReceivedMs
  }
  /** A request has been decoded into it and neither committed nor rolled back. */
  get decoding(): boolean {
    return this.builder.rowCount > this.#committed.rows
  }
  /** Resolves when every commit is settled and `finished` was told, after `end` or a failed log. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  /** For others; only when it has had a row. */
  info(): OpenTableInfo {
    const { buffer, capacity } = this.builder
    return {
      id: this.id,
      spanClass: this.#owner.spanClass,
      shared: { buffer, capacity },
      firstReceivedMs: this.#firstReceivedMs ?? 0,
    }
  }

  /** SpanWriter.commit. */
  commit(from: RowMark, onCopy?: (row: number) => void): Promise<WriteResult> {
    const { builder } = this
    if (this.#state !== 'taking') {
      return Promise.reject(new StoreUnavailableError('the log that these spans were meant for has failed'))
    }
    const copies: number[] = []
    for (let row = from.rows; row < builder.rowCount; row++) {
      if (!this.#known.isCopy(row)) continue
      copies.push(row)
      onCopy?.(row)
    }
    if (copies.length > 0) this.#dropCopies(copies)
    const result = { stored: builder.rowCount - from.rows, duplicate: copies.length }
    if (result.stored === 0 && result.duplicate === 0) return Promise.resolve(result)
    this.#firstReceivedMs ??= this.#owner.now()
    this.#committed = builder.mark()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ result, resolve, reject })
      if (this.#syncing === undefined) this.#write()
    })
  }

  #dropCopies(copies: readonly number[]): void {
    const { builder } = this
    const rows = builder.rowCount
    removeRows(builder, copies)
    for (let row = copies[0], removed = 0; row < rows; row++) {
      if (row === copies[removed]) removed++
      else this.#known.moved(row, row - removed)
    }
  }

  /** After rows have been taken out again: the index is made anew. As long as the table, and only after a failed write. */
  #recogniseAgain(): void {
    this.#known = new KnownRows(this.builder, this.builder.capacity.rows)
    for (let row = 0; row < this.builder.rowCount; row++) this.#known.isCopy(row)
  }

  /** One record for all that wait. No sync is under way. */
  #write(): void {
    const group = this.#waiting
    this.#waiting = []
    const upTo = this.#committed
    const receivedMs = this.#owner.now()
    const { files, durability } = this.#owner
    if (files !== undefined && durability !== 'memory' && upTo.rows > this.#logged.rows) {
      try {
        this.#log ??= this.#createLog(files)
        const size = this.#log.size
        this.#log.append(this.builder, this.#logged, upTo, receivedMs)
        this.#owner.wrote(this.#log.size - size)
      } catch (error) {
        this.#writeFailed(group, error)
        return
      }
      this.#logged = upTo
      if (durability === 'synced') {
        this.#syncing = group
        this.#log.sync().then(
          () => {
            this.#syncing = undefined
            this.#show(upTo.rows, receivedMs)
            for (const { resolve, result } of group) resolve(result)
            if (this.#waiting.length > 0) this.#write()
            else if (this.#state === 'ending') this.#done()
          },
          (error: unknown) => {
            this.#syncing = undefined
            this.#abandon([...group, ...this.#waiting], error)
          },
        )
        return
      }
    }
    this.#logged = upTo
    this.#show(upTo.rows, receivedMs)
    for (const { resolve, result } of group) resolve(result)
    if (this.#state === 'ending') this.#done()
  }

  #createLog(files: Files): TableLog {
    const header = {
      salt: Math.floor(Math.random() * 2 ** 32),
      firstReceivedMs: this.#firstReceivedMs ?? 0,
      spanClass: this.#owner.spanClass,
      capacity: this.builder.capacity,
    }
    return new TableLog(files, this.id, header, this.#owner.gathered)
  }

  #show(rows: number, receivedMs: number): void {
    if (rows === this.#shown) return
    if (this.#shown === 0) this.#owner.opened(this)
    setLastReceivedMs(this.builder, receivedMs)
    this.builder.publish(rows)
    this.#shown = rows
  }

  /** The record could not be written; everything before it is durable. A full disk leaves the log usable. */
  #writeFailed(group: readonly Waiting[], error: unknown): void {
    if (!isDiskFull(error) || this.decoding) {
      this.#abandon(group, error)
      return
    }
    try {
      this.#log?.cutRubbish()
    } catch {
      this.#abandon(group, error)
      return
    }
    this.builder.rollback(this.#logged)
    this.#committed = this.builder.mark()
    this.#recogniseAgain()
    this.#refuse(group, error)
    if (this.#state === 'ending') this.#done()
  }

  /**
   * Never again a write to this log: what a failed sync has lost can't be known. The table keeps the rows that were acknowledged; all
   * others are taken out and refused.
   */
  #abandon(group: readonly Waiting[], error: unknown): void {
    this.#waiting = []
    this.builder.rollback({ ...this.#logged, ...this.#shownMark() })
    this.#committed = this.builder.mark()
    this.#refuse(group, error)
    this.#done()
  }

  /** The counts that belong to the rows that can be seen. */
  #shownMark(): Partial<PoolCounts> {
    const { builder } = this
    const rows = this.#shown
    const last = rows - 1
    const [attributes, events, links] =
      rows === 0 ? [0, 0, 0] : [builder.attributeEnd[last], builder.eventEnd[last], builder.linkEnd[last]]
    return {
      rows,
      attributes,
      events,
      eventAttributes: events === 0 ? 0 : builder.eventAttributeEnd[events - 1],
      links,
      linkAttributes: links === 0 ? 0 : builder.linkAttributeEnd[links - 1],
    }
  }

  #refuse(group: readonly Waiting[], error: unknown): void {
    const reason = `the log of spans could not be written: ${error instanceof Error ? error.message : String(error)}`
    this.#owner.failed(reason)
    for (const { reject } of group) reject(new StoreUnavailableError(reason, { cause: error }))
  }

  /** Takes no more rows; `finished` is told when what waits is settled. Rows that were decoded but not committed are undone. */
  end(): void {
    if (this.#state !== 'taking') return
    this.#state = 'ending'
    if (this.#syncing === undefined) this.#done()
  }

  #done(): void {
    if (this.#state === 'done') return
    this.#state = 'done'
    try {
      this.#log?.close()
    } catch {
      // Everything acknowledged is durable; what closing says of the rest changes nothing.
    }
    this.#owner.finished(this)
    this.#settled.resolve()
  }
}
