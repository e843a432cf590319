/** Self time: how long a span runs while none of its children does. */
import type { TraceColumns } from './trace.ts'

/** Nanoseconds by span; narrower where none is above 4.29 s. */
export type SelfTimes = Float64Array | Uint32Array

/**
 * Nanoseconds of self time a span: its duration less the union of its children's times within it; 0 for a span that ends
 * before it starts. One pass: children stand by start.
 */
export function selfTimes(trace: Pick<TraceColumns, 'parent' | 'start' | 'end' | 'size'>): Float64Array {
  const { parent, start, end, size } = trace
  const self = new Float64Array(size)
  /** Where the children seen so far end, by parent. */
  const covered = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const duration = end[i] - start[i]
    self[i] = duration > 0 ? duration : 0
    covered[i] = start[i]
    const above = parent[i]
    if (above < 0 || duration <= 0) continue
    const from = start[i] > covered[above] ? start[i] : covered[above]
    const to = end[i] < end[above] ? end[i] : end[above]
    if (to > from) {
      self[above] -= to - from
      covered[above] = to
    }
  }
  return self
}
