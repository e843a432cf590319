// From a grouping to rows: figures of groups and their parts, sorted, those of open groups below them. Pure.

import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { BREATH, sortInSlices } from '#shared/trace/sliced-work.ts'
import { spanGroups } from '#shared/trace/statistics-keys.ts'
import type { GroupBy, SpanGroups } from '#shared/trace/statistics-keys.ts'
import { groupFigures, pairGroups } from '#shared/trace/statistics.ts'
import type { GroupFigures, PairGroups } from '#shared/trace/statistics.ts'
import type { CountedTrace, Sorting } from '#app/views/table/counted-trace.ts'

export interface Grouping {
  readonly outer: SpanGroups
  readonly figures: GroupFigures
  /** Groups within groups; undefined when there are none asked for. */
  readonly parts: { readonly inner: SpanGroups; readonly pairs: PairGroups; readonly figures: GroupFigures } | undefined
  readonly totalSelf: number
  readonly totalCritical: number
  readonly errors: number
}

export function* groupedTrace(
  { trace, figures: spans, included }: CountedTrace,
  by: GroupBy,
  sub: GroupBy | undefined,
): SlicedWork<Grouping> {
  const outer = yield* spanGroups(trace, by)
  const figures = yield* groupFigures(spans, outer.keys, outer.count, included)
  const sum = (values: Float64Array | Uint32Array): number => {
    let all = 0
    for (const value of values) all += value
    return all
  }
  const totals = {
    totalSelf: sum(figures.self),
    totalCritical: sum(figures.critical),
    errors: sum(figures.errors),
  }
  if (sub === undefined) return { outer, figures, parts: undefined, ...totals }
  const inner = yield* spanGroups(trace, sub)
  const pairs = yield* pairGroups(outer, inner)
  const ofPairs = yield* groupFigures(spans, pairs.keys, pairs.count, included)
  return { outer, figures, parts: { inner, pairs, figures: ofPairs }, ...totals }
}

/** Figures that a table can be sorted by; `name` sorts by what groups are called. */
export const STATISTICS_COLUMNS = [
  'name',
  'count',
  'errors',
  'total',
  'self',
  'share',
  'critical',
  'avg',
  'least',
  'p50',
  'p95',
  'most',
] as const
export type StatisticsColumn = (typeof STATISTICS_COLUMNS)[number]

/** A figure of a group. */
export function figureOf(figures: GroupFigures, group: number, column: Exclude<StatisticsColumn, 'name'>): number {
  switch (column) {
    case 'share':
      return figures.self[group]
    case 'avg':
      return figures.count[group] === 0 ? 0 : figures.total[group] / figures.count[group]
    default:
      return figures[column][group]
  }
}

export interface StatisticsRows {
  /** Group of each row, or `groups` + pair for a part. */
  readonly code: Uint32Array
  readonly groups: number
  /** Groups that have a counted span, in order. */
  readonly order: Uint32Array
}

/** So many groups are open at first. */
const OPEN_AT_FIRST = 3
/** A trace with no more parts than this shows them all. */
const FEW_PARTS = 24

/** Rows in order. `opened`: names of the open groups; undefined: the first ones. */
export function* statisticsRows(
  grouping: Grouping,
  sorting: Sorting,
  opened: readonly string[] | undefined,
  names: Readonly<Record<'outer' | 'inner', (label: string | undefined) => string>>,
): SlicedWork<StatisticsRows> {
  const { outer, figures, parts } = grouping
  const order = yield* sorted(outer.count, figures, sorting, g => names.outer(outer.labels[g]))
  const shown = order.filter(g => figures.count[g] > 0)
  if (parts === undefined) return { code: shown, groups: outer.count, order: shown }
  const { inner, pairs } = parts
  const pairOrder = yield* sorted(pairs.count, parts.figures, sorting, p => names.inner(inner.labels[pairs.inner[p]]))
  const few = pairs.count <= FEW_PARTS
  const open = new Uint8Array(outer.count)
  for (const [k, g] of shown.entries()) {
    open[g] =
      opened === undefined ? Number(few || k < OPEN_AT_FIRST) : Number(opened.includes(names.outer(outer.labels[g])))
    if ((k & BREATH) === BREATH) yield
  }
  // A list of its parts for each open group, then one after the other.
  const first = new Uint32Array(outer.count + 1)
  const counts = (p: number): boolean => parts.figures.count[p] > 0 && open[pairs.outer[p]] === 1
  for (const p of pairOrder) if (counts(p)) first[pairs.outer[p] + 1]++
  for (let g = 1; g <= outer.count; g++) first[g] += first[g - 1]
  yield
  const list = new Uint32Array(first[outer.count])
  const next = first.slice()
  for (const p of pairOrder) if (counts(p)) list[next[pairs.outer[p]]++] = p
  yield
  const code = new Uint32Array(shown.length + list.length)
  let row = 0
  for (const g of shown) {
    code[row++] = g
    for (let k = first[g]; k < first[g + 1]; k++) code[row++] = outer.count + list[k]
  }
  return { code, groups: outer.count, order: shown }
}

function sorted(
  count: number,
  figures: GroupFigures,
  { column, ascending }: Sorting,
  name: (group: number) => string,
): SlicedWork<Uint32Array> {
  const way = ascending ? 1 : -1
  const by = STATISTICS_COLUMNS.find(one => one === column) ?? 'self'
  if (by !== 'name') {
    return sortInSlices(count, (a, b) => way * (figureOf(figures, a, by) - figureOf(figures, b, by)))
  }
  const names = Array.from({ length: count }, (_, g) => name(g))
  return sortInSlices(count, (a, b) => (names[a] === names[b] ? 0 : names[a] < names[b] ? -way : way))
}
