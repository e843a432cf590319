// What there is in a stretch of time, added up.

import type { SelfTimes } from './self-time.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'
import { SPAN_ERROR, type TraceColumns } from './trace.ts'

export interface WindowTotals {
  /** Spans that run in it, be it in part. */
  readonly count: number
  /** Those of them whose own status is error. */
  readonly errors: number
  /** ns that they spend in themselves, in it and outside of it. */
  readonly selfNs: number
}

/** Of the spans that a filter keeps (1 by span; undefined: all) and that touch `window`, ns since the start of the trace. */
export function* windowTotals(
  { size, start, end, marks }: Pick<TraceColumns, 'size' | 'start' | 'end' | 'marks'>,
  self: SelfTimes,
  kept: Uint8Array | undefined,
  window: { readonly start: number; readonly end: number },
): SlicedWork<WindowTotals> {
  let [count, errors, selfNs] = [0, 0, 0]
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    if (kept !== undefined && kept[i] === 0) continue
    if (start[i] > window.end || Math.max(start[i], end[i]) < window.start) continue
    count++
    selfNs += self[i]
    if ((marks[i] & SPAN_ERROR) !== 0) errors++
  }
  return { count, errors, selfNs }
}
