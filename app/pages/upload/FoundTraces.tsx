// The list of traces with what finds some of them.

import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { ReactNode } from 'react'
import { findInFilesQuery } from '#app/api/open-file-actions.ts'
import type { OpenFile } from '#app/api/open-files.ts'
import { useText } from '#app/i18n/Message.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { TextField } from '#app/ui/TextField.tsx'
import { FileTraces } from './FileTraces.tsx'
import type { ListedTrace } from './list-traces.ts'
import styles from './Page.module.css'

export function FoundTraces(props: {
  readonly files: readonly OpenFile[]
  readonly listed: readonly ListedTrace[]
  /** Ids of the traces that are ticked, in the order they were. */
  readonly ticked: readonly string[]
  readonly onTick: (traceId: string, isTicked: boolean) => void
}): ReactNode {
  const { files, listed: all, ticked, onTick } = props
  const say = useText()
  const [text, setText] = useState('')
  const asked = useDeferredValue(text)
  const { data, error } = useQuery(findInFilesQuery(asked, files))
  const only = asked.trim() === '' ? undefined : (data ?? undefined)
  const found = only === undefined ? 0 : all.reduce((sum, { traceId }) => sum + (only.has(traceId) ? 1 : 0), 0)
  if (all.length === 0) return null
  return (
    <>
      <div className={styles.find} role="search" data-local-action="narrows the list below it">
        <TextField
          label={say('upload.find')}
          hideLabel
          value={text}
          onChange={setText}
          placeholder={say('upload.find.placeholder')}
          inputMode="search"
          before={<Icon name="search" />}
          error={error?.message}
        />
        <span className="dim" aria-live="polite">
          {only !== undefined &&
            (found === 0 ? say('upload.find.none') : say('upload.find.count', { found, all: all.length }))}
        </span>
      </div>
      <FileTraces files={files} all={all} only={only} ticked={ticked} onTick={onTick} />
    </>
  )
}
