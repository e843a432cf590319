/** The spans that do what one span does: of its service and name. */
import { BREATH, type SlicedWork } from './sliced-work.ts'
import type { SpanFigures } from './statistics.ts'
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
