/** Numbers for tuples of small integers while a block is written: (service, name, kind, scope, list) of rows, (name, list) of events. */

export class PairTable {
  /** Parts one after the other. */
  #parts: Uint32Array
  readonly #width: number
  #table: Int32Array
  #count = 0

  constructor(width: number) {
    this.#width = width
    this.#parts = new Uint32Array(256 * width)
    this.#table = new Int32Array(1024).fill(-1)
  }

  get count(): number {
    return this.#count
  }

  part(pair: number, part: number): number {
    return this.#parts[pair * this.#width + part]
  }

  /** `e` is 0 for narrower tables. */
  of(a: number, b: number, c: number, d: number, e: number): number {
    let place = hash(a, b, c, d, e) & (this.#table.length - 1)
    for (let pair = this.#table[place]; pair >= 0; pair = this.#table[place]) {
      const at = pair * this.#width
      const p = this.#parts
      if (p[at] === a && p[at + 1] === b) {
        if (this.#width === 2 || (p[at + 2] === c && p[at + 3] === d && p[at + 4] === e)) return pair
      }
      place = (place + 1) & (this.#table.length - 1)
    }
    const pair = this.#count++
    if (this.#count * this.#width > this.#parts.length) {
      const grown = new Uint32Array(this.#parts.length * 2)
      grown.set(this.#parts)
      this.#parts = grown
    }
    const at = pair * this.#width
    this.#parts[at] = a
    this.#parts[at + 1] = b
    if (this.#width > 2) {
      this.#parts[at + 2] = c
      this.#parts[at + 3] = d
      this.#parts[at + 4] = e
    }
    this.#table[place] = pair
    if (this.#count * 2 > this.#table.length) this.#rehash()
    return pair
  }

  /**
   * The pairs in the order in which a block numbers them: those with list 0 last (their rows spell out their columns), else by their
   * parts. `list` is the part that is the list.
   */
  order(list: number): Uint32Array {
    const order = new Uint32Array(this.#count)
    for (let k = 0; k < order.length; k++) order[k] = k
    return order.sort((x, y) => {
      const generic = Number(this.part(x, list) === 0) - Number(this.part(y, list) === 0)
      if (generic !== 0) return generic
      for (let k = 0; k < this.#width; k++) {
        const difference = this.part(x, k) - this.part(y, k)
        if (difference !== 0) return difference
      }
      return 0
    })
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2).fill(-1)
    for (let pair = 0; pair < this.#count; pair++) {
      const wide = this.#width > 2
      const [c, d, e] = wide ? [this.part(pair, 2), this.part(pair, 3), this.part(pair, 4)] : [0, 0, 0]
      let place = hash(this.part(pair, 0), this.part(pair, 1), c, d, e) & (table.length - 1)
      while (table[place] >= 0) place = (place + 1) & (table.length - 1)
      table[place] = pair
    }
    this.#table = table
  }
}

function hash(a: number, b: number, c: number, d: number, e: number): number {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b)
  h = Math.imul(h ^ c ^ Math.imul(d, 0x27d4eb2f) ^ (h >>> 15), 0xc2b2ae35)
  h = Math.imul(h ^ e ^ (h >>> 13), 0x2c1b3c6d)
  return (h ^ (h >>> 16)) >>> 0
}
