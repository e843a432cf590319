// Which of many rows of one height are in view. A list of measures of each, as virtualizers of any height keep it, takes a
// third of a second at 100,000 rows.

import { useLayoutEffect, useState } from 'react'
import type { RefObject } from 'react'

/** Rows `first` up to `last`, of which those beyond the view are there when it moves. */
export interface RowsInView {
  readonly first: number
  readonly last: number
}

/** Before the first layout: as many as a screen holds. */
const AT_FIRST = 40

/** Follows the scrolling and the size of `scroller`; heights in CSS pixels. */
export function useRowsInView(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  beyond: number,
): RowsInView {
  const [rows, setRows] = useState<RowsInView>({ first: 0, last: AT_FIRST })
  useLayoutEffect(() => {
    const box = scroller.current
    if (box === null) return undefined
    const update = (): void => {
      const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - beyond)
      const last = Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + beyond
      setRows(known => (known.first === first && known.last === last ? known : { first, last }))
    }
    update()
    box.addEventListener('scroll', update, { passive: true })
    const sizes = new ResizeObserver(update)
    sizes.observe(box)
    return () => {
      box.removeEventListener('scroll', update)
      sizes.disconnect()
    }
  }, [scroller, rowHeight, beyond])
  return { first: Math.min(rows.first, Math.max(0, count - 1)), last: Math.min(rows.last, count) }
}

/** Scrolls as little as brings a row into view. */
export function revealRow(scroller: HTMLElement, index: number, rowHeight: number): void {
  const top = index * rowHeight
  if (top < scroller.scrollTop) scroller.scrollTop = top
  else if (top + rowHeight > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top + rowHeight - scroller.clientHeight
  }
}
