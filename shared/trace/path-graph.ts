/**
 * The spans of a trace by path: the services and names from the root down to a span. All spans of one path are one node; nodes
 * form a tree, in which a million repeated queries are one. Nodes are numbered as they are met depth first, so a parent's
 * number is below those of its children, and siblings stand in order of their first span.
 */
import { BREATH, orderInSlices, type SlicedWork } from './sliced-work.ts'
import type { Trace } from './trace.ts'

export interface TracePaths {
  readonly count: number
  /** Path of each span. */
  readonly pathOf: Uint32Array
  /** −1 for paths of roots. */
  readonly parent: Int32Array
  /** 0 for paths of roots. */
  readonly depth: Uint32Array
  readonly maxDepth: number
  /** A span of the path: its first. */
  readonly first: Uint32Array
}

/** One pass over the spans; any depth and any width. */
export function* tracePaths(trace: Trace): SlicedWork<TracePaths> {
  const { size, parent: above, service, services, table, row } = trace
  const pathOf = new Uint32Array(size)
  // Name and service as one small number, then path and that as one: both exact in a double.
  const labels = new Map<number, number>()
  const numbers = new Map<number, number>()
  let parent = new Int32Array(1024)
  let depth = new Uint32Array(1024)
  let first = new Uint32Array(1024)
  let count = 0
  let maxDepth = 0
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    const pair = table.name[row[i]] * (services.length + 1) + service[i]
    let label = labels.get(pair)
    if (label === undefined) labels.set(pair, (label = labels.size))
    const from = above[i] < 0 ? -1 : pathOf[above[i]]
    const key = (from + 1) * 0x200_0000 + label
    let path = numbers.get(key)
    if (path === undefined) {
      path = count++
      numbers.set(key, path)
      if (path === parent.length) {
        parent = grown(parent, new Int32Array(path * 2))
        depth = grown(depth, new Uint32Array(path * 2))
        first = grown(first, new Uint32Array(path * 2))
      }
      parent[path] = from
      depth[path] = from < 0 ? 0 : depth[from] + 1
      first[path] = i
      if (depth[path] > maxDepth) maxDepth = depth[path]
    }
    pathOf[i] = path
  }
  return {
    count,
    pathOf,
    parent: parent.subarray(0, count),
    depth: depth.subarray(0, count),
    maxDepth,
    first: first.subarray(0, count),
  }
}

function grown<T extends Uint32Array | Int32Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}

/** `own` (by path) with all below added: one pass from the last path to the first. */
export function withBelow(paths: Pick<TracePaths, 'count' | 'parent'>, own: ArrayLike<number>): Float64Array {
  const sum = Float64Array.from(own)
  for (let p = paths.count - 1; p >= 0; p--) if (paths.parent[p] >= 0) sum[paths.parent[p]] += sum[p]
  return sum
}

export interface PathChildren {
  /** The children of path p are `list[from[p + 1]]` up to `list[from[p + 2]]`; those of no path (roots) begin at `from[0]`. */
  readonly from: Uint32Array
  readonly list: Uint32Array
}

/** Children of each path: by `weight`, most first, or as they were met without it. */
export function* pathChildren(
  { count, parent }: Pick<TracePaths, 'count' | 'parent'>,
  weight?: Float64Array,
): SlicedWork<PathChildren> {
  let order: Uint32Array | undefined
  if (weight !== undefined) {
    let most = 0
    for (let p = 0; p < count; p++) if (weight[p] > most) most = weight[p]
    order = yield* orderInSlices(weight.map(one => Math.round(most - one)))
  }
  const from = new Uint32Array(count + 2)
  for (let p = 0; p < count; p++) from[parent[p] + 2]++
  for (let p = 1; p < from.length; p++) from[p] += from[p - 1]
  yield
  const at = from.slice()
  const list = new Uint32Array(count)
  for (let k = 0; k < count; k++) {
    const p = order === undefined ? k : order[k]
    list[at[parent[p] + 1]++] = p
    if ((k & BREATH) === BREATH) yield
  }
  return { from, list }
}
