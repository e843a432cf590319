// What the trace page knows and can do: from the address and the trace to rows, selection and matches, and the ways back.

import { useCallback, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { useText } from '#app/i18n/Message.tsx'
import { useSlicedWork, useTraceWork } from '#app/ui/use-sliced-work.ts'
import type { TimelineHandle } from '#app/views/timeline/Timeline.tsx'
import {
  createTimelineStore,
  fitAll,
  fitStretch,
  growBounds,
  isZoomed,
  setMap,
  setWindow,
} from '#app/views/timeline/timeline-store.ts'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'
import { filterWork, findWork } from '#shared/trace/find.ts'
import { answersOf } from '#shared/trace/calls.ts'
import { openPathTo, rowChoices, toggleRow } from '#shared/trace/folding.ts'
import type { Folding, RowLimits } from '#shared/trace/folding.ts'
import { timeMap } from '#shared/trace/time-map.ts'
import type { TimeMap } from '#shared/trace/time-map.ts'
import { spanLinks } from '#shared/trace/span-links.ts'
import type { LinkPairs } from '#shared/trace/span-links.ts'
import { spanOfRef, spanRefOf } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { hiddenByFilter, LEAST_FOLD, ROW_SPAN, rowOfSpan, runFrom, visibleRows } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import { criticalMarks, foldingFromUrl, foldingToUrl } from './trace-state.ts'
import type { FoldingUrl } from './trace-state.ts'
import type { TraceUrl } from './url.ts'
import { useFirstPlace, usePlace, useShownPlace } from './use-place.ts'
import { isQueryText, useQueryText } from './use-query-text.ts'
import { useShape, useVisibleRows } from './use-visible-rows.ts'

/** Changes the address; `push`: as a step that *Back* undoes. */
export type ChangeUrl = (patch: Partial<TraceUrl>, push?: boolean) => void

export interface TraceScreen {
  readonly rows: VisibleRows
  readonly folding: Folding
  readonly services: readonly string[]
  readonly store: TimelineStore
  readonly timeline: RefObject<TimelineHandle | null>
  /** Span whose details are open, −1 for none. */
  readonly selected: number
  /** Span the keyboard is at, −1 before it was anywhere. */
  readonly cursor: number
  readonly matches: Uint32Array
  /** What is typed is being looked for; what a filter leaves is being worked out. */
  readonly isFinding: boolean
  readonly isFiltering: boolean
  readonly isMatch: (span: number) => boolean
  /** Parts of the filter in braces that are no query which is run: they were read as words. */
  readonly asWords: readonly string[]
  /** 1 for each span that the filter and the focus keep; undefined: there is neither. */
  readonly kept: Uint8Array | undefined
  /** Links within the trace; undefined until they are known. */
  readonly links: LinkPairs | undefined
  /** Span that is looked at alone, with what is below it; −1: the whole trace. */
  readonly focus: number
  /** Looks at a span alone, or, with −1, at the whole trace again; the window goes along. */
  readonly focusOn: (span: number) => void
  readonly moveCursor: (span: number) => void
  /** Somebody scrolls: the rows go nowhere by themselves any more. */
  readonly leavePlace: () => void
  readonly select: (span: number) => void
  /** Opens what hides a span, brings it into view, moves the cursor there; the details follow when they are open. */
  readonly goTo: (span: number, details?: boolean) => void
  readonly fold: (folding: Folding) => void
  /** Opens or closes the row of a span. */
  readonly toggle: (span: number) => void
  /** Spans of the open fold or hidden stretch that begins with a span; 0: none does. */
  readonly closesRun: (span: number) => number
}

const NO_SPANS = new Uint32Array(0)
/** How long the window must rest before it goes into the address, ms: browsers refuse more than some changes a second. */
const REST = 300

export function useTraceScreen(loaded: LoadedTrace, url: TraceUrl, change: ChangeUrl): TraceScreen {
  const { trace, gaps } = loaded
  const shape = useShape(trace)
  const say = useText()
  const unknown = say('trace.unknownService')
  const services = useMemo(() => trace.services.map(name => name ?? unknown), [trace.services, unknown])
  const { durationNs } = trace
  const map = useMemo(() => timeMap(durationNs, url.fullGaps ? [] : gaps), [durationNs, gaps, url.fullGaps])
  const store = useTimelineStore(durationNs, map, url, change)
  const begun = useRef(trace.startTime)
  useLayoutEffect(() => {
    growBounds(store, durationNs, Number(begun.current - trace.startTime))
    begun.current = trace.startTime
  }, [store, durationNs, trace.startTime])
  const timeline = useRef<TimelineHandle>(null)
  const { level, openBelow, toggled, folds, unfolded, revealed, find } = url
  // As one text: the address makes new arrays at each change.
  const foldKey = JSON.stringify({ level, openBelow, toggled, folds, unfolded, revealed })
  const folding = useMemo(() => foldingFromUrl(shape, JSON.parse(foldKey) as FoldingUrl), [shape, foldKey])
  const filterKey = JSON.stringify(url.filter)
  const focus = useMemo(() => (url.focus === undefined ? -1 : spanOfRef(shape, url.focus)), [shape, url.focus])
  const within = focus < 0 ? undefined : focus
  const asksCritical = filterKey.includes('critical') || find.includes('critical')
  const found = useMemo(
    () => (asksCritical ? { ...trace, critical: criticalMarks(loaded.critical, trace.size) } : trace),
    [trace, loaded.critical, asksCritical],
  )
  const asksQuery = url.filter.some(isQueryText) || isQueryText(find)
  const query = useQueryText(asksQuery)
  const filtering = useTraceWork(
    found,
    useMemo(() => {
      if (asksQuery && query === undefined) return undefined
      const filter = query?.filterTraceWork ?? filterWork
      return () => filter(found, JSON.parse(filterKey) as string[])
    }, [found, filterKey, asksQuery, query]),
  )
  const { value: filtered } = filtering
  const hidden = useMemo(
    () => (filtered === undefined ? undefined : hiddenByFilter(shape, filtered)),
    [shape, filtered],
  )
  const kept = useMemo(() => keptWithin(shape, filtered, focus), [shape, filtered, focus])
  const merged = useMemo(() => (url.mergeCalls ? answersOf(shape) : undefined), [shape, url.mergeCalls])
  const limits = useMemo(() => ({ hidden, within, merged }), [hidden, within, merged])
  const rows = useVisibleRows(shape, folding, limits)
  const openRuns = useMemo(() => openRunSizes(shape, folding, hidden), [shape, folding, hidden])
  const links = useSlicedWork(useMemo(() => (loaded.whole ? () => spanLinks(trace) : undefined), [trace, loaded.whole]))
  const selected = useMemo(() => (url.span === undefined ? -1 : spanOfRef(shape, url.span)), [shape, url.span])
  const [cursor, setCursor] = useState(selected)
  const wanted = useDeferredValue(find)
  const finding = useTraceWork(
    found,
    useCallback(() => (query?.findTraceWork ?? findWork)(found, wanted), [found, wanted, query]),
  )
  const matches = finding.value ?? NO_SPANS
  const isMatch = useMemo(() => {
    const marked = new Uint8Array(matches.length === 0 ? 0 : trace.size)
    for (const span of matches) marked[span] = 1
    return (span: number) => marked[span] === 1
  }, [matches, trace.size])

  const fold = (next: Folding): void => change(foldingToUrl(trace, next))
  const select = (span: number): void => {
    if (span !== selected) change({ span: spanRefOf(trace, span) })
  }
  const place = usePlace()
  const goTo = (span: number, details = false): void => {
    if (span < 0) return
    place.ask(span)
    setCursor(span)
    const inside = focus < 0 || (span >= focus && span < trace.subtreeEnd[focus])
    const all = { hidden, merged }
    const opened = inside
      ? openWayTo(trace, folding, limits, rows, span)
      : openWayTo(trace, folding, all, visibleRows(trace, rowChoices(trace, folding, all)), span)
    if (!inside) fitAll(store)
    change({
      ...(opened === folding ? {} : foldingToUrl(trace, opened)),
      ...(inside ? {} : { focus: undefined }),
      ...(details || selected >= 0 ? { span: spanRefOf(trace, span) } : {}),
    })
  }
  const show = (span: number): void => {
    const row = rowOfSpan(rows, span)
    if (row < 0) return goTo(span)
    if (rows.kind[row] === ROW_SPAN) place.ask(rows.span[row])
    setCursor(rows.span[row])
  }
  useFirstPlace(
    place,
    url,
    selected,
    matches,
    focus < 0 ? undefined : { start: focus, end: trace.subtreeEnd[focus] },
    goTo,
    show,
  )
  useShownPlace(place, timeline, rows, selected)
  const focusOn = (span: number): void => {
    if (span < 0) fitAll(store)
    else {
      const [from, to] = stretchOf(trace, span)
      fitStretch(store, from, to)
      setCursor(span)
    }
    change({ focus: span < 0 ? undefined : spanRefOf(trace, span) }, true)
  }
  return {
    rows,
    folding,
    services,
    store,
    timeline,
    selected,
    cursor,
    matches,
    isFinding: finding.busy || wanted !== find,
    isFiltering: filtering.busy,
    isMatch,
    asWords: query === undefined ? [] : url.filter.filter(text => isQueryText(text) && !query.isRun(text)),
    kept,
    links: links.stale ? undefined : links.value,
    focus,
    focusOn,
    moveCursor: span => {
      place.leave()
      setCursor(span)
    },
    leavePlace: place.leave,
    select,
    goTo,
    fold,
    toggle: span => fold(toggleRow(folding, rows, span)),
    closesRun: span => openRuns.get(span) ?? 0,
  }
}

/** What the filter keeps of a span and those below it. */
function keptWithin(trace: Trace, filtered: Uint8Array | undefined, focus: number): Uint8Array | undefined {
  if (focus < 0) return filtered
  const kept = new Uint8Array(trace.size)
  if (filtered === undefined) kept.fill(1, focus, trace.subtreeEnd[focus])
  else kept.set(filtered.subarray(focus, trace.subtreeEnd[focus]), focus)
  return kept
}

/** First start and last end of a span and those below it, ns. */
function stretchOf({ start, end, subtreeEnd }: Trace, span: number): readonly [number, number] {
  let [from, to] = [Infinity, -Infinity]
  for (let i = span; i < subtreeEnd[span]; i++) {
    from = Math.min(from, start[i], end[i])
    to = Math.max(to, start[i], end[i])
  }
  return [from, to]
}

/** Opens all that keeps span `i` from having a row of its own. */
function openWayTo(trace: Trace, folding: Folding, limits: RowLimits, rows: VisibleRows, i: number): Folding {
  let opened = openPathTo(trace, folding, rows.collapsed, i)
  // What opens may show a fold inside; each round opens one, so there is an end.
  for (let now = opened === folding ? rows : visibleRows(trace, rowChoices(trace, opened, limits)); ;) {
    if (now.kind[rowOfSpan(now, i)] === ROW_SPAN) return opened
    opened = toggleRow(opened, now, i)
    now = visibleRows(trace, rowChoices(trace, opened, limits))
  }
}

/** Of each open fold and each hidden stretch that shows, by its first span: how many siblings, how many spans. */
function openRunSizes(trace: Trace, folding: Folding, hidden: Uint8Array | undefined): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>()
  for (const i of folding.unfolded) {
    const { length } = runFrom(trace, i, hidden)
    if (length >= LEAST_FOLD) sizes.set(i, length)
  }
  if (hidden === undefined) return sizes
  for (const i of folding.revealed) {
    let end = i
    while (end < trace.size && hidden[end] === 1 && trace.parent[end] === trace.parent[i]) end = trace.subtreeEnd[end]
    if (end > i) sizes.set(i, end - i)
  }
  return sizes
}

/** The timeline's store, its window kept in the address while it rests. */
function useTimelineStore(durationNs: number, map: TimeMap, url: TraceUrl, change: ChangeUrl): TimelineStore {
  const [store] = useState(() => createTimelineStore(durationNs, url.window, map))
  useLayoutEffect(() => setMap(store, map), [store, map])
  const written = useRef(url.window)
  const newest = useRef(change)
  useEffect(() => {
    newest.current = change
  })
  const { start, end } = url.window ?? { start: -1, end: -1 }
  useEffect(() => {
    // *Back* or a link: the address has another window than the one written last.
    if (start === (written.current?.start ?? -1) && end === (written.current?.end ?? -1)) return
    written.current = end < 0 ? undefined : { start, end }
    setWindow(store, written.current ?? store.getState().bounds)
  }, [store, start, end])
  const write = useCallback(() => {
    const state = store.getState()
    const round = (ns: number): number => Number(ns.toFixed(3))
    const window = isZoomed(state) ? { start: round(state.window.start), end: round(state.window.end) } : undefined
    if (window?.start === written.current?.start && window?.end === written.current?.end) return
    written.current = window
    newest.current({ window })
  }, [store])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = store.getState().window
    const unsubscribe = store.subscribe(({ window }) => {
      if (window === last) return
      last = window
      clearTimeout(timer)
      timer = setTimeout(write, REST)
    })
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [store, write])
  return store
}
