// Aligned rows on a canvas: A an outline above, B filled below, what B has more or less in the colour of the change, and a line
// from where A begins to where B does.

import type { Frame } from '#app/canvas/surface.ts'
import type { CanvasColours } from '#app/theme/canvas-colours.ts'
import type { Change } from '#shared/trace/diff/diff-rows.ts'
import { BAR_A, BAR_B, ROW } from './layout.ts'
import type { AlignedRow, Bars } from './layout.ts'

/** Beginnings that are no further apart stand one below the other, CSS pixels. */
const LEAST_LINK = 3

/**
 * `rows[0]` begins `top` pixels above the canvas' upper edge (negative: below it); each has `rowHeight` pixels, its bars in the
 * middle. `ticks`: pixels of upright lines.
 */
export function drawAligned(
  { context, width, height, colours }: Frame,
  rows: readonly AlignedRow[],
  top: number,
  rowHeight: number,
  ticks: readonly number[],
): void {
  context.fillStyle = colours['line-1']
  for (const x of ticks) context.fillRect(Math.round(x), 0, 1, height)
  for (const [index, row] of rows.entries()) {
    const y = index * rowHeight - top + Math.floor((rowHeight - ROW) / 2)
    drawRow(context, colours, row, y)
    // What begins after the answer is not on this axis: an arrow says that it is there.
    if (row.a[0] > width) drawArrow(context, colours['text-3'], width, y + BAR_A.top, BAR_A.height)
    if (row.b[0] > width) drawArrow(context, colourOf(colours, row.change), width, y + BAR_B.top, BAR_B.height)
  }
}

function drawArrow(context: CanvasRenderingContext2D, colour: string, right: number, y: number, height: number): void {
  context.fillStyle = colour
  context.beginPath()
  context.moveTo(right - 2, y + height / 2)
  context.lineTo(right - 8, y)
  context.lineTo(right - 8, y + height)
  context.closePath()
  context.fill()
}

function drawRow(context: CanvasRenderingContext2D, colours: CanvasColours, row: AlignedRow, y: number): void {
  const colour = colourOf(colours, row.change)
  context.strokeStyle = row.change === 'removed' ? colour : colours['text-3']
  context.lineWidth = 1
  drawLink(context, colours['text-3'], row, y)
  each(row.a, (left, right) => {
    const width = Math.max(1, right - left - 1)
    context.strokeRect(left + 0.5, y + BAR_A.top + 0.5, width, BAR_A.height - 1)
    if (row.change === 'removed') hatch(context, left, y + BAR_A.top, right - left, BAR_A.height)
  })
  each(row.b, (left, right) => {
    const whole = row.common === undefined && row.change !== 'same'
    context.fillStyle = whole ? colour : colours['diff-same']
    context.fillRect(left, y + BAR_B.top, right - left, BAR_B.height)
    if (row.common === undefined) return
    context.fillStyle = colour
    if (row.change === 'slower' && right > row.common) {
      context.fillRect(row.common, y + BAR_B.top, right - row.common, BAR_B.height)
    }
    if (row.change === 'faster') {
      context.fillRect(left, y + BAR_B.top, right - left, BAR_B.height)
      if (row.would !== undefined && row.would > right + 1) {
        context.strokeStyle = colour
        context.setLineDash([2, 2])
        context.strokeRect(right + 0.5, y + BAR_B.top + 0.5, row.would - right, BAR_B.height - 1)
        context.setLineDash([])
      }
    }
  })
}

/** Where B's first bar begins elsewhere than A's: a line between the two, in the gap between the bars. */
function drawLink(context: CanvasRenderingContext2D, colour: string, { a, b }: AlignedRow, y: number): void {
  if (a.length === 0 || b.length === 0 || Math.abs(b[0] - a[0]) < LEAST_LINK) return
  const gap = BAR_A.top + BAR_A.height
  context.fillStyle = colour
  context.fillRect(Math.min(a[0], b[0]), y + gap, Math.abs(b[0] - a[0]), 1)
  context.fillRect(b[0], y + gap, 1, BAR_B.top - gap)
}

function colourOf(colours: CanvasColours, change: Change): string {
  switch (change) {
    case 'more':
      return colours['diff-slower']
    case 'fewer':
      return colours['diff-faster']
    default:
      return colours[`diff-${change}`]
  }
}

function each(bars: Bars, visit: (left: number, right: number) => void): void {
  for (let k = 0; k < bars.length; k += 2) visit(bars[k], bars[k + 1])
}

/** Slanting lines within a box: what is not there any more. */
function hatch(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.beginPath()
  for (let at = x - height; at < x + width; at += 4) {
    context.moveTo(at, y + height)
    context.lineTo(at + height, y)
  }
  context.stroke()
  context.restore()
}
