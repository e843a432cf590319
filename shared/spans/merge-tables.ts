/** Several tables into one: what threads, blocks and files hold of a trace, equal spans once. */
import { RowCopier } from './copy-rows.ts'
import { SpanComparer } from './equal-spans.ts'
import type { SpanTable } from './span-table.ts'
import { SpanTableBuilder } from './span-table-builder.ts'

/** No limits: what a source table holds was judged on its way in. */
const AS_STORED = { attributes: Infinity, events: Infinity, links: Infinity, valueBytes: Infinity, depth: Infinity }

/**
 * A new table with every distinct span (ids and content: `SpanComparer`) of the tables, in the order of the tables and
 * their rows, the first of equal ones. A single table is copied too. Different spans under one id are all kept.
 */
export function mergeTables(tables: readonly SpanTable[]): SpanTable {
  const merged = new SpanTableBuilder({ limits: AS_STORED })
  /** Hash of the span id -> rows of the merged table that have it. */
  const bySpanId = new Map<number, number[]>()
  for (const table of tables) {
    const copier = new RowCopier(table, merged)
    const comparer = new SpanComparer(table, merged)
    for (let row = 0; row < table.rowCount; row++) {
      const key = (table.spanId[row * 2] ^ Math.imul(table.spanId[row * 2 + 1], 0x9e3779b1)) >>> 0
      const others = bySpanId.get(key)
      if (others?.some(other => comparer.equal(row, other)) === true) continue
      if (!copier.copy(row)) continue
      if (others === undefined) bySpanId.set(key, [merged.rowCount - 1])
      else others.push(merged.rowCount - 1)
    }
  }
  return merged
}
