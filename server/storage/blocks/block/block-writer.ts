/** Span tables to a block; see block-format.ts for what is written. */
import { UNKNOWN_SERVICE } from '#shared/spans/span.ts'
import { type SpanTable, STATUS_ERROR } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import type { SpanClass } from '#server/storage/store.ts'
import { BLOCK_PAGES, BLOCK_VERSION, PAGE } from './block-format.ts'
import type { BlockReader } from './block-reader.ts'
import type { BlockSummary } from './block-summary.ts'
import { type EdgeSum, writeEdges } from './edges.ts'
import { oneTable } from './entry-table.ts'
import { groupBounds } from './group-bounds.ts'
import { bucketOf } from './pages/numbers.ts'
import type { Codec } from './pages/compression.ts'
import { NO_PARENT, ParentResolver } from './resolve-parents.ts'
import { minuteOf, RollupBuilder } from './rollup.ts'
import { settle } from './settle.ts'
import { type SortedRows, sortRows } from './sort-rows.ts'
import { writeCatalogue } from './write-catalogue.ts'
import { RowWriter } from './write-rows.ts'
import { type GroupEntry, PageWriter } from './write-pages.ts'

/** More than a block has: a fingerprint and a trace number share one exact double. */
const TRACES = 2 ** 21

/** What goes into one block. */
export interface BlockSource {
  /** Open tables (views or builders) in the order they were opened, or decoded blocks oldest first. Not changed. */
  readonly tables: readonly SpanTable[]
  /** ms since the epoch: when the first and the last row came in. */
  readonly firstReceivedMs: number
  readonly lastReceivedMs: number
}

export interface EncodeOptions {
  readonly spanClass: SpanClass
  /** Default: `default`. */
  readonly tenant?: string
  /**
   * The blocks sealed before, in that order (at a merge: those sealed before the first of the merged). Rows equal to theirs are left
   * out and counted; parents are resolved in both directions for the traces that they share. Only traces whose ids they have are read.
   */
  readonly earlier?: readonly BlockReader[]
  /** How pages are compressed. Default: zstd. */
  readonly codec?: Codec
}

export interface EncodedBlock {
  /** The file, in pieces: write them one after the other. Empty when every row was a copy: there is nothing to keep. */
  readonly parts: readonly Uint8Array[]
  /** Undefined when there is nothing to keep. */
  readonly summary: BlockSummary | undefined
  /** Rows left out because an equal row stands in `earlier` or in the source itself. */
  readonly copiesRemoved: number
}

/** Deterministic, synchronous, no side effects. Throws DamagedBlockError when a block of `earlier` is damaged. */
export function encodeBlock(source: BlockSource, options: EncodeOptions): EncodedBlock {
  const table = oneTable(source.tables)
  const rowsGiven = source.tables.reduce((sum, { rowCount }) => sum + rowCount, 0)
  const { sorted, split, calls } = settle(table, sortRows(table), options.earlier ?? [])
  const copiesRemoved = rowsGiven - sorted.rows.length
  if (sorted.rows.length === 0) return { parts: [], summary: undefined, copiesRemoved }

  const pages = new PageWriter(options.codec ?? 'zstd')
  const parents = resolveAll(table, sorted)
  const rows = new RowWriter(table, sorted, parents, pages)
  const groups: GroupEntry[] = []
  let firstTrace = 0
  for (const endTrace of groupBounds(table, sorted)) {
    groups.push(rows.writeGroup(groups.length + 1, firstTrace, endTrace))
    firstTrace = endTrace
  }
  writeFingerprints(table, sorted, pages)
  const shared = [...split.keys()].filter(trace => split[trace] === 1)
  const edges = { sums: sumCalls(table, sorted, parents, split), split: shared, records: calls }
  pages.bytes(BLOCK_PAGES, PAGE.edges, writeEdges(edges))
  pages.bytes(BLOCK_PAGES, PAGE.rollup, rollUp(table, sorted, rows))
  const written = rows.writeColumns()
  pages.bytes(BLOCK_PAGES, PAGE.catalogue, writeCatalogue(table, rows, written))

  const file = pages.finish(
    {
      version: BLOCK_VERSION,
      rowCount: sorted.rows.length,
      traceCount: sorted.traceEnd.length,
      firstStart: groups[0].firstStart,
      lastStart: groups.reduce((last, { lastStart }) => (lastStart > last ? lastStart : last), 0n),
      lastEnd: lastEnd(table, sorted),
      firstReceivedMs: source.firstReceivedMs,
      lastReceivedMs: source.lastReceivedMs,
      spanClass: options.spanClass,
      tenant: options.tenant ?? 'default',
    },
    groups,
  )
  return { parts: file.parts, summary: file.summary, copiesRemoved }
}

function resolveAll(table: SpanTable, sorted: SortedRows): Int32Array {
  const parents = new Int32Array(sorted.rows.length)
  const resolver = new ParentResolver(table)
  let from = 0
  for (const to of sorted.traceEnd) {
    if (to - from === 1) {
      const row = sorted.rows[from] * 2
      parents[from] = (table.parentSpanId[row] | table.parentSpanId[row + 1]) === 0 ? NO_PARENT : NO_PARENT - 1
    } else resolver.resolve(sorted.rows, from, to, parents)
    from = to
  }
  return parents
}

function writeFingerprints(table: SpanTable, sorted: SortedRows, pages: PageWriter): void {
  const traces = sorted.traceEnd.length
  const packed = new Float64Array(traces)
  for (let trace = 0; trace < traces; trace++) {
    const row = sorted.rows[trace === 0 ? 0 : sorted.traceEnd[trace - 1]]
    packed[trace] = table.traceId[row * 4 + 3] * TRACES + trace
  }
  packed.sort()
  const differences = new Uint32Array(traces)
  const order = new Uint32Array(traces)
  let before = 0
  for (let k = 0; k < traces; k++) {
    const fingerprint = Math.floor(packed[k] / TRACES)
    differences[k] = fingerprint - before
    before = fingerprint
    order[k] = packed[k] % TRACES
  }
  pages.numbers(BLOCK_PAGES, PAGE.fingerprintNumbers, differences, new Uint32Array(traces))
  pages.integers(BLOCK_PAGES, PAGE.fingerprintTrace, order)
}

/** Calls of the traces that no earlier block has. */
function sumCalls(table: SpanTable, sorted: SortedRows, parents: Int32Array, split: Uint8Array): EdgeSum[] {
  const { rows, traceEnd } = sorted
  const services = new Map<number, string>()
  const serviceOf = (id: number): string => {
    const known = services.get(id)
    if (known !== undefined) return known
    const name = id === 0xffffffff ? UNKNOWN_SERVICE : table.dictionary.text(id)
    services.set(id, name)
    return name
  }
  const sums = new Map<string, { parent: string; child: string; calls: number; errors: number }>()
  const byIds = new Map<number, { calls: number; errors: number } | undefined>()
  let from = 0
  for (let trace = 0; trace < traceEnd.length; trace++) {
    const to = traceEnd[trace]
    for (let i = from; i < to && split[trace] === 0; i++) {
      if (parents[i] < 0) continue
      const parentId = table.resourceService[table.resource[rows[parents[i]]]]
      const childId = table.resourceService[table.resource[rows[i]]]
      if (parentId === childId) continue
      // Without a service: 0. A dictionary has fewer than 2^26 entries.
      const pair = ((parentId + 1) >>> 0) * 2 ** 26 + ((childId + 1) >>> 0)
      let sum = byIds.get(pair)
      if (sum === undefined) {
        const [parent, child] = [serviceOf(parentId), serviceOf(childId)]
        const key = `${parent}\u0000${child}`
        const named = sums.get(key) ?? { parent, child, calls: 0, errors: 0 }
        sums.set(key, named)
        sum = named
        byIds.set(pair, sum)
      }
      sum.calls++
      if (table.status[rows[i]] === STATUS_ERROR) sum.errors++
    }
    from = to
  }
  return [...sums.values()].filter(({ parent, child }) => parent !== child)
}

function rollUp(table: SpanTable, sorted: SortedRows, rows: RowWriter): Uint8Array {
  const builder = new RollupBuilder()
  for (let i = 0; i < sorted.rows.length; i++) {
    const row = sorted.rows[i]
    const [low, high] = [table.startTime[row * 2], table.startTime[row * 2 + 1]]
    const duration = (table.endTime[row * 2 + 1] - high) * 4294967296 + (table.endTime[row * 2] - low)
    builder.add(minuteOf(low, high), rows.operationOf(i), table.status[row] === STATUS_ERROR, bucketOf(duration))
  }
  return builder.finish(operation => rows.operation(operation))
}

function lastEnd(table: SpanTable, sorted: SortedRows): bigint {
  const end = table.endTime
  let best = sorted.rows[0]
  for (const row of sorted.rows) {
    if (end[row * 2 + 1] > end[best * 2 + 1]) best = row
    else if (end[row * 2 + 1] === end[best * 2 + 1] && end[row * 2] > end[best * 2]) best = row
  }
  return timeAt(end, best)
}
