// Two traces row by row: the tree of their places is a treegrid in the page, its bars are one canvas beside it. Rows in view
// stand in the DOM, the others are their height.

import { useEffect, useEffectEvent, useId, useRef } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { attachSurface } from '#app/canvas/surface.ts'
import { timeScale, timeTicks } from '#app/canvas/time-scale.ts'
import { useText } from '#app/i18n/Message.tsx'
import { formatDifference, formatDuration } from '#app/i18n/format.ts'
import { ChangeMark } from '#app/ui/ChangeMark.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { useMediaQuery } from '#app/ui/use-media-query.ts'
import { changeOf, placeSums } from '#shared/trace/diff/diff-rows.ts'
import type { DiffSums } from '#shared/trace/diff/diff-rows.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './AlignedTraces.module.css'
import { drawAligned } from './draw.ts'
import { alignedRow, INSET, ROW } from './layout.ts'
import type { AlignedRow } from './layout.ts'
import { revealRow, useRowsInView } from './rows-in-view.ts'

/** Height of a row on a phone, where a name has two lines, CSS pixels. */
const NARROW_ROW = 48
/** Rows in the DOM beyond those in view. */
const BEYOND = 8
/** Levels that are drawn as indentation; deeper rows stand as these do, their level is in words. */
const MOST_INDENT = 24
/** Width between upright lines, pixels. */
const TICK = 90

export interface AlignedTracesProps {
  readonly diff: TraceDiff
  readonly a: Trace
  readonly b: Trace
  /** Places to show, ascending. */
  readonly rows: Uint32Array
  /** −1: none. */
  readonly selected: number
  readonly onSelect: (place: number) => void
  /** Command of choosing a row. */
  readonly command: string
}

export function AlignedTraces(props: AlignedTracesProps): ReactNode {
  const { diff, a, b, rows, selected, onSelect, command } = props
  const say = useText()
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const rowHeight = useMediaQuery('(max-width: 640px)') ? NARROW_ROW : ROW
  const { first, last } = useRowsInView(scroller, rows.length, rowHeight, BEYOND)

  useEffect(() => {
    const [box, target] = [scroller.current, canvas.current]
    if (box === null || target === null) return undefined
    const laid = new Map<number, AlignedRow>()
    let laidWidth = 0
    const surface = attachSurface(target, frame => {
      if (frame.width !== laidWidth) {
        laid.clear()
        laidWidth = frame.width
      }
      const first = Math.floor(box.scrollTop / rowHeight)
      const last = Math.min(rows.length, Math.ceil((box.scrollTop + frame.height) / rowHeight))
      const shown: AlignedRow[] = []
      for (let index = first; index < last; index++) {
        let row = laid.get(rows[index])
        if (row === undefined) {
          row = alignedRow(diff, a, b, rows[index], frame.width)
          laid.set(rows[index], row)
        }
        shown.push(row)
      }
      const window = { start: 0, end: Math.max(diff.durationA, diff.durationB, 1) }
      const scale = timeScale(window, frame.width, undefined, INSET)
      drawAligned(
        frame,
        shown,
        box.scrollTop - first * rowHeight,
        rowHeight,
        timeTicks(scale, TICK).map(({ time }) => scale.x(time)),
      )
    })
    const redraw = (): void => surface.invalidate()
    box.addEventListener('scroll', redraw, { passive: true })
    return () => {
      box.removeEventListener('scroll', redraw)
      surface.dispose()
    }
  }, [a, b, diff, rows, rowHeight])

  const cursor = rows.indexOf(selected)
  const reveal = useEffectEvent((index: number) => {
    if (index >= 0 && scroller.current !== null) revealRow(scroller.current, index, rowHeight)
  })
  useEffect(() => reveal(cursor), [cursor])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const next = moved(event.key, cursor, rows, diff)
    if (next === undefined) return
    event.preventDefault()
    if (rows.length > 0) onSelect(rows[Math.max(0, Math.min(rows.length - 1, next))])
  }
  const active = cursor >= first && cursor < last ? `${id}${selected}` : undefined
  return (
    <div className={styles.aligned}>
      <div className={styles.head} aria-hidden="true">
        <span className={styles.name}>{say('compare.column.operation')}</span>
        <span className={styles.side}>A</span>
        <span className={styles.side}>B</span>
        <span className={styles.difference}>{say('compare.column.difference')}</span>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a treegrid is what takes these keys */}
      <div
        ref={scroller}
        className={styles.scroller}
        role="treegrid"
        aria-label={say('compare.aligned')}
        aria-rowcount={rows.length}
        aria-activedescendant={active}
        tabIndex={0}
        data-command={command}
        onKeyDown={onKeyDown}
      >
        <div className={styles.holder} aria-hidden="true">
          <canvas
            ref={canvas}
            className={styles.canvas}
            style={{ height: `min(60vh, ${rows.length * rowHeight}px)` }}
          />
        </div>
        <div className={styles.rows} role="presentation" style={{ height: rows.length * rowHeight }}>
          {Array.from({ length: last - first }, (_, k) => first + k).map(index => (
            <Row
              key={rows[index]}
              id={`${id}${rows[index]}`}
              diff={diff}
              place={rows[index]}
              index={index}
              top={index * rowHeight}
              selected={index === cursor}
              onSelect={onSelect}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

/** The row that a key goes to; undefined: not a key of the tree. */
function moved(key: string, cursor: number, rows: Uint32Array, diff: TraceDiff): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return cursor + 1
    case 'ArrowUp':
      return cursor - 1
    case 'PageDown':
      return cursor + 10
    case 'PageUp':
      return cursor - 10
    case 'Home':
      return 0
    case 'End':
      return rows.length - 1
    case 'ArrowLeft':
      return cursor < 0 ? 0 : rows.indexOf(Math.max(0, diff.places.parent[rows[cursor]]))
    default:
      return undefined
  }
}

function Row(props: {
  readonly id: string
  readonly diff: TraceDiff
  readonly place: number
  readonly index: number
  readonly top: number
  readonly selected: boolean
  readonly onSelect: (place: number) => void
}): ReactNode {
  const { id, diff, place, index, top, selected, onSelect } = props
  const say = useText()
  const key = diff.keys[diff.key[place]]
  const keyA = diff.keys[diff.keyA[place]]
  const service = key.service ?? say('compare.unknownService')
  const name = key.name || say('compare.unnamed')
  const { parent, depth } = diff.places
  const above = parent[place]
  const sameService = above >= 0 && diff.keys[diff.key[above]].service === key.service
  const [a, b] = [placeSums(diff.figuresA, place), placeSums(diff.figuresB, place)]
  const change = changeOf(a, b)
  const count = Math.max(a.count, b.count)
  const failed = b.errors > 0 || a.errors > 0
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid around it has the keys
    <div
      id={id}
      className={styles.row}
      role="row"
      aria-level={depth[place] + 1}
      aria-rowindex={index + 1}
      aria-selected={selected}
      tabIndex={-1}
      style={{ top }}
      onClick={() => onSelect(place)}
    >
      <span role="gridcell" className={styles.name} title={`${service} ${name}`}>
        <ChangeMark change={change} />
        <span className="sr">{say(`compare.change.${change}`)}</span>
        <span className={styles.indent} style={{ width: Math.min(MOST_INDENT, depth[place]) * 14 }} />
        <ServiceSwatch name={service} />
        <span className={styles.label}>
          {sameService ? <span className="sr">{service}</span> : <span className={styles.service}>{service}</span>}{' '}
          <span className={styles.text}>{name}</span>
        </span>
        {keyA.name !== key.name && (
          <span className={styles.was}>{say('compare.was', { name: keyA.name || say('compare.unnamed') })}</span>
        )}
        {count > 1 && (
          <b className={styles.times}>
            {a.count === b.count || a.count === 0 || b.count === 0
              ? `× ${count}`
              : say('compare.times', { before: a.count, after: b.count })}
          </b>
        )}
        {failed && (
          <span className={classNames('err', styles.failed)}>
            <Icon name={b.errors > 0 ? 'error' : 'below'} size={8} />
            <span className="sr">{say('compare.errorsBoth', { before: a.errors, after: b.errors })}</span>
          </span>
        )}
      </span>
      <Total sums={a} />
      <Total sums={b} />
      <span role="gridcell" className={styles.difference}>
        {formatDifference(b.total - a.total)}
      </span>
    </div>
  )
}

function Total({ sums }: { readonly sums: DiffSums }): ReactNode {
  const say = useText()
  return (
    <span role="gridcell" className={styles.side}>
      {sums.count > 0 ? (
        formatDuration(sums.total)
      ) : (
        <span className="faint">
          <span aria-hidden="true">–</span>
          <span className="sr">{say('compare.none')}</span>
        </span>
      )}
    </span>
  )
}
