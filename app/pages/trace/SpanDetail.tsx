// Everything about one span: below its row, or beside the rows on a wide screen and a sheet below them on a narrow one.

import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { useUiConfig } from '#app/api/ui-config.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import type { MessageId } from '#app/i18n/en.ts'
import { LaterCatalogue, LaterWords } from '#app/i18n/later/LaterWords.tsx'
import { loadTraceHeadWords } from '#app/i18n/later/words.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { durationFigure, formatCount } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { Tabs } from '#app/ui/Tabs.tsx'
import { useNarrow } from '#app/ui/use-media-query.ts'
import { WARNINGS_ATTRIBUTE } from '#shared/formats/jaeger/ui-json.ts'
import { MARK_ENTRIES_DROPPED, MARK_VALUE_CUT } from '#shared/spans/columns.ts'
import { Span } from '#shared/spans/span.ts'
import { rangeStart } from '#shared/spans/span-table.ts'
import { compileLinks } from '#shared/trace/link-patterns.ts'
import { SPAN_ENDS_EARLY, SPAN_ORPHAN, SPAN_RING, SPAN_SAME_ID, spanDuration } from '#shared/trace/trace.ts'
import { linkedWith } from '#shared/trace/span-links.ts'
import type { LinkPairs } from '#shared/trace/span-links.ts'
import { valueText } from './attribute-text.ts'
import { Folded } from './AttributeValue.tsx'
import { DetailAttributes } from './DetailAttributes.tsx'
import { DetailEvents } from './DetailEvents.tsx'
import { DetailLinks } from './DetailLinks.tsx'
import styles from './SpanDetail.module.css'
import { SpanPeers } from './SpanPeers.tsx'
import { spanJson } from './span-json.ts'
import { useLinksTo } from './use-links-to.ts'
import { traceLookup, valueLookup } from './trace-links.ts'
import type { SpanLinks } from './trace-links.ts'
import type { DetailPanel } from './url.ts'
import type { ValueActions } from './value-actions.ts'

export interface SpanDetailProps {
  readonly loaded: LoadedTrace
  /** Index of the span. */
  readonly span: number
  readonly services: readonly string[]
  /** Links within the trace; undefined until they are known. */
  readonly links: LinkPairs | undefined
  readonly panel: DetailPanel
  readonly onPanel: (panel: DetailPanel) => void
  readonly dock: 'side' | 'inline'
  /** Undefined: there are no rows that it could be below. */
  readonly onDock: ((dock: 'side' | 'inline') => void) | undefined
  readonly onSpan: (span: number) => void
  readonly actions: ValueActions
}

const words = new LaterCatalogue(loadTraceHeadWords)

export function SpanDetail(props: SpanDetailProps): ReactNode {
  return (
    <LaterWords catalogue={words}>
      <Detail {...props} />
    </LaterWords>
  )
}

function Detail(props: SpanDetailProps): ReactNode {
  const { loaded, span, services, panel, onPanel } = props
  const { trace, self, whole } = loaded
  const say = useText()
  const [tall, setTall] = useState(false)
  const isInline = props.dock === 'inline'
  const sheet = useNarrow('sheet')
  const { onDock } = props
  useCommands([
    {
      id: 'trace.dock',
      title: 'command.trace.dock',
      group: 'view',
      keys: [],
      run: () => onDock?.(isInline ? 'side' : 'inline'),
      when: () => onDock !== undefined,
    },
  ])
  const row = trace.row[span]
  const view = new Span(trace.table, row)
  const { statusMessage } = view
  const { linkPatterns } = useUiConfig()
  const patterns = useMemo(() => compileLinks(linkPatterns), [linkPatterns])
  const linksOf: SpanLinks = (place, key, beside = []) =>
    patterns.isEmpty ? [] : patterns.ofValue(place, key, valueLookup(beside, view, traceLookup(trace, '')))
  const name = view.name === '' ? say('trace.unnamed') : view.name
  const pending = (content: () => ReactNode): ReactNode => (whole ? content() : <LoadingLines lines={6} />)
  const events = trace.table.eventEnd[row] - rangeStart(trace.table.eventEnd, row)
  const pairs = props.links
  const linkedBy = useMemo(() => (pairs === undefined ? [] : linkedWith(pairs, span).by), [pairs, span])
  const known = useLinksTo(loaded)
  const spanId = view.spanId
  const incoming = useMemo(() => (known?.links ?? []).filter(one => one.linkedSpanId === spanId), [known, spanId])
  const own = trace.table.linkEnd[row] - rangeStart(trace.table.linkEnd, row)
  const links = own + linkedBy.length + incoming.length
  // Within the timeline it is a part of it, beside it a landmark of its own.
  const Place = isInline ? 'section' : 'aside'
  return (
    <Place
      className={classNames(styles.detail, isInline ? styles.inline : styles.apart, tall && styles.tall)}
      aria-label={say('trace.detail.label')}
    >
      {!isInline && (
        <div className={styles.grip} data-local-action="makes the sheet taller; on a wide screen there is none">
          <Button look="quiet" size="small" expanded={tall} onPress={() => setTall(!tall)}>
            {say(tall ? 'trace.detail.less' : 'trace.detail.more')}
          </Button>
        </div>
      )}
      <div className={styles.head}>
        <div className={styles.title}>
          <ServiceName name={services[trace.service[span]]} faint />
          <h2 className={classNames('cut', 'grow')} title={name}>
            {name}
          </h2>
          {onDock !== undefined && (
            <CommandButton command="trace.dock" look="quiet" size="icon-small">
              <Icon name={!isInline ? 'within' : sheet ? 'under' : 'side'} />
            </CommandButton>
          )}
          <CommandButton command="trace.clearFind" look="quiet" size="icon-small">
            <Icon name="close" size={10} />
          </CommandButton>
        </div>
        {view.status === 'error' && (
          <p className={classNames(styles.state, 'err')}>
            <Icon name="error" size={10} />{' '}
            {statusMessage === '' ? say('trace.detail.error') : <Folded key={span} text={statusMessage} />}
          </p>
        )}
        {view.status === 'ok' && (
          <p className={classNames(styles.state, 'okc')}>
            <Icon name="ok" size={10} /> {say('trace.detail.ok')} {statusMessage}
          </p>
        )}
        <dl className={styles.figures}>
          <Figure name={say('trace.detail.start')} ns={trace.start[span]} sign />
          <Figure name={say('trace.detail.duration')} ns={spanDuration(trace, span)} />
          <Figure name={say('trace.detail.self')} ns={self[span]} />
          <div>
            <dt>{say('trace.detail.kind')}</dt>
            <dd className={styles.word}>{say(`trace.kind.${view.kind}`)}</dd>
          </div>
        </dl>
        <SpanPeers view={view} traceId={trace.traceId} />
        {remarks(trace.marks[span], trace.table.marks[row]).map(id => (
          <p key={id} className={classNames(styles.state, 'warn')}>
            <Icon name="warn" size={10} /> <Message id={id} />
          </p>
        ))}
        {warningsOf(view).map((text, at) => (
          <p key={at} className={classNames(styles.state, 'warn')}>
            <Icon name="warn" size={10} /> {text}
          </p>
        ))}
      </div>
      <Tabs
        label={say('trace.detail.tabs')}
        selected={panel}
        onSelect={onPanel}
        className={styles.tabs}
        tabs={[
          {
            key: 'attributes',
            title: say('trace.detail.attributes'),
            count: whole ? formatCount(view.attributes.length) : undefined,
            command: 'trace.attributes',
            panel: pending(() => (
              <DetailAttributes
                view={view}
                span={span}
                trace={trace}
                actions={props.actions}
                links={linksOf}
                onSpan={props.onSpan}
              />
            )),
          },
          {
            key: 'events',
            title: say('trace.detail.events'),
            count: formatCount(events),
            command: 'trace.events',
            panel: pending(() => <DetailEvents view={view} actions={props.actions} links={linksOf} key={span} />),
          },
          {
            key: 'links',
            title: say('trace.detail.links'),
            count: formatCount(links),
            command: 'trace.links',
            panel: pending(() => (
              <DetailLinks
                view={view}
                trace={trace}
                linkedBy={linkedBy}
                incoming={incoming}
                actions={props.actions}
                onSpan={props.onSpan}
              />
            )),
          },
          {
            key: 'json',
            title: say('trace.detail.json'),
            command: 'trace.spanJson',
            panel: pending(() => <SpanJson text={spanJson(trace.table, row)} />),
          },
        ]}
      />
    </Place>
  )
}

function Figure(props: { readonly name: string; readonly ns: number; readonly sign?: boolean }): ReactNode {
  const { number, unit } = durationFigure(props.ns)
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        {props.sign === true && props.ns >= 0 && '+'}
        {number}
        {unit !== '' && <span className={styles.unit}>{`\u202F${unit}`}</span>}
      </dd>
    </div>
  )
}

function SpanJson({ text }: { readonly text: string }): ReactNode {
  return (
    <div className={styles.json}>
      <span data-local-action="copies what stands below it">
        <CopyButton text={text} size="small" look="quiet" />
      </span>
      <pre tabIndex={0} role="region" aria-label="JSON">
        {text}
      </pre>
    </div>
  )
}

/** So many are shown above; the attribute has them all. */
const MOST_WARNINGS = 5

/** What Jaeger wrote beside a span that came from it. */
function warningsOf(view: Span): readonly string[] {
  const value = view.attributes.find(({ key }) => key === WARNINGS_ATTRIBUTE)?.value
  return value?.type === 'array' ? value.values.slice(0, MOST_WARNINGS).map(valueText) : []
}

function remarks(marks: number, tableMarks: number): MessageId[] {
  const all: [number, MessageId][] = [
    [marks & SPAN_ORPHAN, 'trace.detail.mark.orphan'],
    [marks & SPAN_SAME_ID, 'trace.detail.mark.sameId'],
    [marks & SPAN_ENDS_EARLY, 'trace.detail.mark.early'],
    [marks & SPAN_RING, 'trace.detail.mark.ring'],
    [tableMarks & MARK_VALUE_CUT, 'trace.detail.mark.cut'],
    [tableMarks & MARK_ENTRIES_DROPPED, 'trace.detail.mark.dropped'],
  ]
  return all.filter(([bit]) => bit !== 0).map(([, id]) => id)
}
