import { useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatDifference } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import type { Span } from '#shared/spans/span.ts'
import { AttributeList } from './AttributeList.tsx'
import { Dropped } from './DetailAttributes.tsx'
import styles from './SpanDetail.module.css'
import { StackTrace } from './StackTrace.tsx'
import { valueText } from './attribute-text.ts'
import type { SpanLinks } from './trace-links.ts'
import type { ValueActions } from './value-actions.ts'

/** So many are shown before one asks for all. */
const FIRST = 50

/** Events in the sender's order, each with its time since the span's start. An exception says its message first. */
export function DetailEvents(props: {
  readonly view: Span
  readonly actions: ValueActions
  readonly links: SpanLinks
}): ReactNode {
  const { view, actions, links } = props
  const say = useText()
  const [all, setAll] = useState(false)
  const { events, startTime } = view
  if (events.length === 0) {
    return (
      <>
        <p className={styles.nothing}>{say('trace.detail.noEvents')}</p>
        <Dropped count={view.droppedEventsCount} />
      </>
    )
  }
  const shown = all ? events : events.slice(0, FIRST)
  return (
    <div>
      {shown.map((event, at) => {
        const type = event.attributes.find(({ key }) => key === 'exception.type')
        const stack = event.attributes.find(({ key }) => key === 'exception.stacktrace')
        return (
          <section key={at}>
            <div className={styles.event}>
              <b>{event.name === '' ? say('trace.unnamed') : event.name}</b>
              {type !== undefined && <span className="err">{valueText(type.value)}</span>}
              <span className={styles.after}>{formatDifference(Number(event.time - startTime))}</span>
            </div>
            <AttributeList
              attributes={event.attributes.filter(attribute => attribute !== stack)}
              service={view.serviceName}
              actions={actions}
              linksOf={key => links('events', key, event.attributes)}
            />
            {stack !== undefined && <StackTrace text={valueText(stack.value)} />}
            <Dropped count={event.droppedAttributesCount} />
          </section>
        )
      })}
      {shown.length < events.length && (
        <p className={styles.nothing} data-local-action="shows the rest of this list">
          <Button size="small" onPress={() => setAll(true)}>
            {say('trace.detail.allEvents', { count: events.length })}
          </Button>
        </p>
      )}
      <Dropped count={view.droppedEventsCount} />
    </div>
  )
}
