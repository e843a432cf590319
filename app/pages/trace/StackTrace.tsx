// A stack trace for reading: what was thrown and why, our frames with their places, those of libraries put together.

import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import styles from './StackTrace.module.css'
import { foldFrames, parseStackTrace } from './stack-trace.ts'
import type { StackFrame, Thrown } from './stack-trace.ts'

/** As it was sent where it is of no language that is known. */
export function StackTrace({ text }: { readonly text: string }): ReactNode {
  const say = useText()
  const thrown = useMemo(() => parseStackTrace(text), [text])
  const [asSent, setAsSent] = useState(false)
  if (thrown === undefined) return <pre className={styles.sent}>{text}</pre>
  return (
    <div className={styles.stack}>
      {asSent ? (
        <pre className={styles.sent}>{text}</pre>
      ) : (
        thrown.map((one, at) => <ThrownFrames key={at} thrown={one} />)
      )}
      <button
        type="button"
        className={styles.more}
        data-local-action="shows this trace as it was sent, or as it is read"
        onClick={() => setAsSent(!asSent)}
      >
        {say(asSent ? 'trace.stack.read' : 'trace.stack.sent')}
      </button>
    </div>
  )
}

function ThrownFrames({ thrown }: { readonly thrown: Thrown }): ReactNode {
  const say = useText()
  const lines = useMemo(() => foldFrames(thrown.frames), [thrown])
  return (
    <>
      {thrown.message !== '' && (
        <p className={styles.message}>
          {thrown.cause && <span className="faint">{say('trace.stack.because')} </span>}
          {thrown.message}
        </p>
      )}
      <ol>
        {lines.map((line, at) =>
          'hidden' in line ? <Hidden key={at} frames={line.hidden} /> : <Frame key={at} frame={line} />,
        )}
        {thrown.left > 0 && <li className="faint">{say('trace.stack.left', { count: thrown.left })}</li>}
      </ol>
    </>
  )
}

function Frame({ frame }: { readonly frame: StackFrame }): ReactNode {
  return (
    <li className={frame.library ? styles.library : undefined}>
      <code>{frame.name}</code>
      {frame.place !== '' && <span className={styles.place}>{frame.place}</span>}
    </li>
  )
}

function Hidden({ frames }: { readonly frames: readonly StackFrame[] }): ReactNode {
  const say = useText()
  const [open, setOpen] = useState(false)
  if (open) return frames.map((frame, at) => <Frame key={at} frame={frame} />)
  return (
    <li>
      <button
        type="button"
        className={styles.more}
        data-local-action="shows the frames of libraries at this place"
        onClick={() => setOpen(true)}
      >
        {say('trace.stack.library', { count: frames.length })}
      </button>
    </li>
  )
}
