/** Rows by span id: open addressing over the id's words, rows of one id chained in order. */
export class SpanIdIndex {
  readonly #ids: Uint32Array
  readonly #slots: Int32Array
  readonly #mask: number
  /** Next row entry with the same id, −1 at the end. */
  readonly #next: Int32Array
  readonly #last: Int32Array

  /** `ids`: 2 words an entry. Entries are added by `add` in any order, each once. */
  constructor(ids: Uint32Array, entries: number) {
    let capacity = 16
    while (capacity < entries * 2) capacity *= 2
    this.#ids = ids
    this.#slots = new Int32Array(capacity).fill(-1)
    this.#mask = capacity - 1
    this.#next = new Int32Array(entries).fill(-1)
    this.#last = new Int32Array(entries)
  }

  /** Adds an entry; returns the first entry with the same id: itself when the id is new. */
  add(entry: number): number {
    const low = this.#ids[entry * 2]
    const high = this.#ids[entry * 2 + 1]
    const slot = this.#slot(low, high)
    const first = this.#slots[slot]
    if (first < 0) {
      this.#slots[slot] = entry
      this.#last[entry] = entry
      return entry
    }
    this.#next[this.#last[first]] = entry
    this.#last[first] = entry
    return first
  }

  /** The first entry with this id, −1 when there is none. */
  first(low: number, high: number): number {
    return this.#slots[this.#slot(low, high)]
  }

  /** The entry after this one with the same id, −1 behind the last. */
  next(entry: number): number {
    return this.#next[entry]
  }

  #slot(low: number, high: number): number {
    let h = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
    h ^= h >>> 15
    let slot = (Math.imul(h, 0xc2b2ae35) >>> 7) & this.#mask
    for (;;) {
      const entry = this.#slots[slot]
      if (entry < 0 || (this.#ids[entry * 2] === low && this.#ids[entry * 2 + 1] === high)) return slot
      slot = (slot + 1) & this.#mask
    }
  }
}
