// One row a service and name: what kind of change, how many spans, how long together, and by how much B differs. Rows in
// view stand in the DOM, the others are their height.

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatCountDifference, formatDifference, formatDuration } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { useMediaQuery } from '#app/ui/use-media-query.ts'
import { ChangeMark } from './ChangeMark.tsx'
import styles from './DifferenceTable.module.css'
import type { Comparison, Difference } from './differences.ts'
import type { DifferenceOrder } from './url.ts'

/** Heights of a row, CSS pixels: --row, and the two lines of a phone. */
const ROW = 24
const NARROW_ROW = 44
/** Rows in the DOM beyond those in view. */
const BEYOND = 8

export interface DifferenceTableProps {
  readonly rows: readonly Difference[]
  readonly comparison: Comparison
  readonly order: DifferenceOrder
  readonly onOrder: (order: DifferenceOrder) => void
}

export function DifferenceTable({ rows, comparison, order, onOrder }: DifferenceTableProps): ReactNode {
  const say = useText()
  const body = useRef<HTMLTableSectionElement>(null)
  const [top, setTop] = useState(0)
  const narrow = useMediaQuery('(max-width: 900px)')
  useLayoutEffect(() => {
    const box = body.current?.getBoundingClientRect()
    if (box !== undefined) setTop(box.top + window.scrollY)
  }, [])
  // oxlint-disable-next-line react/incompatible-library -- nothing made from it is memoised
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (narrow ? NARROW_ROW : ROW),
    overscan: BEYOND,
    scrollMargin: top,
    getItemKey: index => index,
  })
  const items = virtual.getVirtualItems()
  const before = items.length === 0 ? 0 : items[0].start - top
  const after = items.length === 0 ? 0 : virtual.getTotalSize() - (items[items.length - 1].end - top)
  const { sums } = comparison
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
            <th className={styles.operation} aria-sort={order === 'operation' ? 'ascending' : undefined}>
              <SortButton by="operation" onOrder={onOrder}>
                {say('compare.column.operation')}
              </SortButton>
            </th>
            <th className={classNames('num', styles.count)}>{say('compare.column.countA')}</th>
            <th className={classNames('num', styles.count)}>{say('compare.column.countB')}</th>
            <th className={classNames('num', styles.count)}>{say('compare.column.countDifference')}</th>
            <th className={classNames('num', styles.total)}>{say('compare.column.totalA')}</th>
            <th className={classNames('num', styles.total)}>{say('compare.column.totalB')}</th>
            <th
              className={classNames('num', styles.difference)}
              aria-sort={order === 'size' ? 'descending' : undefined}
            >
              <SortButton by="size" onOrder={onOrder}>
                {say(order === 'size' ? 'compare.column.difference.bySize' : 'compare.column.difference')}
              </SortButton>
            </th>
            <th className={classNames(tableStyles.last, styles.bar)} aria-hidden="true">
              {say('compare.column.bar')}
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {before > 0 && <Space height={before} />}
          {items.map(({ index }) => (
            <Row key={index} index={index} row={rows[index]} largestNs={comparison.largestNs} />
          ))}
          {after > 0 && <Space height={after} />}
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
            <td className={tableStyles.first} />
            <td>{say('compare.sum')}</td>
            <td className="num">{formatCount(sums.countA)}</td>
            <td className="num">{formatCount(sums.countB)}</td>
            <td className="num">{formatCountDifference(sums.countB - sums.countA)}</td>
            <td className="num">{formatDuration(sums.totalA)}</td>
            <td className="num">{formatDuration(sums.totalB)}</td>
            <td className="num">{formatDifference(sums.totalB - sums.totalA)}</td>
            <td className={tableStyles.last} />
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

function SortButton(props: {
  readonly by: DifferenceOrder
  readonly onOrder: (order: DifferenceOrder) => void
  readonly children: ReactNode
}): ReactNode {
  return (
    <button type="button" className={styles.sort} onClick={() => props.onOrder(props.by)} data-command="compare.order">
      {props.children}
    </button>
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

function Row(props: { readonly index: number; readonly row: Difference; readonly largestNs: number }): ReactNode {
  const { index, row, largestNs } = props
  const { a, b, change, differenceNs } = row
  const say = useText()
  const service = row.service ?? say('compare.unknownService')
  const name = row.name || say('compare.unnamed')
  const share = largestNs === 0 ? 0 : Math.abs(differenceNs) / largestNs
  const bar = {
    '--d': `var(--diff-${change})`,
    '--l': differenceNs < 0 ? `${50 - share * 50}%` : '50%',
    '--w': `${share * 50}%`,
  } as CSSProperties
  return (
    <tr aria-rowindex={index + 2} className={styles.row}>
      <td className={classNames(tableStyles.first, styles.change)}>
        <ChangeMark change={change} />
        <span className="sr">{say(`compare.change.${change}`)}</span>
      </td>
      <td className={styles.operation} title={`${service} ${name}`}>
        <span className={styles.name}>
          <ServiceSwatch name={service} />
          <span className={styles.service}>{service}</span> <span className={styles.text}>{name}</span>
          {a.errorCount + b.errorCount > 0 && (
            <span className={classNames('err', styles.errors)}>
              <Icon name="error" size={8} />
              <span className="sr">{say('compare.errors', { count: a.errorCount + b.errorCount })}</span>
            </span>
          )}
        </span>
        <span className={styles.counts} aria-hidden="true">
          {say('compare.counts', { before: formatCount(a.count), after: formatCount(b.count) })}
        </span>
      </td>
      <td className={classNames('num', styles.count)}>{formatCount(a.count)}</td>
      <td className={classNames('num', styles.count)}>{formatCount(b.count)}</td>
      <td className={classNames('num', styles.count, b.count === a.count && 'faint')}>
        {formatCountDifference(b.count - a.count)}
      </td>
      <td className={classNames('num', styles.total)}>
        <Total count={a.count} ns={a.totalNs} />
      </td>
      <td className={classNames('num', styles.total)}>
        <Total count={b.count} ns={b.totalNs} />
      </td>
      <td className={classNames('num', styles.difference, change !== 'same' && 'strong')}>
        {formatDifference(differenceNs)}
      </td>
      <td className={classNames(tableStyles.last, styles.bar)} aria-hidden="true">
        <span className={styles.track}>
          <i className={classNames(styles.fill, change === 'removed' && styles.hatched)} style={bar} />
        </span>
      </td>
    </tr>
  )
}

function Total({ count, ns }: { readonly count: number; readonly ns: number }): ReactNode {
  const say = useText()
  if (count > 0) return formatDuration(ns)
  return (
    <span className="faint">
      <span aria-hidden="true">–</span>
      <span className="sr">{say('compare.none')}</span>
    </span>
  )
}
