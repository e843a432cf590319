import { expect, test } from 'vitest'
import { timeScale, timeTicks } from '#app/canvas/time-scale.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { criticalPathOf } from '#shared/trace/critical-path.ts'
import { ALL_OPEN, rowChoices, toggleSpan } from '#shared/trace/folding.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { PLAIN_TIME, timeMap } from '#shared/trace/time-map.ts'
import { spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { visibleRows } from '#shared/trace/visible-rows.ts'
import { isCritical, layoutRails, spanRails } from './critical-rail.ts'
import { foldRuns, percentiles } from './fold-runs.ts'
import { barUnder, DESKTOP_ROW, layoutBars, minimapEdges, minimapGrip, minimapTime } from './layout.ts'
import { rowUnder, sliceRows } from './row-places.ts'
import { MAX_NATIVE_HEIGHT, placeToShow, rowScroll, toNative, toVirtual } from './row-scroll.ts'
import { createTimelineStore, fitStretch, isZoomed, panBy, setMap, setWindow, zoomBy } from './timeline-store.ts'
import { treeAction } from './tree-keys.ts'

function traceOf(text: string): Trace {
  const builder = new SpanTableBuilder()
  parseTraces(text, builder)
  return buildTrace(builder)
}

const table = new SpanTableBuilder()
parseTraces(
  `
a: root [0 100us]
  b: first [10us 20us] error
    @ 12us "one"
    @ 12.01us "same pixel"
    @ 25us "two"
    c: leaf [15us 1ns]
  b: odd [50us -5us]
  b: last [90us 10us]
`,
  table,
)
const trace = buildTrace(table)
const rows = visibleRows(trace, rowChoices(trace, ALL_OPEN))

const plain = (window: { start: number; end: number }, width = 100) =>
  layoutBars(
    trace,
    rows,
    sliceRows(rows.count, 24, 0, 500),
    timeScale(window, width),
    DESKTOP_ROW,
    foldRuns(trace),
  ).map(({ span, x, y, width: w, outside }) => [spanName(trace, span), x, y, Math.round(w * 100) / 100, outside])

test('a bar a row, never narrower than a pixel', () => {
  expect(plain({ start: 0, end: 100_000 })).toEqual([
    ['root', 0, 5, 100, undefined],
    ['first', 10, 29, 20, undefined],
    ['leaf', 15, 53, 1, undefined],
    ['odd', 45, 77, 5, undefined],
    ['last', 90, 101, 10, undefined],
  ])
})

test('in a window of a nanosecond the bars stay within the canvas, or say where they are', () => {
  expect(plain({ start: 15_000, end: 15_001 })).toEqual([
    ['root', -8, 5, 116, undefined],
    ['first', -8, 29, 116, undefined],
    ['leaf', 0, 53, 100, undefined],
    ['odd', 100, 77, 0, 'after'],
    ['last', 100, 101, 0, 'after'],
  ])
  expect(plain({ start: 60_000, end: 80_000 })[1]).toEqual(['first', -8, 29, 0, 'before'])
})

test('errors and events are marked, events at one pixel once', () => {
  const bars = layoutBars(
    trace,
    rows,
    sliceRows(rows.count, 24, 0, 500),
    timeScale({ start: 0, end: 100_000 }, 100),
    DESKTOP_ROW,
    foldRuns(trace),
  )
  expect(bars.map(({ error }) => error)).toEqual(['below', 'own', undefined, undefined, undefined])
  expect(bars[1].events).toEqual([12, 25])
})

test('what is drawn is what is hit', () => {
  const slice = sliceRows(rows.count, 24, 30, 60)
  expect(slice).toEqual({ first: 1, end: 4, top: -6 })
  const bars = layoutBars(trace, rows, slice, timeScale({ start: 0, end: 100_000 }, 100), DESKTOP_ROW, foldRuns(trace))
  expect(barUnder(bars, 20, 5, 0)?.row).toBe(1)
  expect(barUnder(bars, 20, 15, 0)).toBeUndefined()
  expect(barUnder(bars, 17, 25, 2)?.row).toBe(2)
  expect([0, 17, 18, 65].map(y => rowUnder(slice, y, 24))).toEqual([1, 1, 2, 3])
  expect(rowUnder(slice, -1, 24)).toBe(-1)
  expect(rowUnder(slice, 66, 24)).toBe(-1)
})

test('a million rows scroll to each pixel under the height browsers allow', () => {
  const scroll = rowScroll(1_000_000, 24, 600, 0)
  expect(scroll.native).toBe(MAX_NATIVE_HEIGHT)
  expect(toVirtual(scroll, scroll.native - 600)).toBe(scroll.most)
  for (const top of [0, 24, 11_999_999, scroll.most])
    expect(toVirtual(scroll, toNative(scroll, top))).toBeCloseTo(top, 3)
  const few = rowScroll(10, 24, 600, 0)
  expect([toVirtual(few, 0), toNative(few, 0), few.most]).toEqual([0, 0, 0])
  const some = rowScroll(100, 24, 600, 0)
  expect(toVirtual(some, 240)).toBe(240)
  expect(placeToShow(some, 50 * 24, 51 * 24, 0, 48)).toBe(50 * 24 + 24 - 600 + 48)
  expect(placeToShow(some, 0, 24, 900, 48)).toBe(0)
  expect(placeToShow(some, 30 * 24, 31 * 24, 480, 48)).toBe(480)
})

test('minimap: edges, times and grips', () => {
  const edges = minimapEdges({ start: 25, end: 75 }, 130, 15, 100, PLAIN_TIME)
  expect(edges).toEqual({ left: 40, right: 90 })
  expect([0, 15, 65, 115, 200].map(x => minimapTime(x, 130, 15, 100, PLAIN_TIME))).toEqual([0, 0, 50, 100, 100])
  expect([36, 47, 60, 86, 20].map(x => minimapGrip(edges, x, true))).toEqual([
    'left',
    'left',
    'window',
    'right',
    'outside',
  ])
  expect(minimapGrip(edges, 60, false)).toBe('outside')
})

test('the window stays in the trace and above a nanosecond', () => {
  const store = createTimelineStore(100_000, { start: -50, end: 1e9 })
  expect(store.getState().window).toEqual({ start: 0, end: 100_000 })
  expect(isZoomed(store.getState())).toBe(false)
  zoomBy(store, 4, 0)
  expect(store.getState().window).toEqual({ start: 0, end: 25_000 })
  panBy(store, 1)
  expect(store.getState().window).toEqual({ start: 25_000, end: 50_000 })
  setWindow(store, { start: 500, end: 500 })
  expect(store.getState().window.end - store.getState().window.start).toBe(1)
  fitStretch(store, 10_000, 20_000)
  expect(store.getState().window).toEqual({ start: 9_500, end: 20_500 })
})

const press = (key: string, cursor: number, more = {}, view = rows): string => {
  const event = { key, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...more }
  const action = treeAction(trace, view, cursor, event, 3)
  return action === undefined ? '' : `${action.kind} ${spanName(trace, action.span)}`
}

test.each([
  ['ArrowDown', 0, {}, 'move first'],
  ['ArrowDown', -1, {}, 'move root'],
  ['ArrowDown', 4, {}, 'move last'],
  ['ArrowUp', 0, {}, 'move root'],
  ['ArrowRight', 1, {}, 'move leaf'],
  ['ArrowRight', 2, {}, ''],
  ['ArrowLeft', 1, {}, 'toggle first'],
  ['ArrowLeft', 2, {}, 'move first'],
  ['ArrowLeft', 0, {}, 'toggle root'],
  ['Home', 3, {}, 'move root'],
  ['End', 3, {}, 'move last'],
  ['PageDown', 0, {}, 'move odd'],
  ['PageUp', 4, {}, 'move first'],
  ['Enter', 2, {}, 'open leaf'],
  ['*', 1, { shiftKey: true }, 'openBelow first'],
  ['ArrowLeft', 2, { shiftKey: true }, 'move first'],
  ['ArrowDown', 1, { altKey: true }, 'move odd'],
  ['ArrowUp', 4, { altKey: true }, 'move odd'],
  ['ArrowUp', 3, { altKey: true }, 'move first'],
  ['ArrowUp', 1, { altKey: true }, ''],
  ['a', 1, {}, ''],
  ['ArrowDown', 1, { ctrlKey: true }, ''],
])('%s at %d with %o: %s', (key, cursor, more, expected) => {
  expect(press(key, cursor, more)).toBe(expected)
})

test('at a closed span: right opens it, left goes up, and a hidden cursor counts as the row that hides it', () => {
  const closed = visibleRows(trace, rowChoices(trace, toggleSpan(ALL_OPEN, 1)))
  expect(press('ArrowRight', 1, {}, closed)).toBe('toggle first')
  expect(press('ArrowLeft', 1, {}, closed)).toBe('move root')
  expect(press('ArrowDown', 2, {}, closed)).toBe('move odd')
})

test('a gap is drawn short; zoom and pan go by what is drawn, the window stays in real time', () => {
  const map = timeMap(10_000, [{ start: 1000, end: 9000 }])
  const store = createTimelineStore(10_000, undefined, map)
  const scale = timeScale(store.getState().window, 2120, map)
  // 2000 ns of spans and 120 for the gap.
  expect([0, 1000, 5000, 9000, 10_000].map(time => scale.x(time))).toEqual([0, 1000, 1060, 1120, 2120])
  expect(scale.time(1060)).toBeCloseTo(5000)
  expect(timeTicks(scale, 200).map(({ label }) => label)).toEqual([
    '0',
    '200\u202Fns',
    '400\u202Fns',
    '600\u202Fns',
    '800\u202Fns',
    '9.0\u202Fµs',
    '9.2\u202Fµs',
    '9.4\u202Fµs',
    '9.6\u202Fµs',
    '9.8\u202Fµs',
    '10.0\u202Fµs',
  ])
  const uneven = timeMap(10_000, [{ start: 1000, end: 9130 }])
  const labels = timeTicks(timeScale({ start: 0, end: 10_000 }, 2120, uneven), 200).map(({ label }) => label)
  // 9.2 would stand too near to where the gap ends.
  expect(labels.slice(5, 7)).toEqual(['9.13\u202Fµs', '9.4\u202Fµs'])
  zoomBy(store, 2, 5000)
  expect(store.getState().window.start).toBeCloseTo(530)
  expect(store.getState().window.end).toBeCloseTo(9470)
  panBy(store, 1)
  expect(store.getState().window.end).toBeCloseTo(10_000)
  expect(map.display(store.getState().window.end) - map.display(store.getState().window.start)).toBeCloseTo(1060)
  setMap(store, PLAIN_TIME)
  expect(store.getState().window.end).toBeCloseTo(10_000)
})

test('a fold is a comb: a tooth a span, as high as it is long; where there is no room a tooth a pixel, the longest', () => {
  const wide = traceOf(
    `s: a [0 1ms]\n${Array.from({ length: 1000 }, (_, k) => `  s: q [${k}us ${k % 100 === 0 ? 1000 : 100}ns]`).join('\n')}`,
  )
  const folded = visibleRows(wide, rowChoices(wide, ALL_OPEN))
  const bars = (window: { start: number; end: number }, width: number) =>
    layoutBars(wide, folded, sliceRows(folded.count, 24, 0, 500), timeScale(window, width), DESKTOP_ROW, foldRuns(wide))
  const near = bars({ start: 0, end: 10_000 }, 1000)[1]
  expect(near.kind).toBe('fold')
  expect(near.teeth.map(({ x }) => Math.round(x))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  expect(near.teeth.map(({ share }) => Math.round(share * 1000) / 1000)).toEqual([1, ...Array<number>(9).fill(0.415)])
  const far = bars({ start: 0, end: 1_000_000 }, 100)[1]
  expect(far.teeth).toHaveLength(100)
  expect(far.teeth.filter(({ share }) => share === 1).map(({ x }) => x)).toEqual([
    0, 10, 20, 30, 40, 50, 60, 70, 80, 90,
  ])
})

test('what a fold is told from', () => {
  const some = traceOf(
    's: a [0 1ms]\n  s: q [1us 1us]\n  s: q [3us 2us] error\n  s: q [9us 5us]\n  s: q [20us 1us]\n  s: q [30us 1us]',
  )
  const folded = visibleRows(some, rowChoices(some, ALL_OPEN))
  const run = foldRuns(some)(folded, 1)
  expect([run.from, run.to, run.sum, run.longest, run.errors]).toEqual([1000, 31_000, 10_000, 5000, 1])
  expect(percentiles(run)).toEqual({ p50: 1000, p95: 5000 })
})

test('the critical path runs under its spans, goes down where it enters a row below, and a row for many has one rail', () => {
  const builder = new SpanTableBuilder()
  parseTraces(
    `
a: root [0 100us]
  a: first [10us 20us]
  a: beside [12us 10us]
  a: last [40us 50us]
    b: inner [50us 20us]
`,
    builder,
  )
  const path = buildTrace(builder)
  const rails = finishWork(spanRails(criticalPathOf(path)))
  expect([0, 1, 2, 3, 4].map(i => isCritical(rails, path, i))).toEqual([true, true, false, true, true])
  const laid = (closed: boolean) => {
    const some = visibleRows(path, rowChoices(path, closed ? toggleSpan(ALL_OPEN, 3) : ALL_OPEN))
    const scale = timeScale({ start: 0, end: 100_000 }, 100)
    return layoutRails(rails, some, sliceRows(some.count, 24, 0, 500), scale, DESKTOP_ROW, path, false)
  }
  const open = laid(false)
  expect(open.rails.map(({ x, y, width }) => [x, y, width])).toEqual([
    [0, 18, 10],
    [30, 18, 10],
    [90, 18, 10],
    [10, 42, 20],
    [40, 90, 10],
    [70, 90, 20],
    [50, 114, 20],
  ])
  expect(open.joints).toEqual([
    { x: 10, y: 20, height: 22 },
    { x: 40, y: 20, height: 70 },
    { x: 50, y: 92, height: 22 },
  ])
  expect(laid(true).rails.at(-1)).toEqual({ x: 40, y: 90, width: 50 })
})

test('a row that stands for thousands of stretches has its rail from the first to the last of them', () => {
  const depth = 1500
  const lines = Array.from({ length: depth }, (_, i) => `${'  '.repeat(i)}s: s${i} [${i}us ${3 * depth - 2 * i}us]`)
  const chain = traceOf(lines.join('\n'))
  const path = criticalPathOf(chain)
  const rails = finishWork(spanRails(path))
  const scale = timeScale({ start: 0, end: 3 * depth * 1000 }, 3 * depth)
  const wrong: unknown[] = []
  for (let span = 0; span < depth; span += 7) {
    let [from, to] = [Infinity, -Infinity]
    for (let k = 0; k < path.count; k++) {
      if (path.span[k] < span) continue
      from = Math.min(from, path.bounds[k])
      to = Math.max(to, path.bounds[k + 1])
    }
    const closed = visibleRows(chain, rowChoices(chain, toggleSpan(ALL_OPEN, span)))
    const slice = sliceRows(closed.count, 24, span * 24, 24)
    const rail = layoutRails(rails, closed, slice, scale, DESKTOP_ROW, chain, false).rails.at(-1)
    if (rail?.x !== from / 1000 || rail.width !== (to - from) / 1000) wrong.push({ span, rail, from, to })
  }
  expect(wrong).toEqual([])
  expect(path.count).toBeGreaterThan(2 * 256)
})

test('a million stretches of one span cost the pixels they are drawn on', () => {
  const count = 1_000_000
  const flat = {
    ...trace,
    size: 1,
    parent: Int32Array.of(-1),
    subtreeEnd: Uint32Array.of(1),
  }
  const rails = finishWork(
    spanRails({
      count: count * 2,
      span: Uint32Array.from({ length: count * 2 }, (_, k) => k % 2),
      bounds: Float64Array.from({ length: count * 2 + 1 }, (_, k) => k),
    }),
  )
  const one = { ...rows, count: 1, span: Uint32Array.of(0), end: Uint32Array.of(1), kind: Uint8Array.of(0) }
  const scale = timeScale({ start: 0, end: count * 2 }, 800)
  const laid = layoutRails(rails, one, sliceRows(1, 24, 0, 500), scale, DESKTOP_ROW, flat, false)
  expect(laid.rails.length).toBeGreaterThan(390)
  expect(laid.rails.length).toBeLessThanOrEqual(801)
})
