/**
 * Which spans have a row while others are collapsed. Flat: one number a row, ascending, so that a row leads to its span at
 * once and a span to its row by halving; building costs the visible rows, not the spans.
 */
import type { TraceColumns } from './trace.ts'

export interface VisibleRows {
  readonly count: number
  /** Span of each row. */
  readonly span: Uint32Array
  /** Spans inside collapsed ones: `count + collapsedSpans` = all spans. */
  readonly collapsedSpans: number
  /** 1 for each collapsed span that has children, by span. */
  readonly collapsed: Uint8Array
}

/** The rows of a trace. `collapsed` (1 by span) is kept, not copied; it counts only where there are children. */
export function visibleRows(trace: TraceColumns, collapsed: Uint8Array): VisibleRows {
  const span = new Uint32Array(trace.size)
  let count = 0
  for (let i = 0; i < trace.size; i = collapsed[i] === 1 ? trace.subtreeEnd[i] : i + 1) span[count++] = i
  return { count, span: span.subarray(0, count), collapsedSpans: trace.size - count, collapsed }
}

/** The row of span `i`, or, when it stands in a collapsed one, of that; −1 for an index outside the trace. O(log n). */
export function rowOfSpan(rows: VisibleRows, i: number): number {
  let low = 0
  let high = rows.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows.span[middle] <= i) low = middle + 1
    else high = middle
  }
  return low - 1
}
