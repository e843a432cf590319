// What differs between two spans of a place beside their time: attributes, resource, events.

import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDifference, formatDuration } from '#app/i18n/format.ts'
import { tableStyles } from '#app/ui/Table.tsx'
import { classNames } from '#app/ui/class-names.ts'
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { attributeChanges, eventChanges, shortValue } from '#shared/trace/diff/attribute-changes.ts'
import type { Span } from '#shared/spans/span.ts'
import styles from './PairChanges.module.css'

export interface ComparedSpans {
  /** Undefined: in the other trace only. */
  readonly a: Span | undefined
  readonly b: Span | undefined
  /** More spans stand at this place than these. */
  readonly count: number
}

/** Characters of a value that are shown; its title has more. */
const SHOWN = 400

/** Which two spans are held against each other. */
export function PairHead({ spans }: { readonly spans: ComparedSpans }): ReactNode {
  const { a, b, count } = spans
  const say = useText()
  const span = b ?? a
  if (span === undefined) return null
  const words = {
    service: span.serviceName ?? say('compare.unknownService'),
    name: span.name || say('compare.unnamed'),
    durationA: a === undefined ? '–' : formatDuration(a.durationNs),
    durationB: b === undefined ? '–' : formatDuration(b.durationNs),
    count,
  }
  return (
    <p className={styles.head}>
      <Message id={count > 1 ? 'compare.pair.ofMany' : 'compare.pair'} values={words} />
    </p>
  )
}

export function AttributeChanges({ spans }: { readonly spans: ComparedSpans }): ReactNode {
  const say = useText()
  const { changes, same } = attributeChanges(spans.a, spans.b)
  const statusA = statusText(spans.a)
  const statusB = statusText(spans.b)
  return (
    <>
      <PairHead spans={spans} />
      {changes.length === 0 && statusA === statusB ? (
        <p className={styles.nothing}>{say('compare.attributes.none', { same })}</p>
      ) : (
        <div className="scroll">
          <table className={classNames(tableStyles.table, styles.table)} aria-label={say('compare.attributes')}>
            <thead>
              <tr>
                <th className={tableStyles.first}>{say('compare.attributes.key')}</th>
                <th>A</th>
                <th className={tableStyles.last}>B</th>
              </tr>
            </thead>
            <tbody>
              {statusA !== statusB && (
                <tr>
                  <th scope="row" className={tableStyles.first}>
                    {say('compare.attributes.status')}
                  </th>
                  <td>{statusA || <None />}</td>
                  <td className={tableStyles.last}>{statusB || <None />}</td>
                </tr>
              )}
              {changes.map(({ from, key, a, b, alwaysDiffers }) => (
                <tr key={`${from} ${key}`} className={alwaysDiffers ? 'faint' : undefined}>
                  <th scope="row" className={tableStyles.first}>
                    <code>{key}</code>
                    {from === 'resource' && <span className="faint"> {say('compare.attributes.resource')}</span>}
                  </th>
                  <td>
                    <Value value={a} />
                  </td>
                  <td className={tableStyles.last}>
                    <Value value={b} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className={styles.nothing}>{say('compare.attributes.same', { same })}</p>
        </div>
      )}
    </>
  )
}

export function EventChanges({ spans }: { readonly spans: ComparedSpans }): ReactNode {
  const say = useText()
  const changes = eventChanges(spans.a, spans.b)
  return (
    <>
      <PairHead spans={spans} />
      {changes.length === 0 ? (
        <p className={styles.nothing}>{say('compare.events.none')}</p>
      ) : (
        <div className="scroll">
          <table className={classNames(tableStyles.table, styles.table)} aria-label={say('compare.events')}>
            <thead>
              <tr>
                <th className={tableStyles.first}>{say('compare.events.name')}</th>
                <th>A</th>
                <th className={tableStyles.last}>B</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ name, a, b, textA, textB }) => (
                <tr key={name}>
                  <th scope="row" className={tableStyles.first}>
                    {name || say('compare.unnamed')}
                  </th>
                  <td>
                    <Events times={a} text={textA} />
                  </td>
                  <td className={tableStyles.last}>
                    <Events times={b} text={textB} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}

function Events({ times, text }: { readonly times: readonly number[]; readonly text: string }): ReactNode {
  const say = useText()
  if (times.length === 0) return <None />
  const first = formatDifference(times[0])
  return (
    <>
      {times.length === 1 ? first : say('compare.events.times', { count: times.length, first })}{' '}
      {text !== '' && <code title={text.slice(0, 4 * SHOWN)}>{text.slice(0, SHOWN)}</code>}
    </>
  )
}

function Value({ value }: { readonly value: AttributeValue | undefined }): ReactNode {
  if (value === undefined) return <None />
  const text = shortValue(value)
  return <code title={text.slice(0, 4 * SHOWN)}>{text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}</code>
}

function None(): ReactNode {
  const say = useText()
  return (
    <span className="faint">
      <span aria-hidden="true">–</span>
      <span className="sr">{say('compare.none')}</span>
    </span>
  )
}

function statusText(span: Span | undefined): string {
  if (span === undefined) return ''
  return span.statusMessage === '' ? span.status : `${span.status}: ${span.statusMessage}`
}
