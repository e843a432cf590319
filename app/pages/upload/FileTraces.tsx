// The traces of all open files, newest first. Rows in view stand in the DOM, the others are their height.

import { Link } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { OpenFile } from '#app/api/open-files.ts'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { formatClock, formatIsoDay } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Checkbox } from '#app/ui/Checkbox.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { DurationBar, tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { useMediaQuery } from '#app/ui/use-media-query.ts'
import styles from './FileTraces.module.css'
import type { ListedTrace } from './list-traces.ts'

/** Heights of a row, CSS pixels: --row, and the two lines of a phone. */
const ROW = 24
const NARROW_ROW = 52
const BEYOND = 8

/** `only`: the traces that were found; all when undefined. */
export interface FileTracesProps {
  readonly files: readonly OpenFile[]
  /** The traces of all of them. */
  readonly all: readonly ListedTrace[]
  readonly only: ReadonlySet<string> | undefined
  /** Ids of the traces that are ticked, in the order they were: A, B, others. */
  readonly ticked: readonly string[]
  readonly onTick: (traceId: string, isTicked: boolean) => void
}

export function FileTraces({ files, all, only, ticked, onTick }: FileTracesProps): ReactNode {
  const say = useText()
  const traces = useMemo(() => (only === undefined ? all : all.filter(({ traceId }) => only.has(traceId))), [all, only])
  const longest = useMemo(() => traces.reduce((most, { durationNs }) => Math.max(most, durationNs), 1), [traces])
  const body = useRef<HTMLTableSectionElement>(null)
  const [top, setTop] = useState(0)
  const narrow = useMediaQuery('(max-width: 640px)')
  useLayoutEffect(() => {
    const box = body.current?.getBoundingClientRect()
    if (box !== undefined) setTop(box.top + window.scrollY)
  }, [files])
  // oxlint-disable-next-line react/incompatible-library -- nothing made from it is memoised
  const virtual = useWindowVirtualizer({
    count: traces.length,
    estimateSize: () => (narrow ? NARROW_ROW : ROW),
    overscan: BEYOND,
    scrollMargin: top,
  })
  if (traces.length === 0) return null
  const items = virtual.getVirtualItems()
  const before = items.length === 0 ? 0 : items[0].start - top
  const after = items.length === 0 ? 0 : virtual.getTotalSize() - (items[items.length - 1].end - top)
  const several = files.filter(({ state }) => state.kind === 'open').length > 1
  return (
    <table
      className={classNames(tableStyles.table, styles.traces)}
      aria-label={say('upload.traces')}
      aria-rowcount={traces.length + 1}
      data-several={several ? '' : undefined}
    >
      <thead>
        <tr aria-rowindex={1}>
          <th className={styles.tick}>
            <span className="sr">{say('search.column.compare')}</span>
          </th>
          <th className={styles.start} aria-sort="descending">
            {say('upload.column.start')}
          </th>
          <th>{say('upload.column.trace')}</th>
          <th className={styles.file}>{say('upload.column.file')}</th>
          <th className={classNames('num', styles.spans)}>{say('upload.column.spans')}</th>
          <th className={classNames('num', styles.errors)}>{say('upload.column.errors')}</th>
          <th className={styles.duration}>{say('upload.column.duration')}</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {before > 0 && <Space height={before} />}
        {items.map(({ index }) => (
          <Row
            key={traces[index].traceId}
            index={index}
            trace={traces[index]}
            longest={longest}
            place={ticked.indexOf(traces[index].traceId)}
            onTick={onTick}
          />
        ))}
        {after > 0 && <Space height={after} />}
      </tbody>
    </table>
  )
}

function Space({ height }: { readonly height: number }): ReactNode {
  return (
    <tr aria-hidden="true" className={styles.space}>
      {/* One cell: spanning columns that a narrow screen hides would bring their room back. */}
      <td style={{ height }} />
    </tr>
  )
}

function Row(props: {
  readonly index: number
  readonly trace: ListedTrace
  readonly longest: number
  /** Among those that are ticked; −1: it is not. */
  readonly place: number
  readonly onTick: (traceId: string, isTicked: boolean) => void
}): ReactNode {
  const { index, trace, longest, place, onTick } = props
  const say = useText()
  const zone = useTimeZone()
  const service = trace.service ?? say('upload.noService')
  const name = trace.name || say('upload.unnamedSpan')
  const start = `${formatIsoDay(trace.startTime, zone)} ${formatClock(trace.startTime, zone)}`
  return (
    <tr className={styles.row} aria-rowindex={index + 2} aria-selected={place >= 0 ? true : undefined}>
      <td className={styles.tick}>
        <Checkbox
          label={say('search.compareRow', { name: `${service} ${name}`, start })}
          checked={place >= 0}
          mark={place === 0 ? 'A' : place === 1 ? 'B' : '✓'}
          onChange={isTicked => onTick(trace.traceId, isTicked)}
        />
      </td>
      <td className={styles.start}>{start}</td>
      <td className={styles.name}>
        <span className={styles.root}>
          <ServiceSwatch name={service} />
          <span className={styles.service}>{service}</span>{' '}
          <Link to={`/trace/${trace.traceId}`} className={styles.link} title={`${service} ${name}`}>
            {name}
          </Link>
        </span>
      </td>
      <td className={styles.file} title={trace.files.join(', ')}>
        {trace.files.length === 1 ? trace.files[0] : say('upload.parts', { count: trace.files.length })}
      </td>
      <td className={classNames('num', styles.spans)}>{formatCount(trace.spanCount)}</td>
      <td className={classNames('num', styles.errors)}>
        {trace.errorCount > 0 ? (
          <span className="err">
            <Icon name="error" size={9} /> {formatCount(trace.errorCount)}
          </span>
        ) : (
          <span className="faint">
            <span aria-hidden="true">–</span>
            <span className="sr">{say('upload.noErrors')}</span>
          </span>
        )}
      </td>
      <td className={styles.duration}>
        <DurationBar text={formatDuration(trace.durationNs)} share={trace.durationNs / longest} />
      </td>
    </tr>
  )
}
