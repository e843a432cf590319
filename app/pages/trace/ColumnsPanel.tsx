// Which attributes the rows of the timeline show: each as a column of its own, or as a pill at the end of the name.

import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { Checkbox } from '#app/ui/Checkbox.tsx'
import { TextField } from '#app/ui/TextField.tsx'
import { MOST_ROW_COLUMNS } from '#app/views/timeline/Timeline.tsx'
import { attributeKeys } from '#shared/trace/statistics-keys.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './TimelinePanels.module.css'

export interface ColumnsPanelProps {
  readonly trace: Trace
  /** Undefined: none were chosen; the table of spans then shows the most usual, the timeline none. */
  readonly columns: readonly string[] | undefined
  readonly onColumns: (columns: readonly string[] | undefined) => void
  /** Undefined: the status that was answered and the system that was asked. */
  readonly pills: readonly string[] | undefined
  readonly onPills: (pills: readonly string[] | undefined) => void
}

/** As many keys are listed; the field finds the others. */
const MOST_LISTED = 60

export function ColumnsPanel({ trace, columns, onColumns, pills, onPills }: ColumnsPanelProps): ReactNode {
  const say = useText()
  const [sought, setSought] = useState('')
  const keys = useMemo(() => attributeKeys(trace).map(({ key }) => key), [trace])
  const chosen = [...new Set([...(columns ?? []), ...(pills ?? [])])]
  const needle = sought.trim().toLowerCase()
  const found = [...chosen, ...keys.filter(key => !chosen.includes(key))].filter(key =>
    key.toLowerCase().includes(needle),
  )
  const toggled = (list: readonly string[] | undefined, key: string, on: boolean): readonly string[] | undefined => {
    const next = on ? [...(list ?? []), key] : (list ?? []).filter(one => one !== key)
    return next.length === 0 ? undefined : next
  }
  return (
    <>
      <TextField
        label={say('panel.columns.find', { count: keys.length })}
        hideLabel
        placeholder={say('panel.columns.find', { count: keys.length })}
        inputMode="search"
        value={sought}
        onChange={setSought}
      />
      <div className={styles.head}>
        <span className="faint grow">{say('panel.columns.attribute')}</span>
        <span className={styles.choice}>{say('panel.columns.column')}</span>
        <span className={styles.choice}>{say('panel.columns.pill')}</span>
      </div>
      <ul className={styles.list}>
        {found.slice(0, MOST_LISTED).map(key => (
          <li key={key} className={styles.line}>
            <span className="mono cut grow" title={key}>
              {key}
            </span>
            <span className={styles.choice}>
              <Checkbox
                label={say('panel.columns.asColumn', { key })}
                checked={columns?.includes(key) === true}
                disabled={(columns?.length ?? 0) >= MOST_ROW_COLUMNS && columns?.includes(key) !== true}
                onChange={on => onColumns(toggled(columns, key, on))}
              />
            </span>
            <span className={styles.choice}>
              <Checkbox
                label={say('panel.columns.asPill', { key })}
                checked={pills?.includes(key) === true}
                onChange={on => onPills(toggled(pills, key, on))}
              />
            </span>
          </li>
        ))}
        {found.length === 0 && <li className="faint">{say('panel.columns.none')}</li>}
      </ul>
      {found.length > MOST_LISTED && (
        <span className="faint">{say('panel.columns.more', { count: found.length - MOST_LISTED })}</span>
      )}
      <div className={styles.head}>
        <span className="grow" />
        <Button
          look="quiet"
          size="small"
          disabled={columns === undefined && pills === undefined}
          onPress={() => {
            onColumns(undefined)
            onPills(undefined)
          }}
        >
          {say('panel.columns.usual')}
        </Button>
      </div>
    </>
  )
}
