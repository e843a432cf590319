import type { CSSProperties, ReactNode } from 'react'
import { Icon } from '#app/ui/Icon.tsx'
import type { IconName } from '#app/ui/Icon.tsx'
import styles from './Page.module.css'
import type { ChangeKind } from './differences.ts'

const GLYPHS: Readonly<Record<Exclude<ChangeKind, 'same'>, IconName>> = {
  added: 'plus',
  removed: 'minus',
  slower: 'up',
  faster: 'fall',
}

/** The mark of a change: a shape of its own, and its colour. Hidden from assistive technology: words stand beside it. */
export function ChangeMark({ change }: { readonly change: ChangeKind }): ReactNode {
  return (
    <span
      className={styles.mark}
      style={{ '--d': change === 'same' ? 'var(--text-3)' : `var(--diff-${change})` } as CSSProperties}
      aria-hidden="true"
    >
      {change === 'same' ? '=' : <Icon name={GLYPHS[change]} size={10} />}
    </span>
  )
}
