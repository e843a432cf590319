// The ruler over bars, drawn: ticks with their labels, gaps, and what the pointer is at.

import { drawGap } from './marks.ts'
import type { Frame } from './surface.ts'
import { timeTicks } from './time-scale.ts'
import type { TimeScale } from './time-scale.ts'

/** Pixels between ticks, at least. */
export const TICK_DISTANCE = 90
/** Pixels between a tick and its label, and between labels. */
const BESIDE = 4

export interface AxisTick {
  readonly x: number
  /** Undefined: there is no room for it. */
  readonly label: { readonly text: string; readonly left: number; readonly right: number } | undefined
}

/** The ticks of a ruler, each with its label behind it, at the right end before it, where that covers no other. `measure`: pixels. */
export function axisTicks(scale: TimeScale, measure: (text: string) => number): readonly AxisTick[] {
  let free = 0
  return timeTicks(scale, TICK_DISTANCE).map(({ time, label: text }) => {
    const x = scale.x(time)
    const wide = measure(text)
    const left = x + wide + BESIDE < scale.width ? x + BESIDE : x - wide - BESIDE
    if (left < free) return { x, label: undefined }
    const right = left + wide
    free = right + BESIDE
    return { x, label: { text, left, right } }
  })
}

/** Labels count from the start of the trace. `hover`: what the pointer is at, over which no label shows. */
export function drawTimeAxis(
  { context, width, height, colours }: Frame,
  scale: TimeScale,
  hover: { readonly time: number; readonly text: string } | undefined,
): void {
  context.font = `11px ${colours.font}`
  context.textBaseline = 'middle'
  const measure = (text: string): number => context.measureText(text).width
  for (const gap of scale.gaps) drawGap(context, colours, scale.x(gap.start), scale.x(gap.end), 0, height)
  const tagWidth = hover === undefined ? 0 : measure(hover.text) + 12
  const tag =
    hover === undefined ? 0 : Math.round(Math.max(0, Math.min(width - tagWidth, scale.x(hover.time) - tagWidth / 2)))
  for (const { x, label } of axisTicks(scale, measure)) {
    context.fillStyle = colours['line-2']
    context.fillRect(Math.round(x), height - 6, 1, 6)
    const isCovered =
      hover !== undefined && label !== undefined && label.left < tag + tagWidth + BESIDE && label.right > tag - BESIDE
    context.fillStyle = colours['text-3']
    if (label !== undefined && !isCovered) context.fillText(label.text, label.left, height / 2)
  }
  if (hover === undefined) return
  context.fillStyle = colours['text-1']
  context.fillRect(tag, 4, tagWidth, height - 8)
  context.fillStyle = colours['surface-0']
  context.fillText(hover.text, tag + 6, height / 2 + 0.5)
}
