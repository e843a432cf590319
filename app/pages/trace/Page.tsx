// /trace/:id. Asks for the trace, keeps its state in the address, shows what there is of it.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef } from 'react'
import type { ReactNode } from 'react'
import { ApiError } from '#app/api/fetch-json.ts'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { traceQuery } from '#app/api/trace.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { EmptyState, ErrorState, LoadingLines } from '#app/ui/States.tsx'
import { firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import styles from './Trace.module.css'
import { askAgainIn } from './growing-trace.ts'
import { hasSkew } from './trace-state.ts'
import { TraceScreen } from './TraceScreen.tsx'
import { formatTraceUrl, parseTraceUrl } from './url.ts'
import type { TraceUrl } from './url.ts'
import type { ChangeUrl } from './use-trace-screen.ts'

const TraceMissing = lazy(async () => ({ default: (await import('./TraceMissing.tsx')).TraceMissing }))

export function Page(): ReactNode {
  const id = useWholeId()
  const say = useText()
  const client = useQueryClient()
  const { data, dataUpdatedAt, error, errorUpdatedAt, isFetching, refetch } = useQuery({
    ...traceQuery(id, client),
    refetchInterval: ({ state }) =>
      state.data?.whole === true && state.error === null ? askAgainIn(state.data.trace, Date.now()) : false,
  })
  const [url, change] = useTraceUrl()
  useSvcFilter(data, url, change)
  const again = (): void => void refetch()
  const sent = useSentTimes(url.rawClocks ? data : undefined, dataUpdatedAt)
  if (data !== undefined) {
    if (data.trace.size === 0) {
      return (
        <div className={styles.state}>
          <PageTitle>{say('trace.title.loading', { id })}</PageTitle>
          <EmptyState title={<Message id="trace.empty" />} />
        </div>
      )
    }
    const restProblem = error !== null && !data.whole && !isFetching ? error.message : undefined
    return (
      <TraceScreen
        key={sent === undefined ? 'adjusted' : 'sent'}
        id={id}
        loaded={sent ?? data}
        url={url}
        change={change}
        restProblem={restProblem}
        onRetry={again}
      />
    )
  }
  if (error !== null && !isFetching) {
    const problem = error instanceof ApiError ? error.parts : undefined
    const badId = problem?.code === 'invalid_parameter'
    if (badId || problem?.code === 'trace_not_found' || problem?.code === 'not_found') {
      return (
        <Suspense fallback={<LoadingLines lines={6} />}>
          <TraceMissing id={id} problem={problem?.problem} badId={badId} now={BigInt(errorUpdatedAt) * 1_000_000n} />
        </Suspense>
      )
    }
    return (
      <div className={styles.state}>
        <PageTitle>{say('trace.title.loading', { id })}</PageTitle>
        <ErrorState
          title={<Message id={problem?.code === 'network' ? 'error.network' : 'trace.failed'} />}
          actions={
            <span data-local-action="asks for the same trace again">
              <Button onPress={again}>
                <Message id="ui.tryAgain" />
              </Button>
            </span>
          }
        >
          {problem?.code === 'network' ? say('error.network.why', { detail: error.message }) : error.message}
        </ErrorState>
      </div>
    )
  }
  return (
    <div className={styles.loading}>
      <PageTitle>{say('trace.title.loading', { id })}</PageTitle>
      <p>
        <Message id="trace.loading" values={{ id }} />
      </p>
      <LoadingLines lines={18} />
    </div>
  )
}

/** The id of the address with all its digits and in lower case; the address is put so too, as one trace has one address. */
function useWholeId(): string {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string }
  const raw: RawSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  const whole = parseTraceId(id) ?? id
  useEffect(() => {
    if (whole !== id) void navigate({ to: `/trace/${whole}`, search: raw, replace: true, resetScroll: false })
  }, [whole, id, raw, navigate])
  return whole
}

/** `svcFilter` of a link of Jaeger's becomes the chip of the services that it shows, once those of the trace are known. */
function useSvcFilter(loaded: LoadedTrace | undefined, url: TraceUrl, change: ChangeUrl): void {
  const text = firstOf(url.other, 'svcFilter')
  useEffect(() => {
    if (text === undefined || loaded === undefined) return
    let over = false
    void import('./svc-filter.ts').then(({ withSvcFilter }) => {
      if (over) return
      const { svcFilter: _, ...other } = url.other
      change({ filter: withSvcFilter(url.filter, text, loaded.trace.services), other })
    })
    return () => {
      over = true
    }
  }, [text, loaded, url, change])
}

/** The trace with its times as sent, once they are computed; undefined where clocks agree, and for no trace. */
function useSentTimes(loaded: LoadedTrace | undefined, version: number): LoadedTrace | undefined {
  const { data } = useQuery({
    queryKey: ['trace', loaded?.trace.traceId ?? '', 'sent', version],
    queryFn: async () => {
      const { withSentTimes } = await import('#app/api/sent-times.ts')
      return loaded === undefined ? null : withSentTimes(loaded)
    },
    enabled: loaded !== undefined && hasSkew(loaded.trace),
    structuralSharing: false,
    gcTime: 0,
  })
  return loaded === undefined ? undefined : (data ?? undefined)
}

/** The address as state. Several changes before the next render add up. */
function useTraceUrl(): readonly [TraceUrl, ChangeUrl] {
  const raw: RawSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  const url = useMemo(() => parseTraceUrl(raw), [raw])
  const newest = useRef(url)
  useEffect(() => {
    newest.current = url
  }, [url])
  const change: ChangeUrl = useCallback(
    (patch, push = false) => {
      newest.current = { ...newest.current, ...patch }
      void navigate({ to: '.', search: formatTraceUrl(newest.current), replace: !push, resetScroll: false })
    },
    [navigate],
  )
  return [url, change]
}
