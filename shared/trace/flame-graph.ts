/**
 * A trace by path as lanes: a path is as wide as its self time and that of all below it, so children never exceed their parent,
 * whatever ran at the same time; the heaviest stands left. The widths of all roots together are all work of the trace.
 */
import type { SelfTimes } from './self-time.ts'
import { itemsByLane, type Lanes, makeLanes } from './flame-lanes.ts'
import { pathChildren, type TracePaths, withBelow } from './path-graph.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'

/** Items are paths, lanes their depths, from and to ns of work. */
export interface FlameGraph extends Lanes {
  /** Self time of each path and all below it, ns. */
  readonly work: Float64Array
  /** All of it. */
  readonly total: number
}

/** `self`: self time by path, ns. Paths without any work (filtered out, or of no time) have no width. */
export function* flameGraph(paths: TracePaths, self: SelfTimes): SlicedWork<FlameGraph> {
  const { count, depth, maxDepth } = paths
  const work = withBelow(paths, self)
  yield
  const children = yield* pathChildren(paths, work)
  const from = new Float64Array(count)
  const to = new Float64Array(count)
  let total = 0
  // A parent's number is below its children's, so its place is known when they are put into it.
  for (let p = -1; p < count; p++) {
    let x = p < 0 ? 0 : from[p]
    for (let k = children.from[p + 1]; k < children.from[p + 2]; k++) {
      const child = children.list[k]
      from[child] = x
      x += work[child]
      to[child] = x
    }
    if (p < 0) total = x
    if ((p & BREATH) === BREATH) yield
  }
  const order = yield* acrossOrder(paths, children)
  const { first, item } = yield* itemsByLane(depth, maxDepth + 1, order)
  return { ...(yield* makeLanes(first, item, from, to)), work, total }
}

/** All paths depth first, the children of each in their order: in a lane they come from left to right. */
function* acrossOrder(
  { count }: TracePaths,
  children: { readonly from: Uint32Array; readonly list: Uint32Array },
): SlicedWork<Uint32Array> {
  const order = new Uint32Array(count)
  const open = new Uint32Array(count)
  let top = 0
  const push = (p: number): void => {
    for (let k = children.from[p + 2]; k-- > children.from[p + 1];) open[top++] = children.list[k]
  }
  push(-1)
  let n = 0
  while (top > 0) {
    const p = open[--top]
    order[n++] = p
    push(p)
    if ((n & BREATH) === BREATH) yield
  }
  return order
}
