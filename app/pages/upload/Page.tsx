// Files that are open in this browser: where to let them go, what became of each, and the traces they hold.

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMemo, useState } from 'react'
import { countInFilesQuery } from '#app/api/open-file-actions.ts'
import { MAX_FILES, closeFile, useOpenFiles } from '#app/api/open-files.ts'
import type { OpenFile } from '#app/api/open-files.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommandRegistry, useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatBytes, formatDuration } from '#app/i18n/format.ts'
import { formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { buttonClass } from '#app/ui/Button.tsx'
import { Foot } from '#app/ui/Lines.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { ProblemNote } from '#app/ui/ProblemNote.tsx'
import { FileRow } from './FileRow.tsx'
import { FoundTraces } from './FoundTraces.tsx'
import { listTraces, sharedTraces, withCounts } from './list-traces.ts'
import type { ListedTrace } from './list-traces.ts'
import styles from './Page.module.css'
import { TickedTraces } from './TickedTraces.tsx'

/** Ticked traces at once: the address of their comparison names them all. */
const MOST_TICKED = 16

export function Page(): ReactNode {
  const say = useText()
  const zone = useTimeZone()
  const [openedMs] = useState(Date.now)
  const files = useOpenFiles(state => state.files)
  const leftOut = useOpenFiles(state => state.leftOut)
  const [picked, setPicked] = useState<readonly string[]>([])
  const sums = useMemo(() => listTraces(files), [files])
  const shared = useMemo(() => sharedTraces(sums), [sums])
  const { data: counts } = useQuery(countInFilesQuery(shared, files))
  const listed = useMemo(() => withCounts(sums, counts), [sums, counts])
  // Those of files that were closed meanwhile are ticked no more.
  const ticked = useMemo(
    () => picked.flatMap(id => listed.find(({ traceId }) => traceId === id) ?? []),
    [picked, listed],
  )
  const pick = (traceId: string, isTicked: boolean): void => {
    const rest = ticked.map(one => one.traceId).filter(id => id !== traceId)
    setPicked(isTicked ? [...rest.slice(0, MOST_TICKED - 1), traceId] : rest)
  }
  const closeAll = (): void => {
    for (const { id } of useOpenFiles.getState().files) closeFile(id)
  }
  useCommands([
    {
      id: 'upload.closeAll',
      title: 'command.upload.closeAll',
      group: 'page',
      when: () => useOpenFiles.getState().files.length > 0,
      run: closeAll,
    },
  ])
  return (
    <div className={styles.upload}>
      <PageTitle>{say('upload.title')}</PageTitle>
      <div className={styles.content}>
        {files.length === 0 && <h1 className="sr">{say('upload.title')}</h1>}
        <DropArea small={files.length > 0} />
        {files.length > 0 && (
          <>
            <Head files={files} listed={listed} />
            {leftOut > 0 && (
              <ProblemNote tone="warning" what={say('upload.leftOut', { count: leftOut, most: MAX_FILES })} />
            )}
            <ul className={styles.files} aria-label={say('upload.files')}>
              {files.map(file => (
                <FileRow key={file.id} file={file} />
              ))}
            </ul>
            <FoundTraces files={files} listed={listed} ticked={ticked.map(({ traceId }) => traceId)} onTick={pick} />
          </>
        )}
        <section className={styles.reads} aria-label={say('upload.reads')}>
          {(['jaeger', 'otlp', 'zipkin', 'tempo'] as const).map(format => (
            <p key={format}>
              <Message id={`upload.reads.${format}`} />
            </p>
          ))}
        </section>
      </div>
      {ticked.length > 0 ? (
        <TickedTraces ticked={ticked} onClear={() => setPicked([])} />
      ) : (
        <Foot>
          <span>{say('upload.foot')}</span>
          <span className="grow" />
          {files.length > 0 && (
            <span>
              <Message id="upload.foot.zone" values={{ zone: formatZone(BigInt(openedMs) * 1_000_000n, zone) }} />
            </span>
          )}
        </Foot>
      )}
    </div>
  )
}

/** Looks like where to let go; files may be let go anywhere. */
function DropArea({ small }: { readonly small: boolean }): ReactNode {
  const say = useText()
  const registry = useCommandRegistry()
  return (
    <button
      type="button"
      className={styles.drop}
      data-small={small ? '' : undefined}
      data-command="shell.openFile"
      onClick={() => registry.run('shell.openFile')}
    >
      <b>{say('upload.drop')}</b>
      <span>{say('upload.drop.why')}</span>
    </button>
  )
}

function Head(props: { readonly files: readonly OpenFile[]; readonly listed: readonly ListedTrace[] }): ReactNode {
  const { files, listed } = props
  const say = useText()
  const reading = files.filter(({ state }) => state.kind === 'reading')
  const traces = listed.length + readingTraces(reading)
  // What changed is asked of the later one; of two that began together, of the one that was opened later.
  const [earlier, later] = listed.length === 2 ? listed.toSorted((x, y) => Number(x.startTime - y.startTime)) : []
  const all = reading.reduce((sum, { bytes }) => sum + bytes, 0)
  const read = reading.reduce((sum, { state }) => sum + (state.kind === 'reading' ? state.progress.bytes : 0), 0)
  const left = timeLeft(reading, all - read)
  return (
    <div className={styles.head}>
      <h1 aria-live="polite">
        {say(reading.length > 0 ? 'upload.head.reading' : 'upload.head', { files: files.length, traces })}
      </h1>
      {reading.length > 0 && (
        <span className="dim">
          {say(left === undefined ? 'upload.read' : 'upload.read.left', {
            read: formatBytes(read, 'decimal'),
            all: formatBytes(all, 'decimal'),
            left: left ?? '',
          })}
        </span>
      )}
      <span className="grow" />
      {earlier !== undefined && later !== undefined && (
        <Link to={`/trace/${earlier.traceId}...${later.traceId}`} className={buttonClass('primary', 'small')}>
          {say('upload.compare')}
        </Link>
      )}
      <CommandButton command="upload.closeAll">{say('upload.closeAll')}</CommandButton>
    </div>
  )
}

function readingTraces(files: readonly OpenFile[]): number {
  return files.reduce((sum, { state }) => sum + (state.kind === 'reading' ? state.progress.traces : 0), 0)
}

/** How long the rest takes at the rate of the file that is being read; undefined while that says little. */
function timeLeft(files: readonly OpenFile[], bytes: number): string | undefined {
  const rate = files.reduce(
    (most, { state }) => (state.kind === 'reading' ? Math.max(most, state.progress.bytesPerSecond) : most),
    0,
  )
  const seconds = Math.ceil(bytes / rate)
  return rate === 0 || seconds < 2 ? undefined : formatDuration(seconds * 1e9)
}
