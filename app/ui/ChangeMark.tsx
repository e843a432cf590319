import type { CSSProperties, ReactNode } from 'react'
import styles from './ChangeMark.module.css'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'

/** What became of something between two traces. */
export type ChangeName = 'added' | 'removed' | 'more' | 'fewer' | 'slower' | 'faster' | 'same'

const GLYPHS: Readonly<Partial<Record<ChangeName, IconName>>> = {
  added: 'plus',
  removed: 'minus',
  slower: 'up',
  faster: 'fall',
}
const LETTERS: Readonly<Partial<Record<ChangeName, string>>> = { more: '»', fewer: '«', same: '=' }

/** The colour of a change, as CSS: orange where B costs more, blue where it costs less, darker where it is structure. */
export function changeColour(change: ChangeName): string {
  switch (change) {
    case 'same':
      return 'var(--text-3)'
    case 'more':
      return 'var(--diff-slower)'
    case 'fewer':
      return 'var(--diff-faster)'
    default:
      return `var(--diff-${change})`
  }
}

/** The mark of a change: a shape of its own, and its colour. Hidden from assistive technology: words stand beside it. */
export function ChangeMark({ change }: { readonly change: ChangeName }): ReactNode {
  const glyph = GLYPHS[change]
  return (
    <span className={styles.mark} style={{ '--d': changeColour(change) } as CSSProperties} aria-hidden="true">
      {glyph === undefined ? LETTERS[change] : <Icon name={glyph} size={10} />}
    </span>
  )
}
