// Which of many rows of one height are in view when the whole page scrolls.

import { useLayoutEffect, useState } from 'react'
import type { RefObject } from 'react'

/**
 * Rows `first` up to `last` of `count`, with `beyond` more at either end; `body` begins with row 0. Heights in CSS pixels. Follows the
 * scrolling, the size of the window and what moves the rows up and down.
 */
export function useRowsInWindow(
  body: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  beyond: number,
): { readonly first: number; readonly last: number } {
  const [rows, setRows] = useState({ first: 0, last: Math.ceil(window.innerHeight / rowHeight) })
  useLayoutEffect(() => {
    const update = (): void => {
      const top = body.current?.getBoundingClientRect().top
      if (top === undefined) return
      const first = Math.max(0, Math.floor(-top / rowHeight) - beyond)
      // The first ones stand there before they come into view.
      const last = Math.max(beyond, Math.ceil((window.innerHeight - top) / rowHeight) + beyond)
      setRows(known => (known.first === first && known.last === last ? known : { first, last }))
    }
    update()
    // Another view above the rows, and they stand elsewhere.
    const sizes = new ResizeObserver(update)
    sizes.observe(document.body)
    window.addEventListener('scroll', update, { passive: true })
    window.addEventListener('resize', update)
    return () => {
      sizes.disconnect()
      window.removeEventListener('scroll', update)
      window.removeEventListener('resize', update)
    }
  }, [body, rowHeight, beyond])
  const last = Math.min(count, rows.last)
  return { first: Math.min(rows.first, last), last }
}
