// Rectangles and dots to pixels; no state.

import { drawDiamond } from '#app/canvas/marks.ts'
import type { Frame } from '#app/canvas/surface.ts'
import type { ScatterDot, ScatterLayout } from './layout.ts'

/** Draws a layout; `lit` is the dot that stands out, with a line down to its time. */
export function drawScatter(
  { context, width, colours }: Frame,
  layout: ScatterLayout,
  lit: ScatterDot | undefined,
): void {
  context.font = `11px ${colours.font}`
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const { y, label } of layout.lines) {
    context.fillStyle = colours['line-1']
    context.fillRect(layout.left, Math.round(y), width - layout.left, 1)
    context.fillStyle = colours['text-3']
    context.fillText(label, layout.left - 8, Math.min(layout.bottom - 5, y))
  }
  context.textAlign = 'center'
  for (const { x, label } of layout.ticks) {
    context.fillStyle = colours['line-2']
    context.fillRect(Math.round(x), layout.bottom, 1, 4)
    const half = context.measureText(label).width / 2
    if (x - half < layout.left || x + half > width) continue
    context.fillStyle = colours['text-3']
    context.fillText(label, x, layout.bottom + 12)
  }
  for (const dot of layout.dots) drawDot(context, colours['heat-4'], colours.error, colours['surface-0'], dot)
  if (lit === undefined) return
  drawDot(context, colours['heat-4'], colours.error, colours['surface-0'], lit)
  context.beginPath()
  context.arc(lit.x, lit.y, lit.radius + 5, 0, 7)
  context.lineWidth = 1.5
  context.strokeStyle = colours['text-1']
  context.stroke()
  context.fillStyle = colours['line-control']
  for (let y = lit.y + lit.radius + 8; y < layout.bottom; y += 4) context.fillRect(Math.round(lit.x), y, 1, 2)
}

/** A dot, or a diamond for a trace with errors, set off from what lies under it. */
function drawDot(
  context: CanvasRenderingContext2D,
  fill: string,
  error: string,
  ground: string,
  { x, y, radius, hasErrors }: ScatterDot,
): void {
  if (hasErrors) {
    context.fillStyle = ground
    drawDiamond(context, x, y, radius + 2.5, true)
    context.fillStyle = error
    drawDiamond(context, x, y, radius + 1, true)
    return
  }
  context.beginPath()
  context.arc(x, y, radius, 0, 7)
  context.fillStyle = fill
  context.fill()
  context.lineWidth = 1
  context.strokeStyle = ground
  context.stroke()
}
