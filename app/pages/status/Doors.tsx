// Every open listener, and what was refused at it.

import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { doorName, reasonText } from '#app/i18n/ledger-words.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { SectionHead } from '#app/ui/Lines.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import styles from './Page.module.css'
import { ScrollBox } from './ScrollBox.tsx'

export function Doors({ listeners }: { readonly listeners: StatusAnswer['listeners'] }): ReactNode {
  const say = useText()
  return (
    <section>
      <SectionHead title={say('status.doors')} level={2} />
      <ScrollBox label={say('status.doors')}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th className={tableStyles.first}>{say('status.doors.name')}</th>
              <th>{say('status.doors.address')}</th>
              <th className="num">{say('status.doors.requests')}</th>
              <th className={tableStyles.last}>{say('status.doors.refused')}</th>
            </tr>
          </thead>
          <tbody>
            {listeners.map(({ name, address, port, requests, refused }) => {
              const reasons = Object.entries(refused).filter(([, count]) => count > 0)
              return (
                <tr key={`${name} ${address} ${port}`}>
                  <td className={tableStyles.first}>{doorName(say, name)}</td>
                  <td className="dim">{address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`}</td>
                  <td className="num">{formatCount(requests)}</td>
                  <td className={`${tableStyles.last} ${styles.wrap}`}>
                    {reasons.length === 0 ? (
                      <span className="faint">–</span>
                    ) : (
                      <>
                        <span className="warn">
                          <Icon name="warn" />
                        </span>{' '}
                        {reasons
                          .map(([reason, count]) =>
                            say('status.doors.reason', {
                              count: formatCount(count),
                              reason: reasonText(say, reason),
                            }),
                          )
                          .join(', ')}
                      </>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}
