/** After an error inside a row: what a reader does that goes on behind it. */
import type { SpanTableBuilder } from './span-table-builder.ts'

/** Drops a row left half-built and what it added; whole rows stay, and so do texts in the dictionary. */
export function keepWholeRows(table: SpanTableBuilder): void {
  const { rowCount } = table
  const last = (ends: Uint32Array, count: number): number => (count === 0 ? 0 : ends[count - 1])
  const events = last(table.eventEnd, rowCount)
  const links = last(table.linkEnd, rowCount)
  table.rollback({
    ...table.mark(),
    rows: rowCount,
    attributes: last(table.attributeEnd, rowCount),
    events,
    eventAttributes: last(table.eventAttributeEnd, events),
    links,
    linkAttributes: last(table.linkAttributeEnd, links),
  })
}
