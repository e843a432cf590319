/** The spans of a trace gathered by path: one node for all spans with the same services and names from the root down. */
import type { DiffInput } from './diff-input.ts'

/** Node 0 stands above all roots and has no span. A node stands before those below it. */
export interface PathTree {
  readonly nodeCount: number
  readonly parent: Int32Array
  /** Number of service and name, the same number in both trees of a comparison; −1 for node 0. */
  readonly key: Int32Array
  /** Children in the order of their first span, as links; −1 ends. */
  readonly firstChild: Int32Array
  readonly nextSibling: Int32Array
  readonly previousSibling: Int32Array
  readonly lastChild: Int32Array
  readonly childCount: Uint32Array
  /** Index of the first span; −1 for node 0. */
  readonly firstSpan: Int32Array
  /** Spans of node n: `spans[spanStart[n]]` up to `spans[spanStart[n + 1]]`, ascending. */
  readonly spanStart: Uint32Array
  readonly spans: Uint32Array
  /** Node by span. */
  readonly nodeOf: Uint32Array
}

/** Paths of a former tree whose spans count as children of a path further up, by path: through a layer around some of them. */
export interface LiftedPaths {
  readonly tree: PathTree
  readonly to: ReadonlyMap<number, number>
}

/** Linear. `keyOf`: the number that both trees share, by the input's own key. */
export function pathTree(input: DiffInput, keyOf: Uint32Array, keyCount: number, lifted?: LiftedPaths): PathTree {
  const { size, parent: parentSpan, key: keyOfSpan } = input
  const most = size + 1
  const parent = new Int32Array(most).fill(-1)
  const key = new Int32Array(most).fill(-1)
  const firstChild = new Int32Array(most).fill(-1)
  const nextSibling = new Int32Array(most).fill(-1)
  const previousSibling = new Int32Array(most).fill(-1)
  const lastChild = new Int32Array(most).fill(-1)
  const childCount = new Uint32Array(most)
  const firstSpan = new Int32Array(most).fill(-1)
  const nodeOf = new Uint32Array(size)
  const known = new Map<number, number>()
  let nodeCount = 1
  for (let i = 0; i < size; i++) {
    const from = lifted === undefined ? parentSpan[i] : parentOf(input, lifted, i)
    const above = from < 0 ? 0 : nodeOf[from]
    const shared = keyOf[keyOfSpan[i]]
    const place = above * keyCount + shared
    let node = known.get(place)
    if (node === undefined) {
      node = nodeCount++
      known.set(place, node)
      parent[node] = above
      key[node] = shared
      firstSpan[node] = i
      const last = lastChild[above]
      if (last < 0) firstChild[above] = node
      else nextSibling[last] = node
      previousSibling[node] = last
      lastChild[above] = node
      childCount[above]++
    }
    nodeOf[i] = node
  }
  const spanStart = new Uint32Array(nodeCount + 1)
  for (let i = 0; i < size; i++) spanStart[nodeOf[i] + 1]++
  for (let node = 0; node < nodeCount; node++) spanStart[node + 1] += spanStart[node]
  const spans = new Uint32Array(size)
  const next = spanStart.slice()
  for (let i = 0; i < size; i++) spans[next[nodeOf[i]]++] = i
  return {
    nodeCount,
    parent,
    key,
    firstChild,
    nextSibling,
    previousSibling,
    lastChild,
    childCount,
    firstSpan,
    spanStart,
    spans,
    nodeOf,
  }
}

/** The span that span i counts as a child of. */
function parentOf({ parent }: DiffInput, { tree, to }: LiftedPaths, i: number): number {
  const target = to.get(tree.nodeOf[i])
  let above = parent[i]
  if (target === undefined) return above
  while (above >= 0 && tree.nodeOf[above] !== target) above = parent[above]
  return above
}
