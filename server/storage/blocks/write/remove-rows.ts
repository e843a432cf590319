/** Takes rows out of a table that nobody else has seen yet. */
import { COLUMN_NAMES, COLUMNS, type ColumnName, type Pool, type PoolCounts } from '#shared/spans/columns.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Pools whose entries belong to rows, and the columns that say where the entries of one owner end in another pool. */
const MOVED = ['rows', 'attributes', 'events', 'eventAttributes', 'links', 'linkAttributes'] as const
type Moved = (typeof MOVED)[number]
const ENDS = {
  attributeEnd: 'attributes',
  eventEnd: 'events',
  linkEnd: 'links',
  eventAttributeEnd: 'eventAttributes',
  linkAttributeEnd: 'linkAttributes',
} as const satisfies Partial<Record<ColumnName, Moved>>
const MOVED_COLUMNS = COLUMN_NAMES.filter(name => (MOVED as readonly Pool[]).includes(COLUMNS[name].pool))

type Places = { -readonly [M in Moved]: number }

/** Where the entries of `row` begin. */
function startOf(table: SpanTableBuilder, row: number): Places {
  const events = row === 0 ? 0 : table.eventEnd[row - 1]
  const links = row === 0 ? 0 : table.linkEnd[row - 1]
  return {
    rows: row,
    attributes: row === 0 ? 0 : table.attributeEnd[row - 1],
    events,
    eventAttributes: events === 0 ? 0 : table.eventAttributeEnd[events - 1],
    links,
    linkAttributes: links === 0 ? 0 : table.linkAttributeEnd[links - 1],
  }
}

/** Removes `rows` (ascending, each once) with all that they own; rows behind them move up. Dictionary, resources, scopes stay. */
export function removeRows(table: SpanTableBuilder, rows: readonly number[]): void {
  if (rows.length === 0) return
  const to = startOf(table, rows[0])
  for (let i = 0; i < rows.length; i++) {
    const from = startOf(table, rows[i] + 1)
    const end = startOf(table, i + 1 < rows.length ? rows[i + 1] : table.rowCount)
    for (const name of MOVED_COLUMNS) {
      const { pool, width } = COLUMNS[name]
      const moved = pool as Moved
      const column = table[name]
      column.copyWithin(to[moved] * width, from[moved] * width, end[moved] * width)
      if (!(name in ENDS)) continue
      const of = ENDS[name as keyof typeof ENDS]
      const shift = from[of] - to[of]
      const last = to[moved] + end[moved] - from[moved]
      for (let entry = to[moved]; entry < last; entry++) column[entry] -= shift
    }
    for (const pool of MOVED) to[pool] += end[pool] - from[pool]
  }
  const counts: PoolCounts = { ...table.mark(), ...to }
  table.rollback(counts)
}
