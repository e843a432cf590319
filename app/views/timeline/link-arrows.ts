// Links between spans as arrows over the bars: from the span that is linked to, to the start of the one that has
// the link. Pure; costs the links that are drawn.

import type { TimeScale } from '#app/canvas/time-scale.ts'
import type { LinkPairs } from '#shared/trace/span-links.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { rowOfSpan } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import type { RowMetrics } from './layout.ts'
import { rowY } from './row-places.ts'
import type { RowSlice } from './row-places.ts'

export interface LinkArrow {
  readonly fromX: number
  readonly fromY: number
  readonly toX: number
  readonly toY: number
  /** Of the selected span: drawn stronger. */
  readonly chosen: boolean
}

/** With more links than this only those of the selected span are drawn: the others would be a blot. */
const MOST_ARROWS = 300
/** Farther out of view than this, CSS pixels, an end is put here: what is seen of the line stays the same. */
const FAR = 4000

/** Arrows with an end in the rows in view; those whose span has no row (beside the focus) are left out. */
export function layoutLinks(
  links: LinkPairs,
  trace: Trace,
  rows: VisibleRows,
  slice: RowSlice,
  scale: TimeScale,
  metrics: RowMetrics,
  selected: number,
): readonly LinkArrow[] {
  const arrows: LinkArrow[] = []
  const clamp = (value: number): number => Math.max(-FAR, Math.min(FAR, value))
  const y = (row: number): number => clamp(rowY(slice, row, metrics.row) + metrics.barTop + metrics.bar / 2)
  for (let k = 0; k < links.count; k++) {
    const [from, to] = [links.from[k], links.to[k]]
    const chosen = from === selected || to === selected
    if (!chosen && links.count > MOST_ARROWS) continue
    const [fromRow, toRow] = [rowOfSpan(rows, from), rowOfSpan(rows, to)]
    if (fromRow < 0 || toRow < 0 || fromRow === toRow) continue
    if (Math.max(fromRow, toRow) < slice.first || Math.min(fromRow, toRow) >= slice.end) continue
    const start = Math.min(trace.start[to], trace.end[to])
    arrows.push({
      // Where the one goes on while the other begins, it is left on the way.
      fromX: clamp(scale.x(Math.max(trace.start[from], Math.min(trace.end[from], start)))),
      fromY: y(fromRow),
      toX: clamp(scale.x(start)),
      toY: y(toRow),
      chosen,
    })
    if (arrows.length === MOST_ARROWS) break
  }
  return arrows
}
