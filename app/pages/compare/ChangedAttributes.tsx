// Attributes that differ anywhere in the two traces, the most frequent first; each leads to its row.

import { useCallback } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount } from '#app/i18n/format.ts'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { changedAttributes } from '#shared/trace/diff/changed-attributes.ts'
import type { ChangedAttribute } from '#shared/trace/diff/changed-attributes.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './PairChanges.module.css'

/** Lines that are shown: those of more spans come first, the rest is told by its number. */
const MOST_SHOWN = 200
/** Characters of a value that are shown; its title has more. */
const SHOWN = 160

export function ChangedAttributes(props: {
  readonly diff: TraceDiff
  readonly a: Trace
  readonly b: Trace
  readonly onChoose: (place: number) => void
}): ReactNode {
  const { diff, a, b, onChoose } = props
  const say = useText()
  const { value: changes } = useSlicedWork(useCallback(() => changedAttributes(diff, a, b), [diff, a, b]))
  if (changes === undefined) return <LoadingLines />
  if (changes.length === 0) return <p className={styles.nothing}>{say('compare.changed.none')}</p>
  return (
    <>
      <h2 className={styles.title}>{say('compare.changed')}</h2>
      <div className="scroll">
        <table className={classNames(tableStyles.table, styles.table)} aria-label={say('compare.changed')}>
          <thead>
            <tr>
              <th className={classNames(tableStyles.first, styles.key)}>{say('compare.attributes.key')}</th>
              <th>A</th>
              <th>B</th>
              <th className={classNames('num', tableStyles.last, styles.spans)}>{say('compare.changed.spans')}</th>
            </tr>
          </thead>
          <tbody>
            {changes.slice(0, MOST_SHOWN).map(change => (
              <Line key={`${change.from} ${change.service ?? ''} ${change.key}`} change={change} onChoose={onChoose} />
            ))}
          </tbody>
        </table>
        {changes.length > MOST_SHOWN && (
          <p className={styles.nothing}>{say('compare.changed.more', { count: changes.length - MOST_SHOWN })}</p>
        )}
      </div>
    </>
  )
}

function Line(props: { readonly change: ChangedAttribute; readonly onChoose: (place: number) => void }): ReactNode {
  const { change, onChoose } = props
  const say = useText()
  const service = change.service ?? say('compare.unknownService')
  return (
    <tr>
      <th scope="row" className={tableStyles.first}>
        <button
          type="button"
          className={styles.choose}
          onClick={() => onChoose(change.place)}
          data-command="compare.choose"
        >
          <ServiceSwatch name={service} /> <span className="faint">{service}</span> <code>{change.key}</code>
          {change.from === 'resource' && <span className="faint"> {say('compare.attributes.resource')}</span>}
        </button>
      </th>
      <td>
        <Text text={change.a} />
      </td>
      <td>
        <Text text={change.b} />
        {change.pairs > 1 && (
          <span className="faint">
            {' '}
            <Message id="compare.changed.others" values={{ same: change.same, spans: change.spans }} />
          </span>
        )}
      </td>
      <td className={classNames('num', tableStyles.last)}>{formatCount(change.spans)}</td>
    </tr>
  )
}

function Text({ text }: { readonly text: string | undefined }): ReactNode {
  const say = useText()
  if (text === undefined) {
    return (
      <span className="faint">
        <span aria-hidden="true">–</span>
        <span className="sr">{say('compare.none')}</span>
      </span>
    )
  }
  return (
    <code title={text.slice(0, 1600)}>
      {text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text === '' ? '""' : text}
    </code>
  )
}
