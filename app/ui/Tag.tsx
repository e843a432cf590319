import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from 'react-aria-components/Button'
import { Icon } from './Icon.tsx'
import styles from './Tag.module.css'

/** A condition that is in force and can be taken away. `text` is its source, in mono. */
export function Chip({ text, onRemove }: { readonly text: string; readonly onRemove?: () => void }): ReactNode {
  const say = useText()
  return (
    <span className={styles.chip}>
      <span className="cut">{text}</span>
      {onRemove !== undefined && (
        <Button className={styles.remove} aria-label={say('ui.remove', { name: text })} onPress={onRemove}>
          <Icon name="close" size={8} />
        </Button>
      )}
    </span>
  )
}

/** Letter of a trace in a comparison: A or B on accent. */
export function PairLetter({ children }: { readonly children: 'A' | 'B' }): ReactNode {
  return <span className={styles.letter}>{children}</span>
}
