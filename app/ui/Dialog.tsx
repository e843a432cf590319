// Over everything: a dialog in the middle, on a phone a sheet from below; and the sheet, which is a drawer from the left
// up to 1,020 px and rises from below up to 640 px.

import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from './Button.tsx'
import styles from './Dialog.module.css'
import { Icon } from './Icon.tsx'
import { classNames } from './class-names.ts'

export interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  /** Heading of the dialog, and its name. */
  readonly title: ReactNode
  /** Under the title. */
  readonly subtitle?: ReactNode
  /** Before the title: a mark. */
  readonly before?: ReactNode
  readonly children: ReactNode
  /** Actions at the bottom edge, always in view. */
  readonly foot?: ReactNode
  /** Width in CSS pixels at most; 560 by default. */
  readonly width?: 520 | 560 | 720 | 960
}

/** Holds the focus while open; Escape, the close button and a press beside it close it; focus goes back where it was. */
export function Dialog({
  open,
  onClose,
  title,
  subtitle,
  before,
  children,
  foot,
  width = 560,
}: DialogProps): ReactNode {
  const say = useText()
  return (
    <ModalOverlay
      className={styles.scrim}
      isOpen={open}
      isDismissable
      onOpenChange={isOpen => {
        if (!isOpen) onClose()
      }}
    >
      <Modal className={classNames(styles.modal, styles[`width${width}`])}>
        <AriaDialog className={styles.dialog}>
          <header className={styles.head}>
            {before}
            <div className="grow">
              <Heading slot="title" level={2} className={styles.title}>
                {title}
              </Heading>
              {subtitle !== undefined && <p className={styles.subtitle}>{subtitle}</p>}
            </div>
            <Button look="quiet" size="icon" label={say('ui.close')} onPress={onClose}>
              <Icon name="close" />
            </Button>
          </header>
          <div className={styles.body}>{children}</div>
          {foot !== undefined && <footer className={styles.foot}>{foot}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

export interface SheetProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly children: ReactNode
  /** The action, at the bottom edge, always in view. */
  readonly foot?: ReactNode
}

/**
 * What stands beside the page on wide screens comes in as a sheet on narrow ones (form, filters). From below it leaves
 * the first line of the page visible. Render it only where `useNarrow()` says so; above, put the same children in a column.
 */
export function Sheet({ open, onClose, title, children, foot }: SheetProps): ReactNode {
  const say = useText()
  return (
    <ModalOverlay
      className={classNames(styles.scrim, styles.side)}
      isOpen={open}
      isDismissable
      onOpenChange={isOpen => {
        if (!isOpen) onClose()
      }}
    >
      <Modal className={styles.sheet}>
        <AriaDialog className={styles.dialog}>
          <header className={styles.sheetHead}>
            <Heading slot="title" level={2} className="grow">
              {title}
            </Heading>
            <Button look="quiet" size="icon" label={say('ui.close')} onPress={onClose}>
              <Icon name="close" />
            </Button>
          </header>
          <div className={styles.body}>{children}</div>
          {foot !== undefined && <footer className={styles.sheetFoot}>{foot}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
