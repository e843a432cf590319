import { useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatExact, formatZone } from '#app/i18n/format-time.ts'
import { formatCount } from '#app/i18n/format.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Disclosure } from '#app/ui/Disclosure.tsx'
import { KeyValueList } from '#app/ui/Lines.tsx'
import type { Span } from '#shared/spans/span.ts'
import { indexOfSpan, spanIdOf } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { AttributeList } from './AttributeList.tsx'
import styles from './SpanDetail.module.css'
import { groupAttributes } from './attribute-text.ts'
import type { SpanLinks } from './trace-links.ts'
import type { ValueActions } from './value-actions.ts'

/** Attributes of the span by the first part of their keys, then its resource, its scope, its ids and times. */
export function DetailAttributes(props: {
  readonly view: Span
  /** Its index in the trace. */
  readonly span: number
  readonly trace: Trace
  readonly actions: ValueActions
  readonly links: SpanLinks
  readonly onSpan: (span: number) => void
}): ReactNode {
  const { view, trace, actions, links } = props
  const say = useText()
  const service = view.serviceName
  const { attributes, resource, scope } = view
  const groups = groupAttributes(attributes)
  return (
    <div>
      {attributes.length === 0 && <p className={styles.nothing}>{say('trace.detail.noAttributes')}</p>}
      {groups.map(group => (
        <Section
          key={group.prefix}
          title={group.prefix === '' ? say('trace.detail.span') : group.prefix}
          facts={formatCount(group.attributes.length)}
        >
          <AttributeList
            attributes={group.attributes}
            service={service}
            actions={actions}
            linksOf={key => links('span', key)}
          />
        </Section>
      ))}
      <Dropped count={view.droppedAttributesCount} />
      <Section title={say('trace.detail.resource')} facts={formatCount(resource.attributes.length)}>
        <AttributeList
          attributes={resource.attributes}
          service={service}
          actions={actions}
          linksOf={key => links('resource', key)}
        />
        <Dropped count={resource.droppedAttributesCount} />
      </Section>
      {(scope.name !== '' || scope.attributes.length > 0) && (
        <Section
          title={say('trace.detail.scope')}
          facts={<span className="cut">{`${scope.name} ${scope.version}`.trim()}</span>}
          closed={scope.attributes.length === 0}
        >
          <AttributeList
            attributes={[
              { key: 'name', value: { type: 'string', value: scope.name } },
              { key: 'version', value: { type: 'string', value: scope.version } },
              ...scope.attributes,
            ]}
            service={service}
            actions={actions}
          />
          <Dropped count={scope.droppedAttributesCount} />
        </Section>
      )}
      <Section title={say('trace.detail.ids')} closed>
        <Ids view={view} span={props.span} trace={trace} onSpan={props.onSpan} />
      </Section>
    </div>
  )
}

function Section(props: {
  readonly title: string
  readonly facts?: ReactNode
  readonly closed?: boolean
  readonly children: ReactNode
}): ReactNode {
  const [open, setOpen] = useState(props.closed !== true)
  return (
    <div data-local-action="opens and closes its own section">
      <Disclosure title={props.title} facts={props.facts} open={open} onToggle={setOpen}>
        {props.children}
      </Disclosure>
    </div>
  )
}

/** What a sender or a limit left out; nothing when nothing was. */
export function Dropped({ count }: { readonly count: number }): ReactNode {
  const say = useText()
  return count === 0 ? null : <p className={styles.nothing}>{say('trace.detail.dropped', { count })}</p>
}

function Ids(props: {
  readonly view: Span
  readonly span: number
  readonly trace: Trace
  readonly onSpan: (span: number) => void
}): ReactNode {
  const { view, span, trace, onSpan } = props
  const say = useText()
  const zone = useTimeZone()
  const time = (ns: bigint): string => `${formatExact(ns, zone)} ${formatZone(ns, zone)}`
  const { parentSpanId } = view
  // Several may have the parent's id: the one that it hangs below.
  const above = trace.parent[span]
  const hangs = above >= 0 && spanIdOf(trace, above) === parentSpanId
  const parent = hangs ? above : parentSpanId === undefined ? -1 : indexOfSpan(trace, parentSpanId)
  const entries = [
    { key: 'id', name: say('trace.detail.id'), value: view.spanId },
    {
      key: 'parent',
      name: say('trace.detail.parent'),
      value:
        parentSpanId === undefined ? (
          <span className="faint">{say('trace.detail.none')}</span>
        ) : parent < 0 ? (
          parentSpanId
        ) : (
          <button
            type="button"
            className={styles.link}
            data-local-action="goes to the parent, as the command for it does"
            onClick={() => onSpan(parent)}
          >
            {parentSpanId}
          </button>
        ),
    },
    { key: 'started', name: say('trace.detail.absolute'), value: time(view.startTime) },
    { key: 'ended', name: say('trace.detail.ended'), value: time(view.endTime) },
    { key: 'state', name: say('trace.detail.traceState'), value: view.traceState },
    { key: 'flags', name: say('trace.detail.flags'), value: view.flags === 0 ? '' : `0x${view.flags.toString(16)}` },
    { key: 'schema', name: say('trace.detail.schema'), value: view.resource.schemaUrl },
  ]
  return <KeyValueList entries={entries.filter(({ value }) => value !== '')} />
}
