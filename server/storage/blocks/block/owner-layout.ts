/**
 * Where the values of a group's columns are: owners (rows, events, links) stand by (pair, owner), those that spell out their columns last,
 * and a column's values follow the owners that have it.
 */
import { GENERIC_LIST, PAGE } from './block-format.ts'
import type { Integers } from './pages/integers.ts'

/** Owners at places [from, to) have the column; the first value of the first is `value`, `each` values an owner. */
export interface ColumnRun {
  readonly from: number
  readonly to: number
  readonly value: number
  readonly each: number
}

export class OwnerLayout {
  /** Owner at each place. */
  readonly order: Uint32Array
  /** Place of each owner. */
  readonly placeOf: Uint32Array
  /** The pairs in the group, ascending, their first places (one more at the end) and lists. */
  readonly presentPairs: Uint32Array
  readonly presentStarts: Uint32Array
  readonly presentLists: Uint16Array
  /** Index of the pair at a place in `presentPairs`. */
  readonly presentAt: Uint32Array
  /** Owners at this place and after spell out their columns. */
  readonly genericStart: number
  /** First entry of each such owner (one more at the end), and the column of each entry. */
  readonly genericStarts: Uint32Array
  readonly genericColumns: Integers
  /** How many entries before it have the same column. */
  readonly genericRank: Uint32Array
  readonly byteLength: number
  readonly #lists: readonly Uint16Array[]

  /** `listOf(pair)`: list of a pair number below `pairCount`. Throws when pages contradict each other. */
  constructor(
    pairs: Integers,
    pairCount: number,
    listOf: (pair: number) => number,
    lists: readonly Uint16Array[],
    genericLengths: Integers,
    genericColumns: Integers,
  ) {
    this.#lists = lists
    const count = pairs.length
    const sizes = new Uint32Array(pairCount + 1)
    for (let i = 0; i < count; i++) {
      if (pairs[i] >= pairCount) throw new Error(`pair ${pairs[i]} of ${pairCount}`)
      sizes[pairs[i]]++
    }
    const present: number[] = []
    // Pairs of the generic list come last whatever their number.
    for (let pair = 0; pair < pairCount; pair++) {
      if (sizes[pair] > 0 && listOf(pair) !== GENERIC_LIST) present.push(pair)
    }
    const ordinary = present.length
    for (let pair = 0; pair < pairCount; pair++) {
      if (sizes[pair] > 0 && listOf(pair) === GENERIC_LIST) present.push(pair)
    }
    this.presentPairs = Uint32Array.from(present)
    this.presentLists = Uint16Array.from(present, listOf)
    this.presentStarts = new Uint32Array(present.length + 1)
    const next = sizes
    const indexOf = new Uint32Array(pairCount + 1)
    let at = 0
    present.forEach((pair, k) => {
      this.presentStarts[k] = at
      const size = sizes[pair]
      next[pair] = at
      indexOf[pair] = k
      at += size
    })
    this.presentStarts[present.length] = at
    this.genericStart = this.presentStarts[ordinary]
    this.order = new Uint32Array(count)
    this.placeOf = new Uint32Array(count)
    this.presentAt = new Uint32Array(count)
    for (let i = 0; i < count; i++) {
      const place = next[pairs[i]]++
      this.order[place] = i
      this.placeOf[i] = place
      this.presentAt[place] = indexOf[pairs[i]]
    }
    const generic = count - this.genericStart
    if (genericLengths.length !== generic) throw new Error(`${genericLengths.length} lists for ${generic} owners`)
    this.genericStarts = new Uint32Array(generic + 1)
    for (let k = 0; k < generic; k++) this.genericStarts[k + 1] = this.genericStarts[k] + genericLengths[k]
    if (this.genericStarts[generic] !== genericColumns.length) throw new Error('the lists are of another length')
    this.genericColumns = genericColumns
    this.genericRank = new Uint32Array(genericColumns.length)
    const seen = new Uint32Array(65_536)
    for (let k = 0; k < genericColumns.length; k++) this.genericRank[k] = seen[genericColumns[k]]++
    this.byteLength = count * 12 + present.length * 10 + this.genericColumns.byteLength + this.genericRank.byteLength
  }

  /** The runs of a column among the owners with lists, and where the values of the others begin. */
  runs(column: number): { readonly runs: readonly ColumnRun[]; readonly genericValue: number } {
    const runs: ColumnRun[] = []
    let value = 0
    for (let k = 0; k < this.presentPairs.length && this.presentStarts[k] < this.genericStart; k++) {
      const each = occurrences(this.#lists[this.presentLists[k]], column)
      if (each === 0) continue
      const [from, to] = [this.presentStarts[k], this.presentStarts[k + 1]]
      const last = runs[runs.length - 1]
      if (last !== undefined && last.to === from && last.each === each) runs[runs.length - 1] = { ...last, to }
      else runs.push({ from, to, value, each })
      value += (to - from) * each
    }
    return { runs, genericValue: value }
  }

  /** First value of a column for the owners of each present pair. */
  firstValues(column: number): { readonly starts: Uint32Array; readonly genericValue: number } {
    const starts = new Uint32Array(this.presentPairs.length)
    /** By list: 1 + how often it has the column; 0: not counted yet. */
    const known = new Uint16Array(this.#lists.length)
    let value = 0
    for (let k = 0; k < starts.length && this.presentStarts[k] < this.genericStart; k++) {
      starts[k] = value
      const list = this.presentLists[k]
      if (known[list] === 0) known[list] = 1 + occurrences(this.#lists[list], column)
      value += (this.presentStarts[k + 1] - this.presentStarts[k]) * (known[list] - 1)
    }
    return { starts, genericValue: value }
  }
}

function occurrences(list: Uint16Array, column: number): number {
  let count = 0
  for (let i = 0; i < list.length; i++) if (list[i] === column) count++
  return count
}

/** The page kinds that a layout is read from. */
export const LAYOUT_PAGES = {
  rows: { pair: PAGE.pair, length: PAGE.genericLength, columns: PAGE.genericColumn },
  events: { pair: PAGE.eventPair, length: PAGE.genericLength + 1, columns: PAGE.genericColumn + 1 },
  links: { pair: PAGE.linkPair, length: PAGE.genericLength + 2, columns: PAGE.genericColumn + 2 },
} as const
