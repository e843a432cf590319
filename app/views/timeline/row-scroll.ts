// Scrolling through more rows than a browser can make an element high (Firefox: 17.8 million pixels, others 33 million). The
// place is a virtual pixel, exact for any number of rows; the native scroll bar stands for it in proportion.

/** Tallest element that is made, in CSS pixels: below what every browser allows. */
export const MAX_NATIVE_HEIGHT = 15_000_000

export interface RowScroll {
  /** All rows, in virtual pixels. */
  readonly height: number
  /** What is seen of them. */
  readonly view: number
  /** Height of the scrolled element. */
  readonly native: number
  /** Farthest virtual place. */
  readonly most: number
}

/** For `rows` of `rowHeight` in a window of `view` pixels; `below` is room under the last row. */
export function rowScroll(rows: number, rowHeight: number, view: number, below: number): RowScroll {
  const height = rows * rowHeight + below
  const native = Math.max(view, Math.min(height, MAX_NATIVE_HEIGHT))
  return { height, view, native, most: Math.max(0, height - view) }
}

/** The virtual place of a native one. */
export function toVirtual({ most, native, view }: RowScroll, nativeTop: number): number {
  const nativeMost = native - view
  return nativeMost <= 0 ? 0 : Math.min(most, (nativeTop / nativeMost) * most)
}

/** The native place that shows a virtual one. */
export function toNative({ most, native, view }: RowScroll, top: number): number {
  return most <= 0 ? 0 : (top / most) * (native - view)
}

/**
 * The place nearest to `top` at which what stands from `from` to `to` is whole in view, `margin` pixels from the edges where
 * there is room; of what is higher than the view its beginning.
 */
export function placeToShow(scroll: RowScroll, from: number, to: number, top: number, margin: number): number {
  const space = Math.min(margin, Math.max(0, (scroll.view - (to - from)) / 2))
  const most = from - space
  const least = Math.min(most, to - scroll.view + space)
  const place = top < least ? least : top > most ? most : top
  return Math.max(0, Math.min(scroll.most, place))
}
