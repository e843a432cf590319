/** Which span of A is which of B, once their paths are known to belong together. */
import type { DiffInput } from './diff-input.ts'
import type { PathMatch } from './match-paths.ts'
import type { PathTree } from './path-tree.ts'

export interface SpanMatch {
  /** Index in B by span of A; −1: only in A. */
  readonly ofA: Int32Array
  readonly ofB: Int32Array
}

/**
 * Spans of a matched path pair up in order of start below the same pair of parents (through layers), where
 * numbers differ first failed ones with failed ones and others with others, then what is left. Linear.
 */
export function matchSpans(a: DiffInput, treeA: PathTree, b: DiffInput, treeB: PathTree, paths: PathMatch): SpanMatch {
  const ofA = new Int32Array(a.size).fill(-1)
  const ofB = new Int32Array(b.size).fill(-1)
  // Spans of B still to be had, below each span of B that is a parent: lists by parent, only for the path at hand.
  const firstOf = new Int32Array(b.size + 1).fill(-1)
  const lastOf = new Int32Array(b.size + 1).fill(-1)
  const countOf = new Int32Array(b.size + 1)
  const next = new Int32Array(b.size).fill(-1)
  for (let node = 1; node < treeA.nodeCount; node++) {
    const other = paths.ofA[node]
    if (other < 0) continue
    const touched: number[] = []
    for (let k = treeB.spanStart[other]; k < treeB.spanStart[other + 1]; k++) {
      const span = treeB.spans[k]
      const above = anchor(b, treeB, paths.ofB, span) + 1
      if (firstOf[above] < 0) {
        firstOf[above] = span
        touched.push(above)
      } else next[lastOf[above]] = span
      lastOf[above] = span
      next[span] = -1
      countOf[above]++
    }
    const spans = treeA.spans.subarray(treeA.spanStart[node], treeA.spanStart[node + 1])
    for (let from = 0; from < spans.length;) {
      const above = anchor(a, treeA, paths.ofA, spans[from])
      let to = from + 1
      while (to < spans.length && anchor(a, treeA, paths.ofA, spans[to]) === above) to++
      const aboveB = above < 0 ? 0 : ofA[above] + 1
      if (above < 0 || aboveB > 0) {
        const pair = (span: number, found: number): void => {
          if (found < 0) return
          ofA[span] = found
          ofB[found] = span
        }
        if (to - from !== countOf[aboveB]) {
          for (let k = from; k < to; k++) {
            pair(
              spans[k],
              takeLike(firstOf, next, aboveB, candidate => b.error[candidate] === a.error[spans[k]]),
            )
          }
        }
        for (let k = from; k < to; k++) if (ofA[spans[k]] < 0) pair(spans[k], takeFirst(firstOf, next, aboveB))
      }
      from = to
    }
    for (const above of touched) {
      firstOf[above] = lastOf[above] = -1
      countOf[above] = 0
    }
  }
  return { ofA, ofB }
}

/** The closest span above whose path is matched; −1 at the top. */
function anchor(input: DiffInput, tree: PathTree, match: Int32Array, span: number): number {
  let above = input.parent[span]
  while (above >= 0 && match[tree.nodeOf[above]] < 0) above = input.parent[above]
  return above
}

/** How far ahead a better one is looked for: retries and batches are short. */
const MOST_AHEAD = 8

/** Takes the first of a list; −1 when it is empty. */
function takeFirst(firstOf: Int32Array, next: Int32Array, list: number): number {
  const first = firstOf[list]
  if (first >= 0) firstOf[list] = next[first]
  return first
}

/** Takes the first of the next few of a list that is `alike`; −1 when none is. */
function takeLike(firstOf: Int32Array, next: Int32Array, list: number, alike: (span: number) => boolean): number {
  const first = firstOf[list]
  if (first < 0 || alike(first)) return takeFirst(firstOf, next, list)
  let before = first
  for (let span = next[first], n = 0; span >= 0 && n < MOST_AHEAD; span = next[span], n++) {
    if (alike(span)) {
      next[before] = next[span]
      return span
    }
    before = span
  }
  return -1
}
