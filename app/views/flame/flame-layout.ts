// Lanes and a window -> bars in pixels. Pure; what is drawn and what is clicked are the same numbers.

import type { TimeScale } from '#app/canvas/time-scale.ts'
import { placeAt, visitLane } from '#shared/trace/flame-lanes.ts'
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import type { Lanes } from '#shared/trace/flame-lanes.ts'

/** Height of a lane and of the bar in it; above the first one there is some air. CSS pixels. */
export const LANE = 18
export const BAR = 16
export const ABOVE = 8

/** Bars of one frame as columns, filled anew each time: as many as there are pixels, so that frames make no garbage. */
export class FlameBars {
  count = 0
  item = new Uint32Array(1024)
  /** How many items a bar stands for; it shows the longest. */
  items = new Uint32Array(1024)
  x = new Float64Array(1024)
  y = new Float64Array(1024)
  width = new Float64Array(1024)

  clear(): void {
    this.count = 0
  }

  add(item: number, items: number, x: number, y: number, width: number): void {
    const at = this.count++
    if (at === this.item.length) this.#grow()
    this.item[at] = item
    this.items[at] = items
    this.x[at] = x
    this.y[at] = y
    this.width[at] = width
  }

  #grow(): void {
    const more = <T extends Uint32Array | Float64Array>(old: T, larger: T): T => {
      larger.set(old)
      return larger
    }
    const n = this.item.length * 2
    this.item = more(this.item, new Uint32Array(n))
    this.items = more(this.items, new Uint32Array(n))
    this.x = more(this.x, new Float64Array(n))
    this.y = more(this.y, new Float64Array(n))
    this.width = more(this.width, new Float64Array(n))
  }
}

/** Lanes that show between `top` (virtual pixels) and `top + height`. */
export function lanesInView(
  lanes: Lanes,
  top: number,
  height: number,
): { readonly first: number; readonly end: number } {
  return {
    first: Math.max(0, Math.floor((top - ABOVE) / LANE)),
    end: Math.min(lanes.count, Math.ceil((top + height - ABOVE) / LANE)),
  }
}

/** Fills `bars` with what shows. At most two bars a pixel of each lane. */
export function layoutFlame(lanes: Lanes, scale: TimeScale, top: number, height: number, bars: FlameBars): void {
  bars.clear()
  const { first, end } = lanesInView(lanes, top, height)
  const least = 1 / scale.pixelsPerNanosecond
  for (let lane = first; lane < end; lane++) {
    const y = ABOVE + lane * LANE - top
    visitLane(lanes, lane, scale.start, scale.end, least, (place, count, from, to) => {
      const left = Math.max(-2, scale.x(from))
      const right = Math.min(scale.width + 2, scale.x(to))
      bars.add(lanes.item[place], count, left, y, Math.max(1, right - left - (right - left > 3 ? 0.5 : 0)))
    })
  }
}

/** Stretches of the critical path by time, and the lane of each. */
export interface Rails {
  readonly count: number
  /** As the critical path has them: rail k from `bounds[k]` to `bounds[k + 1]`. */
  readonly bounds: CriticalPath['bounds']
  readonly lane: (k: number) => number
}

/** A piece of the line below the bars, pixels. */
export interface Rail {
  readonly x: number
  readonly y: number
  width: number
}

/** So many stretches of one pixel are looked at: more can't be told apart, and there may be a million. */
const MOST_IN_PIXEL = 8

/**
 * The lines that show; what touches in one lane is one. At most some a pixel: of a million stretches those in between are jumped over.
 */
export function layoutRails({ count, bounds, lane }: Rails, scale: TimeScale, top: number, height: number): Rail[] {
  const rails: Rail[] = []
  const last = new Map<number, Rail>()
  let k = firstAfter(bounds, count, 0, scale.start)
  let pixel = -Infinity
  let inPixel = 0
  while (k < count && bounds[k] < scale.end) {
    const x = Math.max(-2, scale.x(bounds[k]))
    const right = Math.min(scale.width + 2, scale.x(bounds[k + 1]))
    const at = lane(k)
    const y = ABOVE + at * LANE - top
    if (y >= -LANE && y <= height) {
      const before = last.get(at)
      // What is drawn is a pixel wide at least.
      if (before !== undefined && x <= before.x + Math.max(1, before.width) + 0.5) {
        before.width = Math.max(before.width, right - before.x)
      } else {
        const rail = { x, y, width: right - x }
        last.set(at, rail)
        rails.push(rail)
      }
    }
    k++
    if (Math.floor(x) !== pixel) {
      pixel = Math.floor(x)
      inPixel = 0
    }
    if (++inPixel >= MOST_IN_PIXEL && right < pixel + 1) k = firstAfter(bounds, count, k, scale.time(pixel + 1))
  }
  return rails
}

/** The first stretch from `from` on that ends after a time. */
function firstAfter(bounds: Rails['bounds'], count: number, from: number, time: number): number {
  let low = from
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle + 1] > time) high = middle
    else low = middle + 1
  }
  return low
}

/** What is under a point: an item, and how many stand there with it. Within `slack` pixels of a narrow one. */
export function flameAt(
  lanes: Lanes,
  scale: TimeScale,
  top: number,
  x: number,
  y: number,
  slack: number,
): { readonly item: number; readonly items: number } | undefined {
  const inside = y + top - ABOVE
  const lane = Math.floor(inside / LANE)
  if (inside < 0 || lane >= lanes.count) return undefined
  const place = placeAt(lanes, lane, scale.time(x), slack / scale.pixelsPerNanosecond)
  if (place < 0) return undefined
  let found: { readonly item: number; readonly items: number } | undefined
  let nearest = slack
  // A bar may stand for many: what it shows is what is meant.
  visitLane(lanes, lane, scale.start, scale.end, 1 / scale.pixelsPerNanosecond, (shown, count, from, to) => {
    const distance = Math.max(scale.x(from) - x, x - scale.x(to), 0)
    if (distance > nearest || count === 1 || (found !== undefined && distance === nearest)) return
    nearest = distance
    found = { item: lanes.item[shown], items: count }
  })
  const one = lanes.item[place]
  const wide = (lanes.to[one] - lanes.from[one]) * scale.pixelsPerNanosecond >= 1
  return wide || found === undefined ? { item: one, items: 1 } : found
}
