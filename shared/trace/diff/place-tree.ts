/**
 * The paths of both traces as one tree of places: a matched pair of paths is one place, a path that only one trace has is
 * another. Depth-first, as TraceColumns are: `parent[i] < i`, what is below i stands behind it up to `subtreeEnd[i]`.
 */
import type { PathMatch } from './match-paths.ts'
import type { PathTree } from './path-tree.ts'

export interface PlaceTree {
  readonly size: number
  readonly parent: Int32Array
  readonly depth: Uint32Array
  readonly subtreeEnd: Uint32Array
  /** Path of A and of B by place; −1 where that trace has none. */
  readonly pathA: Int32Array
  readonly pathB: Int32Array
  /** 1: one trace only, and what is below it is in both: an inserted or removed layer. */
  readonly layer: Uint8Array
  /** Place by path; path 0, above all roots, has none: −1. */
  readonly ofPathA: Int32Array
  readonly ofPathB: Int32Array
}

/** Below B's structure; a path that only A has hangs where A has it. Siblings stand as in B, A's own behind what they follow there. */
export function placeTree(a: PathTree, b: PathTree, match: PathMatch): PlaceTree {
  // Drafts: path of B, then those that only A has. Draft 0 stands above all.
  const most = a.nodeCount + b.nodeCount
  const draftOfA = new Int32Array(a.nodeCount).fill(-1)
  const firstChild = new Int32Array(most).fill(-1)
  const nextSibling = new Int32Array(most).fill(-1)
  const parent = new Int32Array(most).fill(-1)
  const pathOfA = new Int32Array(most).fill(-1)
  firstChild.set(b.firstChild.subarray(0, b.nodeCount))
  nextSibling.set(b.nextSibling.subarray(0, b.nodeCount))
  parent.set(b.parent.subarray(0, b.nodeCount))
  let drafts = b.nodeCount
  for (let node = 0; node < a.nodeCount; node++) {
    const other = match.ofA[node]
    if (other >= 0) {
      draftOfA[node] = other
      pathOfA[other] = node
      continue
    }
    const draft = drafts++
    draftOfA[node] = draft
    pathOfA[draft] = node
    const above = draftOfA[a.parent[node]]
    parent[draft] = above
    const before = a.previousSibling[node] < 0 ? -1 : draftOfA[a.previousSibling[node]]
    if (before >= 0 && parent[before] === above) {
      nextSibling[draft] = nextSibling[before]
      nextSibling[before] = draft
    } else {
      nextSibling[draft] = firstChild[above]
      firstChild[above] = draft
    }
  }
  const size = drafts - 1
  const tree = {
    size,
    parent: new Int32Array(size).fill(-1),
    depth: new Uint32Array(size),
    subtreeEnd: new Uint32Array(size),
    pathA: new Int32Array(size).fill(-1),
    pathB: new Int32Array(size).fill(-1),
    layer: new Uint8Array(size),
    ofPathA: new Int32Array(a.nodeCount).fill(-1),
    ofPathB: new Int32Array(b.nodeCount).fill(-1),
  }
  let count = 0
  let above = -1
  const draftOf = new Int32Array(size)
  let draft = firstChild[0]
  while (draft >= 0) {
    const place = count++
    draftOf[place] = draft
    tree.parent[place] = above
    tree.depth[place] = above < 0 ? 0 : tree.depth[above] + 1
    if (draft < b.nodeCount) {
      tree.pathB[place] = draft
      tree.ofPathB[draft] = place
      tree.layer[place] = match.layerInB[draft]
    }
    const path = pathOfA[draft]
    if (path >= 0) {
      tree.pathA[place] = path
      tree.ofPathA[path] = place
      if (draft >= b.nodeCount) tree.layer[place] = match.layerInA[path]
    }
    if (firstChild[draft] >= 0) {
      above = place
      draft = firstChild[draft]
      continue
    }
    tree.subtreeEnd[place] = count
    draft = nextSibling[draft]
    while (draft < 0 && above >= 0) {
      tree.subtreeEnd[above] = count
      draft = nextSibling[draftOf[above]]
      above = tree.parent[above]
    }
  }
  return tree
}
