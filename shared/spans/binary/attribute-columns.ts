/**
 * Attributes as one column a key and type: what the binary form sends and a decoded table reads. A column's payload is
 *
 *   owners     u32 a value, ascending; left out when every owner has exactly one (FORM_DENSE)
 *   values     by the width in the form: none (empty values), u32 (dictionary ids), i32 (integers that fit), two u32;
 *              after the owners or, for u8 (booleans), last
 *   positions  place in the owner's list, u8, u16 or u32
 *
 * in the order 8-byte values, 4-byte arrays, 2-byte, 1-byte, so that each stands at a multiple of its element.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  type AttributeType,
  isDictionaryType,
} from '#shared/spans/attribute-value.ts'
import type { AttributeKeyUse, AttributeVisitor, Attributes } from '#shared/spans/attributes.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { ReceivedSection } from './sections.ts'

/** Bits of a column's form. */
const POSITIONS_U16 = 1
const POSITIONS_U32 = 2
const FORM_DENSE = 4
/** Integers as sign-extended 32 bits. */
const FORM_SMALL = 8

type Positions = Uint8Array | Uint16Array | Uint32Array

/** One key and type: the values of all owners that have it. */
export interface AttributeColumn {
  readonly key: number
  readonly type: AttributeType
  readonly count: number
  /** Undefined: owner i has value i. */
  readonly owners: Uint32Array | undefined
  readonly positions: Positions
  /** 2 words a value. */
  readonly wide: Uint32Array | undefined
  /** Dictionary ids, or with type int signed numbers. */
  readonly narrow: Uint32Array | Int32Array | undefined
  readonly flags: Uint8Array | undefined
}

/** Collects the values of one column. */
export class AttributeColumnWriter {
  key: number
  readonly type: AttributeType
  count = 0
  #owners = new Uint32Array(16)
  #positions = new Uint32Array(16)
  #values = new Uint32Array(32)
  #mostPosition = 0
  #small = true

  constructor(key: number, type: AttributeType) {
    this.key = key
    this.type = type
  }

  add(owner: number, position: number, low: number, high: number): void {
    const i = this.count
    if (i === this.#owners.length) {
      this.#owners = grown(this.#owners)
      this.#positions = grown(this.#positions)
      this.#values = grown(this.#values)
    }
    this.count = i + 1
    this.#owners[i] = owner
    this.#positions[i] = position
    this.#values[i * 2] = low
    this.#values[i * 2 + 1] = high
    if (position > this.#mostPosition) this.#mostPosition = position
    if (high !== (low & 0x80000000 ? 0xffffffff : 0)) this.#small = false
  }

  /** Replaces the key and, where they are dictionary ids, the values by what `map` says. */
  renumber(map: (id: number) => number): void {
    this.key = map(this.key)
    if (!isDictionaryType(this.type)) return
    for (let i = 0; i < this.count; i++) this.#values[i * 2] = map(this.#values[i * 2])
  }

  /** Calls `visit` with each value that is a dictionary id. */
  forValues(visit: (id: number) => void): void {
    if (!isDictionaryType(this.type)) return
    for (let i = 0; i < this.count; i++) visit(this.#values[i * 2])
  }

  /** The payload's pieces and its form. `owners`: how many there could be. */
  finish(owners: number): { readonly form: number; readonly pieces: readonly ArrayBufferView[] } {
    const { count, type } = this
    const dense = count === owners && this.#owners.subarray(0, count).every((owner, i) => owner === i)
    let form = dense ? FORM_DENSE : 0
    const pieces: ArrayBufferView[] = []
    const narrow = isDictionaryType(type) || (type === ATTRIBUTE_INT && this.#small)
    if (type === ATTRIBUTE_INT && this.#small) form |= FORM_SMALL
    if (!narrow && type !== ATTRIBUTE_EMPTY && type !== ATTRIBUTE_BOOL) pieces.push(this.#values.subarray(0, count * 2))
    if (narrow) pieces.push(this.#lowWords())
    if (!dense) pieces.push(this.#owners.subarray(0, count))
    const positions = this.#positions.subarray(0, count)
    if (this.#mostPosition > 0xffff) {
      form |= POSITIONS_U32
      pieces.push(positions)
    } else if (this.#mostPosition > 0xff) {
      form |= POSITIONS_U16
      pieces.push(Uint16Array.from(positions))
    } else pieces.push(Uint8Array.from(positions))
    if (type === ATTRIBUTE_BOOL) pieces.push(Uint8Array.from(this.#lowWords(), low => (low === 0 ? 0 : 1)))
    return { form, pieces }
  }

  #lowWords(): Uint32Array {
    const words = new Uint32Array(this.count)
    for (let i = 0; i < words.length; i++) words[i] = this.#values[i * 2]
    return words
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}

/** Views a received column. DecodeError when its length, owners or type are not what they must be. */
export function readAttributeColumn(section: ReceivedSection, owners: number): AttributeColumn {
  const { valueType, form, count, payload, offset } = section
  const problem = (text: string) => new DecodeError(text, `attribute column of key ${section.key}`, offset)
  if (valueType > 7) throw problem(`value type ${valueType}; expected 0 … 7`)
  const type = valueType as AttributeType
  if (form > 15 || (form & 3) === 3) throw problem(`form ${form}`)
  const dense = (form & FORM_DENSE) !== 0
  if (dense && count !== owners) throw problem(`${count} values for every one of ${owners} owners`)
  const narrow = isDictionaryType(type) || (form & FORM_SMALL) !== 0
  if ((form & FORM_SMALL) !== 0 && type !== ATTRIBUTE_INT) throw problem(`form ${form} of value type ${type}`)
  const wide = !narrow && type !== ATTRIBUTE_EMPTY && type !== ATTRIBUTE_BOOL
  const positionBytes = (form & POSITIONS_U32) !== 0 ? 4 : (form & POSITIONS_U16) !== 0 ? 2 : 1
  const each = (wide ? 8 : 0) + (narrow ? 4 : 0) + (dense ? 0 : 4) + positionBytes + (type === ATTRIBUTE_BOOL ? 1 : 0)
  if (payload.length !== count * each) throw problem(`${payload.length} bytes; expected ${count} × ${each}`)
  let at = payload.byteOffset
  const take = (bytes: number): number => {
    const from = at
    at += bytes * count
    return from
  }
  const { buffer } = payload
  const values = wide ? new Uint32Array(buffer, take(8), count * 2) : undefined
  let small: Uint32Array | Int32Array | undefined
  if (narrow) {
    small = type === ATTRIBUTE_INT ? new Int32Array(buffer, take(4), count) : new Uint32Array(buffer, take(4), count)
  }
  const ownersOf = dense ? undefined : new Uint32Array(buffer, take(4), count)
  const from = take(positionBytes)
  const positions =
    positionBytes === 4
      ? new Uint32Array(buffer, from, count)
      : positionBytes === 2
        ? new Uint16Array(buffer, from, count)
        : new Uint8Array(buffer, from, count)
  const flags = type === ATTRIBUTE_BOOL ? new Uint8Array(buffer, take(1), count) : undefined
  if (ownersOf !== undefined) {
    for (let i = 1; i < count; i++) {
      if (ownersOf[i] < ownersOf[i - 1]) throw problem('owners that do not ascend')
    }
    if (count > 0 && ownersOf[count - 1] >= owners) throw problem(`owner ${ownersOf[count - 1]} of ${owners}`)
  }
  return { key: section.key, type, count, owners: ownersOf, positions, wide: values, narrow: small, flags }
}

/**
 * Attributes over columns. `forKey` touches that key's columns only. `forOwner` halves its way into each column, until so
 * many owners were asked for that an index of all entries by owner (8 bytes an entry) costs less.
 */
export class AttributeColumns implements Attributes {
  readonly columns: readonly AttributeColumn[]
  readonly #byKey = new Map<number, AttributeColumn[]>()
  readonly #owners: number
  readonly #entryCount: number
  #searched = 0
  #index: OwnerIndex | undefined

  /** `owners`: one more than the highest owner. */
  constructor(columns: readonly AttributeColumn[], owners: number) {
    this.columns = columns
    this.#owners = owners
    let entries = 0
    for (const column of columns) {
      entries += column.count
      const list = this.#byKey.get(column.key)
      if (list === undefined) this.#byKey.set(column.key, [column])
      else list.push(column)
    }
    this.#entryCount = entries
  }

  forOwner(owner: number, visit: AttributeVisitor): void {
    if (this.#index === undefined) {
      this.#searched += this.columns.length
      // An owner count that the entries do not bear out may be made up: no memory for it.
      if (this.#searched > this.#entryCount && this.#owners <= this.#entryCount * 16) {
        this.#index = indexByOwner(this.columns, this.#owners, this.#entryCount)
      }
    }
    if (this.#index !== undefined) {
      const { end, column: columnOf, at } = this.#index
      for (let k = owner === 0 ? 0 : end[owner - 1]; k < end[owner]; k++) {
        const column = this.columns[columnOf[k]]
        visit(column.key, column.type, lowAt(column, at[k]), highAt(column, at[k]))
      }
      return
    }
    const found: { column: AttributeColumn; i: number }[] = []
    for (const column of this.columns) {
      for (let i = placeOf(column, owner); i < column.count && ownerAt(column, i) === owner; i++)
        found.push({ column, i })
    }
    found.sort((a, b) => a.column.positions[a.i] - b.column.positions[b.i])
    for (const { column, i } of found) visit(column.key, column.type, lowAt(column, i), highAt(column, i))
  }

  firstOf(owner: number, key: number, visit: (type: AttributeType, low: number, high: number) => void): void {
    let first: AttributeColumn | undefined
    let at = 0
    for (const column of this.#byKey.get(key) ?? []) {
      const i = placeOf(column, owner)
      if (i >= column.count || ownerAt(column, i) !== owner) continue
      if (first !== undefined && first.positions[at] <= column.positions[i]) continue
      first = column
      at = i
    }
    if (first !== undefined) visit(first.type, lowAt(first, at), highAt(first, at))
  }

  forKey(key: number, visit: (owner: number, type: AttributeType, low: number, high: number) => void): void {
    const columns = this.#byKey.get(key)
    if (columns === undefined) return
    if (columns.length === 1) return this.forColumn(columns[0], visit)
    // A key with values of several types: always the one that comes next by owner and position.
    const at = columns.map(() => 0)
    for (;;) {
      let next = -1
      for (let c = 0; c < columns.length; c++) {
        if (at[c] >= columns[c].count) continue
        if (next < 0 || comesBefore(columns[c], at[c], columns[next], at[next])) next = c
      }
      if (next < 0) return
      const column = columns[next]
      const i = at[next]++
      visit(ownerAt(column, i), column.type, lowAt(column, i), highAt(column, i))
    }
  }

  /** Every value of one of these columns, by owner. */
  forColumn(
    column: AttributeColumn,
    visit: (owner: number, type: AttributeType, low: number, high: number) => void,
  ): void {
    const { owners, narrow, type } = column
    if (narrow instanceof Uint32Array) {
      for (let i = 0; i < column.count; i++) visit(owners === undefined ? i : owners[i], type, narrow[i], 0)
      return
    }
    for (let i = 0; i < column.count; i++) visit(ownerAt(column, i), type, lowAt(column, i), highAt(column, i))
  }

  keys(): readonly AttributeKeyUse[] {
    return this.columns.map(({ key, type, count }) => ({ key, type, count }))
  }
}

/** The entries of owner o, by position, are `end[o − 1]` up to `end[o]`: value `at` of column `column`. */
interface OwnerIndex {
  readonly end: Uint32Array
  readonly column: Uint32Array
  readonly at: Uint32Array
}

function indexByOwner(columns: readonly AttributeColumn[], owners: number, entries: number): OwnerIndex {
  const end = new Uint32Array(owners)
  for (const column of columns) for (let i = 0; i < column.count; i++) end[ownerAt(column, i)]++
  for (let o = 1; o < owners; o++) end[o] += end[o - 1]
  const columnOf = new Uint32Array(entries)
  const at = new Uint32Array(entries)
  // From the back, so that each end moves down to its start; sorted below; then the ends are the next one's starts.
  for (let c = columns.length - 1; c >= 0; c--) {
    for (let i = columns[c].count - 1; i >= 0; i--) {
      const k = --end[ownerAt(columns[c], i)]
      columnOf[k] = c
      at[k] = i
    }
  }
  for (let o = 0; o < owners; o++) end[o] = o + 1 < owners ? end[o + 1] : entries
  const position = (k: number) => columns[columnOf[k]].positions[at[k]]
  for (let o = 0, from = 0; o < owners; from = end[o++]) {
    let sorted = true
    for (let k = from + 1; k < end[o] && sorted; k++) sorted = position(k - 1) <= position(k)
    if (sorted) continue
    const places = Array.from({ length: end[o] - from }, (_, k) => from + k).sort((a, b) => position(a) - position(b))
    const sortedColumns = places.map(k => columnOf[k])
    const sortedAt = places.map(k => at[k])
    columnOf.set(sortedColumns, from)
    at.set(sortedAt, from)
  }
  return { end, column: columnOf, at }
}

function comesBefore(a: AttributeColumn, i: number, b: AttributeColumn, k: number): boolean {
  const owners = ownerAt(a, i) - ownerAt(b, k)
  return owners === 0 ? a.positions[i] < b.positions[k] : owners < 0
}

function ownerAt(column: AttributeColumn, i: number): number {
  return column.owners === undefined ? i : column.owners[i]
}

/** The first value whose owner is not below `owner`. */
function placeOf(column: AttributeColumn, owner: number): number {
  const { owners } = column
  if (owners === undefined) return owner
  let low = 0
  let high = owners.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (owners[middle] < owner) low = middle + 1
    else high = middle
  }
  return low
}

function lowAt(column: AttributeColumn, i: number): number {
  if (column.narrow !== undefined) return column.narrow[i] >>> 0
  if (column.wide !== undefined) return column.wide[i * 2]
  return column.flags === undefined ? 0 : column.flags[i]
}

function highAt(column: AttributeColumn, i: number): number {
  if (column.wide !== undefined) return column.wide[i * 2 + 1]
  return column.type === ATTRIBUTE_INT && column.narrow !== undefined && column.narrow[i] < 0 ? 0xffffffff : 0
}
