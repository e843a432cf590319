// Who sent lately: what needs a look first.

import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDifference, formatDuration } from '#app/i18n/format.ts'
import { doorName } from '#app/i18n/ledger-words.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { SectionHead } from '#app/ui/Lines.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import styles from './Page.module.css'
import { ScrollBox } from './ScrollBox.tsx'
import { SILENT_NS, isClockWrong, silence, sortedSenders } from './ledger-sums.ts'

export function Senders({ status }: { readonly status: StatusAnswer }): ReactNode {
  const say = useText()
  const { senders, now } = status
  return (
    <section id="senders" className={styles.anchor}>
      <SectionHead title={say('status.senders')} level={2}>
        {senders.length > 0 && say('status.senders.count', { count: formatCount(senders.length) })}
      </SectionHead>
      {senders.length === 0 ? (
        <p className={styles.none}>{say('status.senders.none')}</p>
      ) : (
        <ScrollBox label={say('status.senders')}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th className={tableStyles.first}>{say('status.senders.service')}</th>
                <th>{say('status.senders.client')}</th>
                <th>{say('status.senders.by')}</th>
                <th className="num">{say('status.senders.rate')}</th>
                <th className="num">{say('status.senders.clock')}</th>
                <th className={tableStyles.last}>{say('status.senders.seen')}</th>
              </tr>
            </thead>
            <tbody>
              {sortedSenders(senders, now).map(sender => {
                const quiet = silence(sender, now)
                return (
                  <tr key={`${sender.protocol} ${sender.service} ${sender.peer} ${sender.client}`}>
                    <td className={tableStyles.first}>
                      <ServiceName name={sender.service} />
                    </td>
                    <td className="dim">
                      {sender.client} <span className="faint">{sender.peer}</span>
                    </td>
                    <td className="dim">{doorName(say, sender.protocol)}</td>
                    <td className="num">{formatPerSecond(sender.spansPerSecond)}</td>
                    <td className="num">
                      <Marked bad={isClockWrong(sender)}>
                        {sender.clockOffsetMs === null ? '–' : formatDifference(sender.clockOffsetMs * 1e6)}
                      </Marked>
                    </td>
                    <td className={tableStyles.last}>
                      <Marked bad={quiet > SILENT_NS}>
                        {say('status.ago', { time: formatDuration(Math.max(0, quiet)) })}
                      </Marked>
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </section>
  )
}

function formatPerSecond(rate: number): string {
  return rate >= 10 || rate === 0 ? formatCount(rate) : rate.toFixed(1)
}

function Marked({ bad, children }: { readonly bad: boolean; readonly children: ReactNode }): ReactNode {
  if (!bad) return children
  return (
    <span className="warn">
      <Icon name="warn" /> {children}
    </span>
  )
}
