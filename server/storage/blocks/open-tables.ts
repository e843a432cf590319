/** The open tables and their writers, as the main thread knows them. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { COLUMN_NAMES, COLUMNS, POOLS } from '#shared/spans/columns.ts'
import type { SharedTable } from '#shared/spans/span-table-view.ts'
import type { SpanClass } from '#server/storage/store.ts'
import { collectSoon } from './collect-soon.ts'
import type { OpenTableInfo, StoreMessage, WriterMessage } from './write/messages.ts'

export interface OpenTable {
  readonly info: OpenTableInfo
  /** Nothing is added any more. */
  full: boolean
  /** Who removes its log; undefined: the store does. */
  writer: Writer | undefined
  /** Its log has lost spans and is kept aside. */
  readonly damaged: boolean
  /** Sealing has failed so often, and is tried again at this time (ms since the epoch). */
  failures: number
  retryAt: number
}

export interface Writer {
  readonly port: MessagePort
  refusing: string | undefined
}

export interface OpenTablesEvents {
  /** Before any of its rows can be seen. */
  opened(table: OpenTable): void
  full(table: OpenTable): void
}

export class OpenTables {
  readonly #tables = new Map<string, OpenTable>()
  readonly #writers = new Set<Writer>()
  readonly #events: OpenTablesEvents
  #waiting: (() => void)[] = []

  constructor(events: OpenTablesEvents) {
    this.#events = events
  }

  /** How many full tables the writer with the most of them has: each may have so many before it refuses spans. */
  get mostUnsealed(): number {
    const full = new Map<Writer, number>()
    for (const { full: isFull, writer } of this.#tables.values()) {
      if (isFull && writer !== undefined) full.set(writer, (full.get(writer) ?? 0) + 1)
    }
    return Math.max(0, ...full.values())
  }

  /** In the order of opening. */
  all(): OpenTable[] {
    return [...this.#tables.values()]
  }

  get(id: string): OpenTable | undefined {
    return this.#tables.get(id)
  }

  /** Why a writer refuses spans; undefined: all take them. */
  refusal(): string | undefined {
    for (const { refusing } of this.#writers) if (refusing !== undefined) return refusing
    return undefined
  }

  /** A table that nobody writes to: from a log. */
  addFull(info: OpenTableInfo, damaged: boolean): void {
    const table: OpenTable = { info, full: true, writer: undefined, damaged, failures: 0, retryAt: 0 }
    this.#tables.set(info.id, table)
    this.#events.opened(table)
    this.#events.full(table)
  }

  /** Its rows are elsewhere, or gone. True when the writer removes the log; else the caller does. */
  remove(table: OpenTable): boolean {
    this.#tables.delete(table.info.id)
    collectSoon()
    if (table.writer === undefined) return false
    table.writer.port.postMessage({ kind: 'table-sealed', id: table.info.id } satisfies StoreMessage)
    return true
  }

  connect(port: MessagePort): void {
    const writer: Writer = { port, refusing: undefined }
    this.#writers.add(writer)
    port.on('message', (message: WriterMessage) => this.#take(writer, message))
    port.on('close', () => this.#gone(writer))
  }

  /** Takes in what writers have said up to now: what was acknowledged to a sender is known afterwards. */
  drain(): void {
    for (const writer of this.#writers) {
      for (;;) {
        const received = receiveMessageOnPort(writer.port)
        if (received === undefined) break
        this.#take(writer, received.message as WriterMessage)
      }
    }
  }

  tell(message: StoreMessage): void {
    for (const { port } of this.#writers) port.postMessage(message)
  }

  /** Ends the tables of a class that have rows now. Resolves with them when nothing is added any more, or after `waitMs`. */
  async end(spanClass: SpanClass, waitMs: number): Promise<OpenTable[]> {
    this.drain()
    const wanted = this.all().filter(({ info }) => info.spanClass === spanClass)
    const writers = new Set(wanted.flatMap(({ full, writer }) => (full ? [] : (writer ?? []))))
    for (const { port } of writers) port.postMessage({ kind: 'rotate' } satisfies StoreMessage)
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#wake()
    }, waitMs)
    while (!late && wanted.some(({ full }) => !full)) {
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    clearTimeout(timer)
    return wanted.filter(({ full }) => full)
  }

  close(): void {
    for (const { port } of this.#writers) port.close()
    this.#writers.clear()
  }

  #take(writer: Writer, message: WriterMessage): void {
    switch (message.kind) {
      case 'table-opened': {
        const { table: info } = message
        const table: OpenTable = { info, full: false, writer, damaged: false, failures: 0, retryAt: 0 }
        this.#tables.set(info.id, table)
        this.#events.opened(table)
        break
      }
      case 'table-full': {
        const table = this.#tables.get(message.id)
        if (table === undefined) break
        table.full = true
        this.#events.full(table)
        this.#wake()
        break
      }
      case 'refusing':
        writer.refusing = message.reason
        break
      case 'writer-closed':
        this.#gone(writer)
        writer.port.close()
        break
    }
  }

  /** What it has not removed is the store's from now on. A writer that vanished without a word left tables that get no more rows. */
  #gone(writer: Writer): void {
    if (!this.#writers.delete(writer)) return
    for (const table of this.#tables.values()) {
      if (table.writer !== writer) continue
      table.writer = undefined
      if (table.full) continue
      table.full = true
      this.#events.full(table)
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** Rows that can be seen. */
export function visibleRows({ buffer }: SharedTable): number {
  return Atomics.load(new Uint32Array(buffer, 0, 1), 0)
}

/** Bytes of a table's memory that are in use. */
export function usedBytes({ buffer }: SharedTable): number {
  const counts = new Uint32Array(buffer, 0, POOLS.length)
  let bytes = 0
  for (const name of COLUMN_NAMES) {
    const { pool, element, width } = COLUMNS[name]
    bytes += counts[POOLS.indexOf(pool)] * width * (element === 'u8' ? 1 : 4)
  }
  return bytes
}
