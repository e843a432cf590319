// The trace page over a trace that is there. Its state stands in the address (url.ts); this puts the parts together.

import { useRouter } from '@tanstack/react-router'
import { Suspense, useEffect, useMemo, useRef } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { useIntl } from 'react-intl'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import type { Locale } from '#app/i18n/locale.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { whenIdle } from '#app/i18n/when-idle.ts'
import { classNames } from '#app/ui/class-names.ts'
import { laterView } from '#app/ui/later-view.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { Splitter } from '#app/ui/Splitter.tsx'
import { tabsClass } from '#app/ui/tabs-class.ts'
import { useMediaQuery, useNarrow } from '#app/ui/use-media-query.ts'
import { Minimap } from '#app/views/timeline/Minimap.tsx'
import { NAME_WIDTH, Timeline } from '#app/views/timeline/Timeline.tsx'
import type { ColourBy } from '#app/views/timeline/span-colours.ts'
import { fitAll, fitStretch, panBy, zoomBy } from '#app/views/timeline/timeline-store.ts'
import { treeAction } from '#app/views/timeline/tree-keys.ts'
import { formatRawSearch } from '#shared/api/raw-search.ts'
import { closeAll, closeRun, foldLevel, openAll, openAllBelow } from '#shared/trace/folding.ts'
import { toldProbability } from '#shared/spans/told-probability.ts'
import { mainRoot, spanIdOf, spanName, spanRefOf } from '#shared/trace/trace.ts'
import { useLateSpans } from './growing-trace.ts'
import styles from './Trace.module.css'
import { TraceFoot } from './TraceFoot.tsx'
import { TraceHead } from './TraceHead.tsx'
import { TraceProblems } from './TraceProblems.tsx'
import { TraceTools } from './TraceTools.tsx'
import { useTraceCommands } from './trace-commands.ts'
import { criticalSpans, errorSpans, hasSkew, linkedSpans, slowSpans, stepThrough } from './trace-state.ts'
import { formatTraceUrl, TRACE_VIEWS } from './url.ts'
import type { TraceUrl, TraceView } from './url.ts'
import { useTraceScreen } from './use-trace-screen.ts'
import type { ChangeUrl } from './use-trace-screen.ts'
import { useCopy, useValueActions } from './use-value-actions.tsx'

const SpanDetail = laterView(async () => (await import('./SpanDetail.tsx')).SpanDetail)
const TraceJson = laterView(async () => (await import('./TraceJson.tsx')).TraceJson)
const TraceViews = laterView(async () => (await import('./TraceViews.tsx')).TraceViews)

/** Fetches what a view needs that may soon be opened. A failure is told when it is. */
function fetchView(view: TraceView, locale: Locale): void {
  if (view === 'timeline') return
  if (view === 'json') TraceJson.fetch().catch(() => undefined)
  else
    TraceViews.fetch()
      .then(async () => (await import('./TraceViews.tsx')).fetchView(view, locale))
      .catch(() => undefined)
}

export interface TraceScreenProps {
  /** As the address has it. */
  readonly id: string
  readonly loaded: LoadedTrace
  readonly url: TraceUrl
  readonly change: ChangeUrl
  readonly restProblem: string | undefined
  readonly onRetry: () => void
}

const DETAIL_WIDTH = { least: 280, most: 640, usual: 336, usualWide: 384 } as const
/** What *colour* goes on to. */
const NEXT_COLOUR = { service: 'self', self: 'percentile', percentile: 'service', attribute: 'service' } as const
const NO_COLUMNS: readonly string[] = []
/** So many spans count as the slow ones. */
const SLOW = 20

export function TraceScreen({ id, loaded, url, change, restProblem, onRetry }: TraceScreenProps): ReactNode {
  const { trace, self, gaps } = loaded
  const say = useText()
  const screen = useTraceScreen(loaded, url, change)
  const locale = useIntl().locale as Locale
  const { whole } = loaded
  // What is opened most, before it is: details and the flame chart.
  useEffect(() => {
    if (!whole) return undefined
    return whenIdle(() => {
      SpanDetail.fetch().catch(() => undefined)
      fetchView('flame', locale)
    })
  }, [whole, locale])
  const colourKey = JSON.stringify(url.colourBy)
  const colourBy = useMemo(() => JSON.parse(colourKey) as ColourBy, [colourKey])
  const late = useLateSpans(trace, loaded.whole)
  const { rows, folding, services, store, timeline, selected, cursor, matches, goTo } = screen
  const wide = useMediaQuery('(min-width: 1400px)')
  const sheet = useNarrow('sheet')
  const findInput = useRef<HTMLInputElement>(null)
  const work = useRef<HTMLDivElement>(null)
  const views = useRef<HTMLElement>(null)
  // On a phone the line of views is longer than the screen.
  useEffect(() => {
    views.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [url.view])
  const { marks } = trace
  const errors = useMemo(() => errorSpans(marks), [marks])
  const slow = useMemo(() => slowSpans(self, SLOW), [self])
  const linked = useMemo(() => linkedSpans(screen.links), [screen.links])
  const actions = useValueActions(url, change)
  const copy = useCopy()
  const at = cursor >= 0 ? cursor : selected
  // The tree takes the focus along, so that its keys go on from there; typing and pressing go on where they are.
  const jumpTo = (span: number): void => {
    goTo(span)
    const { activeElement } = document
    if (activeElement === null || activeElement === document.body) timeline.current?.focus()
  }
  const toMatch = (by: 1 | -1): void => jumpTo(stepThrough(matches, at, by))
  const { history } = useRouter()
  // Of the address bar: in the single file all of it stands behind a #.
  const hrefOf = (changed: Partial<TraceUrl>): string =>
    history.createHref(history.location.pathname + formatRawSearch(formatTraceUrl({ ...url, ...changed })))
  const spanHref = (span: number): string => hrefOf({ span: spanRefOf(trace, span) })

  const onTimeline = url.view === 'timeline'
  const besides = !onTimeline && url.view !== 'json'
  const detailed = selected >= 0 && (onTimeline || (besides && url.side))
  const inline = onTimeline && url.dock === 'inline'
  const beside = detailed && !inline
  // As in Jaeger: what opens a row's details closes them again, where that is all a press could mean.
  const select = (span: number): void => {
    if (inline && span === selected) change({ span: undefined })
    else screen.select(span)
  }
  const toSpan = (span: number): void => goTo(span, true)
  const inTimeline = (span: number): void => {
    change({ view: 'timeline', sort: undefined }, true)
    goTo(span, true)
  }

  useTraceCommands({
    onTimeline: () => url.view === 'timeline',
    hasSelection: () => selected >= 0,
    hasFind: () => url.find !== '',
    focusFind: () => {
      findInput.current?.focus()
      findInput.current?.select()
    },
    back: () => {
      if (document.activeElement === findInput.current) findInput.current?.blur()
      if (url.side && !onTimeline && document.activeElement !== findInput.current) change({ side: false })
      else if (selected >= 0 && document.activeElement !== findInput.current) {
        change({ span: undefined })
        timeline.current?.focus()
      } else change({ find: '' })
    },
    copyLink: () => void copy(window.location.href, 'command.trace.linkCopied'),
    copyId: () => void copy(trace.traceId ?? id, 'trace.detail.copied'),
    tree: key => {
      const action = treeAction(trace, rows, cursor, key, 10)
      if (action === undefined) return
      if (action.kind === 'toggle') screen.toggle(action.span)
      if (action.kind === 'openBelow') screen.fold(openAllBelow(trace, folding, action.span))
      if (action.kind === 'open' && inline && action.span === selected) select(action.span)
      else goTo(action.span, action.kind === 'open')
    },
    closeAll: () => screen.fold(closeAll(folding)),
    openAll: () => screen.fold(openAll(folding)),
    folds: () => screen.fold({ ...folding, folds: !folding.folds, unfolded: [] }),
    filter: text => change({ filter: [...url.filter, text] }),
    hasFilter: () => url.filter.length > 0,
    calls: () => change({ mergeCalls: !url.mergeCalls }),
    canFocus: () => at >= 0 && at !== screen.focus,
    focus: () => screen.focusOn(at),
    isFocused: () => screen.focus >= 0,
    unfocus: () => screen.focusOn(-1),
    clearFilter: () => change({ filter: [], revealed: [] }),
    foldLevel: by => screen.fold(foldLevel(trace, folding, by)),
    scroll: pages => timeline.current?.scrollPages(pages),
    error: by => jumpTo(stepThrough(errors, at, by)),
    match: toMatch,
    hasLinks: () => linked.length > 0,
    link: () => jumpTo(linked[(linked.indexOf(at) + 1) % linked.length] ?? -1),
    slow: () => jumpTo(slow[(slow.indexOf(at) + 1) % Math.max(1, slow.length)] ?? -1),
    zoom: factor => zoomBy(store, factor),
    pan: share => panBy(store, share),
    fit: () => fitAll(store),
    colour: () => change({ colourBy: { kind: NEXT_COLOUR[url.colourBy.kind] } }),
    critical: () => change({ critical: !url.critical }),
    nextCritical: by => jumpTo(stepThrough(criticalSpans(loaded.critical), at, by)),
    hasSkew: () => hasSkew(trace),
    clocks: () => change({ rawClocks: !url.rawClocks }),
    hasGaps: () => gaps.length > 0,
    gaps: () => change({ fullGaps: !url.fullGaps }),
    fitSpan: () => {
      if (selected >= 0) fitStretch(store, trace.start[selected], trace.end[selected])
    },
    show: view => change({ view, sort: undefined }, true),
    onTime: () => url.view === 'timeline' || url.view === 'flame',
    toTimeline: () => inTimeline(selected),
    side: () => change({ side: !url.side }),
    besides: () => besides,
    form: form => change({ form, view: 'json' }, url.view !== 'json'),
    panel: panel => change({ panel }),
  })

  const nameWidth = url.nameWidth ?? (wide ? NAME_WIDTH.usualWide : NAME_WIDTH.usual)
  const detailWidth = url.detailWidth ?? (wide ? DETAIL_WIDTH.usualWide : DETAIL_WIDTH.usual)
  const detail = detailed && (
    <Suspense fallback={<LoadingLines lines={6} />}>
      <SpanDetail
        loaded={loaded}
        span={selected}
        services={services}
        links={screen.links}
        panel={url.panel}
        onPanel={panel => change({ panel })}
        dock={inline ? 'inline' : 'side'}
        onDock={onTimeline ? dock => change({ dock }) : undefined}
        onSpan={toSpan}
        actions={actions}
      />
    </Suspense>
  )
  const root = mainRoot(trace)
  const name = root < 0 ? '' : spanName(trace, root)
  return (
    <div className={styles.page}>
      <PageTitle>
        {say('trace.title', {
          duration: formatDuration(trace.durationNs),
          name: name === '' ? say('trace.unnamed') : name,
        })}
      </PageTitle>
      <TraceHead
        id={id}
        loaded={loaded}
        late={late.count}
        selected={selected}
        services={services}
        spanHref={spanHref}
        onSpan={toSpan}
      />
      <TraceProblems problems={trace.problems} restProblem={restProblem} onRetry={onRetry} onSpan={toSpan} />
      <div className={styles.views}>
        <nav className={tabsClass} aria-label={say('trace.views')} ref={views}>
          {TRACE_VIEWS.map(view => (
            <a
              key={view}
              href={hrefOf({ view, sort: undefined })}
              aria-current={view === url.view ? 'page' : undefined}
              onPointerEnter={() => fetchView(view, locale)}
              onFocus={() => fetchView(view, locale)}
              onClick={event => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return
                event.preventDefault()
                if (view !== url.view) change({ view, sort: undefined }, true)
              }}
            >
              <Message id={`trace.view.${view}`} />
            </a>
          ))}
        </nav>
        <TraceTools
          loaded={loaded}
          url={url}
          change={change}
          screen={screen}
          colourBy={colourBy}
          at={at}
          onMatch={toMatch}
          findInput={findInput}
        />
      </div>
      {url.view !== 'json' && (
        <Minimap
          overview={url.fullGaps ? loaded.overview : loaded.overviewWithoutGaps}
          services={services}
          store={store}
        />
      )}
      <div
        ref={work}
        className={classNames(styles.work, beside && styles.withDetail)}
        style={{ '--detail': `${detailWidth}px` } as CSSProperties}
      >
        {onTimeline ? (
          <Timeline
            ref={timeline}
            trace={trace}
            rows={rows}
            self={self}
            store={store}
            colourBy={colourBy}
            services={services}
            selected={selected}
            inline={inline}
            details={inline && detail}
            cursor={cursor}
            isMatch={screen.isMatch}
            critical={url.critical ? loaded.critical : undefined}
            links={screen.links}
            isLate={late.isLate}
            onCursor={screen.moveCursor}
            onScroll={screen.leavePlace}
            onSelect={select}
            onToggle={screen.toggle}
            closesRun={screen.closesRun}
            onCloseRun={span => screen.fold(closeRun(folding, span))}
            onOpenBelow={span => screen.fold(openAllBelow(trace, folding, span))}
            columns={url.columns ?? NO_COLUMNS}
            pills={url.pills}
            nameWidth={nameWidth}
            onNameWidth={width => change({ nameWidth: width })}
          />
        ) : besides ? (
          <Suspense fallback={<LoadingLines lines={12} />}>
            <TraceViews
              loaded={loaded}
              url={url}
              change={change}
              screen={screen}
              colourBy={colourBy}
              onTimeline={inTimeline}
            />
          </Suspense>
        ) : (
          <Suspense fallback={<LoadingLines lines={14} />}>
            <TraceJson
              id={id}
              form={url.form}
              onForm={form => change({ form })}
              span={selected < 0 ? undefined : { id: spanIdOf(trace, selected), name: spanName(trace, selected) }}
              find={url.find}
            />
          </Suspense>
        )}
        {beside && !sheet && (
          <Splitter
            label={say('trace.detail.label')}
            value={detailWidth}
            min={DETAIL_WIDTH.least}
            max={DETAIL_WIDTH.most}
            defaultValue={DETAIL_WIDTH.usual}
            region="end"
            onMove={width => work.current?.style.setProperty('--detail', `${width}px`)}
            onChange={width => change({ detailWidth: width })}
          />
        )}
        {beside && detail}
      </div>
      {onTimeline && (
        <TraceFoot
          trace={trace}
          self={self}
          kept={screen.kept}
          isFiltered={url.filter.length > 0}
          window={url.window}
          rows={rows}
          services={services.length}
          probability={root < 0 ? undefined : toldProbability(trace.table, trace.row[root])}
          store={store}
        />
      )}
    </div>
  )
}
