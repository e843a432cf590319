// A table of any number of rows: only those in view are in the page, the place is exact for millions. It is a grid for
// assistive technology: one tab stop, arrows move the row cursor, Enter opens; heads sort.

import { useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import type { CSSProperties, KeyboardEvent, MouseEvent, ReactNode, Ref } from 'react'
import { classNames } from '#app/ui/class-names.ts'
import { rowAt, rowTop } from '#app/views/timeline/row-places.ts'
import { placeToShow, rowScroll, toNative, toVirtual } from '#app/views/timeline/row-scroll.ts'
import styles from './VirtualTable.module.css'

export interface TableColumn {
  readonly key: string
  readonly head: ReactNode
  /** A track of a CSS grid: `72px`, `minmax(120px, 1fr)`. */
  readonly width: string
  readonly number?: boolean
  /** Absent: it can't be sorted by; `none`: it is not sorted by now. */
  readonly sort?: 'ascending' | 'descending' | 'none'
}

export interface RowState {
  readonly selected?: boolean
  /** From 1; makes the table a tree. */
  readonly level?: number
  readonly expanded?: boolean
  /** Found by the find. */
  readonly match?: boolean
  readonly className?: string
}

export interface VirtualTableProps {
  readonly label: string
  readonly columns: readonly TableColumn[]
  readonly rowCount: number
  readonly cell: (row: number, column: string) => ReactNode
  readonly rowState: (row: number) => RowState
  /** Of the row that the keyboard is at; −1 before the first key. */
  readonly cursor: number
  readonly onCursor: (row: number) => void
  /** A press on a row, or Enter at it. */
  readonly onOpen: (row: number) => void
  /** The right (true) and left arrow at a row that can be expanded. */
  readonly onExpand?: (row: number, open: boolean) => void
  readonly onSort?: (column: string) => void
  /** Below one row: what it holds, and how high it is. */
  readonly below?: { readonly row: number; readonly height: number; readonly content: ReactNode }
  /** Stays under the rows: sums. */
  readonly foot?: (column: string) => ReactNode
  /** What stands where rows would. */
  readonly empty?: ReactNode
  readonly stale?: boolean
  /** Height of a row, CSS pixels; that of one line when absent. */
  readonly rowHeight?: number
  readonly ref?: Ref<VirtualTableHandle>
}

export interface VirtualTableHandle {
  /** Scrolls a row to the middle when it is out of view. */
  reveal(row: number): void
}

const ROW = 24
const HEAD = 28
/** Rows above and below the view that are there too. */
const SPARE = 8

export function VirtualTable(props: VirtualTableProps): ReactNode {
  const { label, columns, rowCount, cursor, below, foot, ref, rowHeight = ROW } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState(0)
  const [top, setTop] = useState(0)
  const belowHeight = below?.height ?? 0
  const inset = below === undefined ? undefined : { after: below.row, height: below.height }
  const footHeight = foot === undefined ? 0 : HEAD
  const scroll = rowScroll(rowCount, rowHeight, Math.max(0, view - HEAD - footHeight), belowHeight)
  const place = Math.min(top, scroll.most)
  const first = Math.max(0, rowAt(place, rowHeight, inset) - SPARE)
  const last = Math.min(rowCount, rowAt(place + scroll.view, rowHeight, inset) + 1 + SPARE)

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const sized = new ResizeObserver(() => setView(element.clientHeight))
    sized.observe(element)
    setView(element.clientHeight)
    return () => sized.disconnect()
  }, [])

  const goTo = (next: number): void => {
    setTop(next)
    const native = Math.round(toNative(scroll, next))
    if (scroller.current !== null && scroller.current.scrollTop !== native) scroller.current.scrollTop = native
  }
  const reveal = (row: number, jump: boolean): void => {
    if (row < 0 || view === 0) return
    const from = rowTop(row, rowHeight, inset)
    const next = placeToShow(scroll, from, from + rowHeight, place, rowHeight)
    goTo(jump && next !== place ? Math.max(0, Math.min(scroll.most, row * rowHeight - scroll.view / 2)) : next)
  }
  useImperativeHandle(ref, () => ({ reveal: row => reveal(row, true) }))
  // The native bar follows when rows come or go.
  useEffect(() => {
    if (scroller.current !== null && toVirtual(scroll, scroller.current.scrollTop) !== place && top > scroll.most) {
      goTo(place)
    }
  })

  const keys = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLElement && event.target.closest('[role=columnheader], a, input') !== null) return
    const page = Math.max(1, Math.floor(scroll.view / rowHeight) - 1)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: cursor + 1,
      ArrowUp: cursor - 1,
      PageDown: cursor + page,
      PageUp: cursor - page,
      Home: 0,
      End: rowCount - 1,
    }
    const next = steps[event.key]
    if (next !== undefined) {
      const row = Math.max(0, Math.min(rowCount - 1, next))
      props.onCursor(row)
      reveal(row, false)
    } else if (event.key === 'Enter' && cursor >= 0) props.onOpen(cursor)
    else if (event.key === 'ArrowRight' && cursor >= 0 && props.rowState(cursor).expanded === false) {
      props.onExpand?.(cursor, true)
    } else if (event.key === 'ArrowLeft' && cursor >= 0 && props.rowState(cursor).expanded === true) {
      props.onExpand?.(cursor, false)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const press = (event: MouseEvent, row: number): void => {
    if (event.target instanceof Element && event.target.closest('button, a') !== null) return
    if (window.getSelection()?.isCollapsed === false) return
    props.onCursor(row)
    props.onOpen(row)
  }
  const tree = rowCount > 0 && props.rowState(0).level !== undefined
  const template = columns.map(({ width }) => width).join(' ')
  const rows: ReactNode[] = []
  for (let row = first; row < last; row++) {
    rows.push(
      <Row
        key={row}
        id={`${id}${row}`}
        row={row}
        top={rowTop(row, rowHeight, inset) - place}
        columns={columns}
        state={props.rowState(row)}
        cursor={row === cursor}
        cell={props.cell}
        onPress={press}
      />,
    )
  }
  return (
    <div
      ref={scroller}
      className={classNames(styles.scroller, props.stale === true && styles.stale)}
      onScroll={event => setTop(toVirtual(scroll, event.currentTarget.scrollTop))}
    >
      <div style={{ height: `${scroll.native + HEAD + footHeight}px` }} className={styles.spacer}>
        <div
          className={styles.table}
          style={{ height: `${view}px`, '--columns': template, '--row-height': `${rowHeight}px` } as CSSProperties}
          role={tree ? 'treegrid' : 'grid'}
          aria-label={label}
          aria-rowcount={rowCount + 1 + (foot === undefined ? 0 : 1)}
          aria-colcount={columns.length}
          aria-activedescendant={cursor >= first && cursor < last ? `${id}${cursor}` : undefined}
          tabIndex={0}
          onKeyDown={keys}
        >
          <div role="rowgroup">
            <div role="row" aria-rowindex={1} className={styles.heads}>
              {columns.map(column => (
                <Head key={column.key} column={column} onSort={props.onSort} />
              ))}
            </div>
          </div>
          <div role="rowgroup" className={styles.rows}>
            {rows}
            {below !== undefined && below.row >= first && below.row < last && (
              <div
                role="row"
                className={styles.below}
                style={{
                  transform: `translateY(${(below.row + 1) * rowHeight - place}px)`,
                  height: `${belowHeight}px`,
                }}
              >
                <div role="gridcell" aria-colspan={columns.length}>
                  {below.content}
                </div>
              </div>
            )}
            {rowCount === 0 && (
              <div role="row" className={styles.empty}>
                <div role="gridcell" aria-colspan={columns.length}>
                  {props.empty}
                </div>
              </div>
            )}
          </div>
          {foot !== undefined && (
            <div role="rowgroup" className={styles.foot}>
              <div role="row" aria-rowindex={rowCount + 2} className={styles.row}>
                {columns.map(({ key, number }) => (
                  <div key={key} role="gridcell" className={classNames(styles.cell, number === true && 'num')}>
                    {foot(key)}
                  </div>
                ))}
              </div>
            </div>
          )}
        </div>
      </div>
    </div>
  )
}

function Head(props: { readonly column: TableColumn; readonly onSort?: (column: string) => void }): ReactNode {
  const { key, head, number, sort } = props.column
  return (
    <div
      role="columnheader"
      className={classNames(styles.head, number === true && 'num')}
      aria-sort={sort === 'none' ? undefined : sort}
    >
      {sort === undefined ? (
        <span className="cut">{head}</span>
      ) : (
        <button type="button" className={styles.sort} onClick={() => props.onSort?.(key)}>
          {head}
        </button>
      )}
    </div>
  )
}

function Row(props: {
  readonly id: string
  readonly row: number
  readonly top: number
  readonly columns: readonly TableColumn[]
  readonly state: RowState
  readonly cursor: boolean
  readonly cell: (row: number, column: string) => ReactNode
  readonly onPress: (event: MouseEvent, row: number) => void
}): ReactNode {
  const { id, row, top, columns, state, cursor, cell, onPress } = props
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={row + 2}
      aria-level={state.level}
      aria-expanded={state.expanded}
      aria-selected={state.selected === true}
      data-cursor={cursor ? '' : undefined}
      data-match={state.match === true ? '' : undefined}
      className={classNames(styles.row, styles.placed, state.className)}
      style={{ transform: `translateY(${top}px)` }}
      onClick={event => onPress(event, row)}
    >
      {columns.map(({ key, number }) => (
        <div key={key} role="gridcell" className={classNames(styles.cell, number === true && 'num')}>
          {cell(row, key)}
        </div>
      ))}
    </div>
  )
}
