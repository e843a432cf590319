// Whether the trace is normal: how long its root took among the calls of its operation that day. Leads to them.

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { ReactNode } from 'react'
import { durationPeersQuery } from '#app/api/durations.ts'
import { HAS_SERVER } from '#app/api/fetch-json.ts'
import { LaterCatalogue, LaterWords } from '#app/i18n/later/LaterWords.tsx'
import { loadTraceHeadWords } from '#app/i18n/later/words.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatShare } from '#app/i18n/format.ts'
import { Span } from '#shared/spans/span.ts'
import { mainRoot, sentStart, spanDuration } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { FEWEST_PEERS, peerColumns, peerPlace, peerWord } from './peer-place.ts'
import styles from './TracePeers.module.css'
import { useIsOfFile } from './use-is-of-file.ts'

const words = new LaterCatalogue(loadTraceHeadWords)

export const TracePeers = memo(function TracePeers({ trace }: { readonly trace: Trace }): ReactNode {
  const root = mainRoot(trace)
  const isOfFile = useIsOfFile(trace.traceId)
  if (root < 0 || isOfFile || !HAS_SERVER) return null
  return (
    <LaterWords catalogue={words}>
      <Peers trace={trace} root={root} />
    </LaterWords>
  )
})

const HOUR_US = 3_600_000_000n

function Peers({ trace, root }: { readonly trace: Trace; readonly root: number }): ReactNode {
  const say = useText()
  const { serviceName: service, name, kind } = new Span(trace.table, trace.row[root])
  const startTime = sentStart(trace, root)
  const durationNs = spanDuration(trace, root)
  const { data } = useQuery({
    ...durationPeersQuery({ service, name, kind, around: startTime }),
    enabled: durationNs >= 0,
  })
  const place = data === undefined ? undefined : peerPlace(data, durationNs)
  if (data === undefined || place === undefined || place.count < FEWEST_PEERS) return null
  const { columns, at } = peerColumns(data, durationNs)
  const word = peerWord(place)
  const startUs = startTime / 1000n
  const search = {
    ...(service === undefined ? {} : { service }),
    operation: name,
    start: String(startUs - 24n * HOUR_US),
    end: String(startUs + HOUR_US),
  }
  return (
    <Link
      to="/search"
      search={search}
      className={styles.peers}
      title={say('head.peers.why', { count: place.count, name, service: service ?? say('trace.unknownService') })}
    >
      <svg viewBox="0 0 48 12" preserveAspectRatio="none" aria-hidden="true">
        {columns.map(({ x, width, height }) => (
          <rect
            key={x}
            x={x * 48}
            y={12 - Math.max(0.5, height * 11)}
            width={Math.max(0.5, width * 48)}
            height={Math.max(0.5, height * 11)}
          />
        ))}
        <rect className={styles.here} x={Math.min(46.5, at * 48)} y={0} width={1.5} height={12} />
      </svg>
      <span>
        <Message
          id={`head.peers.${word}`}
          values={{ share: formatShare(word === 'faster' ? 1 - place.share : place.share) }}
        />
      </span>
    </Link>
  )
}
