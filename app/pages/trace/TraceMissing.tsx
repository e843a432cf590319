// Instead of a trace that is not there: what was searched, how long spans are kept, what can be done.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useOpenFiles } from '#app/api/open-files.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { Message, useLocale, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { formatClock, formatDay, formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { buttonClass } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import type { Problem } from '#shared/api/problem.ts'
import styles from './TraceMissing.module.css'

export interface TraceMissingProps {
  readonly id: string
  /** The server's answer; undefined when it gave no reasons. */
  readonly problem: Problem | undefined
  /** Now, ns since the epoch: names the zone. */
  readonly now: bigint
  /** The server refused the id itself. */
  readonly badId: boolean
}

export function TraceMissing({ id, problem, now, badId }: TraceMissingProps): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const locale = useLocale()
  const shortId = id.length > 80 ? `${id.slice(0, 80)}…` : id
  const time = (ns: string): string =>
    `${formatDay(BigInt(ns), zone, locale)} ${formatClock(BigInt(ns), zone).slice(0, 8)}`
  const retention = problem?.retentionMs === undefined ? undefined : formatDuration(problem.retentionMs * 1e6)
  const oldest = problem?.oldestReceived === undefined ? undefined : time(problem.oldestReceived)
  const spans = problem?.spanCount
  const files = useOpenFiles(state => state.files)
  const inFiles = files.reduce((sum, { state }) => sum + (state.kind === 'open' ? state.traceIds.size : 0), 0)
  return (
    <div className={styles.missing}>
      <PageTitle>{say('trace.missing.title')}</PageTitle>
      <h1>{say('trace.missing.title')}</h1>
      <p className={styles.sentence}>
        {badId ? (
          <Message id="trace.missing.badId" values={{ id: shortId }} />
        ) : (
          <>
            <Message id="trace.missing.why" />{' '}
            {retention !== undefined && oldest !== undefined && (
              <Message id="trace.missing.retention" values={{ retention, oldest }} />
            )}
            {retention !== undefined && oldest === undefined && (
              <Message id="trace.missing.retentionOnly" values={{ retention }} />
            )}
          </>
        )}
      </p>
      <p className={styles.id}>
        <Message id="trace.missing.id" values={{ id: shortId, zone: formatZone(now, zone) }} />
      </p>
      {!badId && (
        <dl className={styles.searched} aria-label={say('trace.missing.where')}>
          <dt>
            <span className="faint">
              <Icon name="minus" size={10} />
            </span>
            {say('trace.missing.store')}
          </dt>
          <dd>
            {spans === undefined
              ? say('trace.missing.store.plain')
              : oldest === undefined
                ? say('trace.missing.store.count', { spans })
                : say('trace.missing.store.found', { spans, oldest })}
          </dd>
          {files.length > 0 && (
            <>
              <dt>
                <span className="faint">
                  <Icon name="minus" size={10} />
                </span>
                {say('trace.missing.files')}
              </dt>
              <dd>{say('trace.missing.files.found', { files: files.length, traces: inFiles })}</dd>
            </>
          )}
        </dl>
      )}
      <div className={styles.ways}>
        <Link to="/search" className={buttonClass('primary')}>
          <Message id="trace.missing.ways.search" />
        </Link>
        <CommandButton command="shell.openFile">{say('trace.missing.ways.file')}</CommandButton>
        <Link to="/status" className={buttonClass('quiet')}>
          <Message id="trace.missing.ways.status" />
        </Link>
      </div>
    </div>
  )
}
