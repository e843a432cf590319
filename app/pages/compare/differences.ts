// From the rows of two compared traces to what the table says of each. Pure.

import type { LoadedTrace } from '#app/api/loaded-trace.ts'
import { compareTraces } from '#shared/trace/compare-table.ts'
import type { CompareRow } from '#shared/trace/compare-table.ts'
import type { DifferenceOrder } from './url.ts'

/** `same`: as many spans, and within 5 % of A's duration. */
export type ChangeKind = 'added' | 'removed' | 'slower' | 'faster' | 'same'

export interface Difference extends CompareRow {
  readonly change: ChangeKind
  /** B's total duration minus A's, ns. */
  readonly differenceNs: number
}

export interface DifferenceSums {
  readonly countA: number
  readonly countB: number
  readonly totalA: number
  readonly totalB: number
}

export interface Comparison {
  /** All of them, the largest difference first. */
  readonly differences: readonly Difference[]
  readonly changed: number
  /** The largest |differenceNs|, ns; 0 when nothing differs. */
  readonly largestNs: number
  readonly sums: DifferenceSums
  /** The row whose self time differs most: where the difference comes from, not the spans around it. */
  readonly source: Difference | undefined
}

/** Durations that differ by less than this share of A's count as the same. */
const SAME_WITHIN = 0.05

/** By service and name, all of both traces. */
export function compare(a: LoadedTrace, b: LoadedTrace): Comparison {
  const differences = compareTraces(a.trace, b.trace, a.self, b.self).map((row): Difference => ({
    ...row,
    change: changeOf(row),
    differenceNs: row.b.totalNs - row.a.totalNs,
  }))
  const sums = { countA: 0, countB: 0, totalA: 0, totalB: 0 }
  let changed = 0
  let largestNs = 0
  let source: Difference | undefined
  for (const row of differences) {
    sums.countA += row.a.count
    sums.countB += row.b.count
    sums.totalA += row.a.totalNs
    sums.totalB += row.b.totalNs
    if (row.change !== 'same') changed++
    if (source === undefined || Math.abs(selfDifference(row)) > Math.abs(selfDifference(source))) source = row
    largestNs = Math.max(largestNs, Math.abs(row.differenceNs))
  }
  return { differences, changed, largestNs, sums, source }
}

/** B's self time minus A's, ns. */
export function selfDifference({ a, b }: CompareRow): number {
  return b.selfNs - a.selfNs
}

/** What became of a row from A to B. A changed number of spans alone is a change in the direction of its duration. */
export function changeOf({ a, b }: CompareRow): ChangeKind {
  if (a.count === 0) return 'added'
  if (b.count === 0) return 'removed'
  const difference = b.totalNs - a.totalNs
  if (Math.abs(difference) <= a.totalNs * SAME_WITHIN && a.count === b.count) return 'same'
  return difference > 0 ? 'slower' : difference < 0 ? 'faster' : 'same'
}

/** Rows as the table shows them: filtered and ordered. The input stays as it is. */
export function shownDifferences(
  differences: readonly Difference[],
  onlyChanged: boolean,
  order: DifferenceOrder,
): readonly Difference[] {
  const rows = onlyChanged ? differences.filter(({ change }) => change !== 'same') : differences
  return order === 'size' ? rows : rows.toSorted(byOperation)
}

function byOperation(x: Difference, y: Difference): number {
  return byText(x.service ?? '', y.service ?? '') || byText(x.name, y.name)
}

function byText(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}
