/** Rows are decoded, counted and thrown away: for measuring all that comes before a store. */
import { StoreUnavailableError } from '#server/errors.ts'
import type { SpanWriter } from '#server/storage/store.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** The dictionary only grows: a table of so many entries is replaced. */
const MOST_ENTRIES = 262_144

export function createDiscardWriter(): SpanWriter {
  let table = new SpanTableBuilder()
  let closed = false
  return {
    open() {
      if (closed) throw new StoreUnavailableError('the store is closing')
      if (table.dictionaryCount > MOST_ENTRIES) table = new SpanTableBuilder()
      return table
    },
    // A private table grows by itself.
    async makeRoom() {},
    commit(from) {
      const stored = table.rowCount - from.rows
      table.rollback(from)
      return Promise.resolve({ stored, duplicate: 0 })
    },
    rollback(to) {
      table.rollback(to)
    },
    async close() {
      closed = true
    },
  }
}
