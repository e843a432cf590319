/**
 * Intervals in lanes, ready to be drawn at any zoom for a cost that pixels set: within a lane they stand by their start and do
 * not overlap, and of any stretch the longest is found without looking at all in it.
 */
import { BREATH, type SlicedWork } from './sliced-work.ts'

export interface Lanes {
  readonly count: number
  /** The items of lane l stand at places `first[l]` up to `first[l + 1]`. */
  readonly first: Uint32Array
  /** Item at a place. */
  readonly item: Uint32Array
  /** From and to of an item, by item. */
  readonly from: Float64Array
  readonly to: Float64Array
  /** For each block of 16, 256, … places the place of its longest item. */
  readonly longest: readonly Uint32Array[]
}

const BITS = 4

/** `item`: all items, lane after lane, by start within one; `first` as above. */
export function* makeLanes(
  first: Uint32Array,
  item: Uint32Array,
  from: Float64Array,
  to: Float64Array,
): SlicedWork<Lanes> {
  const longest: Uint32Array[] = []
  const length = (place: number): number => to[item[place]] - from[item[place]]
  let below: Uint32Array | undefined
  let n = item.length
  while (n > 1) {
    const blocks: number = Math.ceil(n / 16)
    const level = new Uint32Array(blocks)
    for (let b = 0; b < blocks; b++) {
      if ((b & 511) === 511) yield
      let best = -1
      for (let k = b * 16; k < n && k < b * 16 + 16; k++) {
        const place: number = below === undefined ? k : below[k]
        if (best < 0 || length(place) > length(best)) best = place
      }
      level[b] = best
    }
    longest.push(level)
    below = level
    n = blocks
  }
  return { count: first.length - 1, first, item, from, to, longest }
}

/** Items by lane, those of a lane in the order in which `order` has them (all items, by start); a counting sort. */
export function* itemsByLane(
  lane: Uint32Array,
  lanes: number,
  order: Uint32Array | undefined,
): SlicedWork<{ readonly first: Uint32Array; readonly item: Uint32Array }> {
  const n = order === undefined ? lane.length : order.length
  const first = new Uint32Array(lanes + 1)
  const at = (k: number): number => (order === undefined ? k : order[k])
  for (let k = 0; k < n; k++) {
    first[lane[at(k)] + 1]++
    if ((k & BREATH) === BREATH) yield
  }
  for (let l = 1; l <= lanes; l++) first[l] += first[l - 1]
  const next = first.slice()
  const item = new Uint32Array(n)
  for (let k = 0; k < n; k++) {
    item[next[lane[at(k)]]++] = at(k)
    if ((k & BREATH) === BREATH) yield
  }
  return { first, item }
}

/** Place of the longest item among the places `a` up to `b` (at least one); the first of several in a block. */
export function longestPlace({ item, from, to, longest }: Lanes, a: number, b: number): number {
  let best = -1
  let most = -1
  const look = (place: number): void => {
    const length = to[item[place]] - from[item[place]]
    if (length > most || (length === most && place < best)) {
      most = length
      best = place
    }
  }
  let low = a
  let high = b
  let level = -1
  // Up the levels: the ragged ends here, whole blocks above.
  for (;;) {
    const at = (k: number): number => (level < 0 ? k : longest[level][k])
    const up = Math.ceil(low / 16)
    const down = high >> BITS
    if (up >= down || level + 1 >= longest.length) {
      for (let k = low; k < high; k++) look(at(k))
      return best
    }
    for (let k = low; k < up * 16; k++) look(at(k))
    for (let k = down * 16; k < high; k++) look(at(k))
    low = up
    high = down
    level++
  }
}

/** First place from `a` on before `b` whose item begins at or after `time`; `b` when none does. Gallops, then halves. */
function firstFrom({ item, from }: Lanes, a: number, b: number, time: number): number {
  let step = 1
  let low = a
  while (low + step < b && from[item[low + step]] < time) {
    low += step
    step *= 2
  }
  let high = Math.min(b, low + step + 1)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (from[item[middle]] < time) low = middle + 1
    else high = middle
  }
  return low
}

/** First place of a lane whose item ends after `time`; the lane's end when none does. */
export function firstEndingAfter({ item, to, first }: Lanes, lane: number, time: number): number {
  let low = first[lane]
  let high = first[lane + 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (to[item[middle]] > time) high = middle
    else low = middle + 1
  }
  return low
}

/** One bar: `place` is what it shows, `count` how many items stand in it. */
export type Stretch = (place: number, count: number, from: number, to: number) => void

/**
 * What is drawn of a lane between `start` and `end`: each item at least `least` long by itself; shorter ones that begin within
 * `least` of one another as one bar, which shows the longest of them. Calls `visit` at most (end − start) / least times and
 * twice; nothing in between is left out.
 */
export function visitLane(lanes: Lanes, lane: number, start: number, end: number, least: number, visit: Stretch): void {
  const { item, from, to } = lanes
  const stop = lanes.first[lane + 1]
  // An item of no length at the very start is in view too.
  let place = firstEndingAfter(lanes, lane, start - least)
  while (place < stop && from[item[place]] < end) {
    const i = item[place]
    if (to[i] - from[i] >= least) {
      visit(place, 1, from[i], to[i])
      place++
      continue
    }
    let next = firstFrom(lanes, place + 1, stop, from[i] + least)
    const longest = longestPlace(lanes, place, next)
    const shown = item[longest]
    if (to[shown] - from[shown] >= least) {
      // A long one begins in this stretch: what stands before it is its own bar.
      next = longest
      visit(longestPlace(lanes, place, next), next - place, from[i], to[item[next - 1]])
    } else visit(longest, next - place, from[i], to[item[next - 1]])
    place = next
  }
}

/** Place of what lies at `time` in a lane, or nearest within `slack`; −1 for nothing. */
export function placeAt(lanes: Lanes, lane: number, time: number, slack: number): number {
  if (lane < 0 || lane >= lanes.count) return -1
  const { item, from, to } = lanes
  const after = firstEndingAfter(lanes, lane, time)
  const stop = lanes.first[lane + 1]
  if (after < stop && from[item[after]] <= time) return after
  const right = after < stop ? from[item[after]] - time : Infinity
  const left = after > lanes.first[lane] ? time - to[item[after - 1]] : Infinity
  if (Math.min(left, right) > slack) return -1
  return left < right ? after - 1 : after
}
