import type { ReactNode } from 'react'
import { useCommandRegistry } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { ToggleButton } from '#app/ui/Button.tsx'
import { Bar } from '#app/ui/Lines.tsx'
import { ChangeMark } from './ChangeMark.tsx'
import styles from './Page.module.css'
import type { CompareView } from './url.ts'

const CHANGES = ['added', 'removed', 'slower', 'faster', 'same'] as const

/** The line above the table: what it holds, what the marks mean, what is left out. */
export function CompareTools({ view }: { readonly view: CompareView }): ReactNode {
  const say = useText()
  const registry = useCommandRegistry()
  return (
    <Bar tight className={styles.tools}>
      <h2 className="strong">{say('compare.table')}</h2>
      <span className={styles.note}>{say('compare.table.note')}</span>
      <span className="grow" />
      <ul className={styles.marks} aria-label={say('compare.marks')}>
        {CHANGES.map(change => (
          <li key={change}>
            <ChangeMark change={change} /> {say(`compare.change.${change}`)}
          </li>
        ))}
      </ul>
      <ToggleButton
        size="small"
        pressed={view.onlyChanged}
        onChange={() => registry.run('compare.changed')}
        command="compare.changed"
      >
        {say('compare.onlyChanged')}
      </ToggleButton>
    </Bar>
  )
}
