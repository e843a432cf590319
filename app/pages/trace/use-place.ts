// Which row the timeline goes to by itself, and when it no longer does: whoever has scrolled or stepped on is not pulled back.

import { useEffect, useReducer, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { TimelineHandle } from '#app/views/timeline/Timeline.tsx'
import { isRowOf, rowOfSpan } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import type { TraceUrl } from './url.ts'

export interface Place {
  /** To a span as soon as it has a row in a timeline that shows. */
  readonly ask: (span: number) => void
  /** Nothing is asked for any more; what the page opened with neither. */
  readonly leave: () => void
  /** Whether the page has been where its address says, or somebody went elsewhere. */
  readonly hasArrived: () => boolean
  readonly arrive: () => void
  /** What was asked for and is not shown yet; -1: nothing. */
  readonly pending: () => number
  readonly shown: () => void
}

function createPlace(render: () => void): Place {
  let pending = -1
  let arrived = false
  return {
    ask: span => {
      pending = span
      render()
    },
    leave: () => {
      pending = -1
      arrived = true
    },
    hasArrived: () => arrived,
    arrive: () => {
      arrived = true
    },
    pending: () => pending,
    shown: () => {
      pending = -1
    },
  }
}

export function usePlace(): Place {
  // One may ask for a row that shows already, which changes nothing else.
  const [, render] = useReducer((count: number) => count + 1, 0)
  const [place] = useState(() => createPlace(render))
  return place
}

/**
 * Once, when the page opens: to the span that the address names, or to the first match of its find in the focus. An address that says what is
 * open or filtered is left so, with the row shown that has the span in it; any other opens the way.
 */
export function useFirstPlace(
  place: Place,
  url: TraceUrl,
  selected: number,
  matches: Uint32Array,
  focus: Focus | undefined,
  goTo: (span: number) => void,
  show: (span: number) => void,
): void {
  useEffect(() => {
    if (place.hasArrived()) return
    const first = selected >= 0 ? selected : (matches.find(span => isWithin(span, focus)) ?? -1)
    // What lies outside of the focus is left there: an address says both.
    if (first >= 0 && isWithin(first, focus)) (saysWhatIsOpen(url) ? show : goTo)(first)
    // Matches in attributes come with the rest of the trace.
    if (selected >= 0 || matches.length > 0 || url.find === '') place.arrive()
  })
}

/** The spans that are looked at alone, from `start` to before `end`. */
interface Focus {
  readonly start: number
  readonly end: number
}

function isWithin(span: number, focus: Focus | undefined): boolean {
  return focus === undefined || (span >= focus.start && span < focus.end)
}

function saysWhatIsOpen(url: TraceUrl): boolean {
  const { level, folds, filter, openBelow, toggled, unfolded, revealed } = url
  return level !== undefined || !folds || [filter, openBelow, toggled, unfolded, revealed].some(some => some.length > 0)
}

/** Shows what is asked for; and when the timeline comes back after another view, what was selected there. */
export function useShownPlace(
  place: Place,
  timeline: RefObject<TimelineHandle | null>,
  rows: VisibleRows,
  selected: number,
): void {
  const last = useRef({ selected, isThere: false })
  useEffect(() => {
    const handle = timeline.current
    const before = last.current
    if (handle === null) {
      before.isThere = false
      return
    }
    last.current = { selected, isThere: true }
    const span = place.pending()
    if (isRowOf(rows, rowOfSpan(rows, span), span)) {
      place.shown()
      handle.reveal(span)
    } else if (span < 0 && selected >= 0 && !before.isThere && before.selected !== selected) handle.reveal(selected)
  })
}
