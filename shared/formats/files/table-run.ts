/** The tables that a file is read into: one after the other, so that none grows large and each can be handed on early. */
import type { SpanTableBuilder as Builder } from '#shared/spans/span-table-builder.ts'
import { type RejectReason, type SpanLimits, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Rows after which another table is begun: growing a table copies it, and copies of this size pass unnoticed. */
const ROWS_OF_A_TABLE = 131_072
/** Bytes of texts likewise: a few spans may carry megabytes. */
const BYTES_OF_A_TABLE = 48 * 1024 * 1024

/** No limits on a span: a file is one's own, and shown as it is. */
export const AS_WRITTEN = { attributes: Infinity, events: Infinity, links: Infinity, valueBytes: Infinity, depth: 100 }

export interface TableRunOptions {
  /** Given each table that is complete; waited for. */
  readonly onTable: (table: Builder) => void | Promise<void>
  /** Told of each row that a table did not keep, while its columns can be read. */
  readonly onReject: (reason: RejectReason, row: number, table: Builder) => void
  /** Of one span; default AS_WRITTEN. */
  readonly limits?: SpanLimits
  /** Rows after which another table is begun, and a part of it for the bytes of its texts. */
  readonly tableRows?: number
}

/** A place between rows. */
export interface RunMark {
  readonly table: Builder
  readonly row: number
}

export class TableRun {
  /** Rows go here. */
  table: Builder
  /** Rows of all tables so far. */
  rowCount = 0
  /** Bytes of memory of all tables so far, the present one apart. */
  byteCount = 0
  readonly #options: TableRunOptions
  readonly #tableRows: number
  readonly #tableBytes: number
  /** Tables that are full and wait for the end of what they hold a part of. */
  readonly #held: Builder[] = []

  constructor(options: TableRunOptions) {
    this.#options = options
    this.#tableRows = options.tableRows ?? ROWS_OF_A_TABLE
    this.#tableBytes = Math.ceil((BYTES_OF_A_TABLE * this.#tableRows) / ROWS_OF_A_TABLE)
    this.table = this.#newTable()
  }

  #newTable(before?: Builder): Builder {
    const capacity =
      before === undefined
        ? undefined
        : {
            rows: before.rowCount,
            attributes: before.attributeCount,
            events: before.eventCount,
            eventAttributes: before.eventAttributeCount,
            links: before.linkCount,
            linkAttributes: before.linkAttributeCount,
            dictionary: before.dictionaryCount,
            dictionaryBytes: before.dictionaryByteCount,
          }
    return new SpanTableBuilder({
      limits: this.#options.limits ?? AS_WRITTEN,
      onReject: (row, reason, table) => this.#options.onReject(reason, row, table),
      capacity: roomier(capacity),
    })
  }

  mark(): RunMark {
    return { table: this.table, row: this.table.rowCount }
  }

  /** Every table with rows since the mark, and the first of them. Not more than is still held. */
  forRowsSince(mark: RunMark, visit: (table: Builder, firstRow: number) => void): void {
    const tables = [...this.#held, this.table]
    const first = tables.indexOf(mark.table)
    for (const [i, table] of tables.entries()) if (i >= first) visit(table, i === first ? mark.row : 0)
  }

  /** Between two rows: begins another table when this one is full; `hold` keeps the full one from being handed on. */
  async turn(hold = false): Promise<void> {
    const { table } = this
    if (table.rowCount >= this.#tableRows || table.dictionaryByteCount >= this.#tableBytes) {
      this.rowCount += table.rowCount
      this.byteCount += table.buffer.byteLength
      this.#held.push(table)
      this.table = this.#newTable(table)
    }
    if (!hold) await this.#release()
  }

  async #release(): Promise<void> {
    for (const table of this.#held.splice(0)) await this.#options.onTable(table)
  }

  /** Hands on what is left. */
  async finish(): Promise<void> {
    await this.#release()
    const { table } = this
    this.rowCount += table.rowCount
    this.byteCount += table.buffer.byteLength
    if (table.rowCount > 0) await this.#options.onTable(table)
  }
}

function roomier<T extends Readonly<Record<string, number>>>(counts: T | undefined): T | undefined {
  if (counts === undefined) return undefined
  return Object.fromEntries(Object.entries(counts).map(([pool, count]) => [pool, Math.ceil(count * 1.1) + 16])) as T
}
