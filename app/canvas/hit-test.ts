// Finding what was clicked in what was drawn. A layout keeps its rectangles and answers; drawing and clicking read the
// same numbers, so they cannot differ.

/** A point or a rectangle, in CSS pixels from the top left of the canvas. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** What a layout promises its component: what lies under a point, `undefined` for nothing. */
export interface HitTest<Hit> {
  hit(point: Point): Hit | undefined
}

/**
 * Index of the interval under `x` among intervals sorted by start that don't overlap, or the one within `slack` pixels
 * (a bar of one pixel must be hit with a finger); -1 for none. `starts` and `ends` are parallel. O(log n).
 */
export function intervalAt(starts: ArrayLike<number>, ends: ArrayLike<number>, x: number, slack: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (starts[middle] <= x) low = middle + 1
    else high = middle
  }
  const before = low - 1
  if (before >= 0 && x <= ends[before]) return before
  const left = before >= 0 ? x - ends[before] : Number.POSITIVE_INFINITY
  const right = low < starts.length ? starts[low] - x : Number.POSITIVE_INFINITY
  if (Math.min(left, right) > slack) return -1
  return left <= right ? before : low
}

/** Row under `y` when rows of `height` start at `top` and `scroll` pixels are scrolled away; -1 above or below all. */
export function rowAt(y: number, top: number, height: number, scroll: number, rows: number): number {
  const row = Math.floor((y - top + scroll) / height)
  return y < top || row < 0 || row >= rows ? -1 : row
}

/** A pointer event's place on an element, in CSS pixels. */
export function pointOn(element: Element, event: { readonly clientX: number; readonly clientY: number }): Point {
  const box = element.getBoundingClientRect()
  return { x: event.clientX - box.left, y: event.clientY - box.top }
}
