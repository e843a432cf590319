/** Two traces side by side by service and name: how many spans, how long together. */
import { selfTimes } from './self-time.ts'
import { spanDuration, type Trace } from './trace.ts'

export interface CompareSide {
  readonly count: number
  /** Sum of the spans' durations, ns; they may overlap. A span that ends early counts as 0. */
  readonly totalNs: number
  /** Sum of the spans' self times (self-time.ts), ns. */
  readonly selfNs: number
  readonly errorCount: number
}

export interface CompareRow {
  /** Undefined: no service is named. */
  readonly service: string | undefined
  readonly name: string
  readonly a: CompareSide
  readonly b: CompareSide
}

const NONE: CompareSide = { count: 0, totalNs: 0, selfNs: 0, errorCount: 0 }

/**
 * One row a service and name that occurs in either; the largest change of total duration first, then by service and name.
 * `selfA`, `selfB`: of `selfTimes`, when the caller has them.
 */
export function compareTraces(a: Trace, b: Trace, selfA = selfTimes(a), selfB = selfTimes(b)): CompareRow[] {
  const rows = new Map<string, { service: string | undefined; name: string; a: CompareSide; b: CompareSide }>()
  const sides = [
    ['a', a, selfA],
    ['b', b, selfB],
  ] as const
  for (const [side, trace, self] of sides) {
    for (const { service, name, ...sums } of sumsOf(trace, self)) {
      const key = `${service === undefined ? '' : `=${service}`}\u0000${name}`
      const row = rows.get(key) ?? { service, name, a: NONE, b: NONE }
      row[side] = sums
      rows.set(key, row)
    }
  }
  const change = (row: CompareRow): number => Math.abs(row.b.totalNs - row.a.totalNs)
  return [...rows.values()].sort(
    (x, y) => change(y) - change(x) || compareText(x.service ?? '', y.service ?? '') || compareText(x.name, y.name),
  )
}

function compareText(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}

function sumsOf(trace: Trace, self: Float64Array): (CompareSide & { service: string | undefined; name: string })[] {
  const sums = new Map<number, { span: number; count: number; totalNs: number; selfNs: number; errorCount: number }>()
  const { name, status, dictionary } = trace.table
  for (let i = 0; i < trace.size; i++) {
    const key = name[trace.row[i]] * trace.services.length + trace.service[i]
    let sum = sums.get(key)
    if (sum === undefined) {
      sum = { span: i, count: 0, totalNs: 0, selfNs: 0, errorCount: 0 }
      sums.set(key, sum)
    }
    sum.count++
    sum.totalNs += Math.max(0, spanDuration(trace, i))
    sum.selfNs += self[i]
    if (status[trace.row[i]] === 2) sum.errorCount++
  }
  return [...sums.values()].map(({ span, ...sum }) => ({
    service: trace.services[trace.service[span]],
    name: dictionary.text(name[trace.row[span]]),
    ...sum,
  }))
}
