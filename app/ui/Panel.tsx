// A small form that a button opens beside itself: choices that are tried out while one looks at what they do.

import type { ReactNode } from 'react'
import { DialogTrigger } from 'react-aria-components/Dialog'
import { Popover } from 'react-aria-components/Popover'
import lists from './List.module.css'
import styles from './Panel.module.css'

export interface PanelProps {
  /** The button: `<Button hasPopup="dialog">`. */
  readonly trigger: ReactNode
  readonly label: string
  readonly children: ReactNode
}

/** Holds the focus while open; Escape and a press beside it close it, and what was chosen stays chosen. */
export function Panel({ trigger, label, children }: PanelProps): ReactNode {
  return (
    <DialogTrigger>
      {trigger}
      {/* Itself the dialog: a dialog inside it would leave its buttons to dismiss it outside of any landmark. */}
      <Popover className={lists.popover} placement="bottom end" offset={4} aria-label={label}>
        <div className={styles.panel}>{children}</div>
      </Popover>
    </DialogTrigger>
  )
}
