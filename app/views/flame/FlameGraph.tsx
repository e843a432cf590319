// The flame graph: paths as wide as their work, the heaviest left; with the selected path and all paths as a table.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration, formatShare } from '#app/i18n/format.ts'
import type { TimeWindow } from '#app/canvas/time-scale.ts'
import { serviceMark } from '#app/theme/service-colour.ts'
import { Button } from '#app/ui/Button.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { Bar, Foot, SectionHead, Wide } from '#app/ui/Lines.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import { EmptyState, LoadingLines } from '#app/ui/States.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { ErrorCount } from '#app/views/table/cells.tsx'
import type { CountedTrace, Sorting } from '#app/views/table/counted-trace.ts'
import { DownloadMenu } from '#app/views/table/DownloadMenu.tsx'
import { PathTable, spanOfPath } from '#app/views/table/PathTable.tsx'
import { createTimelineStore, fitAll, isZoomed, setWindow } from '#app/views/timeline/timeline-store.ts'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'
import { flameGraph } from '#shared/trace/flame-graph.ts'
import type { FlameGraph as Graph } from '#shared/trace/flame-graph.ts'
import { pathChildren, tracePaths, withBelow } from '#shared/trace/path-graph.ts'
import type { PathChildren, TracePaths } from '#shared/trace/path-graph.ts'
import { BREATH } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { groupFigures } from '#shared/trace/statistics.ts'
import type { GroupFigures } from '#shared/trace/statistics.ts'
import { spanName } from '#shared/trace/trace.ts'
import styles from './Flame.module.css'
import { ABOVE, LANE } from './flame-layout.ts'
import { foldedStacks } from './folded-stacks.ts'
import { FlameCanvas } from './FlameCanvas.tsx'
import type { FlameHandle, FlameStep } from './FlameCanvas.tsx'
import type { FlameShown } from './flame-drawing.ts'
import { Figure, Slowest } from './FlamePanels.tsx'

export type FlameShape = 'both' | 'graph' | 'table'

export interface FlameGraphProps {
  readonly counted: CountedTrace
  readonly selected: number
  readonly onSelect: (span: number) => void
  readonly onTimeline: (span: number) => void
  readonly isMatch: (span: number) => boolean
  readonly shape: FlameShape
  readonly onShape: (shape: FlameShape) => void
  readonly sorting: Sorting
  readonly onSorting: (sorting: Sorting) => void
  /** Stretch that is zoomed into, ns of work; undefined: all. */
  readonly zoom: TimeWindow | undefined
  readonly onZoom: (zoom: TimeWindow | undefined) => void
}

interface DrawnGraph {
  readonly counted: CountedTrace
  readonly paths: TracePaths
  readonly figures: GroupFigures
  readonly graph: Graph
  readonly children: PathChildren
  /** Errors of a path and all below it. */
  readonly errorsBelow: Float64Array
  /** Places of paths with errors of their own. */
  readonly errors: Uint32Array
  /** Paths that have a counted span. */
  readonly shown: number
}

function* drawnGraph(counted: CountedTrace): SlicedWork<DrawnGraph> {
  const { trace, included } = counted
  const paths = yield* tracePaths(trace)
  const figures = yield* groupFigures(counted.figures, paths.pathOf, paths.count, included)
  const graph = yield* flameGraph(paths, figures.self)
  const children = yield* pathChildren(paths, graph.work)
  const errors: number[] = []
  let shown = 0
  for (let place = 0; place < graph.item.length; place++) {
    const path = graph.item[place]
    if (figures.errors[path] > 0) errors.push(place)
    if (figures.count[path] > 0) shown++
    if ((place & BREATH) === BREATH) yield
  }
  const errorsBelow = withBelow(paths, figures.errors)
  return { counted, paths, figures, graph, children, errorsBelow, errors: Uint32Array.from(errors), shown }
}

export function FlameGraph(props: FlameGraphProps): ReactNode {
  const { counted, shape, onShape } = props
  const say = useText()
  const { value: drawn, stale } = useSlicedWork(useCallback(() => drawnGraph(counted), [counted]))
  const hasWork = drawn !== undefined && drawn.graph.total > 0
  return (
    <section
      className={classNames(
        styles.view,
        styles.graph,
        (shape === 'graph' || !hasWork) && styles.drawn,
        shape === 'table' && styles.tabled,
      )}
      aria-label={say('views.flameGraph')}
      style={{ '--lanes': `${((drawn?.paths.maxDepth ?? 0) + 1) * LANE + 2 * ABOVE}px` } as CSSProperties}
    >
      <Bar tight className={styles.options}>
        <span data-local-action="chooses between drawing and table of this view">
          <SegmentedControl
            label={say('views.shape')}
            size="small"
            segments={[
              { key: 'both', content: say('views.both') },
              { key: 'graph', content: say('views.graph') },
              { key: 'table', content: say('views.table') },
            ]}
            selected={shape}
            onSelect={onShape}
          />
        </span>
        <Wide>
          <span className="faint">{say('views.flameGraph.hint')}</span>
        </Wide>
        <span className="grow" />
        {props.zoom !== undefined && (
          <span data-local-action="shows all of the flame graph again">
            <Button look="quiet" size="small" onPress={() => props.onZoom(undefined)}>
              <Message id="views.flameGraph.reset" />
            </Button>
          </span>
        )}
        <DownloadMenu
          forms={['folded']}
          file={`flame-graph-${(counted.trace.traceId ?? 'trace').slice(0, 16)}`}
          make={
            drawn === undefined || stale
              ? undefined
              : () => foldedStacks(drawn.counted, drawn.paths, drawn.figures.self)
          }
        />
      </Bar>
      {drawn === undefined ? (
        <div className={styles.loading}>
          <LoadingLines lines={10} />
        </div>
      ) : !hasWork && (shape !== 'table' || counted.count === 0) ? (
        <div className={styles.loading}>
          <EmptyState title={say(counted.count === 0 ? 'views.noSpans' : 'views.flameGraph.noWork')} />
        </div>
      ) : (
        <>
          {shape !== 'table' && <Drawing key={drawn.graph.total} {...props} drawn={drawn} />}
          {shape === 'both' && (
            <div className={styles.panels}>
              <SelectedPath {...props} drawn={drawn} />
              <div className={styles.paths}>
                <SectionHead
                  level={2}
                  title={<Message id="views.flameGraph.pathsHead" values={{ count: drawn.shown }} />}
                />
                <Paths {...props} drawn={drawn} stale={stale} />
              </div>
            </div>
          )}
          {shape === 'table' && <Paths {...props} drawn={drawn} stale={stale} />}
        </>
      )}
      <Foot>
        <span aria-live="polite">
          <Message
            id="views.counted"
            values={{ count: counted.count, total: counted.trace.size, hidden: counted.trace.size - counted.count }}
          />
        </span>
        <span className="grow" />
        {drawn !== undefined && (
          <Wide>
            {say('views.flameGraph.foot', {
              work: formatDuration(drawn.graph.total),
              duration: formatDuration(counted.trace.durationNs),
            })}
          </Wide>
        )}
      </Foot>
    </section>
  )
}

type DrawnProps = FlameGraphProps & { readonly drawn: DrawnGraph }

function Drawing(props: DrawnProps): ReactNode {
  const { drawn, selected, onSelect, isMatch } = props
  const { paths, figures, graph, children, counted } = drawn
  const { trace, services } = counted
  const say = useText()
  const handle = useRef<FlameHandle>(null)
  const store = useZoomStore(graph.total, props.zoom, props.onZoom)
  const path = selected < 0 ? -1 : paths.pathOf[selected]
  const [moved, setMoved] = useState<{ readonly path: number; readonly selected: number }>()
  const cursor = moved !== undefined && moved.selected === path ? moved.path : path
  const marks = useMemo(() => services.map(serviceMark), [services])
  useEffect(() => {
    if (path >= 0) handle.current?.reveal(path)
  }, [path])
  const shown = useMemo((): FlameShown => {
    const serviceOf = (p: number): number => trace.service[paths.first[p]]
    const nameOf = (p: number): string => spanName(trace, paths.first[p]) || say('trace.unnamed')
    return {
      lanes: graph,
      laneOf: p => paths.depth[p],
      errors: drawn.errors,
      rails: undefined,
      look: {
        mark: p => marks[serviceOf(p)],
        name: p =>
          figures.count[p] > 1
            ? say('views.flameGraph.times', { name: nameOf(p), count: figures.count[p] })
            : nameOf(p),
        figure: p => formatDuration(graph.work[p]),
        faded: p => figures.count[p] === 0,
        match: p => isMatch(paths.first[p]),
      },
      selected: path,
      cursor,
      time: undefined,
      tip: (p, count) =>
        count > 1
          ? say('views.flameGraph.several', { count, name: nameOf(p), service: services[serviceOf(p)] })
          : say('views.flameGraph.tip', {
              name: nameOf(p),
              service: services[serviceOf(p)],
              count: figures.count[p],
              self: formatDuration(figures.self[p]),
              work: formatDuration(graph.work[p]),
              share: formatShare(graph.work[p] / graph.total, 1),
            }),
    }
  }, [graph, paths, figures, drawn.errors, trace, services, marks, isMatch, path, cursor, say])
  return (
    <FlameCanvas
      ref={handle}
      store={store}
      shown={shown}
      label={say('views.flameGraph.label', { paths: drawn.shown })}
      treeLabel={say('views.flameGraph.tree')}
      itemLabel={p =>
        say('views.flameGraph.item', {
          service: services[trace.service[paths.first[p]]],
          name: spanName(trace, paths.first[p]) || say('trace.unnamed'),
          count: figures.count[p],
          self: formatDuration(figures.self[p]),
          work: formatDuration(graph.work[p]),
          error: figures.errors[p] > 0 ? 'own' : drawn.errorsBelow[p] > 0 ? 'below' : 'none',
        })
      }
      placeOf={p => {
        const [from, to] = siblingsOf(paths, children, p)
        return { level: paths.depth[p] + 1, position: children.list.indexOf(p, from) - from + 1, siblings: to - from }
      }}
      step={(p, step) => stepFrom(drawn, p, step)}
      start={path >= 0 ? path : graph.item[0]}
      onCursor={p => setMoved({ path: p, selected: path })}
      onPress={p => onSelect(spanOfPath(paths, figures, p))}
    />
  )
}

function siblingsOf({ parent }: TracePaths, { from }: PathChildren, p: number): readonly [number, number] {
  return [from[parent[p] + 1], from[parent[p] + 2]]
}

function stepFrom({ paths, children }: DrawnGraph, p: number, step: FlameStep): number {
  if (step === 'parent') return paths.parent[p] < 0 ? p : paths.parent[p]
  if (step === 'child') {
    const first = children.from[p + 1]
    return first < children.from[p + 2] ? children.list[first] : p
  }
  const [from, to] = siblingsOf(paths, children, p)
  const at = children.list.indexOf(p, from)
  if (step === 'first') return children.list[from]
  if (step === 'last') return children.list[to - 1]
  return children.list[Math.max(from, Math.min(to - 1, at + (step === 'left' ? -1 : 1)))]
}

/** How long the zoom must rest before it goes into the address, ms. */
const REST = 300

/** Zoom of the graph, kept in the address while it rests. */
function useZoomStore(
  total: number,
  zoom: TimeWindow | undefined,
  onZoom: (zoom: TimeWindow | undefined) => void,
): TimelineStore {
  const [store] = useState(() => createTimelineStore(total, zoom))
  const written = useRef(zoom)
  const newest = useRef(onZoom)
  useEffect(() => {
    newest.current = onZoom
  })
  const start = zoom?.start
  const end = zoom?.end
  useEffect(() => {
    if (start === written.current?.start && end === written.current?.end) return
    written.current = start === undefined || end === undefined ? undefined : { start, end }
    if (written.current === undefined) fitAll(store)
    else setWindow(store, written.current)
  }, [store, start, end])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = store.getState().window
    const unsubscribe = store.subscribe(state => {
      if (state.window === last) return
      last = state.window
      clearTimeout(timer)
      timer = setTimeout(() => {
        const round = (ns: number): number => Number(ns.toFixed(3))
        const next = isZoomed(state) ? { start: round(last.start), end: round(last.end) } : undefined
        if (next?.start === written.current?.start && next?.end === written.current?.end) return
        written.current = next
        newest.current(next)
      }, REST)
    })
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [store])
  return store
}

/** Longer paths are shown with their middle left out. */
const MOST_STEPS = 24

function SelectedPath(props: DrawnProps): ReactNode {
  const { drawn, selected, onTimeline } = props
  const { paths, figures, graph, counted } = drawn
  const { trace, services } = counted
  const say = useText()
  if (selected < 0) {
    return (
      <div>
        <SectionHead level={2} title={say('views.flame.nothingSelected')} />
        <p className={styles.hint}>{say('views.flame.nothingHint')}</p>
      </div>
    )
  }
  const path = paths.pathOf[selected]
  const names: string[] = []
  for (let p = path; p >= 0 && names.length < MOST_STEPS; p = paths.parent[p]) {
    names.unshift(spanName(trace, paths.first[p]) || say('trace.unnamed'))
  }
  if (paths.depth[path] + 1 > names.length) names.unshift('…')
  const { critical } = figures
  return (
    <div>
      <SectionHead
        level={2}
        title={
          <Message
            id="views.flame.selected"
            values={{
              name: spanName(trace, selected) || say('trace.unnamed'),
              service: services[trace.service[selected]],
            }}
          />
        }
      >
        <span className="grow" />
        <span data-local-action="as the command for it does">
          <Button look="quiet" size="small" onPress={() => onTimeline(selected)}>
            <Message id="views.tray.timeline" />
          </Button>
        </span>
      </SectionHead>
      <p className={styles.path}>
        {names.slice(0, -1).map((name, k) => (
          // oxlint-disable-next-line react/no-array-index-key -- steps of one path have no other name than their place
          <span key={k}>{name} › </span>
        ))}
        <b>{names.at(-1)}</b>
      </p>
      <dl className={styles.figures}>
        <Figure name={say('views.spans')} value={formatCount(figures.count[path])} />
        <Figure
          name={say('views.column.self')}
          value={`${formatDuration(figures.self[path])}, ${formatShare(figures.self[path] / graph.total, 1)}`}
        />
        <Figure
          name={say('views.flame.critical')}
          value={critical[path] === 0 ? say('views.flame.none') : formatDuration(critical[path])}
        />
        <Figure name={say('views.column.p50')} value={formatDuration(figures.p50[path])} />
        <Figure name={say('views.column.p95')} value={formatDuration(figures.p95[path])} />
        <Figure name={say('views.column.errors')} value={<ErrorCount count={figures.errors[path]} />} />
      </dl>
      <Slowest {...props} counted={counted} />
    </div>
  )
}

function Paths({ drawn, stale, ...props }: DrawnProps & { readonly stale: boolean }): ReactNode {
  return (
    <PathTable
      counted={drawn.counted}
      paths={drawn.paths}
      figures={drawn.figures}
      work={drawn.graph.total}
      selected={props.selected}
      onSelect={props.onSelect}
      sorting={props.sorting}
      onSorting={props.onSorting}
      stale={stale}
    />
  )
}
