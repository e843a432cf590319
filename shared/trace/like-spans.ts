/** Where a span's duration stands among the spans of the trace that have its service and name. */
import type { Trace } from './trace.ts'

/** Among fewer spans a place says nothing. */
export const LEAST_LIKE = 8

/** Share of the like spans that took less time, 0 … 1; undefined when there are fewer than LEAST_LIKE of them. */
export type PlaceAmongLike = (span: number) => number | undefined

/** One pass over the spans; the durations of a group are sorted when it is first asked for. */
export function placeAmongLike(trace: Trace): PlaceAmongLike {
  const { size, service, row, table, start, end } = trace
  const groupOf = new Uint32Array(size)
  const groups = new Map<number, number>()
  const counts: number[] = []
  for (let i = 0; i < size; i++) {
    const key = service[i] * 2 ** 32 + table.name[row[i]]
    let group = groups.get(key)
    if (group === undefined) {
      group = counts.length
      groups.set(key, group)
      counts.push(0)
    }
    groupOf[i] = group
    counts[group]++
  }
  const first = new Uint32Array(counts.length + 1)
  for (let group = 0; group < counts.length; group++) first[group + 1] = first[group] + counts[group]
  const durations = new Float64Array(size)
  const next = first.slice()
  for (let i = 0; i < size; i++) durations[next[groupOf[i]]++] = end[i] - start[i]
  const sorted = new Uint8Array(counts.length)
  return span => {
    const group = groupOf[span]
    if (counts[group] < LEAST_LIKE) return undefined
    const own = durations.subarray(first[group], first[group + 1])
    if (sorted[group] === 0) {
      own.sort()
      sorted[group] = 1
    }
    const duration = end[span] - start[span]
    let [low, high] = [0, own.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (own[middle] < duration) low = middle + 1
      else high = middle
    }
    return low / own.length
  }
}
