// The moving part of the timeline: puts rows and bars on screen once an animation frame, from the store and what the page
// shows. React makes the elements and hands in what changed; hover, pan, zoom and scroll never render.

import { attachSurface } from '#app/canvas/surface.ts'
import { drawTimeAxis } from '#app/canvas/time-axis.ts'
import type { Surface } from '#app/canvas/surface.ts'
import type { TimeScale } from '#app/canvas/time-scale.ts'
import { formatDuration } from '#app/i18n/format.ts'
import { answerInRow, ROW_SPAN, rowOfSpan } from '#shared/trace/visible-rows.ts'
import type { LinkPairs } from '#shared/trace/span-links.ts'
import { spanDuration, spanName, spanOfRef, spanRefOf } from '#shared/trace/trace.ts'
import { layoutRails } from './critical-rail.ts'
import type { SpanRails } from './critical-rail.ts'
import { DetailsInset } from './details-inset.ts'
import { drawBars } from './draw.ts'
import { percentiles } from './fold-runs.ts'
import { listenToGestures } from './gestures.ts'
import { barsScale, barUnder, DESKTOP_ROW, layoutBars, PHONE_ROW } from './layout.ts'
import type { Bar, RowMetrics } from './layout.ts'
import { formatMoment } from './moment.ts'
import { layoutLinks } from './link-arrows.ts'
import type { LinkArrow } from './link-arrows.ts'
import { RowElements } from './row-elements.ts'
import type { RowsShown } from './row-elements.ts'
import { insetY, rowAt, rowTop, rowUnder, rowY, sliceRows } from './row-places.ts'
import type { RowInset, RowSlice } from './row-places.ts'
import { placeToShow, rowScroll, toNative, toVirtual } from './row-scroll.ts'
import type { RowScroll } from './row-scroll.ts'
import type { TimelineStore } from './timeline-store.ts'
import { fitStretch, watchTime } from './timeline-store.ts'

export interface TimelineElements {
  /** Scrolls. */
  readonly scroller: HTMLElement
  /** As high as all rows, within what browsers allow. */
  readonly spacer: HTMLElement
  /** Stays in view; holds the rows and the bars. */
  readonly view: HTMLElement
  /** Around `grid`, `bars` and `details`. */
  readonly body: HTMLElement
  readonly grid: HTMLElement
  /** What is open below a row, and what is in it. */
  readonly details: HTMLElement
  readonly detailsContent: HTMLElement
  readonly bars: HTMLCanvasElement
  readonly axis: HTMLCanvasElement
  readonly tip: HTMLElement
}

export interface TimelineShown extends RowsShown {
  /** The critical path under the bars; undefined: it does not show. */
  readonly rails: SpanRails | undefined
  /** Links within the trace; undefined until they are known. */
  readonly links: LinkPairs | undefined
  readonly phone: boolean
}

export interface TimelineActions {
  /** The rows were scrolled by hand. */
  scrolled(): void
  /** A row was pressed. */
  select(span: number): void
  /** Opens or closes a row. */
  toggle(span: number): void
  /** Folds or hides again what begins with a span. */
  closeRun(span: number): void
}

/** Free under the last row, for a sheet over the foot of a phone. */
const PHONE_BELOW = 168
/** A tooltip waits so long, ms, unless one is open. */
const TIP_DELAY = 300

export class TimelineDrawing {
  readonly #elements: TimelineElements
  readonly #store: TimelineStore
  readonly #rows: RowElements
  readonly #details: DetailsInset
  readonly #surfaces: readonly Surface[]
  readonly #stops: (() => void)[]
  #shown: TimelineShown
  #actions: TimelineActions
  #bars: readonly Bar[] = []
  /** Of the details that are open below a row. */
  #inset: RowInset | undefined
  #hover: { readonly x: number; readonly y: number } | undefined
  #tipTimer: ReturnType<typeof setTimeout> | undefined
  /** The native place that the store's stands for. */
  #native = 0
  /** Of the rows' window and of the bars, CSS pixels. Known from the last change: asking while rows are written costs a layout a frame. */
  #height = 0
  #width = 0

  constructor(
    elements: TimelineElements,
    store: TimelineStore,
    shown: TimelineShown,
    actions: TimelineActions,
    id: string,
  ) {
    this.#elements = elements
    this.#store = store
    this.#shown = shown
    this.#actions = actions
    this.#rows = new RowElements(elements.grid, id)
    this.#rows.show(shown)
    this.#details = new DetailsInset(
      elements.details,
      elements.detailsContent,
      () => this.#detailsChanged(),
      () => {
        if (this.#detailsOutOfView()) this.#showDetails()
      },
    )
    this.#inset = this.#insetOf(shown)
    const bars = attachSurface(elements.bars, frame => {
      this.#place()
      const state = store.getState()
      drawBars(frame, {
        bars: this.#bars,
        metrics: this.#metrics(),
        critical: this.#rails(),
        links: this.#links(),
        scale: this.#scale(),
        colours: this.#shown.colours,
        name: this.#shown.phone ? undefined : span => spanName(this.#shown.trace, span),
        selected: this.#shown.selected,
        hoverTime: state.hoverTime,
        range: state.range,
        duration: formatDuration,
        idle: ns => this.#shown.say('timeline.idle', { duration: formatDuration(ns) }),
        grid: !this.#shown.phone,
      })
    })
    const axis = attachSurface(elements.axis, frame => {
      const { hoverTime, window, map } = store.getState()
      const scale = barsScale(window, frame.width, this.#shown.phone, map)
      const time = hoverTime === undefined ? '' : formatMoment(hoverTime, 1 / scale.pixelsPerNanosecond)
      drawTimeAxis(frame, scale, hoverTime === undefined ? undefined : { time: hoverTime, text: time })
    })
    this.#surfaces = [bars, axis]
    // A scroll changes the bars alone: to draw and upload the other canvas too costs as much as its rows.
    const sized = new ResizeObserver(() => {
      this.#size()
      this.invalidate()
    })
    for (const one of [elements.scroller, elements.grid, elements.bars]) sized.observe(one)
    this.#size()
    const onScroll = (): void => this.#scrolled()
    elements.scroller.addEventListener('scroll', onScroll, { passive: true })
    this.#stops = [
      store.subscribe(() => bars.invalidate()),
      watchTime(store, () => axis.invalidate()),
      () => sized.disconnect(),
      () => this.#details.dispose(),
      () => elements.scroller.removeEventListener('scroll', onScroll),
      listenToGestures({
        element: elements.grid,
        around: elements.body,
        store,
        barsLeft: () => this.#barsLeft(),
        scale: () => this.#scale(),
        scrollBy: pixels => this.scrollBy(pixels),
        press: (event, again) => this.#press(event, again),
        fitAt: event => this.#fitAt(event),
        hover: event => this.#hoverAt(event),
      }),
    ]
  }

  /** What is shown from the next frame on. */
  update(shown: TimelineShown, actions: TimelineActions): void {
    // A scroll whose event is still to come, or it would be undone.
    this.#scrolled()
    const before = this.#shown
    const inset = this.#inset
    const next = this.#insetOf(shown)
    const steady = before.rows === shown.rows && before.phone === shown.phone
    const kept = steady && !isSame(inset, next) ? this.#rowToKeep(next) : -1
    const { scrollTop } = this.#store.getState()
    this.#shown = shown
    this.#actions = actions
    this.#inset = next
    this.#rows.show(shown)
    this.#size()
    if (before.trace !== shown.trace) this.#stayAtRow(before, inset, scrollTop)
    else {
      if (kept >= 0) this.#keepRow(kept, inset, scrollTop)
      if (next !== undefined && (inset === undefined || before.selected !== shown.selected)) this.#showDetails()
    }
    this.invalidate()
  }

  /** Spans that came while one reads: the row at the top stays there. */
  #stayAtRow({ trace, rows }: TimelineShown, inset: RowInset | undefined, scrollTop: number): void {
    const { row: height } = this.#metrics()
    const first = Math.max(0, rowAt(scrollTop, height, inset))
    if (scrollTop === 0 || first >= rows.count) return
    const span = spanOfRef(this.#shown.trace, spanRefOf(trace, rows.span[first]))
    const row = span < 0 ? -1 : rowOfSpan(this.#shown.rows, span)
    if (row >= 0) this.#scrollTo(rowTop(row, height, this.#inset) + (scrollTop - rowTop(first, height, inset)))
  }

  /** Below the row of the selected span, or of the one that it is folded into. */
  #insetOf({ inline, selected, rows }: TimelineShown): RowInset | undefined {
    if (!inline || selected < 0) return undefined
    return { after: rowOfSpan(rows, selected), height: this.#details.height }
  }

  /** What stays in place when details open, close or grow: the row that has or had them, else the first in view. */
  #rowToKeep(next: RowInset | undefined): number {
    const { row: height } = this.#metrics()
    const slice = this.#slice()
    const isSeen = (row: number): boolean =>
      row >= slice.first && row < slice.end && rowY(slice, row, height) + height > 0
    if (next !== undefined && isSeen(next.after)) return next.after
    if (this.#inset !== undefined && isSeen(this.#inset.after)) return this.#inset.after
    // Nothing but details is at the top: they go on from there.
    if (next !== undefined && next.after === slice.first) return slice.first
    const whole = slice.top < 0 ? slice.first + 1 : slice.first
    return whole < slice.end ? whole : -1
  }

  #keepRow(row: number, inset: RowInset | undefined, scrollTop: number): void {
    const { row: height } = this.#metrics()
    this.#scrollTo(rowTop(row, height, this.#inset) - (rowTop(row, height, inset) - scrollTop))
  }

  #detailsChanged(): void {
    const inset = this.#inset
    if (inset === undefined) return
    this.#scrolled()
    const { scrollTop } = this.#store.getState()
    const { from, to } = this.#detailsPlace(inset)
    const whole = from >= scrollTop && to <= scrollTop + this.#viewHeight()
    const next = { after: inset.after, height: this.#details.height }
    const kept = this.#rowToKeep(next)
    this.#inset = next
    this.#size()
    if (kept >= 0) this.#keepRow(kept, inset, scrollTop)
    if (whole) this.#showDetails()
    this.invalidate()
  }

  /** A row and what is open below it, virtual pixels. */
  #detailsPlace(inset: RowInset): { readonly from: number; readonly to: number } {
    const { row: height } = this.#metrics()
    const from = rowTop(inset.after, height, inset)
    return { from: Math.max(0, from), to: from + height + inset.height }
  }

  #detailsOutOfView(): boolean {
    if (this.#inset === undefined) return false
    const top = insetY(this.#slice(), this.#inset, this.#metrics().row)
    return top >= this.#viewHeight() || top + this.#inset.height <= 0
  }

  #showDetails(): void {
    if (this.#inset === undefined) return
    const { from, to } = this.#detailsPlace(this.#inset)
    this.#scrollTo(placeToShow(this.#scroll(), from, to, this.#store.getState().scrollTop, this.#metrics().row))
  }

  /** Draws in the next frame. */
  invalidate(): void {
    for (const surface of this.#surfaces) surface.invalidate()
  }

  /** Whole rows in view. */
  pageRows(): number {
    return Math.max(1, Math.floor(this.#viewHeight() / this.#metrics().row) - 1)
  }

  /** Brings the row of a span into view: just, for steps from row to row, or in the middle when one jumps to it. */
  reveal(span: number, jump: boolean): void {
    const row = rowOfSpan(this.#shown.rows, span)
    if (row < 0) return
    const scroll = this.#scroll()
    const { scrollTop } = this.#store.getState()
    const height = this.#metrics().row
    const inset = this.#inset
    const from = rowTop(row, height, inset)
    const to = from + height + (inset?.after === row ? inset.height : 0)
    const place = placeToShow(scroll, from, to, scrollTop, 2 * height)
    this.#scrollTo(jump && place !== scrollTop ? from - Math.max(0, (scroll.view - (to - from)) / 2) : place)
  }

  /** As somebody does by hand. */
  scrollBy(pixels: number): void {
    this.#actions.scrolled()
    this.#scrollTo(this.#store.getState().scrollTop + pixels)
  }

  /** Scrolls to a virtual place. */
  #scrollTo(top: number): void {
    const scroll = this.#scroll()
    const place = Math.max(0, Math.min(scroll.most, top))
    this.#store.setState({ scrollTop: place })
    const native = Math.round(toNative(scroll, place))
    if (this.#elements.scroller.scrollTop !== native) this.#elements.scroller.scrollTop = native
    // What the browser made of it: its own scroll event tells nothing new.
    this.#native = this.#elements.scroller.scrollTop
  }

  dispose(): void {
    clearTimeout(this.#tipTimer)
    for (const stop of this.#stops) stop()
    for (const surface of this.#surfaces) surface.dispose()
    this.#elements.grid.replaceChildren()
  }

  #metrics(): RowMetrics {
    return this.#shown.phone ? PHONE_ROW : DESKTOP_ROW
  }

  #viewHeight(): number {
    return this.#height
  }

  #barsLeft(): number {
    return this.#elements.bars.offsetLeft + this.#elements.bars.clientLeft
  }

  #scale(): TimeScale {
    const { window, map } = this.#store.getState()
    return barsScale(window, Math.max(1, this.#width), this.#shown.phone, map)
  }

  #scroll(): RowScroll {
    const { rows, phone, inline } = this.#shown
    const below = (phone && !inline ? PHONE_BELOW : 0) + (this.#inset?.height ?? 0)
    return rowScroll(rows.count, this.#metrics().row, this.#viewHeight(), below)
  }

  #size(): void {
    this.#scrolled()
    const { scroller, spacer, view, grid, bars } = this.#elements
    view.style.height = `${scroller.clientHeight}px`
    this.#height = grid.clientHeight
    this.#width = bars.clientWidth
    const heads = view.clientHeight - this.#height
    this.#details.limit(this.#height)
    const scroll = this.#scroll()
    spacer.style.height = `${scroll.native + heads}px`
    const { scrollTop } = this.#store.getState()
    this.#scrollTo(scrollTop)
  }

  #scrolled(): void {
    const native = this.#elements.scroller.scrollTop
    if (Math.abs(native - this.#native) < 0.5) return
    this.#native = native
    this.#actions.scrolled()
    this.#store.setState({ scrollTop: toVirtual(this.#scroll(), native) })
  }

  #slice(): RowSlice {
    const { scrollTop } = this.#store.getState()
    return sliceRows(this.#shown.rows.count, this.#metrics().row, scrollTop, this.#viewHeight(), this.#inset)
  }

  #place(): void {
    const slice = this.#slice()
    const { trace, rows } = this.#shown
    const { row: height } = this.#metrics()
    this.#rows.place(slice, height)
    this.#details.place(this.#inset && insetY(slice, this.#inset, height), this.#viewHeight())
    this.#bars = layoutBars(trace, rows, slice, this.#scale(), this.#metrics(), this.#shown.folds)
  }

  #rails(): ReturnType<typeof layoutRails> | undefined {
    const { rails, rows, trace, phone } = this.#shown
    if (rails === undefined) return undefined
    return layoutRails(rails, rows, this.#slice(), this.#scale(), this.#metrics(), trace, phone)
  }

  #links(): readonly LinkArrow[] {
    const { links, rows, trace, selected } = this.#shown
    if (links === undefined || links.count === 0) return []
    return layoutLinks(links, trace, rows, this.#slice(), this.#scale(), this.#metrics(), selected)
  }

  #pointOn(event: MouseEvent): { readonly x: number; readonly y: number } {
    const box = this.#elements.grid.getBoundingClientRect()
    return { x: event.clientX - box.left - this.#barsLeft(), y: event.clientY - box.top }
  }

  /** `again`: it is the second of a double click. */
  #press(event: PointerEvent, again: boolean): void {
    const { x, y } = this.#pointOn(event)
    const row = rowUnder(this.#slice(), y, this.#metrics().row)
    // Over the bars the first has opened details, and another row may be here by now.
    if (row < 0 || (again && x >= 0 && this.#shown.inline)) return
    const span = this.#shown.rows.span[row]
    if (event.target instanceof Element && event.target.closest('[data-toggle]') !== null) this.#actions.toggle(span)
    else if (event.target instanceof Element && event.target.closest('[data-close-run]') !== null) {
      this.#actions.closeRun(span)
    } else if (this.#shown.rows.kind[row] === ROW_SPAN) this.#actions.select(this.#half(row, event))
    else this.#actions.toggle(span)
  }

  /** Of a row of two: the answer where its bar is pressed, or when the call is selected already. */
  #half(row: number, event: MouseEvent): number {
    const { rows, selected } = this.#shown
    const span = rows.span[row]
    const answer = answerInRow(rows, row)
    if (answer < 0) return span
    const { x } = this.#pointOn(event)
    const bar = this.#bars.find(one => one.row === row)?.answer
    const onAnswer = bar !== undefined && x >= Math.max(0, bar.x) && x <= bar.x + bar.width
    return onAnswer || (x < 0 && selected === span) ? answer : span
  }

  #fitAt(event: MouseEvent): (() => void) | undefined {
    const { x, y } = this.#pointOn(event)
    const bar = barUnder(this.#bars, x, y, 3)
    if (bar === undefined) return undefined
    if (bar.kind !== 'span') {
      const run = this.#shown.folds(this.#shown.rows, bar.row)
      return () => fitStretch(this.#store, run.from, run.to)
    }
    const { start, end } = this.#shown.trace
    const [from, to] = [start[bar.span], end[bar.span]]
    return () => fitStretch(this.#store, Math.min(from, to), Math.max(from, to))
  }

  #tipText({ span, row, kind }: Bar): string {
    const { trace, rows, services, self, say, folds } = this.#shown
    const service = services[trace.service[span]]
    const name = spanName(trace, span)
    if (kind === 'hidden') return say('timeline.hidden', { count: rows.end[row] - span })
    if (kind === 'fold') {
      const run = folds(rows, row)
      const { p50, p95 } = percentiles(run)
      return say('timeline.tip.fold', {
        name,
        service,
        count: run.members.length,
        sum: formatDuration(run.sum),
        middle: formatDuration(p50),
        high: formatDuration(p95),
        longest: formatDuration(run.longest),
        errors: run.errors,
      })
    }
    return say('timeline.tip', {
      service,
      name,
      duration: formatDuration(spanDuration(trace, span)),
      self: formatDuration(self[span]),
      start: formatDuration(trace.start[span]),
    })
  }

  #hoverAt(event: PointerEvent | undefined): void {
    const point = event === undefined ? undefined : this.#pointOn(event)
    this.#hover = point
    const { bounds } = this.#store.getState()
    const time =
      point === undefined ? undefined : Math.max(bounds.start, Math.min(bounds.end, this.#scale().time(point.x)))
    if (time !== this.#store.getState().hoverTime) this.#store.setState({ hoverTime: time })
    const bar = point === undefined ? undefined : barUnder(this.#bars, point.x, point.y, 2)
    const { tip } = this.#elements
    clearTimeout(this.#tipTimer)
    if (bar === undefined || event?.buttons !== 0) {
      tip.hidden = true
      return
    }
    if (!tip.hidden) this.#showTip(bar)
    else this.#tipTimer = setTimeout(() => this.#showTip(bar), TIP_DELAY)
  }

  #showTip(bar: Bar): void {
    const point = this.#hover
    if (point === undefined) return
    const { tip, grid } = this.#elements
    tip.textContent = this.#tipText(bar)
    tip.hidden = false
    const x = Math.min(point.x + this.#barsLeft() + 12, grid.clientWidth - tip.offsetWidth - 8)
    const below = point.y + 18 + tip.offsetHeight < grid.clientHeight
    tip.style.transform = `translate(${Math.max(0, x)}px, ${below ? point.y + 18 : point.y - tip.offsetHeight - 10}px)`
  }
}

function isSame(a: RowInset | undefined, b: RowInset | undefined): boolean {
  return a?.after === b?.after && a?.height === b?.height
}
