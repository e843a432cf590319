/** The footer of a block and its pages, each read and checked when it is first asked for. */
import zlib from 'node:zlib'
import type { BlockFile } from './block-file.ts'
import { BLOCK_MAGIC, BLOCK_PAGES, BLOCK_VERSION, PAGE_KINDS, TRAILER_BYTES } from './block-format.ts'
import type { BlockSummary } from './block-summary.ts'
import { ByteReader } from './bytes.ts'
import { DamagedBlockError } from './damaged-block-error.ts'
import type { CachedPage, PageCache } from './page-cache.ts'
import { decompress } from './pages/compression.ts'
import { decodeIntegers, type Integers } from './pages/integers.ts'
import { decodeNumbers, type Numbers } from './pages/numbers.ts'
import { FORM_BYTES, FORM_CONSTANT, FORM_RESIDUALS, NO_BYTES, type PageEntry } from './pages/page.ts'
import type { GroupEntry } from './write-pages.ts'

/** No footer of a block is larger when unpacked; a damaged length must not ask for all memory. */
const MOST_FOOTER_BYTES = 256 * 1024 * 1024
const KEYS_A_READER = 2 ** 34

export interface Footer {
  readonly summary: BlockSummary
  readonly groups: readonly (GroupEntry & {
    /** Number of the group's first trace and row in the block. */
    readonly firstTrace: number
    readonly firstRow: number
  })[]
  readonly pages: readonly PageEntry[]
  /** Group and kind (group × PAGE_KINDS + kind) to index in `pages`. */
  readonly index: ReadonlyMap<number, number>
}

export class PageReader {
  readonly name: string
  readonly file: BlockFile
  readonly #cache: PageCache
  readonly #keyBase: number
  #footer: Footer | undefined

  constructor(file: BlockFile, name: string, cache: PageCache) {
    this.file = file
    this.name = name
    this.#cache = cache
    this.#keyBase = cache.registerReader() * KEYS_A_READER
  }

  get footer(): Footer {
    return (this.#footer ??= this.guard('the footer', () => readFooter(this.file)))
  }

  /** Runs a decoder; what it throws means damage. Errors of the file system pass as they are. */
  guard<T>(what: string, decode: () => T): T {
    try {
      return decode()
    } catch (error) {
      if (error instanceof DamagedBlockError) throw error
      if (error instanceof Error && 'syscall' in error) throw error
      throw new DamagedBlockError(
        this.name,
        `${what}: ${error instanceof Error ? error.message : String(error)}`,
        error,
      )
    }
  }

  has(group: number, kind: number): boolean {
    return this.footer.index.has(group * PAGE_KINDS + kind)
  }

  /** The entry of a page; undefined when the block has none of this kind. */
  entry(group: number, kind: number): PageEntry | undefined {
    const index = this.footer.index.get(group * PAGE_KINDS + kind)
    return index === undefined ? undefined : this.footer.pages[index]
  }

  integers(group: number, kind: number): Integers {
    return this.#cached(group, kind, (entry, bytes) => decodeIntegers(entry, bytes))
  }

  /** As `integers`; a page that is not there is `count` zeros. */
  integersOrZeros(group: number, kind: number, count: number): Integers {
    return this.has(group, kind) ? this.integers(group, kind) : new Uint8Array(count)
  }

  /** Empty when there is no such page. */
  bytes(group: number, kind: number): Uint8Array {
    if (!this.has(group, kind)) return NO_BYTES
    return this.#cached(group, kind, (entry, bytes) => {
      if (entry.form !== FORM_BYTES) throw new Error(`form ${entry.form}; expected bytes`)
      return decompress(bytes, entry.codec, entry.rawLength)
    })
  }

  /** Three pages from `kind` on. */
  numbers(group: number, kind: number): Numbers & CachedPage {
    return this.#cached(group, kind + 1, (entry, bytes) => {
      const numbers = decodeNumbers(this.integers(group, kind), entry, bytes, this.bytes(group, kind + 2))
      return { ...numbers, byteLength: numbers.low.byteLength * 2 }
    })
  }

  /** Anything computed from pages of a group, kept with them under a number below PAGE_KINDS. */
  derived<T extends CachedPage>(group: number, slot: number, make: () => T): T {
    const key = this.#keyBase + KEYS_A_READER / 2 + group * PAGE_KINDS + slot
    const known = this.#cache.get(key)
    if (known !== undefined) return known as T
    const made = this.guard(`group ${group}`, make)
    this.#cache.set(key, made)
    return made
  }

  /** Reads and checks every page: the checksum and the decoder of its form. */
  verify(): void {
    for (const [key, index] of this.footer.index) {
      const [group, kind] = [Math.floor(key / PAGE_KINDS), key % PAGE_KINDS]
      const entry = this.footer.pages[index]
      this.guard(pageName(group, kind), () => {
        const bytes = this.#read(entry)
        if (entry.form === FORM_BYTES) decompress(bytes, entry.codec, entry.rawLength)
        else if (entry.form === FORM_RESIDUALS) {
          decodeNumbers(this.integers(group, kind - 1), entry, bytes, this.bytes(group, kind + 1))
        } else decodeIntegers(entry, bytes)
      })
    }
  }

  #read(entry: PageEntry): Uint8Array {
    if (entry.length === 0) return NO_BYTES
    const bytes = this.file.read(entry.offset, entry.length)
    const seen = zlib.crc32(bytes)
    if (seen !== entry.checksum)
      throw new Error(`checksum ${seen.toString(16)}; expected ${entry.checksum.toString(16)}`)
    return bytes
  }

  #cached<T extends CachedPage>(group: number, kind: number, decode: (entry: PageEntry, bytes: Uint8Array) => T): T {
    const index = this.footer.index.get(group * PAGE_KINDS + kind)
    if (index === undefined) throw new DamagedBlockError(this.name, `no ${pageName(group, kind)}`)
    const key = this.#keyBase + index
    const known = this.#cache.get(key)
    if (known !== undefined) return known as T
    const entry = this.footer.pages[index]
    const page = this.guard(pageName(group, kind), () => decode(entry, this.#read(entry)))
    this.#cache.set(key, page)
    return page
  }
}

function pageName(group: number, kind: number): string {
  return group === BLOCK_PAGES ? `page ${kind} of the block` : `page ${kind} of group ${group - 1}`
}

function readFooter(file: BlockFile): Footer {
  if (file.size < TRAILER_BYTES) throw new Error(`${file.size} bytes; a block has at least ${TRAILER_BYTES}`)
  const tail = file.read(file.size - TRAILER_BYTES, TRAILER_BYTES)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const word = (i: number): number => view.getUint32(i * 4, true)
  if (word(0) !== BLOCK_MAGIC) throw new Error('this is no block: the magic number is missing')
  if (word(9) !== zlib.crc32(tail.subarray(0, TRAILER_BYTES - 4))) throw new Error('the trailer has a wrong checksum')
  if (word(1) !== BLOCK_VERSION) throw new Error(`format version ${word(1)}; this program reads ${BLOCK_VERSION}`)
  const offset = word(2) + word(3) * 4294967296
  const length = word(4)
  if (offset + length + TRAILER_BYTES !== file.size) {
    throw new Error(`${file.size} bytes; its trailer says ${offset + length + TRAILER_BYTES}`)
  }
  if (word(5) > MOST_FOOTER_BYTES) throw new Error(`a footer of ${word(5)} bytes`)
  const packed = file.read(offset, length)
  if (zlib.crc32(packed) !== word(7)) throw new Error('wrong checksum')
  return parseFooter(new ByteReader(decompress(packed, word(6), word(5))), offset, file.size)
}

function parseFooter(from: ByteReader, pagesEnd: number, bytes: number): Footer {
  const rowCount = from.number()
  const traceCount = from.number()
  const [firstStart, lastStart, lastEnd] = [from.big(), from.big(), from.big()]
  const [firstReceivedMs, lastReceivedMs] = [from.number(), from.number()]
  const spanClass = from.text()
  const tenant = from.text()
  if (spanClass !== 'main' && spanClass !== 'demo') throw new Error(`class ${spanClass}`)
  const times = { firstStart, lastStart, lastEnd, firstReceivedMs, lastReceivedMs }
  const summary = { version: BLOCK_VERSION, rowCount, traceCount, bytes, ...times, spanClass, tenant } as const
  let firstRow = 0
  let firstTrace = 0
  const groups = Array.from({ length: from.count() }, () => {
    const counts = {
      rowCount: from.number(),
      traceCount: from.number(),
      eventCount: from.number(),
      linkCount: from.number(),
    }
    const starts = { firstStart: from.big(), lastTraceStart: from.big(), lastStart: from.big() }
    const group = { ...counts, ...starts, firstRow, firstTrace }
    firstRow += counts.rowCount
    firstTrace += counts.traceCount
    return group
  })
  if (firstRow !== rowCount || firstTrace !== traceCount)
    throw new Error(`the groups hold ${firstRow} of ${rowCount} rows`)
  const count = from.count()
  const index = new Map<number, number>()
  let key = 0
  for (let i = 0; i < count; i++) index.set((key += from.number()), i)
  const column = (): number[] => Array.from({ length: count }, () => from.number())
  const [forms, counts, params, rawLengths, lengths] = [column(), column(), column(), column(), column()]
  let offset = 0
  const pages = Array.from({ length: count }, (_, i): PageEntry => {
    const length = lengths[i]
    const checksum = length === 0 ? 0 : from.word()
    offset += length
    const form = forms[i] >>> 2
    if (length === 0 && form !== FORM_CONSTANT && rawLengths[i] !== 0) throw new Error('a page without bytes')
    return {
      form,
      codec: forms[i] & 3,
      count: counts[i],
      param: params[i],
      rawLength: rawLengths[i],
      offset: offset - length,
      length,
      checksum,
    }
  })
  if (offset !== pagesEnd) throw new Error(`pages of ${offset} bytes; ${pagesEnd} stand before the footer`)
  return { summary, groups, pages, index }
}
