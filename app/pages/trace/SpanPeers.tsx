import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { durationPeersQuery } from '#app/api/durations.ts'
import { Message } from '#app/i18n/Message.tsx'
import { formatDuration, formatShare } from '#app/i18n/format.ts'
import type { Span } from '#shared/spans/span.ts'
import { FEWEST_PEERS, peerColumns, peerPlace, peerWord } from './peer-place.ts'
import styles from './SpanPeers.module.css'
import { useIsOfFile } from './use-is-of-file.ts'

/**
 * Whether this span's duration is normal: its place among the spans of its operation that the store kept of that day, with
 * their distribution. Nothing without enough of them, for a trace of an open file, and while the answer is not there.
 */
export function SpanPeers({ view, traceId }: { readonly view: Span; readonly traceId: string | undefined }): ReactNode {
  const isOfFile = useIsOfFile(traceId)
  const { serviceName: service, name, kind, startTime, durationNs } = view
  const { data } = useQuery({
    ...durationPeersQuery({ service, name, kind, around: startTime }),
    enabled: !isOfFile && durationNs >= 0,
  })
  const place = data === undefined ? undefined : peerPlace(data, durationNs)
  if (data === undefined || place === undefined || place.count < FEWEST_PEERS) return null
  const { columns, at, toNs } = peerColumns(data, durationNs)
  const word = peerWord(place)
  return (
    <div className={styles.peers}>
      <p>
        <Message
          id={`trace.peers.${word}`}
          values={{ share: formatShare(word === 'faster' ? 1 - place.share : place.share), count: place.count }}
        />
      </p>
      <svg viewBox="0 0 200 28" preserveAspectRatio="none" aria-hidden="true">
        {columns.map(({ x, width, height, slower }) => (
          <rect
            key={x}
            className={slower ? styles.slower : styles.column}
            x={x * 200}
            y={28 - Math.max(1, height * 24)}
            width={Math.max(0.5, width * 200 - 0.5)}
            height={Math.max(1, height * 24)}
          />
        ))}
        <rect className={styles.here} x={Math.min(198.5, at * 200)} y={0} width={1.5} height={28} />
      </svg>
      <p className={styles.ends}>
        <span>{formatDuration(Math.min(durationNs, data[0].fromNs))}</span>
        <span>{formatDuration(toNs)}</span>
      </p>
    </div>
  )
}
