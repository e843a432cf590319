// One row a service and name (or a path, or a service): what kind of change, how many spans, how long, and by how much B
// differs. Rows in view stand in the DOM, the others are their height.

import { useRef } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatCountDifference, formatDifference, formatDuration } from '#app/i18n/format.ts'
import { ChangeMark, changeColour } from '#app/ui/ChangeMark.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { useMediaQuery } from '#app/ui/use-media-query.ts'
import type { DiffRow } from '#shared/trace/diff/diff-rows.ts'
import styles from './DifferenceTable.module.css'
import { differenceOf } from './differences.ts'
import type { DifferenceSums } from './differences.ts'
import type { CompareView, DifferenceOrder, Measure } from './url.ts'
import { useRowsInWindow } from './rows-in-window.ts'

/** Heights of a row, CSS pixels: --row, two lines where there is less room, and three of a phone. */
const ROW = 24
const NARROW_ROW = 44
const PHONE_ROW = 58
/** Rows in the DOM beyond those in view. */
const BEYOND = 8

export interface DifferenceTableProps {
  readonly rows: readonly DiffRow[]
  /** Of all rows, also of those left out. */
  readonly sums: DifferenceSums
  /** The largest |B − A| of all rows, ns. */
  readonly largestNs: number
  readonly view: CompareView
  readonly onLook: (view: CompareView) => void
  /** Place of the chosen row; −1: none. */
  readonly chosen: number
  readonly onChoose: (place: number) => void
  /** Lists the spans of a row. */
  readonly onSpans: (place: number) => void
}

export function DifferenceTable(props: DifferenceTableProps): ReactNode {
  const { rows, sums, largestNs, view, onLook, chosen, onChoose, onSpans } = props
  const { measure } = view
  const say = useText()
  const body = useRef<HTMLTableSectionElement>(null)
  const narrow = useMediaQuery('(max-width: 900px)')
  const phone = useMediaQuery('(max-width: 640px)')
  const rowHeight = phone ? PHONE_ROW : narrow ? NARROW_ROW : ROW
  const { first, last } = useRowsInWindow(body, rows.length, rowHeight, BEYOND)
  const head = (by: DifferenceOrder, className: string, children: ReactNode): ReactNode => (
    <th
      className={className}
      aria-sort={view.order === by ? ((by === 'operation') !== view.reversed ? 'ascending' : 'descending') : undefined}
    >
      <button
        type="button"
        className={styles.sort}
        onClick={() => onLook({ ...view, order: by, reversed: view.order === by && !view.reversed })}
        data-command="compare.order"
      >
        {children}
      </button>
    </th>
  )
  return (
    <div className="scroll">
      <table
        className={classNames(tableStyles.table, styles.table)}
        aria-label={say('compare.table')}
        aria-rowcount={rows.length + 2}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th className={classNames(tableStyles.first, styles.change)}>
              <span className="sr">{say('compare.column.change')}</span>
            </th>
            {head('operation', styles.operation, say(`compare.column.${view.rows}`))}
            <th className={classNames('num', styles.count)}>{say('compare.column.countA')}</th>
            {head('count', classNames('num', styles.count), say('compare.column.countB'))}
            {head('errors', classNames('num', styles.errorCount), say('compare.column.errors'))}
            {head('a', classNames('num', styles.total), say(`compare.column.${measure}A`))}
            {head('b', classNames('num', styles.total), say(`compare.column.${measure}B`))}
            {head('size', classNames('num', styles.difference), say('compare.column.difference'))}
            <th className={classNames(tableStyles.last, styles.bar)} aria-hidden="true">
              {say('compare.column.bar')}
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {first > 0 && <Space height={first * rowHeight} />}
          {Array.from({ length: last - first }, (_, k) => first + k).map(index => (
            <Row
              key={index}
              index={index}
              row={rows[index]}
              measure={measure}
              largestNs={largestNs}
              chosen={rows[index].place === chosen}
              onChoose={onChoose}
              onSpans={onSpans}
            />
          ))}
          {last < rows.length && <Space height={(rows.length - last) * rowHeight} />}
          {rows.length === 0 && (
            <tr>
              <td className={classNames(tableStyles.first, 'dim', styles.nothing)} colSpan={2}>
                {say('compare.unchanged')}
              </td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr aria-rowindex={rows.length + 2}>
            <td className={classNames(tableStyles.first, styles.change)} />
            <td>{say('compare.sum')}</td>
            <td className={classNames('num', styles.count)}>{formatCount(sums.a.count)}</td>
            <td className={classNames('num', styles.count)}>{formatCount(sums.b.count)}</td>
            <td className={classNames('num', styles.errorCount)}>
              {formatCountDifference(sums.b.errors - sums.a.errors)}
            </td>
            <td className={classNames('num', styles.total)}>{formatDuration(sums.a[measure])}</td>
            <td className={classNames('num', styles.total)}>{formatDuration(sums.b[measure])}</td>
            <td className={classNames('num', styles.difference)}>
              {formatDifference(sums.b[measure] - sums.a[measure])}
            </td>
            <td className={classNames(tableStyles.last, styles.bar)} />
          </tr>
        </tfoot>
      </table>
    </div>
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
  readonly row: DiffRow
  readonly measure: Measure
  readonly largestNs: number
  readonly chosen: boolean
  readonly onChoose: (place: number) => void
  readonly onSpans: (place: number) => void
}): ReactNode {
  const { index, row, measure, largestNs, chosen, onChoose, onSpans } = props
  const { a, b, change } = row
  const differenceNs = differenceOf(row, measure)
  const say = useText()
  const service = row.service ?? say('compare.unknownService')
  const name = row.name === undefined ? '' : row.name || say('compare.unnamed')
  const share = largestNs === 0 ? 0 : Math.abs(differenceNs) / largestNs
  const bar = {
    '--d': changeColour(
      change === 'added' || change === 'removed'
        ? change
        : differenceNs > 0
          ? 'slower'
          : differenceNs < 0
            ? 'faster'
            : 'same',
    ),
    '--l': differenceNs < 0 ? `${50 - share * 50}%` : '50%',
    '--w': `${share * 50}%`,
  } as CSSProperties
  return (
    <tr aria-rowindex={index + 2} className={styles.row} aria-selected={chosen ? true : undefined}>
      <td className={classNames(tableStyles.first, styles.change)}>
        <ChangeMark change={change} />
        <span className="sr">{say(`compare.change.${change}`)}</span>
      </td>
      <td className={styles.operation} title={`${service} ${name}`}>
        <button
          type="button"
          className={styles.choose}
          aria-pressed={chosen}
          onClick={() => onChoose(row.place)}
          data-command="compare.choose"
        >
          <span className={styles.name}>
            <ServiceSwatch name={service} />
            <span className={name === '' ? styles.text : styles.service}>{service}</span>{' '}
            {name !== '' && <span className={styles.text}>{name}</span>}
          </span>
        </button>
        <button type="button" className={styles.counts} onClick={() => onSpans(row.place)} data-command="compare.spans">
          {say('compare.counts', { before: formatCount(a.count), after: formatCount(b.count) })}
        </button>
      </td>
      <td className={classNames('num', styles.count)}>{formatCount(a.count)}</td>
      <td className={classNames('num', styles.count)}>
        {a.count + b.count > 2 ? (
          <button
            type="button"
            className={styles.spans}
            title={say('compare.pairs.list', { name: name === '' ? service : name })}
            onClick={() => onSpans(row.place)}
            data-command="compare.spans"
          >
            {formatCount(b.count)}
          </button>
        ) : (
          formatCount(b.count)
        )}
      </td>
      <td className={classNames('num', styles.errorCount)}>
        <Errors before={a.errors} after={b.errors} />
      </td>
      <td className={classNames('num', styles.total)}>
        <Amount count={a.count} ns={a[measure]} />
      </td>
      <td className={classNames('num', styles.total)}>
        <Amount count={b.count} ns={b[measure]} />
      </td>
      <td className={classNames('num', styles.difference, change !== 'same' && 'strong')}>
        {formatDifference(differenceNs)}
      </td>
      <td className={classNames(tableStyles.last, styles.bar)} aria-hidden="true">
        <span className={styles.track}>
          {differenceNs !== 0 && (
            <i className={classNames(styles.fill, change === 'removed' && styles.hatched)} style={bar} />
          )}
        </span>
      </td>
    </tr>
  )
}

function Errors({ before, after }: { readonly before: number; readonly after: number }): ReactNode {
  const say = useText()
  if (before + after === 0) return <span className="faint">0</span>
  return (
    <span className={after > before ? 'err' : undefined}>
      {after > before && <Icon name="error" size={8} />} {say('compare.times', { before, after })}
    </span>
  )
}

function Amount({ count, ns }: { readonly count: number; readonly ns: number }): ReactNode {
  const say = useText()
  if (count > 0) return formatDuration(ns)
  return (
    <span className="faint">
      <span aria-hidden="true">–</span>
      <span className="sr">{say('compare.none')}</span>
    </span>
  )
}
