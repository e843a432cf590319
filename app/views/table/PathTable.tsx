// All paths of a trace as a table: the twin of the flame graph and of the graph.

import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import type { TracePaths } from '#shared/trace/path-graph.ts'
import { sortInSlices } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import type { GroupFigures } from '#shared/trace/statistics.ts'
import { spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './cells.module.css'
import { ErrorCount, ShareBar } from './cells.tsx'
import { sortedBy, sortOf } from './counted-trace.ts'
import type { CountedTrace, Sorting } from './counted-trace.ts'
import { VirtualTable } from './VirtualTable.tsx'
import type { VirtualTableHandle } from './VirtualTable.tsx'

export interface PathTableProps {
  readonly counted: CountedTrace
  readonly paths: TracePaths
  /** By path. */
  readonly figures: GroupFigures
  /** All self time, ns: what shares are of. */
  readonly work: number
  readonly selected: number
  readonly onSelect: (span: number) => void
  readonly sorting: Sorting
  readonly onSorting: (sorting: Sorting) => void
  readonly stale: boolean
  /** With depth and critical path; where there is room. */
  readonly wide?: boolean
}

const COLUMNS = ['path', 'depth', 'count', 'errors', 'total', 'self', 'critical', 'share'] as const
type PathColumn = (typeof COLUMNS)[number]
const NARROW: readonly PathColumn[] = ['path', 'count', 'errors', 'total', 'self', 'share']

const WIDTHS: Readonly<Record<PathColumn, string>> = {
  path: 'minmax(140px, 1.4fr)',
  depth: '52px',
  count: '60px',
  errors: '52px',
  total: '68px',
  self: '68px',
  critical: '72px',
  share: 'minmax(110px, 1fr)',
}

export function PathTable(props: PathTableProps): ReactNode {
  const { counted, paths, figures, work, selected, onSelect, sorting, onSorting, stale, wide } = props
  const { trace, services } = counted
  const say = useText()
  const table = useRef<VirtualTableHandle>(null)
  const [cursor, setCursor] = useState(-1)
  const { column, ascending } = sorting
  const make = useCallback(
    () => pathOrder(trace, paths, figures, { column, ascending }),
    [trace, paths, figures, column, ascending],
  )
  const { value: order } = useSlicedWork(make)
  const selectedRow = order === undefined || selected < 0 ? -1 : order.indexOf(paths.pathOf[selected])
  useEffect(() => {
    if (selectedRow >= 0) table.current?.reveal(selectedRow)
  }, [selectedRow])
  if (order === undefined) return <LoadingLines lines={6} />
  const head = (key: PathColumn): string => {
    if (key === 'path') return say('views.flameGraph.ends')
    if (key === 'count') return say('views.spans')
    return key === 'depth' ? say('views.column.depth') : say(`views.column.${key}`)
  }
  const cell = (row: number, key: string): ReactNode => {
    const p = order[row]
    switch (key) {
      case 'path': {
        const name = spanName(trace, paths.first[p]) || say('trace.unnamed')
        const service = services[trace.service[paths.first[p]]]
        return (
          <span className={styles.named} title={`${service} ${name}`}>
            <ServiceSwatch name={service} /> <span className="cut">{name}</span>
          </span>
        )
      }
      case 'depth':
        return formatCount(paths.depth[p] + 1)
      case 'count':
        return formatCount(figures.count[p])
      case 'errors':
        return <ErrorCount count={figures.errors[p]} />
      case 'total':
        return formatDuration(figures.total[p])
      case 'self':
        return formatDuration(figures.self[p])
      case 'critical':
        return figures.critical[p] === 0 ? <span className="faint">–</span> : formatDuration(figures.critical[p])
      default:
        return <ShareBar share={work === 0 ? 0 : figures.self[p] / work} />
    }
  }
  return (
    <VirtualTable
      ref={table}
      label={say('views.flameGraph.paths')}
      columns={(wide === true ? COLUMNS : NARROW).map(key => ({
        key,
        head: head(key),
        width: WIDTHS[key],
        number: key !== 'path' && key !== 'share',
        sort: sortOf(sorting, key),
      }))}
      rowCount={order.length}
      cell={cell}
      rowState={row => ({ selected: row === selectedRow })}
      cursor={cursor}
      onCursor={setCursor}
      onOpen={row => onSelect(spanOfPath(paths, figures, order[row]))}
      onSort={key => onSorting(sortedBy(sorting, key, key === 'path'))}
      empty={say('views.noSpans')}
      stale={stale}
    />
  )
}

/** A span that stands for a path: the one with the most self time, or the first where none is counted. */
export function spanOfPath(paths: TracePaths, figures: GroupFigures, path: number): number {
  return figures.heaviest[path] < 0 ? paths.first[path] : figures.heaviest[path]
}

function* pathOrder(
  trace: Trace,
  paths: TracePaths,
  figures: GroupFigures,
  { column, ascending }: Sorting,
): SlicedWork<Uint32Array> {
  const way = ascending ? 1 : -1
  const values: ArrayLike<number> =
    column === 'depth'
      ? paths.depth
      : column === 'count' || column === 'errors' || column === 'total' || column === 'critical'
        ? figures[column]
        : figures.self
  const name = (p: number): string => spanName(trace, paths.first[p])
  const order = yield* sortInSlices(
    paths.count,
    column === 'path'
      ? (a, b) => (name(a) === name(b) ? 0 : name(a) < name(b) ? -way : way)
      : (a, b) => way * (values[a] - values[b]),
  )
  return order.filter(p => figures.count[p] > 0)
}
