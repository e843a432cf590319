/** Which spans of a table are there already: a set of rows by content, quick also when thousands share one id. */
import { SpanComparer, SpanHasher } from './equal-spans.ts'
import type { SpanTable } from './span-table.ts'

/** A chain of rows with one span id that is longer than this is looked through by content hash. */
const LONG_CHAIN = 16

export class DistinctSpans {
  readonly #table: SpanTable
  readonly #hasher: SpanHasher
  readonly #byId = new Map<number, number[]>()
  /** Long chains of `#byId` by content. */
  readonly #byContent = new Map<number, Map<number, number[]>>()

  /** Rows of `table` are what is added; it may grow meanwhile. */
  constructor(table: SpanTable) {
    this.#table = table
    this.#hasher = new SpanHasher(table)
  }

  /** For asking about the rows of `other`; keep it for all of them. */
  ask(other: SpanTable): (row: number) => boolean {
    const comparer = new SpanComparer(other, this.#table)
    const hasher = other === this.#table ? this.#hasher : new SpanHasher(other)
    return row => {
      const key = idKey(other, row)
      const chain = this.#byId.get(key)
      if (chain === undefined) return false
      const content = this.#byContent.get(key)
      const candidates = content === undefined ? chain : content.get(hasher.hash(row))
      return candidates !== undefined && candidates.some(known => comparer.equal(row, known))
    }
  }

  /** Adds a row of the table; the caller has asked. */
  add(row: number): void {
    const key = idKey(this.#table, row)
    const chain = this.#byId.get(key)
    if (chain === undefined) {
      this.#byId.set(key, [row])
      return
    }
    chain.push(row)
    const content = this.#byContent.get(key)
    if (content !== undefined) this.#note(content, row)
    else if (chain.length > LONG_CHAIN) {
      const fresh = new Map<number, number[]>()
      for (const known of chain) this.#note(fresh, known)
      this.#byContent.set(key, fresh)
    }
  }

  #note(content: Map<number, number[]>, row: number): void {
    const hash = this.#hasher.hash(row)
    const list = content.get(hash)
    if (list === undefined) content.set(hash, [row])
    else list.push(row)
  }
}

function idKey({ spanId }: SpanTable, row: number): number {
  return (spanId[row * 2] ^ Math.imul(spanId[row * 2 + 1], 0x9e3779b1)) >>> 0
}

/** Whether two rows bear one span id, whatever their trace: only then can two be equal. */
export function hasRepeatedIds({ spanId, rowCount }: SpanTable): boolean {
  if (rowCount < 2) return false
  const size = 2 ** Math.ceil(Math.log2(rowCount * 2))
  /** Row + 1 at the first free place from its hash on; 0: nothing. */
  const places = new Uint32Array(size)
  for (let row = 0; row < rowCount; row++) {
    const [high, low] = [spanId[row * 2], spanId[row * 2 + 1]]
    let place = (Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b) >>> 7) & (size - 1)
    for (let known = places[place]; known !== 0; known = places[place]) {
      if (spanId[(known - 1) * 2] === high && spanId[(known - 1) * 2 + 1] === low) return true
      place = (place + 1) & (size - 1)
    }
    places[place] = row + 1
  }
  return false
}
