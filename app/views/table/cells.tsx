// Cells that several tables share.

import type { CSSProperties, ReactNode } from 'react'
import { formatCount, formatShare } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import styles from './cells.module.css'

/** ◆ and how many; a dash for none. */
export function ErrorCount({ count }: { readonly count: number }): ReactNode {
  if (count === 0) return <span className="faint">–</span>
  return (
    <span className="err">
      <Icon name="error" size={8} /> {formatCount(count)}
    </span>
  )
}

/** A share of a whole as text and as a bar; `plain`: the bar alone. */
export function ShareBar({ share, plain }: { readonly share: number; readonly plain?: boolean }): ReactNode {
  return (
    <span className={plain === true ? undefined : styles.share}>
      {plain !== true && <span className="num">{formatShare(share, 1)}</span>}
      <i className={styles.bar} style={{ '--w': `${Math.max(0, Math.min(1, share)) * 100}%` } as CSSProperties} />
    </span>
  )
}
