// received = stored + duplicate + rejected + dropped, by protocol; then what is not kept, by reason.

import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration } from '#app/i18n/format.ts'
import { doorName, reasonText } from '#app/i18n/ledger-words.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { SectionHead } from '#app/ui/Lines.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import styles from './Page.module.css'
import { ScrollBox } from './ScrollBox.tsx'
import { addsUp, byProtocol, reasonLines, sumsOf } from './ledger-sums.ts'
import type { ProtocolSums } from './ledger-sums.ts'

const COLUMNS = ['received', 'stored', 'duplicate', 'rejected', 'dropped'] as const

export function Ledger({ status }: { readonly status: StatusAnswer }): ReactNode {
  const say = useText()
  const protocols = byProtocol(status.ledger.lines)
  const total = sumsOf(status.ledger.total)
  const fine = addsUp(total) && protocols.every(addsUp)
  return (
    <section>
      <SectionHead title={say('status.ledger')} level={2}>
        {say('status.ledger.since', {
          up: formatDuration(Number(BigInt(status.now) - BigInt(status.startedAt))),
        })}
        <span className="grow" />
        <span className={fine ? 'okc' : 'err'}>
          <Icon name={fine ? 'ok' : 'error'} /> {say(fine ? 'status.ledger.addsUp' : 'status.ledger.off')}
        </span>
      </SectionHead>
      {protocols.length === 0 ? (
        <p className={styles.none}>{say('status.ledger.none')}</p>
      ) : (
        <ScrollBox label={say('status.ledger')}>
          <table className={classNames(tableStyles.table, styles.equation)}>
            <thead>
              <tr>
                <th className={tableStyles.first}>{say('status.ledger.protocol')}</th>
                {COLUMNS.map((column, index) => (
                  <th key={column} className={classNames('num', index === COLUMNS.length - 1 && tableStyles.last)}>
                    <Operator index={index} />
                    {say(`status.ledger.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {protocols.map(sums => (
                <SumsRow key={sums.protocol} name={doorName(say, sums.protocol)} sums={sums} />
              ))}
            </tbody>
            <tfoot>
              <SumsRow name={say('status.ledger.all')} sums={total} operators />
            </tfoot>
          </table>
        </ScrollBox>
      )}
    </section>
  )
}

/** `=` before the second column, `+` before the others. */
function Operator({ index }: { readonly index: number }): ReactNode {
  if (index === 0) return null
  return (
    <span className={styles.operator} aria-hidden="true">
      {index === 1 ? '=' : '+'}
    </span>
  )
}

function SumsRow(props: {
  readonly name: string
  readonly sums: ProtocolSums
  readonly operators?: boolean
}): ReactNode {
  const { name, sums, operators } = props
  return (
    <tr>
      <td className={tableStyles.first}>{name}</td>
      {COLUMNS.map((column, index) => (
        <td key={column} className={classNames('num', index === COLUMNS.length - 1 && tableStyles.last)}>
          {operators === true && <Operator index={index} />}
          <span className={sums[column] === 0 ? 'faint' : undefined}>{formatCount(sums[column])}</span>
        </td>
      ))}
    </tr>
  )
}

/** Spans rejected or dropped, what was cut, and signals that are answered and not kept. */
export function NotKept({ status }: { readonly status: StatusAnswer }): ReactNode {
  const say = useText()
  const { lines, valuesCut, entriesDropped } = status.ledger
  const reasons = reasonLines(lines)
  const notKept = Object.entries(status.notKept).filter(([, count]) => count > 0)
  const nothing = reasons.length === 0 && valuesCut === 0 && entriesDropped === 0 && notKept.length === 0
  return (
    <section id="refused" className={styles.anchor}>
      <SectionHead title={say('status.refused')} level={2}>
        {say('status.refused.by')}
      </SectionHead>
      {nothing && <p className={styles.none}>{say('status.refused.none')}</p>}
      <ul className={styles.reasons}>
        {reasons.map(({ kind, count, service, protocol, reason }) => (
          <li key={`${kind} ${service} ${protocol} ${reason}`}>
            <span className="num">{formatCount(count)}</span>
            <span className="cut">{service}</span>
            <span className={styles.why}>
              {kind === 'dropped' && `${say('status.refused.dropped')}: `}
              {reasonText(say, reason)} <span className="faint">{doorName(say, protocol)}</span>
            </span>
          </li>
        ))}
        {valuesCut > 0 && <li className={styles.fact}>{say('status.refused.cut', { count: valuesCut })}</li>}
        {entriesDropped > 0 && (
          <li className={styles.fact}>{say('status.refused.entries', { count: entriesDropped })}</li>
        )}
        {notKept.map(([signal, count]) => (
          <li key={signal} className={styles.fact}>
            {say('status.notKept', { count, signal })}
          </li>
        ))}
      </ul>
    </section>
  )
}
