/**
 * The attributes of one kind of owner (rows, events or links) while a block is written: finds each owner's list of columns, then gathers
 * the values column by column. Hot: loops over indices, nothing allocated an owner.
 */
import { ATTRIBUTE_STRING } from '#shared/spans/attribute-value.ts'
import {
  GENERIC_LIST,
  MOST_COLUMNS,
  MOST_LISTS,
  OVERFLOW_COLUMN,
  ROLE_ATTRIBUTE,
  ROLE_STATUS_MESSAGE,
  ROLE_TRACE_STATE,
} from './block-format.ts'

/** Entries of a table's pool: attribute-columns of its rows, events or links. */
export interface Entries {
  readonly end: Uint32Array
  readonly key: Uint32Array
  readonly type: Uint8Array
  /** 2 words an entry. */
  readonly value: Uint32Array
}

/** A column as it was found. */
export interface ColumnDescription {
  /** Dictionary id of the key in the source table; 0 for other roles. */
  readonly key: number
  readonly type: number
  /** How many columns of the same key and type an owner has before this one. */
  readonly occurrence: number
  readonly role: number
}

const NO_COLUMN = -1
const FIRST_SLOTS = 64

export class ColumnSet {
  /** Column 0 is the overflow, 1 and 2 the status message and the trace state: those never overflow. */
  readonly columns: ColumnDescription[] = [
    { key: 0, type: 0, occurrence: 0, role: ROLE_ATTRIBUTE },
    { key: 0, type: ATTRIBUTE_STRING, occurrence: 0, role: ROLE_STATUS_MESSAGE },
    { key: 0, type: ATTRIBUTE_STRING, occurrence: 0, role: ROLE_TRACE_STATE },
  ]
  /** Columns of each list; list 0 is the generic one. */
  readonly lists: Uint16Array[] = [new Uint16Array(0)]
  /** At least the number of values of each column. */
  readonly counts = new Uint32Array(MOST_COLUMNS + 1)

  readonly #entries: Entries
  /** Key's dictionary id -> slot + 1. Slots 0 and 1 are the status message and the trace state. */
  readonly #slots: Uint32Array
  #slotCount = 2
  /** slot × 8 + type -> first column. */
  #firstColumn = new Int32Array(FIRST_SLOTS * 8).fill(NO_COLUMN)
  readonly #nextColumn = new Int32Array(MOST_COLUMNS + 1).fill(NO_COLUMN)
  /** Owner + 1 that had the column last. */
  readonly #lastOwner = new Uint32Array(MOST_COLUMNS + 1)
  #sequence = new Uint16Array(256)
  readonly #listTable = new Int32Array(MOST_LISTS * 4).fill(-1)
  readonly #listHash = new Int32Array(MOST_LISTS + 1)
  /** Of owners with the generic list: where their columns stand. */
  readonly #genericAt = new Map<number, number>()
  #generic = new Uint16Array(1024)
  #genericLength = 0

  constructor(entries: Entries, dictionarySize: number) {
    this.#entries = entries
    this.#slots = new Uint32Array(dictionarySize)
    this.#firstColumn[ATTRIBUTE_STRING] = 1
    this.#firstColumn[8 + ATTRIBUTE_STRING] = 2
  }

  /** The list of an owner. `message` and `state`: dictionary ids of the fields that stand before its attributes; 0: none. */
  listOf(owner: number, message: number, state: number): number {
    const { end, key, type } = this.#entries
    const from = owner === 0 ? 0 : end[owner - 1]
    const to = end[owner]
    let length = 0
    if (to - from + 2 > this.#sequence.length) this.#sequence = new Uint16Array((to - from + 2) * 2)
    const sequence = this.#sequence
    let hash = to - from
    if (message !== 0) hash = Math.imul(hash ^ (sequence[length++] = this.#column(0, 0, ATTRIBUTE_STRING, owner)), 31)
    if (state !== 0) hash = Math.imul(hash ^ (sequence[length++] = this.#column(1, 0, ATTRIBUTE_STRING, owner)), 31)
    for (let i = from; i < to; i++) {
      let slot = this.#slots[key[i]]
      if (slot === 0) slot = this.#newSlot(key[i])
      const column = this.#column(slot - 1, key[i], type[i], owner)
      sequence[length++] = column
      hash = Math.imul(hash ^ column, 0x85ebca6b)
      hash ^= hash >>> 15
    }
    const mask = this.#listTable.length - 1
    let place = (hash ^ (hash >>> 13)) & mask
    for (let list = this.#listTable[place]; list >= 0; list = this.#listTable[place]) {
      if (this.#listHash[list] === hash && sameSequence(this.lists[list], sequence, length)) return list
      place = (place + 1) & mask
    }
    if (this.lists.length <= MOST_LISTS) {
      const list = this.lists.length
      this.lists.push(sequence.slice(0, length))
      this.#listHash[list] = hash
      this.#listTable[place] = list
      return list
    }
    this.#genericAt.set(owner, this.#genericLength)
    if (this.#genericLength + length > this.#generic.length) {
      const grown = new Uint16Array((this.#genericLength + length) * 2)
      grown.set(this.#generic)
      this.#generic = grown
    }
    this.#generic.set(sequence.subarray(0, length), this.#genericLength)
    this.#genericLength += length
    return GENERIC_LIST
  }

  /** The columns of an owner whose list is the generic one. `length`: its attributes and fields. */
  genericColumns(owner: number, length: number): Uint16Array {
    const at = this.#genericAt.get(owner) ?? 0
    return this.#generic.subarray(at, at + length)
  }

  #newSlot(key: number): number {
    const slot = ++this.#slotCount
    this.#slots[key] = slot
    if (slot * 8 > this.#firstColumn.length) {
      const grown = new Int32Array(this.#firstColumn.length * 2).fill(NO_COLUMN)
      grown.set(this.#firstColumn)
      this.#firstColumn = grown
    }
    return slot
  }

  #column(slot: number, key: number, type: number, owner: number): number {
    let column = this.#firstColumn[slot * 8 + type]
    let before = NO_COLUMN
    let occurrence = 0
    while (column !== NO_COLUMN && this.#lastOwner[column] === owner + 1) {
      before = column
      column = this.#nextColumn[column]
      occurrence++
    }
    if (column === NO_COLUMN) {
      if (this.columns.length > MOST_COLUMNS) {
        this.counts[OVERFLOW_COLUMN]++
        return OVERFLOW_COLUMN
      }
      column = this.columns.length
      this.columns.push({ key, type, occurrence, role: ROLE_ATTRIBUTE })
      if (before === NO_COLUMN) this.#firstColumn[slot * 8 + type] = column
      else this.#nextColumn[before] = column
    }
    this.#lastOwner[column] = owner + 1
    this.counts[column]++
    return column
  }
}

function sameSequence(list: Uint16Array, sequence: Uint16Array, length: number): boolean {
  if (list.length !== length) return false
  for (let i = 0; i < length; i++) if (list[i] !== sequence[i]) return false
  return true
}

/** The values of a set's columns in the order in which owners were gathered, with the end of each group. */
export class ColumnValues {
  readonly low: Uint32Array
  readonly high: Uint32Array
  /** Source key of each value of the overflow column and its type; from `start[0]` on. */
  readonly overflowKey: Uint32Array
  readonly overflowType: Uint8Array
  /** First value of each column. */
  readonly start: Uint32Array
  /** group × columns + column -> exclusive end. */
  readonly groupEnd: Uint32Array[] = []
  readonly #cursor: Uint32Array
  readonly #set: ColumnSet
  readonly #entries: Entries

  constructor(set: ColumnSet, entries: Entries) {
    this.#set = set
    this.#entries = entries
    const columns = set.columns.length
    this.start = new Uint32Array(columns + 1)
    for (let c = 0; c < columns; c++) this.start[c + 1] = this.start[c] + set.counts[c]
    this.low = new Uint32Array(this.start[columns])
    this.high = new Uint32Array(this.start[columns])
    this.overflowKey = new Uint32Array(set.counts[OVERFLOW_COLUMN])
    this.overflowType = new Uint8Array(set.counts[OVERFLOW_COLUMN])
    this.#cursor = this.start.slice(0, columns)
  }

  /** Appends the values of one owner. */
  gather(owner: number, list: number, message: number, state: number): void {
    const { end, key, type, value } = this.#entries
    const from = owner === 0 ? 0 : end[owner - 1]
    const fields = (message === 0 ? 0 : 1) + (state === 0 ? 0 : 1)
    const columns =
      list === GENERIC_LIST ? this.#set.genericColumns(owner, fields + end[owner] - from) : this.#set.lists[list]
    let k = 0
    if (message !== 0) this.low[this.#place(columns[k++], 0, ATTRIBUTE_STRING)] = message
    if (state !== 0) this.low[this.#place(columns[k++], 0, ATTRIBUTE_STRING)] = state
    const { low, high } = this
    const cursor = this.#cursor
    for (let i = from; k < columns.length; k++, i++) {
      const column = columns[k]
      const place = column === OVERFLOW_COLUMN ? this.#place(column, key[i], type[i]) : cursor[column]++
      low[place] = value[i * 2]
      high[place] = value[i * 2 + 1]
    }
  }

  #place(column: number, key: number, type: number): number {
    const place = this.#cursor[column]++
    if (column === OVERFLOW_COLUMN) {
      this.overflowKey[place] = key
      this.overflowType[place] = type
    }
    return place
  }

  endGroup(): void {
    this.groupEnd.push(this.#cursor.slice())
  }
}
