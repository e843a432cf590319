// One service: what goes in and out, who calls it, whom it calls.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatShare } from '#app/i18n/format.ts'
import { buttonClass } from '#app/ui/Button.tsx'
import { SectionHead } from '#app/ui/Lines.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import type { ServiceCall } from '#app/views/service-graph/layout.ts'
import { Errors, Service } from './CallTable.tsx'
import styles from './Page.module.css'

export function FocusPanel(props: {
  readonly calls: readonly ServiceCall[]
  readonly service: string
  readonly onFocus: (service: string) => void
}): ReactNode {
  const { calls, service, onFocus } = props
  const say = useText()
  const into = calls.filter(({ child }) => child === service)
  const out = calls.filter(({ parent }) => parent === service)
  const callsIn = into.reduce((sum, { callCount }) => sum + callCount, 0)
  const errorsIn = into.reduce((sum, { errorCount }) => sum + errorCount, 0)
  const callsOut = out.reduce((sum, { callCount }) => sum + callCount, 0)
  return (
    <aside className={styles.focus} aria-label={say('map.focus')}>
      <div className={styles.focusHead}>
        <ServiceSwatch name={service} />
        <h2 className="cut">{service}</h2>
        <span className="grow" />
        <Link to="/search" search={{ service }} className={buttonClass('quiet', 'small')}>
          {say('map.focus.traces')}
        </Link>
      </div>
      {into.length + out.length === 0 ? (
        <p className={styles.nothing}>{say('map.focus.none')}</p>
      ) : (
        <>
          <dl className={styles.figures}>
            <Figure name={say('map.focus.in')} value={formatCount(callsIn)} />
            <Figure name={say('map.focus.errors')} value={callsIn === 0 ? '–' : formatShare(errorsIn / callsIn, 1)} />
            <Figure name={say('map.focus.out')} value={formatCount(callsOut)} />
          </dl>
          <Neighbours title={say('map.focus.calledBy')} calls={into} end="parent" onFocus={onFocus} />
          <Neighbours title={say('map.focus.callsTo')} calls={out} end="child" onFocus={onFocus} />
        </>
      )}
    </aside>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Neighbours(props: {
  readonly title: string
  readonly calls: readonly ServiceCall[]
  readonly end: 'parent' | 'child'
  readonly onFocus: (service: string) => void
}): ReactNode {
  const { title, calls, end, onFocus } = props
  const say = useText()
  const rows = calls.toSorted((x, y) => y.callCount - x.callCount)
  return (
    <section aria-label={title}>
      <SectionHead title={title}>{formatCount(calls.length)}</SectionHead>
      {rows.length === 0 ? (
        <p className={styles.nothing}>{say('map.focus.nobody')}</p>
      ) : (
        <table className={tableStyles.table}>
          <tbody>
            {rows.map(call => (
              <tr key={call[end]}>
                <td className={tableStyles.first}>
                  <Service name={call[end]} onFocus={onFocus} />
                </td>
                <td className="num">{formatCount(call.callCount)}</td>
                <td className={`num ${tableStyles.last}`}>
                  <Errors count={call.errorCount} share={call.errorCount / call.callCount} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
