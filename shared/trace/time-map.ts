/** Time as it is drawn when gaps are left out: the same times, in the same order, with each gap shrunk to a short stretch. */
import type { TimeGap } from './idle-gaps.ts'

export interface TimeMap {
  /** The gaps that it shrinks, ascending; none: both directions are the identity. */
  readonly gaps: readonly TimeGap[]
  /** Where a time (ns since the start of the trace) is drawn, in ns of the drawing. Monotone; goes on beyond both ends. */
  display(time: number): number
  /** The other way round. */
  time(display: number): number
}

/** A gap is drawn as long as this share of all that is not gap. */
export const GAP_SHARE = 0.06

export const PLAIN_TIME: TimeMap = { gaps: [], display: time => time, time: display => display }

/** The map that shrinks `gaps` (ascending, apart) in a trace of `durationNs`. */
export function timeMap(durationNs: number, gaps: readonly TimeGap[]): TimeMap {
  if (gaps.length === 0) return PLAIN_TIME
  const idle = gaps.reduce((sum, { start, end }) => sum + end - start, 0)
  const drawn = Math.max(1, (durationNs - idle) * GAP_SHARE)
  // Pieces of straight line, each from one corner to the next.
  const times = [0]
  const places = [0]
  for (const { start, end } of gaps) {
    const place = places[places.length - 1] + start - times[times.length - 1]
    times.push(start, end)
    // Never longer than it is.
    places.push(place, place + Math.min(drawn, end - start))
  }
  const follow = (from: readonly number[], to: readonly number[], at: number): number => {
    let k = from.length - 1
    while (k > 0 && from[k] > at) k--
    // In a gap (from an odd corner to the next) in proportion, elsewhere one to one.
    const inGap = k % 2 === 1
    return to[k] + (at - from[k]) * (inGap ? (to[k + 1] - to[k]) / (from[k + 1] - from[k]) : 1)
  }
  return {
    gaps,
    display: time => follow(times, places, time),
    time: display => follow(places, times, display),
  }
}
