/** A block, read page by page; see block-format.ts for the bytes. */
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { BlockGroup } from './block-group.ts'
import type { BlockFile } from './block-file.ts'
import { BLOCK_PAGES, PAGE } from './block-format.ts'
import type { BlockSummary } from './block-summary.ts'
import { ByteReader } from './bytes.ts'
import { type Catalogue, readCatalogue } from './catalogue.ts'
import { type BlockEdges, readEdges } from './edges.ts'
import type { CachedPage, PageCache } from './page-cache.ts'
import { RowReader } from './read-rows.ts'
import { PageReader } from './read-pages.ts'
import { readRollup, type RollupEntry } from './rollup.ts'

export interface BlockReaderOptions {
  /** Shared by all readers of a thread. */
  readonly cache: PageCache
  /** For messages and errors. */
  readonly name: string
}

/** Numbers of derived pages of the whole block. */
const CATALOGUE = 1
const FINGERPRINTS = 2
const EDGES = 3

/**
 * Opening reads nothing; every page is read and checked when it is first needed. All methods throw DamagedBlockError when the bytes are
 * not those that were written, and pass on what the file system throws.
 */
export class BlockReader {
  readonly kind = 'block'
  readonly name: string
  readonly file: BlockFile
  readonly #pages: PageReader

  private constructor(file: BlockFile, options: BlockReaderOptions) {
    this.file = file
    this.name = options.name
    this.#pages = new PageReader(file, options.name, options.cache)
  }

  static open(file: BlockFile, options: BlockReaderOptions): BlockReader {
    return new BlockReader(file, options)
  }

  /** From the block itself. */
  summary(): BlockSummary {
    return this.#pages.footer.summary
  }

  /** `traceId`: 4 words (ids.ts). */
  hasTrace(traceId: Uint32Array): boolean {
    return this.findTrace(traceId) >= 0
  }

  /** The number of a trace in the block, -1 when it is not there. */
  findTrace(traceId: Uint32Array): number {
    const fingerprints = this.fingerprints()
    const wanted = traceId[3]
    let low = 0
    let high = fingerprints.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (fingerprints[middle] < wanted) low = middle + 1
      else high = middle
    }
    if (fingerprints[low] !== wanted) return -1
    const order = this.#pages.integers(BLOCK_PAGES, PAGE.fingerprintTrace)
    for (let k = low; fingerprints[k] === wanted; k++) {
      const { group, trace } = this.#place(order[k])
      let same = true
      for (let word = 0; word < 3 && same; word++) {
        same = this.#pages.integers(group + 1, PAGE.traceId + word)[trace] === traceId[word]
      }
      if (same) return order[k]
    }
    return -1
  }

  /** The last words of the trace ids, ascending. */
  fingerprints(): Uint32Array {
    return this.#lists().fingerprints
  }

  /** Last word of each trace's id. */
  lastIdWords(): Uint32Array {
    return this.#lists().byTrace
  }

  #lists(): CachedPage & { readonly fingerprints: Uint32Array; readonly byTrace: Uint32Array } {
    return this.#pages.derived(BLOCK_PAGES, FINGERPRINTS, () => {
      const { low } = this.#pages.numbers(BLOCK_PAGES, PAGE.fingerprintNumbers)
      const order = this.#pages.integers(BLOCK_PAGES, PAGE.fingerprintTrace)
      const count = this.#pages.footer.summary.traceCount
      if (low.length !== count || order.length !== count) throw new Error('fingerprints of another number')
      const fingerprints = new Uint32Array(count)
      const byTrace = new Uint32Array(count)
      let sum = 0
      for (let k = 0; k < count; k++) {
        sum += low[k]
        fingerprints[k] = sum
        byTrace[order[k]] = sum
      }
      return { fingerprints, byTrace, byteLength: count * 8 }
    })
  }

  #place(trace: number): { readonly group: number; readonly trace: number } {
    const { groups } = this.#pages.footer
    let low = 0
    let high = groups.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (groups[middle].firstTrace <= trace) low = middle
      else high = middle - 1
    }
    return { group: low, trace: trace - groups[low].firstTrace }
  }

  /** Where a trace (by its number in the block) stands. */
  locate(trace: number): { readonly group: BlockGroup; readonly trace: number } {
    const place = this.#place(trace)
    return { group: this.group(place.group), trace: place.trace }
  }

  get groupCount(): number {
    return this.#pages.footer.groups.length
  }

  /** The footer's word on a group. */
  groupEntry(index: number): BlockGroup['entry'] {
    return this.#pages.footer.groups[index]
  }

  group(index: number): BlockGroup {
    return new BlockGroup(this.#pages, this.catalogue(), index)
  }

  /** Everything that the numbers in rows stand for. */
  catalogue(): Catalogue & CachedPage {
    return this.#pages.derived(BLOCK_PAGES, CATALOGUE, () =>
      readCatalogue(new ByteReader(this.#pages.bytes(BLOCK_PAGES, PAGE.catalogue))),
    )
  }

  get pages(): PageReader {
    return this.#pages
  }

  edges(): BlockEdges & CachedPage {
    return this.#pages.derived(BLOCK_PAGES, EDGES, () => {
      const bytes = this.#pages.bytes(BLOCK_PAGES, PAGE.edges)
      return { ...readEdges(bytes), byteLength: bytes.length * 4 }
    })
  }

  /** Rates, errors and durations by minute; see rollup.ts. Service and name are texts of the catalogue. */
  rollup(): RollupEntry[] {
    return this.#pages.guard('the roll-up', () => readRollup(this.#pages.bytes(BLOCK_PAGES, PAGE.rollup)))
  }

  /** The 4 words of the id of a trace of a group. */
  traceId(group: BlockGroup, trace: number): Uint32Array {
    const id = new Uint32Array(4)
    for (let word = 0; word < 3; word++) id[word] = group.traces(PAGE.traceId + word)[trace]
    id[3] = this.lastIdWords()[group.entry.firstTrace + trace]
    return id
  }

  /** Appends the rows of one trace, by start; returns how many. `into` must have no limits below what was stored. */
  readTrace(traceId: Uint32Array, into: SpanTableBuilder): number {
    const found = this.findTrace(traceId)
    if (found < 0) return 0
    const { group, trace } = this.locate(found)
    const starts = group.rowStarts()
    return this.#pages.guard(`group ${group.index}`, () =>
      new RowReader(this.#pages, group.catalogue, into).copy(group, traceId, starts[trace], starts[trace + 1]),
    )
  }

  /**
   * Appends the rows of traces by their numbers (`findTrace`), quickest in ascending order; tells after each which rows of `into` it has
   * become. Returns how many rows there are.
   */
  readTraces(
    traces: Iterable<number>,
    into: SpanTableBuilder,
    done?: (trace: number, fromRow: number, toRow: number) => void,
  ): number {
    const rows = new RowReader(this.#pages, this.catalogue(), into)
    let group: BlockGroup | undefined
    let count = 0
    for (const number of traces) {
      const place = this.#place(number)
      if (group?.index !== place.group) group = this.group(place.group)
      const starts = group.rowStarts()
      const [from, to] = [starts[place.trace], starts[place.trace + 1]]
      const [id, first, own] = [this.traceId(group, place.trace), into.rowCount, group]
      count += this.#pages.guard(`group ${place.group}`, () => rows.copy(own, id, from, to))
      done?.(number, first, into.rowCount)
    }
    return count
  }

  /** Appends every row (for merging), traces by start. */
  readAll(into: SpanTableBuilder): number {
    return this.readTraces(new Uint32Array(this.summary().traceCount).keys(), into)
  }

  /** Reads and checks every page. */
  verify(): void {
    this.#pages.verify()
    this.catalogue()
    this.edges()
    this.rollup()
  }
}
