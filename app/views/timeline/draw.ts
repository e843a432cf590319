// Rectangles to pixels: the bars with their marks, the axis, what the pointer says. No state.

import { drawDiamond, drawGap, drawSpanBar, fitText } from '#app/canvas/marks.ts'
import type { Frame } from '#app/canvas/surface.ts'
import { TICK_DISTANCE } from '#app/canvas/time-axis.ts'
import { timeTicks } from '#app/canvas/time-scale.ts'
import type { TimeScale, TimeWindow } from '#app/canvas/time-scale.ts'
import type { Joint, Rail } from './critical-rail.ts'
import { RAIL } from './critical-rail.ts'
import type { Bar, RowMetrics } from './layout.ts'
import type { LinkArrow } from './link-arrows.ts'
import type { SpanColours } from './span-colours.ts'

/** Bars narrower than this carry no name: three letters are no name. */
const NAME_FROM = 48

export interface BarsDrawing {
  readonly bars: readonly Bar[]
  readonly metrics: RowMetrics
  /** The critical path; undefined: it does not show. */
  readonly critical: { readonly rails: readonly Rail[]; readonly joints: readonly Joint[] } | undefined
  readonly links: readonly LinkArrow[]
  readonly scale: TimeScale
  readonly colours: SpanColours
  /** Name of a span, for wide bars; undefined: bars carry no names. */
  readonly name: ((span: number) => string) | undefined
  readonly selected: number
  readonly hoverTime: number | undefined
  readonly range: TimeWindow | undefined
  /** A duration as text. */
  readonly duration: (ns: number) => string
  /** What stands in a gap of so many ns. */
  readonly idle: (ns: number) => string
  /** Upright lines at the ticks; a phone has room for the axis only. */
  readonly grid: boolean
}

/** Rows and their bands (hover, selection, match) are DOM, below. Order: grid, bars, critical path, marks, selection, range, cursor. */
export function drawBars({ context, width, height, colours }: Frame, drawing: BarsDrawing): void {
  const { bars, metrics, scale, selected, name } = drawing
  if (drawing.grid) {
    context.fillStyle = colours['line-1']
    for (const { time } of timeTicks(scale, TICK_DISTANCE)) context.fillRect(Math.round(scale.x(time)), 0, 1, height)
  }
  // On a phone names and durations stand where the band would: the ruler alone shows it.
  for (const gap of drawing.grid ? scale.gaps : []) {
    const [left, right] = [scale.x(gap.start), scale.x(gap.end)]
    if (right < 0 || left > width) continue
    drawGap(context, colours, left, right, 0, height)
    drawGapText(context, colours, drawing.idle(gap.end - gap.start), left, right, width)
  }
  context.textBaseline = 'middle'
  context.font = `${metrics.bar - 2}px ${colours.font}`
  const measure = (text: string): number => context.measureText(text).width
  for (const bar of bars) {
    if (bar.outside !== undefined) {
      drawPointer(context, bar, width, colours['text-3'])
      continue
    }
    if (bar.kind === 'hidden') {
      drawHidden(context, bar, colours['text-3'])
      continue
    }
    if (bar.kind === 'fold') {
      drawComb(context, colours, drawing.colours(bar.span).slot, bar)
      continue
    }
    drawSpanBar(context, colours, drawing.colours(bar.span), bar.x, bar.y, bar.width, bar.height)
    if (bar.answer !== undefined) {
      const { span, x, width: wide } = bar.answer
      context.fillStyle = colours['surface-0']
      context.fillRect(x, bar.y + 3, wide, bar.height - 3)
      drawSpanBar(context, colours, drawing.colours(span), x, bar.y + 4, wide, bar.height - 4)
    }
    const from = Math.max(0, bar.x)
    const room = Math.min(width, bar.x + bar.width) - from
    if (name !== undefined && room >= NAME_FROM && !colours.forced && bar.answer === undefined) {
      context.fillStyle = colours['text-on-bar']
      context.fillText(fitText(name(bar.span), room - 14, measure), from + 8, bar.y + bar.height / 2 + 0.5)
    }
    context.fillStyle = colours['surface-0']
    for (const x of bar.events) context.fillRect(x, bar.y, 1, Math.ceil(bar.height / 3))
  }
  if (drawing.critical !== undefined) drawCritical(context, drawing.critical, colours)
  for (const arrow of drawing.links) drawLink(context, arrow, arrow.chosen ? colours.accent : colours['text-3'])
  context.fillStyle = context.strokeStyle = colours.error
  context.lineWidth = 1.4
  for (const bar of bars) {
    if (bar.error !== 'own' || bar.outside !== undefined || bar.kind === 'hidden') continue
    drawDiamond(context, Math.min(width - 6, bar.x + bar.width + 8), bar.y + bar.height / 2, 5, true)
  }
  const chosen = bars.find(
    ({ span, answer, outside }) => outside === undefined && (span === selected || answer?.span === selected),
  )
  if (chosen !== undefined && selected >= 0) {
    const { x, width: wide } = chosen.answer?.span === selected ? chosen.answer : chosen
    context.strokeStyle = colours.accent
    context.lineWidth = 1.5
    context.strokeRect(x - 2.5, chosen.y - 2.5, wide + 5, chosen.height + 5)
  }
  if (drawing.range !== undefined) drawRange(context, drawing, drawing.range, width, height, colours)
  if (drawing.hoverTime !== undefined) {
    context.fillStyle = colours['text-3']
    context.fillRect(Math.round(scale.x(drawing.hoverTime)), 0, 1, height)
  }
}

function drawCritical(
  context: CanvasRenderingContext2D,
  { rails, joints }: NonNullable<BarsDrawing['critical']>,
  colours: Frame['colours'],
): void {
  context.fillStyle = colours['line-control']
  for (const { x, y, height } of joints) context.fillRect(x, y, 1, height)
  context.fillStyle = colours.critical
  const height = colours.forced ? RAIL.height + 1 : RAIL.height
  for (const { x, y, width } of rails) context.fillRect(x, y, width, height)
}

/** Dashed, as in the graph: a link is no call. It leaves and arrives level, so that it is seen which bars it is of. */
function drawLink(context: CanvasRenderingContext2D, arrow: LinkArrow, colour: string): void {
  const { fromX, fromY, toX, toY, chosen } = arrow
  const bend = Math.max(12, Math.min(60, Math.abs(toX - fromX) / 2))
  context.strokeStyle = context.fillStyle = colour
  context.lineWidth = chosen ? 1.5 : 1
  context.setLineDash([4, 3])
  context.beginPath()
  context.moveTo(fromX, fromY)
  context.bezierCurveTo(fromX + bend, fromY, toX - bend, toY, toX - 5, toY)
  context.stroke()
  context.setLineDash([])
  context.beginPath()
  context.moveTo(toX - 1, toY)
  context.lineTo(toX - 7, toY - 3.5)
  context.lineTo(toX - 7, toY + 3.5)
  context.fill()
}

/** Upright in the middle of a gap, as far as it is in view. */
function drawGapText(
  context: CanvasRenderingContext2D,
  colours: Frame['colours'],
  text: string,
  left: number,
  right: number,
  width: number,
): void {
  const [from, to] = [Math.max(0, left), Math.min(width, right)]
  if (to - from < 16) return
  context.save()
  context.translate((from + to) / 2, 10)
  context.rotate(Math.PI / 2)
  context.font = `11px ${colours.font}`
  context.textBaseline = 'middle'
  context.fillStyle = colours['text-3']
  context.fillText(text, 0, 0)
  context.restore()
}

/** Dotted: something is there that the filter leaves out. */
function drawHidden(context: CanvasRenderingContext2D, bar: Bar, colour: string): void {
  context.strokeStyle = colour
  context.lineWidth = 1
  context.setLineDash([2, 2])
  context.strokeRect(Math.round(bar.x) + 0.5, bar.y + 2.5, Math.max(2, Math.round(bar.width) - 1), bar.height - 5)
  context.setLineDash([])
}

/** A fold: teeth that stand on the foot of the bar. */
function drawComb(context: CanvasRenderingContext2D, colours: Frame['colours'], slot: number, bar: Bar): void {
  context.fillStyle = colours.service[slot]
  for (const { x, width, share } of bar.teeth) {
    const height = Math.max(2, Math.round(bar.height * share))
    context.fillRect(x, bar.y + bar.height - height, width, height)
  }
}

/** A small arrow at the edge towards a bar that the window leaves out. */
function drawPointer(context: CanvasRenderingContext2D, bar: Bar, width: number, colour: string): void {
  const y = bar.y + bar.height / 2
  const [tip, back] = bar.outside === 'before' ? [3, 7] : [width - 3, width - 7]
  context.strokeStyle = colour
  context.lineWidth = 1.2
  context.beginPath()
  context.moveTo(back, y - 3)
  context.lineTo(tip, y)
  context.lineTo(back, y + 3)
  context.stroke()
}

function drawRange(
  context: CanvasRenderingContext2D,
  { scale, duration }: BarsDrawing,
  range: TimeWindow,
  width: number,
  height: number,
  colours: Frame['colours'],
): void {
  const [from, to] = [scale.x(range.start), scale.x(range.end)]
  context.globalAlpha = 0.16
  context.fillStyle = colours.accent
  context.fillRect(from, 0, to - from, height)
  context.globalAlpha = 1
  context.fillRect(Math.round(from), 0, 1, height)
  context.fillRect(Math.round(to), 0, 1, height)
  context.font = `600 11px ${colours.font}`
  const text = duration(range.end - range.start)
  const textWidth = context.measureText(text).width + 12
  const x = Math.max(2, Math.min(width - textWidth - 2, (from + to - textWidth) / 2))
  context.fillStyle = colours['text-1']
  context.fillRect(x, 4, textWidth, 18)
  context.fillStyle = colours['surface-0']
  context.fillText(text, x + 6, 13.5)
}
