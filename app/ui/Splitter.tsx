// The line between two regions, to be dragged: pointer, arrow keys (16 px, with Shift 64), Home and End, double click for
// the default width. It keeps nothing: the page holds the width (in its URL) and hands it in.

import { useRef } from 'react'
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import styles from './Splitter.module.css'

export interface SplitterProps {
  /** Name of the region whose width it sets. */
  readonly label: string
  /** Width in CSS pixels, within `min` and `max`. */
  readonly value: number
  readonly min: number
  readonly max: number
  readonly defaultValue: number
  /** `start`: the region is on the left of the line; `end`: on its right. */
  readonly region: 'start' | 'end'
  /** While dragging, once a frame at most: set a custom property, render nothing. */
  readonly onMove?: (width: number) => void
  /** When let go, and after each key: the width to keep. */
  readonly onChange: (width: number) => void
}

/** `value` within [min, max], whole pixels. */
export function clampWidth(value: number, min: number, max: number): number {
  return Math.round(Math.max(min, Math.min(max, value)))
}

export function Splitter(props: SplitterProps): ReactNode {
  const { label, value, min, max, defaultValue, region, onMove, onChange } = props
  const say = useText()
  const drag = useRef<{ from: number; width: number; last: number } | undefined>(undefined)
  const direction = region === 'start' ? 1 : -1

  const widthAt = (x: number): number => {
    const start = drag.current
    return start === undefined ? value : clampWidth(start.width + (x - start.from) * direction, min, max)
  }
  const keys = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 64 : 16
    const next =
      event.key === 'ArrowRight'
        ? value + step * direction
        : event.key === 'ArrowLeft'
          ? value - step * direction
          : event.key === 'Home'
            ? min
            : event.key === 'End'
              ? max
              : undefined
    if (next === undefined) return
    event.preventDefault()
    onChange(clampWidth(next, min, max))
  }
  const finish = (event: PointerEvent): void => {
    if (drag.current === undefined) return
    const width = widthAt(event.clientX)
    drag.current = undefined
    if (width !== value) onChange(width)
  }
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={say('ui.resize', { name: label })}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={max}
      className={styles.splitter}
      onPointerDown={event => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { from: event.clientX, width: value, last: value }
      }}
      onPointerMove={event => {
        if (drag.current === undefined) return
        const width = widthAt(event.clientX)
        if (width === drag.current.last) return
        drag.current.last = width
        onMove?.(width)
      }}
      onPointerUp={finish}
      onPointerCancel={finish}
      onDoubleClick={() => onChange(clampWidth(defaultValue, min, max))}
      onKeyDown={keys}
    />
  )
}
