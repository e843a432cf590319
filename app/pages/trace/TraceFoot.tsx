import { useEffect, useMemo, useRef } from 'react'
import type { ReactNode } from 'react'
import { formatDuration } from '#app/i18n/format.ts'
import { toldShare } from '#app/i18n/ledger-words.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import type { TimeWindow } from '#app/canvas/time-scale.ts'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { formatMoment } from '#app/views/timeline/moment.ts'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'
import { watchTime } from '#app/views/timeline/timeline-store.ts'
import type { SelfTimes } from '#shared/trace/self-time.ts'
import type { Trace } from '#shared/trace/trace.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import { windowTotals } from '#shared/trace/window-totals.ts'

export interface TraceFootProps {
  readonly trace: Trace
  readonly self: SelfTimes
  /** 1 for each span that filter and focus keep; undefined: all. */
  readonly kept: Uint8Array | undefined
  readonly isFiltered: boolean
  /** The stretch that was chosen, once it rests; undefined: all of the trace. */
  readonly window: TimeWindow | undefined
  readonly rows: VisibleRows
  readonly services: number
  /** With what probability the trace was kept, as its sender tells; undefined: it does not. */
  readonly probability: number | undefined
  readonly store: TimelineStore
}

/** Shown + folded + collapsed + hidden (+ beside the focus) = total, always; and the window, which changes without rendering. */
export function TraceFoot(props: TraceFootProps): ReactNode {
  const { rows, services, probability, store } = props
  const say = useText()
  const shown = rows.shownSpans
  const folded = rows.foldedSpans
  const collapsed = rows.collapsedSpans
  const hidden = rows.hiddenSpans
  const outside = rows.outsideSpans
  const total = shown + folded + collapsed + hidden + outside
  const place = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const write = (): void => {
      const { window } = store.getState()
      const precision = (window.end - window.start) / 100
      const text = say('trace.foot.window', {
        from: formatMoment(window.start, precision),
        to: formatMoment(window.end, precision),
      })
      if (place.current !== null && place.current.textContent !== text) place.current.textContent = text
    }
    write()
    return watchTime(store, write)
  }, [store, say])
  return (
    <Foot>
      <span aria-live="polite">
        <Message id="trace.foot.sum" values={{ shown, folded, collapsed, hidden, outside, total }} />
      </span>
      <Wide>{say('trace.services', { count: services })}</Wide>
      {probability !== undefined && probability < 1 && (
        <Wide>{say('trace.foot.kept', { told: toldShare(say, probability) })}</Wide>
      )}
      <span className="grow" />
      <Wide>
        <span ref={place} />
        <Totals {...props} />
      </Wide>
      <Wide>{say('trace.foot.hint')}</Wide>
    </Foot>
  )
}

/** What runs in the stretch that was chosen. */
function Totals({ trace, self, kept, isFiltered, window }: TraceFootProps): ReactNode {
  const say = useText()
  const start = window?.start
  const end = window?.end
  const make = useMemo(
    () =>
      start === undefined || end === undefined ? undefined : () => windowTotals(trace, self, kept, { start, end }),
    [trace, self, kept, start, end],
  )
  const { value, stale } = useSlicedWork(make)
  if (make === undefined || value === undefined || stale) return null
  return say('trace.foot.totals', {
    filtered: Number(isFiltered),
    count: value.count,
    errors: value.errors,
    self: formatDuration(value.selfNs),
  })
}
