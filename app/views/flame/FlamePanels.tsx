// What stands below a flame chart or graph: the selected span with the slowest of its kind, and self time by group.

import { Suspense, useCallback } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration, formatShare } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { SectionHead } from '#app/ui/Lines.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { laterView } from '#app/ui/later-view.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { ErrorCount, ShareBar } from '#app/views/table/cells.tsx'
import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import { groupKey, groupOf } from '#app/views/table/grouping.ts'
import type { GroupBy } from '#shared/trace/statistics-keys.ts'
import { heaviestSpans, largestGroups, likeSpans } from '#shared/trace/statistics-like.ts'
import type { LargestGroups } from '#shared/trace/statistics-like.ts'
import { mainRoot, spanDuration, spanName } from '#shared/trace/trace.ts'
import styles from './Flame.module.css'

/** A list that can be searched is more script than the flame chart. */
const GroupPicker = laterView(async () => (await import('./GroupPicker.tsx')).GroupPicker)

/** So many of the slowest are listed. */
const SLOWEST = 7
const HEAVIEST = 10

export function SelectedSpan(props: {
  readonly counted: CountedTrace
  readonly selected: number
  readonly onSelect: (span: number) => void
  readonly onTimeline: (span: number) => void
}): ReactNode {
  const { counted, selected, onTimeline } = props
  const { trace, services, figures } = counted
  const say = useText()
  if (selected < 0) {
    return (
      <div>
        <SectionHead level={2} title={<Message id="views.flame.nothing" />} />
        <Heaviest counted={counted} onSelect={props.onSelect} />
      </div>
    )
  }
  const root = mainRoot(trace)
  const answer = root < 0 ? 0 : spanDuration(trace, root)
  const critical = figures.critical?.[selected] ?? 0
  return (
    <div>
      <SectionHead
        level={2}
        title={
          <Message
            id="views.flame.selected"
            values={{
              name: spanName(trace, selected) || say('trace.unnamed'),
              service: services[trace.service[selected]],
            }}
          />
        }
      >
        <span className="grow" />
        <span data-local-action="as the command for it does">
          <Button look="quiet" size="small" onPress={() => onTimeline(selected)}>
            <Message id="views.tray.timeline" />
          </Button>
        </span>
      </SectionHead>
      <dl className={styles.figures}>
        <Figure name={say('views.start')} value={`+${formatDuration(trace.start[selected])}`} />
        <Figure name={say('views.duration')} value={formatDuration(spanDuration(trace, selected))} />
        <Figure name={say('views.column.self')} value={formatDuration(figures.self[selected])} />
        <Figure
          name={say('views.flame.critical')}
          value={
            critical === 0
              ? say('views.flame.none')
              : `${formatDuration(critical)}, ${formatShare(answer === 0 ? 0 : critical / answer)}`
          }
        />
        <Figure name={say('views.flame.children')} value={formatCount(trace.childCount[selected])} />
      </dl>
      <Slowest {...props} />
    </div>
  )
}

/** The spans with the most self time of those that are counted. */
function Heaviest(props: { readonly counted: CountedTrace; readonly onSelect: (span: number) => void }): ReactNode {
  const { trace, services, figures, included } = props.counted
  const say = useText()
  const { value: spans, stale } = useSlicedWork(
    useCallback(() => heaviestSpans(figures, HEAVIEST, included), [figures, included]),
  )
  if (spans === undefined || spans.length === 0) return null
  const most = Math.max(1, figures.self[spans[0]])
  return (
    <>
      <SectionHead title={<Message id="views.flame.heaviest" />} />
      <table
        className={classNames(tableStyles.table, stale && tableStyles.stale)}
        aria-label={say('views.flame.heaviestTable')}
      >
        <thead>
          <tr>
            <th className={tableStyles.first}>{say('views.span')}</th>
            <th className="num" aria-sort="descending">
              {say('views.column.self')}
            </th>
            <th className={tableStyles.last} aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {spans.map(span => (
            <tr key={span}>
              <td className={classNames(tableStyles.first, styles.name)}>
                <button
                  type="button"
                  className={classNames(styles.link, styles.whole)}
                  data-local-action="each chooses its own span"
                  onClick={() => props.onSelect(span)}
                >
                  <span className={styles.span}>
                    <ServiceName name={services[trace.service[span]]} faint />
                    <span className="cut">{spanName(trace, span) || say('trace.unnamed')}</span>
                  </span>
                </button>
              </td>
              <td className="num">{formatDuration(figures.self[span])}</td>
              <td className={classNames(tableStyles.last, styles.wide)} aria-hidden="true">
                <ShareBar plain share={figures.self[span] / most} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

export function Figure(props: { readonly name: string; readonly value: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  )
}

/** The slowest spans of the selected one's service and name, against their median. */
export function Slowest(props: {
  readonly counted: CountedTrace
  readonly selected: number
  readonly onSelect: (span: number) => void
}): ReactNode {
  const { counted, selected, onSelect } = props
  const { trace, figures, included } = counted
  const say = useText()
  const make = useCallback(
    () => likeSpans(trace, figures, selected, SLOWEST, included),
    [trace, figures, selected, included],
  )
  const { value: like, stale } = useSlicedWork(make)
  if (like === undefined || like.count < 2) return null
  const longest = Math.max(1, spanDuration(trace, like.slowest[0]))
  return (
    <>
      <SectionHead
        title={
          <Message
            id="views.flame.slowest"
            values={{ count: like.count, name: spanName(trace, like.slowest[0]) || say('trace.unnamed') }}
          />
        }
      />
      <table
        className={classNames(tableStyles.table, stale && tableStyles.stale)}
        aria-label={say('views.flame.slowestTable')}
      >
        <thead>
          <tr>
            <th className={tableStyles.first}>{say('views.start')}</th>
            <th className="num" aria-sort="descending">
              {say('views.duration')}
            </th>
            <th className={tableStyles.last} colSpan={2}>
              {say('views.flame.against')}
            </th>
          </tr>
        </thead>
        <tbody>
          {like.slowest.map(span => (
            <tr key={span} aria-selected={span === selected ? true : undefined}>
              <td className={tableStyles.first}>
                <button
                  type="button"
                  className={styles.link}
                  data-local-action="each chooses its own span"
                  onClick={() => onSelect(span)}
                >
                  +{formatDuration(trace.start[span])}
                </button>
              </td>
              <td className="num">{formatDuration(spanDuration(trace, span))}</td>
              <td className="num">
                {like.p50 > 0 && say('views.flame.times', { times: times(spanDuration(trace, span) / like.p50) })}
              </td>
              <td className={classNames(tableStyles.last, styles.name)}>
                <ShareBar plain share={spanDuration(trace, span) / longest} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function times(factor: number): string {
  return factor >= 99.95 ? formatCount(factor) : factor.toFixed(1)
}

/** Self time of what is counted, by service, name or attribute: the drawing as a table. */
export function SelfTimes(props: {
  readonly counted: CountedTrace
  readonly onSelect: (span: number) => void
  readonly by: GroupBy
  readonly onBy: (by: GroupBy) => void
}): ReactNode {
  const { counted, onSelect, by, onBy } = props
  const { trace, services, figures, included } = counted
  const say = useText()
  const key = groupKey(by)
  const { value: groups, stale } = useSlicedWork(
    useCallback(
      () => largestGroups(trace, figures, groupOf(key) ?? { kind: 'service' }, included, MOST_ROWS),
      [trace, figures, key, included],
    ),
  )
  // While another grouping is worked out the rows are still those of the one before.
  const nameOf = ({ by: grouped, labels }: LargestGroups, group: number): ReactNode => {
    if (grouped.kind === 'service') return <ServiceName name={services[group]} />
    const label = labels[group]
    return label === undefined ? say('views.none') : label || say('views.blank')
  }
  return (
    <div>
      <SectionHead level={2} title={say('views.flame.selfTimes')}>
        <span className={styles.by}>
          <Suspense>
            <GroupPicker trace={trace} by={by} onBy={onBy} />
          </Suspense>
        </span>
      </SectionHead>
      <table
        className={classNames(tableStyles.table, stale && tableStyles.stale)}
        aria-label={say('views.flame.selfTable')}
      >
        <thead>
          <tr>
            <th className={tableStyles.first}>
              {by.kind === 'attribute'
                ? by.key
                : by.kind === 'service'
                  ? say('views.service')
                  : say(`views.by.${by.kind}`)}
            </th>
            <th className="num">{say('views.spans')}</th>
            <th className="num">{say('views.column.errors')}</th>
            <th className="num" aria-sort="descending">
              {say('views.column.self')}
            </th>
            <th className={tableStyles.last}>{say('views.share')}</th>
          </tr>
        </thead>
        <tbody>
          {groups?.largest.length === 0 && (
            <tr>
              <td className={tableStyles.first} colSpan={5}>
                {say('views.noSpans')}
              </td>
            </tr>
          )}
          {groups?.largest.map(group => (
            <tr key={group}>
              <td className={classNames(tableStyles.first, styles.name)}>
                <button
                  type="button"
                  className={styles.link}
                  data-local-action="each chooses its own heaviest span"
                  onClick={() => onSelect(groups.heaviest[group])}
                >
                  {nameOf(groups, group)}
                </button>
              </td>
              <td className="num">{formatCount(groups.count[group])}</td>
              <td className="num">
                <ErrorCount count={groups.errors[group]} />
              </td>
              <td className="num">{formatDuration(groups.self[group])}</td>
              <td className={classNames(tableStyles.last, styles.wide)}>
                <ShareBar share={groups.allSelf === 0 ? 0 : groups.self[group] / groups.allSelf} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** More groups than this stand in the statistics. */
const MOST_ROWS = 200
