// The scatter on its canvas. Its twin is the table that the page puts beside it: the same traces, row by row.

import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { pointOn } from '#app/canvas/hit-test.ts'
import { attachSurface } from '#app/canvas/surface.ts'
import type { TimeZone } from '#app/i18n/format-time.ts'
import { tooltipClass } from '#app/ui/Tooltip.tsx'
import { classNames } from '#app/ui/class-names.ts'
import styles from './Scatter.module.css'
import { drawScatter } from './draw.ts'
import { layoutScatter } from './layout.ts'
import type { ScatterLayout, ScatterPoint } from './layout.ts'
import type { Light } from './light.ts'

export interface ScatterProps {
  readonly points: readonly ScatterPoint[]
  readonly zone: TimeZone
  /** What the drawing shows, in words. */
  readonly label: string
  readonly light: Light
  /** A dot was pressed. */
  readonly onOpen: (id: string) => void
  /** What the tooltip of a point says. */
  readonly tip: (id: string) => ReactNode
}

export function Scatter({ points, zone, label, light, onOpen, tip }: ScatterProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [layout, setLayout] = useState<ScatterLayout | undefined>(undefined)

  useEffect(() => {
    if (canvas.current === null) return undefined
    const places = new Map(points.map((point, index) => [point.id, index]))
    let laid: { readonly width: number; readonly height: number; readonly layout: ScatterLayout } | undefined
    const surface = attachSurface(canvas.current, frame => {
      const { width, height } = frame
      if (laid === undefined || laid.width !== width || laid.height !== height) {
        laid = { width, height, layout: layoutScatter(points, width, height, zone) }
        setLayout(laid.layout)
      }
      const { id } = light.getState()
      drawScatter(frame, laid.layout, id === undefined ? undefined : laid.layout.dotOf(places.get(id) ?? -1))
    })
    const unsubscribe = light.subscribe(() => surface.invalidate())
    return () => {
      unsubscribe()
      surface.dispose()
    }
  }, [light, points, zone])

  const hit = (event: { readonly clientX: number; readonly clientY: number }): string | undefined => {
    const index = canvas.current === null ? undefined : layout?.hit(pointOn(canvas.current, event))
    return index === undefined ? undefined : points[index]?.id
  }
  return (
    <div className={styles.scatter}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        role="img"
        aria-label={label}
        onPointerMove={event => {
          const id = hit(event)
          if (id !== light.getState().id) light.setState({ id })
          event.currentTarget.style.cursor = id === undefined ? '' : 'pointer'
        }}
        onPointerLeave={() => light.setState({ id: undefined })}
        onClick={event => {
          const id = hit(event)
          if (id !== undefined) onOpen(id)
        }}
      />
      {layout !== undefined && <Tip points={points} layout={layout} light={light} tip={tip} />}
    </div>
  )
}

/** Beside the lit dot, on the side where there is room. */
function Tip(props: {
  readonly points: readonly ScatterPoint[]
  readonly layout: ScatterLayout
  readonly light: Light
  readonly tip: (id: string) => ReactNode
}): ReactNode {
  const { points, layout, light, tip } = props
  const id = useStore(light, state => state.id)
  if (id === undefined) return null
  const dot = layout.dotOf(points.findIndex(point => point.id === id))
  if (dot === undefined) return null
  const toLeft = dot.x > (layout.left + layout.right) / 2
  const below = dot.y < (layout.top + layout.bottom) / 3
  const away = dot.radius + 10
  return (
    <div
      className={classNames(tooltipClass, styles.tip)}
      role="presentation"
      style={{
        left: toLeft ? undefined : dot.x + away,
        right: toLeft ? `calc(100% - ${dot.x - away}px)` : undefined,
        top: below ? dot.y - 6 : undefined,
        bottom: below ? undefined : `calc(100% - ${dot.y + 6}px)`,
      }}
    >
      {tip(id)}
    </div>
  )
}
