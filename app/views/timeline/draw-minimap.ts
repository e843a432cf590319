// The whole trace in a strip: its overview, the window in it, where the pointer is.

import { drawDiamond, drawGap } from '#app/canvas/marks.ts'
import type { Frame } from '#app/canvas/surface.ts'
import type { ServiceMark } from '#app/theme/service-colour.ts'
import type { TraceOverview } from '#shared/trace/overview.ts'
import type { MinimapEdges } from './layout.ts'

/** Free at both sides, for the handles. */
export const MINIMAP_INSET = 15
/** Above the lanes, for error marks. */
const TOP = 8
const MOST_LANE = 4.2

export interface MinimapDrawing {
  readonly overview: TraceOverview
  readonly marks: readonly ServiceMark[]
  readonly edges: MinimapEdges
  /** Where idle stretches are left out. */
  readonly gaps: readonly MinimapEdges[]
  readonly hoverX: number | undefined
}

export function drawMinimap({ context, width, height, colours }: Frame, drawing: MinimapDrawing): void {
  const { overview, marks, edges } = drawing
  const { columns, lanes, cells, errors } = overview
  const inner = width - 2 * MINIMAP_INSET
  const x = (column: number): number => MINIMAP_INSET + (column / columns) * inner
  const lane = Math.min(MOST_LANE, (height - TOP - 2) / lanes)
  for (let l = 0; l < lanes; l++) {
    const y = TOP + l * lane
    for (let from = 0; from < columns;) {
      const cell = cells[l * columns + from]
      let to = from + 1
      while (to < columns && cells[l * columns + to] === cell) to++
      if (cell !== 0) {
        context.fillStyle = colours.service[marks[cell - 1].slot]
        context.fillRect(x(from), y, Math.max(1, x(to) - x(from)), Math.max(1, lane - 1.2))
      }
      from = to
    }
  }
  context.fillStyle = colours.error
  let last = -Infinity
  for (let column = 0; column < columns; column++) {
    if (errors[column] === 0 || x(column) - last < 5) continue
    last = x(column)
    drawDiamond(context, last, 5, 4, true)
  }
  for (const { left, right } of drawing.gaps) drawGap(context, colours, left, right, 0, height)
  drawWindow(context, edges, width, height, colours)
  if (drawing.hoverX !== undefined) {
    context.fillStyle = colours['text-3']
    context.fillRect(Math.round(drawing.hoverX), 0, 1, height)
  }
}

function drawWindow(
  context: CanvasRenderingContext2D,
  { left, right }: MinimapEdges,
  width: number,
  height: number,
  colours: Frame['colours'],
): void {
  context.globalAlpha = 0.72
  context.fillStyle = colours['surface-2']
  if (left > MINIMAP_INSET) context.fillRect(0, 0, left, height)
  if (right < width - MINIMAP_INSET) context.fillRect(right, 0, width - right, height)
  context.globalAlpha = 1
  for (const edge of [left - 1, right - 1]) {
    context.fillStyle = colours.accent
    context.fillRect(edge, 0, 2, height)
    context.fillRect(edge - 3, height / 2 - 7, 8, 14)
    context.fillStyle = colours['surface-1']
    context.fillRect(edge - 1, height / 2 - 4, 1, 8)
    context.fillRect(edge + 2, height / 2 - 4, 1, 8)
  }
}
