// The flame chart: a trace in order of time, every span a bar under its parent, with the selected span and the window's self time
// below it.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { formatDuration } from '#app/i18n/format.ts'
import { Foot, Wide } from '#app/ui/Lines.tsx'
import { LoadingLines } from '#app/ui/States.tsx'
import { useSlicedWork } from '#app/ui/use-sliced-work.ts'
import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import { spanColours } from '#app/views/timeline/span-colours.ts'
import type { ColourBy } from '#app/views/timeline/span-colours.ts'
import type { TimelineStore } from '#app/views/timeline/timeline-store.ts'
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import { flameChart } from '#shared/trace/flame-chart.ts'
import type { FlameChart as Chart } from '#shared/trace/flame-chart.ts'
import { BREATH } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import type { GroupBy } from '#shared/trace/statistics-keys.ts'
import { SPAN_ERROR, SPAN_ERROR_BELOW, spanDuration, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import styles from './Flame.module.css'
import { ABOVE, LANE } from './flame-layout.ts'
import type { Rails } from './flame-layout.ts'
import { FlameCanvas } from './FlameCanvas.tsx'
import type { FlameHandle, FlameStep } from './FlameCanvas.tsx'
import type { FlameShown } from './flame-drawing.ts'
import { SelectedSpan, SelfTimes } from './FlamePanels.tsx'

export interface FlameChartProps {
  readonly counted: CountedTrace
  readonly store: TimelineStore
  /** −1 for none. */
  readonly selected: number
  readonly onSelect: (span: number) => void
  readonly onTimeline: (span: number) => void
  readonly isMatch: (span: number) => boolean
  readonly colourBy: ColourBy
  /** Whether the critical path is drawn. */
  readonly critical: boolean
  /** What self time is summed up by. */
  readonly by: GroupBy
  readonly onBy: (by: GroupBy) => void
}

interface DrawnChart {
  readonly chart: Chart
  readonly errors: Uint32Array
  readonly rails: Rails
}

const AXIS = 28

export function FlameChart(props: FlameChartProps): ReactNode {
  const { counted, store, selected, onSelect } = props
  const { trace, path, services, figures, included } = counted
  const say = useText()
  const handle = useRef<FlameHandle>(null)
  const [moved, setMoved] = useState<{ readonly span: number; readonly selected: number }>()
  const { value: drawn } = useSlicedWork(useCallback(() => drawnChart(trace, path), [trace, path]))
  const { self } = figures
  const { colourBy, critical } = props
  const colours = useMemo(() => spanColours(trace, self, services, colourBy), [trace, self, services, colourBy])
  // A selection from elsewhere takes the keyboard's place along.
  const cursor = moved !== undefined && moved.selected === selected ? moved.span : selected
  useEffect(() => {
    if (selected >= 0 && drawn !== undefined) handle.current?.reveal(selected)
  }, [selected, drawn])
  const shown = useMemo(
    (): FlameShown | undefined =>
      drawn === undefined
        ? undefined
        : {
            lanes: drawn.chart,
            laneOf: i => drawn.chart.lane[i],
            errors: drawn.errors,
            rails: critical ? drawn.rails : undefined,
            look: {
              mark: colours,
              name: i => spanName(trace, i),
              figure: i => formatDuration(spanDuration(trace, i)),
              faded: i => included !== undefined && included[i] === 0,
              match: props.isMatch,
            },
            selected,
            cursor,
            time: { idle: ns => say('timeline.idle', { duration: formatDuration(ns) }) },
            tip: (i, count) =>
              say(count > 1 ? 'views.flame.several' : 'views.flame.tip', {
                name: spanName(trace, i) || say('trace.unnamed'),
                service: services[trace.service[i]],
                duration: formatDuration(spanDuration(trace, i)),
                self: formatDuration(self[i]),
                start: formatDuration(trace.start[i]),
                count,
              }),
          },
    [drawn, critical, colours, trace, services, self, included, props.isMatch, selected, cursor, say],
  )
  const lanes = drawn?.chart.count ?? 1
  return (
    <section
      className={styles.view}
      aria-label={say('views.flame')}
      style={{ '--lanes': `${lanes * LANE + 2 * ABOVE + AXIS}px` } as CSSProperties}
    >
      {shown === undefined || drawn === undefined ? (
        <div className={styles.loading}>
          <LoadingLines lines={6} />
        </div>
      ) : (
        <FlameCanvas
          ref={handle}
          store={store}
          shown={shown}
          label={say('views.flame.label', { spans: trace.size, lanes })}
          treeLabel={say('views.flame.tree')}
          itemLabel={i =>
            say('views.flame.item', {
              service: services[trace.service[i]],
              name: spanName(trace, i) || say('trace.unnamed'),
              duration: formatDuration(spanDuration(trace, i)),
              self: formatDuration(self[i]),
              start: formatDuration(trace.start[i]),
              error: errorWord(trace, i),
            })
          }
          placeOf={i => ({
            level: trace.depth[i] + 1,
            position: trace.position[i] + 1,
            siblings: trace.parent[i] < 0 ? trace.roots.length : trace.childCount[trace.parent[i]],
          })}
          step={(i, step) => stepFrom(trace, drawn.chart, i, step)}
          start={selected >= 0 ? selected : 0}
          onCursor={span => setMoved({ span, selected })}
          onPress={onSelect}
        />
      )}
      <div className={styles.panels}>
        <SelectedSpan {...props} />
        <SelfTimes counted={counted} onSelect={onSelect} by={props.by} onBy={props.onBy} />
      </div>
      <Foot>
        <span aria-live="polite">
          <Message
            id="views.counted"
            values={{ count: counted.count, total: trace.size, hidden: trace.size - counted.count }}
          />
        </span>
        <Wide>{say('trace.services', { count: services.length })}</Wide>
        <span className="grow" />
        <Wide>{say('trace.foot.hint')}</Wide>
      </Foot>
    </section>
  )
}

export function errorWord(trace: Trace, i: number): 'own' | 'below' | 'none' {
  if ((trace.marks[i] & SPAN_ERROR) !== 0) return 'own'
  return (trace.marks[i] & SPAN_ERROR_BELOW) === 0 ? 'none' : 'below'
}

function* drawnChart(trace: Trace, path: CriticalPath): SlicedWork<DrawnChart> {
  const chart = yield* flameChart(trace)
  const errors: number[] = []
  for (let place = 0; place < chart.item.length; place++) {
    if ((trace.marks[chart.item[place]] & SPAN_ERROR) !== 0) errors.push(place)
    if ((place & BREATH) === BREATH) yield
  }
  const rails = { count: path.count, bounds: path.bounds, lane: (k: number) => chart.lane[path.span[k]] }
  return { chart, errors: Uint32Array.from(errors), rails }
}

/** Up and down the tree, left and right along the lane. */
function stepFrom(trace: Trace, chart: Chart, i: number, step: FlameStep): number {
  if (step === 'parent') return trace.parent[i] < 0 ? i : trace.parent[i]
  if (step === 'child') return trace.childCount[i] === 0 ? i : i + 1
  const lane = chart.lane[i]
  const [first, stop] = [chart.first[lane], chart.first[lane + 1]]
  if (step === 'first') return chart.item[first]
  if (step === 'last') return chart.item[stop - 1]
  let low = first
  let high = stop
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = chart.item[middle]
    if (trace.start[other] < trace.start[i] || (trace.start[other] === trace.start[i] && other < i)) low = middle + 1
    else high = middle
  }
  return chart.item[Math.max(first, Math.min(stop - 1, low + (step === 'left' ? -1 : 1)))]
}
