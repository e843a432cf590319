// Which two: letter, root, duration, start, spans, errors; each leads to its trace.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommandRegistry } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { formatClock, formatIsoDay } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { ToggleButton } from '#app/ui/Button.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { Bone } from '#app/ui/States.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { comparedRange } from '#shared/trace/diff/diff-input.ts'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import styles from './CompareHead.module.css'
import type { ComparedSide } from './side.ts'

export function CompareHead(props: {
  readonly a: ComparedSide
  readonly b: ComparedSide
  /** A is a typical trace, taken for the one that stood there. */
  readonly typical: boolean
}): ReactNode {
  const { a, b, typical } = props
  const say = useText()
  const registry = useCommandRegistry()
  return (
    <div className={styles.pair}>
      <Side side={a} other={b} />
      <CommandButton command="compare.chooseA" look="quiet" size="small">
        {say('compare.another', { side: 'A' })}
      </CommandButton>
      <ToggleButton
        size="small"
        pressed={typical}
        onChange={() => registry.run('compare.typical')}
        command="compare.typical"
        label={say('compare.typical.switch')}
      >
        {say('compare.typical')}
      </ToggleButton>
      <CommandButton command="compare.swap" look="quiet" size="small">
        {say('compare.swap')}
      </CommandButton>
      <Side side={b} other={a} />
      <CommandButton command="compare.chooseB" look="quiet" size="small">
        {say('compare.another', { side: 'B' })}
      </CommandButton>
    </div>
  )
}

/** The letter of a side: A an outline, B filled. */
export function SideLetter({ letter }: { readonly letter: 'A' | 'B' }): ReactNode {
  return <span className={classNames(styles.letter, letter === 'A' && styles.outline)}>{letter}</span>
}

function Side({ side, other }: { readonly side: ComparedSide; readonly other: ComparedSide }): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const { letter, id, loaded, pending } = side
  if (loaded === undefined || loaded.trace.size === 0) {
    return (
      <div className={styles.side}>
        <SideLetter letter={letter} />
        {pending ? <Bone width="180px" /> : <code className={classNames('faint', styles.name)}>{id ?? side.text}</code>}
      </div>
    )
  }
  const { trace, summary } = loaded
  const root = mainRoot(trace)
  const range = comparedRange(trace)
  const service = trace.services[trace.service[root]] ?? say('compare.unknownService')
  const name = spanName(trace, root) || say('compare.unnamed')
  const clock = formatClock(trace.startTime, zone)
  const otherStart = other.loaded?.trace.startTime
  const day = formatIsoDay(trace.startTime, zone)
  const sameDay = otherStart !== undefined && formatIsoDay(otherStart, zone) === day
  const start = sameDay ? clock : `${day} ${clock}`
  const spans = say('compare.spans', { count: summary.spanCount })
  const errors = say('compare.errors', { count: summary.errorCount })
  const facts = say('compare.facts', { start, spans, errors })
  return (
    <Link
      to={`/trace/${trace.traceId ?? ''}`}
      className={styles.side}
      title={`${say('compare.openSide', { side: letter, name: `${service} ${name}` })}\n${facts}`}
      data-command={`compare.open${letter}`}
    >
      <SideLetter letter={letter} />
      <ServiceSwatch name={service} />
      <span className={styles.service}>{service}</span>
      <b className={styles.name}>{name}</b>
      <span className={styles.duration}>{formatDuration(range.to - range.from)}</span>
      <span className={styles.facts}>
        {summary.errorCount === 0 ? say('compare.factsWithoutErrors', { start, spans }) : facts}
      </span>
    </Link>
  )
}
