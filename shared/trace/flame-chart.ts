/**
 * A trace in order of time as lanes: each span below its parent, spans that run at the same time below one another, every
 * subtree in a block of lanes of its own, so that what stands under a bar belongs to it.
 */
import { itemsByLane, type Lanes, makeLanes } from './flame-lanes.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'
import type { TraceColumns } from './trace.ts'

export interface FlameChart extends Lanes {
  /** Lane of each span. */
  readonly lane: Uint32Array
}

/**
 * Children stand in the first block of lanes under their parent that is free from their start on, earliest first: without
 * parallel work a span's lane is its depth. Costs n log n at most, whatever runs at once.
 */
export function* flameChart(
  trace: Pick<TraceColumns, 'size' | 'start' | 'end' | 'parent' | 'subtreeEnd' | 'roots'>,
): SlicedWork<FlameChart> {
  const { size, start, end, parent, subtreeEnd, roots } = trace
  const to = new Float64Array(size)
  /** Of a span and all below it: when it begins and ends, and how many lanes it takes. */
  const begins = new Float64Array(size)
  const ends = new Float64Array(size)
  const height = new Uint32Array(size).fill(1)
  /** Lanes below the parent's. */
  const offset = new Uint32Array(size)
  for (let i = 0; i < size; i++) {
    to[i] = Math.max(start[i], end[i])
    begins[i] = start[i]
    ends[i] = to[i]
    if ((i & BREATH) === BREATH) yield
  }
  const shelves = new Shelves()
  let steps = 0
  for (let i = size - 1; i >= 0; i--) {
    if ((steps++ & BREATH) === BREATH) yield
    if (subtreeEnd[i] === i + 1) continue
    shelves.clear(1)
    for (let c = i + 1; c < subtreeEnd[i]; c = subtreeEnd[c]) {
      if ((steps++ & BREATH) === BREATH) yield
      offset[c] = shelves.place(begins[c], ends[c], height[c])
      if (begins[c] < begins[i]) begins[i] = begins[c]
      if (ends[c] > ends[i]) ends[i] = ends[c]
    }
    height[i] = shelves.bottom
  }
  shelves.clear(0)
  for (const root of roots) {
    if ((steps++ & BREATH) === BREATH) yield
    offset[root] = shelves.place(begins[root], ends[root], height[root])
  }
  const lane = offset
  for (let i = 0; i < size; i++) {
    if (parent[i] >= 0) lane[i] += lane[parent[i]]
    if ((i & BREATH) === BREATH) yield
  }
  const { first, item } = yield* itemsByLane(lane, Math.max(1, shelves.bottom), undefined)
  return { ...(yield* makeLanes(first, item, start, to)), lane }
}

/** Tries so many free shelves that are too low before a new one is made. */
const MOST_TRIES = 8

/** Blocks of lanes under one parent. The first that is free at a time is found by a tree of the least ends. */
class Shelves {
  /** One behind the last lane that is taken. */
  bottom = 0
  #count = 0
  #room = 16
  /** Nodes 1 … 2 × room − 1: the least end below each; shelf s is the leaf room + s. */
  #least = new Float64Array(32)
  #top = new Uint32Array(16)
  #height = new Uint32Array(16)

  clear(top: number): void {
    // Only what was used: most parents have few children.
    if (this.#count * 20 < this.#room) {
      for (let s = 0; s < this.#count; s++) for (let k = this.#room + s; k > 0; k >>= 1) this.#least[k] = Infinity
    } else this.#least.fill(Infinity)
    this.#count = 0
    this.bottom = top
  }

  /** First lane for what takes `height` lanes from `begins` to `ends`; to be called by ascending start. */
  place(begins: number, ends: number, height: number): number {
    let shelf = this.#firstFree(begins, 0)
    for (let tries = 0; shelf >= 0 && !this.#fits(shelf, height); tries++) {
      shelf = tries < MOST_TRIES ? this.#firstFree(begins, shelf + 1) : -1
    }
    if (shelf < 0) {
      if (this.#count === this.#room) this.#grow()
      shelf = this.#count++
      this.#top[shelf] = this.bottom
      this.#height[shelf] = 0
    }
    if (height > this.#height[shelf]) {
      this.#height[shelf] = height
      this.bottom = this.#top[shelf] + height
    }
    this.#set(shelf, ends)
    return this.#top[shelf]
  }

  /** The last shelf grows as far as need be. */
  #fits(shelf: number, height: number): boolean {
    return height <= this.#height[shelf] || shelf === this.#count - 1
  }

  /** First shelf from `from` on whose blocks have all ended by `time`; −1 when none has. */
  #firstFree(time: number, from: number): number {
    if (from >= this.#count) return -1
    let node = this.#room + from
    // Up while the way right is not worth it, then down to the leftmost.
    for (;;) {
      if (this.#least[node] <= time) break
      while ((node & 1) === 1) node >>= 1
      if (node === 0) return -1
      node++
    }
    while (node < this.#room) {
      node <<= 1
      if (this.#least[node] > time) node++
    }
    return node - this.#room
  }

  #set(shelf: number, ends: number): void {
    let node = this.#room + shelf
    this.#least[node] = ends
    for (node >>= 1; node > 0; node >>= 1) {
      this.#least[node] = Math.min(this.#least[node * 2], this.#least[node * 2 + 1])
    }
  }

  #grow(): void {
    const old = this.#least.subarray(this.#room, this.#room + this.#count)
    const room = this.#room * 2
    const least = new Float64Array(room * 2).fill(Infinity)
    least.set(old, room)
    for (let node = room - 1; node > 0; node--) least[node] = Math.min(least[node * 2], least[node * 2 + 1])
    const wider = (values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const more = new Uint32Array(room)
      more.set(values)
      return more
    }
    this.#top = wider(this.#top)
    this.#height = wider(this.#height)
    this.#least = least
    this.#room = room
  }
}
