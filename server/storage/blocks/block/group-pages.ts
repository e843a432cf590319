/** What write-rows.ts gathers a group's pages in. */
import { rangeStart } from '#shared/spans/span-table.ts'
import { PAGE } from './block-format.ts'
import type { PageWriter } from './write-pages.ts'

/** 64-bit differences of times. */
export class Words {
  readonly low: Uint32Array
  readonly high: Uint32Array
  constructor(count: number) {
    this.low = new Uint32Array(count)
    this.high = new Uint32Array(count)
  }
  /** left − right modulo 2^64. */
  setDifference(at: number, left: Uint32Array, leftRow: number, right: Uint32Array, rightRow: number): void {
    const a = left[leftRow * 2]
    const b = right[rightRow * 2]
    this.low[at] = a - b
    this.high[at] = left[leftRow * 2 + 1] - right[rightRow * 2 + 1] - (a < b ? 1 : 0)
  }
}

/** The columns of owners that spell them out, in their order. */
export class GenericLists {
  readonly #lengths: number[] = []
  readonly #columns: number[] = []
  add(columns: Uint16Array): void {
    this.#lengths.push(columns.length)
    for (const column of columns) this.#columns.push(column)
  }
  write(pages: PageWriter, group: number, owner: 0 | 1 | 2): void {
    if (this.#lengths.length === 0) return
    pages.integers(group, PAGE.genericLength + owner, Uint32Array.from(this.#lengths))
    pages.integers(group, PAGE.genericColumn + owner, Uint16Array.from(this.#columns))
  }
}

/** Indices of `pairs` by (pair, index): a counting sort. */
export function orderByPair(pairs: Uint32Array, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1)
  for (let i = 0; i < pairs.length; i++) starts[pairs[i] + 1]++
  for (let k = 0; k < count; k++) starts[k + 1] += starts[k]
  const order = new Uint32Array(pairs.length)
  for (let i = 0; i < pairs.length; i++) order[starts[pairs[i]]++] = i
  return order
}

/** The events or links of rows, with their owners, and how many each row has. */
export function ownedBy(
  placed: Uint32Array,
  end: Uint32Array,
): { readonly owned: Uint32Array; readonly owners: Uint32Array; readonly counts: Uint32Array } {
  const counts = new Uint32Array(placed.length)
  let total = 0
  for (let i = 0; i < placed.length; i++) total += counts[i] = end[placed[i]] - rangeStart(end, placed[i])
  const owned = new Uint32Array(total)
  const owners = new Uint32Array(total)
  let at = 0
  for (let i = 0; i < placed.length && at < total; i++) {
    const from = rangeStart(end, placed[i])
    for (let k = 0; k < counts[i]; k++) {
      owned[at] = from + k
      owners[at++] = placed[i]
    }
  }
  return { owned, owners, counts }
}
