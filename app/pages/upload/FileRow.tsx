// One file: its mark, its name and format, what is in it or what is wrong with it, and the button that lets it go.

import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { closeFile } from '#app/api/open-files.ts'
import type { OpenFile, OpenFileState } from '#app/api/open-files.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import type { Text } from '#app/i18n/Message.tsx'
import { formatBytes, formatShare } from '#app/i18n/format.ts'
import { Button, buttonClass } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import type { IconName } from '#app/ui/Icon.tsx'
import { Progress } from '#app/ui/States.tsx'
import type { FileProblem } from '#shared/formats/files/file-problem.ts'
import { FileMenu } from './FileMenu.tsx'
import { FileProblemText, PassedOverText, StoppedText } from './FileProblemText.tsx'
import styles from './Page.module.css'

export function FileRow({ file }: { readonly file: OpenFile }): ReactNode {
  const say = useText()
  const { state } = file
  const name = file.name === '' ? say('upload.unnamed') : file.name
  const format = formatText(state, say)
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
        <span className="faint">{format === undefined ? size : say('upload.about', { format, size })}</span>
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
        {state.kind === 'open' && <FileMenu file={file} name={name} />}
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
      {state.kind === 'open' && state.content.stopped !== undefined && (
        <StoppedText name={name} place={state.content.stopped} traces={state.content.traces.length} />
      )}
      {state.kind === 'open' && state.content.passedOver > 0 && (
        <PassedOverText name={name} count={state.content.passedOver} places={state.content.problems} />
      )}
    </li>
  )
}

/** The format and what it was packed with; undefined while or when it is not known. */
function formatText(state: OpenFileState, say: Text): string | undefined {
  if (state.kind === 'open') {
    const { format, packings } = state.content
    let text = say(`upload.format.${format}`)
    for (const packing of packings.toReversed()) text = say(`upload.packed.${packing}`, { format: text })
    return text
  }
  if (state.kind === 'reading' || !('format' in state.problem) || state.problem.kind === 'refused') return undefined
  return say(`upload.format.${state.problem.format}`)
}

function Mark({ state }: { readonly state: OpenFileState }): ReactNode {
  const [tone, icon]: readonly [string, IconName] =
    state.kind === 'reading'
      ? ['faint', 'ring']
      : state.kind === 'failed'
        ? state.problem.kind === 'no_spans'
          ? ['warn', 'warn']
          : ['err', 'error']
        : state.content.passedOver > 0 || state.content.stopped !== undefined
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
  const { progress } = state
  const share = bytes === 0 ? 0 : Math.min(1, progress.bytes / bytes)
  return (
    <>
      <span className={styles.progress}>
        <span>{progress.bytes === 0 ? say('upload.waiting') : formatShare(share)}</span>
        {progress.bytesPerSecond > 0 && (
          <span className="dim">
            {say('upload.progress.rate', {
              traces: progress.traces,
              rate: formatBytes(progress.bytesPerSecond, 'decimal'),
            })}
          </span>
        )}
      </span>
      <Progress label={name} share={share} />
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
