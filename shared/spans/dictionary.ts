/**
 * Byte strings by number. Names, keys, values and everything else that repeats stands once in a table's dictionary and
 * is a u32 id in its columns. Id 0 is the empty string. Ids are dense and in order of first appearance.
 */

import { type FoldedText, holdsFolded, isFolded } from './folded-text.ts'

/** The read side, the same for a growing table, another thread's table and a decoded one. */
export interface Dictionary {
  /** How many entries, the empty one included. */
  readonly size: number
  /** The text of an entry; bytes that are not UTF-8 show as U+FFFD. Cached. */
  text(id: number): string
  /** A copy of the bytes of an entry. */
  bytes(id: number): Uint8Array
  /** Whether an entry holds a text anywhere, upper and lower case as one. Quicker than its text, and keeps none. */
  holds(id: number, wanted: FoldedText): boolean
  /** The same for an entry that is the text from end to end. */
  is(id: number, wanted: FoldedText): boolean
  /** The id of a text, or -1. Linear in the number of entries unless the table is the growing one: ask once a query. */
  find(text: string): number
}

/** A text may begin with U+FEFF; it is part of it. */
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })
const ENCODER = new TextEncoder()

/** Bytes of UTF-8. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(text)
}

/** Text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD. Takes views of shared memory too. */
export function decodeText(bytes: Uint8Array): string {
  return DECODER.decode(bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice())
}

/** 32-bit hash of `length` bytes at `at`; `view` covers the same memory as `bytes`. */
export function hashBytes(bytes: Uint8Array, view: DataView, at: number, length: number): number {
  let h = length
  let i = at
  const wordsEnd = at + (length & ~3)
  for (; i < wordsEnd; i += 4) {
    h = Math.imul(h ^ view.getInt32(i, true), 0x85ebca6b)
    h ^= h >>> 15
  }
  const rest = length & 3
  if (rest !== 0) {
    let tail = bytes[i]
    if (rest > 1) tail |= bytes[i + 1] << 8
    if (rest > 2) tail |= bytes[i + 2] << 16
    h = Math.imul(h ^ tail, 0x85ebca6b)
    h ^= h >>> 15
  }
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms, up to U+10FFFF). */
export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  let i = from
  while (i < to) {
    const a = bytes[i++]
    if (a < 0x80) continue
    let more: number
    let least = 0x80
    let most = 0xbf
    if (a >= 0xc2 && a <= 0xdf) more = 1
    else if (a >= 0xe0 && a <= 0xef) {
      more = 2
      if (a === 0xe0) least = 0xa0
      if (a === 0xed) most = 0x9f
    } else if (a >= 0xf0 && a <= 0xf4) {
      more = 3
      if (a === 0xf0) least = 0x90
      if (a === 0xf4) most = 0x8f
    } else return false
    if (i + more > to) return false
    if (bytes[i] < least || bytes[i] > most) return false
    for (let k = 1; k < more; k++) if ((bytes[i + k] & 0xc0) !== 0x80) return false
    i += more
  }
  return true
}

/** A dictionary over columns that hold offsets, lengths and bytes; see `COLUMNS.dictionary*`. */
export class ColumnDictionary implements Dictionary {
  size: number
  readonly #offsets: Uint32Array
  readonly #lengths: Uint32Array
  readonly #hashes: Uint32Array | undefined
  readonly #bytes: Uint8Array
  readonly #texts: (string | undefined)[] = ['']

  /** `hashes` (of `hashBytes`) make `find` quicker; without them lengths and bytes are compared. */
  constructor(size: number, offsets: Uint32Array, lengths: Uint32Array, bytes: Uint8Array, hashes?: Uint32Array) {
    this.size = size
    this.#offsets = offsets
    this.#lengths = lengths
    this.#bytes = bytes
    this.#hashes = hashes
  }

  text(id: number): string {
    return (this.#texts[id] ??= decodeText(this.#view(id)))
  }

  bytes(id: number): Uint8Array {
    return this.#view(id).slice()
  }

  holds(id: number, wanted: FoldedText): boolean {
    const at = this.#offsets[id]
    return (
      holdsFolded(this.#bytes, at, at + this.#lengths[id], wanted) ?? this.text(id).toLowerCase().includes(wanted.text)
    )
  }

  is(id: number, wanted: FoldedText): boolean {
    const at = this.#offsets[id]
    return isFolded(this.#bytes, at, at + this.#lengths[id], wanted) ?? this.text(id).toLowerCase() === wanted.text
  }

  find(text: string): number {
    if (text === '') return 0
    const wanted = encodeText(text)
    const hash = this.#hashes === undefined ? 0 : hashBytes(wanted, new DataView(wanted.buffer), 0, wanted.length)
    for (let id = 1; id < this.size; id++) {
      if (this.#hashes !== undefined && this.#hashes[id] !== hash) continue
      if (this.#lengths[id] === wanted.length && this.#equals(id, wanted)) return id
    }
    return -1
  }

  #view(id: number): Uint8Array {
    if (id < 0 || id >= this.size) throw new RangeError(`dictionary id ${id} of ${this.size}`)
    const at = this.#offsets[id]
    return this.#bytes.subarray(at, at + this.#lengths[id])
  }

  #equals(id: number, wanted: Uint8Array): boolean {
    const at = this.#offsets[id]
    for (let i = 0; i < wanted.length; i++) if (this.#bytes[at + i] !== wanted[i]) return false
    return true
  }
}
