/**
 * Two traces held against each other: which span of A is which of B, the places (paths) of both as one tree with what each
 * trace spends there, and where the difference in duration comes from. Nothing recurses; everything but sorting is linear.
 */
import { selfTimes } from '#shared/trace/self-time.ts'
import { comparedPaths } from './compared-paths.ts'
import { contributionsOf, type Contribution } from './contributions.ts'
import type { DiffInput, SpanKey } from './diff-input.ts'
import { matchPaths } from './match-paths.ts'
import { matchSpans } from './match-spans.ts'
import { pathTree, type PathTree } from './path-tree.ts'
import { placeFigures, type PlaceFigures } from './place-figures.ts'
import { placeTree, type PlaceTree } from './place-tree.ts'

/** The spans of one trace by place. */
export interface PlacedSpans {
  /** Place by span. */
  readonly placeOf: Uint32Array
  /** Spans of place p: `spans[spanStart[p]]` up to `spans[spanStart[p + 1]]`, ascending. */
  readonly spanStart: Uint32Array
  readonly spans: Uint32Array
}

/** Plain values and typed arrays: goes between threads as it is. */
export interface TraceDiff {
  /** Index in B by span of A; −1: only in A. */
  readonly matchOfA: Int32Array
  readonly matchOfB: Int32Array
  readonly places: PlaceTree
  /** Index into `keys` by place: B's service and name where B has it, else A's. */
  readonly key: Uint32Array
  /** A's, where the place was renamed; else the same as `key`. */
  readonly keyA: Uint32Array
  readonly keys: readonly SpanKey[]
  readonly a: PlacedSpans
  readonly b: PlacedSpans
  readonly figuresA: PlaceFigures
  readonly figuresB: PlaceFigures
  /** What is compared: the root span's duration, or first start to last end when there are several roots; ns. */
  readonly durationA: number
  readonly durationB: number
  /** Where that begins, ns since the first start of each trace. */
  readonly fromA: number
  readonly fromB: number
  /** Add up to `durationB − durationA` exactly; the largest first, either way. */
  readonly contributions: readonly Contribution[]
  /** As many of the first `contributions` are worth a word; together at least 90 % of the difference. */
  readonly named: number
  /** Index into `contributions` by place: which of them holds it. */
  readonly partOf: Uint32Array
}

/** Compares two traces. Either may be empty. */
export function diffTraces(a: DiffInput, b: DiffInput): TraceDiff {
  const { keys, keyOfA, keyOfB } = sharedKeys(a, b)
  let treeA = pathTree(a, keyOfA, keys.length)
  let treeB = pathTree(b, keyOfB, keys.length)
  let paths = matchPaths(treeA, a, treeB, b, keys)
  // What stands around a lifted span is a layer too, though its path has nothing below it any more.
  let [aroundA, aroundB] = [new Uint8Array(0), new Uint8Array(0)]
  if (paths.liftedInA.size + paths.liftedInB.size > 0) {
    aroundA = spansAround(a, treeA, paths.liftedInA)
    aroundB = spansAround(b, treeB, paths.liftedInB)
    treeA = pathTree(a, keyOfA, keys.length, { tree: treeA, to: paths.liftedInA })
    treeB = pathTree(b, keyOfB, keys.length, { tree: treeB, to: paths.liftedInB })
    paths = matchPaths(treeA, a, treeB, b, keys)
  }
  const spans = matchSpans(a, treeA, b, treeB, paths)
  const places = placeTree(treeA, treeB, paths)
  const placedA = placeSpans(treeA, places.ofPathA, places.pathA)
  const placedB = placeSpans(treeB, places.ofPathB, places.pathB)
  const path = comparedPaths(
    a,
    b,
    spans.ofA,
    spans.ofB,
    span => paths.layerInA[treeA.nodeOf[span]] === 1 || aroundA[span] === 1,
    span => paths.layerInB[treeB.nodeOf[span]] === 1 || aroundB[span] === 1,
  )
  const key = new Uint32Array(places.size)
  const keyA = new Uint32Array(places.size)
  for (let place = 0; place < places.size; place++) {
    const [pathA, pathB] = [places.pathA[place], places.pathB[place]]
    key[place] = pathB < 0 ? treeA.key[pathA] : treeB.key[pathB]
    keyA[place] = pathA < 0 ? key[place] : treeA.key[pathA]
  }
  const repeats = new Uint8Array(places.size)
  for (let place = 0; place < places.size; place++) {
    repeats[place] = Number(spanCount(placedA, place) !== spanCount(placedB, place))
  }
  const figuresA = placeFigures(a, placedA.placeOf, places.size, path.a, selfTimes(a), repeats)
  const figuresB = placeFigures(b, placedB.placeOf, places.size, path.b, selfTimes(b), repeats)
  const durationA = a.to - a.from
  const durationB = b.to - b.from
  const { contributions, named, partOf } = contributionsOf({
    places,
    repeats,
    figuresA,
    figuresB,
    paths: path,
    placeOfA: placedA.placeOf,
    placeOfB: placedB.placeOf,
    durationA,
    durationB,
  })
  return {
    matchOfA: spans.ofA,
    matchOfB: spans.ofB,
    places,
    key,
    keyA,
    keys,
    a: placedA,
    b: placedB,
    figuresA,
    figuresB,
    durationA,
    durationB,
    fromA: a.from,
    fromB: b.from,
    contributions,
    named,
    partOf,
  }
}

/** 1 by span: it stands between a lifted span and the place that this counts as a child of. */
function spansAround(input: DiffInput, tree: PathTree, lifted: ReadonlyMap<number, number>): Uint8Array<ArrayBuffer> {
  const around = new Uint8Array(input.size)
  for (const [node, to] of lifted) {
    for (let k = tree.spanStart[node]; k < tree.spanStart[node + 1]; k++) {
      let above = input.parent[tree.spans[k]]
      // At most a few layers; one that is marked has all above it marked.
      while (above >= 0 && tree.nodeOf[above] !== to && around[above] === 0) {
        around[above] = 1
        above = input.parent[above]
      }
    }
  }
  return around
}

/** How many spans a trace has at a place. */
export function spanCount(placed: PlacedSpans, place: number): number {
  return placed.spanStart[place + 1] - placed.spanStart[place]
}

/** Services and names of both traces, each once, and their numbers by the numbers of each trace. */
function sharedKeys(
  a: DiffInput,
  b: DiffInput,
): { readonly keys: readonly SpanKey[]; readonly keyOfA: Uint32Array; readonly keyOfB: Uint32Array } {
  const keys: SpanKey[] = []
  const known = new Map<string, number>()
  const numbers = (input: DiffInput): Uint32Array =>
    Uint32Array.from(input.keys, key => {
      // A service may have any name, also that of none: the first character tells.
      const text = `${key.service === undefined ? '' : `=${key.service}`}\u0000${key.name}`
      let number = known.get(text)
      if (number === undefined) {
        number = keys.length
        known.set(text, number)
        keys.push(key)
      }
      return number
    })
  return { keyOfA: numbers(a), keyOfB: numbers(b), keys }
}

function placeSpans(tree: PathTree, placeOfPath: Int32Array, pathOfPlace: Int32Array): PlacedSpans {
  const placeOf = new Uint32Array(tree.nodeOf.length)
  for (let span = 0; span < placeOf.length; span++) placeOf[span] = placeOfPath[tree.nodeOf[span]]
  const spanStart = new Uint32Array(pathOfPlace.length + 1)
  const spans = new Uint32Array(placeOf.length)
  let at = 0
  for (let place = 0; place < pathOfPlace.length; place++) {
    spanStart[place] = at
    const path = pathOfPlace[place]
    if (path < 0) continue
    for (let k = tree.spanStart[path]; k < tree.spanStart[path + 1]; k++) spans[at++] = tree.spans[k]
  }
  spanStart[pathOfPlace.length] = at
  return { placeOf, spanStart, spans }
}
