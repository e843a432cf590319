// One of a few: a row of segments, the chosen one with an accent foot.

import type { ReactNode } from 'react'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import styles from './SegmentedControl.module.css'
import { classNames } from './class-names.ts'

export interface Segment<Key extends string> {
  readonly key: Key
  readonly content: ReactNode
  /** Name where the content is no text. */
  readonly label?: string
  readonly command?: string
}

export interface SegmentedControlProps<Key extends string> {
  readonly label: string
  readonly segments: readonly Segment<Key>[]
  /** `undefined`: none of them (a range typed by hand beside presets). */
  readonly selected: Key | undefined
  readonly onSelect: (key: Key) => void
  readonly size?: 'normal' | 'small' | 'large'
  /** Fills the width, segments of equal size. */
  readonly wide?: boolean
}

/** Arrow keys move between segments; Space, Enter or a press choose. Pressing the chosen one tells `onSelect` again. */
export function SegmentedControl<Key extends string>(props: SegmentedControlProps<Key>): ReactNode {
  const { label, segments, selected, onSelect, size, wide } = props
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={classNames(
        styles.group,
        size === 'small' && styles.small,
        size === 'large' && styles.large,
        wide === true && styles.wide,
      )}
      selectionMode="single"
      selectedKeys={selected === undefined ? [] : [selected]}
      onSelectionChange={keys => {
        const [key] = keys
        // Pressing the chosen segment empties the set: it stays chosen.
        const chosen = key === undefined ? selected : segments.find(segment => segment.key === key)?.key
        if (chosen !== undefined) onSelect(chosen)
      }}
    >
      {segments.map(({ key, content, label: name, command }) => (
        <ToggleButton key={key} id={key} aria-label={name} className={styles.segment} data-command={command}>
          {content}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
