/** An open table as a segment. Interface. */
import type { SpanTable } from '#shared/spans/span-table.ts'

/** `new TableSegment(table)`; `table` is the view of a shared table (`viewSpanTable`) or a builder. */
export interface TableSegment {
  readonly table: SpanTable
  /** Takes in what was published since; called by search and aggregates themselves. */
  refresh(): void
}
