// Dense tables: hairlines under rows, heads in the small size, no zebra, no box. Plain <table> markup with the classes
// below; what has behaviour (sorting, selection, windowing) is the page's.

import type { CSSProperties, ReactNode } from 'react'
import styles from './Table.module.css'
import { classNames } from './class-names.ts'

/**
 * Classes: `table` on <table>, `first`/`last` on the outer cells, `stale` on rows of old data. Cells with numbers take
 * the global class `num`. Row states: `aria-selected`, `data-cursor` (keyboard cursor), hover comes by itself.
 * A sorted head carries `aria-sort`.
 */
export const tableStyles = {
  table: styles.table,
  first: styles.first,
  last: styles.last,
  stale: styles.stale,
} as const

/** A duration as text and as a bar of its share of the longest, with a red mark where an error is. */
export function DurationBar(props: {
  /** Already formatted. */
  readonly text: string
  /** 0…1 of the longest in the table. */
  readonly share: number
  /** 0…1 along the bar's track where the first error starts. */
  readonly errorAt?: number
}): ReactNode {
  const { text, share, errorAt } = props
  const style: Record<string, string> = { '--w': `${Math.max(0, Math.min(1, share)) * 100}%` }
  if (errorAt !== undefined) style['--e'] = `${Math.max(0, Math.min(1, errorAt)) * 100}%`
  return (
    <span className={styles.duration}>
      <span className={styles.figure}>{text}</span>
      <i className={styles.track} style={style as CSSProperties} data-error={errorAt === undefined ? undefined : ''} />
    </span>
  )
}

/** A measure against its limit: a bar 4 px high; from 90 % on it is marked. */
export function Gauge({ share, label }: { readonly share: number; readonly label: string }): ReactNode {
  const percent = Math.round(Math.max(0, Math.min(1, share)) * 100)
  return (
    <span
      className={classNames(styles.gauge, share > 0.9 && styles.hot)}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      style={{ '--w': `${percent}%` } as CSSProperties}
    />
  )
}

/** Rows whose cells are not known yet: one 8 px bar a cell, as wide as `widths` says (CSS lengths), still. */
export function SkeletonRows(props: { readonly rows: number; readonly widths: readonly string[] }): ReactNode {
  return Array.from({ length: props.rows }, (_, row) => (
    <tr key={row} aria-hidden="true">
      {props.widths.map((width, cell) => (
        <td key={cell} className={cell === 0 ? styles.first : undefined}>
          <i className={styles.bone} style={{ width }} />
        </td>
      ))}
    </tr>
  ))
}
