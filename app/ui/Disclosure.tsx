import type { ReactNode } from 'react'
import { Button, Disclosure as AriaDisclosure, DisclosurePanel, Heading } from 'react-aria-components/Disclosure'
import styles from './Disclosure.module.css'
import { Icon } from './Icon.tsx'

export interface DisclosureProps {
  readonly title: ReactNode
  /** Faint, behind the title: a count, what is inside while closed. */
  readonly facts?: ReactNode
  readonly open: boolean
  readonly onToggle: (open: boolean) => void
  readonly children: ReactNode
  readonly level?: 2 | 3 | 4
  readonly command?: string
}

/** A section that opens and closes by its head, 28 px. What is closed is not rendered. */
export function Disclosure({ title, facts, open, onToggle, children, level = 3, command }: DisclosureProps): ReactNode {
  return (
    <AriaDisclosure isExpanded={open} onExpandedChange={onToggle}>
      <Heading level={level} className={styles.heading}>
        <Button slot="trigger" className={styles.head} data-command={command}>
          <Icon name={open ? 'down' : 'right'} />
          <b>{title}</b>
          {facts}
        </Button>
      </Heading>
      <DisclosurePanel>{open ? children : null}</DisclosurePanel>
    </AriaDisclosure>
  )
}
