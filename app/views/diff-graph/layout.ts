/** Places of a comparison as a tree from left to right: a column a level, leaves under one another. Pure; pixels. */
import { quickselect } from 'd3'
import type { PlaceTree } from '#shared/trace/diff/place-tree.ts'
import { BREATH } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'

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

/** At most `most` places: those with the largest `size` and all that is above them; ascending. With breaths. */
export function* largestPlaces(
  tree: PlaceTree,
  places: Uint32Array,
  size: (place: number) => number,
  most: number,
): SlicedWork<Uint32Array> {
  if (places.length <= most) return places
  const count = places.length
  // Depth among the places shown: how much stands above one and is not kept yet is known without walking there.
  const level = new Uint32Array(tree.size)
  for (const place of places) level[place] = 1
  for (let place = 0; place < tree.size; place++) {
    if ((place & BREATH) === BREATH) yield
    if (tree.parent[place] >= 0) level[place] += level[tree.parent[place]]
  }
  const isShown = (place: number): boolean => level[place] > (tree.parent[place] < 0 ? 0 : level[tree.parent[place]])
  const isKept = new Uint8Array(tree.size)
  let kept = 0
  let deepest = 0
  const sizes = new Float64Array(count)
  for (let k = 0; k < count; k++) {
    if ((k & BREATH) === BREATH) yield
    sizes[k] = size(places[k])
  }
  const partlyOrdered = sizes.slice()
  // The largest first, ever more of them at a time: to sort all would take longer than the frame that draws a few hundred.
  for (let taken = 0, below = Infinity, wanted = most; taken < count && kept < most; wanted *= 2) {
    const at = Math.max(0, count - taken - wanted)
    yield
    quickselect(partlyOrdered, at)
    yield
    const least = partlyOrdered[at]
    const batch: number[] = []
    for (let k = 0; k < count; k++) {
      if ((k & BREATH) === BREATH) yield
      if (sizes[k] >= least && sizes[k] < below) batch.push(k)
    }
    for (const k of batch.sort((x, y) => sizes[y] - sizes[x] || x - y)) {
      // A deep one may have more above it than there is room for: the next one may still fit.
      const room = most - kept
      if (room === 0) break
      if (level[places[k]] - deepest > room) continue
      const way: number[] = []
      for (let one = places[k]; one >= 0 && isKept[one] === 0 && way.length <= room; one = tree.parent[one]) {
        if (isShown(one)) way.push(one)
      }
      if (way.length > room) continue
      for (const one of way) {
        isKept[one] = 1
        deepest = Math.max(deepest, level[one])
      }
      kept += way.length
    }
    taken += batch.length
    below = least
  }
  yield
  return places.filter(place => isKept[place] === 1)
}
