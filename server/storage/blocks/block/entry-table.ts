/** What a block is written from: a table whose attributes are entries in order of arrival (a builder, or the view of a shared table). */
import type { ColumnArrays } from '#shared/spans/columns.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

export type EntryTable = SpanTable & Readonly<ColumnArrays>

/** The byte strings of a table. */
export type SourceBytes = Pick<
  EntryTable,
  'dictionaryOffset' | 'dictionaryLength' | 'dictionaryHash' | 'dictionaryBytes'
>

/** One table with the rows of all; the table itself when it is the only one and has entries. */
export function oneTable(tables: readonly SpanTable[]): EntryTable {
  const table = tables.length === 1 ? tables[0] : undefined
  const whole = table !== undefined && isEntryTable(table) ? table : mergeTables(tables)
  if (!isEntryTable(whole)) throw new TypeError('a merged table without entry columns')
  return whole
}

function isEntryTable(table: SpanTable): table is EntryTable {
  return 'attributeKey' in table && 'dictionaryBytes' in table && 'dictionaryHash' in table
}
