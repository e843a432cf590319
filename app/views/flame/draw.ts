// Bars of a flame chart or graph to pixels: many narrow ones at the price of a rectangle each, colour by colour; names and
// marks only where there is room. No state.

import { drawDiamond, drawGap, drawSpanBar, fitText } from '#app/canvas/marks.ts'
import type { Frame } from '#app/canvas/surface.ts'
import { TICK_DISTANCE } from '#app/canvas/time-axis.ts'
import { timeTicks } from '#app/canvas/time-scale.ts'
import type { TimeScale, TimeWindow } from '#app/canvas/time-scale.ts'
import type { ServiceMark } from '#app/theme/service-colour.ts'
import { HEAT_SHADES, HEAT_SLOT } from '#app/theme/service-colour.ts'
import { BAR } from './flame-layout.ts'
import type { FlameBars } from './flame-layout.ts'

/** What bars look like, by item. */
export interface FlameLook {
  readonly mark: (item: number) => ServiceMark
  readonly name: (item: number) => string
  /** At the right end of a wide bar. */
  readonly figure: (item: number) => string
  /** Filtered out: stays as a shade. */
  readonly faded: (item: number) => boolean
  readonly match: (item: number) => boolean
}

export interface FlameDrawingParts {
  readonly bars: FlameBars
  readonly look: FlameLook
  readonly scale: TimeScale
  readonly selected: number
  readonly cursor: number
  /** Upright lines at the ticks of time, and what stands in an idle gap; undefined: the axis is not time. */
  readonly time: { readonly idle: (ns: number) => string } | undefined
  /** Places of errors in view: x and y of the bar, whether it is its own. */
  readonly errors: readonly { readonly x: number; readonly y: number }[]
  /** Stretches of the critical path in view. */
  readonly rails: readonly { readonly x: number; readonly y: number; readonly width: number }[]
  readonly hoverTime: number | undefined
  readonly range: TimeWindow | undefined
}

const NAME_FROM = 34
const FIGURE_FROM = 160

export function drawFlame({ context, width, height, colours }: Frame, parts: FlameDrawingParts): void {
  const { bars, look, scale } = parts
  if (parts.time !== undefined) {
    context.fillStyle = colours['line-1']
    for (const { time } of timeTicks(scale, TICK_DISTANCE)) context.fillRect(Math.round(scale.x(time)), 0, 1, height)
    for (const gap of scale.gaps) {
      const [left, right] = [scale.x(gap.start), scale.x(gap.end)]
      if (right < 0 || left > width) continue
      drawGap(context, colours, left, right, 0, height)
      if (right - left < 16) continue
      context.save()
      context.translate((left + right) / 2, height / 2)
      context.rotate(Math.PI / 2)
      context.font = `11px ${colours.font}`
      context.textAlign = 'center'
      context.textBaseline = 'middle'
      context.fillStyle = colours['text-3']
      context.fillText(parts.time.idle(gap.end - gap.start), 0, 0)
      context.restore()
    }
  }
  drawNarrow(context, colours, parts)
  context.textBaseline = 'middle'
  context.font = `12px ${colours.font}`
  const measure = (text: string): number => context.measureText(text).width
  for (let k = 0; k < bars.count; k++) {
    const w = bars.width[k]
    if (w < NARROW) continue
    const item = bars.item[k]
    const x = bars.x[k]
    const y = bars.y[k]
    if (look.faded(item)) {
      context.fillStyle = colours['line-2']
      context.fillRect(x, y, w, BAR)
      continue
    }
    drawSpanBar(context, colours, look.mark(item), x, y, w, BAR)
    if (look.match(item)) {
      context.fillStyle = colours.match
      context.fillRect(x, y, w, 3)
    }
    const from = Math.max(0, x)
    let room = Math.min(width, x + w) - from
    if (room < NAME_FROM || colours.forced) continue
    context.fillStyle = colours['text-on-bar']
    if (room > FIGURE_FROM) {
      const figure = look.figure(item)
      const figureWidth = measure(figure)
      context.fillText(figure, from + room - figureWidth - 6, y + BAR / 2 + 0.5)
      room -= figureWidth + 10
    }
    context.fillText(fitText(look.name(item), room - 12, measure), from + 7, y + BAR / 2 + 0.5)
  }
  context.fillStyle = colours.critical
  for (const rail of parts.rails) context.fillRect(rail.x, rail.y + BAR - 1, Math.max(1, rail.width), 2)
  for (const { x, y } of parts.errors) {
    context.fillStyle = colours['surface-0']
    drawDiamond(context, x, y + BAR / 2, 6.5, true)
    context.fillStyle = colours.error
    drawDiamond(context, x, y + BAR / 2, 5, true)
  }
  for (let k = 0; k < bars.count; k++) {
    const item = bars.item[k]
    if (item !== parts.selected && item !== parts.cursor) continue
    context.strokeStyle = item === parts.selected ? colours.accent : colours.focus
    context.lineWidth = 2
    context.strokeRect(bars.x[k] - 1, bars.y[k] - 1, bars.width[k] + 2, BAR + 2)
    context.strokeStyle = colours['surface-0']
    context.lineWidth = 1
    if (bars.width[k] > 6) context.strokeRect(bars.x[k] + 0.5, bars.y[k] + 0.5, bars.width[k] - 1, BAR - 1)
  }
  if (parts.range !== undefined) {
    const [from, to] = [scale.x(parts.range.start), scale.x(parts.range.end)]
    context.globalAlpha = 0.16
    context.fillStyle = colours.accent
    context.fillRect(from, 0, to - from, height)
    context.globalAlpha = 1
  }
  if (parts.hoverTime !== undefined && parts.time !== undefined) {
    context.fillStyle = colours['text-3']
    context.fillRect(Math.round(scale.x(parts.hoverTime)), 0, 1, height)
  }
}

/** Bars below this width have no head, no name and no frame. */
const NARROW = 8
/** Behind the slots of services and shades. */
const FADED = HEAT_SLOT + HEAT_SHADES

/** One pass a colour: setting the colour costs more than a rectangle. */
function drawNarrow(
  context: CanvasRenderingContext2D,
  colours: Frame['colours'],
  { bars, look }: FlameDrawingParts,
): void {
  const slots: number[][] = Array.from({ length: FADED + 1 }, () => [])
  for (let k = 0; k < bars.count; k++) {
    if (bars.width[k] >= NARROW) continue
    const item = bars.item[k]
    slots[look.faded(item) ? FADED : look.mark(item).slot].push(k)
  }
  for (const [slot, list] of slots.entries()) {
    if (list.length === 0) continue
    context.fillStyle = slot === FADED ? colours['line-2'] : colours.service[slot]
    let [left, right, y] = [0, -1, NaN]
    for (const k of list) {
      // Neighbours of one colour without a gap are one rectangle.
      if (bars.y[k] === y && bars.x[k] <= right + 0.3) {
        right = Math.max(right, bars.x[k] + bars.width[k])
        continue
      }
      if (right > left) context.fillRect(left, y, right - left, BAR)
      left = bars.x[k]
      right = left + bars.width[k]
      y = bars.y[k]
    }
    if (right > left) context.fillRect(left, y, right - left, BAR)
  }
}
