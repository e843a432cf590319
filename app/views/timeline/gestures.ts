// What pointer and wheel do over the bars: drag pans (and scrolls), Shift and drag choose a stretch, the wheel zooms at the
// pointer, two fingers zoom, double click fits. Positions come and go in pixels of the bars; nothing is drawn here.

import type { TimeScale, TimeWindow } from '#app/canvas/time-scale.ts'
import type { TimelineStore } from './timeline-store.ts'
import { fitAll, panFrom, setWindow, zoomBy } from './timeline-store.ts'

export interface GestureTarget {
  /** Listens here; covers rows and bars. */
  readonly element: HTMLElement
  /** Holds it and what may open over it between the two presses of a double click; itself when absent. */
  readonly around?: HTMLElement
  readonly store: TimelineStore
  /** Left edge of the bars within the element; 0 on a phone. */
  readonly barsLeft: () => number
  readonly scale: () => TimeScale
  /** Scrolls the rows by pixels. */
  readonly scrollBy: (pixels: number) => void
  /** A press that was no drag; `again`: soon after another in its place. */
  readonly press: (event: PointerEvent, again: boolean) => void
  /** What a double click there fits; undefined where no span is: then all is shown. */
  readonly fitAt: (event: MouseEvent) => (() => void) | undefined
  /** The pointer over the bars, or undefined when it left. */
  readonly hover: (event: PointerEvent | undefined) => void
}

/** A press that moves less is no drag, in pixels. */
const STILL = 4
/** No system takes two presses that are further apart for a double click, ms. */
const DOUBLE_MS = 1000
/** Zoom of one notch of a wheel (100 pixels). */
const NOTCH = 1.25

/** Whether two presses may be one double click: soon after another, in one place. */
function isSecond(event: MouseEvent, first: MouseEvent): boolean {
  const moved = Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY)
  return event.timeStamp - first.timeStamp <= DOUBLE_MS && moved < 2 * STILL
}

/** Factor of a wheel event; `deltaMode` 1 counts lines, 2 pages. A pinch of a trackpad comes with Ctrl and small steps. */
export function wheelFactor(deltaY: number, deltaMode: number, pinch: boolean): number {
  const pixels = deltaY * (deltaMode === 1 ? 33 : deltaMode === 2 ? 400 : 1)
  const most = 400
  return NOTCH ** (-Math.max(-most, Math.min(most, pixels * (pinch ? 8 : 1))) / 100)
}

/** Listens until the returned function is called. */
export function listenToGestures(target: GestureTarget): () => void {
  const { element, store } = target
  const stop = new AbortController()
  const { signal } = stop
  const pointers = new Map<number, { x: number; y: number }>()
  /** What the first of two presses was on: it may open details, and the bars lie elsewhere by the second. */
  let first: { readonly at: MouseEvent; readonly fit: (() => void) | undefined } | undefined
  let drag: { x: number; y: number; window: TimeWindow; moved: boolean; range: boolean; onBars: boolean } | undefined

  const barsX = (event: { clientX: number }): number =>
    event.clientX - element.getBoundingClientRect().left - target.barsLeft()

  element.addEventListener(
    'wheel',
    event => {
      const x = barsX(event)
      if (x < 0 || event.altKey) return
      event.preventDefault()
      const scale = target.scale()
      const sideways = event.shiftKey ? event.deltaY : event.deltaX
      if (!event.ctrlKey && Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        panFrom(store, store.getState().window, sideways / scale.pixelsPerNanosecond)
        return
      }
      zoomBy(store, wheelFactor(event.deltaY, event.deltaMode, event.ctrlKey), scale.time(x))
    },
    { passive: false, signal },
  )

  element.addEventListener(
    'pointerdown',
    event => {
      if (event.button !== 0) return
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY })
      const onBars = barsX(event) >= 0
      drag = {
        x: event.clientX,
        y: event.clientY,
        window: store.getState().window,
        moved: false,
        range: event.shiftKey && onBars,
        onBars,
      }
    },
    { signal },
  )

  element.addEventListener(
    'pointermove',
    event => {
      // Let go where nobody said so: outside the window, or over what the system opened.
      if (event.pointerType === 'mouse' && event.buttons === 0 && drag !== undefined) finish(event)
      const known = pointers.get(event.pointerId)
      if (known !== undefined && pointers.size === 2) pinch(event)
      else if (known !== undefined && drag !== undefined) move(event, drag)
      if (known !== undefined) pointers.set(event.pointerId, { x: event.clientX, y: event.clientY })
      target.hover(barsX(event) >= 0 && event.pointerType === 'mouse' ? event : undefined)
    },
    { signal },
  )

  const move = (event: PointerEvent, from: NonNullable<typeof drag>): void => {
    if (!from.onBars) return
    if (!from.moved) {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < STILL) return
      from.moved = true
      element.setPointerCapture(event.pointerId)
    }
    const scale = target.scale()
    if (from.range) {
      const left = event.clientX - barsX(event)
      const times = [from.x - left, event.clientX - left].map(x => scale.time(Math.max(0, Math.min(scale.width, x))))
      store.setState({ range: { start: Math.min(...times), end: Math.max(...times) } })
      return
    }
    panFrom(store, from.window, (from.x - event.clientX) / scale.pixelsPerNanosecond)
    const before = pointers.get(event.pointerId)
    // A finger scrolls by the browser (touch-action), a mouse here.
    if (event.pointerType === 'mouse' && before !== undefined) target.scrollBy(before.y - event.clientY)
  }

  const pinch = (event: PointerEvent): void => {
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point)
    const before = pointers.get(event.pointerId)
    if (before === undefined) return
    if (drag !== undefined) drag.moved = true
    const old = Math.hypot(before.x - other.x, before.y - other.y)
    const now = Math.hypot(event.clientX - other.x, event.clientY - other.y)
    if (old < 1 || now < 1) return
    const middle = (event.clientX + other.x) / 2
    zoomBy(store, now / old, target.scale().time(barsX({ clientX: middle })))
  }

  const finish = (event: PointerEvent): void => {
    pointers.delete(event.pointerId)
    const from = drag
    if (pointers.size > 0 || from === undefined) return
    drag = undefined
    const { range } = store.getState()
    if (range !== undefined) {
      store.setState({ range: undefined })
      if (event.type === 'pointerup') setWindow(store, range)
      return
    }
    if (from.moved || event.type !== 'pointerup') return
    const again = first !== undefined && isSecond(event, first.at)
    if (!again) {
      first = { at: event, fit: barsX(event) >= 0 ? target.fitAt(event) : undefined }
    }
    target.press(event, again)
  }
  element.addEventListener('pointerup', finish, { signal })
  element.addEventListener('pointercancel', finish, { signal })
  element.addEventListener('pointerleave', () => target.hover(undefined), { signal })

  const around = target.around ?? element
  around.addEventListener(
    'dblclick',
    event => {
      const isWithin = event.target instanceof Node && element.contains(event.target)
      // A word of what stands over the rows is selected so.
      if (!isWithin && (first === undefined || !isSecond(event, first.at))) return
      if (event.target instanceof Element && event.target.closest('[data-toggle]') !== null) return
      const fit = first?.fit
      first = undefined
      if (barsX(event) < 0) return
      if (fit === undefined) fitAll(store)
      else fit()
    },
    { signal },
  )
  return () => stop.abort()
}
