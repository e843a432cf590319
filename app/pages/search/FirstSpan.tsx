// The light that waits for the first span: amber ring, then green with the traces that came, in the same place.

import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { searchQuery } from '#app/api/search.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import styles from './EmptyStore.module.css'
import { EMPTY_VIEW, questionOf } from './url.ts'
import { traceDuration } from './trace-duration.ts'

/** How often the server is asked while nothing has come: a first span shows within a second of its acknowledgement. */
export const POLL_MS = 250

/** Traces shown under the light; all of them are one press away. */
const SHOWN = 5

export function FirstSpan({ upMs, onLeave }: { readonly upMs: number; readonly onLeave: () => void }): ReactNode {
  const say = useText()
  const { data } = useInfiniteQuery({ ...searchQuery(questionOf(EMPTY_VIEW)), refetchInterval: POLL_MS })
  const traces = data?.pages[0]?.answer.traces ?? []
  const arrived = traces.length > 0
  useCommands([
    { id: 'search.leaveEmpty', title: 'command.search.leaveEmpty', group: 'page', when: () => arrived, run: onLeave },
  ])
  if (!arrived) {
    return (
      <p className={styles.wait} role="status">
        <span className="warn">
          <Icon name="ring" />
        </span>
        {say('search.wait')}
        <span className={styles.clock} aria-hidden="true">
          {clockOf(upMs)}
        </span>
      </p>
    )
  }
  return (
    <>
      <p className={styles.wait} role="status">
        <span className="okc">
          <Icon name="dot" />
        </span>
        {say('search.arrived', { service: traces[0].root.service ?? say('search.noService') })}
        <span className="grow" />
        <CommandButton command="search.leaveEmpty" size="small">
          {say('search.arrived.all')}
        </CommandButton>
      </p>
      <ul className={styles.first}>
        {traces.slice(0, SHOWN).map(trace => (
          <li key={trace.traceId}>
            <ServiceSwatch name={trace.root.service ?? say('search.noService')} />
            <span className="faint">{trace.root.service ?? say('search.noService')}</span>
            <Link to={`/trace/${trace.traceId}`} className="cut">
              {trace.root.name}
            </Link>
            <span className={styles.clock}>{formatDuration(traceDuration(trace))}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** `02:14`, from an hour on `1:02:14`. */
function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}
