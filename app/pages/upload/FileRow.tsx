// One file: its mark, its name and format, what is in it or what is wrong with it, and the button that lets it go.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { closeFile } from '#app/api/open-files.ts'
import type { OpenFile, OpenFileState } from '#app/api/open-files.ts'
import type { FileProblem } from '#app/api/open-tables.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatBytes } from '#app/i18n/format.ts'
import { Button, buttonClass } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import type { IconName } from '#app/ui/Icon.tsx'
import { Progress } from '#app/ui/States.tsx'
import { FileProblemText } from './FileProblemText.tsx'
import styles from './Page.module.css'

export function FileRow({ file }: { readonly file: OpenFile }): ReactNode {
  const say = useText()
  const { state } = file
  const name = file.name === '' ? say('upload.unnamed') : file.name
  const format = formatOf(state)
  const size = formatBytes(file.bytes, 'decimal')
  const action = say(
    state.kind === 'reading' ? 'upload.cancel' : state.kind === 'open' ? 'upload.close' : 'upload.remove',
  )
  const only = state.kind === 'open' && state.content.traces.length === 1 ? state.content.traces[0] : undefined
  return (
    <li className={styles.file}>
      <Mark state={state} />
      <span className={styles.name}>
        <b className="cut" title={name}>
          {name}
        </b>
        <span className="faint">
          {format === undefined ? size : say('upload.about', { format: say(`upload.format.${format}`), size })}
        </span>
      </span>
      <span className={styles.state}>
        <State name={name} state={state} bytes={file.bytes} />
      </span>
      <span className={styles.acts} data-local-action="each file has its own button">
        {only !== undefined && (
          <Link to={`/trace/${only.traceId}`} className={buttonClass('quiet', 'small')}>
            {say('upload.open')}
          </Link>
        )}
        <Button
          look="quiet"
          size="small"
          label={say('upload.file', { name, action })}
          onPress={() => closeFile(file.id)}
        >
          {action}
        </Button>
      </span>
      {state.kind === 'failed' && state.problem.kind !== 'no_spans' && (
        <FileProblemText name={name} problem={state.problem} />
      )}
      {state.kind === 'open' && state.content.passedOver > 0 && (
        <FileProblemText name={name} passedOver={state.content.passedOver} places={state.content.problems} />
      )}
    </li>
  )
}

function formatOf(state: OpenFileState) {
  if (state.kind === 'open') return state.content.format
  if (state.kind === 'reading' || !('format' in state.problem)) return undefined
  return state.problem.kind === 'refused' ? undefined : state.problem.format
}

function Mark({ state }: { readonly state: OpenFileState }): ReactNode {
  const [tone, icon]: readonly [string, IconName] =
    state.kind === 'reading'
      ? ['faint', 'ring']
      : state.kind === 'failed'
        ? state.problem.kind === 'no_spans'
          ? ['warn', 'warn']
          : ['err', 'error']
        : state.content.passedOver > 0
          ? ['warn', 'warn']
          : ['okc', 'ok']
  return (
    <span className={tone}>
      <Icon name={icon} />
    </span>
  )
}

function State(props: { readonly name: string; readonly state: OpenFileState; readonly bytes: number }): ReactNode {
  const { name, state, bytes } = props
  const say = useText()
  if (state.kind === 'open') {
    const { traces, spanCount } = state.content
    return say('upload.counts', { traces: traces.length, spans: spanCount })
  }
  if (state.kind === 'failed') return <FailedState problem={state.problem} />
  return (
    <>
      <span className="dim">
        {state.bytes === 0
          ? say('upload.waiting')
          : state.bytes < bytes
            ? formatBytes(state.bytes, 'decimal')
            : say('upload.decoding')}
      </span>
      <Progress label={name} share={bytes === 0 ? 0 : state.bytes / bytes} />
    </>
  )
}

function FailedState({ problem }: { readonly problem: FileProblem }): ReactNode {
  const say = useText()
  if (problem.kind !== 'no_spans') return <span className="dim">{say('upload.stopped')}</span>
  return (
    <span className="dim">
      {problem.text === undefined ? (
        say('upload.noSpans')
      ) : (
        <Message id="upload.noSpans.holds" values={{ text: problem.text }} />
      )}
    </span>
  )
}
