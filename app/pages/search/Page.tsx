// The search page: what is asked on the left, what was found on the right. The address holds the question; the answer is
// the query cache's.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Suspense, lazy, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { searchQuery } from '#app/api/search.ts'
import { statusQuery } from '#app/api/status.ts'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { createLight } from '#app/views/scatter/light.ts'
import { formatRawSearch } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import { CompareTray } from './CompareTray.tsx'
import { DemoLoaded } from './DemoLoaded.tsx'
import { DurationFigure, DurationFigurePlace } from './DurationFigure.tsx'
import styles from './Page.module.css'
import { ResultTable } from './ResultTable.tsx'
import { retentionText } from './retention-text.ts'
import { SearchStatement, SearchStatementPlace } from './SearchStatement.tsx'
import { NothingFound, SearchFailed } from './SearchStates.tsx'
import { EMPTY_VIEW, format, MOST_PICKED, parse, questionOf } from './url.ts'
import type { SearchView } from './url.ts'

// Neither stands before the first result: the form comes right after it, the empty store has none.
const SearchForm = lazy(async () => ({ default: (await import('./SearchForm.tsx')).SearchForm }))
const EmptyStore = lazy(async () => ({ default: (await import('./EmptyStore.tsx')).EmptyStore }))

export function Page(): ReactNode {
  const raw = useSearch({ strict: false }) as RawSearch
  const view = useMemo(() => parse(raw), [raw])
  const navigate = useNavigate()
  const go = (next: SearchView, replace = false): void => void navigate({ to: '.', search: format(next), replace })
  const say = useText()
  const [light] = useState(createLight)

  const found = useInfiniteQuery(searchQuery(questionOf(view)))
  const { data: status } = useQuery(statusQuery)
  const pages = found.data?.pages
  const traces = useMemo(() => pages?.flatMap(({ answer }) => answer.traces), [pages])
  const stale = found.isPlaceholderData || (found.isError && traces !== undefined)

  // Once nothing was there the page waits where it is, until one leaves it: the light turns green in its place.
  const isEmpty = traces?.length === 0 && status?.store.spanCount === 0
  const [waiting, setWaiting] = useState(false)
  if (isEmpty && !waiting) setWaiting(true)

  useCommands([
    { id: 'search.again', title: 'command.search.again', group: 'page', keys: ['r'], run: () => void found.refetch() },
    {
      id: 'search.next',
      title: 'command.search.next',
      group: 'page',
      when: () => found.hasNextPage,
      run: () => void found.fetchNextPage(),
    },
    { id: 'search.reset', title: 'command.search.reset', group: 'page', run: () => go(EMPTY_VIEW) },
    {
      id: 'search.widen',
      title: 'command.search.widen',
      group: 'page',
      when: () => view.range.kind !== 'all',
      run: () => go({ ...view, range: { kind: 'all' } }),
    },
  ])

  if (waiting && status !== undefined) {
    return (
      <div className={styles.waiting}>
        <PageTitle>{say('search.empty.title')}</PageTitle>
        <Suspense fallback={<LoadingLines lines={8} />}>
          <EmptyStore
            status={status}
            onLeave={() => {
              setWaiting(false)
              void found.refetch()
            }}
          />
        </Suspense>
      </div>
    )
  }
  return (
    <div className={classNames(styles.search, view.picked.length > 0 && styles.picking)}>
      <PageTitle>{say('search.title')}</PageTitle>
      <h1 className="sr">{say('search.title')}</h1>
      <Suspense fallback={<div className={styles.formPlace} />}>
        <SearchForm
          view={view}
          onFind={next => {
            // What is ticked for a comparison stays ticked over any number of searches.
            const kept = { ...next, picked: view.picked }
            const again = formatRawSearch(format(kept)) === formatRawSearch(format(view))
            if (again) void found.refetch()
            go(kept, again)
          }}
          onReset={() => go(EMPTY_VIEW)}
        />
      </Suspense>
      <section className={styles.main} aria-label={say('search.results')}>
        {found.isError && <SearchFailed error={found.error} onAgain={() => void found.refetch()} />}
        {traces === undefined && !found.isError && (
          <>
            <DurationFigurePlace />
            <SearchStatementPlace />
          </>
        )}
        {traces !== undefined && traces.length > 0 && <DurationFigure traces={traces} light={light} />}
        {pages !== undefined && traces !== undefined && traces.length > 0 && (
          <SearchStatement
            pages={pages.map(({ answer }) => answer)}
            more={found.hasNextPage}
            loadingMore={found.isFetchingNextPage}
            searching={found.isFetching && !found.isFetchingNextPage}
            stale={stale}
          />
        )}
        {traces?.length === 0 ? (
          <NothingFound view={view} spanCount={status?.store.spanCount} />
        ) : (
          (traces !== undefined || !found.isError) && (
            <div className="scroll">
              <ResultTable
                traces={traces}
                stale={stale}
                picked={view.picked}
                onPick={(traceId, ticked) => go({ ...view, picked: pick(view.picked, traceId, ticked) }, true)}
                light={light}
              />
            </div>
          )
        )}
      </section>
      {view.picked.length > 0 ? (
        <CompareTray picked={view.picked} traces={traces ?? []} onClear={() => go({ ...view, picked: [] }, true)} />
      ) : (
        <SearchFoot status={status} />
      )}
    </div>
  )
}

/** One more takes the place of the last once there are as many as the address has room for. */
export function pick(picked: readonly string[], traceId: string, ticked: boolean): readonly string[] {
  const rest = picked.filter(id => id !== traceId)
  return ticked ? [...rest.slice(0, MOST_PICKED - 1), traceId] : rest
}

/** Zone, retention, and what the boxes are for. */
function SearchFoot({ status }: { readonly status: StatusAnswer | undefined }): ReactNode {
  const zone = useTimeZone()
  const [openedMs] = useState(Date.now)
  const retention = status === undefined ? '' : retentionText(status.store)
  return (
    <Foot>
      <span>
        <Message id="search.zone" values={{ zone: formatZone(BigInt(openedMs) * 1_000_000n, zone) }} />
      </span>
      {status?.store.demoLoaded === true && <DemoLoaded />}
      <span className="grow" />
      <Wide>
        <Message id="search.tick" />
      </Wide>
      {retention !== '' && (
        <Wide>
          <Message id="search.retention" values={{ retention }} />
        </Wide>
      )}
    </Foot>
  )
}
