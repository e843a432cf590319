// The service graph: a canvas that pans and zooms without React, and beside it a list of its services, which is what the
// keyboard drives and assistive technology reads (a tree, whose arrow keys walk; a list box would keep letters to itself).
// The page puts the table of calls beside both.

import { select, zoom, zoomIdentity } from 'd3'
import type { D3ZoomEvent, ZoomBehavior } from 'd3'
import { useEffect, useId, useImperativeHandle, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { pointOn } from '#app/canvas/hit-test.ts'
import { attachSurface } from '#app/canvas/surface.ts'
import type { Surface } from '#app/canvas/surface.ts'
import styles from './ServiceGraph.module.css'
import { drawServiceGraph } from './draw.ts'
import type { GraphView, GraphWords } from './draw.ts'
import { nodeAt, stepFrom } from './layout.ts'
import type { GraphLayout, GraphNode, Step } from './layout.ts'

export interface ServiceGraphActions {
  readonly zoomBy: (factor: number) => void
  readonly fit: () => void
}

export interface ServiceGraphProps {
  readonly layout: GraphLayout
  readonly focus: string | undefined
  readonly onFocus: (service: string) => void
  /** What the drawing shows, in words. */
  readonly label: string
  /** Name of the list of services. */
  readonly listLabel: string
  /** What is read of a service. */
  readonly describe: (node: GraphNode) => string
  readonly words: GraphWords
  readonly actions?: Ref<ServiceGraphActions>
}

/** Space around the graph when it is fitted, CSS pixels; on a phone every pixel makes its text larger. */
const MARGIN = 28
const MARGIN_PHONE = 10
/** Bounds of the zoom; the graph is never fitted larger than it is. */
const LEAST = 0.05
const MOST = 4

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'caller',
  ArrowRight: 'called',
  ArrowUp: 'above',
  ArrowDown: 'below',
}

export function ServiceGraph(props: ServiceGraphProps): ReactNode {
  const { layout, focus, onFocus, label, listLabel, describe, words, actions } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const surface = useRef<Surface | undefined>(undefined)
  const zooming = useRef<ZoomBehavior<HTMLCanvasElement, unknown> | undefined>(undefined)
  const state = useRef({ layout, focus, words, onFocus, cursor: undefined as string | undefined, moved: false })
  const [cursor, setCursor] = useState(0)
  const id = useId()
  const active = Math.min(cursor, layout.nodes.length - 1)

  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    let view: GraphView = zoomIdentity
    let fitted = ''
    const fitNow = (width: number, height: number): void => {
      const { layout: graph } = state.current
      const margin = width <= 640 ? MARGIN_PHONE : MARGIN
      const k = Math.min(1, (width - 2 * margin) / graph.width, (height - 2 * margin) / graph.height)
      const least = Math.max(LEAST, k)
      const next = zoomIdentity
        .translate((width - graph.width * least) / 2, (height - graph.height * least) / 2)
        .scale(least)
      behaviour.transform(select(element), next)
      state.current.moved = false
    }
    const behaviour = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([LEAST, MOST])
      .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        view = event.transform
        if (event.sourceEvent !== null && event.sourceEvent !== undefined) state.current.moved = true
        attached.invalidate()
      })
    const attached = attachSurface(element, frame => {
      const size = `${frame.width} ${frame.height} ${layout.width} ${layout.height}`
      // Until a person has moved it, the graph fits its box.
      if (size !== fitted && !state.current.moved) fitNow(frame.width, frame.height)
      fitted = size
      drawServiceGraph(frame, { ...state.current, view })
    })
    surface.current = attached
    zooming.current = behaviour
    select(element).call(behaviour).on('dblclick.zoom', null)
    const place = (event: PointerEvent | MouseEvent): number => {
      const { x, y } = pointOn(element, event)
      return nodeAt(state.current.layout, (x - view.x) / view.k, (y - view.y) / view.k)
    }
    const hover = (event: PointerEvent): void => {
      const name = state.current.layout.nodes[place(event)]?.name
      element.style.cursor = name === undefined ? '' : 'pointer'
      if (name === state.current.cursor) return
      state.current.cursor = name
      attached.invalidate()
    }
    const press = (event: MouseEvent): void => {
      const node = state.current.layout.nodes[place(event)]
      if (node !== undefined) state.current.onFocus(node.name)
    }
    const fitAgain = (): void => {
      const { width, height } = attached.size()
      fitNow(width, height)
    }
    element.addEventListener('pointermove', hover)
    element.addEventListener('click', press)
    element.addEventListener('dblclick', fitAgain)
    return () => {
      element.removeEventListener('pointermove', hover)
      element.removeEventListener('click', press)
      element.removeEventListener('dblclick', fitAgain)
      select(element).on('.zoom', null)
      attached.dispose()
    }
  }, [layout])

  useEffect(() => {
    state.current.onFocus = onFocus
    state.current.layout = layout
    state.current.focus = focus
    state.current.words = words
    surface.current?.invalidate()
  })

  useImperativeHandle(actions, () => ({
    zoomBy: factor => {
      if (canvas.current !== null) zooming.current?.scaleBy(select(canvas.current), factor)
    },
    fit: () => canvas.current?.dispatchEvent(new MouseEvent('dblclick')),
  }))

  const mark = (index: number | undefined): void => {
    state.current.cursor = index === undefined ? undefined : layout.nodes[index]?.name
    surface.current?.invalidate()
  }
  const walk = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step !== undefined) {
      const next = stepFrom(layout, active, step)
      setCursor(next)
      mark(next)
    } else if (event.key === 'Enter' || event.key === ' ') onFocus(layout.nodes[active].name)
    else return
    event.preventDefault()
  }
  return (
    <div className={styles.graph}>
      <canvas ref={canvas} className={styles.canvas} role="img" aria-label={label} />
      <div
        role="tree"
        className={styles.keys}
        tabIndex={0}
        aria-label={listLabel}
        aria-activedescendant={`${id}${active}`}
        onKeyDown={walk}
        onFocus={() => mark(active)}
        onBlur={() => mark(undefined)}
      >
        {layout.nodes.map((node, index) => (
          <div
            key={node.name}
            id={`${id}${index}`}
            role="treeitem"
            aria-selected={node.name === focus}
            className="sr"
            onClick={() => onFocus(node.name)}
          >
            {describe(node)}
          </div>
        ))}
      </div>
    </div>
  )
}
