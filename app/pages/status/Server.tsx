// The store, the limits in force, and the process.

import type { ReactNode } from 'react'
import { useLocale, useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatBytes, formatCount, formatDuration } from '#app/i18n/format.ts'
import { formatClock, formatDay } from '#app/i18n/format-time.ts'
import { detailName, limitName } from '#app/i18n/ledger-words.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { KeyValueList, SectionHead } from '#app/ui/Lines.tsx'
import type { KeyValue } from '#app/ui/Lines.tsx'
import { Gauge, tableStyles } from '#app/ui/Table.tsx'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import styles from './Page.module.css'

export function Store({ status }: { readonly status: StatusAnswer }): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const locale = useLocale()
  const { store } = status
  const time = (at: string | null): string =>
    at === null
      ? say('status.store.never')
      : `${formatDay(BigInt(at), zone, locale)} ${formatClock(BigInt(at), zone).slice(0, 8)}`
  const entries: KeyValue[] = [
    { key: 'place', name: say('status.store.place'), value: <code>{store.place}</code> },
    {
      key: 'durable',
      name: say('status.store.durable'),
      value: store.durable
        ? say('status.store.durable.yes', { durability: durabilityText(say, status.durability) })
        : say('status.store.durable.no'),
    },
    { key: 'spans', name: say('status.store.spans'), value: formatCount(store.spanCount) },
    {
      key: 'bytes',
      name: say('status.store.bytes'),
      value:
        store.spanCount === 0
          ? formatBytes(store.bytes, 'decimal')
          : say('status.store.bytes.each', {
              bytes: formatBytes(store.bytes, 'decimal'),
              each: formatBytes(store.bytes / store.spanCount, 'decimal'),
            }),
    },
    ...(store.freeBytes === null
      ? []
      : [{ key: 'free', name: say('status.store.free'), value: formatBytes(store.freeBytes, 'decimal') }]),
    { key: 'oldest', name: say('status.store.oldest'), value: time(store.oldestReceived) },
    { key: 'newest', name: say('status.store.newest'), value: time(store.newestReceived) },
    { key: 'retention', name: say('status.store.retention'), value: retentionText(say, store) },
    {
      key: 'expired',
      name: say('status.store.expired'),
      value: say('status.store.spanCount', { count: store.expiredSpans }),
    },
    {
      key: 'copies',
      name: say('status.store.copies'),
      value: say('status.store.spanCount', { count: store.copiesRemoved }),
    },
    ...(store.quarantined.length > 0
      ? []
      : [
          {
            key: 'check',
            name: say('status.store.check'),
            value: (
              <>
                <span className="okc">
                  <Icon name="ok" />
                </span>{' '}
                {say('status.store.check.fine')}
              </>
            ),
          },
        ]),
    ...(store.demoLoaded
      ? [{ key: 'demo', name: say('status.store.demo'), value: say('status.store.demo.loaded') }]
      : []),
    // In the store's own words and numbers.
    ...store.details.map(({ name, value }) => ({
      key: `detail ${name}`,
      name: detailName(say, name),
      value:
        typeof value !== 'number'
          ? value
          : name.startsWith('bytes ')
            ? formatBytes(value, 'decimal')
            : formatCount(value),
    })),
  ]
  return (
    <section>
      <SectionHead title={say('status.store')} level={2}>
        {store.name}
      </SectionHead>
      <KeyValueList entries={entries} plain />
    </section>
  )
}

/** When a sender gets its answer, by the setting; a value without words here shows as it is. */
function durabilityText(say: Text, durability: string): string {
  switch (durability) {
    case 'synced':
    case 'buffered':
    case 'memory':
      return say(`status.durability.${durability}`)
    default:
      return durability
  }
}

function retentionText(say: Text, { retentionAgeMs, retentionBytes }: StatusAnswer['store']): string {
  const age = formatDuration(retentionAgeMs * 1e6)
  const bytes = formatBytes(retentionBytes, 'decimal')
  if (retentionAgeMs > 0 && retentionBytes > 0) return say('status.store.retention.both', { age, bytes })
  return retentionAgeMs > 0 ? age : retentionBytes > 0 ? bytes : say('status.store.retention.none')
}

export function Limits({ limits }: { readonly limits: StatusAnswer['limits'] }): ReactNode {
  const say = useText()
  if (limits.length === 0) return null
  return (
    <section>
      <SectionHead title={say('status.limits')} level={2}>
        {say('status.limits.what')}
      </SectionHead>
      <table className={`${tableStyles.table} ${styles.limits}`}>
        <thead className="sr">
          <tr>
            <th>{say('status.limits.name')}</th>
            <th>{say('status.limits.used')}</th>
            <td />
            <th>{say('status.limits.limit')}</th>
          </tr>
        </thead>
        <tbody>
          {limits.map(({ name, amount }) => {
            const share = amount.used === null || amount.limit === 0 ? undefined : amount.used / amount.limit
            const hot = share !== undefined && share > 0.9
            const called = limitName(say, name)
            return (
              <tr key={name}>
                <td className={tableStyles.first} title={name}>
                  {called}
                </td>
                <td className="num">
                  {hot && (
                    <span className="warn">
                      <Icon name="warn" />{' '}
                    </span>
                  )}
                  {amount.used !== null && amountText(amount.used, amount)}
                </td>
                <td className={styles.gauge}>
                  {share !== undefined && <Gauge share={share} label={say('status.limits.share', { name: called })} />}
                </td>
                <td className={`num faint ${tableStyles.last}`}>{amountText(amount.limit, amount)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** In the prefixes of the limit, so that the two numbers of a row compare at a glance. */
function amountText(amount: number, { limit, unit }: StatusAnswer['limits'][number]['amount']): string {
  switch (unit) {
    case 'bytes':
      return formatBytes(amount, limit % 1024 === 0 ? 'binary' : 'decimal')
    case 'ms':
      return formatDuration(amount * 1e6)
    default:
      return formatCount(amount)
  }
}

export function Process({ status }: { readonly status: StatusAnswer }): ReactNode {
  const say = useText()
  const { process } = status
  return (
    <section>
      <SectionHead title={say('status.process')} level={2}>
        {say('status.process.up', { up: formatDuration(Number(BigInt(status.now) - BigInt(status.startedAt))) })}
      </SectionHead>
      <KeyValueList
        plain
        entries={[
          { key: 'version', name: say('status.process.version'), value: status.version },
          { key: 'memory', name: say('status.process.memory'), value: formatBytes(process.residentBytes, 'decimal') },
          {
            key: 'cpu',
            name: say('status.process.cpu'),
            value: say('status.process.cpu.value', {
              time: formatDuration(process.cpuSeconds * 1e9),
              cores: process.cores,
            }),
          },
          {
            key: 'workers',
            name: say('status.process.workers'),
            value: say('status.process.workers.value', {
              ingest: formatCount(process.ingestWorkers),
              query: formatCount(process.queryWorkers),
            }),
          },
          {
            key: 'runtime',
            name: say('status.process.runtime'),
            value: say('status.process.runtime.value', {
              node: process.node.replace(/^v/u, ''),
              platform: process.platform,
              pid: String(process.pid),
            }),
          },
        ]}
      />
    </section>
  )
}
