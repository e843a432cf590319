// The drawing of a flame chart or graph with its keys. The canvas is for eyes; beside it stands a tree whose one item is the bar
// that the keyboard is at.

import { useEffect, useId, useImperativeHandle, useLayoutEffect, useRef } from 'react'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { classNames } from '#app/ui/class-names.ts'
import { tooltipClass } from '#app/ui/Tooltip.tsx'
import { fitAll, panBy, zoomBy } from '#app/views/timeline/timeline-store.ts'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'
import styles from './Flame.module.css'
import { FlameDrawing } from './flame-drawing.ts'
import type { FlameElements, FlameShown } from './flame-drawing.ts'

/** Where a bar is in its tree. */
export interface FlamePlace {
  readonly level: number
  readonly position: number
  readonly siblings: number
}

export type FlameStep = 'parent' | 'child' | 'left' | 'right' | 'first' | 'last'

export interface FlameHandle {
  reveal(item: number): void
}

export interface FlameCanvasProps {
  readonly store: TimelineStore
  readonly shown: FlameShown
  /** What the drawing shows, in words. */
  readonly label: string
  readonly treeLabel: string
  readonly itemLabel: (item: number) => string
  readonly placeOf: (item: number) => FlamePlace
  /** Where a key leads; the item itself where there is nothing. */
  readonly step: (item: number, step: FlameStep) => number
  /** The item that the first key goes to. */
  readonly start: number
  readonly onCursor: (item: number) => void
  readonly onPress: (item: number) => void
  readonly ref?: Ref<FlameHandle>
}

const STEPS: Readonly<Record<string, FlameStep>> = {
  ArrowUp: 'parent',
  ArrowDown: 'child',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
}

export function FlameCanvas(props: FlameCanvasProps): ReactNode {
  const { store, shown, label, treeLabel, ref } = props
  const { cursor } = shown
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const spacer = useRef<HTMLDivElement>(null)
  const view = useRef<HTMLDivElement>(null)
  const surface = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const axis = useRef<HTMLCanvasElement>(null)
  const tip = useRef<HTMLDivElement>(null)
  const drawing = useRef<FlameDrawing | undefined>(undefined)
  const actions = { press: props.onPress }
  const newest = useRef({ shown, actions })
  useLayoutEffect(() => {
    newest.current = { shown, actions }
  })
  const hasTime = shown.time !== undefined
  useLayoutEffect(() => {
    const elements: FlameElements = {
      scroller: there(scroller.current),
      spacer: there(spacer.current),
      view: there(view.current),
      surface: there(surface.current),
      canvas: there(canvas.current),
      axis: axis.current,
      tip: there(tip.current),
    }
    const made = new FlameDrawing(elements, store, newest.current.shown, newest.current.actions)
    drawing.current = made
    return () => {
      made.dispose()
      drawing.current = undefined
    }
  }, [store, hasTime])
  useEffect(() => drawing.current?.update(shown, actions))
  useImperativeHandle(ref, () => ({ reveal: item => drawing.current?.reveal(item) }))

  const keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey) return
    const step = STEPS[event.key]
    if (step !== undefined && event.shiftKey && (step === 'left' || step === 'right')) {
      panBy(store, step === 'left' ? -0.5 : 0.5)
    } else if (step !== undefined) {
      const next = cursor < 0 ? props.start : props.step(cursor, step)
      if (next >= 0) {
        props.onCursor(next)
        drawing.current?.reveal(next)
      }
    } else if ((event.key === 'Enter' || event.key === ' ') && cursor >= 0) props.onPress(cursor)
    else if (event.key === '+' || event.key === '=') zoomBy(store, 1.5)
    else if (event.key === '-') zoomBy(store, 1 / 1.5)
    else if (event.key === '0') fitAll(store)
    else return
    // Not the window's commands for the timeline, nor scrolling.
    event.preventDefault()
    event.stopPropagation()
  }
  const place = cursor < 0 ? undefined : props.placeOf(cursor)
  return (
    <div className={styles.chart}>
      <div className={styles.scroller} ref={scroller}>
        <div ref={spacer}>
          <div className={styles.frame} ref={view}>
            {hasTime && <canvas ref={axis} className={styles.axis} aria-hidden="true" />}
            <div className={styles.surface} ref={surface}>
              <canvas ref={canvas} className={styles.canvas} role="img" aria-label={label} />
              <div
                role="tree"
                className={styles.keys}
                tabIndex={0}
                aria-label={treeLabel}
                aria-activedescendant={cursor < 0 && props.start < 0 ? undefined : `${id}item`}
                onKeyDown={keys}
              >
                {place !== undefined ? (
                  <div
                    id={`${id}item`}
                    role="treeitem"
                    className="sr"
                    aria-level={place.level}
                    aria-posinset={place.position}
                    aria-setsize={place.siblings}
                    aria-selected={cursor === shown.selected}
                  >
                    {props.itemLabel(cursor)}
                  </div>
                ) : (
                  props.start >= 0 && (
                    <div id={`${id}item`} role="treeitem" className="sr" aria-level={1} aria-selected={false}>
                      {props.itemLabel(props.start)}
                    </div>
                  )
                )}
              </div>
              <div ref={tip} className={classNames(tooltipClass, styles.tip)} aria-hidden="true" hidden />
            </div>
          </div>
        </div>
      </div>
    </div>
  )
}

function there<T>(element: T | null): T {
  if (element === null) throw new Error('the flame chart is not in the page')
  return element
}
