// From the address and the trace to what is on screen: indices for ids, and back. Pure.

import type { CriticalPath } from '#shared/trace/critical-path.ts'
import type { Folding } from '#shared/trace/folding.ts'
import type { LinkPairs } from '#shared/trace/span-links.ts'
import type { SelfTimes } from '#shared/trace/self-time.ts'
import { SPAN_ERROR, spanOfRef, spanRefOf } from '#shared/trace/trace.ts'
import type { Trace, TraceColumns } from '#shared/trace/trace.ts'
import type { TraceUrl } from './url.ts'

/** What an address says of rows. */
export type FoldingUrl = Pick<TraceUrl, 'level' | 'openBelow' | 'toggled' | 'folds' | 'unfolded' | 'revealed'>

/** Folding by index; ids that the trace does not have are left out. */
export function foldingFromUrl(trace: Trace, url: FoldingUrl): Folding {
  const indices = (ids: readonly string[]): number[] => ids.map(id => spanOfRef(trace, id)).filter(i => i >= 0)
  return {
    level: url.level,
    openBelow: indices(url.openBelow),
    toggled: indices(url.toggled),
    folds: url.folds,
    unfolded: indices(url.unfolded),
    revealed: indices(url.revealed),
  }
}

/** The same for the address. */
export function foldingToUrl(trace: Trace, folding: Folding): FoldingUrl {
  const ids = (indices: readonly number[]): readonly string[] => indices.map(i => spanRefOf(trace, i))
  return {
    level: folding.level,
    openBelow: ids(folding.openBelow),
    toggled: ids(folding.toggled),
    folds: folding.folds,
    unfolded: ids(folding.unfolded),
    revealed: ids(folding.revealed),
  }
}

/** The next (`by` 1) or previous span of `list` (ascending indices) from `at`, around the end; −1 for an empty list. */
export function stepThrough(list: ArrayLike<number>, at: number, by: 1 | -1): number {
  const n = list.length
  if (n === 0) return -1
  let low = 0
  let high = n
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle] < at) low = middle + 1
    else high = middle
  }
  if (by === 1) return list[low < n && list[low] === at ? (low + 1) % n : low % n]
  return list[(low - 1 + n) % n]
}

/** Place of `at` in `list` from 1 on; 0 when it is not one of them. */
export function placeIn(list: ArrayLike<number>, at: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle] < at) low = middle + 1
    else high = middle
  }
  return list[low] === at ? low + 1 : 0
}

/** Spans whose own status is error, ascending. */
export function errorSpans(marks: Uint8Array): Uint32Array {
  const found: number[] = []
  for (let i = 0; i < marks.length; i++) if ((marks[i] & SPAN_ERROR) !== 0) found.push(i)
  return Uint32Array.from(found)
}

/** Spans that the caller waited for, ascending. */
export function criticalSpans(path: CriticalPath): Uint32Array {
  const spans = path.span.slice(0, path.count).sort()
  let count = 0
  for (let k = 0; k < spans.length; k++) if (k === 0 || spans[k] !== spans[k - 1]) spans[count++] = spans[k]
  return spans.subarray(0, count)
}

/** 1 for each span that the caller waited for, by span. */
export function criticalMarks(path: CriticalPath, size: number): Uint8Array {
  const marks = new Uint8Array(size)
  for (let k = 0; k < path.count; k++) marks[path.span[k]] = 1
  return marks
}

/** The spans at both ends of each link, one link after the other: what *next link* steps through. */
export function linkedSpans(links: LinkPairs | undefined): readonly number[] {
  const spans: number[] = []
  for (let k = 0; k < (links?.count ?? 0); k++) spans.push(links?.from[k] ?? 0, links?.to[k] ?? 0)
  return [...new Set(spans)]
}

/** Whether clocks disagree, be the times moved or as sent. */
export function hasSkew(trace: TraceColumns): boolean {
  return trace.problems.some(({ kind }) => kind === 'clock_skew')
}

/** The spans with the most self time, most first; at most `most`. One pass, whatever the size. */
export function slowSpans(self: SelfTimes, most: number): readonly number[] {
  const found: number[] = []
  for (let i = 0; i < self.length; i++) {
    if (self[i] <= 0 || (found.length === most && self[i] <= self[found[most - 1]])) continue
    let at = found.length
    while (at > 0 && self[found[at - 1]] < self[i]) at--
    found.splice(at, 0, i)
    if (found.length > most) found.pop()
  }
  return found
}
