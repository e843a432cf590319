// Where the dots of a scatter of traces stand: start against duration, the duration on a log scale, size by the logarithm
// of the spans. Pure: points and a size in, numbers out; drawing and clicking read the same ones.

import { scaleLinear, scaleLog, scaleTime, scaleUtc } from 'd3'
import { THIN_SPACE, formatCount, formatDuration } from '#app/i18n/format.ts'
import { formatClock, formatIsoDay, wallClock } from '#app/i18n/format-time.ts'
import type { TimeZone } from '#app/i18n/format-time.ts'
import type { HitTest, Point } from '#app/canvas/hit-test.ts'

/** One trace. */
export interface ScatterPoint {
  readonly id: string
  /** ns since the epoch. */
  readonly start: bigint
  /** ns; what is below 1 µs stands at 1 µs (a log scale has no zero). */
  readonly duration: number
  readonly spans: number
  readonly hasErrors: boolean
}

/** One mark, in CSS pixels from the top left; `index` into the points. */
export interface ScatterDot extends Point {
  readonly index: number
  readonly radius: number
  readonly hasErrors: boolean
}

export interface ScatterLayout extends HitTest<number> {
  /** Largest first, so that small ones lie on top and can be hit. */
  readonly dots: readonly ScatterDot[]
  /** Lines across: a round duration each. */
  readonly lines: readonly { readonly y: number; readonly label: string }[]
  /** Marks under the plot: a round time each. */
  readonly ticks: readonly { readonly x: number; readonly label: string }[]
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** The dot of a point. */
  dotOf(index: number): ScatterDot | undefined
}

const LEFT = 44
const RIGHT = 12
const TOP = 10
const BOTTOM = 18
/** Free space between the axis and the first dot. */
const INSET = 10
/** Room for the label of a tick, px. */
const TICK_ROOM = 110
const LINE_ROOM = 26
/** How far beside a dot the pointer still hits it, px: a finger. */
const SLACK = 6

/** Lays the points out in `width` × `height` CSS pixels; `zone` is that of the ticks (UTC, or the browser's own). */
export function layoutScatter(
  points: readonly ScatterPoint[],
  width: number,
  height: number,
  zone: TimeZone,
): ScatterLayout {
  const right = Math.max(LEFT + 1, width - RIGHT)
  const bottom = Math.max(TOP + 1, height - BOTTOM)
  const times = timeDomain(points)
  const x = scaleLinear([times.from, times.to], [LEFT + INSET, right - INSET])
  const durations = durationDomain(points)
  const y = scaleLog(durations, [bottom - 4, TOP + 4])

  const dots = points
    .map((point, index): ScatterDot => ({
      index,
      x: x(milliseconds(point.start)),
      y: y(Math.max(LEAST, point.duration)),
      radius: dotRadius(point.spans),
      hasErrors: point.hasErrors,
    }))
    .sort((a, b) => b.radius - a.radius || a.index - b.index)
  const byIndex = new Map(dots.map(dot => [dot.index, dot]))

  return {
    dots,
    lines: decades(durations, (bottom - TOP) / LINE_ROOM).map(value => ({
      y: y(value),
      label: powerOfTen(value),
    })),
    ticks: timeLabels(times, zone, Math.max(2, (right - LEFT) / TICK_ROOM)).map(({ time, label }) => ({
      x: x(time),
      label,
    })),
    left: LEFT,
    right,
    top: TOP,
    bottom,
    dotOf: index => byIndex.get(index),
    hit(at) {
      let best: ScatterDot | undefined
      let nearest = Number.POSITIVE_INFINITY
      for (const dot of dots) {
        const distance = Math.hypot(dot.x - at.x, dot.y - at.y) - dot.radius
        // The later one lies on top.
        if (distance <= Math.min(nearest, SLACK)) {
          best = dot
          nearest = Math.max(0, distance)
        }
      }
      return best?.index
    },
  }
}

/** A power of ten as the axis has room for it: `10 ms`, and seconds for ever above: `100 s`. */
function powerOfTen(nanoseconds: number): string {
  return nanoseconds >= 1e9
    ? `${formatCount(nanoseconds / 1e9)}${THIN_SPACE}s`
    : formatDuration(nanoseconds).replace(/\.0+(?=\u202F)/u, '')
}

/** Radius in px: 1.4 and 1.9 more for each power of ten of spans; at least 2.4, below which a dot drowns in its rim. */
export function dotRadius(spans: number): number {
  return Math.max(2.4, 1.4 + Math.log10(Math.max(1, spans)) * 1.9)
}

/** The lowest duration that the scale shows, ns. */
const LEAST = 1000

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1000
}

interface TimeDomain {
  /** ms since the epoch. */
  readonly from: number
  readonly to: number
}

function timeDomain(points: readonly ScatterPoint[]): TimeDomain {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { start } of points) {
    const time = milliseconds(start)
    from = Math.min(from, time)
    to = Math.max(to, time)
  }
  if (points.length === 0) return { from: 0, to: 1000 }
  // Traces that start together stand in the middle of a second.
  return to > from ? { from, to } : { from: from - 500, to: to + 500 }
}

/** From the power of ten below the least to a third above the most, at least one power of ten. */
function durationDomain(points: readonly ScatterPoint[]): [low: number, high: number] {
  let least = Number.POSITIVE_INFINITY
  let most = LEAST
  for (const { duration } of points) {
    const shown = Math.max(LEAST, duration)
    least = Math.min(least, shown)
    most = Math.max(most, shown)
  }
  if (points.length === 0) return [1e6, 1e9]
  const low = 10 ** Math.floor(Math.log10(least) + 1e-9)
  return [low, Math.max(low * 10, most * 1.35)]
}

/** Powers of ten in the domain, thinned out until at most `most` are left. */
function decades([low, high]: readonly [number, number], most: number): readonly number[] {
  const first = Math.round(Math.log10(low))
  const last = Math.floor(Math.log10(high) + 1e-9)
  const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, most)))
  const values: number[] = []
  for (let power = first; power <= last; power += step) values.push(10 ** power)
  return values
}

const DAY_MS = 86_400_000

/** Round times in the domain and how they read: as exact as their distance asks for, the day where a new one begins. */
function timeLabels(
  { from, to }: TimeDomain,
  zone: TimeZone,
  count: number,
): readonly { readonly time: number; readonly label: string }[] {
  const scale = (zone === 'UTC' ? scaleUtc : scaleTime)().domain([from, to])
  const times = scale.ticks(count).map(Number)
  const step = times.length > 1 ? times[1] - times[0] : to - from
  return times.map(time => {
    const at = BigInt(Math.round(time * 1000)) * 1000n
    const { hour, minute, second, nanosecond } = wallClock(at, zone)
    const day = formatIsoDay(at, zone).slice(5)
    const clock = formatClock(at, zone)
    if (step >= DAY_MS || (to - from >= DAY_MS / 2 && hour + minute + second + nanosecond === 0)) {
      return { time, label: day }
    }
    return { time, label: step >= 60_000 ? clock.slice(0, 5) : step >= 1000 ? clock.slice(0, 8) : clock }
  })
}
