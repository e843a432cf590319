/** Several tables into one: what threads, blocks and files hold of a trace, equal spans once. */
import { RowCopier } from './copy-rows.ts'
import { DistinctSpans } from './distinct-spans.ts'
import type { SpanTable } from './span-table.ts'
import type { PoolCounts } from './columns.ts'
import { SpanTableBuilder } from './span-table-builder.ts'

/** No limits: what a source table holds was judged on its way in. */
const AS_STORED = { attributes: Infinity, events: Infinity, links: Infinity, valueBytes: Infinity, depth: Infinity }

/** Dictionary entries made room for at once: a big store's table may hold millions that these rows do not use. */
const MOST_ENTRIES = 65_536

/**
 * A new table with every distinct span (ids and content: `SpanComparer`) of the tables, in the order of the tables and
 * their rows, the first of equal ones. A single table is copied too. Different spans under one id are all kept.
 */
export function mergeTables(tables: readonly SpanTable[]): SpanTable {
  const merged = new SpanTableBuilder({ limits: AS_STORED, capacity: roomFor(tables) })
  const distinct = new DistinctSpans(merged)
  for (const table of tables) {
    const copier = new RowCopier(table, merged)
    const known = distinct.ask(table)
    for (let row = 0; row < table.rowCount; row++) {
      if (!known(row) && copier.copy(row)) distinct.add(merged.rowCount - 1)
    }
  }
  return merged
}

/** Appends to a table without equal spans those spans of another that it does not have; the rows that are there stay where they are. */
export function addMissingSpans(table: SpanTableBuilder, other: SpanTable): void {
  const distinct = new DistinctSpans(table)
  for (let row = 0; row < table.rowCount; row++) distinct.add(row)
  const known = distinct.ask(other)
  const copier = new RowCopier(other, table)
  for (let row = 0; row < other.rowCount; row++) {
    if (!known(row) && copier.copy(row)) distinct.add(table.rowCount - 1)
  }
}

/** As many entries as all tables have: a table that grows moves all that it holds. */
function roomFor(tables: readonly SpanTable[]): Partial<PoolCounts> {
  const room = { rows: 1, attributes: 1, events: 1, links: 1, dictionary: 16 }
  for (const { rowCount, attributes, eventEnd, linkEnd, dictionary } of tables) {
    if (rowCount === 0) continue
    room.rows += rowCount
    room.events += eventEnd[rowCount - 1]
    room.links += linkEnd[rowCount - 1]
    room.dictionary += Math.min(dictionary.size, MOST_ENTRIES)
    for (const { count } of attributes.keys()) room.attributes += count
  }
  // Names, keys and values are of some twenty bytes.
  return { ...room, dictionaryBytes: room.dictionary * 24 }
}
