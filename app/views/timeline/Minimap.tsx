// The whole trace in a strip, and the window in it: drag an edge, drag the window, drag anywhere else for a new one, double
// click for all, wheel to zoom. The keyboard has commands for each of them.

import { useEffect, useMemo, useRef } from 'react'
import type { ReactNode } from 'react'
import { pointOn } from '#app/canvas/hit-test.ts'
import { attachSurface } from '#app/canvas/surface.ts'
import type { TimeWindow } from '#app/canvas/time-scale.ts'
import { serviceMark } from '#app/theme/service-colour.ts'
import type { TraceOverview } from '#shared/trace/overview.ts'
import styles from './Minimap.module.css'
import { drawMinimap, MINIMAP_INSET } from './draw-minimap.ts'
import { wheelFactor } from './gestures.ts'
import { minimapEdges, minimapGrip, minimapTime } from './layout.ts'
import type { MinimapEdges, MinimapGrip } from './layout.ts'
import type { TimelineStore } from './timeline-store.ts'
import { fitAll, isZoomed, panFrom, setWindow, watchTime, zoomBy } from './timeline-store.ts'

export interface MinimapProps {
  readonly overview: TraceOverview
  readonly services: readonly string[]
  readonly store: TimelineStore
}

export function Minimap({ overview, services, store }: MinimapProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  const marks = useMemo(() => services.map(serviceMark), [services])
  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    const surface = attachSurface(element, frame => {
      const { window, bounds, hoverTime, map } = store.getState()
      const place = (part: TimeWindow): MinimapEdges => minimapEdges(part, frame.width, MINIMAP_INSET, bounds.end, map)
      const hoverX = hoverTime === undefined ? undefined : place({ start: hoverTime, end: hoverTime }).left
      drawMinimap(frame, { overview, marks, edges: place(window), gaps: map.gaps.map(place), hoverX })
    })
    const stops = [watchTime(store, () => surface.invalidate()), listen(element, store)]
    return () => {
      surface.dispose()
      for (const stop of stops) stop()
    }
  }, [overview, marks, store])
  return (
    <div className={styles.minimap}>
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  )
}

function listen(element: HTMLCanvasElement, store: TimelineStore): () => void {
  const stop = new AbortController()
  const { signal } = stop
  let drag:
    | {
        readonly grip: MinimapGrip
        readonly x: number
        readonly time: number
        readonly window: TimeWindow
        moved: boolean
      }
    | undefined
  const timeAt = (event: MouseEvent): number => {
    const { bounds, map } = store.getState()
    return minimapTime(pointOn(element, event).x, element.clientWidth, MINIMAP_INSET, bounds.end, map)
  }
  const gripAt = (event: MouseEvent): MinimapGrip => {
    const state = store.getState()
    const edges = minimapEdges(state.window, element.clientWidth, MINIMAP_INSET, state.bounds.end, state.map)
    return minimapGrip(edges, pointOn(element, event).x, isZoomed(state))
  }
  element.addEventListener(
    'pointerdown',
    event => {
      if (event.button !== 0) return
      element.setPointerCapture(event.pointerId)
      const { x } = pointOn(element, event)
      drag = { grip: gripAt(event), x, time: timeAt(event), window: store.getState().window, moved: false }
    },
    { signal },
  )
  element.addEventListener(
    'pointermove',
    event => {
      const time = timeAt(event)
      if (drag === undefined) {
        const grip = gripAt(event)
        element.style.cursor = grip === 'window' ? 'grab' : grip === 'outside' ? 'crosshair' : 'ew-resize'
        if (event.pointerType === 'mouse') store.setState({ hoverTime: time })
        return
      }
      const { grip, window } = drag
      const { x } = pointOn(element, event)
      if (!drag.moved && Math.abs(x - drag.x) < 3) return
      drag.moved = true
      if (grip === 'window') {
        const { map } = store.getState()
        panFrom(store, window, map.display(time) - map.display(drag.time))
        return
      }
      const fixed = grip === 'left' ? window.end : grip === 'right' ? window.start : drag.time
      setWindow(store, { start: Math.min(fixed, time), end: Math.max(fixed, time) })
    },
    { signal },
  )
  const finish = (): void => {
    drag = undefined
  }
  element.addEventListener('pointerup', finish, { signal })
  element.addEventListener('pointercancel', finish, { signal })
  element.addEventListener('pointerleave', () => store.setState({ hoverTime: undefined }), { signal })
  element.addEventListener('dblclick', () => fitAll(store), { signal })
  element.addEventListener(
    'wheel',
    event => {
      event.preventDefault()
      zoomBy(store, wheelFactor(event.deltaY, event.deltaMode, event.ctrlKey), timeAt(event))
    },
    { passive: false, signal },
  )
  return () => stop.abort()
}
