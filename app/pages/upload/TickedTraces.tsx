// The traces of open files that are ticked, at the foot of the page, and the way to their comparison.

import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { Tray } from '#app/ui/Lines.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { PairLetter } from '#app/ui/Tag.tsx'
import { classNames } from '#app/ui/class-names.ts'
import type { ListedTrace } from './list-traces.ts'
import styles from './FileTraces.module.css'

/** `ticked`: one or more, in the order they were ticked: A, B, and those that either can be changed for. */
export function TickedTraces(props: {
  readonly ticked: readonly ListedTrace[]
  readonly onClear: () => void
}): ReactNode {
  const { ticked, onClear } = props
  const say = useText()
  const navigate = useNavigate()
  const [a, b, ...more] = ticked
  const isPair = b !== undefined
  useCommands([
    {
      id: 'upload.compare',
      title: 'command.search.compare',
      group: 'page',
      keys: ['c'],
      when: () => isPair,
      run: () =>
        void navigate({
          to: `/trace/${a.traceId}...${b.traceId}`,
          search: more.length === 0 ? {} : { cohort: ticked.map(({ traceId }) => traceId) },
        }),
    },
    { id: 'upload.clearTicked', title: 'command.search.clearPicked', group: 'page', run: onClear },
  ])
  return (
    <Tray label={say('search.tray')}>
      {ticked.slice(0, 2).map(({ traceId, service, name, durationNs }, index) => (
        <span key={traceId} className={classNames(styles.ticked, more.length > 0 && styles.ofMany)}>
          <PairLetter>{letterOf(index)}</PairLetter>
          <ServiceSwatch name={service ?? say('upload.noService')} />
          <span className="cut">{name || say('upload.unnamedSpan')}</span>
          <span className="dim">{formatDuration(durationNs)}</span>
        </span>
      ))}
      {more.length > 0 && (
        <span className={classNames('dim', styles.more)}>{say('search.tray.more', { count: more.length })}</span>
      )}
      {!isPair && <span className="dim">{say('search.tray.one')}</span>}
      <span className="grow" />
      <CommandButton command="upload.clearTicked" look="quiet">
        {say('search.tray.clear')}
      </CommandButton>
      <CommandButton command="upload.compare" look="primary" disabled={!isPair} showKey>
        {say('search.tray.compare')}
      </CommandButton>
    </Tray>
  )
}

function letterOf(index: number): 'A' | 'B' {
  return index === 0 ? 'A' : 'B'
}
