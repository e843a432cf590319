/**
 * Where the difference in duration comes from: the tree of places cut into parts, each with what B's critical path spends
 * in it more than A's. What is only in one trace, or is called more often, is one part with all that is below it; every
 * other place is a part of its own. The parts add up to the difference, because each path covers its trace.
 */
import type { PathSegments } from './compared-paths.ts'
import { type PlaceFigures, spentAt } from './place-figures.ts'
import type { PlaceTree } from './place-tree.ts'

export type ContributionKind =
  /** Only in B, with what is below it. */
  | 'added'
  /** Only in A. */
  | 'removed'
  /** A layer between what both have, in one trace only: its own time. */
  | 'layer'
  /** More or fewer spans explain most of it; with what is below them and between them. */
  | 'calls'
  /** The spans themselves take longer, or less. */
  | 'itself'
  /** The same, nearly all of it before one child or after the last one: `before`, `after`. */
  | 'waiting'
  /** Many small changes in the place and below it. */
  | 'below'
  /** Between roots. */
  | 'outside'

export interface Contribution {
  readonly kind: ContributionKind
  /** The place that it is called after; −1 for `outside`. */
  readonly place: number
  /** What B spends more, ns; negative: less. */
  readonly ns: number
  /** Of `added` and `removed`: how many siblings of the place are the same, and are counted here. */
  readonly others: number
  /** Of `waiting`: the place of the child that comes next; −1: none. */
  readonly before: number
  /** Of `waiting` with no `before`: the child that came before; −1: none. */
  readonly after: number
}

export interface ContributionParts {
  readonly places: PlaceTree
  readonly repeats: Uint8Array
  readonly figuresA: PlaceFigures
  readonly figuresB: PlaceFigures
  readonly paths: { readonly a: PathSegments; readonly b: PathSegments }
  readonly placeOfA: Uint32Array
  readonly placeOfB: Uint32Array
  readonly durationA: number
  readonly durationB: number
}

export interface Contributions {
  readonly contributions: readonly Contribution[]
  readonly named: number
  readonly partOf: Uint32Array
}

/** A sentence has room for so many. */
const MOST_NAMED = 5
/** Share of the difference that the named ones reach together. */
const COVERED = 0.9
/** Smaller ones are not worth a word once the difference is covered. */
const WORTH_NAMING = 0.03
/** A difference below this share of the longer duration is none: what moved either way is named from there on. */
const NO_DIFFERENCE = 0.02
/** Parts are merged into those above them until few cover the difference, or until they are so many times as large as it. */
const MOST_MERGED = 4096
/** More calls are the reason when they explain this share of what changed. */
const EXPLAINED = 0.5
/** A wait is before one child when this share of it is. */
const AT_ONE_CHILD = 0.7

/** All parts with a difference, and those without one last; see ContributionParts for what it is made from. */
export function contributionsOf(input: ContributionParts): Contributions {
  const { places, figuresA, figuresB } = input
  const { size } = places
  const parts = partsOf(input)
  const { partOf } = parts
  const own = new Float64Array(size)
  for (let place = 0; place < size; place++) own[partOf[place]] += figuresB.spent[place] - figuresA.spent[place]
  const difference = input.durationB - input.durationA
  const outside = outsideNs(input, 'b') - outsideNs(input, 'a')

  const small = Math.abs(difference) <= NO_DIFFERENCE * Math.max(input.durationA, input.durationB)
  for (let least = 0; ; least = least === 0 ? 0.01 : least * 2) {
    const merged = mergeSmall(places, partOf, own, least * Math.abs(difference))
    const { heads, sums } = merged
    const list = order(heads, sums, outside)
    const named = small ? namedOfMovement(list, sums, outside, input) : namedOf(list, sums, outside, difference)
    if (named < 0 && least < MOST_MERGED) continue
    const number = new Map(list.map((place, index) => [place, index]))
    const finalPart = new Uint32Array(size)
    for (let place = 0; place < size; place++) finalPart[place] = number.get(headOf(heads, partOf[place])) ?? 0
    const waits = waitsOf(input)
    const contributions = list.map(place => describe(input, place, merged, own, outside, parts, waits))
    return { contributions, named: named < 0 ? Math.min(list.length, MOST_NAMED) : named, partOf: finalPart }
  }
}

interface Parts {
  /** The head of each place's part. */
  readonly partOf: Int32Array
  /** By head: 1 when it has all that is below it. */
  readonly takesIn: Uint8Array
}

/** One trace only, and called more often, take in what is below; siblings of one trace only are one part. */
function partsOf({ places, repeats, figuresA, figuresB }: ContributionParts): Parts {
  const { size, parent, pathA, pathB, layer } = places
  const belowA = figuresA.spent.slice()
  const belowB = figuresB.spent.slice()
  for (let place = size - 1; place > 0; place--) {
    if (parent[place] < 0) continue
    belowA[parent[place]] += belowA[place]
    belowB[parent[place]] += belowB[place]
  }
  const change = (place: number): number => Math.abs(belowB[place] - belowA[place])
  const onlyOne = (place: number): boolean => layer[place] === 0 && (pathA[place] < 0 || pathB[place] < 0)
  // Siblings of one trace only: the largest of them, by parent and trace. Slot 0 is above the roots.
  const largestA = new Int32Array(size + 1).fill(-1)
  const largestB = new Int32Array(size + 1).fill(-1)
  for (let place = 0; place < size; place++) {
    if (!onlyOne(place)) continue
    const largest = pathB[place] < 0 ? largestA : largestB
    const slot = parent[place] + 1
    if (largest[slot] < 0 || change(place) > change(largest[slot])) largest[slot] = place
  }
  const partOf = new Int32Array(size)
  const takesIn = new Uint8Array(size)
  for (let place = 0; place < size; place++) {
    const above = parent[place]
    if (above >= 0 && takesIn[partOf[above]] === 1) {
      partOf[place] = partOf[above]
    } else if (onlyOne(place)) {
      partOf[place] = (pathB[place] < 0 ? largestA : largestB)[above + 1]
      takesIn[partOf[place]] = 1
    } else {
      partOf[place] = place
      const moreCalls =
        layer[place] === 0 &&
        repeats[place] === 1 &&
        explainedByCount(figuresA.count[place], figuresB.count[place], belowA[place], belowB[place])
      if (moreCalls) takesIn[place] = 1
    }
  }
  return { partOf, takesIn }
}

/** Whether so many more (or fewer) spans are the better part of the change from `a` to `b` ns. */
function explainedByCount(countA: number, countB: number, a: number, b: number): boolean {
  const explained = countB > countA ? b * (1 - countA / countB) : -a * (1 - countB / countA)
  const change = b - a
  return explained * change > 0 && Math.abs(explained) >= EXPLAINED * Math.abs(change)
}

interface Merged {
  /** The head that a head went into; itself when it stands. */
  readonly heads: Int32Array
  /** By head, ns. */
  readonly sums: Float64Array
  /** Of it, what came from merged parts below. */
  readonly below: Float64Array
}

/** Parts below `least` ns go into the part above them, from the leaves up. */
function mergeSmall(places: PlaceTree, partOf: Int32Array, own: Float64Array, least: number): Merged {
  const { size, parent } = places
  const heads = new Int32Array(size)
  const sums = own.slice()
  const below = new Float64Array(size)
  for (let place = size - 1; place >= 0; place--) {
    heads[place] = place
    if (partOf[place] !== place || parent[place] < 0 || Math.abs(sums[place]) >= least) continue
    const above = partOf[parent[place]]
    heads[place] = above
    sums[above] += sums[place]
    below[above] += sums[place]
    sums[place] = 0
  }
  return { heads, sums, below }
}

function headOf(heads: Int32Array, part: number): number {
  let head = part
  while (heads[head] !== head) head = heads[head]
  return head
}

/** Heads with a difference, the largest first; −1 stands for what is outside. */
function order(heads: Int32Array, sums: Float64Array, outside: number): number[] {
  const list: number[] = []
  for (let place = 0; place < sums.length; place++) if (heads[place] === place && sums[place] !== 0) list.push(place)
  if (outside !== 0 || list.length === 0) list.push(-1)
  const size = (place: number): number => Math.abs(place < 0 ? outside : sums[place])
  return list.sort((x, y) => size(y) - size(x) || x - y)
}

/** How many of the first cover the difference; −1 when too many would be needed. */
function namedOf(list: readonly number[], sums: Float64Array, outside: number, difference: number): number {
  let rest = difference
  let covered = -1
  for (let k = 0; k < Math.min(list.length, MOST_NAMED); k++) {
    const ns = list[k] < 0 ? outside : sums[list[k]]
    if (covered >= 0 && Math.abs(ns) < WORTH_NAMING * Math.abs(difference)) break
    rest -= ns
    if (Math.abs(rest) <= (1 - COVERED) * Math.abs(difference)) covered = k + 1
  }
  return covered
}

/** Where the durations hardly differ: how many parts moved by more than that, either way. */
function namedOfMovement(
  list: readonly number[],
  sums: Float64Array,
  outside: number,
  { durationA, durationB }: ContributionParts,
): number {
  const least = NO_DIFFERENCE * Math.max(durationA, durationB)
  let named = 0
  while (named < Math.min(list.length, MOST_NAMED) && least > 0) {
    if (Math.abs(list[named] < 0 ? outside : sums[list[named]]) < least) break
    named++
  }
  return named
}

function outsideNs({ paths, placeOfA, placeOfB, repeats }: ContributionParts, side: 'a' | 'b'): number {
  const path = paths[side]
  let ns = 0
  for (let k = 0; k < path.count; k++) {
    if (path.span[k] >= 0) continue
    if (spentAt(path, k, side === 'a' ? placeOfA : placeOfB, repeats) < 0) ns += path.to[k] - path.from[k]
  }
  return ns
}

/** B − A of the time in a place itself, by the child next to it: before child c as c, after it (with none behind) as −2 − c. */
type Waits = ReadonlyMap<number, ReadonlyMap<number, number>>

function waitsOf({ paths, placeOfA, placeOfB, repeats }: ContributionParts): Waits {
  const waits = new Map<number, Map<number, number>>()
  for (const [path, placeOf, sign] of [
    [paths.a, placeOfA, -1],
    [paths.b, placeOfB, 1],
  ] as const) {
    for (let k = 0; k < path.count; k++) {
      const span = path.span[k]
      if (span < 0 || spentAt(path, k, placeOf, repeats) !== placeOf[span]) continue
      const [before, after] = [path.before[k], path.after[k]]
      const next = after >= 0 ? placeOf[after] : before >= 0 ? -2 - placeOf[before] : -1
      const own = waits.get(placeOf[span]) ?? new Map<number, number>()
      own.set(next, (own.get(next) ?? 0) + sign * (path.to[k] - path.from[k]))
      waits.set(placeOf[span], own)
    }
  }
  return waits
}

function describe(
  { places }: ContributionParts,
  place: number,
  { sums, below }: Merged,
  own: Float64Array,
  outside: number,
  { partOf, takesIn }: Parts,
  waits: Waits,
): Contribution {
  const plain = { place, ns: place < 0 ? outside : sums[place], others: 0, before: -1, after: -1 }
  if (place < 0) return { ...plain, kind: 'outside' }
  const { pathA, pathB, layer, parent } = places
  const onlyOne = pathA[place] < 0 || pathB[place] < 0
  if (Math.abs(below[place]) > Math.abs(sums[place]) / 2) return { ...plain, kind: 'below' }
  if (layer[place] === 1) return { ...plain, kind: 'layer' }
  if (onlyOne) {
    let others = 0
    for (let one = parent[place] + 1; one < (parent[place] < 0 ? places.size : places.subtreeEnd[parent[place]]);) {
      if (one !== place && partOf[one] === place) others++
      one = places.subtreeEnd[one]
    }
    return { ...plain, kind: pathA[place] < 0 ? 'added' : 'removed', others }
  }
  if (takesIn[place] === 1) return { ...plain, kind: 'calls' }
  for (const [next, ns] of waits.get(place) ?? []) {
    if (next === -1 || ns * own[place] <= 0 || Math.abs(ns) < AT_ONE_CHILD * Math.abs(own[place])) continue
    return next >= 0 ? { ...plain, kind: 'waiting', before: next } : { ...plain, kind: 'waiting', after: -2 - next }
  }
  return { ...plain, kind: 'itself' }
}
