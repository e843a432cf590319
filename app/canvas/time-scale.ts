// A window of time on a row of pixels, and the ticks of its ruler. Times are nanoseconds relative to a start (the trace's),
// as numbers: exact to 104 days, and a window may be as small as 1 ns.

import { PLAIN_TIME } from '#shared/trace/time-map.ts'
import type { TimeMap } from '#shared/trace/time-map.ts'

/** From `start` to `end`, nanoseconds; `end` > `start`. */
export interface TimeWindow {
  readonly start: number
  readonly end: number
}

export interface TimeScale extends TimeWindow {
  /** Pixels for the window. */
  readonly width: number
  /** Pixel of a time; outside the window too. */
  x(time: number): number
  /** Time at a pixel, a fraction of a nanosecond if need be. */
  time(x: number): number
  /** Outside of gaps. */
  readonly pixelsPerNanosecond: number
  /** Stretches that are drawn shorter than they are, ascending. */
  readonly gaps: readonly TimeWindow[]
}

/**
 * The scale of a window over `width` pixels, with time drawn as `map` says. A window or width that is not above 0 counts
 * as 1. `beside`: room in pixels left and right of the window, in which what is beside it shows.
 */
export function timeScale(
  window: TimeWindow,
  width: number,
  map: TimeMap = PLAIN_TIME,
  beside: { readonly left: number; readonly right: number } = { left: 0, right: 0 },
): TimeScale {
  const pixels = width > 0 ? width : 1
  const first = map.display(window.start)
  const span = Math.max(0, map.display(window.end) - first) || 1
  const perPixel = span / Math.max(1, pixels - beside.left - beside.right)
  const start = first - beside.left * perPixel
  const end = first + span + beside.right * perPixel
  const pixelsPerNanosecond = pixels / (end - start)
  return {
    start: map.time(start),
    end: map.time(end),
    width: pixels,
    x: time => (map.display(time) - start) * pixelsPerNanosecond,
    time: x => map.time(start + x / pixelsPerNanosecond),
    pixelsPerNanosecond,
    gaps: map.gaps,
  }
}

/** The smallest window one can zoom into. */
export const MIN_WINDOW_NS = 1

/**
 * `window` zoomed by `factor` (above 1: nearer) so that `at` stays where it is; never smaller than 1 ns, never beyond
 * `bounds`, and moved inside them.
 */
export function zoomWindow(window: TimeWindow, factor: number, at: number, bounds: TimeWindow): TimeWindow {
  const old = window.end - window.start
  const most = bounds.end - bounds.start
  const span = Math.min(Math.max(old / factor, Math.min(MIN_WINDOW_NS, most)), most)
  const share = old > 0 ? (at - window.start) / old : 0.5
  return keepInside({ start: at - share * span, end: at - share * span + span }, bounds)
}

/** `window` moved by `by` nanoseconds, stopped at `bounds`, its length kept. */
export function panWindow(window: TimeWindow, by: number, bounds: TimeWindow): TimeWindow {
  return keepInside({ start: window.start + by, end: window.end + by }, bounds)
}

function keepInside(window: TimeWindow, bounds: TimeWindow): TimeWindow {
  const span = window.end - window.start
  if (span >= bounds.end - bounds.start) return bounds
  if (window.start < bounds.start) return { start: bounds.start, end: bounds.start + span }
  if (window.end > bounds.end) return { start: bounds.end - span, end: bounds.end }
  return window
}

export interface Tick {
  /** Nanoseconds. */
  readonly time: number
  readonly label: string
}

/** Units of a ruler, largest first: 1, 2 or 5 times a power of ten below 60 s, whole minutes, hours and days above. */
const MINUTE = 60e9
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200, 144_000].map(
  minutes => minutes * MINUTE,
)

/** Distance of ticks, in nanoseconds, when about `count` of them are wanted in `window`. */
export function tickStep(window: TimeWindow, count: number): number {
  const wanted = Math.max(1, count)
  const span = window.end - window.start
  if (span / wanted > 30e9) return LONG_STEPS.find(step => step >= span / wanted) ?? LONG_STEPS[LONG_STEPS.length - 1]
  // The one of 1, 2, 5, 10 that is nearest by proportion: the bounds are the geometric means of neighbours.
  const power = 10 ** Math.floor(Math.log10(span / wanted))
  const share = span / wanted / power
  const factor = share >= Math.sqrt(50) ? 10 : share >= Math.sqrt(10) ? 5 : share >= Math.SQRT2 ? 2 : 1
  // 10 ** -1 is exact enough, 3 * 10 ** -1 is not: below 1 it is divided.
  return power < 1 ? factor / Math.round(1 / power) : factor * power
}

/**
 * Ticks of a ruler over `scale`, at least `minDistance` pixels apart, at round times, each with its time since 0 in a unit
 * that all of them share: `1.5 ms`, `2 ms`; as many decimals as the step has, so that neighbours never read the same.
 */
export function timeTicks(scale: TimeScale, minDistance: number): readonly Tick[] {
  const count = Math.max(1, Math.floor(scale.width / minDistance))
  const length = scale.width / scale.pixelsPerNanosecond
  let step = tickStep({ start: 0, end: length }, count)
  // Numbers of this size tell times apart only so finely.
  const finest = Math.abs(scale.end) * Number.EPSILON * 64
  while ((step * scale.pixelsPerNanosecond < minDistance && step < length) || step < finest)
    step = tickStep({ start: 0, end: step * 2 * count }, count)
  const ticks: Tick[] = []
  let from = scale.start
  for (const gap of [...scale.gaps, { start: Infinity, end: Infinity }]) {
    if (gap.end <= from) continue
    const to = Math.min(scale.end, gap.start)
    const first = Math.ceil(from / step - 1e-9)
    const last = Math.floor(to / step + 1e-9)
    // Behind a gap the ruler says at once where it is, unless a round time stands there anyway; round ones too near give way.
    const behindGap = from > scale.start && from <= to && (first * step - from) * scale.pixelsPerNanosecond > 1
    if (behindGap) ticks.push({ time: from, label: formatTick(from, step / 10) })
    for (let n = first; n <= last; n++) {
      const time = n * step
      if (behindGap && (time - from) * scale.pixelsPerNanosecond < minDistance * 0.75) continue
      // The last one before a gap would be overwritten by the first behind it.
      const room = to < scale.end ? (to - time) * scale.pixelsPerNanosecond : minDistance
      if (room >= minDistance / 2) ticks.push({ time, label: formatTick(time, step) })
    }
    from = gap.end
    if (from >= scale.end) break
  }
  return ticks
}

/** The label of the tick at `time` on a ruler with ticks every `step` nanoseconds. */
export function formatTick(time: number, step: number): string {
  if (time === 0) return '0'
  const sign = time < 0 ? '\u2212' : ''
  const size = Math.abs(time)
  if (step >= MINUTE) {
    const minutes = Math.round(size / MINUTE)
    const hours = Math.floor(minutes / 60)
    const rest = minutes % 60
    if (hours === 0) return `${sign}${rest}\u202Fmin`
    if (hours >= 48 && minutes % 1440 === 0) return `${sign}${hours / 24}\u202Fd`
    return rest === 0 ? `${sign}${hours}\u202Fh` : `${sign}${hours}\u202Fh ${rest}\u202Fmin`
  }
  // The unit is that of the step once the time is large beside it, so that 12 345 678 ns at a step of 1 ns stays exact.
  const [unit, name] = unitOf(Math.max(size, step))
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9))
  if (decimals > 6) {
    const [fine, fineName] = unitOf(step)
    const fineDecimals = Math.max(0, Math.ceil(-Math.log10(step / fine) - 1e-9))
    return `${sign}${group((size / fine).toFixed(fineDecimals))}\u202F${fineName}`
  }
  return `${sign}${group((size / unit).toFixed(decimals))}\u202F${name}`
}

function unitOf(nanoseconds: number): readonly [number, string] {
  if (nanoseconds >= 1e9) return [1e9, 's']
  if (nanoseconds >= 1e6) return [1e6, 'ms']
  if (nanoseconds >= 1e3) return [1e3, 'µs']
  return [1, 'ns']
}

/** Groups the digits before the point by U+202F. */
function group(text: string): string {
  const [whole, fraction] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/gu, '\u202F')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
