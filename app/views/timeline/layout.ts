// Where everything of the timeline stands: trace, rows and window in, rectangles out. Pure; costs the rows in view. Drawing
// and clicking both read it.

import { timeScale } from '#app/canvas/time-scale.ts'
import type { TimeScale, TimeWindow } from '#app/canvas/time-scale.ts'
import { rangeStart } from '#shared/spans/span-table.ts'
import { answerTo } from '#shared/trace/calls.ts'
import type { TimeMap } from '#shared/trace/time-map.ts'
import { SPAN_ERROR, SPAN_ERROR_BELOW } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { answerInRow, ROW_FOLD, ROW_HIDDEN } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import { combOf } from './fold-runs.ts'
import type { FoldRuns, Tooth } from './fold-runs.ts'
import { rowY } from './row-places.ts'
import type { RowSlice } from './row-places.ts'

/** Heights of a row and its bar, CSS pixels; a phone has text above and the bar below. */
export interface RowMetrics {
  readonly row: number
  readonly bar: number
  /** Top of the bar in its row. */
  readonly barTop: number
}

export const DESKTOP_ROW: RowMetrics = { row: 24, bar: 12, barTop: 5 }
export const PHONE_ROW: RowMetrics = { row: 40, bar: 8, barTop: 25 }

/** Room beside the window's ends, CSS pixels: the first and last bar don't stick to the edge. */
const INSETS = { desktop: { left: 8, right: 14 }, phone: { left: 12, right: 12 } } as const

/** The scale of the bars and of the ruler above them: `window` between the insets, what is beside it at the edges. */
export function barsScale(window: TimeWindow, width: number, phone: boolean, map: TimeMap): TimeScale {
  return timeScale(window, width, map, phone ? INSETS.phone : INSETS.desktop)
}

export interface Bar {
  readonly row: number
  /** Index of the span: of a fold or a hidden stretch its first. */
  readonly span: number
  readonly kind: 'span' | 'fold' | 'hidden'
  readonly x: number
  readonly y: number
  /** At least 1. */
  readonly width: number
  readonly height: number
  readonly error: 'own' | 'below' | undefined
  /** Where the span lies when none of it is in the window. */
  readonly outside: 'before' | 'after' | undefined
  /** Pixels of the span's events, ascending, none twice. */
  readonly events: readonly number[]
  /** The answer that is drawn within its call's bar: its span and where it lies. */
  readonly answer: { readonly span: number; readonly x: number; readonly width: number } | undefined
  /** What a fold is drawn as, ascending; empty for others. */
  readonly teeth: readonly Tooth[]
}

/** Bars reach this far beyond the edges at most: a canvas takes no lengths of 10^15 pixels. */
const BEYOND = 8

/** The bars of the rows in `slice`, one each. Times before the start are drawn from end to start. */
export function layoutBars(
  trace: Trace,
  rows: VisibleRows,
  slice: RowSlice,
  scale: TimeScale,
  metrics: RowMetrics,
  folds: FoldRuns,
): readonly Bar[] {
  const bars: Bar[] = []
  for (let row = slice.first; row < slice.end; row++) {
    const span = rows.span[row]
    const kind = rows.kind[row] === ROW_FOLD ? 'fold' : rows.kind[row] === ROW_HIDDEN ? 'hidden' : 'span'
    const run = kind === 'span' ? undefined : folds(rows, row)
    const from = scale.x(run?.from ?? Math.min(trace.start[span], trace.end[span]))
    const to = scale.x(run?.to ?? Math.max(trace.start[span], trace.end[span]))
    const x = Math.max(-BEYOND, Math.min(scale.width - 1, from))
    const end = Math.min(scale.width + BEYOND, to)
    const marks = run?.marks ?? trace.marks[span]
    const outside = to < 0 ? 'before' : from > scale.width ? 'after' : undefined
    bars.push({
      row,
      span,
      kind,
      // The end of the trace is the last pixel, not one behind it.
      x: outside === undefined ? x : outside === 'before' ? -BEYOND : scale.width,
      y: rowY(slice, row, metrics.row) + metrics.barTop,
      width: outside === undefined ? Math.max(1, end - x) : 0,
      height: metrics.bar,
      error: (marks & SPAN_ERROR) !== 0 ? 'own' : (marks & SPAN_ERROR_BELOW) !== 0 ? 'below' : undefined,
      outside,
      events: outside === undefined && kind === 'span' ? eventPixels(trace, span, scale) : [],
      answer: outside === undefined && kind === 'span' ? answerBar(trace, rows, row, scale) : undefined,
      teeth: outside === undefined && kind === 'fold' && run !== undefined ? combOf(run, scale) : [],
    })
  }
  return bars
}

/** Of a row of two, and of a call that is collapsed. */
function answerBar(trace: Trace, rows: VisibleRows, row: number, scale: TimeScale): Bar['answer'] {
  const call = rows.span[row]
  const answer = rows.collapsed[call] === 1 ? answerTo(trace, call) : answerInRow(rows, row)
  if (answer < 0) return undefined
  const from = scale.x(Math.min(trace.start[answer], trace.end[answer]))
  const to = scale.x(Math.max(trace.start[answer], trace.end[answer]))
  if (to < 0 || from > scale.width) return undefined
  const x = Math.max(-BEYOND, from)
  return { span: answer, x, width: Math.max(1, Math.min(scale.width + BEYOND, to) - x) }
}

/** More events than a row has pixels are not looked at one by one. */
const MOST_EVENTS = 4000

function eventPixels(trace: Trace, span: number, scale: TimeScale): readonly number[] {
  const { table } = trace
  const row = trace.row[span]
  const first = rangeStart(table.eventEnd, row)
  const count = table.eventEnd[row] - first
  // Counts come with the core, times with the rest.
  if (!(count > 0) || table.eventTime.length < (first + count) * 2) return []
  const low = Number(trace.startTime & 0xffffffffn)
  const high = Number(trace.startTime >> 32n)
  const moved = trace.shift?.[span] ?? 0
  const pixels = new Set<number>()
  const step = Math.max(1, Math.ceil(count / MOST_EVENTS))
  for (let event = first; event < first + count; event += step) {
    const time = (table.eventTime[event * 2 + 1] - high) * 4294967296 + (table.eventTime[event * 2] - low) + moved
    const x = Math.round(scale.x(time))
    if (x >= 0 && x <= scale.width) pixels.add(x)
  }
  return [...pixels].sort((a, b) => a - b)
}

/** The bar under a point, with `slack` pixels around it; undefined for none. */
export function barUnder(bars: readonly Bar[], x: number, y: number, slack: number): Bar | undefined {
  return bars.find(
    bar =>
      bar.outside === undefined &&
      x >= bar.x - slack &&
      x <= bar.x + bar.width + slack &&
      y >= bar.y - slack &&
      y <= bar.y + bar.height + slack,
  )
}

/** Where a minimap of `width` pixels has the edges of a window; `inset` free at both sides. */
export interface MinimapEdges {
  readonly left: number
  readonly right: number
}

export function minimapTime(x: number, width: number, inset: number, durationNs: number, map: TimeMap): number {
  const share = (x - inset) / Math.max(1, width - 2 * inset)
  return map.time(Math.max(0, Math.min(1, share)) * map.display(durationNs))
}

export function minimapEdges(
  window: { readonly start: number; readonly end: number },
  width: number,
  inset: number,
  durationNs: number,
  map: TimeMap,
): MinimapEdges {
  const inner = Math.max(1, width - 2 * inset)
  const x = (time: number): number => inset + (map.display(time) / Math.max(1, map.display(durationNs))) * inner
  return { left: x(window.start), right: x(window.end) }
}

/** What a press on the minimap takes hold of. */
export type MinimapGrip = 'left' | 'right' | 'window' | 'outside'

/** Handles are 8 px to either side; the window can be moved only where there is room to move it. */
export function minimapGrip({ left, right }: MinimapEdges, x: number, zoomed: boolean): MinimapGrip {
  const [toLeft, toRight] = [Math.abs(x - left), Math.abs(x - right)]
  if (Math.min(toLeft, toRight) <= 8) return toLeft < toRight ? 'left' : 'right'
  return zoomed && x > left && x < right ? 'window' : 'outside'
}
