// What stands in a place that has nothing to show yet, or can't: loading, empty, failed. Each says what, why, and what to do.

import type { CSSProperties, ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatShare } from '#app/i18n/format.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import styles from './States.module.css'

export interface StateProps {
  /** What: a few words. */
  readonly title: ReactNode
  /** Why, or how much of what was looked at. */
  readonly children?: ReactNode
  /** What to do: small buttons and links. */
  readonly actions?: ReactNode
  /** Level of the heading in the page. */
  readonly level?: 2 | 3
}

interface MarkedProps extends StateProps {
  readonly mark?: IconName
  readonly tone?: 'error' | 'warning' | 'ok'
  readonly alert?: boolean
}

const TONES = { error: 'err', warning: 'warn', ok: 'okc' } as const

function State({ title, children, actions, level = 2, mark, tone, alert }: MarkedProps): ReactNode {
  const Heading = `h${level}` as const
  return (
    <div className={styles.state} role={alert === true ? 'alert' : undefined}>
      <Heading className={styles.title}>
        {mark !== undefined && (
          <span className={tone === undefined ? 'faint' : TONES[tone]}>
            <Icon name={mark} />
          </span>
        )}
        <span className={tone === 'error' ? 'err' : tone === 'warning' ? 'warn' : undefined}>{title}</span>
      </Heading>
      {children !== undefined && <div className={styles.why}>{children}</div>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}

/** Nothing there: what was searched, how much of it, which one change would find something. */
export function EmptyState(props: StateProps): ReactNode {
  return <State {...props} />
}

/** It failed: what, why, what to do. Read out at once. */
export function ErrorState(props: StateProps): ReactNode {
  return <State {...props} mark="error" tone="error" alert />
}

/** A bar of 4 px that fills; never turns or shimmers. */
export function Progress({ label, share }: { readonly label: string; readonly share: number }): ReactNode {
  const say = useText()
  const percent = Math.round(Math.max(0, Math.min(1, share)) * 100)
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuetext={say('ui.progress', { name: label, percent: formatShare(percent / 100) })}
      style={{ '--w': `${percent}%` } as CSSProperties}
    />
  )
}

/** Text that is not known yet: one still bar of 8 px, `width` a CSS length. */
export function Bone({ width }: { readonly width: string }): ReactNode {
  return <i className={styles.bone} style={{ width }} aria-hidden="true" />
}

/** A page's or panel's place while its data is on the way: still bars, and one polite word for those who hear. */
export function LoadingLines({ lines = 6 }: { readonly lines?: number }): ReactNode {
  const say = useText()
  return (
    <div className={styles.lines} role="status" aria-label={say('ui.loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <Bone key={line} width={`${[62, 84, 48, 76, 55, 90][line % 6]}%`} />
      ))}
    </div>
  )
}
