// The views beside the timeline: what they are made from, once for all of them, and each one when it is wanted.

import { Suspense, useCallback, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { LaterCatalogue, LaterWords } from '#app/i18n/later/LaterWords.tsx'
import type { Locale } from '#app/i18n/locale.ts'
import { loadTraceViewsWords } from '#app/i18n/later/words.ts'
import { useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { laterView } from '#app/ui/later-view.tsx'
import { Tray, Wide } from '#app/ui/Lines.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { groupKey, groupOf } from '#app/views/table/grouping.ts'
import type { CountedTrace, Sorting } from '#app/views/table/counted-trace.ts'
import type { ColourBy } from '#app/views/timeline/span-colours.ts'
import { criticalTimes } from '#shared/trace/critical-path.ts'
import { formatFindPair } from '#shared/trace/find-terms.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { countedSpans, durationOrder } from '#shared/trace/statistics.ts'
import type { SpanFigures } from '#shared/trace/statistics.ts'
import { spanDuration, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './TraceViews.module.css'
import type { TraceUrl, TraceView } from './url.ts'
import type { ChangeUrl, TraceScreen } from './use-trace-screen.ts'

const words = new LaterCatalogue(loadTraceViewsWords)

const Statistics = laterView(async () => (await import('#app/views/statistics/Statistics.tsx')).Statistics)
const FlameChart = laterView(async () => (await import('#app/views/flame/FlameChart.tsx')).FlameChart)
const FlameGraph = laterView(async () => (await import('#app/views/flame/FlameGraph.tsx')).FlameGraph)
const SpanTable = laterView(async () => (await import('#app/views/span-table/SpanTable.tsx')).SpanTable)
const Events = laterView(async () => (await import('#app/views/events/Events.tsx')).Events)
const TraceGraph = laterView(async () => (await import('#app/views/trace-graph/TraceGraph.tsx')).TraceGraph)

const LATER: Readonly<Partial<Record<TraceView, { readonly fetch: () => Promise<unknown> }>>> = {
  flame: FlameChart,
  flamegraph: FlameGraph,
  graph: TraceGraph,
  statistics: Statistics,
  spans: SpanTable,
  events: Events,
}

/** Fetches a view and the words of all of them: somebody may open it soon. A failure is told when it is opened. */
export function fetchView(view: TraceView, locale: Locale): void {
  words.words(locale).catch(() => undefined)
  LATER[view]?.fetch().catch(() => undefined)
}

export interface TraceViewsProps {
  readonly loaded: LoadedTrace
  readonly url: TraceUrl
  readonly change: ChangeUrl
  readonly screen: TraceScreen
  readonly colourBy: ColourBy
  /** Goes to a span in the timeline. */
  readonly onTimeline: (span: number) => void
}

export function TraceViews(props: TraceViewsProps): ReactNode {
  return (
    <Suspense fallback={<Loading />}>
      <LaterWords catalogue={words}>
        <Counted {...props} />
      </LaterWords>
    </Suspense>
  )
}

function Loading(): ReactNode {
  return (
    <div className={styles.loading}>
      <LoadingLines lines={12} />
    </div>
  )
}

/** Figures of every span, and which spans filter and window leave. */
function Counted(props: TraceViewsProps): ReactNode {
  const { loaded, url, screen } = props
  const { trace, self, critical: path } = loaded
  const { kept, services } = screen
  const figures = useSlicedWork(useCallback(() => spanFigures({ trace, self, critical: path }), [trace, self, path]))
  const start = url.window?.start
  const end = url.window?.end
  const spans = useSlicedWork(
    useCallback(
      function* () {
        const window = start === undefined || end === undefined ? undefined : { start, end }
        return { trace, ...(yield* countedSpans(trace, kept, window)) }
      },
      [trace, kept, start, end],
    ),
  )
  const known = figures.value
  const left = spans.value
  const counted = useMemo(
    (): CountedTrace | undefined =>
      known?.trace !== trace || left?.trace !== trace
        ? undefined
        : { trace, path, services, figures: known, included: left.included, count: left.count },
    [trace, path, services, known, left],
  )
  const [last, setLast] = useState(counted)
  if (counted !== undefined && counted !== last) setLast(counted)
  // Of the same spans with their attributes, which come later, what is drawn already stays until that is ready.
  const shown = counted ?? (isSame(last?.trace, trace) ? last : undefined)
  return shown === undefined ? <Loading /> : <View {...props} counted={shown} />
}

/** The spans have the same indices in both. */
function isSame(a: Trace | undefined, b: Trace): boolean {
  return a !== undefined && a.traceId === b.traceId && a.size === b.size
}

function* spanFigures(loaded: Pick<LoadedTrace, 'trace' | 'self' | 'critical'>): SlicedWork<SpanFigures> {
  const { trace, self } = loaded
  const byDuration = yield* durationOrder(trace)
  yield
  return { trace, self, critical: criticalTimes(loaded.critical, trace.size), byDuration }
}

function View(props: TraceViewsProps & { readonly counted: CountedTrace }): ReactNode {
  const { counted, url, change, screen, onTimeline } = props
  const { selected, select } = screen
  const tray = selected < 0 ? null : <SpanTray counted={counted} span={selected} />
  switch (url.view) {
    case 'statistics':
      return (
        <Statistics
          counted={counted}
          state={{
            by: groupOf(url.group) ?? { kind: 'service' },
            sub: url.sub === 'none' ? undefined : (groupOf(url.sub) ?? { kind: 'name' }),
            sorting: sortingOf(url.sort, { column: 'self', ascending: false }),
            opened: url.opened,
            wide: url.wide,
          }}
          onChange={patch =>
            change({
              ...('by' in patch && patch.by !== undefined ? { group: groupKey(patch.by) } : {}),
              ...('sub' in patch ? { sub: patch.sub === undefined ? 'none' : groupKey(patch.sub) } : {}),
              ...(patch.sorting === undefined ? {} : { sort: sortText(patch.sorting) }),
              ...('opened' in patch ? { opened: patch.opened } : {}),
            })
          }
          selected={selected}
          onSelect={(span, wide) => {
            select(span)
            change({ wide })
          }}
          actions={{
            only: parts =>
              change({ filter: [...url.filter, ...parts.map(({ key, value }) => formatFindPair(key, value))] }),
            hide: parts =>
              change({ filter: [...url.filter, ...parts.map(({ key, value }) => formatFindPair(key, value, '!='))] }),
            toTimeline: onTimeline,
          }}
        />
      )
    case 'flame':
      return (
        <FlameChart
          counted={counted}
          store={screen.store}
          selected={selected}
          onSelect={select}
          onTimeline={onTimeline}
          isMatch={screen.isMatch}
          colourBy={props.colourBy}
          critical={url.critical}
          by={groupOf(url.group) ?? { kind: 'service' }}
          onBy={by => change({ group: by.kind === 'service' ? undefined : groupKey(by) })}
        />
      )
    case 'flamegraph':
      return (
        <FlameGraph
          counted={counted}
          selected={selected}
          onSelect={select}
          onTimeline={onTimeline}
          isMatch={screen.isMatch}
          shape={url.shape ?? 'both'}
          onShape={shape => change({ shape: shape === 'both' ? undefined : shape })}
          sorting={sortingOf(url.sort, { column: 'self', ascending: false })}
          onSorting={sorting => change({ sort: sortText(sorting) })}
          zoom={url.work}
          onZoom={work => change({ work })}
        />
      )
    case 'graph':
      return (
        <TraceGraph
          counted={counted}
          shade={url.shade}
          onShade={shade => change({ shade })}
          smallPaths={url.smallPaths}
          onSmallPaths={smallPaths => change({ smallPaths })}
          asTable={url.shape === 'table'}
          onAsTable={asTable => change({ shape: asTable ? 'table' : undefined })}
          sorting={sortingOf(url.sort, { column: 'self', ascending: false })}
          onSorting={sorting => change({ sort: sortText(sorting) })}
          selected={selected}
          onSelect={select}
          tray={tray}
        />
      )
    case 'spans':
      return (
        <SpanTable
          counted={counted}
          sorting={sortingOf(url.sort, { column: 'start', ascending: true })}
          onSorting={sorting => change({ sort: sortText(sorting) })}
          columns={url.columns}
          onColumns={columns => change({ columns })}
          selected={selected}
          onSelect={select}
          isMatch={screen.isMatch}
          tray={tray}
        />
      )
    case 'events':
      if (!props.loaded.whole) return <Loading />
      return (
        <Events
          counted={counted}
          window={url.window}
          name={url.event}
          onName={event => change({ event })}
          clock={url.clock}
          onClock={clock => change({ clock })}
          selected={selected}
          entry={url.entry ?? -1}
          onOpen={(span, entry) => {
            select(span)
            change({ entry: entry < 0 ? undefined : entry })
          }}
          isMatch={screen.isMatch}
          tray={tray}
        />
      )
    default:
      return null
  }
}

/** The selected span, in words, and what can be done with it: the same in each view. */
function SpanTray({ counted, span }: { readonly counted: CountedTrace; readonly span: number }): ReactNode {
  const { trace, services, figures } = counted
  const say = useText()
  return (
    <Tray label={say('views.selection')}>
      <ServiceName name={services[trace.service[span]]} faint />
      <b>{spanName(trace, span) || say('trace.unnamed')}</b>
      <Wide>
        {say('views.tray.span', {
          duration: formatDuration(spanDuration(trace, span)),
          self: formatDuration(figures.self[span]),
        })}
      </Wide>
      <span className="grow" />
      <CommandButton command="trace.side" look="quiet" showKey>
        {say('views.tray.details')}
      </CommandButton>
      <CommandButton command="trace.toTimeline" showKey>
        {say('views.tray.timeline')}
      </CommandButton>
    </Tray>
  )
}

/** `self`: upwards; `-self`: downwards. */
function sortingOf(text: string | undefined, usual: Sorting): Sorting {
  if (text === undefined) return usual
  return text.startsWith('-') ? { column: text.slice(1), ascending: false } : { column: text, ascending: true }
}

function sortText({ column, ascending }: Sorting): string {
  return ascending ? column : `-${column}`
}
