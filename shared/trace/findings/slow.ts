/** Where the time went when nothing else explains it: one span that calls nothing, or a stretch that nobody accounts for. */
import type { Trace } from '#shared/trace/trace.ts'
import { cost, type FindingsInput, type Found } from './finding.ts'

/**
 * One span with nothing below it must hold half of the time, and more where few share it: of two, one is always the longer.
 * `k`: how many such spans the caller waited for.
 */
const slowShare = (k: number): number => 0.5 + 0.3 / k
/** Of so many alike, one that is not so many times as long as the middle one is only the longest of them. */
const ALIKE_FROM = 4
const OUTLIER = 4
/** Ordinary work between calls is a small part; a quarter of all the time in one stretch is not. */
const GAP_SHARE = 0.25

/** The slowest span that calls nothing, when it is slow. */
export function slowSpans(input: FindingsInput): readonly Found[] {
  const { trace, path, own } = input
  let span = -1
  let leaves = 0
  for (let k = 0; k < path.count; k++) {
    const i = path.span[k]
    if (trace.childCount[i] > 0) continue
    leaves++
    if (span < 0 || own[i] > own[span]) span = i
  }
  // A trace of one span is that span.
  if (span < 0 || span === input.root) return []
  const { ns, share } = cost(input, own[span])
  if (share < slowShare(leaves) || isOrdinaryAmongAlike(trace, span)) return []
  return [{ finding: { kind: 'slow_span', span, ns, share }, weight: share }]
}

/** Whether its siblings of the same name take about as long. */
function isOrdinaryAmongAlike({ parent, subtreeEnd, service, row, table, start, end }: Trace, span: number): boolean {
  const name = table.name[row[span]]
  const above = parent[span]
  const others: number[] = []
  for (let i = above + 1; i < subtreeEnd[above]; i = subtreeEnd[i]) {
    if (i !== span && service[i] === service[span] && table.name[row[i]] === name) others.push(end[i] - start[i])
  }
  if (others.length < ALIKE_FROM) return false
  others.sort((a, b) => a - b)
  return end[span] - start[span] < OUTLIER * others[others.length >>> 1]
}

/** Stretches of spans that call others, in which nothing that they call runs. */
export function longGaps(input: FindingsInput): readonly Found[] {
  const { trace, path } = input
  const found: Found[] = []
  for (let k = 0; k < path.count; k++) {
    const span = path.span[k]
    const from = path.bounds[k]
    // Children that take no time part a stretch without filling it.
    while (k + 1 < path.count && path.span[k + 1] === span) k++
    const to = path.bounds[k + 1]
    const { ns, share } = cost(input, to - from)
    if (trace.childCount[span] === 0 || share < GAP_SHARE) continue
    // All that it calls runs after or before it: within it there is nothing that the stretch would lie between.
    if (from <= trace.start[span] && to >= trace.end[span] && isAloneInTime(trace, span)) continue
    const next = k + 1 < path.count ? path.span[k + 1] : -1
    const before = next >= 0 ? childTowards(trace.parent, next, span) : -1
    found.push({ finding: { kind: 'gap', span, from, to, before, ns, share }, weight: share })
  }
  return found
}

/** Whether no child runs while the span does; with clocks as sent they may run before it too. */
function isAloneInTime({ subtreeEnd, start, end }: Trace, span: number): boolean {
  for (let i = span + 1; i < subtreeEnd[span]; i = subtreeEnd[i])
    if (start[i] < end[span] && end[i] > start[span]) return false
  return true
}

/** The child of `span` that `inner` is or stands below; −1 when `inner` is not below it. */
function childTowards(parent: Int32Array, inner: number, span: number): number {
  for (let i = inner; i >= 0 && i > span; i = parent[i]) if (parent[i] === span) return i
  return -1
}
