import type { ReactNode } from 'react'
import { useCommandRegistry } from '#app/commands/CommandsProvider.tsx'
import { formatDifference } from '#app/i18n/format.ts'
import { useText } from '#app/i18n/Message.tsx'
import { ToggleButton } from '#app/ui/Button.tsx'
import { ChangeMark } from '#app/ui/ChangeMark.tsx'
import { Bar } from '#app/ui/Lines.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import styles from './Page.module.css'
import { MEASURES } from './url.ts'
import type { CompareView } from './url.ts'

const CHANGES = ['added', 'removed', 'slower', 'faster', 'same'] as const
const COUNT_CHANGES = ['added', 'removed', 'more', 'fewer', 'same'] as const

/** Beside the tabs: what the marks mean, and what is left out. */
export function CompareMarks({ view }: { readonly view: CompareView }): ReactNode {
  const say = useText()
  const registry = useCommandRegistry()
  const counts = view.counts && view.tab === 'graph'
  return (
    <div className={styles.end}>
      <ul className={styles.marks} aria-label={say('compare.marks')}>
        {(counts ? COUNT_CHANGES : CHANGES).map(change => (
          <li key={change}>
            <ChangeMark change={change} />{' '}
            {say(counts && change === 'same' ? 'compare.change.asMany' : `compare.change.${change}`)}
          </li>
        ))}
      </ul>
      <ToggleButton
        size="small"
        pressed={!view.all}
        onChange={() => registry.run('compare.changed')}
        command="compare.changed"
      >
        {say('compare.onlyChanged')}
      </ToggleButton>
    </div>
  )
}

/** The line above the table: what a row is, what its figures are. */
export function TableTools(props: {
  readonly view: CompareView
  readonly onLook: (view: CompareView) => void
  /** B − A of what lies between several roots and in no row, ns. */
  readonly outsideNs: number
  readonly end: ReactNode
}): ReactNode {
  const { view, onLook, outsideNs, end } = props
  const say = useText()
  return (
    <Bar tight className={styles.tools}>
      <h2 className="strong">{say('compare.table')}</h2>
      <span className={styles.note}>
        {view.measure === 'critical' && outsideNs !== 0
          ? say('compare.note.critical.roots', { outside: formatDifference(outsideNs) })
          : say(`compare.note.${view.measure}`)}
      </span>
      <span className="grow" />
      <SegmentedControl
        label={say('compare.rows')}
        size="small"
        selected={view.rows}
        onSelect={rows => onLook({ ...view, rows })}
        segments={(['name', 'path', 'service'] as const).map(key => ({
          key,
          content: say(`compare.rows.${key}`),
          command: 'compare.rows',
        }))}
      />
      <SegmentedControl
        label={say('compare.measure')}
        size="small"
        selected={view.measure}
        onSelect={measure => onLook({ ...view, measure })}
        segments={MEASURES.map(key => ({ key, content: say(`compare.measure.${key}`), command: 'compare.measure' }))}
      />
      {end}
    </Bar>
  )
}
