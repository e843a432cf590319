// The line beside the result: how many, why no more, how complete, at what cost.

import type { ReactNode } from 'react'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { formatClock } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { StatementGap, StatementLine } from '#app/ui/Lines.tsx'
import type { SearchAnswer } from '#shared/api/spoor.ts'
import styles from './SearchStatement.module.css'

export interface SearchStatementProps {
  /** In order, at least one. */
  readonly pages: readonly SearchAnswer[]
  readonly more: boolean
  readonly loadingMore: boolean
  readonly searching: boolean
  /** The rows belong to an older question. */
  readonly stale: boolean
}

export function SearchStatement({ pages, more, loadingMore, searching, stale }: SearchStatementProps): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const [first] = pages
  const count = sum(pages.map(({ traces }) => traces.length))
  const incomplete = pages.find(page => page.incomplete !== null)?.incomplete ?? undefined
  if (stale) {
    return (
      <StatementLine className={styles.line}>
        <span className="faint">{say('search.stale', { time: formatClock(BigInt(first.asOf), zone) })}</span>
        {searching && <span className="faint">{say('search.searching')}</span>}
      </StatementLine>
    )
  }
  return (
    <StatementLine className={styles.line}>
      <span>
        <Message id={more ? 'search.first' : 'search.all'} values={{ count }} />
      </span>
      {more && (
        <>
          <span className="warn">
            <Icon name="warn" /> {say('search.limitReached')}
          </span>
          <CommandButton command="search.next" look="quiet" size="small" disabled={loadingMore}>
            {loadingMore ? say('search.loadingNext') : say('search.loadNext', { count: first.traces.length })}
          </CommandButton>
        </>
      )}
      <StatementGap />
      {incomplete === undefined ? (
        <span className="okc">
          <Icon name="ok" /> {say('search.complete')}
        </span>
      ) : (
        <span className="warn">
          <Icon name="warn" /> {say('search.incomplete', { reason: incomplete })}
        </span>
      )}
      <span className={styles.cost}>
        {say('search.read', {
          spans: say('search.spans', { count: sum(pages.map(({ spansRead }) => spansRead)) }),
          took: formatDuration(sum(pages.map(({ tookMs }) => tookMs)) * 1e6),
        })}
      </span>
      <span className="grow" />
      {searching ? (
        <span className="faint">{say('search.searching')}</span>
      ) : (
        <CommandButton command="search.again" look="quiet" size="small" />
      )}
    </StatementLine>
  )
}

/** Its place while the first answer is on its way. */
export function SearchStatementPlace(): ReactNode {
  const say = useText()
  return (
    <StatementLine className={styles.line}>
      <span className="faint">{say('search.searching')}</span>
    </StatementLine>
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
