/** The dictionary of a growing span table: byte strings are entered once and found by hash. Ids are dense, in order of first appearance. */
import type { PoolCounts } from './columns.ts'
import { ColumnDictionary, type Dictionary, encodeText, hashBytes, isUtf8 } from './dictionary.ts'
import { type ColumnOptions, GrowingColumns } from './growing-columns.ts'

/**
 * Places of the hash table at first, a power of two. It doubles as it fills: made for all that a table may get, it would be so large that
 * nearly every look-up of a new text touched a page of its own (a tenth of what ingest costs).
 */
const FIRST_PLACES = 2 ** 17

/** Longer entries are copied by the engine, whose call costs as much as copying so many bytes here. */
const COPIED_BY_WORDS = 512

export class GrowingDictionary extends GrowingColumns {
  /** Open addressing: pairs of (hash, id); id 0 is an empty place. Private even when the table is shared. */
  #hashTable: Uint32Array
  #hashMask: number
  /** The read side, and the memory that it is made for. */
  #reader: ColumnDictionary | undefined
  #readerOf: ArrayBufferLike | undefined
  readonly #ascii = new Uint8Array(256)
  readonly #asciiView = new DataView(this.#ascii.buffer)

  constructor(options: ColumnOptions) {
    super(options)
    const places = Math.min(FIRST_PLACES, 2 ** Math.ceil(Math.log2(Math.max(this.capacity.dictionary, 8) * 2)))
    this.#hashTable = new Uint32Array(places * 2)
    this.#hashMask = places - 1
    this.dictionaryIsText[0] = 1
    this.dictionaryCount = 1
  }

  /** The read side of the dictionary. */
  get dictionary(): Dictionary {
    const known = this.#reader
    if (known !== undefined && this.#readerOf === this.buffer) {
      known.size = this.dictionaryCount
      return known
    }
    this.#readerOf = this.buffer
    return (this.#reader = new BuilderDictionary(this, text => this.#find(text)))
  }

  /** Id of a byte string, entered when new. `view` covers the same memory as `bytes`; the range must lie inside. */
  internBytes(bytes: Uint8Array, view: DataView, at: number, length: number): number {
    if (length === 0) return 0
    const hash = hashBytes(bytes, view, at, length)
    const mask = this.#hashMask
    const table = this.#hashTable
    let place = hash & mask
    let id: number
    while ((id = table[place * 2 + 1]) !== 0) {
      if (table[place * 2] === hash && this.entryEquals(id, bytes, view, at, length)) return id
      place = (place + 1) & mask
    }
    return this.#enter(hash, place, bytes, view, at, length)
  }

  /** As `internBytes`, for text: bytes that are not UTF-8 make the current span (if any) be rejected as `invalid_utf8`. */
  intern(bytes: Uint8Array, view: DataView, at: number, length: number): number {
    const id = this.internBytes(bytes, view, at, length)
    if (this.dictionaryIsText[id] === 0) {
      if (isUtf8(bytes, at, at + length)) this.dictionaryIsText[id] = 1
      else this.fault('invalid_utf8')
    }
    return id
  }

  /** As `intern` for an attribute's text: longer than the limit is cut between characters, marked and counted. */
  internValue(bytes: Uint8Array, view: DataView, at: number, length: number): number {
    if (length <= this.limits.valueBytes) return this.intern(bytes, view, at, length)
    let cut = this.limits.valueBytes
    while (cut > 0 && (bytes[at + cut] & 0xc0) === 0x80) cut--
    this.markCut()
    return this.intern(bytes, view, at, cut)
  }

  /** Id of a text that is at hand as a string. */
  internText(text: string): number {
    const { length } = text
    if (length === 0) return 0
    // ASCII of usual length is written here: an encoder's call costs several times as much.
    const ascii = this.#ascii
    if (length <= ascii.length) {
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 127) break
        ascii[i] = code
      }
      if (i === length) return this.intern(ascii, this.#asciiView, 0, length)
    }
    const bytes = encodeText(text)
    return this.intern(bytes, new DataView(bytes.buffer), 0, bytes.length)
  }

  /** True when entry `id` is exactly these bytes: the test of a predicted value. False for id 0 and a length above 0. */
  entryEquals(id: number, bytes: Uint8Array, view: DataView, at: number, length: number): boolean {
    if (this.dictionaryLength[id] !== length) return false
    const words = this.dictionaryWords
    let word = this.dictionaryOffset[id] >>> 2
    const wordsEnd = at + (length & ~3)
    let i = at
    for (; i < wordsEnd; i += 4, word++) if (words[word] !== view.getInt32(i, true)) return false
    for (let from = word * 4, end = at + length; i < end; i++, from++) {
      if (this.dictionaryBytes[from] !== bytes[i]) return false
    }
    return true
  }

  #find(text: string): number {
    if (text === '') return 0
    const bytes = encodeText(text)
    const view = new DataView(bytes.buffer)
    const hash = hashBytes(bytes, view, 0, bytes.length)
    let place = hash & this.#hashMask
    let id: number
    while ((id = this.#hashTable[place * 2 + 1]) !== 0) {
      if (this.#hashTable[place * 2] === hash && this.entryEquals(id, bytes, view, 0, bytes.length)) return id
      place = (place + 1) & this.#hashMask
    }
    return -1
  }

  /** `place`: the empty one where the look-up ended. */
  #enter(hash: number, place: number, bytes: Uint8Array, view: DataView, at: number, length: number): number {
    const padded = (length + 3) & ~3
    if (this.dictionaryCount >= this.dictionaryOffset.length) this.reserve('dictionary', 1)
    if (this.dictionaryByteCount + padded > this.dictionaryBytes.length) this.reserve('dictionaryBytes', padded)
    const id = this.dictionaryCount++
    const offset = this.dictionaryByteCount
    this.dictionaryByteCount = offset + padded
    this.dictionaryOffset[id] = offset
    this.dictionaryLength[id] = length
    this.dictionaryHash[id] = hash
    if (length > COPIED_BY_WORDS) {
      this.dictionaryBytes.set(bytes.subarray(at, at + length), offset)
      this.dictionaryIsText[id] = 0
    } else {
      // Most entries are ASCII, which the copying sees: those need no other check for UTF-8.
      const words = this.dictionaryWords
      let seen = 0
      let word = offset >>> 2
      let i = at
      for (const end = at + (length & ~3); i < end; i += 4) {
        const four = view.getInt32(i, true)
        seen |= four
        words[word++] = four
      }
      for (const end = at + length; i < end; i++) {
        const byte = bytes[i]
        seen |= byte
        this.dictionaryBytes[offset + i - at] = byte
      }
      this.dictionaryIsText[id] = (seen & 0x80808080) === 0 ? 1 : 0
    }
    if (this.dictionaryCount * 2 > this.#hashMask + 1) this.#rehash((this.#hashMask + 1) * 2)
    else {
      this.#hashTable[place * 2] = hash
      this.#hashTable[place * 2 + 1] = id
    }
    return id
  }

  #place(hash: number, id: number): void {
    let place = hash & this.#hashMask
    while (this.#hashTable[place * 2 + 1] !== 0) place = (place + 1) & this.#hashMask
    this.#hashTable[place * 2] = hash
    this.#hashTable[place * 2 + 1] = id
  }

  #rehash(places: number): void {
    this.#hashTable = new Uint32Array(places * 2)
    this.#hashMask = places - 1
    for (let id = 1; id < this.dictionaryCount; id++) this.#place(this.dictionaryHash[id], id)
  }

  /** Takes over entries that were written from outside. */
  protected adoptDictionary(counts: Readonly<PoolCounts>): void {
    this.dictionaryCount = counts.dictionary
    this.dictionaryByteCount = counts.dictionaryBytes
    this.#reader = undefined
    let places = this.#hashMask + 1
    while (places < counts.dictionary * 2) places *= 2
    this.#rehash(places)
  }
}

/** The dictionary of a growing table: finds by its hash table. */
class BuilderDictionary extends ColumnDictionary {
  readonly #find: (text: string) => number
  constructor(table: GrowingColumns, find: (text: string) => number) {
    super(table.dictionaryCount, table.dictionaryOffset, table.dictionaryLength, table.dictionaryBytes)
    this.#find = find
  }
  override find(text: string): number {
    return this.#find(text)
  }
}
