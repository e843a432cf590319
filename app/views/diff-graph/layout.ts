/** Places of a comparison as a tree from left to right: a column a level, leaves under one another. Pure; pixels. */
import type { PlaceTree } from '#shared/trace/diff/place-tree.ts'

export const NODE = { width: 208, height: 40 } as const
const GAP = { x: 36, y: 10 } as const
const MARGIN = 16

export interface DiffGraphLayout {
  /** Places, parents first. */
  readonly places: Uint32Array
  /** Index into `places` of the closest place above; −1: none. */
  readonly parent: Int32Array
  /** Left upper corner of each. */
  readonly x: Float64Array
  readonly y: Float64Array
  readonly width: number
  readonly height: number
}

/** `places`: ascending. One whose parent is left out hangs below the closest that is there. */
export function layoutDiffGraph(tree: PlaceTree, places: Uint32Array): DiffGraphLayout {
  const count = places.length
  const index = new Map<number, number>()
  const parent = new Int32Array(count).fill(-1)
  const level = new Uint32Array(count)
  let deepest = 0
  for (let k = 0; k < count; k++) {
    index.set(places[k], k)
    for (let above = tree.parent[places[k]]; above >= 0; above = tree.parent[above]) {
      const found = index.get(above)
      if (found === undefined) continue
      parent[k] = found
      level[k] = level[found] + 1
      break
    }
    deepest = Math.max(deepest, level[k])
  }
  const x = new Float64Array(count)
  const y = new Float64Array(count).fill(-1)
  const first = new Float64Array(count).fill(-1)
  const last = new Float64Array(count)
  const isParent = new Uint8Array(count)
  for (let k = 0; k < count; k++) if (parent[k] >= 0) isParent[parent[k]] = 1
  let leaves = 0
  for (let k = 0; k < count; k++) {
    x[k] = MARGIN + level[k] * (NODE.width + GAP.x)
    if (isParent[k] === 0) y[k] = MARGIN + leaves++ * (NODE.height + GAP.y)
  }
  for (let k = count - 1; k >= 0; k--) {
    if (isParent[k] === 1) y[k] = (first[k] + last[k]) / 2
    const above = parent[k]
    if (above < 0) continue
    if (first[above] < 0) last[above] = y[k]
    first[above] = y[k]
  }
  return {
    places,
    parent,
    x,
    y,
    width: count === 0 ? 0 : 2 * MARGIN + deepest * (NODE.width + GAP.x) + NODE.width,
    height: count === 0 ? 0 : 2 * MARGIN + leaves * (NODE.height + GAP.y) - GAP.y,
  }
}

/** At most `most` places: those with the largest `size` and all that is above them; ascending. */
export function largestPlaces(
  tree: PlaceTree,
  places: Uint32Array,
  size: (place: number) => number,
  most: number,
): Uint32Array {
  if (places.length <= most) return places
  const shown = new Set(places)
  const kept = new Set<number>()
  for (const place of Array.from(places).sort((x, y) => size(y) - size(x) || x - y)) {
    const way: number[] = []
    for (let one = place; one >= 0 && !kept.has(one); one = tree.parent[one]) if (shown.has(one)) way.push(one)
    // A deep one may have more above it than there is room for: the next one may still fit.
    if (kept.size + way.length > most) continue
    for (const one of way) kept.add(one)
    if (kept.size === most) break
  }
  return Uint32Array.from(kept).sort()
}
