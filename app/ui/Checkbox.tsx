import type { ReactNode } from 'react'
import { Checkbox as AriaCheckbox } from 'react-aria-components/Checkbox'
import styles from './Checkbox.module.css'

export interface CheckboxProps {
  /** Beside the box; leave it out and give `label` where the row says what it is. */
  readonly children?: ReactNode
  readonly label?: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  /** What a checked box shows: the tick, or A and B in a comparison. */
  readonly mark?: '✓' | 'A' | 'B'
  readonly disabled?: boolean
  readonly command?: string
}

/** A box to tick, 14 px, with its text or a name for assistive technology. */
export function Checkbox({ children, label, checked, onChange, mark, disabled, command }: CheckboxProps): ReactNode {
  return (
    <AriaCheckbox
      className={styles.check}
      aria-label={label}
      isSelected={checked}
      onChange={onChange}
      isDisabled={disabled}
      data-command={command}
    >
      <span className={styles.box} aria-hidden="true">
        {checked ? (mark ?? '✓') : ''}
      </span>
      {children}
    </AriaCheckbox>
  )
}
