/** What one trace spends at each place: how many spans, how long, how much of the critical path. */
import type { PathSegments } from './compared-paths.ts'
import type { DiffInput } from './diff-input.ts'

/** By place; ns. */
export interface PlaceFigures {
  readonly count: Uint32Array
  readonly errors: Uint32Array
  /** Durations added up; a span that ends early counts as 0. */
  readonly total: Float64Array
  readonly self: Float64Array
  /**
   * On the critical path and in the spans of the place themselves. All places and `outside` add up to what is compared of
   * the trace.
   */
  readonly critical: Float64Array
  /**
   * The same, but where the traces have different numbers of spans at a place the time between two of them counts with
   * them, not with their parent: what repeating costs beside the calls.
   */
  readonly spent: Float64Array
  /** On the path and in no span: between roots. */
  readonly outside: number
}

/** `self`: of `selfTimes`; `repeats`: places of which the traces have different numbers of spans. */
export function placeFigures(
  input: DiffInput,
  placeOf: Uint32Array,
  places: number,
  path: PathSegments,
  self: Float64Array,
  repeats: Uint8Array,
): PlaceFigures {
  const count = new Uint32Array(places)
  const errors = new Uint32Array(places)
  const total = new Float64Array(places)
  const selfSum = new Float64Array(places)
  const critical = new Float64Array(places)
  const spent = new Float64Array(places)
  for (let i = 0; i < input.size; i++) {
    const place = placeOf[i]
    count[place]++
    errors[place] += input.error[i]
    total[place] += Math.max(0, input.end[i] - input.start[i])
    selfSum[place] += self[i]
  }
  let outside = 0
  for (let k = 0; k < path.count; k++) {
    const length = path.to[k] - path.from[k]
    const span = path.span[k]
    if (span < 0) outside += length
    else critical[placeOf[span]] += length
    const place = spentAt(path, k, placeOf, repeats)
    if (place >= 0) spent[place] += length
  }
  return { count, errors, total, self: selfSum, critical, spent, outside }
}

/** The place that a stretch counts for: that of its span, or of the repeated spans on both sides of it; −1: none. */
export function spentAt(path: PathSegments, segment: number, placeOf: Uint32Array, repeats: Uint8Array): number {
  const span = path.span[segment]
  const before = path.before[segment]
  const after = path.after[segment]
  if (before >= 0 && after >= 0) {
    const place = placeOf[before]
    if (placeOf[after] === place && repeats[place] === 1) return place
  }
  return span < 0 ? -1 : placeOf[span]
}
