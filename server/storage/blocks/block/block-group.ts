/** One row group of a block: its pages as arrays, read when asked for. Rows, traces, events and links are numbered from 0 in the group. */
import { columnPage, OVERFLOW_COLUMN, type OwnerKind, PAGE } from './block-format.ts'
import type { Catalogue } from './catalogue.ts'
import { LAYOUT_PAGES, OwnerLayout } from './owner-layout.ts'
import type { Integers } from './pages/integers.ts'
import type { Numbers } from './pages/numbers.ts'
import type { Footer, PageReader } from './read-pages.ts'

/** Numbers of derived pages; see PageReader.derived. */
const ROW_STARTS = 1
const START_TIMES = 2
const TRACE_TIMES = 3
const LAYOUTS = { rows: 4, events: 5, links: 6 } as const
const EVENT_STARTS = 7
const LINK_STARTS = 8

/** Byte strings one after the other. */
export interface ByteStrings {
  /** One more than there are strings. */
  readonly starts: Uint32Array
  readonly bytes: Uint8Array
  readonly byteLength: number
}

export class BlockGroup {
  readonly index: number
  readonly entry: Footer['groups'][number]
  readonly pages: PageReader
  readonly catalogue: Catalogue
  /** The group's number among pages. */
  readonly page: number

  constructor(pages: PageReader, catalogue: Catalogue, index: number) {
    this.pages = pages
    this.catalogue = catalogue
    this.index = index
    this.page = index + 1
    this.entry = pages.footer.groups[index]
  }

  /** Of rows: a page with a value a row; `zeros`: it may be left out. */
  rows(kind: number, zeros = false): Integers {
    const count = this.entry.rowCount
    const values = zeros ? this.pages.integersOrZeros(this.page, kind, count) : this.pages.integers(this.page, kind)
    return this.#counted(values, count, kind)
  }

  traces(kind: number): Integers {
    return this.#counted(this.pages.integers(this.page, kind), this.entry.traceCount, kind)
  }

  #counted(values: Integers, count: number, kind: number): Integers {
    if (values.length !== count) {
      this.pages.guard(`page ${kind} of group ${this.index}`, () => {
        throw new Error(`${values.length} values; expected ${count}`)
      })
    }
    return values
  }

  /** First row of each trace, one more at the end. */
  rowStarts(): Uint32Array {
    return this.#starts(ROW_STARTS, () => this.traces(PAGE.traceRows), this.entry.rowCount)
  }

  /** First event of each row, one more at the end. */
  eventStarts(): Uint32Array {
    return this.#starts(EVENT_STARTS, () => this.rows(PAGE.eventCount, true), this.entry.eventCount)
  }

  linkStarts(): Uint32Array {
    return this.#starts(LINK_STARTS, () => this.rows(PAGE.linkCount, true), this.entry.linkCount)
  }

  #starts(slot: number, counts: () => Integers, total: number): Uint32Array {
    return this.pages.derived(this.page, slot, () => {
      const sizes = counts()
      const starts = new Uint32Array(sizes.length + 1)
      for (let i = 0; i < sizes.length; i++) starts[i + 1] = starts[i] + sizes[i]
      if (starts[sizes.length] !== total) throw new Error(`counts of ${starts[sizes.length]}; expected ${total}`)
      return starts
    })
  }

  /** Start and end of each trace, ns since the epoch. */
  traceTimes(): { readonly start: Numbers; readonly end: Numbers } {
    return this.pages.derived(this.page, TRACE_TIMES, () => {
      const deltas = this.pages.numbers(this.page, PAGE.traceStartNumbers)
      const durations = this.pages.numbers(this.page, PAGE.traceDurationNumbers)
      const count = this.entry.traceCount
      if (deltas.low.length !== count || durations.low.length !== count) throw new Error('times of another length')
      const start = { low: new Uint32Array(count), high: new Uint32Array(count) }
      const end = { low: new Uint32Array(count), high: new Uint32Array(count) }
      let low = Number(this.entry.firstStart & 0xffffffffn)
      let high = Number(this.entry.firstStart >> 32n)
      for (let i = 0; i < count; i++) {
        const sum = low + deltas.low[i]
        low = start.low[i] = sum >>> 0
        high = start.high[i] = high + deltas.high[i] + (sum > 0xffffffff ? 1 : 0)
        high = start.high[i]
        addWords(start, i, durations, end)
      }
      return { start, end, byteLength: count * 16 }
    })
  }

  /** Start of each row, ns since the epoch. */
  startTimes(): Numbers & { readonly byteLength: number } {
    return this.pages.derived(this.page, START_TIMES, () => {
      const deltas = this.pages.numbers(this.page, PAGE.startNumbers)
      const traceStart = this.traceTimes().start
      const rowStarts = this.rowStarts()
      const count = this.entry.rowCount
      if (deltas.low.length !== count) throw new Error('times of another length')
      const low = new Uint32Array(count)
      const high = new Uint32Array(count)
      for (let trace = 0; trace < this.entry.traceCount; trace++) {
        let l = traceStart.low[trace]
        let h = traceStart.high[trace]
        for (let i = rowStarts[trace]; i < rowStarts[trace + 1]; i++) {
          const sum = l + deltas.low[i]
          l = low[i] = sum >>> 0
          high[i] = h + deltas.high[i] + (sum > 0xffffffff ? 1 : 0)
          h = high[i]
        }
      }
      return { low, high, byteLength: count * 8 }
    })
  }

  /** Words of each row's duration (end − start, modulo 2^64). */
  durations(): Numbers {
    return this.pages.numbers(this.page, PAGE.durationNumbers)
  }

  /** Bucket of each row's duration. */
  durationBuckets(): Integers {
    return this.rows(PAGE.durationNumbers)
  }

  layout(owner: OwnerKind): OwnerLayout {
    return this.pages.derived(this.page, LAYOUTS[owner], () => {
      const { pages, page, catalogue } = this
      const kinds = LAYOUT_PAGES[owner]
      const counts = { rows: this.entry.rowCount, events: this.entry.eventCount, links: this.entry.linkCount }
      const pairs = pages.integers(page, kinds.pair)
      if (pairs.length !== counts[owner]) throw new Error(`${pairs.length} pairs for ${counts[owner]} ${owner}`)
      const lists = catalogue.owners[owner].lists
      const listsOfPairs = owner === 'rows' ? catalogue.pairs.list : catalogue.eventPairs.list
      return new OwnerLayout(
        pairs,
        owner === 'links' ? lists.length : listsOfPairs.length,
        owner === 'links' ? pair => pair : pair => listsOfPairs[pair],
        lists,
        pages.integersOrZeros(page, kinds.length, 0),
        pages.integersOrZeros(page, kinds.columns, 0),
      )
    })
  }

  /** True when rows spell out their columns (list 0). */
  hasGenericRows(): boolean {
    return this.pages.has(this.page, PAGE.genericLength)
  }

  /** True when no owner of the group has the column. */
  lacks(owner: OwnerKind, column: number): boolean {
    return !this.pages.has(this.page, columnPage(owner, column, 0))
  }

  /** Codes, booleans or low words of a column (part 0), or the high words (part 1). */
  columnIntegers(owner: OwnerKind, column: number, part: 0 | 1 | 2): Integers {
    return this.pages.integers(this.page, columnPage(owner, column, part))
  }

  /** The byte strings of a plain column or (parts 2 and 3) of the overflow. */
  columnStrings(owner: OwnerKind, column: number): ByteStrings {
    const part = column === OVERFLOW_COLUMN ? 2 : 0
    return byteStrings(this.pages, this.page, columnPage(owner, column, part))
  }
}

/** Two pages from `kind` on: lengths and bytes. */
export function byteStrings(pages: PageReader, group: number, kind: number): ByteStrings {
  return pages.derived(group, kind, () => {
    const lengths = pages.integers(group, kind)
    const bytes = pages.bytes(group, kind + 1)
    const starts = new Uint32Array(lengths.length + 1)
    for (let i = 0; i < lengths.length; i++) starts[i + 1] = starts[i] + lengths[i]
    if (starts[lengths.length] !== bytes.length) throw new Error(`${bytes.length} bytes of ${starts[lengths.length]}`)
    return { starts, bytes, byteLength: starts.byteLength }
  })
}

function addWords(left: Numbers, at: number, right: Numbers, sum: Numbers): void {
  const low = left.low[at] + right.low[at]
  sum.low[at] = low
  sum.high[at] = left.high[at] + right.high[at] + (low > 0xffffffff ? 1 : 0)
}
