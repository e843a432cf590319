// A time of the trace as text, as exact as what it is read from: the pointer tells times a pixel apart from one another.

import { formatTick } from '#app/canvas/time-scale.ts'

/** Above this times are told in hours and minutes, of which powers of ten seconds are no round ones. */
const MINUTE = 60e9

/** Time since the start of the trace, ns, exact to a power of ten at or below `precision` (ns), or to a minute. */
export function formatMoment(time: number, precision: number): string {
  const step = Math.min(MINUTE, 10 ** Math.floor(Math.log10(Math.max(1e-3, precision)) + 1e-9))
  return formatTick(Math.round(time / step) * step, step)
}
