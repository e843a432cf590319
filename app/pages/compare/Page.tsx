// Two traces held against each other: why B is slower, the bridge from A to B, both aligned, as a graph, pair by pair, and
// as a table. The address holds the pair and how it is looked at; the traces are the query cache's, as on the trace page.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { traceDiffQuery } from '#app/api/trace-diff.ts'
import { traceQuery } from '#app/api/trace.ts'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { ErrorState, LoadingLines } from '#app/ui/States.tsx'
import { useToast } from '#app/ui/Toast.tsx'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { ChooseTrace } from './ChooseTrace.tsx'
import { Compared } from './Compared.tsx'
import { CompareHead } from './CompareHead.tsx'
import styles from './Page.module.css'
import { SideProblem } from './SideProblem.tsx'
import type { ComparedSide } from './side.ts'
import { findTypical } from './typical.ts'
import { isOfOpenFile, useOpenFiles } from '#app/api/open-files.ts'
import { ROW_GROUPS } from '#shared/trace/diff/diff-rows.ts'
import { format, formatPair, MEASURES, ORDERS, parse, parsePair, TABS, withCohort } from './url.ts'
import type { ComparedPair, CompareView } from './url.ts'

export function Page(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string }
  const raw = useSearch({ strict: false }) as RawSearch
  const view = useMemo(() => parse(raw), [raw])
  const pair = useMemo(() => parsePair(id), [id])
  const navigate = useNavigate()
  const client = useQueryClient()
  const say = useText()
  const a = useSide('A', pair.a, pair.textA)
  const b = useSide('B', pair.b, pair.textB)

  // An address of one trace is a question: against which?
  const [choosing, setChoosing] = useState<'A' | 'B' | undefined>(() =>
    view.findTypical ? undefined : missingSide(pair),
  )

  const look = (next: CompareView): void =>
    void navigate({ to: '.', search: format(next), replace: true, resetScroll: false })
  const swap = (): void => {
    const { chosen } = view
    const turned = chosen && { ...chosen, side: chosen.side === 'a' ? ('b' as const) : ('a' as const) }
    void navigate({
      to: formatPair(pair.textB, pair.textA),
      search: format({ ...view, chosen: turned, instead: undefined }),
    })
  }
  const choose = (side: 'A' | 'B', traceId: string): void => {
    setChoosing(undefined)
    const [textA, textB] = side === 'A' ? [traceId, pair.textB] : [pair.textA, traceId]
    const cohort = withCohort(view.cohort, pair.textA, pair.textB, traceId)
    void navigate({
      to: formatPair(textA, textB),
      search: format({ ...view, cohort, chosen: undefined, instead: undefined }),
    })
  }
  const isTypical = view.instead !== undefined
  const looksForTypical = view.findTypical && pair.textA === '' && pair.b !== undefined
  const toast = useToast()
  /** Nothing typical was found for an address that asked for it. */
  const chooseInstead = (): void => {
    if (!looksForTypical) return
    look({ ...view, findTypical: false })
    setChoosing('A')
  }
  const switchTypical = async (): Promise<void> => {
    if (view.instead !== undefined) {
      const next = { ...view, instead: undefined, chosen: undefined }
      return await navigate({ to: formatPair(view.instead, pair.textB), search: format(next) })
    }
    if (b.loaded === undefined || pair.b === undefined) return setChoosing('A')
    try {
      const found = await findTypical(client, b.loaded.trace, pair.b, view.cohort)
      if (found === undefined) {
        const ofFile = isOfOpenFile(useOpenFiles.getState().files, pair.b)
        toast({ tone: 'error', content: say(ofFile ? 'compare.typical.none.files' : 'compare.typical.none') })
        if (ofFile && !looksForTypical) setChoosing('A')
        return chooseInstead()
      }
      const cohort = withCohort(view.cohort, pair.textA, pair.textB)
      const next = { ...view, cohort, instead: pair.textA, findTypical: false, chosen: undefined }
      // Where it was asked for from another page, back leads there.
      await navigate({ to: formatPair(found.traceId, pair.textB), search: format(next), replace: view.findTypical })
      toast({ tone: 'ok', content: say(`compare.typical.of.${found.of}`, { peers: found.peers }) })
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      toast({ tone: 'error', content: say('compare.typical.failed', { detail }) })
      chooseInstead()
    }
  }
  const asked = useRef(false)
  useEffect(() => {
    if (!looksForTypical || b.loaded === undefined || asked.current) return
    asked.current = true
    void switchTypical()
  })
  useCommands([
    { id: 'compare.swap', title: 'command.compare.swap', group: 'page', keys: ['x'], run: swap },
    {
      id: 'compare.changed',
      title: 'command.compare.changed',
      group: 'page',
      keys: ['c'],
      run: () => look({ ...view, all: !view.all }),
    },
    {
      id: 'compare.order',
      title: 'command.compare.order',
      group: 'page',
      keys: ['o'],
      run: () => look({ ...view, order: after(ORDERS, view.order), reversed: false }),
    },
    {
      id: 'compare.rows',
      title: 'command.compare.rows',
      group: 'page',
      run: () => look({ ...view, rows: after(ROW_GROUPS, view.rows) }),
    },
    {
      id: 'compare.measure',
      title: 'command.compare.measure',
      group: 'page',
      keys: ['m'],
      run: () => look({ ...view, measure: after(MEASURES, view.measure) }),
    },
    {
      id: 'compare.view',
      title: 'command.compare.view',
      group: 'view',
      keys: ['v'],
      run: () => look({ ...view, tab: after(TABS, view.tab) }),
    },
    {
      id: 'compare.counts',
      title: 'command.compare.counts',
      group: 'view',
      run: () => look({ ...view, tab: 'graph', counts: !view.counts }),
    },
    {
      id: 'compare.choose',
      title: 'command.compare.choose',
      group: 'rows',
      hidden: true,
      local: true,
      keys: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'Home', 'End'],
      run: () => undefined,
    },
    {
      id: 'compare.typical',
      title: 'command.compare.typical',
      group: 'page',
      keys: ['t'],
      run: () => void switchTypical(),
    },
    {
      id: 'compare.spans',
      title: 'command.compare.spans',
      group: 'view',
      keys: ['s'],
      run: () => look({ ...view, tab: 'spans' }),
    },
    { id: 'compare.chooseA', title: 'command.compare.chooseA', group: 'page', run: () => setChoosing('A') },
    { id: 'compare.chooseB', title: 'command.compare.chooseB', group: 'page', run: () => setChoosing('B') },
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
      <CompareHead a={a} b={b} typical={isTypical} />
      {choosing !== undefined && (
        <ChooseTrace
          side={choosing === 'A' ? a : b}
          other={choosing === 'A' ? b : a}
          cohort={view.cohort}
          onClose={() => setChoosing(undefined)}
          onChoose={traceId => choose(choosing, traceId)}
        />
      )}
      {ready && a.loaded !== undefined && b.loaded !== undefined ? (
        <Explained a={a.loaded} b={b.loaded} view={view} onLook={look} />
      ) : (
        <>
          <PageTitle>{say('compare.title')}</PageTitle>
          <h1 className="sr">{say('compare.title')}</h1>
          {!looksForTypical && <SideProblem side={a} other={b} />}
          <SideProblem side={b} other={a} />
          {(a.pending || b.pending || (looksForTypical && b.error === undefined)) && <LoadingLines lines={10} />}
        </>
      )}
    </div>
  )
}

/** The side that the address leaves out, when it has the other. */
function missingSide({ a, b, textA, textB }: ComparedPair): 'A' | 'B' | undefined {
  if (textA === '' && b !== undefined) return 'A'
  return textB === '' && a !== undefined ? 'B' : undefined
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

/** Compares them, off this thread; says so when that fails. */
function Explained(props: {
  readonly a: LoadedTrace
  readonly b: LoadedTrace
  readonly view: CompareView
  readonly onLook: (view: CompareView) => void
}): ReactNode {
  const { a, b, view, onLook } = props
  const say = useText()
  const { data, error } = useQuery(traceDiffQuery(a.trace, b.trace))
  if (data !== undefined) return <Compared diff={data} a={a} b={b} view={view} onLook={onLook} />
  return (
    <>
      <PageTitle>{say('compare.title')}</PageTitle>
      <h1 className="sr">{say('compare.title')}</h1>
      {error === null ? (
        <LoadingLines lines={10} />
      ) : (
        <div className={styles.place}>
          <ErrorState title={say('compare.notCompared')}>{error.message}</ErrorState>
        </div>
      )}
    </>
  )
}

/** The one behind it, the first behind the last. */
function after<T>(list: readonly T[], one: T): T {
  return list[(list.indexOf(one) + 1) % list.length]
}
