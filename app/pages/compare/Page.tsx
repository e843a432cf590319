// Two traces side by side: what differs, by service and name. The address holds the pair and how it is looked at; the
// traces are the query cache's, as on the trace page.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactNode } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { traceQuery } from '#app/api/trace.ts'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { CompareHead } from './CompareHead.tsx'
import { CompareSentence } from './CompareSentence.tsx'
import { CompareTools } from './CompareTools.tsx'
import { DifferenceTable } from './DifferenceTable.tsx'
import styles from './Page.module.css'
import { SideProblem } from './SideProblem.tsx'
import { compare, shownDifferences } from './differences.ts'
import type { ComparedSide } from './side.ts'
import { format, formatPair, parse, parsePair } from './url.ts'
import type { CompareView } from './url.ts'

export function Page(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string }
  const raw = useSearch({ strict: false }) as RawSearch
  const view = useMemo(() => parse(raw), [raw])
  const pair = useMemo(() => parsePair(id), [id])
  const navigate = useNavigate()
  const say = useText()
  const a = useSide('A', pair.a, pair.textA)
  const b = useSide('B', pair.b, pair.textB)

  const look = (next: CompareView): void => void navigate({ to: '.', search: format(next), replace: true })
  const swap = (): void => void navigate({ to: formatPair(pair.textB, pair.textA), search: format(view) })
  useCommands([
    { id: 'compare.swap', title: 'command.compare.swap', group: 'page', keys: ['x'], run: swap },
    {
      id: 'compare.changed',
      title: 'command.compare.changed',
      group: 'page',
      keys: ['c'],
      run: () => look({ ...view, onlyChanged: !view.onlyChanged }),
    },
    {
      id: 'compare.order',
      title: 'command.compare.order',
      group: 'page',
      keys: ['o'],
      run: () => look({ ...view, order: view.order === 'size' ? 'operation' : 'size' }),
    },
    openCommand('A', () => void navigate({ to: `/trace/${pair.textA}` }), pair.a !== undefined),
    openCommand('B', () => void navigate({ to: `/trace/${pair.textB}` }), pair.b !== undefined),
    {
      id: 'compare.again',
      title: 'command.compare.again',
      group: 'page',
      keys: ['r'],
      run: () => {
        a.again()
        b.again()
      },
    },
  ])

  const ready = hasSpans(a.loaded) && hasSpans(b.loaded)
  return (
    <div className={styles.compare}>
      <CompareHead a={a} b={b} />
      {ready && a.loaded !== undefined && b.loaded !== undefined ? (
        <Compared a={a.loaded} b={b.loaded} view={view} onLook={look} />
      ) : (
        <>
          <PageTitle>{say('compare.title')}</PageTitle>
          <h1 className="sr">{say('compare.title')}</h1>
          <SideProblem side={a} other={b} />
          <SideProblem side={b} other={a} />
          {(a.pending || b.pending) && <LoadingLines lines={10} />}
        </>
      )}
    </div>
  )
}

function openCommand(side: 'A' | 'B', run: () => void, can: boolean) {
  return {
    id: `compare.open${side}`,
    title: `command.compare.open${side}`,
    group: 'page',
    when: () => can,
    run,
  } as const
}

function hasSpans(loaded: LoadedTrace | undefined): boolean {
  return loaded !== undefined && loaded.trace.size > 0
}

/** One of the two traces: from the cache when the trace page has it. */
function useSide(letter: 'A' | 'B', id: string | undefined, text: string): ComparedSide {
  const client = useQueryClient()
  const query = useQuery({ ...traceQuery(id ?? '', client), enabled: id !== undefined })
  return {
    letter,
    id,
    text,
    loaded: query.data,
    error: query.error ?? undefined,
    pending: id !== undefined && query.data === undefined && query.error === null,
    again: () => void query.refetch(),
  }
}

function Compared(props: {
  readonly a: LoadedTrace
  readonly b: LoadedTrace
  readonly view: CompareView
  readonly onLook: (view: CompareView) => void
}): ReactNode {
  const { view } = props
  const [a, b] = [props.a.trace, props.b.trace]
  const say = useText()
  const zone = useTimeZone()
  const comparison = useMemo(() => compare(props.a, props.b), [props.a, props.b])
  const rows = useMemo(
    () => shownDifferences(comparison.differences, view.onlyChanged, view.order),
    [comparison, view.onlyChanged, view.order],
  )
  const difference = b.durationNs - a.durationNs
  const total = comparison.differences.length
  return (
    <>
      <PageTitle>
        {difference === 0
          ? say('compare.title.same')
          : say(difference > 0 ? 'compare.title.slower' : 'compare.title.faster', {
              difference: formatDuration(Math.abs(difference)),
            })}
      </PageTitle>
      <CompareSentence a={a} b={b} source={comparison.source} changed={comparison.changed} />
      <CompareTools view={view} />
      <DifferenceTable
        rows={rows}
        comparison={comparison}
        order={view.order}
        onOrder={order => props.onLook({ ...view, order })}
      />
      <Foot>
        <span>
          <Message id="compare.foot" values={{ shown: rows.length, hidden: total - rows.length, total }} />
        </span>
        <span className="grow" />
        <Wide>{say('compare.foot.duration')}</Wide>
        <span>
          <Message id="compare.foot.zone" values={{ zone: formatZone(a.startTime, zone) }} />
        </span>
      </Foot>
    </>
  )
}
