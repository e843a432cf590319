// The graph of paths of a trace: a canvas that pans and zooms without React, a tree beside it for the keyboard, and the table.

import { select, zoom, zoomIdentity } from 'd3'
import type { D3ZoomEvent, ZoomBehavior } from 'd3'
import { useCallback, useEffect, useId, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { pointOn } from '#app/canvas/hit-test.ts'
import { attachSurface } from '#app/canvas/surface.ts'
import type { Surface } from '#app/canvas/surface.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { serviceMark } from '#app/theme/service-colour.ts'
import { Button, ToggleButton } from '#app/ui/Button.tsx'
import { Bar, Foot, Wide } from '#app/ui/Lines.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import { EmptyState, LoadingLines } from '#app/ui/States.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import type { CountedTrace, Sorting } from '#app/views/table/counted-trace.ts'
import { PathTable, spanOfPath } from '#app/views/table/PathTable.tsx'
import { spanName } from '#shared/trace/trace.ts'
import styles from './TraceGraph.module.css'
import { GraphLegend } from './GraphLegend.tsx'
import { drawPathGraph } from './draw.ts'
import type { NodeFacts, PathGraphDrawing, Shade } from './draw.ts'
import { CONSUMER, drawnPaths } from './drawn-paths.ts'
import type { DrawnPaths } from './drawn-paths.ts'
import { NODE_WIDTH, pathNodeAt, stepFromNode } from './layout.ts'
import type { PathNode, PathStep } from './layout.ts'

export interface TraceGraphProps {
  readonly counted: CountedTrace
  readonly shade: Shade
  readonly onShade: (shade: Shade) => void
  readonly smallPaths: boolean
  readonly onSmallPaths: (smallPaths: boolean) => void
  readonly asTable: boolean
  readonly onAsTable: (asTable: boolean) => void
  readonly sorting: Sorting
  readonly onSorting: (sorting: Sorting) => void
  readonly selected: number
  readonly onSelect: (span: number) => void
  readonly tray: ReactNode
}

interface GraphHandle {
  fit(): void
}

const SHADES = ['service', 'self', 'total', 'errors'] as const

export function TraceGraph(props: TraceGraphProps): ReactNode {
  const { counted, shade, smallPaths, asTable } = props
  const say = useText()
  const graph = useRef<GraphHandle>(null)
  const { value: drawn, stale } = useSlicedWork(
    useCallback(() => drawnPaths(counted, smallPaths), [counted, smallPaths]),
  )
  return (
    <section className={styles.view} aria-label={say('views.graph')}>
      <Bar tight className={styles.options}>
        {!asTable && (
          <>
            <span className="faint">{say('views.graph.colour')}</span>
            <span data-local-action="chooses what the bands of the nodes show">
              <SegmentedControl
                label={say('views.graph.colour')}
                size="small"
                segments={SHADES.map(key => ({ key, content: say(`views.graph.colour.${key}`) }))}
                selected={shade}
                onSelect={props.onShade}
              />
            </span>
            {drawn !== undefined && <GraphLegend drawn={drawn} shade={shade} />}
            {(shade === 'self' || shade === 'total') && drawn !== undefined && (
              <span className={styles.ramp}>
                <span>0</span>
                {[1, 2, 3, 4, 5, 6].map(step => (
                  <i key={step} style={{ background: `var(--heat-${step})` }} />
                ))}
                <span>{formatDuration(shade === 'self' ? drawn.mostSelf : drawn.mostTotal)}</span>
              </span>
            )}
          </>
        )}
        <span className="grow" />
        {!asTable && (
          <span className={styles.buttons} data-local-action="of this drawing">
            <ToggleButton
              look="quiet"
              size="small"
              pressed={!smallPaths}
              onChange={folds => props.onSmallPaths(!folds)}
            >
              <Message id="views.graph.unfold" />
            </ToggleButton>
            <Button look="quiet" size="small" onPress={() => graph.current?.fit()}>
              <Message id="views.graph.fit" />
            </Button>
          </span>
        )}
        <span data-local-action="chooses between drawing and table of this view">
          <SegmentedControl
            label={say('views.shape')}
            size="small"
            segments={[
              { key: 'graph', content: say('views.graph') },
              { key: 'table', content: say('views.table') },
            ]}
            selected={asTable ? 'table' : 'graph'}
            onSelect={key => props.onAsTable(key === 'table')}
          />
        </span>
      </Bar>
      {drawn === undefined ? (
        <div className={styles.loading}>
          <LoadingLines lines={10} />
        </div>
      ) : counted.count === 0 ? (
        <div className={styles.loading}>
          <EmptyState title={say('views.noSpans')} />
        </div>
      ) : asTable ? (
        <PathTable {...props} paths={drawn.paths} figures={drawn.figures} work={drawn.work} stale={stale} wide />
      ) : (
        <Drawing {...props} drawn={drawn} ref={graph} />
      )}
      {props.tray}
      <Foot>
        {drawn !== undefined && (
          <span aria-live="polite">
            <Message
              id="views.graph.shown"
              values={{
                shown: drawn.layout.shown,
                folded: drawn.layout.folded,
                total: drawn.layout.shown + drawn.layout.folded,
                spans: counted.count,
                hidden: counted.trace.size - counted.count,
              }}
            />
          </span>
        )}
        <span className="grow" />
        <Wide>{say('views.graph.hint')}</Wide>
      </Foot>
    </section>
  )
}

const LEAST = 0.04
const MOST = 3
/** A graph that would be drawn smaller than this begins at its root instead, in readable size. */
const READABLE = 0.8

const STEPS: Readonly<Record<string, PathStep>> = {
  ArrowLeft: 'parent',
  ArrowRight: 'child',
  ArrowUp: 'above',
  ArrowDown: 'below',
  Home: 'first',
  End: 'last',
}

function Drawing(props: TraceGraphProps & { readonly drawn: DrawnPaths; readonly ref?: Ref<GraphHandle> }): ReactNode {
  const { drawn, shade, selected, onSelect, onSmallPaths, ref } = props
  const { paths, figures, layout } = drawn
  const say = useText()
  const id = useId()
  const canvas = useRef<HTMLCanvasElement>(null)
  const surface = useRef<Surface | undefined>(undefined)
  const show = useRef<((node: number) => void) | undefined>(undefined)
  const fit = useRef<(() => void) | undefined>(undefined)
  useImperativeHandle(ref, () => ({ fit: () => fit.current?.() }))
  const [moved, setMoved] = useState(-1)
  const selectedNode = selected < 0 ? -1 : layout.nodeOf(paths.pathOf[selected])
  const cursor = Math.min(moved >= 0 ? moved : Math.max(0, selectedNode), layout.nodes.length - 1)
  const look = useMemo(() => graphLook(drawn, say), [drawn, say])
  const press = (node: PathNode): void => {
    if (node.path < 0) onSmallPaths(true)
    else onSelect(spanOfPath(paths, figures, node.path))
  }
  const state = useRef({ shade, selectedNode, cursor: -1, look, press })
  useEffect(() => {
    state.current = { shade, selectedNode, cursor: moved, look, press }
    surface.current?.invalidate()
  })

  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    let view: PathGraphDrawing['view'] = zoomIdentity
    let fitted = ''
    let touched = false
    const transform = (next: typeof zoomIdentity): void => behaviour.transform(select(element), next)
    const fitNow = (width: number, height: number, whole: boolean): void => {
      const k = Math.max(LEAST, Math.min(1, width / layout.width, height / layout.height))
      transform(
        whole || k >= READABLE
          ? zoomIdentity.translate(Math.max(0, (width - layout.width * k) / 2), 0).scale(k)
          : zoomIdentity.scale(Math.max(READABLE, Math.min(1, width / layout.width))),
      )
    }
    const behaviour: ZoomBehavior<HTMLCanvasElement, unknown> = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([LEAST, MOST])
      .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        view = event.transform
        if (event.sourceEvent !== null && event.sourceEvent !== undefined) touched = true
        attached.invalidate()
      })
    const attached = attachSurface(element, frame => {
      const size = `${frame.width} ${frame.height}`
      if (size !== fitted && !touched) fitNow(frame.width, frame.height, false)
      fitted = size
      const now = state.current
      drawPathGraph(frame, {
        layout,
        view,
        shade: now.shade,
        selected: now.selectedNode,
        cursor: now.cursor,
        links: drawn.links,
        ...now.look,
      })
    })
    surface.current = attached
    select(element).call(behaviour).on('dblclick.zoom', null)
    fit.current = () => {
      const { width, height } = attached.size()
      fitNow(width, height, true)
      touched = false
    }
    show.current = index => {
      const node = layout.nodes[index]
      const { width, height } = attached.size()
      if (node === undefined || width === 0) return
      const [x, y] = [node.x * view.k + view.x, node.y * view.k + view.y]
      if (x >= 0 && y >= 0 && x + NODE_WIDTH * view.k <= width && y + node.height * view.k <= height) return
      touched = true
      transform(
        zoomIdentity
          .translate(width / 2 - (node.x + NODE_WIDTH / 2) * view.k, height / 2 - (node.y + node.height / 2) * view.k)
          .scale(view.k),
      )
    }
    const place = (event: MouseEvent): number => {
      const { x, y } = pointOn(element, event)
      return pathNodeAt(layout, (x - view.x) / view.k, (y - view.y) / view.k)
    }
    const hover = (event: PointerEvent): void => {
      element.style.cursor = place(event) < 0 ? '' : 'pointer'
    }
    const click = (event: MouseEvent): void => {
      const node = layout.nodes[place(event)]
      if (node !== undefined) state.current.press(node)
    }
    element.addEventListener('pointermove', hover)
    element.addEventListener('click', click)
    return () => {
      element.removeEventListener('pointermove', hover)
      element.removeEventListener('click', click)
      select(element).on('.zoom', null)
      attached.dispose()
    }
  }, [layout, drawn.links])
  useEffect(() => {
    if (selectedNode >= 0) show.current?.(selectedNode)
  }, [selectedNode])

  const keys = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      const next = stepFromNode(layout, cursor, step)
      setMoved(next)
      show.current?.(next)
    } else if (event.key === 'Enter' || event.key === ' ') press(layout.nodes[cursor])
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const node = layout.nodes[cursor]
  return (
    <div className={styles.graph}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        role="img"
        aria-label={say('views.graph.label', { count: layout.shown })}
      />
      <div
        role="tree"
        className={styles.keys}
        tabIndex={0}
        aria-label={say('views.graph.tree')}
        aria-activedescendant={node === undefined ? undefined : `${id}node`}
        onKeyDown={keys}
        onFocus={() => setMoved(cursor)}
        onBlur={() => setMoved(-1)}
      >
        {node !== undefined && (
          <div
            id={`${id}node`}
            role="treeitem"
            className="sr"
            aria-level={node.depth + 1}
            aria-selected={cursor === selectedNode}
          >
            {nodeText(drawn, node, say)}
            {linkText(drawn, cursor, say)}
          </div>
        )}
      </div>
    </div>
  )
}

function nodeText({ counted, paths, figures }: DrawnPaths, node: PathNode, say: Text): string {
  const { trace, services } = counted
  if (node.path < 0) return `${say('views.graph.more', { count: node.folded })}, ${formatDuration(node.work)}`
  const first = paths.first[node.path]
  return say('views.graph.item', {
    service: services[trace.service[first]],
    name: spanName(trace, first) || say('trace.unnamed'),
    count: figures.count[node.path],
    total: formatDuration(figures.total[node.path]),
    self: formatDuration(figures.self[node.path]),
    critical: figures.critical[node.path] > 0 ? 1 : 0,
    errors: figures.errors[node.path],
  })
}

/** From where the links of a node's spans come, and where to they lead. */
function linkText({ counted, paths, layout, links }: DrawnPaths, index: number, say: Text): string {
  const names = (nodes: readonly number[]): string =>
    nodes
      .slice(0, 5)
      .map(one => layout.nodes[one].path)
      .filter(path => path >= 0)
      .map(path => spanName(counted.trace, paths.first[path]) || say('trace.unnamed'))
      .join(', ')
  const from = names(links.filter(({ to }) => to === index).map(link => link.from))
  const to = names(links.filter(link => link.from === index).map(link => link.to))
  return (
    (from === '' ? '' : `, ${say('views.graph.linksTo', { names: from })}`) +
    (to === '' ? '' : `, ${say('views.graph.linkedFrom', { names: to })}`)
  )
}

function graphLook(drawn: DrawnPaths, say: Text): Pick<PathGraphDrawing, 'facts' | 'more' | 'critical' | 'queued'> {
  const { counted, paths, figures } = drawn
  const { trace, services } = counted
  const marks = services.map(serviceMark)
  return {
    facts: ({ path }): NodeFacts => {
      const first = paths.first[path]
      const count = figures.count[path]
      const self = formatDuration(figures.self[path])
      return {
        name: spanName(trace, first) || say('trace.unnamed'),
        service: services[trace.service[first]],
        mark: marks[trace.service[first]],
        self: count > 1 ? say('views.graph.severalSelf', { count, self }) : say('views.graph.self', { self }),
        total: formatDuration(figures.total[path]),
        selfShare: drawn.mostSelf === 0 ? 0 : figures.self[path] / drawn.mostSelf,
        totalShare: drawn.mostTotal === 0 ? 0 : figures.total[path] / drawn.mostTotal,
        criticalShare: figures.critical[path] / drawn.answer,
        failed: figures.errors[path] > 0,
      }
    },
    more: ({ folded, work }) => ({ text: say('views.graph.more', { count: folded }), work: formatDuration(work) }),
    critical: ({ path }) => path >= 0 && drawn.criticalBelow[path] > 0,
    queued: ({ path }) => path >= 0 && trace.table.kind[trace.row[paths.first[path]]] === CONSUMER,
  }
}
