// From A to B, step by step. A handful of bars: they are in the page, so that each can be read and followed.

import type { CSSProperties, ReactNode } from 'react'
import { ChangeMark, changeColour } from '#app/ui/ChangeMark.tsx'
import type { ChangeName } from '#app/ui/ChangeMark.tsx'
import { classNames } from '#app/ui/class-names.ts'
import styles from './Bridge.module.css'
import { layoutBridge } from './layout.ts'
import type { BridgeBar } from './layout.ts'

export interface BridgePart {
  readonly key: string
  /** ns; negative: B is faster there. */
  readonly value: number
  readonly change: ChangeName
  readonly label: ReactNode
  /** The value as text, with its sign. */
  readonly text: string
}

export function Bridge(props: {
  /** Name of the list, for assistive technology. */
  readonly label: string
  readonly from: { readonly value: number; readonly label: ReactNode; readonly text: string }
  readonly parts: readonly BridgePart[]
  readonly to: { readonly value: number; readonly label: ReactNode; readonly text: string }
}): ReactNode {
  const { label, from, parts, to } = props
  const layout = layoutBridge(from.value, parts, to.value)
  return (
    <ul className={styles.bridge} aria-label={label}>
      <Line bar={layout.from} label={from.label} text={from.text} look={styles.from} />
      {parts.map(({ key, change, label: name, text }, index) => (
        <Line key={key} bar={layout.steps[index]} label={name} text={text} change={change} />
      ))}
      <Line bar={layout.to} label={to.label} text={to.text} look={styles.to} last />
    </ul>
  )
}

function Line(props: {
  readonly bar: BridgeBar
  readonly label: ReactNode
  readonly text: string
  readonly change?: ChangeName
  readonly look?: string
  readonly last?: boolean
}): ReactNode {
  const { bar, label, text, change, look, last } = props
  const right = bar.left + bar.width
  const style = {
    '--l': `${bar.left * 100}%`,
    '--w': `${bar.width * 100}%`,
    '--r': `${right * 100}%`,
    '--e': `${bar.end * 100}%`,
    '--d': change === undefined ? undefined : changeColour(change),
  } as CSSProperties
  return (
    <li className={styles.line} style={style}>
      <span className={styles.label}>
        <span className={styles.name}>{label}</span>
        {change === undefined ? <span className={styles.noMark} /> : <ChangeMark change={change} />}
      </span>
      <span className={styles.track}>
        <i className={classNames(styles.bar, look, change === 'removed' && styles.hatched)} aria-hidden="true" />
        {last !== true && <i className={styles.joint} aria-hidden="true" />}
        <span className={styles.value}>{text}</span>
      </span>
    </li>
  )
}
