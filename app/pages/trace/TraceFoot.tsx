import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { toldShare } from '#app/i18n/ledger-words.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { formatMoment } from '#app/views/timeline/moment.ts'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'

export interface TraceFootProps {
  readonly rows: VisibleRows
  readonly services: number
  /** With what probability the trace was kept, as its sender tells; undefined: it does not. */
  readonly probability: number | undefined
  readonly store: TimelineStore
}

/** Shown + folded + collapsed + hidden (+ beside the focus) = total, always; and the window, which changes without rendering. */
export function TraceFoot({ rows, services, probability, store }: TraceFootProps): ReactNode {
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
    return store.subscribe(write)
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
      </Wide>
      <Wide>{say('trace.foot.hint')}</Wide>
    </Foot>
  )
}
