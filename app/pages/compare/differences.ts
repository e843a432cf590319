// The rows of the table as they are asked for, and the pair of spans that stands for a place. Pure.

import type { DiffRow, DiffSums, RowGroup } from '#shared/trace/diff/diff-rows.ts'
import { diffRows } from '#shared/trace/diff/diff-rows.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import { BREATH, sortInSlices } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { spanOfRef, spanRefOf } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import type { ChosenSpan, DifferenceOrder, Measure } from './url.ts'

export interface DifferenceSums {
  readonly a: DiffSums
  readonly b: DiffSums
}

/** Every row of a comparison, in the order of their places. */
export interface AllRows {
  readonly size: number
  readonly rows: readonly DiffRow[]
  readonly sums: DifferenceSums
}

export function* allRows(diff: TraceDiff, by: RowGroup): SlicedWork<AllRows> {
  const rows = yield* diffRows(diff, by)
  return { size: rows.length, rows, sums: yield* sumOf(rows) }
}

/** Rows as the table shows them: filtered and ordered. The input stays as it is. */
export function* shownRows(
  rows: readonly DiffRow[],
  view: {
    readonly all: boolean
    readonly measure: Measure
    readonly order: DifferenceOrder
    readonly reversed: boolean
  },
): SlicedWork<readonly DiffRow[]> {
  const { all, measure, order, reversed } = view
  const shown: DiffRow[] = []
  for (const [index, row] of rows.entries()) {
    if (all || row.change !== 'same' || isMoved(row, measure, rows)) shown.push(row)
    if ((index & BREATH) === BREATH) yield
  }
  const key = (row: DiffRow): number => {
    switch (order) {
      case 'count':
        return Math.abs(row.b.count - row.a.count)
      case 'errors':
        return Math.abs(row.b.errors - row.a.errors) * 1e6 + row.b.errors
      case 'a':
        return row.a[measure]
      case 'b':
        return row.b[measure]
      default:
        return Math.abs(differenceOf(row, measure))
    }
  }
  // Sorting asks for them again and again.
  const keys = order === 'operation' ? undefined : Float64Array.from(shown, key)
  const sorted = yield* sortInSlices(
    shown.length,
    (x, y) => (keys === undefined ? 0 : keys[y] - keys[x]) || byOperation(shown[x], shown[y]),
  )
  if (reversed) sorted.reverse()
  return Array.from(sorted, index => shown[index])
}

/** Its measure moved by a hundredth of what all of them moved: not the same, whatever its total says. */
function isMoved(row: DiffRow, measure: Measure, rows: readonly DiffRow[]): boolean {
  return Math.abs(differenceOf(row, measure)) > 0.01 * largestDifference(rows, measure)
}

/** B − A, ns. */
export function differenceOf({ a, b }: DiffRow, measure: Measure): number {
  return b[measure] - a[measure]
}

const largest = new WeakMap<readonly DiffRow[], Map<Measure, number>>()

/** The largest |B − A|, ns; 0 when nothing differs. */
export function largestDifference(rows: readonly DiffRow[], measure: Measure): number {
  const known = largest.get(rows) ?? new Map<Measure, number>()
  largest.set(rows, known)
  let most = known.get(measure)
  if (most === undefined) {
    most = 0
    for (const row of rows) most = Math.max(most, Math.abs(differenceOf(row, measure)))
    known.set(measure, most)
  }
  return most
}

function* sumOf(rows: readonly DiffRow[]): SlicedWork<DifferenceSums> {
  const a = { count: 0, errors: 0, total: 0, self: 0, critical: 0 }
  const b = { ...a }
  const add = (sums: typeof a, more: DiffSums): void => {
    sums.count += more.count
    sums.errors += more.errors
    sums.total += more.total
    sums.self += more.self
    sums.critical += more.critical
  }
  for (const [index, row] of rows.entries()) {
    add(a, row.a)
    add(b, row.b)
    if ((index & BREATH) === BREATH) yield
  }
  return { a, b }
}

/** The row that holds a place. */
export function rowWith(rows: readonly DiffRow[], diff: TraceDiff, place: number): DiffRow | undefined {
  // By paths a row is a place.
  if (rows[place]?.place === place) return rows[place]
  const { service, name } = diff.keys[diff.key[place]]
  return rows.find(row => row.service === service && (row.name === undefined || row.name === name))
}

function byOperation(x: DiffRow, y: DiffRow): number {
  return byText(x.service ?? '', y.service ?? '') || byText(x.name ?? '', y.name ?? '') || x.place - y.place
}

function byText(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}

/** The place of a chosen span; −1 when the trace has no such span. */
export function placeOf(diff: TraceDiff, a: Trace, b: Trace, chosen: ChosenSpan | undefined): number {
  if (chosen === undefined) return -1
  const span = spanOfRef(chosen.side === 'a' ? a : b, chosen.spanId)
  return span < 0 ? -1 : diff[chosen.side].placeOf[span]
}

/** A span that tells a place: the first of B, else of A. */
export function spanOf(diff: TraceDiff, a: Trace, b: Trace, place: number): ChosenSpan | undefined {
  for (const side of ['b', 'a'] as const) {
    const { spanStart, spans } = diff[side]
    const trace = side === 'a' ? a : b
    if (spanStart[place + 1] > spanStart[place]) return { side, spanId: spanRefOf(trace, spans[spanStart[place]]) }
  }
  return undefined
}

/** A chosen span and its partner; undefined when the trace has no such span. */
export function pairOfSpan(diff: TraceDiff, a: Trace, b: Trace, chosen: ChosenSpan): SpanPair | undefined {
  const span = spanOfRef(chosen.side === 'a' ? a : b, chosen.spanId)
  if (span < 0) return undefined
  return chosen.side === 'a' ? { a: span, b: diff.matchOfA[span] } : { a: diff.matchOfB[span], b: span }
}

/** Two spans to look at; −1: that trace has none. */
export interface SpanPair {
  readonly a: number
  readonly b: number
}

/** Of a place the pair whose durations differ most, of what is in one trace only the longest. */
export function pairOf(diff: TraceDiff, a: Trace, b: Trace, place: number): SpanPair {
  const length = (trace: Trace, span: number): number => (span < 0 ? 0 : trace.end[span] - trace.start[span])
  let best: SpanPair = { a: -1, b: -1 }
  let most = -1
  const consider = (pair: SpanPair): void => {
    const both = pair.a >= 0 && pair.b >= 0
    const size = both ? Math.abs(length(b, pair.b) - length(a, pair.a)) : Math.max(length(a, pair.a), length(b, pair.b))
    const hasBoth = best.a >= 0 && best.b >= 0
    if (best.a + best.b === -2 || (both && !hasBoth) || (both === hasBoth && size > most)) {
      best = pair
      most = size
    }
  }
  for (let k = diff.b.spanStart[place]; k < diff.b.spanStart[place + 1]; k++) {
    consider({ a: diff.matchOfB[diff.b.spans[k]], b: diff.b.spans[k] })
  }
  for (let k = diff.a.spanStart[place]; k < diff.a.spanStart[place + 1]; k++) {
    if (diff.matchOfA[diff.a.spans[k]] < 0) consider({ a: diff.a.spans[k], b: -1 })
  }
  return best
}
