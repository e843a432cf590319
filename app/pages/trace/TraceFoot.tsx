import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'

export interface TraceFootProps {
  readonly shown: number
  readonly collapsed: number
  readonly services: number
  readonly store: TimelineStore
}

/** Shown + collapsed = total, always; and the window, which changes without rendering. */
export function TraceFoot({ shown, collapsed, services, store }: TraceFootProps): ReactNode {
  const say = useText()
  const place = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const write = (): void => {
      const { window } = store.getState()
      const text = say('trace.foot.window', { from: formatDuration(window.start), to: formatDuration(window.end) })
      if (place.current !== null && place.current.textContent !== text) place.current.textContent = text
    }
    write()
    return store.subscribe(write)
  }, [store, say])
  return (
    <Foot>
      <span>
        <Message id="trace.foot.sum" values={{ shown, collapsed, total: shown + collapsed }} />
      </span>
      <Wide>{say('trace.services', { count: services })}</Wide>
      <span className="grow" />
      <Wide>
        <span ref={place} />
      </Wide>
      <Wide>{say('trace.foot.hint')}</Wide>
    </Foot>
  )
}
