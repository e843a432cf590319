/**
 * The attributes of many owners (spans, events, links, resources or scopes). Two forms behind one read interface:
 * entries in order of arrival (a growing table: cheap to append, to undo and to log) and one column a key and type (a
 * decoded table: sent and kept apart, read without touching the other keys).
 */
import type { AttributeType } from './attribute-value.ts'

/** A value's two words; see attribute-value.ts. */
export type AttributeVisitor = (key: number, type: AttributeType, low: number, high: number) => void

/** A key as it occurs: dictionary id, value type, number of values. */
export interface AttributeKeyUse {
  readonly key: number
  readonly type: AttributeType
  readonly count: number
}

export interface Attributes {
  /** The attributes of one owner in their original order, repeated keys included. */
  forOwner(owner: number, visit: AttributeVisitor): void
  /** The first value that one owner has of a key. Touches that key's values only where they stand apart. */
  firstOf(owner: number, key: number, visit: (type: AttributeType, low: number, high: number) => void): void
  /** All values of one key, owners ascending, repeated keys in order. */
  forKey(key: number, visit: (owner: number, type: AttributeType, low: number, high: number) => void): void
  /** The distinct (key, type) pairs, in no stable order. Linear in the number of entries for a growing table. */
  keys(): readonly AttributeKeyUse[]
}

/** Attributes as entries: `end[owner]` is the exclusive end of the owner's range. Arrays may be longer than used. */
export class AttributeEntries implements Attributes {
  readonly #owners: () => number
  readonly #end: Uint32Array
  readonly #key: Uint32Array
  readonly #type: Uint8Array
  readonly #value: Uint32Array

  constructor(
    owners: () => number,
    columns: { end: Uint32Array; key: Uint32Array; type: Uint8Array; value: Uint32Array },
  ) {
    this.#owners = owners
    this.#end = columns.end
    this.#key = columns.key
    this.#type = columns.type
    this.#value = columns.value
  }

  forOwner(owner: number, visit: AttributeVisitor): void {
    const to = this.#end[owner]
    for (let i = owner === 0 ? 0 : this.#end[owner - 1]; i < to; i++) {
      visit(this.#key[i], this.#type[i] as AttributeType, this.#value[i * 2], this.#value[i * 2 + 1])
    }
  }

  firstOf(owner: number, key: number, visit: (type: AttributeType, low: number, high: number) => void): void {
    const to = this.#end[owner]
    for (let i = owner === 0 ? 0 : this.#end[owner - 1]; i < to; i++) {
      if (this.#key[i] !== key) continue
      visit(this.#type[i] as AttributeType, this.#value[i * 2], this.#value[i * 2 + 1])
      return
    }
  }

  forKey(key: number, visit: (owner: number, type: AttributeType, low: number, high: number) => void): void {
    const owners = this.#owners()
    const to = owners === 0 ? 0 : this.#end[owners - 1]
    const keys = this.#key
    let owner = 0
    for (let i = 0; i < to; i++) {
      if (keys[i] !== key) continue
      owner = ownerOf(this.#end, owner, owners, i)
      visit(owner, this.#type[i] as AttributeType, this.#value[i * 2], this.#value[i * 2 + 1])
    }
  }

  keys(): readonly AttributeKeyUse[] {
    const owners = this.#owners()
    const to = owners === 0 ? 0 : this.#end[owners - 1]
    const counts = new Map<number, number>()
    for (let i = 0; i < to; i++) {
      const id = this.#key[i] * 8 + this.#type[i]
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    return [...counts].map(([id, count]) => ({ key: Math.floor(id / 8), type: (id % 8) as AttributeType, count }))
  }
}

/** The owner whose range holds entry `i`: the first one from `from` on with `end > i`. Gallops, then halves. */
function ownerOf(end: Uint32Array, from: number, owners: number, i: number): number {
  let step = 1
  let low = from
  while (low + step < owners && end[low + step - 1] <= i) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, owners)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (end[middle] <= i) low = middle + 1
    else high = middle
  }
  return low
}
