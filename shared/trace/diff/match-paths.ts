/**
 * Which paths of two traces are the same place, from the roots down. Under a matched pair children match by service and
 * name, in any order; then through a layer that only one side has (its spans stand between a matched parent and matched
 * children); then, one for one, those that were renamed: told by service, words of the name, what is below, and place
 * among siblings. What is left is in one trace only.
 */
import type { DiffInput, SpanKey } from './diff-input.ts'
import { nameLikeness, nameWords, type NameWords } from './name-likeness.ts'
import type { PathTree } from './path-tree.ts'

export interface PathMatch {
  /** Node of the other tree by node; −1: only here. */
  readonly ofA: Int32Array
  readonly ofB: Int32Array
  /** 1: only here, and matched paths are below it. */
  readonly layerInA: Uint8Array
  readonly layerInB: Uint8Array
  /**
   * Paths below a layer around some of several like calls, and the path whose children these are: the trees are to be made
   * again with them, and matched again.
   */
  readonly liftedInA: ReadonlyMap<number, number>
  readonly liftedInB: ReadonlyMap<number, number>
}

/** Layers that may stand between what belongs together: a mesh proxy is one or two, a middleware a few. */
const MOST_LAYERS = 3
/** Candidates that one renamed path is held against: beyond that, names of a loop that all differ would be quadratic. */
const MOST_CANDIDATES = 48
/** So many renamed paths below one parent are held against each other; more (a loop of names of their own) pair in order. */
const MOST_HELD_AGAINST = 2000
/** Likeness from which two paths count as renamed: same service, kind and place with equally few below, or better. */
const RENAMED_FROM = 4.5

/** One of the two sides, while matching. */
interface Side {
  readonly tree: PathTree
  readonly input: DiffInput
  readonly match: Int32Array
  readonly layer: Uint8Array
  readonly lifted: Map<number, number>
}

/** Linear but for renamed paths, which are held against at most MOST_CANDIDATES. `keys`: of both trees. */
export function matchPaths(
  a: PathTree,
  inputA: DiffInput,
  b: PathTree,
  inputB: DiffInput,
  keys: readonly SpanKey[],
): PathMatch {
  const sideA = sideOf(a, inputA)
  const sideB = sideOf(b, inputB)
  new Matcher(sideA, sideB, keys).run()
  return {
    ofA: sideA.match,
    ofB: sideB.match,
    layerInA: sideA.layer,
    layerInB: sideB.layer,
    liftedInA: sideA.lifted,
    liftedInB: sideB.lifted,
  }
}

function sideOf(tree: PathTree, input: DiffInput): Side {
  const match = new Int32Array(tree.nodeCount).fill(-1)
  return { tree, input, match, layer: new Uint8Array(tree.nodeCount), lifted: new Map() }
}

class Matcher {
  readonly #a: Side
  readonly #b: Side
  readonly #keys: readonly SpanKey[]
  /** Node by key, valid where `#stamp` says so: a map that is emptied by counting on. */
  readonly #nodeByKey: Int32Array
  readonly #stampOf: Uint32Array
  #stamp = 0
  /** Nodes of A of which the match is known and what is below is not looked at yet. */
  readonly #open: number[] = []
  readonly #words = new Map<number, NameWords>()

  constructor(a: Side, b: Side, keys: readonly SpanKey[]) {
    this.#a = a
    this.#b = b
    this.#keys = keys
    this.#nodeByKey = new Int32Array(keys.length)
    this.#stampOf = new Uint32Array(keys.length)
  }

  run(): void {
    this.#pair(0, 0)
    for (let node = this.#open.pop(); node !== undefined; node = this.#open.pop()) this.#below(node)
  }

  #pair(nodeA: number, nodeB: number): void {
    this.#a.match[nodeA] = nodeB
    this.#b.match[nodeB] = nodeA
    this.#open.push(nodeA)
  }

  /** Matches the children of a pair. */
  #below(nodeA: number): void {
    const [a, b] = [this.#a, this.#b]
    const nodeB = a.match[nodeA]
    this.#mark(childrenOf(b.tree, nodeB))
    let restA: number[] = []
    for (let child = a.tree.firstChild[nodeA]; child >= 0; child = a.tree.nextSibling[child]) {
      const same = this.#marked(a.tree.key[child])
      if (same < 0) restA.push(child)
      else this.#pair(child, same)
    }
    let restB = childrenOf(b.tree, nodeB).filter(child => b.match[child] < 0)
    this.#liftOut(a, nodeA, restA, b)
    this.#liftOut(b, nodeB, restB, a)
    if (restA.length === 0 || restB.length === 0) return
    ;[restA, restB] = this.#throughLayers(a, restA, b, restB, (x, y) => this.#pair(x, y))
    ;[restB, restA] = this.#throughLayers(b, restB, a, restA, (y, x) => this.#pair(x, y))
    // Those that differ in numbers and ids alone.
    ;[restA, restB] = this.#inOrder(restA, restB, (side, node) =>
      this.#serviceAnd(side, node, this.#wordsIn(side, node)),
    )
    if (restA.length === 0 || restB.length === 0) return
    if (restA.length <= MOST_HELD_AGAINST) this.#renamed(restA, restB)
    else
      this.#inOrder(restA, restB, (side, node) =>
        this.#serviceAnd(side, node, side.tree.firstChild[node] < 0 ? '' : '+'),
      )
  }

  #mark(nodes: readonly number[], { tree }: Side = this.#b): void {
    this.#stamp++
    for (const node of nodes) {
      this.#nodeByKey[tree.key[node]] = node
      this.#stampOf[tree.key[node]] = this.#stamp
    }
  }

  #marked(key: number): number {
    return this.#stampOf[key] === this.#stamp ? this.#nodeByKey[key] : -1
  }

  /** Notes what `rest`, children of `node` that only this side has, wraps of a call that this side has too few of beside them. */
  #liftOut(side: Side, node: number, rest: readonly number[], other: Side): void {
    const { tree, match, lifted } = side
    if (rest.length === 0) return
    const fewer = childrenOf(tree, node).filter(
      child => match[child] >= 0 && spanCount(tree, child) < spanCount(other.tree, match[child]),
    )
    if (fewer.length === 0) return
    this.#mark(fewer, side)
    let level: readonly number[] = rest
    for (let depth = 0; depth < MOST_LAYERS; depth++) {
      const next: number[] = []
      for (const above of level) {
        for (let child = tree.firstChild[above]; child >= 0; child = tree.nextSibling[child]) {
          if (this.#marked(tree.key[child]) >= 0) lifted.set(child, node)
          else next.push(child)
        }
      }
      level = next
    }
  }

  /**
   * Looks for `wanted` (of one side) below `others` (of the other), at most MOST_LAYERS down. What stands between becomes a
   * layer; what a layer has beside is left over with the rest, so that it may still have been renamed.
   */
  #throughLayers(
    side: Side,
    wanted: readonly number[],
    otherSide: Side,
    others: readonly number[],
    pair: (wanted: number, found: number) => void,
  ): [number[], number[]] {
    const { tree, match, layer } = otherSide
    this.#mark(wanted, side)
    const rest: number[] = []
    for (const top of others) {
      const seen: number[] = [top]
      let level = [top]
      for (let depth = 0; depth < MOST_LAYERS && level.length > 0; depth++) {
        const next: number[] = []
        for (const above of level) {
          for (let child = tree.firstChild[above]; child >= 0; child = tree.nextSibling[child]) {
            const found = this.#marked(tree.key[child])
            if (found >= 0 && side.match[found] < 0 && match[child] < 0) {
              pair(found, child)
              for (let one = above; layer[one] === 0; one = tree.parent[one]) {
                layer[one] = 1
                if (one === top) break
              }
            } else next.push(child)
          }
        }
        seen.push(...next)
        level = next.length > MOST_CANDIDATES * MOST_CANDIDATES ? [] : next
      }
      if (layer[top] === 0) rest.push(top)
      else
        for (const one of seen) if (layer[tree.parent[one]] === 1 && layer[one] === 0 && match[one] < 0) rest.push(one)
    }
    return [wanted.filter(node => side.match[node] < 0), rest]
  }

  /** Pairs those that `wordsOf` calls the same in the order they stand, when alike; what is left of each side. */
  #inOrder(
    restA: readonly number[],
    restB: readonly number[],
    wordsOf: (side: Side, node: number) => string,
  ): [number[], number[]] {
    const byWords = new Map<string, number[]>()
    for (const node of restB) append(byWords, wordsOf(this.#b, node), node)
    const taken = new Map<string, number>()
    for (const node of restA) {
      const words = wordsOf(this.#a, node)
      const next = taken.get(words) ?? 0
      const found = byWords.get(words)?.[next]
      if (found === undefined || this.#likeness(node, found) < RENAMED_FROM) continue
      taken.set(words, next + 1)
      this.#pair(node, found)
    }
    return [restA.filter(node => this.#a.match[node] < 0), restB.filter(node => this.#b.match[node] < 0)]
  }

  /** Pairs the likeliest first, each once. */
  #renamed(restA: readonly number[], restB: readonly number[]): void {
    const byService = new Map<string | undefined, number[]>()
    const byWords = new Map<string, number[]>()
    for (const node of restB) {
      const key = this.#b.tree.key[node]
      append(byService, this.#keys[key].service, node)
      append(byWords, this.#wordsOf(key).text, node)
    }
    const most = MOST_CANDIDATES
    const candidates: { readonly a: number; readonly b: number; readonly likeness: number }[] = []
    for (let i = 0; i < restA.length; i++) {
      const key = this.#a.tree.key[restA[i]]
      const tried = new Set<number>()
      for (const list of [byWords.get(this.#wordsOf(key).text), byService.get(this.#keys[key].service)]) {
        if (list === undefined) continue
        // Those about as far along as this one.
        const at = Math.min(Math.floor((i / restA.length) * list.length), list.length - most)
        for (let k = Math.max(0, at - (most >> 1)), n = 0; k < list.length && n < most; k++, n++) tried.add(list[k])
      }
      if (restB.length <= most) for (const node of restB) tried.add(node)
      for (const node of tried) {
        const likeness = this.#likeness(restA[i], node)
        if (likeness >= RENAMED_FROM) candidates.push({ a: restA[i], b: node, likeness })
      }
    }
    candidates.sort((x, y) => y.likeness - x.likeness || x.a - y.a || x.b - y.b)
    for (const { a, b } of candidates) {
      if (this.#a.match[a] < 0 && this.#b.match[b] < 0) this.#pair(a, b)
    }
  }

  #likeness(nodeA: number, nodeB: number): number {
    const [a, b] = [this.#a, this.#b]
    const [keyA, keyB] = [this.#keys[a.tree.key[nodeA]], this.#keys[b.tree.key[nodeB]]]
    const leaves = Number(a.tree.firstChild[nodeA] < 0) + Number(b.tree.firstChild[nodeB] < 0)
    const kindA = a.input.kind[a.tree.firstSpan[nodeA]]
    const kindB = b.input.kind[b.tree.firstSpan[nodeB]]
    return (
      (keyA.service === keyB.service ? 2 : 0) +
      3 * nameLikeness(this.#wordsOf(a.tree.key[nodeA]), this.#wordsOf(b.tree.key[nodeB])) +
      (leaves === 2 ? 1 : leaves === 0 ? 3 * this.#sameBelow(nodeA, nodeB) : 0) +
      (this.#samePlace(nodeA, nodeB) ? 1 : 0) +
      (kindA === kindB ? 1 : 0)
    )
  }

  #serviceAnd({ tree }: Side, node: number, text: string): string {
    const { service } = this.#keys[tree.key[node]]
    return `${service === undefined ? '' : `=${service}`}\u0000${text}`
  }

  #wordsIn({ tree }: Side, node: number): string {
    return this.#wordsOf(tree.key[node]).text
  }

  #wordsOf(key: number): NameWords {
    let words = this.#words.get(key)
    if (words === undefined) {
      words = nameWords(this.#keys[key].name)
      this.#words.set(key, words)
    }
    return words
  }

  /** Share of children with the same service and name, 0 … 1. */
  #sameBelow(nodeA: number, nodeB: number): number {
    const childrenB = childrenOf(this.#b.tree, nodeB, MOST_CANDIDATES)
    const keysOfB = new Set(childrenB.map(child => this.#b.tree.key[child]))
    const childrenA = childrenOf(this.#a.tree, nodeA, MOST_CANDIDATES)
    const same = childrenA.filter(child => keysOfB.has(this.#a.tree.key[child])).length
    return same / (childrenA.length + childrenB.length - same)
  }

  /** The siblings before them are a pair, or the siblings behind them, or there are none. */
  #samePlace(nodeA: number, nodeB: number): boolean {
    const [a, b] = [this.#a, this.#b]
    const paired = (x: number, y: number): boolean => (x < 0 ? y < 0 : y >= 0 && a.match[x] === y)
    return (
      paired(a.tree.previousSibling[nodeA], b.tree.previousSibling[nodeB]) ||
      paired(a.tree.nextSibling[nodeA], b.tree.nextSibling[nodeB])
    )
  }
}

function childrenOf(tree: PathTree, node: number, most = Infinity): number[] {
  const children: number[] = []
  for (let child = tree.firstChild[node]; child >= 0 && children.length < most; child = tree.nextSibling[child]) {
    children.push(child)
  }
  return children
}

function append<K>(lists: Map<K, number[]>, key: K, value: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function spanCount(tree: PathTree, node: number): number {
  return tree.spanStart[node + 1] - tree.spanStart[node]
}
