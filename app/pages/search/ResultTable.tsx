// The traces found, one row each; the scatter's twin.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { formatClock, formatIsoDay } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Checkbox } from '#app/ui/Checkbox.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { DurationBar, SkeletonRows, tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import type { TraceSummaryJson } from '#shared/api/spoor.ts'
import type { Light } from '#app/views/scatter/light.ts'
import styles from './ResultTable.module.css'
import { traceDuration } from './trace-duration.ts'

export interface ResultTableProps {
  /** `undefined` while the first answer is on its way. */
  readonly traces: readonly TraceSummaryJson[] | undefined
  /** The rows are of another search than the one that is asked. */
  readonly stale: boolean
  /** Ids ticked: A, B. */
  readonly picked: readonly string[]
  readonly onPick: (traceId: string, ticked: boolean) => void
  /** Row and dot of the scatter light up together. */
  readonly light: Light
}

/** How many services of a trace show their mark in the row; their number stands beside. */
const MARKS = 5
/** Rows shown while nothing is known. */
const BONES = 12

export function ResultTable(props: ResultTableProps): ReactNode {
  const { traces, stale } = props
  const say = useText()
  const longest = (traces ?? []).reduce((most, trace) => Math.max(most, traceDuration(trace)), 1)
  const days = new Set((traces ?? []).map(({ startTime }) => BigInt(startTime) / 86_400_000_000_000n))
  return (
    <table
      className={classNames(tableStyles.table, styles.results, stale && tableStyles.stale)}
      aria-label={say('search.results')}
      aria-busy={traces === undefined || stale}
    >
      <thead>
        <tr>
          <th className={classNames(tableStyles.first, styles.tick)}>
            <span className="sr">{say('search.column.compare')}</span>
          </th>
          <th className={days.size > 1 ? styles.startDay : styles.start} aria-sort="descending">
            {say('search.column.start')}
          </th>
          <th>{say('search.column.trace')}</th>
          <th className={styles.services}>{say('search.column.services')}</th>
          <th className={classNames('num', styles.spans)}>{say('search.column.spans')}</th>
          <th className={classNames('num', styles.errors)}>{say('search.column.errors')}</th>
          <th className={classNames(tableStyles.last, styles.duration)}>{say('search.column.duration')}</th>
        </tr>
      </thead>
      <tbody>
        {traces === undefined ? (
          <SkeletonRows rows={BONES} widths={['14px', '86px', '58%', '70px', '32px', '20px', '74%']} />
        ) : (
          traces.map(trace => (
            <Row key={trace.traceId} trace={trace} longest={longest} withDay={days.size > 1} table={props} />
          ))
        )}
      </tbody>
    </table>
  )
}

function Row(props: {
  readonly trace: TraceSummaryJson
  readonly longest: number
  readonly withDay: boolean
  readonly table: ResultTableProps
}): ReactNode {
  const { trace, longest, withDay, table } = props
  const { traceId, root, services, errorCount } = trace
  const say = useText()
  const zone = useTimeZone()
  const { light } = table
  const lit = useStore(light, state => state.id === traceId)
  const place = table.picked.indexOf(traceId)
  const service = root.service ?? say('search.noService')
  const start = BigInt(trace.startTime)
  const clock = withDay ? `${formatIsoDay(start, zone).slice(5)} ${formatClock(start, zone)}` : formatClock(start, zone)
  const duration = traceDuration(trace)
  return (
    <tr
      className={classNames(styles.row, lit && styles.lit)}
      aria-selected={place >= 0 ? true : undefined}
      onPointerEnter={() => light.setState({ id: traceId })}
      onPointerLeave={() => light.setState({ id: undefined })}
    >
      <td className={classNames(tableStyles.first, styles.tick)}>
        <Checkbox
          label={say('search.compareRow', { name: `${service} ${root.name}`, start: clock })}
          checked={place >= 0}
          mark={place === 0 ? 'A' : place === 1 ? 'B' : '✓'}
          onChange={ticked => table.onPick(traceId, ticked)}
        />
      </td>
      <td className={styles.when}>{clock}</td>
      <td className={styles.name}>
        <span className={styles.root}>
          <ServiceSwatch name={service} />
          <span className={styles.service}>{service}</span>{' '}
          <Link
            to={`/trace/${traceId}`}
            className={styles.link}
            title={`${service} ${root.name}`}
            onFocus={() => light.setState({ id: traceId })}
            onBlur={() => light.setState({ id: undefined })}
          >
            {root.name}
          </Link>
          {root.orphan && <span className={styles.orphan}>{say('search.orphan')}</span>}
        </span>
      </td>
      <td className={styles.services} title={services.map(({ name }) => name ?? say('search.noService')).join(', ')}>
        <span className={styles.marks}>
          <span className={styles.serviceCount}>{formatCount(services.length)}</span>
          {services.slice(0, MARKS).map(({ name }) => (
            <ServiceSwatch key={name ?? ''} name={name ?? say('search.noService')} />
          ))}
          {services.length > MARKS && <span className="faint">…</span>}
        </span>
      </td>
      <td className={classNames('num', styles.spans)}>{formatCount(trace.spanCount)}</td>
      <td className={classNames('num', styles.errors)}>
        {errorCount > 0 ? (
          <span className="err">
            <Icon name="error" size={9} /> {formatCount(errorCount)}
          </span>
        ) : (
          <span className="faint">
            <span aria-hidden="true">–</span>
            <span className="sr">{say('search.noErrors')}</span>
          </span>
        )}
      </td>
      <td className={classNames(tableStyles.last, styles.duration)}>
        <DurationBar text={formatDuration(duration)} share={duration / longest} />
      </td>
    </tr>
  )
}
