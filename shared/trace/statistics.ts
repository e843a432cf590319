/** Figures of groups of spans: how many, how long, how much of it their own. */
import type { Numbers } from '#shared/spans/span-table.ts'
import type { SelfTimes } from './self-time.ts'
import { BREATH, orderInSlices, type SlicedWork } from './sliced-work.ts'
import type { SpanGroups } from './statistics-keys.ts'
import { SPAN_ERROR, type TraceColumns } from './trace.ts'

/** By group; a group without counted spans has zeros, and `heaviest` −1. Times in ns. */
export interface GroupFigures {
  readonly count: Uint32Array
  readonly errors: Uint32Array
  /** Sum of durations: of nested spans they overlap. */
  readonly total: Float64Array
  /** Sum of self times: of all groups together this is all work. */
  readonly self: Float64Array
  /** On the critical path; zeros where it is not known. */
  readonly critical: Float64Array
  readonly least: Float64Array
  readonly most: Float64Array
  /** Nearest rank. */
  readonly p50: Float64Array
  readonly p95: Float64Array
  /** The span with the most self time; the first of several. */
  readonly heaviest: Int32Array
  /** The first span. */
  readonly first: Int32Array
}

/** What is the same for every grouping of one trace, made once. */
export interface SpanFigures {
  readonly trace: Pick<TraceColumns, 'size' | 'start' | 'end' | 'marks'>
  /** Self time by span. */
  readonly self: SelfTimes
  /** Time on the critical path by span; undefined: not known. */
  readonly critical: Float64Array | undefined
  /** Spans by duration, shortest first (`durationOrder`). */
  readonly byDuration: Uint32Array
}

/** Spans by duration, shortest first; one that ends before it starts counts as 0. */
export function* durationOrder({
  size,
  start,
  end,
}: Pick<TraceColumns, 'size' | 'start' | 'end'>): SlicedWork<Uint32Array> {
  const durations = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    durations[i] = end[i] > start[i] ? Math.round(end[i] - start[i]) : 0
    if ((i & BREATH) === BREATH) yield
  }
  return yield* orderInSlices(durations)
}

/**
 * The figures of each group of `keys` (by span, below `groups`). `included`: 1 for each span that counts; undefined: all.
 * Two passes over the spans.
 */
export function* groupFigures(
  { trace, self, critical, byDuration }: SpanFigures,
  keys: Numbers,
  groups: number,
  included: Uint8Array | undefined,
): SlicedWork<GroupFigures> {
  const { size, start, end, marks } = trace
  const figures = {
    count: new Uint32Array(groups),
    errors: new Uint32Array(groups),
    total: new Float64Array(groups),
    self: new Float64Array(groups),
    critical: new Float64Array(groups),
    least: new Float64Array(groups),
    most: new Float64Array(groups),
    p50: new Float64Array(groups),
    p95: new Float64Array(groups),
    heaviest: new Int32Array(groups).fill(-1),
    first: new Int32Array(groups).fill(-1),
  }
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    if (included !== undefined && included[i] === 0) continue
    const group = keys[i]
    const duration = end[i] > start[i] ? end[i] - start[i] : 0
    if (figures.count[group]++ === 0) {
      figures.first[group] = i
      figures.least[group] = duration
    }
    if ((marks[i] & SPAN_ERROR) !== 0) figures.errors[group]++
    figures.total[group] += duration
    figures.self[group] += self[i]
    if (critical !== undefined) figures.critical[group] += critical[i]
    if (duration < figures.least[group]) figures.least[group] = duration
    if (duration > figures.most[group]) figures.most[group] = duration
    const best = figures.heaviest[group]
    if (best < 0 || self[i] > self[best]) figures.heaviest[group] = i
  }
  const { count, p50, p95 } = figures
  const seen = new Uint32Array(groups)
  for (let k = 0; k < size; k++) {
    if ((k & BREATH) === BREATH) yield
    const i = byDuration[k]
    if (included !== undefined && included[i] === 0) continue
    const group = keys[i]
    const rank = ++seen[group]
    if (rank === Math.ceil(count[group] * 0.5)) p50[group] = end[i] > start[i] ? end[i] - start[i] : 0
    if (rank === Math.ceil(count[group] * 0.95)) p95[group] = end[i] > start[i] ? end[i] - start[i] : 0
  }
  return figures
}

export interface PairGroups {
  /** Pair of each span. */
  readonly keys: Uint32Array
  readonly count: number
  /** Group and sub-group of a pair. */
  readonly outer: Uint32Array
  readonly inner: Uint32Array
}

/** The groups of one grouping within those of another: only pairs that have a span. */
export function* pairGroups(outer: SpanGroups, inner: SpanGroups): SlicedWork<PairGroups> {
  const size = outer.keys.length
  const keys = new Uint32Array(size)
  const numbers = new Map<number, number>()
  const pairs: number[] = []
  for (let i = 0; i < size; i++) {
    const pair = outer.keys[i] * inner.count + inner.keys[i]
    let number = numbers.get(pair)
    if (number === undefined) {
      number = numbers.size
      numbers.set(pair, number)
      pairs.push(pair)
    }
    keys[i] = number
    if ((i & BREATH) === BREATH) yield
  }
  return {
    keys,
    count: pairs.length,
    outer: Uint32Array.from(pairs, pair => Math.floor(pair / inner.count)),
    inner: Uint32Array.from(pairs, pair => pair % inner.count),
  }
}

/** Spans that a filter keeps (1 by span; undefined: all) and that touch a stretch of time (undefined: any). */
export function* countedSpans(
  { size, start, end }: Pick<TraceColumns, 'size' | 'start' | 'end'>,
  kept: Uint8Array | undefined,
  window: { readonly start: number; readonly end: number } | undefined,
): SlicedWork<{ readonly included: Uint8Array | undefined; readonly count: number }> {
  if (kept === undefined && window === undefined) return { included: undefined, count: size }
  const included = new Uint8Array(size)
  let count = 0
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    if (kept !== undefined && kept[i] === 0) continue
    if (window !== undefined && (start[i] > window.end || Math.max(start[i], end[i]) < window.start)) continue
    included[i] = 1
    count++
  }
  return { included, count }
}
