/** The pages of the columns of one kind of owner: dictionaries, codes, plain values, Bloom filters. */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  isDictionaryType,
} from '#shared/spans/attribute-value.ts'
import {
  BLOCK_PAGES,
  columnPage,
  OVERFLOW_COLUMN,
  type OwnerKind,
  STORE_BOOL,
  STORE_NOTHING,
  STORE_OVERFLOW,
  STORE_TEXT_CODES,
  STORE_TEXT_PLAIN,
  STORE_WORD_CODES,
  STORE_WORD_PLAIN,
} from './block-format.ts'
import type { ColumnSet, ColumnValues } from './column-set.ts'
import type { SourceBytes } from './entry-table.ts'
import { hashWords } from './hash-words.ts'
import { buildBloom } from './pages/bloom.ts'
import type { TextTable } from './text-table.ts'
import type { PageWriter } from './write-pages.ts'

/** More distinct values than this share of all are not worth a dictionary (when there are many). */
const PLAIN_SHARE = 0.5
const PLAIN_LEAST = 512
/** Dictionaries of this size have a Bloom filter, so that most blocks are passed without reading them. */
const BLOOM_LEAST = 512
/** Frequencies from here on count as equal: codes are ordered by this many counts. */
const RANKS = 1024

export interface WrittenColumn {
  readonly store: number
  readonly distinct: number
}

export class ColumnPages {
  readonly #pages: PageWriter
  readonly #source: SourceBytes
  readonly #texts: TextTable
  /** Dictionary id -> code in the column that is being written, valid when its stamp is the column's. */
  readonly #codes: Uint32Array
  readonly #stamps: Uint32Array
  #stamp = 0

  constructor(pages: PageWriter, source: SourceBytes, dictionarySize: number, texts: TextTable) {
    this.#pages = pages
    this.#source = source
    this.#texts = texts
    this.#codes = new Uint32Array(dictionarySize)
    this.#stamps = new Uint32Array(dictionarySize)
  }

  /** Writes every column of a set; says how each is kept. Overwrites the values. */
  write(owner: OwnerKind, set: ColumnSet, values: ColumnValues): WrittenColumn[] {
    return set.columns.map(({ type }, column) => {
      if (column === OVERFLOW_COLUMN) return this.#overflow(owner, values)
      if (type === ATTRIBUTE_EMPTY) return { store: STORE_NOTHING, distinct: 1 }
      if (type === ATTRIBUTE_BOOL) return this.#bools(owner, column, values)
      return isDictionaryType(type) ? this.#textColumn(owner, column, values) : this.#words(owner, column, values)
    })
  }

  #eachGroup(column: number, values: ColumnValues, write: (group: number, from: number, to: number) => void): void {
    let from = values.start[column]
    values.groupEnd.forEach((ends, group) => {
      const to = ends[column]
      if (to > from) write(group + 1, from, to)
      from = to
    })
  }

  #end(column: number, values: ColumnValues): number {
    return values.groupEnd.length === 0 ? values.start[column] : values.groupEnd[values.groupEnd.length - 1][column]
  }

  #bools(owner: OwnerKind, column: number, values: ColumnValues): WrittenColumn {
    const { low } = values
    for (let i = values.start[column]; i < this.#end(column, values); i++) if (low[i] !== 0) low[i] = 1
    this.#eachGroup(column, values, (group, from, to) =>
      this.#pages.integers(group, columnPage(owner, column, 0), low, from, to),
    )
    return { store: STORE_BOOL, distinct: 2 }
  }

  #textColumn(owner: OwnerKind, column: number, values: ColumnValues): WrittenColumn {
    const { low } = values
    const from = values.start[column]
    const to = this.#end(column, values)
    const codes = this.#codes
    const stamps = this.#stamps
    const stamp = ++this.#stamp
    let distinct = 0
    let ids = new Uint32Array(256)
    let uses = new Uint32Array(256)
    for (let i = from; i < to; i++) {
      const id = low[i]
      if (stamps[id] !== stamp) {
        stamps[id] = stamp
        codes[id] = distinct
        if (distinct === ids.length) {
          ids = grown(ids)
          uses = grown(uses)
        }
        ids[distinct++] = id
      }
      uses[codes[id]]++
    }
    const plain = distinct > PLAIN_LEAST && distinct > (to - from) * PLAIN_SHARE
    if (distinct >= BLOOM_LEAST) {
      const hashes = new Uint32Array(distinct)
      for (let k = 0; k < distinct; k++) hashes[k] = this.#source.dictionaryHash[ids[k]]
      this.#pages.bytes(BLOCK_PAGES, columnPage(owner, column, 2), buildBloom(hashes))
    }
    if (plain) {
      this.#eachGroup(column, values, (group, a, b) => this.#strings(group, columnPage(owner, column, 0), low, a, b))
      return { store: STORE_TEXT_PLAIN, distinct }
    }
    const rank = rankByUse(uses, distinct)
    const byRank = new Uint32Array(distinct)
    for (let k = 0; k < distinct; k++) {
      byRank[rank[k]] = ids[k]
      codes[ids[k]] = rank[k]
    }
    for (let i = from; i < to; i++) low[i] = codes[low[i]]
    this.#strings(BLOCK_PAGES, columnPage(owner, column, 0), byRank, 0, distinct)
    this.#eachGroup(column, values, (group, a, b) =>
      this.#pages.integers(group, columnPage(owner, column, 0), low, a, b),
    )
    return { store: STORE_TEXT_CODES, distinct }
  }

  /** Lengths and bytes of the entries `ids[from … to)`. */
  #strings(group: number, kind: number, ids: Uint32Array, from: number, to: number): void {
    const { dictionaryOffset, dictionaryLength, dictionaryBytes } = this.#source
    const lengths = new Uint32Array(to - from)
    let total = 0
    for (let i = from; i < to; i++) total += lengths[i - from] = dictionaryLength[ids[i]]
    const bytes = new Uint8Array(total)
    let at = 0
    for (let i = from; i < to; i++) {
      const start = dictionaryOffset[ids[i]]
      const length = lengths[i - from]
      if (length < 48) for (let k = 0; k < length; k++) bytes[at + k] = dictionaryBytes[start + k]
      else bytes.set(dictionaryBytes.subarray(start, start + length), at)
      at += length
    }
    this.#pages.integers(group, kind, lengths)
    this.#pages.bytes(group, kind + 1, bytes)
  }

  #words(owner: OwnerKind, column: number, values: ColumnValues): WrittenColumn {
    const { low, high } = values
    const from = values.start[column]
    const to = this.#end(column, values)
    const most = Math.max(PLAIN_LEAST, Math.floor((to - from) / 4))
    let places = 16
    while (places < Math.min(most, to - from) * 2 + 2) places *= 2
    const table = new Int32Array(places).fill(-1)
    const lows = new Uint32Array(Math.min(most, to - from) + 1)
    const highs = new Uint32Array(lows.length)
    const uses = new Uint32Array(lows.length)
    const codes = new Uint32Array(to - from)
    let distinct = 0
    for (let i = from; i < to && distinct <= most; i++) {
      let place = hashWords(low[i], high[i]) & (places - 1)
      let code: number
      while ((code = table[place]) >= 0 && (lows[code] !== low[i] || highs[code] !== high[i])) {
        place = (place + 1) & (places - 1)
      }
      if (code < 0) {
        if (distinct === most) {
          distinct++
          break
        }
        code = distinct++
        table[place] = code
        lows[code] = low[i]
        highs[code] = high[i]
      }
      uses[code]++
      codes[i - from] = code
    }
    if (distinct > most) {
      this.#eachGroup(column, values, (group, a, b) => {
        this.#pages.integers(group, columnPage(owner, column, 0), low, a, b)
        this.#pages.integers(group, columnPage(owner, column, 1), high, a, b)
      })
      return { store: STORE_WORD_PLAIN, distinct }
    }
    const rank = rankByUse(uses, distinct)
    const lowByRank = new Uint32Array(distinct)
    const highByRank = new Uint32Array(distinct)
    for (let k = 0; k < distinct; k++) {
      lowByRank[rank[k]] = lows[k]
      highByRank[rank[k]] = highs[k]
    }
    for (let i = from; i < to; i++) low[i] = rank[codes[i - from]]
    this.#pages.integers(BLOCK_PAGES, columnPage(owner, column, 0), lowByRank)
    this.#pages.integers(BLOCK_PAGES, columnPage(owner, column, 1), highByRank)
    this.#eachGroup(column, values, (group, a, b) =>
      this.#pages.integers(group, columnPage(owner, column, 0), low, a, b),
    )
    return { store: STORE_WORD_CODES, distinct }
  }

  #overflow(owner: OwnerKind, values: ColumnValues): WrittenColumn {
    const { low, high, overflowKey, overflowType } = values
    this.#eachGroup(OVERFLOW_COLUMN, values, (group, from, to) => {
      const keys = new Uint32Array(to - from)
      const lengths = new Uint32Array(to - from)
      let total = 0
      for (let i = from; i < to; i++) {
        keys[i - from] = this.#texts.of(overflowKey[i])
        total += lengths[i - from] = this.#rawLength(overflowType[i], low[i])
      }
      const bytes = new Uint8Array(total)
      const view = new DataView(bytes.buffer)
      let at = 0
      for (let i = from; i < to; i++) {
        const type = overflowType[i]
        if (isDictionaryType(type)) {
          const start = this.#source.dictionaryOffset[low[i]]
          bytes.set(this.#source.dictionaryBytes.subarray(start, start + lengths[i - from]), at)
        } else if (type === ATTRIBUTE_BOOL) bytes[at] = low[i] === 0 ? 0 : 1
        else if (lengths[i - from] === 8) {
          view.setUint32(at, low[i], true)
          view.setUint32(at + 4, high[i], true)
        }
        at += lengths[i - from]
      }
      this.#pages.integers(group, columnPage(owner, OVERFLOW_COLUMN, 0), keys)
      this.#pages.integers(group, columnPage(owner, OVERFLOW_COLUMN, 1), overflowType, from, to)
      this.#pages.integers(group, columnPage(owner, OVERFLOW_COLUMN, 2), lengths)
      this.#pages.bytes(group, columnPage(owner, OVERFLOW_COLUMN, 3), bytes)
    })
    return { store: STORE_OVERFLOW, distinct: 0 }
  }

  #rawLength(type: number, low: number): number {
    if (isDictionaryType(type)) return this.#source.dictionaryLength[low]
    if (type === ATTRIBUTE_INT || type === ATTRIBUTE_DOUBLE) return 8
    return type === ATTRIBUTE_BOOL ? 1 : 0
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}

/** The rank of each code when the most used come first; equal ones stay in order. Linear. */
function rankByUse(uses: Uint32Array, distinct: number): Uint32Array {
  const starts = new Uint32Array(RANKS + 1)
  const bucket = (use: number): number => RANKS - 1 - (use < RANKS ? use : RANKS - 1)
  for (let k = 0; k < distinct; k++) starts[bucket(uses[k]) + 1]++
  for (let b = 0; b < RANKS; b++) starts[b + 1] += starts[b]
  const rank = new Uint32Array(distinct)
  for (let k = 0; k < distinct; k++) rank[k] = starts[bucket(uses[k])]++
  return rank
}
