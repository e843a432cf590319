// What there is to say once both traces are read and compared: sentence and bridge, views behind tabs, the table.

import { useCallback, useMemo } from 'react'
import type { ReactNode } from 'react'
import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDifference, formatDuration } from '#app/i18n/format.ts'
import { formatZone } from '#app/i18n/format-time.ts'
import { useTimeZone } from '#app/i18n/time-zone.ts'
import { CopyButton } from '#app/ui/CopyButton.tsx'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { PageTitle } from '#app/ui/PageTitle.tsx'
import { SegmentedControl } from '#app/ui/SegmentedControl.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { Tabs } from '#app/ui/Tabs.tsx'
import { useTraceWork } from '#app/ui/use-sliced-work.ts'
import { DiffGraph } from '#app/views/diff-graph/DiffGraph.tsx'
import { AlignedTraces } from '#app/views/trace-diff/AlignedTraces.tsx'
import { Span } from '#shared/spans/span.ts'
import { attributeChanges, eventChanges } from '#shared/trace/diff/attribute-changes.ts'
import { diffJson } from '#shared/trace/diff/diff-json.ts'
import { changedPlaces } from '#shared/trace/diff/diff-rows.ts'
import type { DiffRow } from '#shared/trace/diff/diff-rows.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import { placesOfRow } from '#shared/trace/diff/span-pairs.ts'
import { ChangedAttributes } from './ChangedAttributes.tsx'
import { CompareSentence } from './CompareSentence.tsx'
import { CompareMarks, TableTools } from './CompareTools.tsx'
import { DifferenceTable } from './DifferenceTable.tsx'
import { DiffJsonPanel } from './DiffJsonPanel.tsx'
import styles from './Page.module.css'
import { AttributeChanges, EventChanges } from './PairChanges.tsx'
import type { ComparedSpans } from './PairChanges.tsx'
import { SpanPairsPanel } from './SpanPairsPanel.tsx'
import {
  allRows,
  differenceOf,
  largestDifference,
  pairOf,
  pairOfSpan,
  placeOf,
  rowWith,
  shownRows,
  spanOf,
} from './differences.ts'
import { format } from './url.ts'
import type { CompareTab, CompareView } from './url.ts'

/** While the rows are added up. */
const NO_ROWS = { size: 0 }

export function Compared(props: {
  readonly diff: TraceDiff
  readonly a: LoadedTrace
  readonly b: LoadedTrace
  readonly view: CompareView
  readonly onLook: (view: CompareView) => void
}): ReactNode {
  const { diff, view, onLook } = props
  const [a, b] = [props.a.trace, props.b.trace]
  const say = useText()
  const zone = useTimeZone()
  const { value: all } = useTraceWork(
    diff.places,
    useCallback(() => allRows(diff, view.rows), [diff, view.rows]),
  )
  const { measure, order, reversed } = view
  const { value: rows } = useTraceWork(
    all ?? NO_ROWS,
    useMemo(
      () => (all === undefined ? undefined : () => shownRows(all.rows, { all: view.all, measure, order, reversed })),
      [all, view.all, measure, order, reversed],
    ),
  )
  const changed = useMemo(() => changedPlaces(diff), [diff])
  const places = useMemo(() => {
    const shown = new Uint32Array(changed.length)
    let count = 0
    for (let place = 0; place < changed.length; place++) if (view.all || changed[place] === 1) shown[count++] = place
    return shown.subarray(0, count)
  }, [changed, view.all])
  const chosen = placeOf(diff, a, b, view.chosen)
  const choose = (place: number): CompareView => ({ ...view, chosen: spanOf(diff, a, b, place) })
  const onChoose = (place: number): void => onLook(choose(place))

  // Without a choice the pair looked at is that of the largest contribution.
  const [largest] = diff.contributions
  const looked = chosen >= 0 ? chosen : (largest?.place ?? -1)
  const spans = useMemo((): ComparedSpans => {
    const exact = view.chosen?.exact === true ? pairOfSpan(diff, a, b, view.chosen) : undefined
    const pair = exact ?? (looked < 0 ? { a: -1, b: -1 } : pairOf(diff, a, b, looked))
    return {
      a: pair.a < 0 ? undefined : new Span(a.table, a.row[pair.a]),
      b: pair.b < 0 ? undefined : new Span(b.table, b.row[pair.b]),
      // Which of many it is need not be said where it was chosen.
      count: looked < 0 || exact !== undefined ? 1 : Math.max(diff.figuresA.count[looked], diff.figuresB.count[looked]),
    }
  }, [a, b, diff, looked, view.chosen])
  const whole = props.a.whole && props.b.whole
  const differing = useMemo(
    () =>
      whole
        ? {
            attributes: attributeChanges(spans.a, spans.b).changes.filter(one => !one.alwaysDiffers).length,
            events: eventChanges(spans.a, spans.b).length,
          }
        : undefined,
    [spans, whole],
  )

  const row = looked < 0 || all === undefined ? undefined : rowWith(all.rows, diff, looked)
  const listed = useMemo(() => (row === undefined ? [] : placesOfRow(diff, row, view.rows)), [diff, row, view.rows])
  const pairCount = row === undefined ? 0 : Math.max(row.a.count, row.b.count)
  const json = useMemo(
    () =>
      rows &&
      diffJson(diff, rows, {
        a: { traceId: a.traceId, spanCount: a.size },
        b: { traceId: b.traceId, spanCount: b.size },
      }),
    [diff, rows, a, b],
  )

  const text = (): string => asText(rows ?? [], view, say('compare.column.difference'))
  useCommands([
    {
      id: 'compare.copy',
      title: 'command.compare.copy',
      group: 'page',
      // Where the browser refuses, the button beside the table says so.
      run: () => void navigator.clipboard.writeText(text()).catch(() => undefined),
    },
  ])
  const difference = diff.durationB - diff.durationA
  const tab = (key: CompareTab, count: number | undefined, panel: ReactNode) => ({
    key,
    title: say(`compare.tab.${key}`),
    count: count === undefined || count === 0 ? undefined : formatCount(count),
    command: 'compare.view',
    panel,
  })
  const nothing = <p className={styles.nothing}>{say('compare.unchanged')}</p>
  return (
    <>
      <PageTitle>
        {difference === 0
          ? say('compare.title.same')
          : say(difference > 0 ? 'compare.title.slower' : 'compare.title.faster', {
              difference: formatDuration(Math.abs(difference)),
            })}
      </PageTitle>
      <CompareSentence
        diff={diff}
        sameTrace={a.traceId === b.traceId}
        searchOf={place => format({ ...choose(place), tab: view.tab })}
      />
      <Tabs
        className={styles.tabs}
        label={say('compare.views')}
        selected={view.tab}
        onSelect={key => onLook({ ...view, tab: key })}
        end={<CompareMarks view={view} />}
        tabs={[
          tab(
            'aligned',
            undefined,
            places.length === 0 ? (
              nothing
            ) : (
              <AlignedTraces
                diff={diff}
                a={a}
                b={b}
                rows={places}
                selected={chosen}
                onSelect={onChoose}
                command="compare.choose"
              />
            ),
          ),
          tab(
            'graph',
            undefined,
            <>
              <div className={styles.mode}>
                <SegmentedControl
                  label={say('compare.graph.mode')}
                  size="small"
                  selected={view.counts ? 'count' : 'time'}
                  onSelect={mode => onLook({ ...view, counts: mode === 'count' })}
                  segments={(['time', 'count'] as const).map(key => ({
                    key,
                    content: say(`compare.graph.by.${key}`),
                    command: 'compare.counts',
                  }))}
                />
              </div>
              {places.length === 0 ? (
                nothing
              ) : (
                <DiffGraph
                  diff={diff}
                  rows={places}
                  counts={view.counts}
                  selected={chosen}
                  onSelect={onChoose}
                  command="compare.choose"
                />
              )}
            </>,
          ),
          tab(
            'spans',
            pairCount > 1 ? pairCount : undefined,
            all === undefined ? (
              <LoadingLines />
            ) : row === undefined ? (
              nothing
            ) : (
              <SpanPairsPanel
                diff={diff}
                a={a}
                b={b}
                places={listed}
                service={row.service}
                name={row.name}
                chosen={view.chosen}
                onChoose={span => onLook({ ...view, chosen: span })}
              />
            ),
          ),
          tab(
            'attributes',
            differing?.attributes,
            whole ? (
              <>
                <AttributeChanges spans={spans} />
                <ChangedAttributes diff={diff} a={a} b={b} onChoose={onChoose} />
              </>
            ) : (
              <LoadingLines />
            ),
          ),
          tab('events', differing?.events, whole ? <EventChanges spans={spans} /> : <LoadingLines />),
          tab(
            'json',
            undefined,
            json === undefined ? (
              <LoadingLines />
            ) : (
              <DiffJsonPanel
                json={json}
                file={`compare-${(a.traceId ?? 'a').slice(0, 8)}-${(b.traceId ?? 'b').slice(0, 8)}.json`}
              />
            ),
          ),
        ]}
      />
      <TableTools
        view={view}
        onLook={onLook}
        outsideNs={all === undefined ? 0 : difference - (all.sums.b.critical - all.sums.a.critical)}
        end={
          <CopyButton look="quiet" size="small" text={text} command="compare.copy">
            {say('compare.copy')}
          </CopyButton>
        }
      />
      {all === undefined || rows === undefined ? (
        <LoadingLines />
      ) : (
        <DifferenceTable
          rows={rows}
          sums={all.sums}
          largestNs={largestDifference(all.rows, view.measure)}
          view={view}
          onLook={onLook}
          chosen={chosen < 0 ? -1 : (rowWith(all.rows, diff, chosen)?.place ?? -1)}
          onChoose={onChoose}
          onSpans={place => onLook({ ...choose(place), tab: 'spans' })}
        />
      )}
      <Foot>
        {all !== undefined && rows !== undefined && (
          <span>
            <Message
              id="compare.foot"
              values={{ shown: rows.length, hidden: all.size - rows.length, total: all.size }}
            />
          </span>
        )}
        <span className="grow" />
        <Wide>
          {say('compare.foot.sum', {
            difference: formatDifference(difference),
          })}
        </Wide>
        <span>
          <Message id="compare.foot.zone" values={{ zone: formatZone(a.startTime, zone) }} />
        </span>
      </Foot>
    </>
  )
}

/** The rows as lines of columns divided by tabs: what a table pasted elsewhere understands. */
function asText(rows: readonly DiffRow[], { measure }: CompareView, differenceTitle: string): string {
  const clean = (text: string): string => text.replaceAll(/[\t\r\n]+/gu, ' ')
  const head = ['service', 'name', 'spans A', 'spans B', 'errors A', 'errors B', `${measure} A`, `${measure} B`]
  const lines = rows.map(row =>
    [
      clean(row.service ?? ''),
      clean(row.name ?? ''),
      row.a.count,
      row.b.count,
      row.a.errors,
      row.b.errors,
      formatDuration(row.a[measure]),
      formatDuration(row.b[measure]),
      formatDifference(differenceOf(row, measure)),
    ].join('\t'),
  )
  return [[...head, differenceTitle].join('\t'), ...lines].join('\n')
}
