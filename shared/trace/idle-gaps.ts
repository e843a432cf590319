/** Stretches of a trace in which no span runs, long enough to be worth leaving out of a picture. */
import type { TraceColumns } from './trace.ts'

/** From `start` to `end`, ns since the start of the trace; `end` > `start`. */
export interface TimeGap {
  readonly start: number
  readonly end: number
}

/** A stretch counts from this share of the whole trace on: shorter ones are left as they are, so there are at most nine. */
export const LEAST_GAP_SHARE = 0.1

/** Finer than the shortest gap by so much that a gap holds at least a whole column, whatever its place. */
const COLUMNS = 512

/**
 * The gaps of a trace, ascending. A parent that waits for its children runs: only time in which nothing at all runs is idle.
 * Two passes over the spans, whatever their order.
 */
export function idleGaps(trace: TraceColumns): readonly TimeGap[] {
  const { size, start, end, durationNs } = trace
  if (size < 2 || !(durationNs > 0)) return []
  const scale = COLUMNS / durationNs
  /** Spans that begin in a column less those that ended in the one before. */
  const change = new Int32Array(COLUMNS + 2)
  const columnOf = (time: number): number => Math.min(COLUMNS - 1, Math.max(0, Math.floor(time * scale)))
  for (let i = 0; i < size; i++) {
    change[columnOf(Math.min(start[i], end[i]))]++
    change[columnOf(Math.max(start[i], end[i])) + 1]--
  }
  // A time inside each stretch of empty columns; from it the exact ends follow.
  const inside: number[] = []
  for (let column = 0, running = 0, from = -1; column <= COLUMNS; column++) {
    running += change[column]
    if (column < COLUMNS && running === 0) from = from < 0 ? column : from
    else if (from >= 0) {
      inside.push((from + column) / 2 / scale)
      from = -1
    }
  }
  if (inside.length === 0) return []
  const gaps = inside.map(() => ({ start: 0, end: durationNs }))
  for (let i = 0; i < size; i++) {
    const first = Math.min(start[i], end[i])
    const last = Math.max(start[i], end[i])
    for (let k = 0; k < gaps.length; k++) {
      const gap = gaps[k]
      if (first > inside[k]) gap.end = Math.min(gap.end, first)
      else gap.start = Math.max(gap.start, last)
    }
  }
  return gaps.filter(gap => gap.end - gap.start >= durationNs * LEAST_GAP_SHARE)
}
