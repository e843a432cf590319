// One trace over time: the tree as DOM rows (a treegrid), the bars beside it on a canvas. The page holds what is selected,
// collapsed and found, and hands it in; how the timeline is being looked at stands in its store.

import { useEffect, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef } from 'react'
import type { CSSProperties, KeyboardEvent, ReactNode, Ref } from 'react'
import { useText } from '#app/i18n/Message.tsx'
import { classNames } from '#app/ui/class-names.ts'
import { Splitter } from '#app/ui/Splitter.tsx'
import { tooltipClass } from '#app/ui/Tooltip.tsx'
import { useTraceWork } from '#app/ui/use-sliced-work.ts'
import { useNarrow } from '#app/ui/use-media-query.ts'
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import type { LinkPairs } from '#shared/trace/span-links.ts'
import type { SelfTimes } from '#shared/trace/self-time.ts'
import type { Trace } from '#shared/trace/trace.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import styles from './Timeline.module.css'
import { isCritical, spanRails } from './critical-rail.ts'
import { foldRuns } from './fold-runs.ts'
import { detailsId, INDENT } from './row-elements.ts'
import { chosenTags, rowCells, usualTags } from './row-tags.ts'
import { spanColours } from './span-colours.ts'
import type { ColourBy } from './span-colours.ts'
import { TimelineDrawing } from './timeline-drawing.ts'
import type { TimelineActions, TimelineElements, TimelineShown } from './timeline-drawing.ts'
import type { TimelineStore } from './timeline-store.ts'
import { treeAction } from './tree-keys.ts'

export interface TimelineProps {
  readonly trace: Trace
  readonly rows: VisibleRows
  readonly self: SelfTimes
  readonly store: TimelineStore
  readonly colourBy: ColourBy
  /** Service names as shown, by index: what stands for a missing one is the page's word. */
  readonly services: readonly string[]
  /** Index of the span whose details are open; −1 for none. */
  readonly selected: number
  /** Whether the details of a span stand below its row, and what they are: undefined while none are open. */
  readonly inline: boolean
  readonly details: ReactNode
  /** Index of the span the keyboard is at; −1 before the first key. */
  readonly cursor: number
  readonly isMatch: (span: number) => boolean
  /** What the caller waited for, drawn under the bars; undefined: it does not show. */
  readonly critical: CriticalPath | undefined
  /** Links within the trace, drawn as arrows; undefined until they are known. */
  readonly links: LinkPairs | undefined
  /** It came after the trace was opened. */
  readonly isLate: (span: number) => boolean
  readonly onCursor: (span: number) => void
  /** The rows were scrolled by hand; not by a jump. */
  readonly onScroll: () => void
  readonly onSelect: (span: number) => void
  readonly onToggle: (span: number) => void
  /** Spans of the open fold or hidden stretch that begins with a span; 0: none does. */
  readonly closesRun: (span: number) => number
  readonly onCloseRun: (span: number) => void
  readonly onOpenBelow: (span: number) => void
  /** Attributes that have a column of their own; the first MOST_ROW_COLUMNS are shown. */
  readonly columns: readonly string[]
  /** Attributes that stand at the end of a row; undefined: the status that was answered and the system that was asked. */
  readonly pills: readonly string[] | undefined
  /** Width of the tree column, CSS pixels. */
  readonly nameWidth: number
  readonly onNameWidth: (width: number) => void
  readonly ref?: Ref<TimelineHandle>
}

/** What the page's commands do to a timeline. */
export interface TimelineHandle {
  /** Scrolls the row of a span into view, to its middle when it was not. */
  reveal(span: number): void
  /** Scrolls by a share of what is in view: 0.5 is half a page down. */
  scrollPages(share: number): void
  focus(): void
}

/** Bounds of the tree column, CSS pixels. */
export const NAME_WIDTH = { least: 240, most: 560, usual: 352, usualWide: 400 } as const

/** More columns of attributes leave no room for the bars. */
export const MOST_ROW_COLUMNS = 4

export function Timeline(props: TimelineProps): ReactNode {
  const { trace, rows, self, store, colourBy, services, selected, cursor, isMatch, nameWidth, ref } = props
  const say = useText()
  const id = useId()
  const phone = useNarrow('phone')
  const colours = useMemo(() => spanColours(trace, self, services, colourBy), [trace, self, services, colourBy])
  const folds = useMemo(() => foldRuns(trace), [trace])
  const { critical } = props
  const { value: rails } = useTraceWork(
    trace,
    useMemo(() => (critical === undefined ? undefined : () => spanRails(critical)), [critical]),
  )
  const { pills } = props
  const pillsKey = pills === undefined ? undefined : JSON.stringify(pills)
  const tags = useMemo(() => {
    return pillsKey === undefined ? usualTags(trace) : chosenTags(trace, JSON.parse(pillsKey) as string[])
  }, [trace, pillsKey])
  const columnsKey = JSON.stringify(phone ? [] : props.columns.slice(0, MOST_ROW_COLUMNS))
  const columns = useMemo(() => JSON.parse(columnsKey) as string[], [columnsKey])
  const cells = useMemo(() => rowCells(trace, columns), [trace, columns])
  const scroller = useRef<HTMLDivElement>(null)
  const spacer = useRef<HTMLDivElement>(null)
  const view = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const details = useRef<HTMLDivElement>(null)
  const detailsContent = useRef<HTMLDivElement>(null)
  const bars = useRef<HTMLCanvasElement>(null)
  const axis = useRef<HTMLCanvasElement>(null)
  const tip = useRef<HTMLDivElement>(null)
  const drawing = useRef<TimelineDrawing | undefined>(undefined)
  const shown: TimelineShown = {
    trace,
    rows,
    self,
    folds,
    colours,
    services,
    tags,
    columns,
    cells,
    selected,
    inline: props.inline,
    cursor,
    isMatch,
    rails,
    links: props.links,
    isCritical: span => rails !== undefined && isCritical(rails, trace, span),
    isLate: props.isLate,
    closesRun: props.closesRun,
    say,
    phone,
    mostIndent: phone ? 12 : Math.max(4, Math.floor((nameWidth * 0.45) / INDENT)),
  }
  const actions: TimelineActions = {
    scrolled: props.onScroll,
    select: span => {
      props.onCursor(span)
      props.onSelect(span)
    },
    toggle: span => {
      props.onCursor(span)
      props.onToggle(span)
    },
    closeRun: span => {
      props.onCursor(span)
      props.onCloseRun(span)
    },
  }
  const newest = useRef({ shown, actions })
  useLayoutEffect(() => {
    newest.current = { shown, actions }
  })
  useLayoutEffect(() => {
    const elements: TimelineElements = {
      scroller: there(scroller.current),
      spacer: there(spacer.current),
      view: there(view.current),
      body: there(body.current),
      grid: there(grid.current),
      details: there(details.current),
      detailsContent: there(detailsContent.current),
      bars: there(bars.current),
      axis: there(axis.current),
      tip: there(tip.current),
    }
    const made = new TimelineDrawing(elements, store, newest.current.shown, newest.current.actions, id)
    drawing.current = made
    return () => {
      made.dispose()
      drawing.current = undefined
    }
  }, [store, id])
  useEffect(() => drawing.current?.update(shown, actions))
  useImperativeHandle(
    ref,
    () => ({
      reveal: span => drawing.current?.reveal(span, true),
      scrollPages: share => {
        const page = grid.current?.clientHeight ?? 0
        drawing.current?.scrollBy(share * page)
      },
      focus: () => grid.current?.focus({ preventScroll: true }),
    }),
    [],
  )

  const keys = (event: KeyboardEvent): void => {
    const action = treeAction(trace, rows, cursor, event, drawing.current?.pageRows() ?? 1)
    if (action === undefined) return
    // Not the browser's (scrolling) and not the window's commands (panning with arrows).
    event.preventDefault()
    props.onCursor(action.span)
    if (action.kind === 'toggle') props.onToggle(action.span)
    else if (action.kind === 'openBelow') props.onOpenBelow(action.span)
    else if (action.kind === 'open') props.onSelect(action.span)
    drawing.current?.reveal(action.span, false)
  }
  return (
    <section
      className={styles.timeline}
      aria-label={say('timeline.label')}
      style={{ '--name': `${nameWidth}px`, '--columns': columns.length } as CSSProperties}
    >
      <div className={styles.scroller} ref={scroller}>
        <div ref={spacer}>
          <div className={styles.view} ref={view}>
            <div className={styles.heads}>
              <span className={styles.headName}>
                {say('timeline.head.name')}{' '}
                <span className="faint">{say('timeline.head.depth', { depth: trace.maxDepth + 1 })}</span>
              </span>
              <span className={classNames(styles.headDuration, 'num')}>{say('timeline.head.duration')}</span>
              <span className={classNames(styles.headSelf, 'num')}>{say('timeline.head.self')}</span>
              {columns.map(key => (
                <span key={key} className={styles.headCell} title={key}>
                  {key}
                </span>
              ))}
              <canvas ref={axis} className={styles.axis} aria-hidden="true" />
            </div>
            <div className={styles.body} ref={body}>
              <div
                ref={grid}
                className={styles.grid}
                role="treegrid"
                aria-label={say('timeline.grid')}
                tabIndex={0}
                onKeyDown={keys}
              />
              <canvas ref={bars} className={styles.bars} aria-hidden="true" />
              <div ref={details} id={detailsId(id)} className={styles.details}>
                <div ref={detailsContent}>{props.details}</div>
              </div>
              <div ref={tip} className={classNames(tooltipClass, styles.tip)} aria-hidden="true" hidden />
            </div>
            {!phone && (
              <div className={styles.splitter}>
                <Splitter
                  label={say('timeline.head.name')}
                  value={nameWidth}
                  min={NAME_WIDTH.least}
                  max={NAME_WIDTH.most}
                  defaultValue={NAME_WIDTH.usual}
                  region="start"
                  onMove={width => scroller.current?.parentElement?.style.setProperty('--name', `${width}px`)}
                  onChange={props.onNameWidth}
                />
              </div>
            )}
          </div>
        </div>
      </div>
    </section>
  )
}

function there<T>(element: T | null): T {
  if (element === null) throw new Error('the timeline is not in the page')
  return element
}
