// What clients that ask are told, and what share of the traces that come in is kept.

import type { ReactNode } from 'react'
import { useLocale, useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { formatClock, formatDay } from '#app/i18n/format-time.ts'
import { toldShare } from '#app/i18n/ledger-words.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { KeyValueList, SectionHead } from '#app/ui/Lines.tsx'
import type { KeyValue } from '#app/ui/Lines.tsx'
import type { StatusAnswer } from '#shared/api/spoor.ts'

export function Sampling({ status }: { readonly status: StatusAnswer }): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const locale = useLocale()
  const { sampling } = status
  const { kind, place, readAt, problem, targetPerSecond } = sampling
  const entries: KeyValue[] = []
  const add = (key: string, name: string, value: ReactNode): void => void entries.push({ key, name, value })
  if (targetPerSecond !== null) {
    add('target', say('status.sampling.told'), say('status.sampling.target', { traces: targetPerSecond }))
    add('operations', say('status.sampling.operations'), formatCount(sampling.operations))
  }
  add(
    'default',
    say(kind === 'fixed' ? 'status.sampling.told' : 'status.sampling.unknown'),
    toldShare(say, sampling.defaultRate),
  )
  if (place !== null) {
    add('place', say('status.sampling.strategies'), <code>{place}</code>)
    add('services', say('status.sampling.services'), formatCount(sampling.services))
  }
  if (readAt !== null) {
    const at = BigInt(readAt)
    const time = `${formatDay(at, zone, locale)} ${formatClock(at, zone).slice(0, 8)}`
    add('read', say(kind === 'adaptive' ? 'status.sampling.computed' : 'status.sampling.read'), time)
  }
  if (problem !== null) {
    add(
      'problem',
      say('status.sampling.problem'),
      <>
        <span className="warn">
          <Icon name="warn" />
        </span>{' '}
        {problem}
      </>,
    )
  }
  add('ingest', say('status.sampling.ingest'), toldShare(say, sampling.ingestRate))
  return (
    <section>
      <SectionHead title={say('status.sampling')} level={2}>
        {say('status.sampling.what')}
      </SectionHead>
      <KeyValueList entries={entries} plain />
    </section>
  )
}
