/**
 * The store's SpanWriter in an ingest worker: hands out the open table, ends it when it is full or old, holds it against the disk's
 * reserve, and keeps the store informed (messages.ts). One for each span class.
 */
import { randomBytes } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import { LimitError, OverloadedError, StoreUnavailableError } from '#server/errors.ts'
import type { SpanClass, SpanWriter, WriteResult } from '#server/storage/store.ts'
import type { Pool, PoolCounts } from '#shared/spans/columns.ts'
import type { RowMark, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { collectSoon } from '#server/storage/blocks/collect-soon.ts'
import { diskFiles, type Files } from '#server/storage/blocks/files.ts'
import { DiskGuard } from './disk-guard.ts'
import { gatheringMemory } from './log.ts'
import { LOG_FOLDER, logName } from './log-format.ts'
import { LoggedTable, type TableOwner } from './logged-table.ts'
import type { Durability, StoreMessage, WriterInit, WriterMessage } from './messages.ts'
import { largerCapacity, MOST_TABLE_BYTES, MOST_TABLE_ROWS, tableCapacity } from './open-table.ts'

const MAX_TABLE_AGE_MS = 300_000
/** Of one writer. Three full tables hold some 200 MB and are sealed in about three seconds. */
export const MAX_UNSEALED_TABLES = 3
/** How long a request waits for a table to be sealed before its sender is asked to come back. */
const WAIT_FOR_SEALING_MS = 5000
/** How often the disk is looked at without traffic. */
const LOOK_EVERY_MS = 1000

/** What tests put in the place of the disk and the clocks. */
export interface WriterEnvironment {
  readonly files?: Files
  /** ms since the epoch. */
  readonly now?: () => number
  /** ms, steady. */
  readonly elapsed?: () => number
  /** How long `makeRoom` waits for a table to be sealed, ms. */
  readonly waitForSealingMs?: number
}

/**
 * A writer that tells the store at the other end of `port` of its tables. Makes the log's folder. The port stays the caller's: it is
 * listened to until `close`.
 */
export function createBlocksWriter(
  init: WriterInit,
  port: MessagePort,
  spanClass: SpanClass,
  environment: WriterEnvironment = {},
): SpanWriter {
  return new TableWriter(init, port, spanClass, environment)
}

class TableWriter implements SpanWriter, TableOwner {
  readonly files: Files | undefined
  readonly durability: Durability
  readonly spanClass: SpanClass
  readonly gathered = gatheringMemory()
  readonly now: () => number
  readonly #port: MessagePort
  readonly #capacity: PoolCounts
  readonly #maxAgeMs: number
  readonly #maxUnsealed: number
  readonly #waitMs: number
  readonly #guard: DiskGuard | undefined
  readonly #look: NodeJS.Timeout
  #current: LoggedTable | undefined
  /** What `open` gave last: commit and rollback are about that one, whatever has become of it. */
  #handedOut: LoggedTable | undefined
  /** How many requests were given the current table: the first finds it as empty as can be. */
  #uses = 0
  #larger = false
  /** Ended and not yet sealed. */
  readonly #unsealed = new Map<string, LoggedTable>()
  #waitingForSealing: (() => void)[] = []
  #ageTimer: NodeJS.Timeout | undefined
  #rotateSoon = false
  #refusedByStore: string | undefined
  #toldReason: string | undefined
  #closing: Promise<void> | undefined

  constructor(init: WriterInit, port: MessagePort, spanClass: SpanClass, environment: WriterEnvironment) {
    this.spanClass = spanClass
    this.durability = init.durability
    this.files = init.directory === undefined ? undefined : (environment.files ?? diskFiles(init.directory))
    this.now = environment.now ?? Date.now
    this.#port = port
    this.#capacity = tableCapacity(init.tableRows)
    this.#maxAgeMs = init.maxTableAgeMs ?? MAX_TABLE_AGE_MS
    this.#waitMs = environment.waitForSealingMs ?? WAIT_FOR_SEALING_MS
    this.#maxUnsealed = init.maxUnsealedTables ?? MAX_UNSEALED_TABLES
    if (this.files !== undefined) {
      this.files.makeDirectory(LOG_FOLDER)
      this.files.syncDirectory('')
      const elapsed = environment.elapsed ?? (() => performance.now())
      this.#guard = new DiskGuard(this.files, init.diskReserveBytes ?? 0, elapsed)
    }
    port.on('message', this.#onMessage)
    this.#look = setInterval(() => this.#refusal(), LOOK_EVERY_MS).unref()
  }

  // ---- SpanWriter ----

  open(): SpanTableBuilder {
    if (this.#closing !== undefined) throw new StoreUnavailableError('the store is closing')
    const reason = this.#refusal()
    if (reason !== undefined) throw new StoreUnavailableError(reason)
    const full = (this.#current?.builder.rowCount ?? Infinity) >= (this.#current?.builder.capacity.rows ?? 0)
    // A full table that can't be ended yet is found to be full again, and its request waits in `makeRoom`.
    if (full && (this.#current === undefined || this.#unsealed.size < this.#maxUnsealed)) this.#next()
    this.#uses++
    this.#handedOut = this.#current
    return this.#table().builder
  }

  async makeRoom(): Promise<void> {
    const table = this.#current
    const pool = table?.builder.fullPool
    // Another request that met the same full table has been here.
    if (table === undefined || !table.taking || pool === undefined) return
    if (table.empty && this.#uses <= 1) {
      this.#replaceByLarger(table, pool)
      return
    }
    if (!table.empty) await this.#roomForUnsealed()
    if (this.#current === table) this.#next()
  }

  commit(from: RowMark, onCopy?: (row: number) => void): Promise<WriteResult> {
    const result = this.#table().commit(from, onCopy)
    if (this.#rotateSoon || this.#larger) this.#end()
    return result
  }

  rollback(to: RowMark): void {
    const table = this.#table()
    if (table.taking) table.builder.rollback(to)
    if (this.#rotateSoon) this.#end()
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    clearInterval(this.#look)
    this.#end()
    for (const wake of this.#waitingForSealing.splice(0)) wake()
    await Promise.all(Array.from(this.#unsealed.values(), table => table.settled))
    this.#port.off('message', this.#onMessage)
    this.#tell({ kind: 'writer-closed' })
    this.#unsealed.clear()
  }

  // ---- tables ----

  #table(): LoggedTable {
    if (this.#handedOut === undefined) throw new Error('commit and rollback follow open')
    return this.#handedOut
  }

  /** Ends the current table and makes a new one of usual size. */
  #next(): void {
    this.#end()
    if (this.#unsealed.size > this.#maxUnsealed) throw sealingIsBehind(this.#unsealed.size)
    this.#make(this.#capacity)
  }

  #make(capacity: Readonly<PoolCounts>): void {
    // Ids sort by time: 12 hex digits of milliseconds reach the year 10889.
    const id = `${Math.floor(this.now()).toString(16).padStart(12, '0')}-${randomBytes(8).toString('hex')}`
    try {
      this.#current = new LoggedTable(this, id, capacity)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new OverloadedError('there is no memory for another table of spans', 'table_memory', 5000)
    }
    this.#uses = 0
    this.#larger = false
  }

  #replaceByLarger(table: LoggedTable, pool: Pool): void {
    const capacity = largerCapacity(table.builder.capacity, pool)
    if (capacity === undefined) {
      throw new LimitError(
        `one request has more ${pool} than a table can hold: at most ${MOST_TABLE_ROWS} spans and ${MOST_TABLE_BYTES} bytes in all`,
        'table size',
      )
    }
    this.#end()
    this.#make(capacity)
    // A table made for one large request is not for the small ones after it.
    this.#larger = true
  }

  /** The current table takes nothing more. */
  #end(): void {
    const table = this.#current
    this.#rotateSoon = false
    if (table === undefined) return
    this.#current = undefined
    clearTimeout(this.#ageTimer)
    this.#unsealed.set(table.id, table)
    table.end()
  }

  #rotate(): void {
    if (this.#current === undefined || this.#current.empty) return
    if (this.#current.decoding) this.#rotateSoon = true
    else this.#end()
  }

  /** Waits until a table more may wait for its sealing. */
  async #roomForUnsealed(): Promise<void> {
    if (this.#unsealed.size < this.#maxUnsealed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waitingForSealing.push(resolve)
    const timer = setTimeout(resolve, this.#waitMs)
    await promise
    clearTimeout(timer)
    if (this.#unsealed.size >= this.#maxUnsealed) throw sealingIsBehind(this.#unsealed.size)
  }

  // ---- TableOwner ----

  opened(table: LoggedTable): void {
    this.#tell({ kind: 'table-opened', table: table.info() })
    if (table !== this.#current) return
    this.#ageTimer = setTimeout(() => this.#rotate(), this.#maxAgeMs).unref()
  }

  finished(table: LoggedTable): void {
    if (this.#current === table) {
      this.#current = undefined
      clearTimeout(this.#ageTimer)
      this.#unsealed.set(table.id, table)
    }
    if (table.hasBeenOpened) this.#tell({ kind: 'table-full', id: table.id })
    else this.#release(table.id)
  }

  wrote(bytes: number): void {
    this.#guard?.wrote(bytes)
  }

  failed(reason: string): void {
    this.#guard?.failed(reason)
    this.#refusal()
  }

  // ---- the store ----

  readonly #onMessage = (message: StoreMessage): void => {
    switch (message.kind) {
      case 'table-sealed':
        this.#release(message.id)
        break
      case 'rotate':
        this.#rotate()
        break
      case 'refuse':
        this.#refusedByStore = message.reason
        this.#refusal()
        break
      case 'accept':
        this.#refusedByStore = undefined
        this.#refusal()
        break
    }
  }

  #release(id: string): void {
    if (!this.#unsealed.delete(id)) return
    collectSoon()
    try {
      this.files?.remove(logName(id))
    } catch {
      // It stays behind; at the next start the store says that this table is sealed, and it is removed then.
    }
    for (const wake of this.#waitingForSealing.splice(0)) wake()
  }

  /** Why spans are refused now; the store hears of it when it changes. */
  #refusal(): string | undefined {
    const reason = this.#refusedByStore ?? this.#guard?.refusal()
    if (reason !== this.#toldReason) {
      this.#toldReason = reason
      this.#tell({ kind: 'refusing', reason })
    }
    return reason
  }

  #tell(message: WriterMessage): void {
    this.#port.postMessage(message)
  }
}

function sealingIsBehind(tables: number): OverloadedError {
  return new OverloadedError(`${tables} full tables wait to be written to blocks`, 'sealing', 1000)
}
