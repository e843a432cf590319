/** The most of something: the slowest spans like one, the spans and the groups with the most self time. */
import { BREATH, orderInSlices, type SlicedWork } from './sliced-work.ts'
import { type GroupBy, type SpanGroups, spanGroups } from './statistics-keys.ts'
import { groupFigures, type GroupFigures, type SpanFigures } from './statistics.ts'
import type { Trace } from './trace.ts'

export interface LikeSpans {
  readonly count: number
  /** Median duration, nearest rank, ns. */
  readonly p50: number
  readonly p95: number
  /** The longest of them, longest first; at most as many as were asked for. */
  readonly slowest: readonly number[]
}

/** One pass from the longest span to the shortest. `included`: 1 for each span that counts; undefined: all. */
export function* likeSpans(
  trace: Trace,
  { byDuration }: SpanFigures,
  span: number,
  most: number,
  included: Uint8Array | undefined,
): SlicedWork<LikeSpans> {
  const { table, row, service, size, start, end } = trace
  const name = table.name[row[span]]
  const alike = new Uint32Array(size)
  let count = 0
  for (let k = size - 1; k >= 0; k--) {
    if ((k & BREATH) === BREATH) yield
    const i = byDuration[k]
    if (service[i] !== service[span] || table.name[row[i]] !== name) continue
    if (included === undefined || included[i] === 1) alike[count++] = i
  }
  const at = (share: number): number => {
    if (count === 0) return 0
    const i = alike[count - Math.ceil(count * share)]
    return Math.max(0, end[i] - start[i])
  }
  return { count, p50: at(0.5), p95: at(0.95), slowest: Array.from(alike.subarray(0, Math.min(most, count))) }
}

/**
 * The spans with the most self time, most first, the earlier of equal ones first; at most `most`, none without self time.
 * `included`: 1 for each span that counts; undefined: all.
 */
export function* heaviestSpans(
  { trace, self }: Pick<SpanFigures, 'trace' | 'self'>,
  most: number,
  included: Uint8Array | undefined,
): SlicedWork<readonly number[]> {
  const best: number[] = []
  for (let i = 0; i < trace.size; i++) {
    if ((i & BREATH) === BREATH) yield
    if (self[i] <= 0 || (included !== undefined && included[i] === 0)) continue
    if (best.length === most && self[i] <= self[best[most - 1]]) continue
    if (best.length === most) best.pop()
    let at = best.length
    while (at > 0 && self[i] > self[best[at - 1]]) at--
    best.splice(at, 0, i)
  }
  return best
}

/** Figures of groups, with those that have the most self time. */
export interface LargestGroups extends GroupFigures {
  readonly by: GroupBy
  /** Groups that have spans, most self time first; equal ones in their order. */
  readonly largest: readonly number[]
  readonly labels: SpanGroups['labels']
  /** Self time of all groups, also of those that are not listed, ns. */
  readonly allSelf: number
}

export function* largestGroups(
  trace: Trace,
  figures: SpanFigures,
  by: GroupBy,
  included: Uint8Array | undefined,
  most: number,
): SlicedWork<LargestGroups> {
  const { keys, count, labels } = yield* spanGroups(trace, by)
  const groups = yield* groupFigures(figures, keys, count, included)
  // Ascending, and equal ones stay in order: by what is missing to the largest.
  const largestSelf = groups.self.reduce((all, one) => Math.max(all, one), 0)
  const order = yield* orderInSlices(groups.self.map(one => Math.round(largestSelf - one)))
  const largest: number[] = []
  for (let k = 0; k < count && largest.length < most; k++) if (groups.count[order[k]] > 0) largest.push(order[k])
  return { ...groups, by, labels, largest, allSelf: groups.self.reduce((sum, one) => sum + one, 0) }
}
