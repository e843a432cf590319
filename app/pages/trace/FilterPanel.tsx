// What a filter is made of most often, to be ticked: errors, the critical path, a least duration, services. Each is a chip of
// the filter like one that was typed.

import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { Checkbox } from '#app/ui/Checkbox.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { TextField } from '#app/ui/TextField.tsx'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './TimelinePanels.module.css'
import {
  filterChoices,
  isDuration,
  shownServices,
  withAtLeast,
  withCritical,
  withErrors,
  withServices,
} from './filter-choices.ts'

export interface FilterPanelProps {
  readonly trace: Trace
  /** As shown, by index. */
  readonly services: readonly string[]
  readonly filter: readonly string[]
  readonly onFilter: (filter: readonly string[]) => void
}

/** With more services than this there is a field to look for one. */
const FIND_FROM = 10

export function FilterPanel({ trace, services, filter, onFilter }: FilterPanelProps): ReactNode {
  const say = useText()
  const choices = filterChoices(filter)
  const [typed, setTyped] = useState(choices.atLeast)
  const [sought, setSought] = useState('')
  const bad = typed.trim() !== '' && !isDuration(typed)
  const all = useMemo(() => trace.services.map(name => name ?? ''), [trace.services])
  const counts = useMemo(() => {
    const spans = new Uint32Array(all.length)
    for (let i = 0; i < trace.size; i++) spans[trace.service[i]]++
    return spans
  }, [trace, all])
  const shown = shownServices(choices, all)
  const listed = all.map((_, i) => i).filter(i => services[i].toLowerCase().includes(sought.trim().toLowerCase()))
  const choose = (names: ReadonlySet<string>): void => onFilter(withServices(filter, all, names))
  const toggle = (name: string, on: boolean): void => {
    const names = new Set(shown)
    if (on) names.add(name)
    else names.delete(name)
    choose(names)
  }
  return (
    <>
      <div className={styles.checks}>
        <Checkbox checked={choices.errors} onChange={on => onFilter(withErrors(filter, on))}>
          {say('panel.filter.errors')}
        </Checkbox>
        <Checkbox checked={choices.critical} onChange={on => onFilter(withCritical(filter, on))}>
          {say('panel.filter.critical')}
        </Checkbox>
      </div>
      <TextField
        label={say('panel.filter.atLeast')}
        placeholder="10ms"
        mono
        value={typed}
        error={bad ? say('panel.filter.noDuration', { text: typed }) : undefined}
        onChange={text => {
          setTyped(text)
          if (text.trim() === '' || isDuration(text)) onFilter(withAtLeast(filter, text))
        }}
      />
      <div className={styles.head}>
        <b>{say('panel.filter.services')}</b>
        <span className="faint grow">{say('panel.filter.of', { shown: shown.size, all: all.length })}</span>
        <Button
          look="quiet"
          size="small"
          disabled={choices.services === undefined}
          onPress={() => choose(new Set(all))}
        >
          {say('panel.filter.all')}
        </Button>
      </div>
      {all.length >= FIND_FROM && (
        <TextField
          label={say('panel.filter.find')}
          hideLabel
          placeholder={say('panel.filter.find')}
          inputMode="search"
          value={sought}
          onChange={setSought}
        />
      )}
      <ul className={styles.list}>
        {listed.map(i => (
          <li key={i} className={styles.line}>
            <Checkbox label={services[i]} checked={shown.has(all[i])} onChange={on => toggle(all[i], on)}>
              <ServiceName name={services[i]} />
            </Checkbox>
            <span className="grow" />
            <Button
              look="quiet"
              size="small"
              label={say('panel.filter.onlyThis', { name: services[i] })}
              onPress={() => choose(new Set([all[i]]))}
            >
              {say('panel.filter.only')}
            </Button>
            <span className={classNames(styles.count, 'num', 'faint')}>{formatCount(counts[i])}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
