// The table of calls: the graph's twin.

import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount, formatShare } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { FAILING_FROM } from '#app/views/service-graph/draw.ts'
import type { ServiceCall } from '#app/views/service-graph/layout.ts'
import styles from './Page.module.css'

export interface CallTableProps {
  readonly calls: readonly ServiceCall[]
  readonly focus: string | undefined
  readonly stale: boolean
  readonly onFocus: (service: string) => void
}

export function CallTable({ calls, focus, stale, onFocus }: CallTableProps): ReactNode {
  const say = useText()
  const rows = useMemo(() => calls.toSorted((x, y) => y.callCount - x.callCount), [calls])
  return (
    <div className={classNames('scroll', styles.calls)}>
      <table
        className={classNames(tableStyles.table, styles.table, stale && tableStyles.stale)}
        aria-label={say('map.calls')}
      >
        <thead>
          <tr>
            <th className={tableStyles.first}>{say('map.column.caller')}</th>
            <th>{say('map.column.called')}</th>
            <th className={classNames('num', styles.count)} aria-sort="descending">
              {say('map.column.calls')}
            </th>
            <th className={classNames('num', styles.count)}>{say('map.column.errors')}</th>
            <th className={classNames('num', tableStyles.last, styles.share)}>{say('map.column.share')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ parent, child, callCount, errorCount }) => (
            <tr
              key={JSON.stringify([parent, child])}
              aria-selected={parent === focus || child === focus ? true : undefined}
            >
              <td className={tableStyles.first}>
                <Service name={parent} onFocus={onFocus} />
              </td>
              <td>
                <Service name={child} onFocus={onFocus} />
              </td>
              <td className={classNames('num', styles.count)}>{formatCount(callCount)}</td>
              <td className={classNames('num', styles.count)}>
                <Errors count={errorCount} share={errorCount / callCount} />
              </td>
              <td className={classNames('num', tableStyles.last, styles.share)}>
                {errorCount > 0 && formatShare(errorCount / callCount, 1)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A service's name that puts it in focus. */
export function Service(props: { readonly name: string; readonly onFocus: (service: string) => void }): ReactNode {
  return (
    <button
      type="button"
      className={styles.service}
      data-local-action="each name chooses its own service"
      onClick={() => props.onFocus(props.name)}
    >
      <ServiceName name={props.name} />
    </button>
  )
}

/** How many of the calls failed, with the diamond from 1 % on. */
export function Errors({ count, share }: { readonly count: number; readonly share: number }): ReactNode {
  const say = useText()
  if (count === 0) {
    return (
      <span className="faint">
        <span aria-hidden="true">–</span>
        <span className="sr">{say('map.noErrors')}</span>
      </span>
    )
  }
  if (share < FAILING_FROM) return formatCount(count)
  return (
    <span className="err">
      <Icon name="error" size={9} /> {formatCount(count)}
    </span>
  )
}
