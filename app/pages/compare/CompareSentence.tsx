// The first line: how much slower or faster B is, and where that comes from.

import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDifference, formatDuration } from '#app/i18n/format.ts'
import { Sentence } from '#app/ui/Lines.tsx'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './Page.module.css'
import { selfDifference } from './differences.ts'
import type { Difference } from './differences.ts'

export function CompareSentence(props: {
  readonly a: Trace
  readonly b: Trace
  /** The row whose self time differs most; undefined: there are no rows. */
  readonly source: Difference | undefined
  /** Rows that are not the same. */
  readonly changed: number
}): ReactNode {
  const { a, b, source, changed } = props
  const difference = b.durationNs - a.durationNs
  const values = {
    difference: formatDuration(Math.abs(difference)),
    durationA: formatDuration(a.durationNs),
    durationB: formatDuration(b.durationNs),
  }
  return (
    <Sentence className={styles.sentence}>
      {a.traceId === b.traceId ? (
        <Message id="compare.say.sameTrace" />
      ) : (
        <>
          {difference > 0 ? (
            <Message id="compare.say.slower" values={values} />
          ) : difference < 0 ? (
            <Message id="compare.say.faster" values={values} />
          ) : (
            <Message id="compare.say.same" values={{ durationA: values.durationA }} />
          )}{' '}
          {source === undefined || changed === 0 || selfDifference(source) === 0 ? (
            <Message id="compare.say.nothing" />
          ) : (
            <SourceOfChange row={source} />
          )}
        </>
      )}
    </Sentence>
  )
}

function SourceOfChange({ row }: { readonly row: Difference }): ReactNode {
  const say = useText()
  const part = {
    service: row.service ?? say('compare.unknownService'),
    name: row.name || say('compare.unnamed'),
    difference: formatDifference(selfDifference(row)),
  }
  switch (row.change) {
    case 'added':
      return <Message id="compare.say.added" values={{ ...part, countB: row.b.count }} />
    case 'removed':
      return <Message id="compare.say.removed" values={{ ...part, countA: row.a.count }} />
    default:
      return <Message id="compare.say.largest" values={{ ...part, countA: row.a.count, countB: row.b.count }} />
  }
}
