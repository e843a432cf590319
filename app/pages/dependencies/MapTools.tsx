import type { ReactNode } from 'react'
import { useCommandRegistry } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { formatExact } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Bar } from '#app/ui/Lines.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import { Chip } from '#app/ui/Tag.tsx'
import styles from './Page.module.css'
import { LOOKBACKS } from './url.ts'
import type { Lookback, MapView } from './url.ts'

/** The line above the map: graph or table, the focus, the time range. */
export function MapTools(props: {
  readonly view: MapView
  readonly onView: (view: MapView) => void
  /** What is shown is of the range before. */
  readonly stale: boolean
}): ReactNode {
  const { view, onView, stale } = props
  const say = useText()
  const registry = useCommandRegistry()
  const zone = useTimeZone()
  const exact = view.start !== undefined || view.end !== undefined
  const time = (micros: string | undefined): string =>
    micros === undefined ? '' : formatExact(BigInt(micros) * 1000n, zone)
  const rangeText = say(
    view.end === undefined ? 'map.range.since' : view.start === undefined ? 'map.range.until' : 'map.range.between',
    { from: time(view.start), to: time(view.end) },
  )
  return (
    <Bar className={styles.tools}>
      <SegmentedControl
        label={say('map.show')}
        segments={[
          { key: 'graph', content: say('map.graph'), command: 'map.view' },
          { key: 'table', content: say('map.table'), command: 'map.view' },
        ]}
        selected={view.view}
        onSelect={key => onView({ ...view, view: key })}
      />
      {view.focus !== undefined && (
        <span className={styles.range} data-local-action="Escape does the same">
          <Chip text={say('map.clearFocus', { name: view.focus })} onRemove={() => registry.run('map.clear')} />
        </span>
      )}
      {stale && <span className="faint">{say('map.stale')}</span>}
      <span className="grow" />
      {exact && (
        <span className={styles.range} data-local-action="the command that widens does the same">
          <Chip text={rangeText} onRemove={() => registry.run('map.widen')} />
        </span>
      )}
      <SegmentedControl
        label={say('map.range')}
        segments={[
          ...LOOKBACKS.map(key => ({ key, content: say(`map.range.${key}`), command: 'map.widen' })),
          { key: 'all' as const, content: say('map.range.all'), command: 'map.widen' },
        ]}
        selected={exact ? undefined : (view.lookback ?? 'all')}
        onSelect={(key: Lookback | 'all') =>
          onView({ ...view, lookback: key === 'all' ? undefined : key, start: undefined, end: undefined })
        }
      />
    </Bar>
  )
}
