// The places of two traces as a tree: what is in one only, called more or less often, slower or faster, told by mark, frame and
// colour. By time, or by numbers of spans alone as Jaeger's comparison does. Its twin is the table of differences.

import { memo, useDeferredValue, useLayoutEffect, useMemo, useRef } from 'react'
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatDifference } from '#app/i18n/format.ts'
import { ChangeMark, changeColour } from '#app/ui/ChangeMark.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { useTraceWork } from '#app/ui/use-sliced-work.ts'
import { changeOf, countChange, placeSums } from '#shared/trace/diff/diff-rows.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import styles from './DiffGraph.module.css'
import { largestPlaces, layoutDiffGraph, NODE } from './layout.ts'
import type { DiffGraphLayout } from './layout.ts'

/** Boxes in the page at once: more are no picture any more. The table has all. */
const MOST = 250
/** Boxes at once when the graph opens: the others follow while the page goes on. */
const AT_FIRST = 40

const NO_PLACES = new Uint32Array()

export interface DiffGraphProps {
  readonly diff: TraceDiff
  /** Places to show, ascending. */
  readonly rows: Uint32Array
  /** By numbers of spans alone. */
  readonly counts: boolean
  readonly selected: number
  readonly onSelect: (place: number) => void
  /** Command of choosing a place. */
  readonly command: string
}

export function DiffGraph({ diff, rows, counts, selected, onSelect, command }: DiffGraphProps): ReactNode {
  const say = useText()
  const box = useRef<HTMLDivElement>(null)
  const chosen = useTraceWork(
    diff.places,
    useMemo(() => {
      const { figuresA, figuresB } = diff
      const size = (place: number): number =>
        counts
          ? Math.abs(figuresB.count[place] - figuresA.count[place])
          : Math.abs(figuresB.total[place] - figuresA.total[place])
      return () => largestPlaces(diff.places, rows, size, MOST)
    }, [counts, diff, rows]),
  )
  const layout = useMemo(() => layoutDiffGraph(diff.places, chosen.value ?? NO_PLACES), [diff, chosen.value])
  const { places } = layout
  const left = rows.length - places.length
  const drawn = useDeferredValue(places.length, AT_FIRST)
  const cursor = Math.max(0, places.indexOf(selected))
  // The root stands in the middle of its tree: what is chosen, else the root, is in view at first and wherever it goes.
  useLayoutEffect(() => {
    const scroller = box.current
    if (scroller === null || places.length === 0) return
    const [x, y] = [layout.x[cursor], layout.y[cursor]]
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller
    if (x < scrollLeft || x + NODE.width > scrollLeft + clientWidth) scroller.scrollLeft = Math.max(0, x - 16)
    if (y < scrollTop || y + NODE.height > scrollTop + clientHeight) {
      scroller.scrollTop = Math.max(0, y - (clientHeight - NODE.height) / 2)
    }
  }, [layout, places, cursor])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const next = moved(event.key, cursor, layout)
    if (next < 0 || next >= places.length) return
    event.preventDefault()
    onSelect(places[next])
    const node = box.current?.querySelector<HTMLElement>(`[data-place="${places[next]}"]`)
    node?.focus()
  }
  return (
    <>
      {left > 0 && chosen.value !== undefined && (
        <p className={styles.left}>{say('compare.graph.left', { shown: places.length, left })}</p>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrow keys move between its buttons */}
      <div
        ref={box}
        className={styles.scroller}
        role="group"
        aria-label={say(counts ? 'compare.graph.counts' : 'compare.graph.times')}
        aria-busy={chosen.busy}
        onKeyDown={onKeyDown}
      >
        <div className={styles.field} style={{ width: layout.width, height: layout.height }}>
          <svg className={styles.edges} width={layout.width} height={layout.height} aria-hidden="true">
            {Array.from(places, (place, k) =>
              layout.parent[k] < 0 ? null : <path key={place} d={edge(layout, k)} className={styles.edge} />,
            )}
          </svg>
          {Array.from(places.subarray(0, Math.max(drawn, cursor + 1)), (place, k) => (
            <Node
              key={place}
              diff={diff}
              place={place}
              counts={counts}
              x={layout.x[k]}
              y={layout.y[k]}
              selected={place === selected}
              stop={k === cursor}
              onSelect={onSelect}
              command={command}
            />
          ))}
        </div>
      </div>
    </>
  )
}

function moved(key: string, cursor: number, { parent }: DiffGraphLayout): number {
  switch (key) {
    case 'ArrowDown':
      return cursor + 1
    case 'ArrowUp':
      return cursor - 1
    case 'ArrowLeft':
      return parent[cursor] ?? -1
    case 'ArrowRight':
      return parent.indexOf(cursor)
    case 'Home':
      return 0
    case 'End':
      return parent.length - 1
    default:
      return -1
  }
}

function edge({ x, y, parent }: DiffGraphLayout, k: number): string {
  const above = parent[k]
  const [fromX, fromY] = [x[above] + NODE.width, y[above] + NODE.height / 2]
  const [toX, toY] = [x[k], y[k] + NODE.height / 2]
  const middle = (fromX + toX) / 2
  return `M${fromX} ${fromY}C${middle} ${fromY} ${middle} ${toY} ${toX} ${toY}`
}

const Node = memo(function Node(props: {
  readonly diff: TraceDiff
  readonly place: number
  readonly counts: boolean
  readonly x: number
  readonly y: number
  readonly selected: boolean
  readonly stop: boolean
  readonly onSelect: (place: number) => void
  readonly command: string
}): ReactNode {
  const { diff, place, counts, x, y, selected, stop, onSelect, command } = props
  const say = useText()
  const key = diff.keys[diff.key[place]]
  const service = key.service ?? say('compare.unknownService')
  const name = key.name || say('compare.unnamed')
  const [a, b] = [placeSums(diff.figuresA, place), placeSums(diff.figuresB, place)]
  const change = counts ? countChange(a.count, b.count) : changeOf(a, b)
  const style = {
    left: x,
    top: y,
    width: NODE.width,
    height: NODE.height,
    '--d': changeColour(change),
  } as CSSProperties
  return (
    <button
      type="button"
      className={styles.node}
      data-change={change}
      data-place={place}
      data-command={command}
      aria-pressed={selected}
      tabIndex={stop ? 0 : -1}
      style={style}
      title={`${service} ${name}`}
      onClick={() => onSelect(place)}
    >
      <span className={styles.first}>
        <ServiceSwatch name={service} />
        <span className={styles.service}>{service}</span> <span className={styles.name}>{name}</span>
      </span>
      <span className={styles.second}>
        <ChangeMark change={change} />
        <span className="sr">
          {say(counts && change === 'same' ? 'compare.change.asMany' : `compare.change.${change}`)}
        </span>{' '}
        <span className={styles.figure}>
          {a.count === b.count ? `× ${a.count}` : say('compare.times', { before: a.count, after: b.count })}
        </span>
        {!counts && <span className={styles.figure}>{formatDifference(b.total - a.total)}</span>}
      </span>
    </button>
  )
})
