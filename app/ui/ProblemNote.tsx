import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import styles from './ProblemNote.module.css'
import { classNames } from './class-names.ts'

export interface ProblemNoteProps {
  readonly tone: 'error' | 'warning' | 'news'
  /** What: one strong sentence. */
  readonly what: ReactNode
  /** Why, in the same line. */
  readonly why?: ReactNode
  /** What to do: a link or a small button. */
  readonly action?: ReactNode
}

const MARKS = { error: 'error', warning: 'warn', news: 'live' } as const
const TONES = { error: 'err', warning: 'warn', news: 'faint' } as const

/** A note beside the thing it is about: what, why, what to do. An error is read out at once, the others politely. */
export function ProblemNote({ tone, what, why, action }: ProblemNoteProps): ReactNode {
  return (
    <div className={classNames(styles.note, styles[tone])} role={tone === 'error' ? 'alert' : 'status'}>
      <span className={TONES[tone]}>
        <Icon name={MARKS[tone]} />
      </span>
      <p>
        {tone === 'news' ? what : <b>{what}</b>} {why} {action}
      </p>
    </div>
  )
}
