/**
 * The rows of a growing table by span, to recognise a span that is sent twice. One look-up a span on the hot path: open addressing
 * over trace and span id; content is compared only when both are equal.
 */
import { SpanComparer, SpanHasher } from '#shared/spans/equal-spans.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

/** So many different spans under one id are looked through one by one; further ones are found by a hash of their content. */
const LONG_CHAIN = 16

export class KnownRows {
  readonly #table: SpanTable
  readonly #comparer: SpanComparer
  /** Pairs of (hash, row + 1); a zero row is an empty place. */
  #places: Uint32Array
  #mask: number
  #count = 0
  /** Senders choose ids; they must not be able to choose places. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32) | 1
  /** Rows that came after LONG_CHAIN others under the same ids, by content. */
  readonly #crowded = new Map<number, number[]>()
  #hasher: SpanHasher | undefined

  /** `rows`: as many as the table may get. */
  constructor(table: SpanTable, rows: number) {
    this.#table = table
    this.#comparer = new SpanComparer(table, table)
    this.#mask = 2 ** Math.ceil(Math.log2(Math.max(rows, 8) * 2)) - 1
    this.#places = new Uint32Array((this.#mask + 1) * 2)
  }

  /** True when a row that was added before is the same span as `row`; otherwise adds it. */
  isCopy(row: number): boolean {
    const hash = this.#hash(row)
    const places = this.#places
    let place = hash & this.#mask
    let sameIds = 0
    for (let other = places[place * 2 + 1]; other !== 0; other = places[place * 2 + 1]) {
      if (places[place * 2] === hash && this.#idsEqual(row, other - 1)) {
        if (this.#comparer.equal(row, other - 1)) return true
        if (++sameIds === LONG_CHAIN) return this.#isCrowdedCopy(row)
      }
      place = (place + 1) & this.#mask
    }
    places[place * 2] = hash
    places[place * 2 + 1] = row + 1
    if (++this.#count * 4 > this.#mask * 3) this.#grow()
    return false
  }

  /** What was added as row `from` stands at `to` now, a lower number. Rows that move together are told in ascending order. */
  moved(from: number, to: number): void {
    const hash = this.#hash(to)
    let place = hash & this.#mask
    for (let other = this.#places[place * 2 + 1]; other !== 0; other = this.#places[place * 2 + 1]) {
      if (other === from + 1) {
        this.#places[place * 2 + 1] = to + 1
        return
      }
      place = (place + 1) & this.#mask
    }
    const rows = this.#crowdedLike(to)
    const i = rows.indexOf(from)
    if (i >= 0) rows[i] = to
  }

  #hash(row: number): number {
    const { traceId, spanId } = this.#table
    const [t, s] = [row * 4, row * 2]
    let hash = Math.imul(spanId[s] ^ Math.imul(spanId[s + 1], this.#seed), 0x85ebca6b)
    hash ^= hash >>> 15
    hash = Math.imul(hash ^ traceId[t] ^ Math.imul(traceId[t + 3], this.#seed), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  #idsEqual(a: number, b: number): boolean {
    const { traceId, spanId } = this.#table
    for (let k = 0; k < 4; k++) if (traceId[a * 4 + k] !== traceId[b * 4 + k]) return false
    return spanId[a * 2] === spanId[b * 2] && spanId[a * 2 + 1] === spanId[b * 2 + 1]
  }

  #isCrowdedCopy(row: number): boolean {
    const rows = this.#crowdedLike(row)
    if (rows.some(other => this.#comparer.equal(row, other))) return true
    rows.push(row)
    return false
  }

  #crowdedLike(row: number): number[] {
    this.#hasher ??= new SpanHasher(this.#table)
    const hash = this.#hasher.hash(row)
    let rows = this.#crowded.get(hash)
    if (rows === undefined) this.#crowded.set(hash, (rows = []))
    return rows
  }

  #grow(): void {
    const old = this.#places
    this.#mask = this.#mask * 2 + 1
    this.#places = new Uint32Array((this.#mask + 1) * 2)
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue
      let place = old[i] & this.#mask
      while (this.#places[place * 2 + 1] !== 0) place = (place + 1) & this.#mask
      this.#places[place * 2] = old[i]
      this.#places[place * 2 + 1] = old[i + 1]
    }
  }
}
