// Another trace for one side: by id, from those at hand (Jaeger's cohort, the open files), or a typical one of the operation.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { FileTrace } from '#app/api/file-traces.ts'
import { knownTrace } from '#app/api/known-trace.ts'
import type { KnownTrace } from '#app/api/known-trace.ts'
import { useOpenFiles } from '#app/api/open-files.ts'
import type { OpenFile } from '#app/api/open-files.ts'
import { typicalTraceQuery } from '#app/api/typical-trace.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { Dialog } from '#app/ui/Dialog.tsx'
import { ServiceSwatch } from '#app/ui/ServiceName.tsx'
import { TextField } from '#app/ui/TextField.tsx'
import { parseTraceId } from '#shared/spans/ids.ts'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import styles from './ChooseTrace.module.css'
import type { ComparedSide } from './side.ts'

/** Traces of open files that are listed at once; the rest is found by a word or by id. */
const MOST_LISTED = 200

export interface ChooseTraceProps {
  readonly side: ComparedSide
  readonly other: ComparedSide
  readonly cohort: readonly string[]
  readonly onClose: () => void
  readonly onChoose: (traceId: string) => void
}

export function ChooseTrace({ side, other, cohort, onClose, onChoose }: ChooseTraceProps): ReactNode {
  const say = useText()
  const [text, setText] = useState('')
  const [tried, setTried] = useState(false)
  const parsed = traceIdIn(text)
  const enter = (): void => {
    setTried(true)
    if (parsed !== undefined) onChoose(parsed)
  }
  const files = useOpenFiles(state => state.files)
  // A part of an id may be a whole one too; a link is no word.
  const word = text.includes('/trace/') ? '' : text.trim().toLowerCase()
  const { listed, cut } = useMemo(() => firstTraces(files, word), [files, word])
  const count = useMemo(
    () => files.reduce((sum, { state }) => sum + (state.kind === 'open' ? state.content.traces.length : 0), 0),
    [files],
  )
  const client = useQueryClient()
  const others = useMemo(
    () =>
      cohort
        .filter(id => ![undefined, side.id, other.id].includes(parseTraceId(id)))
        .map(id => ({ id, known: knownTrace(id, client, files) })),
    [cohort, side.id, other.id, client, files],
  )
  return (
    <Dialog open onClose={onClose} title={say('compare.choose.title', { side: side.letter })}>
      <div className={styles.choose}>
        <div className={styles.id}>
          <TextField
            label={say('compare.choose.id')}
            value={text}
            onChange={setText}
            onEnter={enter}
            mono
            autoFocus
            error={tried && parsed === undefined ? say('compare.choose.noId') : undefined}
          />
          <Button look="primary" onPress={enter} command="compare.choose">
            {say('compare.choose.take')}
          </Button>
        </div>
        <Typical side={side} other={other} onChoose={onChoose} />
        {others.length > 0 && (
          <section>
            <h3>{say('compare.choose.cohort')}</h3>
            <ul>
              {others.map(({ id, known }) => (
                <li key={id}>
                  <Button look="quiet" size="small" onPress={() => onChoose(id)} command="compare.choose">
                    {known !== undefined && <TraceWords {...known} />}
                    <code className={known === undefined ? undefined : 'cut faint'}>{id}</code>
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {count > 0 && (
          <section>
            <h3>{say('compare.choose.files', { count })}</h3>
            <ul>
              {listed.map((trace, at) => (
                <li key={`${at} ${trace.traceId}`}>
                  <Button
                    look="quiet"
                    size="small"
                    onPress={() => onChoose(trace.traceId)}
                    command="compare.choose"
                    disabled={trace.traceId === side.id}
                  >
                    <TraceWords {...trace} />
                  </Button>
                </li>
              ))}
            </ul>
            {cut && <p className="dim">{say('compare.choose.more', { most: MOST_LISTED })}</p>}
          </section>
        )}
        <p className="dim">{say('compare.choose.drop')}</p>
      </div>
    </Dialog>
  )
}

/** A trace in one line. */
function TraceWords({ service, name, durationNs }: KnownTrace): ReactNode {
  const say = useText()
  const shown = service ?? say('compare.unknownService')
  return (
    <>
      <ServiceSwatch name={shown} />
      <span className="cut">
        {shown} <b>{name || say('compare.unnamed')}</b>
      </span>
      <span className="num">{formatDuration(durationNs)}</span>
    </>
  )
}

/** Of the traces of open files those with a word in service, name or id; no more are looked for than are listed. */
function firstTraces(
  files: readonly OpenFile[],
  word: string,
): { readonly listed: readonly FileTrace[]; readonly cut: boolean } {
  const listed: FileTrace[] = []
  for (const { state } of files) {
    if (state.kind !== 'open') continue
    for (const trace of state.content.traces) {
      if (word !== '' && !`${trace.service ?? ''} ${trace.name} ${trace.traceId}`.toLowerCase().includes(word)) continue
      if (listed.length === MOST_LISTED) return { listed, cut: true }
      listed.push(trace)
    }
  }
  return { listed, cut: false }
}

/** The id in what was typed: an id, or a link that ends in one. */
function traceIdIn(text: string): string | undefined {
  const word = text.trim()
  return parseTraceId(word) ?? parseTraceId(/\/trace\/([0-9a-f]{1,32})(?:[?#]|$)/iu.exec(word)?.[1] ?? '')
}

/** The median of the latest traces of the same operation as the other side (or, failing that, as this one). */
function Typical(props: {
  readonly side: ComparedSide
  readonly other: ComparedSide
  readonly onChoose: (traceId: string) => void
}): ReactNode {
  const { side, other, onChoose } = props
  const say = useText()
  const model = [other, side].find(({ loaded }) => loaded !== undefined && loaded.trace.size > 0)
  const trace = model?.loaded?.trace
  const root = trace === undefined ? -1 : mainRoot(trace)
  const service = trace === undefined || root < 0 ? undefined : trace.services[trace.service[root]]
  const name = trace === undefined || root < 0 ? '' : spanName(trace, root)
  // Asked only when wanted: of a file's trace the server is to learn nothing by itself.
  const [wanted, setWanted] = useState(false)
  const { data, error, isFetching } = useQuery({
    ...typicalTraceQuery(service ?? '', name, model?.id ?? ''),
    enabled: wanted && service !== undefined && name !== '',
  })
  if (service === undefined || name === '') return null
  return (
    <section>
      <h3>{say('compare.choose.typical')}</h3>
      {!wanted ? (
        <Button look="plain" onPress={() => setWanted(true)} command="compare.typical">
          {say('compare.choose.find', { name })}
        </Button>
      ) : data === undefined ? (
        <p className="dim" role="status">
          {isFetching ? say('compare.choose.looking') : (error?.message ?? '')}
        </p>
      ) : data === null ? (
        <p className="dim">
          <Message id="compare.choose.noPeers" values={{ service, name }} />
        </p>
      ) : (
        <Button
          look="plain"
          onPress={() => onChoose(data.trace.traceId)}
          command="compare.typical"
          disabled={data.trace.traceId === side.id}
        >
          {say('compare.choose.median', {
            duration: formatDuration(Number(BigInt(data.trace.endTime) - BigInt(data.trace.startTime))),
            peers: data.peers,
            name,
          })}
        </Button>
      )}
    </section>
  )
}
