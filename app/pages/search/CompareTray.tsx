// The traces that are ticked, at the foot of the page, and the way to their comparison.

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
import type { TraceSummaryJson } from '#shared/api/spoor.ts'
import styles from './CompareTray.module.css'
import { traceDuration } from './trace-duration.ts'

export function CompareTray(props: {
  /** One trace id or more: A, B, and those that either can be changed for. */
  readonly picked: readonly string[]
  /** Those found; a ticked one may have left the result. */
  readonly traces: readonly TraceSummaryJson[]
  readonly onClear: () => void
}): ReactNode {
  const { picked, traces, onClear } = props
  const say = useText()
  const navigate = useNavigate()
  const isPair = picked.length >= 2
  const more = picked.slice(2)
  useCommands([
    {
      id: 'search.compare',
      title: 'command.search.compare',
      group: 'page',
      keys: ['c'],
      when: () => isPair,
      run: () =>
        void navigate({
          to: `/trace/${picked[0]}...${picked[1]}`,
          search: more.length === 0 ? {} : { cohort: picked },
        }),
    },
    { id: 'search.clearPicked', title: 'command.search.clearPicked', group: 'page', run: onClear },
  ])
  return (
    <Tray label={say('search.tray')}>
      {picked.slice(0, 2).map((id, index) => (
        <span key={id} className={classNames(styles.pick, more.length > 0 && styles.ofMany)}>
          <PairLetter>{letter(index)}</PairLetter>
          <Picked id={id} trace={traces.find(({ traceId }) => traceId === id)} />
        </span>
      ))}
      {more.length > 0 && (
        <span className={classNames('dim', styles.more)}>{say('search.tray.more', { count: more.length })}</span>
      )}
      {!isPair && <span className="dim">{say('search.tray.one')}</span>}
      <span className="grow" />
      <CommandButton command="search.clearPicked" look="quiet">
        {say('search.tray.clear')}
      </CommandButton>
      <CommandButton command="search.compare" look="primary" disabled={!isPair} showKey>
        {say('search.tray.compare')}
      </CommandButton>
    </Tray>
  )
}

function letter(index: number): 'A' | 'B' {
  return index === 0 ? 'A' : 'B'
}

function Picked(props: { readonly id: string; readonly trace: TraceSummaryJson | undefined }): ReactNode {
  const { id, trace } = props
  const say = useText()
  if (trace === undefined) return <code className="cut">{id.slice(0, 16)}</code>
  const service = trace.root.service ?? say('search.noService')
  return (
    <>
      <ServiceSwatch name={service} />
      <span className="cut">{trace.root.name}</span>
      <span className="dim">{formatDuration(traceDuration(trace))}</span>
    </>
  )
}
