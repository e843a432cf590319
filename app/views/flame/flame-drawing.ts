// The moving part of a flame chart or graph: puts the bars in view on screen once an animation frame. React makes the elements
// and hands in what changed; hover, pan, zoom and scroll never render.

import { pointOn } from '#app/canvas/hit-test.ts'
import { attachSurface } from '#app/canvas/surface.ts'
import { drawTimeAxis } from '#app/canvas/time-axis.ts'
import type { Surface } from '#app/canvas/surface.ts'
import { timeScale } from '#app/canvas/time-scale.ts'
import type { TimeScale } from '#app/canvas/time-scale.ts'
import { listenToGestures } from '#app/views/timeline/gestures.ts'
import { formatMoment } from '#app/views/timeline/moment.ts'
import { rowScroll, toNative, toVirtual } from '#app/views/timeline/row-scroll.ts'
import type { RowScroll } from '#app/views/timeline/row-scroll.ts'
import { fitStretch } from '#app/views/timeline/timeline-store.ts'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'
import { firstEndingAfter } from '#shared/trace/flame-lanes.ts'
import type { Lanes } from '#shared/trace/flame-lanes.ts'
import { drawFlame } from './draw.ts'
import type { FlameLook } from './draw.ts'
import type { Rails } from './flame-layout.ts'
import { ABOVE, flameAt, FlameBars, LANE, lanesInView, layoutFlame, layoutRails } from './flame-layout.ts'

export interface FlameElements {
  readonly scroller: HTMLElement
  readonly spacer: HTMLElement
  readonly view: HTMLElement
  readonly surface: HTMLElement
  readonly canvas: HTMLCanvasElement
  readonly axis: HTMLCanvasElement | null
  readonly tip: HTMLElement
}

export interface FlameShown {
  readonly lanes: Lanes
  readonly look: FlameLook
  /** Lane of an item. */
  readonly laneOf: (item: number) => number
  /** Places (in `lanes`) of items that failed themselves, ascending. */
  readonly errors: Uint32Array
  readonly rails: Rails | undefined
  readonly selected: number
  readonly cursor: number
  readonly time: { readonly idle: (ns: number) => string } | undefined
  readonly tip: (item: number, items: number) => string
}

export interface FlameActions {
  press(item: number): void
}

/** Room left and right of the window, as in the timeline. */
const INSET = { left: 8, right: 8 }
const TIP_DELAY = 300
/** Errors nearer than this to one another are one mark, pixels. */
const ERROR_DISTANCE = 9

export class FlameDrawing {
  readonly #elements: FlameElements
  readonly #store: TimelineStore
  readonly #surfaces: readonly Surface[]
  readonly #stops: (() => void)[]
  readonly #bars = new FlameBars()
  #shown: FlameShown
  #actions: FlameActions
  #tipTimer: ReturnType<typeof setTimeout> | undefined
  #top = 0

  constructor(elements: FlameElements, store: TimelineStore, shown: FlameShown, actions: FlameActions) {
    this.#elements = elements
    this.#store = store
    this.#shown = shown
    this.#actions = actions
    const bars = attachSurface(elements.canvas, frame => {
      const state = store.getState()
      const scale = this.#scale()
      layoutFlame(this.#shown.lanes, scale, this.#top, frame.height, this.#bars)
      const { look, selected, cursor, time } = this.#shown
      drawFlame(frame, {
        bars: this.#bars,
        look,
        scale,
        selected,
        cursor,
        time,
        errors: this.#errorsInView(scale, frame.height),
        rails: this.#shown.rails === undefined ? [] : layoutRails(this.#shown.rails, scale, this.#top, frame.height),
        hoverTime: state.hoverTime,
        range: state.range,
      })
    })
    const axis =
      elements.axis === null
        ? []
        : [
            attachSurface(elements.axis, frame => {
              const { hoverTime } = store.getState()
              const scale = this.#scale()
              const text = hoverTime === undefined ? '' : formatMoment(hoverTime, 1 / scale.pixelsPerNanosecond)
              drawTimeAxis(frame, scale, hoverTime === undefined ? undefined : { time: hoverTime, text })
            }),
          ]
    this.#surfaces = [bars, ...axis]
    const sized = new ResizeObserver(() => {
      this.#size()
      this.invalidate()
    })
    sized.observe(elements.scroller)
    this.#size()
    const onScroll = (): void => {
      this.#top = toVirtual(this.#scroll(), elements.scroller.scrollTop)
      bars.invalidate()
    }
    elements.scroller.addEventListener('scroll', onScroll, { passive: true })
    this.#stops = [
      store.subscribe(() => this.invalidate()),
      () => sized.disconnect(),
      () => elements.scroller.removeEventListener('scroll', onScroll),
      listenToGestures({
        element: elements.surface,
        store,
        barsLeft: () => 0,
        scale: () => this.#scale(),
        scrollBy: pixels => this.scrollTo(this.#top + pixels),
        press: event => {
          const found = this.#at(event)
          if (found !== undefined) this.#actions.press(found.item)
        },
        fitAt: event => {
          const found = this.#at(event)
          if (found === undefined) return undefined
          const { from, to } = this.#shown.lanes
          const [start, end] = [from[found.item], to[found.item]]
          return () => fitStretch(store, start, end)
        },
        hover: event => this.#hover(event),
      }),
    ]
  }

  update(shown: FlameShown, actions: FlameActions): void {
    this.#shown = shown
    this.#actions = actions
    this.#size()
    this.invalidate()
  }

  invalidate(): void {
    for (const surface of this.#surfaces) surface.invalidate()
  }

  /** Brings the lane of an item into view. */
  reveal(item: number): void {
    const y = ABOVE + this.#shown.laneOf(item) * LANE
    const { view } = this.#scroll()
    if (y < this.#top + LANE || y + LANE > this.#top + view) this.scrollTo(y - view / 2)
  }

  scrollTo(top: number): void {
    const scroll = this.#scroll()
    this.#top = Math.max(0, Math.min(scroll.most, top))
    this.#elements.scroller.scrollTop = Math.round(toNative(scroll, this.#top))
    this.invalidate()
  }

  dispose(): void {
    clearTimeout(this.#tipTimer)
    for (const stop of this.#stops) stop()
    for (const surface of this.#surfaces) surface.dispose()
  }

  #scale(): TimeScale {
    const { window, map } = this.#store.getState()
    return timeScale(window, Math.max(1, this.#elements.surface.clientWidth), map, INSET)
  }

  #scroll(): RowScroll {
    return rowScroll(this.#shown.lanes.count, LANE, this.#elements.surface.clientHeight, ABOVE * 2)
  }

  #size(): void {
    const { scroller, spacer, view, surface } = this.#elements
    view.style.height = `${scroller.clientHeight}px`
    const heads = view.clientHeight - surface.clientHeight
    spacer.style.height = `${this.#scroll().native + heads}px`
    this.#top = Math.min(this.#top, this.#scroll().most)
  }

  #at(event: { readonly clientX: number; readonly clientY: number }): ReturnType<typeof flameAt> {
    const { x, y } = pointOn(this.#elements.surface, event)
    return flameAt(this.#shown.lanes, this.#scale(), this.#top, x, y, 3)
  }

  #hover(event: PointerEvent | undefined): void {
    const { surface, tip } = this.#elements
    const { bounds } = this.#store.getState()
    const point = event === undefined ? undefined : pointOn(surface, event)
    const time =
      point === undefined || this.#shown.time === undefined
        ? undefined
        : Math.max(bounds.start, Math.min(bounds.end, this.#scale().time(point.x)))
    if (time !== this.#store.getState().hoverTime) this.#store.setState({ hoverTime: time })
    const found = event === undefined || event.buttons !== 0 ? undefined : this.#at(event)
    surface.style.cursor = found === undefined ? '' : 'pointer'
    clearTimeout(this.#tipTimer)
    if (found === undefined || point === undefined) {
      tip.hidden = true
      return
    }
    const show = (): void => {
      tip.textContent = this.#shown.tip(found.item, found.items)
      tip.hidden = false
      const x = Math.min(point.x + 12, surface.clientWidth - tip.offsetWidth - 8)
      const below = point.y + 18 + tip.offsetHeight < surface.clientHeight
      tip.style.transform = `translate(${Math.max(0, x)}px, ${below ? point.y + 18 : point.y - tip.offsetHeight - 10}px)`
    }
    if (tip.hidden) this.#tipTimer = setTimeout(show, TIP_DELAY)
    else show()
  }

  /** Marks of errors, no two nearer than they are wide: what is drawn costs pixels, however many there are. */
  #errorsInView(scale: TimeScale, height: number): { x: number; y: number }[] {
    const { lanes, errors } = this.#shown
    const marks: { x: number; y: number }[] = []
    if (errors.length === 0) return marks
    const { first, end } = lanesInView(lanes, this.#top, height)
    const step = ERROR_DISTANCE / scale.pixelsPerNanosecond
    for (let lane = first; lane < end; lane++) {
      const stop = lanes.first[lane + 1]
      let place = firstEndingAfter(lanes, lane, scale.start)
      for (;;) {
        const k = lowerBound(errors, place)
        if (k >= errors.length || errors[k] >= stop) break
        const item = lanes.item[errors[k]]
        if (lanes.from[item] > scale.end) break
        const right = Math.min(scale.width - 6, scale.x(lanes.to[item]) - 5)
        marks.push({ x: Math.max(6, right, scale.x(lanes.from[item])), y: ABOVE + lane * LANE - this.#top })
        place = Math.max(errors[k] + 1, firstEndingAfter(lanes, lane, lanes.to[item] + step))
      }
    }
    return marks
  }
}

/** First index of `list` (ascending) whose value is at least `value`. */
function lowerBound(list: Uint32Array, value: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}
