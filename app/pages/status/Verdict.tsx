// The sentence that answers first: is every span accounted for, and what needs a look.

import type { ReactNode } from 'react'
import { Message, useLocale } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { formatDay, formatHour } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { Sentence } from '#app/ui/Lines.tsx'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import styles from './Page.module.css'
import { addsUp, needsLook, sumsOf } from './ledger-sums.ts'

export function Verdict({ status }: { readonly status: StatusAnswer }): ReactNode {
  const zone = useTimeZone()
  const locale = useLocale()
  const sums = sumsOf(status.ledger.total)
  const started = BigInt(status.startedAt)
  const since = `${formatDay(started, zone, locale)} ${formatHour(started, zone)}`
  const fine = addsUp(sums)
  const looks = status.senders.filter(sender => needsLook(sender, status.now)).length
  const jump = (id: string) => (children: ReactNode) =>
    (
      // Scrolls without a fragment in the address.
      <a
        href={`#${id}`}
        onClick={event => {
          event.preventDefault()
          document.getElementById(id)?.scrollIntoView({ block: 'start' })
        }}
      >
        {children}
      </a>
    )
  return (
    <Sentence className={styles.verdict}>
      <span className={fine ? 'okc' : 'err'}>
        <Icon name={fine ? 'ok' : 'error'} />
      </span>{' '}
      {!fine ? (
        <Message
          id="status.verdict.off"
          values={{
            received: formatCount(sums.received),
            since,
            missing: formatCount(sums.received - sums.stored - sums.duplicate - sums.rejected - sums.dropped),
          }}
        />
      ) : sums.received === 0 ? (
        <Message id="status.verdict.none" values={{ since }} />
      ) : (
        <Message
          id="status.verdict.fine"
          values={{
            received: formatCount(sums.received),
            stored: formatCount(sums.stored),
            dropped: sums.dropped,
            rejected: sums.rejected,
            since,
            refused: jump('refused'),
          }}
        />
      )}{' '}
      {looks > 0 && <Message id="status.senders.look" values={{ count: looks, senders: jump('senders') }} />}
    </Sentence>
  )
}
