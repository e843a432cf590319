// What stands below a flame chart or graph: the selected span with the slowest of its kind, and self time by service.

import { useCallback, useMemo } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatCount, formatDuration, formatShare } from '#app/i18n/format.ts'
import { Button } from '#app/ui/Button.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { SectionHead } from '#app/ui/Lines.tsx'
import { ServiceName } from '#app/ui/ServiceName.tsx'
import { tableStyles } from '#app/ui/Table.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import { ErrorCount, ShareBar } from '#app/views/table/cells.tsx'
import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import { likeSpans } from '#shared/trace/statistics-like.ts'
import { groupFigures } from '#shared/trace/statistics.ts'
import { mainRoot, spanDuration, spanName } from '#shared/trace/trace.ts'
import styles from './Flame.module.css'

/** So many of the slowest are listed. */
const SLOWEST = 7

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
        <SectionHead title={say('views.flame.nothingSelected')} />
        <p className={styles.hint}>{say('views.flame.nothingHint')}</p>
      </div>
    )
  }
  const root = mainRoot(trace)
  const answer = root < 0 ? 0 : spanDuration(trace, root)
  const critical = figures.critical?.[selected] ?? 0
  return (
    <div>
      <SectionHead
        title={
          <Message
            id="views.flame.selected"
            values={{ name: spanName(trace, selected), service: services[trace.service[selected]] }}
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
          <Message id="views.flame.slowest" values={{ count: like.count, name: spanName(trace, like.slowest[0]) }} />
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

/** Self time of what is counted, by service: the drawing as a table. */
export function SelfByService(props: {
  readonly counted: CountedTrace
  readonly onSelect: (span: number) => void
}): ReactNode {
  const { counted, onSelect } = props
  const { trace, services, figures, included } = counted
  const say = useText()
  const make = useCallback(
    () => groupFigures(figures, trace.service, services.length, included),
    [figures, trace, services, included],
  )
  const { value: groups, stale } = useSlicedWork(make)
  const rows = useMemo(
    () =>
      groups === undefined
        ? []
        : services
            .map((name, service) => ({ name, service }))
            .filter(({ service }) => groups.count[service] > 0)
            .sort((a, b) => groups.self[b.service] - groups.self[a.service])
            .slice(0, MOST_ROWS),
    [groups, services],
  )
  const total = groups === undefined ? 0 : groups.self.reduce((sum, one) => sum + one, 0)
  return (
    <div>
      <SectionHead title={<Message id="views.flame.selfByService" />} />
      <table
        className={classNames(tableStyles.table, stale && tableStyles.stale)}
        aria-label={say('views.flame.selfTable')}
      >
        <thead>
          <tr>
            <th className={tableStyles.first}>{say('views.service')}</th>
            <th className="num">{say('views.spans')}</th>
            <th className="num">{say('views.column.errors')}</th>
            <th className="num" aria-sort="descending">
              {say('views.column.self')}
            </th>
            <th className={tableStyles.last}>{say('views.share')}</th>
          </tr>
        </thead>
        <tbody>
          {groups !== undefined &&
            rows.map(({ name, service }) => (
              <tr key={service}>
                <td className={classNames(tableStyles.first, styles.name)}>
                  <button
                    type="button"
                    className={styles.link}
                    data-local-action="each chooses its own heaviest span"
                    onClick={() => onSelect(groups.heaviest[service])}
                  >
                    <ServiceName name={name} />
                  </button>
                </td>
                <td className="num">{formatCount(groups.count[service])}</td>
                <td className="num">
                  <ErrorCount count={groups.errors[service]} />
                </td>
                <td className="num">{formatDuration(groups.self[service])}</td>
                <td className={classNames(tableStyles.last, styles.wide)}>
                  <ShareBar share={total === 0 ? 0 : groups.self[service] / total} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}

/** More services than this stand in the statistics. */
const MOST_ROWS = 200
