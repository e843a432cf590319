// What is wrong with a file: seen, expected, where, and the lines around it.

import type { ReactNode } from 'react'
import { MAX_FILE_BYTES } from '#app/api/open-files.ts'
import type { FilePlace, FileProblem } from '#shared/formats/files/file-problem.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatBytes, formatCount } from '#app/i18n/format.ts'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import styles from './Page.module.css'

export interface FileProblemTextProps {
  readonly name: string
  readonly problem: FileProblem
}

export function FileProblemText({ name, problem }: FileProblemTextProps): ReactNode {
  const say = useText()
  return (
    <div className={styles.why} role="alert">
      {problem.kind === 'undecodable' ? <Place place={problem.place} /> : <p>{sentence(problem, say)}</p>}
      {problem.kind === 'refused' && <p className="dim">{say('upload.refused.expected')}</p>}
      {problem.kind === 'undecodable' && <CopyPlace name={name} place={problem.place} />}
    </div>
  )
}

/** Where reading a file came to its end before the file did: what was read is kept. */
export function StoppedText(props: {
  readonly name: string
  readonly place: FilePlace
  readonly traces: number
}): ReactNode {
  const say = useText()
  return (
    <div className={styles.why} role="alert">
      <Place place={props.place} />
      <p className="dim">{say('upload.stoppedAt', { traces: props.traces })}</p>
      <CopyPlace name={props.name} place={props.place} />
    </div>
  )
}

/** A file that was read but for a few spans or lines. */
export function PassedOverText(props: {
  readonly name: string
  readonly count: number
  readonly places: readonly FilePlace[]
}): ReactNode {
  const [first] = props.places
  return (
    <div className={styles.why} data-tone="warning">
      <p>
        <Message id="upload.passedOver" values={{ count: props.count }} />
      </p>
      {first !== undefined && (
        <>
          <Place place={first} />
          <CopyPlace name={props.name} place={first} />
        </>
      )}
    </div>
  )
}

function sentence(problem: Exclude<FileProblem, { readonly kind: 'undecodable' }>, say: Text): string {
  switch (problem.kind) {
    case 'refused':
      return say('upload.refused', { format: say(`upload.format.${problem.format}`) })
    case 'too_large':
      return problem.most === MAX_FILE_BYTES
        ? say('upload.tooLarge', {
            bytes: formatBytes(problem.bytes, 'binary'),
            most: formatBytes(problem.most, 'binary'),
          })
        : say('upload.tooLarge.all', { most: formatBytes(problem.most, 'binary') })
    case 'unreadable':
      return say('upload.unreadable', { detail: problem.detail })
    case 'no_spans':
      return say('upload.noSpans')
  }
}

function Place({ place }: { readonly place: FilePlace }): ReactNode {
  const { detail, offset, line, column, lines } = place
  if (line === undefined || column === undefined) {
    if (offset === undefined) return <p>{detail}</p>
    return (
      <p>
        <Message id="upload.place.byte" values={{ offset, detail }} />
      </p>
    )
  }
  const width = formatCount(line).length
  return (
    <>
      <p>
        <Message id="upload.place" values={{ line, column, detail }} />
      </p>
      {lines !== undefined && (
        <pre className={styles.lines} tabIndex={0}>
          {lines.map(one => (
            <code key={one.line}>
              <i>{formatCount(one.line).padStart(width)} </i>
              {one.from > 1 && '…'}
              {one.text}
              {'\n'}
              {one.line === line && (
                <em aria-hidden="true">
                  {' '.repeat(width + 1 + (one.from > 1 ? 1 : 0) + Math.max(0, column - one.from))}^{'\n'}
                </em>
              )}
            </code>
          ))}
        </pre>
      )}
    </>
  )
}

function CopyPlace({ name, place }: { readonly name: string; readonly place: FilePlace }): ReactNode {
  const say = useText()
  const where = place.line === undefined ? name : `${name}:${place.line}:${place.column ?? 1}`
  return (
    <p className={styles.next} data-local-action="copies what stands beside it">
      <CopyButton text={`${where}: ${place.detail}`} look="quiet" size="small">
        {say('upload.copy')}
      </CopyButton>
    </p>
  )
}
