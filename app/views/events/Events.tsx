// All events of a trace in order of time, with where in its span each one lies; one at a time opens to its attributes.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatClock, formatZone } from '#app/i18n/format-time.ts'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { Bar, Foot, Wide } from '#app/ui/Lines.tsx'
import { Picker } from '#app/ui/Picker.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { EmptyState, LoadingLines } from '#app/ui/States.tsx'
import { useMediaQuery } from '#app/ui/use-media-query.ts'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import { DownloadMenu } from '#app/views/table/DownloadMenu.tsx'
import { VirtualTable } from '#app/views/table/VirtualTable.tsx'
import type { VirtualTableHandle } from '#app/views/table/VirtualTable.tsx'
import { rangeStart } from '#shared/spans/span-table.ts'
import { attributeText } from '#shared/trace/statistics-keys.ts'
import { entryOf, eventRows, FOLD_ROW, GAP_ROW, REPEAT_ROW } from '#shared/trace/event-rows.ts'
import type { EventRows } from '#shared/trace/event-rows.ts'
import { EXCEPTION, eventPlaces, traceEvents } from '#shared/trace/trace-events.ts'
import type { TraceEvents } from '#shared/trace/trace-events.ts'
import { spanDuration, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './Events.module.css'
import { eventsFile } from './events-file.ts'

export interface EventsProps {
  readonly counted: CountedTrace
  /** Stretch of time that is looked at; undefined: all. */
  readonly window: { readonly start: number; readonly end: number } | undefined
  /** Only events of this name. */
  readonly name: string | undefined
  readonly onName: (name: string | undefined) => void
  readonly clock: boolean
  readonly onClock: (clock: boolean) => void
  readonly selected: number
  /** Which event of the selected span is open, from 0; −1: none. */
  readonly entry: number
  readonly onOpen: (span: number, entry: number) => void
  readonly isMatch: (span: number) => boolean
  readonly tray: ReactNode
}

/** So many names stand side by side; the others in a list. */
const SEGMENTS = 4
const COLUMNS = ['time', 'within', 'span', 'event', 'attributes'] as const

/** On a phone an event is one column of three lines. */
const NARROW_COLUMNS = ['event'] as const
const NARROW_ROW = 62

const WIDTHS: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  time: '88px',
  within: '112px',
  span: 'minmax(200px, 1.1fr)',
  event: 'minmax(130px, 0.7fr)',
  attributes: 'minmax(280px, 2.4fr)',
}

export function Events(props: EventsProps): ReactNode {
  const { counted, clock, selected, entry } = props
  const { trace, services, included } = counted
  const say = useText()
  const zone = useTimeZone()
  const table = useRef<VirtualTableHandle>(null)
  const [cursor, setCursor] = useState(-1)
  // Of open folds any of their events, by its index in the table: that stays when others come.
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(NONE)
  const narrow = useMediaQuery('(max-width: 640px)')
  const { value: events } = useSlicedWork(useCallback(() => traceEvents(trace), [trace]))
  const start = props.window?.start
  const end = props.window?.end
  const wanted = props.name
  const make = useMemo(() => {
    if (events === undefined) return undefined
    const id = wanted === undefined ? undefined : (events.names.find(({ name }) => name === wanted)?.id ?? -1)
    const window = start === undefined || end === undefined ? undefined : { start, end }
    return () => eventPlaces(trace, events, included, window, id)
  }, [trace, events, included, start, end, wanted])
  const { value: places, stale } = useSlicedWork(make)
  const openEvent = selected < 0 || entry < 0 ? -1 : eventOf(trace, selected, entry)
  // The selected event is in view also when it is one of a fold.
  const makeRows = useMemo(() => {
    if (events === undefined || places === undefined) return undefined
    const isOpen = (k: number, first: boolean): boolean =>
      unfolded.has(events.event[k]) || (!first && events.event[k] === openEvent)
    return () => eventRows(trace, events, places, isOpen)
  }, [trace, events, places, unfolded, openEvent])
  const { value: rows } = useSlicedWork(makeRows)
  const selectedRow = useMemo(
    () =>
      events === undefined || rows === undefined || selected < 0
        ? -1
        : rows.place.findIndex(
            (k, row) =>
              rows.kind[row] !== GAP_ROW &&
              events.span[k] === selected &&
              (openEvent < 0 || events.event[k] === openEvent),
          ),
    [events, rows, selected, openEvent],
  )
  useEffect(() => {
    if (selectedRow >= 0) table.current?.reveal(selectedRow)
  }, [selectedRow])
  if (events === undefined || places === undefined || rows === undefined) {
    return (
      <section className={styles.view} aria-label={say('views.events')}>
        <span />
        <div className={styles.loading}>
          <LoadingLines lines={12} />
        </div>
      </section>
    )
  }
  if (events.count === 0) {
    return (
      <section className={styles.view} aria-label={say('views.events')}>
        <span />
        <div className={styles.loading}>
          <EmptyState title={say('views.events.none')} />
        </div>
      </section>
    )
  }
  const toggle = (row: number): void => {
    const next = new Set(unfolded)
    let open = false
    for (const k of foldedAt(rows, places, row)) open = next.delete(events.event[k]) || open
    if (!open) next.add(events.event[rows.place[row]])
    setUnfolded(next)
  }
  const isOpenFold = (row: number): boolean => rows.kind[row + 1] === REPEAT_ROW
  const wideCell = (row: number, key: string): ReactNode => {
    const k = rows.place[row]
    if (rows.kind[row] === GAP_ROW) {
      return key === 'span' ? say('views.events.gap', { duration: formatDuration(rows.gap[row]) }) : null
    }
    const i = events.span[k]
    const name = trace.table.dictionary.text(trace.table.eventName[events.event[k]])
    switch (key) {
      case 'time':
        return clock
          ? formatClock(trace.startTime + BigInt(Math.round(events.time[k])), zone)
          : `${events.time[k] < 0 ? '' : '+'}${formatDuration(events.time[k])}`
      case 'within':
        return (
          <Within
            at={(events.time[k] - trace.start[i]) / Math.max(1, spanDuration(trace, i))}
            error={name === EXCEPTION}
          />
        )
      case 'span':
        return (
          <span className={styles.name} title={spanName(trace, i)}>
            <ServiceName name={services[trace.service[i]]} faint />{' '}
            <span className="cut">{spanName(trace, i) || say('trace.unnamed')}</span>
          </span>
        )
      case 'event':
        return name === EXCEPTION ? (
          <span className="err">
            {rows.kind[row] === FOLD_ROW && (
              <button
                type="button"
                className={styles.toggle}
                tabIndex={-1}
                aria-label={say('timeline.toggle')}
                onClick={() => toggle(row)}
              >
                <Icon name={isOpenFold(row) ? 'down' : 'right'} size={10} />
              </button>
            )}
            <Icon name="error" size={8} /> {name}
            {rows.kind[row] === FOLD_ROW && <b> × {formatCount(rows.events[row])}</b>}
          </span>
        ) : (
          name
        )
      default:
        return <Pairs trace={trace} event={events.event[k]} />
    }
  }
  const cell = (row: number, key: string): ReactNode => {
    if (!narrow) return wideCell(row, key)
    if (rows.kind[row] === GAP_ROW) return wideCell(row, 'span')
    return (
      <span className={styles.lines}>
        <span>
          {wideCell(row, 'event')}
          <span className="num">{wideCell(row, 'time')}</span>
        </span>
        {wideCell(row, 'span')}
        {wideCell(row, 'attributes')}
      </span>
    )
  }
  const open =
    openEvent >= 0 && selectedRow >= 0 ? detailOf(trace, openEvent, say('views.events.noAttributes')) : undefined
  return (
    <section className={styles.view} aria-label={say('views.events')}>
      <Bar tight className={styles.options}>
        <Names {...props} events={events} />
        <span className="grow" />
        <DownloadMenu
          forms={['jsonl', 'csv']}
          file={`events-${(trace.traceId ?? 'trace').slice(0, 16)}`}
          make={form => eventsFile(counted, events, places, form)}
        />
        <span data-local-action="how this list writes times">
          <SegmentedControl
            label={say('views.events.times')}
            size="small"
            segments={[
              { key: 'start', content: say('views.events.fromStart') },
              { key: 'clock', content: say('views.events.clock') },
            ]}
            selected={clock ? 'clock' : 'start'}
            onSelect={key => props.onClock(key === 'clock')}
          />
        </span>
      </Bar>
      <VirtualTable
        ref={table}
        label={say('views.events')}
        rowHeight={narrow ? NARROW_ROW : undefined}
        columns={(narrow ? NARROW_COLUMNS : COLUMNS).map(key => ({
          key,
          head:
            key === 'span'
              ? say('views.span')
              : key === 'time' && clock
                ? `${say('views.events.time')} ${formatZone(trace.startTime, zone)}`
                : say(`views.events.${key}`),
          width: narrow ? 'minmax(0, 1fr)' : WIDTHS[key],
          number: key === 'time',
        }))}
        rowCount={rows.count}
        cell={cell}
        rowState={row => ({
          selected: row === selectedRow,
          match: rows.kind[row] !== GAP_ROW && props.isMatch(events.span[rows.place[row]]),
          level: rows.folds === 0 ? undefined : rows.kind[row] === REPEAT_ROW ? 2 : 1,
          expanded: rows.kind[row] === FOLD_ROW ? isOpenFold(row) : undefined,
          className: rows.kind[row] === GAP_ROW ? styles.gap : undefined,
        })}
        cursor={cursor}
        onCursor={setCursor}
        onExpand={toggle}
        onOpen={row => {
          if (rows.kind[row] === GAP_ROW) return
          const place = entryOf(trace, events, rows.place[row])
          props.onOpen(events.span[rows.place[row]], row === selectedRow && entry === place ? -1 : place)
        }}
        below={open === undefined ? undefined : { row: selectedRow, ...open }}
        empty={say('views.events.noneLeft')}
        stale={stale}
      />
      {props.tray}
      <Foot>
        <span aria-live="polite">
          <Message
            id="views.events.shown"
            values={{
              shown: places.length - rows.folded,
              folded: rows.folded,
              hidden: events.count - places.length,
              total: events.count,
              spans: events.spans,
            }}
          />
        </span>
        <span className="grow" />
        <Wide>{say('views.events.hint')}</Wide>
      </Foot>
    </section>
  )
}

const NONE: ReadonlySet<number> = new Set()

/** Places of all events of the fold at a row. */
function foldedAt(rows: EventRows, places: Uint32Array, row: number): Uint32Array {
  const from = places.indexOf(rows.place[row])
  return places.subarray(from, from + rows.events[row])
}

/** Table index of an event of a span; −1 when it has no such. */
function eventOf({ table, row }: Trace, span: number, entry: number): number {
  const event = rangeStart(table.eventEnd, row[span]) + entry
  return event < table.eventEnd[row[span]] ? event : -1
}

/** Which events are shown: all, exceptions, the most frequent ones; rarer ones from a list. */
function Names(props: EventsProps & { readonly events: TraceEvents }): ReactNode {
  const { events, name, onName } = props
  const say = useText()
  const few = events.names.slice(0, SEGMENTS)
  const rest = events.names.slice(SEGMENTS)
  return (
    <span className={styles.names} data-local-action="chooses which events this list shows">
      <SegmentedControl
        label={say('views.events.which')}
        size="small"
        segments={[
          { key: '', content: `${say('views.events.all')} ${formatCount(events.count)}` },
          ...few.map(one => ({ key: `=${one.name}`, content: <Short text={one.name} count={one.count} /> })),
        ]}
        selected={name === undefined ? '' : few.some(one => one.name === name) ? `=${name}` : undefined}
        onSelect={key => onName(key === '' ? undefined : key.slice(1))}
      />
      {rest.length > 0 && (
        <Picker
          label={say('views.events.which')}
          hideLabel
          placeholder={`${say('views.events.other')} ${formatCount(rest.reduce((sum, { count }) => sum + count, 0))}`}
          items={rest.map(one => ({ key: one.name, text: one.name, end: formatCount(one.count) }))}
          selected={rest.some(one => one.name === name) ? name : undefined}
          onSelect={onName}
        />
      )}
    </span>
  )
}

function Short({ text, count }: { readonly text: string; readonly count: number }): ReactNode {
  return (
    <span className={styles.short} title={text}>
      <span className="cut">{text}</span> {formatCount(count)}
    </span>
  )
}

/** Where in its span an event lies, 0…1; outside of it at the edge. */
function Within({ at, error }: { readonly at: number; readonly error: boolean }): ReactNode {
  return (
    <span
      className={styles.within}
      data-error={error ? '' : undefined}
      style={{ '--at': Math.max(0, Math.min(1, at)) } as CSSProperties}
    />
  )
}

/** Longest preview of one value. */
const SHORT_VALUE = 120

function Pairs({ trace, event }: { readonly trace: Trace; readonly event: number }): ReactNode {
  const pairs: ReactNode[] = []
  for (const { key, value } of pairsOf(trace, event)) {
    if (pairs.length === 12) break
    if (key === 'exception.stacktrace') continue
    const short = value.length > SHORT_VALUE ? `${value.slice(0, SHORT_VALUE)}…` : value
    pairs.push(
      // oxlint-disable-next-line react/no-array-index-key -- keys repeat; the place is what tells them apart
      <span key={pairs.length}>
        <span className="faint">{key}=</span>
        {short.replace(/\s+/gu, ' ')}{' '}
      </span>,
    )
  }
  return <code className={styles.pairs}>{pairs}</code>
}

function pairsOf({ table }: Trace, event: number): readonly { readonly key: string; readonly value: string }[] {
  const pairs: { readonly key: string; readonly value: string }[] = []
  table.eventAttributes.forOwner(event, (key, type, low, high) => {
    pairs.push({ key: table.dictionary.text(key), value: attributeText(table.dictionary, type, low, high) })
  })
  return pairs
}

const LINE = 18
const MOST_LINES = 18

/** What an open event shows, and how high that is. */
function detailOf(
  trace: Trace,
  event: number,
  nothing: string,
): { readonly height: number; readonly content: ReactNode } {
  const pairs = pairsOf(trace, event)
  const lines = pairs.reduce((sum, { value }) => sum + value.split('\n').length, 0)
  return {
    height: Math.min(MOST_LINES, Math.max(1, lines)) * LINE + 20,
    content: (
      <dl className={styles.detail}>
        {pairs.length === 0 && <dd className="faint">{nothing}</dd>}
        {pairs.map(({ key, value }, k) => (
          // oxlint-disable-next-line react/no-array-index-key -- keys repeat; the place is what tells them apart
          <div key={k}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    ),
  }
}
