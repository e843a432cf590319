// How a timeline is being looked at: what changes sixty times a second and is drawn without rendering. The page makes one
// for each trace and hands it to timeline and minimap; what a link must bring back it copies into its address.

import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { TimeWindow } from '#app/canvas/time-scale.ts'
import { panWindow, zoomWindow } from '#app/canvas/time-scale.ts'
import { PLAIN_TIME } from '#shared/trace/time-map.ts'
import type { TimeMap } from '#shared/trace/time-map.ts'

export interface TimelineState {
  /** The whole trace, ns since its start. */
  readonly bounds: TimeWindow
  /** What the bars show. */
  readonly window: TimeWindow
  /** Virtual pixels (row-scroll.ts). */
  readonly scrollTop: number
  /** Time under the pointer; undefined away from the bars. */
  readonly hoverTime: number | undefined
  /** Stretch being chosen with Shift and the pointer. */
  readonly range: TimeWindow | undefined
  /** How time is drawn: with its gaps, or without. All times of this state are real ones. */
  readonly map: TimeMap
}

export type TimelineStore = StoreApi<TimelineState>

/** Tells of changes of what is drawn along time: all but the place of the rows and the stretch being chosen. Returns what stops it. */
export function watchTime(store: TimelineStore, changed: () => void): () => void {
  return store.subscribe((now, before) => {
    const same =
      now.window === before.window &&
      now.hoverTime === before.hoverTime &&
      now.bounds === before.bounds &&
      now.map === before.map
    if (!same) changed()
  })
}

/** The bounds of a trace of this length: at least 1 ns, so that a window is never empty. */
export function timelineBounds(durationNs: number): TimeWindow {
  return { start: 0, end: Math.max(1, durationNs) }
}

/** `window` undefined: all. */
export function createTimelineStore(durationNs: number, window?: TimeWindow, map: TimeMap = PLAIN_TIME): TimelineStore {
  const bounds = timelineBounds(durationNs)
  return createStore<TimelineState>(() => ({
    bounds,
    window: window === undefined ? bounds : clampWindow(window, bounds),
    scrollTop: 0,
    hoverTime: undefined,
    range: undefined,
    map,
  }))
}

/** `window` within `bounds`, not below 1 ns. */
export function clampWindow(window: TimeWindow, bounds: TimeWindow): TimeWindow {
  const middle = (window.start + window.end) / 2
  return zoomWindow(panWindow(window, 0, bounds), 1, middle, bounds)
}

export function setWindow(store: TimelineStore, window: TimeWindow): void {
  const { bounds, window: old } = store.getState()
  const next = clampWindow(window, bounds)
  if (next.start !== old.start || next.end !== old.end) store.setState({ window: next })
}

/**
 * The trace has become longer, or begins earlier by `earlierNs`: the window keeps what it shows, and all stays all.
 */
export function growBounds(store: TimelineStore, durationNs: number, earlierNs: number): void {
  const { bounds, window } = store.getState()
  const next = timelineBounds(durationNs)
  if (next.end === bounds.end && earlierNs === 0) return
  const all = window.start === bounds.start && window.end === bounds.end
  const moved = { start: window.start + earlierNs, end: window.end + earlierNs }
  store.setState({ bounds: next, window: all ? next : clampWindow(moved, next) })
}

/** Draws time by another map; the window stays. */
export function setMap(store: TimelineStore, map: TimeMap): void {
  if (map !== store.getState().map) store.setState({ map })
}

/** Changes `window` as it is drawn: what is shrunk counts as long as it looks. */
function changeDrawn(
  store: TimelineStore,
  window: TimeWindow,
  change: (drawn: TimeWindow, bounds: TimeWindow, map: TimeMap) => TimeWindow,
): void {
  const { bounds, map } = store.getState()
  const drawn = ({ start, end }: TimeWindow): TimeWindow => ({ start: map.display(start), end: map.display(end) })
  const { start, end } = change(drawn(window), drawn(bounds), map)
  store.setState({ window: clampWindow({ start: map.time(start), end: map.time(end) }, bounds) })
}

/** Zooms by `factor` (above 1: nearer) around the time `at`; around the middle of the window without it. */
export function zoomBy(store: TimelineStore, factor: number, at?: number): void {
  changeDrawn(store, store.getState().window, (drawn, bounds, map) =>
    zoomWindow(drawn, factor, at === undefined ? (drawn.start + drawn.end) / 2 : map.display(at), bounds),
  )
}

/** Moves the window by a share of its length. */
export function panBy(store: TimelineStore, share: number): void {
  const { window } = store.getState()
  changeDrawn(store, window, (drawn, bounds) => panWindow(drawn, share * (drawn.end - drawn.start), bounds))
}

/** Moves `window` by nanoseconds as drawn (pixels through a scale's `pixelsPerNanosecond`) and shows it. */
export function panFrom(store: TimelineStore, window: TimeWindow, by: number): void {
  changeDrawn(store, window, (drawn, bounds) => panWindow(drawn, by, bounds))
}

/** Shows all of the trace. */
export function fitAll(store: TimelineStore): void {
  setWindow(store, store.getState().bounds)
}

/** Shows one stretch with a little room on both sides. */
export function fitStretch(store: TimelineStore, start: number, end: number): void {
  const length = Math.max(1, end - start)
  setWindow(store, { start: start - length * 0.05, end: start + length * 1.05 })
}

/** True while the window leaves a part of the trace out. */
export function isZoomed({ window, bounds }: TimelineState): boolean {
  return window.start > bounds.start || window.end < bounds.end
}
