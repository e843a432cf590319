// What one can do with a trace as a whole: copy what others ask for, save it as a file, keep it from retention. Fetched
// after the page stands.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { memo } from 'react'
import type { ReactNode } from 'react'
import { archiveQuery, setArchived } from '#app/api/archive.ts'
import { HAS_SERVER, apiUrl } from '#app/api/fetch-json.ts'
import { downloadTrace } from '#app/api/trace-json.ts'
import { useUiConfig } from '#app/api/ui-config.ts'
import { useCommandRegistry, useCommands } from '#app/commands/CommandsProvider.tsx'
import { LaterCatalogue, LaterWords } from '#app/i18n/later/LaterWords.tsx'
import { loadTraceHeadWords } from '#app/i18n/later/words.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Button, ToggleButton } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import type { MenuGroup } from '#app/ui/Menu.tsx'
import { useNarrow } from '#app/ui/use-media-query.ts'
import { useToast } from '#app/ui/Toast.tsx'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { PATHS } from '#shared/api/spoor.ts'
import { mainRoot } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { curlOf, traceparentOf } from './trace-texts.ts'
import { useIsOfFile } from './use-is-of-file.ts'

export interface HeadActionsProps {
  /** As the address has it. */
  readonly id: string
  readonly trace: Trace
  /** Index of the selected span; −1: none. */
  readonly selected: number
}

const FORMS = ['otlp', 'otlp-protobuf', 'jaeger', 'chrome'] as const
const words = new LaterCatalogue(loadTraceHeadWords)

/** Nothing in it changes while one finds and steps through a trace: it is not rendered again. */
export const HeadActions = memo(function HeadActions(props: HeadActionsProps): ReactNode {
  return (
    <LaterWords catalogue={words}>
      <Actions {...props} />
    </LaterWords>
  )
})

function Actions({ id, trace, selected }: HeadActionsProps): ReactNode {
  const say = useText()
  const toast = useToast()
  const registry = useCommandRegistry()
  const isPhone = useNarrow('phone')
  const traceId = trace.traceId ?? id
  const isOfFile = useIsOfFile(traceId)
  const stored = HAS_SERVER && !isOfFile
  const archive = useArchive(traceId, trace.table.rowCount, stored)
  const span = selected >= 0 ? selected : mainRoot(trace)
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      toast({ tone: 'ok', content: say('head.copied', { text }) })
    } catch {
      toast({ tone: 'error', content: <Message id="ui.notCopied" /> })
    }
  }
  const copyTraceparent = (): void => void copy(traceparentOf(traceId, trace.table, trace.row[span]))
  const copyCurl = (): void => void copy(curlOf(apiUrl(PATHS.trace.replace('{id}', traceId)).href))
  const save = async (form: (typeof FORMS)[number]): Promise<void> => {
    try {
      // What an open file is written as opens to the same trace again.
      await downloadTrace(traceId, isOfFile && form === 'jaeger' ? 'jaeger-raw' : form)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      toast({ tone: 'error', content: say('head.save.failed', { reason }) })
    }
  }
  const navigate = useNavigate()
  // The page of comparisons finds what A is to be, or asks for it.
  const compare = (search: RawSearch): void => void navigate({ to: `/trace/...${traceId}`, search })
  useCommands([
    {
      id: 'trace.copyTraceparent',
      title: 'command.trace.copyTraceparent',
      group: 'page',
      keys: [],
      run: copyTraceparent,
      when: () => span >= 0,
    },
    {
      id: 'trace.copyCurl',
      title: 'command.trace.copyCurl',
      group: 'page',
      keys: [],
      run: copyCurl,
      when: () => stored,
    },
    {
      id: 'trace.archive',
      title: 'command.trace.archive',
      group: 'page',
      keys: [],
      run: archive.toggle,
      when: () => archive.available,
    },
    {
      id: 'trace.compareTypical',
      title: 'command.trace.compareTypical',
      group: 'page',
      keys: [],
      run: () => compare({ typical: '1' }),
    },
    { id: 'trace.compare', title: 'command.trace.compare', group: 'page', keys: [], run: () => compare({}) },
  ])
  const act = (key: string): void => {
    const form = FORMS.find(one => one === key)
    if (form !== undefined) void save(form)
    else if (key === 'id') void copy(traceId)
    else if (key === 'traceparent') copyTraceparent()
    else if (key === 'curl') copyCurl()
    else if (key === 'typical') compare({ typical: '1' })
    else if (key === 'other') compare({})
    else if (key === 'archive') archive.toggle()
    else if (key === 'link') registry.run('trace.copyLink')
  }
  const sharing: readonly MenuGroup[] = [
    {
      key: 'copy',
      title: say('head.copy'),
      entries: [
        { key: 'id', text: say('head.copy.id'), command: 'trace.copyId' },
        ...(span < 0
          ? []
          : [
              {
                key: 'traceparent',
                text: say(selected >= 0 ? 'head.copy.traceparentOfSpan' : 'head.copy.traceparent'),
                command: 'trace.copyTraceparent',
              },
            ]),
        ...(stored ? [{ key: 'curl', text: say('head.copy.curl'), command: 'trace.copyCurl' }] : []),
      ],
    },
    {
      key: 'save',
      title: say('head.save'),
      entries: FORMS.map(form => ({
        key: form,
        text: say(`head.save.${form === 'otlp-protobuf' ? 'protobuf' : form}`),
      })),
    },
  ]
  const comparing: MenuGroup = {
    key: 'compare',
    entries: [
      { key: 'typical', text: say('command.trace.compareTypical'), command: 'trace.compareTypical' },
      { key: 'other', text: say('command.trace.compare'), command: 'trace.compare' },
    ],
  }
  const toArchive = say(archive.isBehind ? 'head.archive.again' : 'head.archive')
  const archived = (
    <ToggleButton command="trace.archive" pressed={archive.archived} onChange={archive.toggle}>
      {archive.archived && <Icon name="ok" size={10} />} {archive.archived ? <Message id="head.archived" /> : toArchive}
    </ToggleButton>
  )
  if (isPhone) {
    const link = { key: 'link', text: say('command.trace.copyLink'), command: 'trace.copyLink' }
    const keeping = { key: 'archive', text: toArchive, command: 'trace.archive' }
    return (
      <>
        {archive.archived && archived}
        <Menu
          label={say('head.more')}
          trigger={
            <Button look="quiet" hasPopup="menu" label={say('head.more')}>
              <Icon name="more" size={16} />
            </Button>
          }
          groups={[
            { key: 'page', entries: archive.available && !archive.archived ? [link, keeping] : [link] },
            comparing,
            ...sharing,
          ]}
          onAction={act}
        />
      </>
    )
  }
  return (
    <>
      <Menu
        label={say('head.share.label')}
        trigger={
          <Button look="quiet" hasPopup="menu">
            <Message id="head.share" />
          </Button>
        }
        groups={sharing}
        onAction={act}
      />
      <Menu
        label={say('search.tray.compare')}
        trigger={
          <Button look="quiet" hasPopup="menu">
            <Message id="search.tray.compare" />
          </Button>
        }
        groups={[comparing]}
        onAction={act}
      />
      {archive.available && archived}
    </>
  )
}

interface Archive {
  readonly available: boolean
  /** As it is now. */
  readonly archived: boolean
  /** It is, but spans came since. */
  readonly isBehind: boolean
  readonly toggle: () => void
}

/** Where the store has an archive and the configuration shows it. */
function useArchive(traceId: string, spanCount: number, stored: boolean): Archive {
  const say = useText()
  const toast = useToast()
  const client = useQueryClient()
  const query = archiveQuery(traceId)
  const shown = useUiConfig().archive && stored
  const { data } = useQuery({ ...query, enabled: shown })
  const kept = data?.archived?.spanCount ?? 0
  const archived = kept > 0 && kept >= spanCount
  const toggle = async (): Promise<void> => {
    try {
      client.setQueryData(query.queryKey, await setArchived(traceId, !archived))
      toast({ tone: 'ok', content: say(archived ? 'head.archive.released' : 'head.archive.kept') })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      toast({ tone: 'error', content: say('head.archive.failed', { reason }) })
    }
  }
  return {
    available: shown && data?.available === true,
    archived,
    isBehind: kept > 0 && !archived,
    toggle: () => void toggle(),
  }
}
