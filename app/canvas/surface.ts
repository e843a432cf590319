// A canvas at device resolution, sized by its CSS box, drawn at most once an animation frame, outside React. Hover, pan
// and zoom change the caller's state and call `invalidate()`; nothing is rendered.

import { watchCanvasColours } from '#app/theme/canvas-colours.ts'
import type { CanvasColourSource, CanvasColours } from '#app/theme/canvas-colours.ts'

/** What a drawing is given: all lengths in CSS pixels, the context is scaled to the device. */
export interface Frame {
  readonly context: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
  /** Device pixels a CSS pixel. */
  readonly ratio: number
  readonly colours: CanvasColours
}

export interface Surface {
  /** Draws in the next animation frame; any number of calls before it are one drawing. */
  invalidate(): void
  /** The size of the last layout, in CSS pixels; 0 × 0 before the first. */
  size(): { readonly width: number; readonly height: number }
  /** Stops watching and drawing. */
  dispose(): void
}

/** Largest side of a canvas in device pixels; browsers refuse to draw above 16,384 (Safari) or 32,767 (others). */
const MAX_SIDE = 16_384

/**
 * Device pixels of a CSS length: whole, at least 1, at most what browsers draw.
 * `exact` is the box in device pixels where the browser tells it (ResizeObserver's devicePixelContentBoxSize).
 */
export function deviceSize(length: number, ratio: number, exact?: number): number {
  return Math.min(MAX_SIDE, Math.max(1, Math.round(exact ?? length * ratio)))
}

/**
 * Draws `draw` on `canvas` whenever it must: at first, when the box or the resolution changes, when the theme changes, and
 * after `invalidate()`. The CSS must give the canvas its size. `draw` finds a cleared context with default state.
 */
export function attachSurface(
  canvas: HTMLCanvasElement,
  draw: (frame: Frame) => void,
  colours: CanvasColourSource = watchCanvasColours(document.documentElement),
): Surface {
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('this browser gives no 2d context for a canvas')
  let width = 0
  let height = 0
  let ratio = 1
  let request = 0

  const paint = (): void => {
    request = 0
    if (width === 0 || height === 0) return
    context.reset()
    context.scale(canvas.width / width, canvas.height / height)
    draw({ context, width, height, ratio, colours: colours.current() })
  }
  const invalidate = (): void => {
    if (request === 0) request = requestAnimationFrame(paint)
  }
  const observer = new ResizeObserver(([entry]) => {
    const box = entry.contentBoxSize[0]
    // Absent in Safari.
    const exact = (entry.devicePixelContentBoxSize as readonly ResizeObserverSize[] | undefined)?.[0]
    width = box.inlineSize
    height = box.blockSize
    ratio = window.devicePixelRatio
    const deviceWidth = deviceSize(width, ratio, exact?.inlineSize)
    const deviceHeight = deviceSize(height, ratio, exact?.blockSize)
    if (canvas.width !== deviceWidth) canvas.width = deviceWidth
    if (canvas.height !== deviceHeight) canvas.height = deviceHeight
    // Setting a size has emptied the canvas: drawn in this frame, or it would blink while a splitter is dragged.
    cancelAnimationFrame(request)
    paint()
  })
  try {
    observer.observe(canvas, { box: 'device-pixel-content-box' })
  } catch {
    observer.observe(canvas)
  }
  const unsubscribe = colours.subscribe(invalidate)
  return {
    invalidate,
    size: () => ({ width, height }),
    dispose() {
      observer.disconnect()
      unsubscribe()
      cancelAnimationFrame(request)
    },
  }
}
