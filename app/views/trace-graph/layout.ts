// Paths -> boxes: the root at the left, children to its right in order of time, a parent level with its first child so that the
// main road runs straight; small paths of one parent in one fold. Pure; a tree needs no solver, so this is a few passes over
// arrays and not Graphviz. Lengths in CSS pixels, y downwards.

import type { PathChildren, TracePaths } from '#shared/trace/path-graph.ts'
import { BREATH, sortInSlices } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'

export interface PathNode {
  /** −1 for a fold. */
  readonly path: number
  /** Index of the node it hangs on; −1 for a root. */
  readonly up: number
  readonly depth: number
  readonly x: number
  readonly y: number
  readonly height: number
  /** Paths in a fold, and their work with all below. */
  readonly folded: number
  readonly work: number
}

export interface PathGraphLayout {
  readonly nodes: readonly PathNode[]
  readonly width: number
  readonly height: number
  /** Paths with a node, and those in folds. */
  readonly shown: number
  readonly folded: number
  /** Node of a path; that of the fold which holds it; −1 for paths without spans. */
  readonly nodeOf: (path: number) => number
}

export const NODE_WIDTH = 184
export const NODE_HEIGHT = 56
export const FOLD_HEIGHT = 20
const COLUMN_GAP = 36
const ROW_GAP = 7
const MARGIN = 14
/** Paths with less of all work than this fold. */
const FOLD_BELOW = 0.02
/** More nodes than this are not drawn, heaviest first: nobody reads them, and the table has all. */
export const MOST_NODES = 4000

/** `work`, `errors`: of a path and all below it; `counted`: spans of a path and all below. */
export function* layOutPaths(
  paths: TracePaths,
  children: PathChildren,
  { work, errors, counted }: { work: Float64Array; errors: Float64Array; counted: Float64Array },
  smallPaths: boolean,
): SlicedWork<PathGraphLayout> {
  const shown = yield* chosenPaths(paths, { work, errors, counted }, smallPaths)
  const nodes: {
    path: number
    up: number
    depth: number
    x: number
    y: number
    height: number
    folded: number
    work: number
    children: number
    firstChild: number
  }[] = []
  const node = new Int32Array(paths.count).fill(-1)
  let shownCount = 0
  let foldedCount = 0
  let steps = 0
  const add = (path: number, up: number, folded: number, foldWork: number): number => {
    const depth = up < 0 ? 0 : nodes[up].depth + 1
    const at = nodes.length
    nodes.push({
      path,
      up,
      depth,
      x: MARGIN + depth * (NODE_WIDTH + COLUMN_GAP),
      y: 0,
      height: path < 0 ? FOLD_HEIGHT : NODE_HEIGHT,
      folded,
      work: foldWork,
      children: 0,
      firstChild: -1,
    })
    if (up >= 0) {
      if (nodes[up].children++ === 0) nodes[up].firstChild = at
    }
    return at
  }
  /** Depth first, so that nodes stand in the order of their rows. −2 − p: the fold below node p. */
  const open: number[] = []
  const pushChildren = (path: number, at: number): void => {
    let small = 0
    for (let k = children.from[path + 2]; k-- > children.from[path + 1];) {
      const child = children.list[k]
      if (counted[child] === 0) continue
      if (shown[child] === 1) continue
      small++
    }
    if (small > 0) open.push(-2 - at)
    for (let k = children.from[path + 2]; k-- > children.from[path + 1];) {
      const child = children.list[k]
      if (shown[child] === 1) open.push(child)
    }
  }
  pushChildren(-1, -1)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ((steps++ & 1023) === 1023) yield
    if (next >= 0) {
      const parent = paths.parent[next]
      node[next] = add(next, parent < 0 ? -1 : node[parent], 0, work[next])
      shownCount++
      pushChildren(next, node[next])
      continue
    }
    const at = -2 - next
    const parent = at < 0 ? -1 : nodes[at].path
    let sum = 0
    let inFold = 0
    const fold = nodes.length
    const inside: number[] = []
    for (let k = children.from[parent + 1]; k < children.from[parent + 2]; k++) {
      const child = children.list[k]
      if (shown[child] === 1 || counted[child] === 0) continue
      sum += work[child]
      inside.push(child)
    }
    for (let path = inside.pop(); path !== undefined; path = inside.pop()) {
      if ((steps++ & BREATH) === BREATH) yield
      inFold++
      node[path] = fold
      for (let k = children.from[path + 1]; k < children.from[path + 2]; k++) {
        if (counted[children.list[k]] > 0) inside.push(children.list[k])
      }
    }
    add(-1, at, inFold, sum)
    foldedCount += inFold
  }
  // Rows: leaves below one another, parents level with their first child; then down where a column is taken.
  let y = MARGIN
  for (const one of nodes) {
    if (one.children > 0) continue
    one.y = y
    y += one.height + ROW_GAP
  }
  for (let i = nodes.length - 1; i >= 0; i--) if (nodes[i].firstChild >= 0) nodes[i].y = nodes[nodes[i].firstChild].y
  yield
  const bottom: number[] = []
  let height = 0
  let width = 0
  for (const one of nodes) {
    one.y = Math.max(one.y, (bottom[one.depth] ?? 0) + ROW_GAP)
    bottom[one.depth] = one.y + one.height
    if (bottom[one.depth] > height) height = bottom[one.depth]
    if (one.x + NODE_WIDTH > width) width = one.x + NODE_WIDTH
  }
  return {
    nodes,
    width: width + MARGIN,
    height: height + MARGIN,
    shown: shownCount,
    folded: foldedCount,
    nodeOf: path => node[path],
  }
}

/** 1 for each path that gets a node: with work enough, or an error in it; never a path without its parent. */
function* chosenPaths(
  paths: TracePaths,
  { work, errors, counted }: { work: Float64Array; errors: Float64Array; counted: Float64Array },
  smallPaths: boolean,
): SlicedWork<Uint8Array> {
  const shown = new Uint8Array(paths.count)
  let total = 0
  let wanted = 0
  for (let p = 0; p < paths.count; p++) if (paths.parent[p] < 0) total += work[p]
  const wants = (p: number): boolean =>
    counted[p] > 0 && (smallPaths || paths.parent[p] < 0 || errors[p] > 0 || work[p] >= total * FOLD_BELOW)
  for (let p = 0; p < paths.count; p++) {
    if (wants(p)) wanted++
    if ((p & BREATH) === BREATH) yield
  }
  if (wanted <= MOST_NODES) {
    for (let p = 0; p < paths.count; p++) shown[p] = Number(wants(p))
    return shown
  }
  // A parent has at least the work of its child and a lower number: the first of this order are closed towards the root.
  const order = yield* sortInSlices(paths.count, (a, b) => work[b] - work[a])
  for (let k = 0, left = MOST_NODES; k < order.length && left > 0; k++) {
    if (!wants(order[k])) continue
    shown[order[k]] = 1
    left--
  }
  return shown
}

/** Index of the node whose box holds the point, −1 for none. Nodes of a column stand from top to bottom. */
export function pathNodeAt({ nodes }: PathGraphLayout, x: number, y: number): number {
  return nodes.findIndex(node => x >= node.x && x <= node.x + NODE_WIDTH && y >= node.y && y <= node.y + node.height)
}

export type PathStep = 'parent' | 'child' | 'above' | 'below' | 'first' | 'last'

/** The node that a key leads to from `from`; itself where there is none. */
export function stepFromNode({ nodes }: PathGraphLayout, from: number, step: PathStep): number {
  const here = nodes[from]
  if (step === 'first') return 0
  if (step === 'last') return nodes.length - 1
  if (step === 'parent') return here.up < 0 ? from : here.up
  if (step === 'child') {
    const child = nodes.findIndex((node, i) => i > from && node.up === from)
    return child < 0 ? from : child
  }
  const by = step === 'above' ? -1 : 1
  for (let i = from + by; i >= 0 && i < nodes.length; i += by) if (nodes[i].depth === here.depth) return i
  return from
}
