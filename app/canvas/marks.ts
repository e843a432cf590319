// The marks that several drawings share: the error diamond, the bar of a span with its service's head, text cut to a width.

import type { CanvasColours } from '#app/theme/canvas-colours.ts'
import type { ServiceMark } from '#app/theme/service-colour.ts'

/** Bars below this width show no head. */
export const HEAD_FROM = 8
/** Labels on bars start at this width. */
export const LABEL_FROM = 14

/** ◆ (filled: own error) or ◇ (hollow: below), `r` from centre to corner, in the context's current colours. */
export function drawDiamond(context: CanvasRenderingContext2D, x: number, y: number, r: number, filled: boolean): void {
  context.beginPath()
  context.moveTo(x, y - r)
  context.lineTo(x + r, y)
  context.lineTo(x, y + r)
  context.lineTo(x - r, y)
  context.closePath()
  if (filled) context.fill()
  else context.stroke()
}

/** A span's bar in its service's colour and head; never narrower than 1 px, so a span never vanishes. */
export function drawSpanBar(
  context: CanvasRenderingContext2D,
  colours: CanvasColours,
  mark: ServiceMark,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const w = Math.max(1, width)
  context.fillStyle = colours.service[mark.slot]
  if (w < HEAD_FROM || mark.cap === 0 || (mark.cap === 1 && colours.forced)) {
    context.fillRect(x, y, w, height)
    return
  }
  if (mark.cap === 1) {
    context.fillRect(x, y, w, height)
    context.fillStyle = colours.serviceDeep[mark.slot]
    context.fillRect(x, y, 3, height)
    return
  }
  context.fillRect(x, y, 3, height)
  context.fillRect(x + 5, y, w - 5, height)
}

/**
 * As much of `text` as `measure` says fits in `width`, with an ellipsis when cut; '' when not even two characters fit.
 * Never cuts through a surrogate pair. O(log n) measurements.
 */
export function fitText(text: string, width: number, measure: (text: string) => number): string {
  if (width < LABEL_FROM) return ''
  if (measure(text) <= width) return text
  const characters = Array.from(text.slice(0, 400))
  let low = 0
  let high = characters.length
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (measure(`${characters.slice(0, middle).join('')}…`) <= width) low = middle
    else high = middle - 1
  }
  return low > 1 ? `${characters.slice(0, low).join('')}…` : ''
}

/** Teeth of a torn edge, pixels. */
const TOOTH = 6

/** A stretch that is left out: a band between two torn edges. */
export function drawGap(
  context: CanvasRenderingContext2D,
  colours: CanvasColours,
  left: number,
  right: number,
  top: number,
  bottom: number,
): void {
  context.fillStyle = colours['surface-2']
  context.fillRect(left, top, right - left, bottom - top)
  context.strokeStyle = colours['text-3']
  context.lineWidth = 1
  for (const x of [left, right]) {
    context.beginPath()
    context.moveTo(x, top)
    for (let y = top, k = 1; y < bottom; y += TOOTH, k++) context.lineTo(x + (k % 2 === 0 ? 0 : TOOTH / 2), y + TOOTH)
    context.stroke()
  }
}
