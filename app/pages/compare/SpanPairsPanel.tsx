// The spans behind a row of many, pair by pair: how long in A, how long in B, and the way to each of them.

import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDifference, formatDuration } from '#app/i18n/format.ts'
import { Icon } from '#app/ui/Icon.tsx'
import { useMediaQuery } from '#app/ui/use-media-query.ts'
import { VirtualTable } from '#app/views/table/VirtualTable.tsx'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import { pairDifference, spanPairs } from '#shared/trace/diff/span-pairs.ts'
import { SPAN_ERROR, spanDuration, spanOfRef, spanRefOf } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './PairChanges.module.css'
import type { ChosenSpan } from './url.ts'

export interface SpanPairsPanelProps {
  readonly diff: TraceDiff
  readonly a: Trace
  readonly b: Trace
  /** Whose spans are listed, and what they are called. */
  readonly places: readonly number[]
  readonly service: string | undefined
  /** Undefined: of any name. */
  readonly name: string | undefined
  readonly chosen: ChosenSpan | undefined
  readonly onChoose: (span: ChosenSpan) => void
}

const NARROW_COLUMNS = ['durationA', 'durationB', 'difference', 'open'] as const
const COLUMNS = ['durationA', 'durationB', 'difference', 'startA', 'startB', 'open'] as const

export function SpanPairsPanel(props: SpanPairsPanelProps): ReactNode {
  const { diff, a, b, places, service, name, chosen, onChoose } = props
  const say = useText()
  const [cursor, setCursor] = useState(-1)
  const narrow = useMediaQuery('(max-width: 640px)')
  const pairs = useMemo(() => spanPairs(diff, a, b, places), [diff, a, b, places])
  const count = pairs.a.length
  const exactSpan = useMemo(
    () => (chosen?.exact === true ? spanOfRef(chosen.side === 'a' ? a : b, chosen.spanId) : -1),
    [chosen, a, b],
  )
  const of = (side: 'a' | 'b', row: number): number => pairs[side][row]
  const idOf = (row: number): ChosenSpan => {
    const side = of('b', row) >= 0 ? 'b' : 'a'
    return { side, spanId: spanRefOf(side === 'a' ? a : b, of(side, row)), exact: true }
  }
  const cell = (row: number, key: string): ReactNode => {
    const [spanA, spanB] = [of('a', row), of('b', row)]
    switch (key) {
      case 'durationA':
        return <Duration trace={a} span={spanA} />
      case 'durationB':
        return <Duration trace={b} span={spanB} />
      case 'difference':
        return <b>{formatDifference(pairDifference(a, b, spanA, spanB))}</b>
      case 'startA':
        return spanA < 0 ? '' : `+${formatDuration(a.start[spanA])}`
      case 'startB':
        return spanB < 0 ? '' : `+${formatDuration(b.start[spanB])}`
      default:
        return (
          <span className={styles.links}>
            <SpanLink letter="A" trace={a} span={spanA} />
            <SpanLink letter="B" trace={b} span={spanB} />
          </span>
        )
    }
  }
  const words = {
    service: service ?? say('compare.unknownService'),
    name: name === undefined ? '' : name || say('compare.unnamed'),
    count,
  }
  return (
    <>
      <p className={styles.head}>
        <Message id={name === undefined ? 'compare.pairs.ofService' : 'compare.pairs.of'} values={words} />
      </p>
      <div className={styles.pairs} style={{ height: `min(60vh, ${count * 24 + 32}px)` }}>
        <VirtualTable
          label={say('compare.pairs')}
          columns={(narrow ? NARROW_COLUMNS : COLUMNS).map(key => ({
            key,
            head: say(`compare.pairs.${key}`),
            width: narrow ? 'minmax(56px, 1fr)' : key === 'open' ? 'minmax(88px, 1fr)' : '104px',
            number: key !== 'open',
          }))}
          rowCount={count}
          cell={cell}
          rowState={row => ({
            selected: chosen?.exact === true && exactSpan >= 0 && of(chosen.side, row) === exactSpan,
          })}
          cursor={cursor}
          onCursor={setCursor}
          onOpen={row => onChoose(idOf(row))}
        />
      </div>
    </>
  )
}

function Duration({ trace, span }: { readonly trace: Trace; readonly span: number }): ReactNode {
  const say = useText()
  if (span < 0) {
    return (
      <span className="faint">
        <span aria-hidden="true">–</span>
        <span className="sr">{say('compare.none')}</span>
      </span>
    )
  }
  const failed = (trace.marks[span] & SPAN_ERROR) !== 0
  return (
    <>
      {failed && (
        <span className="err">
          <Icon name="error" size={8} />
          <span className="sr">{say('compare.pairs.failed')}</span>{' '}
        </span>
      )}
      {formatDuration(spanDuration(trace, span))}
    </>
  )
}

function SpanLink(props: { readonly letter: 'A' | 'B'; readonly trace: Trace; readonly span: number }): ReactNode {
  const { letter, trace, span } = props
  const say = useText()
  if (span < 0 || trace.traceId === undefined) return null
  return (
    <Link to={`/trace/${trace.traceId}`} search={{ span: spanRefOf(trace, span) }}>
      {say('compare.pairs.in', { side: letter })}
    </Link>
  )
}
