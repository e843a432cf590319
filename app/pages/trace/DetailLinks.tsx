import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatClock, formatDay } from '#app/i18n/format-time.ts'
import { useLocale, useText } from '#app/i18n/Message.tsx'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import type { IncomingLink } from '#shared/spans/incoming-links.ts'
import type { Span } from '#shared/spans/span.ts'
import { indexOfSpan, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { AttributeList } from './AttributeList.tsx'
import { Dropped } from './DetailAttributes.tsx'
import own from './DetailLinks.module.css'
import styles from './SpanDetail.module.css'
import type { ValueActions } from './value-actions.ts'

/** Of spans that link here so many are listed. */
const MOST_LISTED = 200

/** Links as sent: to a span of this trace, or to another trace. */
export function DetailLinks(props: {
  readonly view: Span
  readonly trace: Trace
  /** Spans of this trace that link to it. */
  readonly linkedBy: readonly number[]
  /** Spans of other traces that do. */
  readonly incoming: readonly IncomingLink[]
  readonly actions: ValueActions
  readonly onSpan: (span: number) => void
}): ReactNode {
  const { view, trace, linkedBy, incoming, actions, onSpan } = props
  const say = useText()
  const zone = useTimeZone()
  const locale = useLocale()
  const { links } = view
  return (
    <div>
      {links.length + linkedBy.length + incoming.length === 0 && (
        <p className={styles.nothing}>{say('trace.detail.noLinks')}</p>
      )}
      {links.map((link, at) => {
        const here = link.traceId === trace.traceId ? indexOfSpan(trace, link.spanId) : -1
        return (
          <section key={at}>
            <p className={styles.event}>
              {here >= 0 ? (
                <>
                  <button
                    type="button"
                    className={styles.link}
                    data-local-action="goes to the span that this link names"
                    onClick={() => onSpan(here)}
                  >
                    {spanName(trace, here) || say('trace.unnamed')}
                  </button>
                  <span className={styles.after}>{say('trace.detail.sameTrace')}</span>
                </>
              ) : (
                <>
                  <Link to={`/trace/${link.traceId}`} search={{ span: link.spanId }}>
                    {say('trace.detail.otherTrace', { id: link.traceId })}
                  </Link>
                  <span className={styles.after}>{say('trace.detail.linkTo', { id: link.spanId })}</span>
                </>
              )}
            </p>
            <AttributeList attributes={link.attributes} service={view.serviceName} actions={actions} />
            <Dropped count={link.droppedAttributesCount} />
          </section>
        )
      })}
      <Dropped count={view.droppedLinksCount} />
      {linkedBy.slice(0, MOST_LISTED).map(span => (
        <p key={span} className={styles.event}>
          <button
            type="button"
            className={styles.link}
            data-local-action="goes to the span that has a link to this one"
            onClick={() => onSpan(span)}
          >
            {spanName(trace, span) || say('trace.unnamed')}
          </button>
          <span className={styles.after}>{say('trace.detail.linksHere')}</span>
        </p>
      ))}
      {linkedBy.length > MOST_LISTED && (
        <p className={styles.nothing}>{say('trace.detail.moreLinks', { count: linkedBy.length - MOST_LISTED })}</p>
      )}
      {incoming.slice(0, MOST_LISTED).map(({ traceId, spanId, service, name, startTime }) => (
        <p key={`${traceId}${spanId}`} className={styles.event}>
          <ServiceName name={service ?? say('trace.unknownService')} faint />
          <Link to={`/trace/${traceId}`} search={{ span: spanId }}>
            {name === '' ? say('trace.unnamed') : name}
          </Link>
          <span className={styles.after}>{say('trace.detail.linksHere')}</span>
          <span className={own.from}>
            {say('detail.links.from', {
              day: formatDay(startTime, zone, locale),
              time: formatClock(startTime, zone),
              id: traceId,
            })}
          </span>
        </p>
      ))}
      {incoming.length > MOST_LISTED && (
        <p className={styles.nothing}>{say('trace.detail.moreLinks', { count: incoming.length - MOST_LISTED })}</p>
      )}
    </div>
  )
}
