/**
 * Calls between services over blocks and open tables. Blocks carry theirs (edges.ts): sums where a block lies inside the range, else its
 * rows are looked at. An open table adds what its rows change for the traces that segments before it have too.
 */
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { UNKNOWN_SERVICE } from '#shared/spans/span.ts'
import { type SpanTable, STATUS_ERROR } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { ServiceEdge, TimeRange } from '#server/storage/store.ts'
import type { BlockGroup } from './block-group.ts'
import { PAGE } from './block-format.ts'
import type { BlockReader } from './block-reader.ts'
import { BlockSegment } from './block-segment.ts'
import { callsAmong, callsDifference, type EdgeRecord } from './edges.ts'
import { parentRow } from './read-rows.ts'
import { ParentResolver } from './resolve-parents.ts'
import type { Segment, Stop } from './segment.ts'
import { AS_STORED } from './settle.ts'
import { SplitFinder } from './split-finder.ts'
import { TableSegment } from './table-segment.ts'

/**
 * Edges of spans (children) that start in the range, both ends included, in no particular order. `segments`: blocks in the order in which
 * they were sealed, then open tables in the order in which they were opened. Spans without a service count as `unknown_service`.
 * `stop` ends the work by throwing.
 */
export function serviceEdges(segments: readonly Segment[], range: TimeRange, stop: Stop): ServiceEdge[] {
  const sums = new EdgeSums(range)
  segments.forEach((segment, i) => {
    stop()
    segment.refresh()
    if (segment instanceof BlockSegment) addBlock(segment.reader, range, sums, stop)
    else if (segment instanceof TableSegment) addTable(segment, segments.slice(0, i + 1), sums, stop)
  })
  return sums.list()
}

class EdgeSums {
  readonly #range: TimeRange
  readonly #sums = new Map<string, { parent: string; child: string; callCount: number; errorCount: number }>()

  constructor(range: TimeRange) {
    this.#range = range
  }

  add(parent: string, child: string, calls: number, errors: number): void {
    const key = `${parent}\u0000${child}`
    const sum = this.#sums.get(key) ?? { parent, child, callCount: 0, errorCount: 0 }
    sum.callCount += calls
    sum.errorCount += errors
    this.#sums.set(key, sum)
  }

  record({ parent, child, error, start, sign }: EdgeRecord): void {
    if (start >= this.#range.from && start <= this.#range.to) this.add(parent, child, sign, error ? sign : 0)
  }

  /** A sum may be taken back below zero when the block that counted it has expired: left out. */
  list(): ServiceEdge[] {
    return [...this.#sums.values()].filter(({ callCount }) => callCount > 0)
  }
}

function addBlock(reader: BlockReader, range: TimeRange, sums: EdgeSums, stop: Stop): void {
  const edges = reader.edges()
  const { firstStart, lastStart } = reader.summary()
  // A record's child may lie in an earlier block: it has a start of its own.
  for (const record of edges.records) sums.record(record)
  if (range.from > lastStart || range.to < firstStart) return
  if (range.from <= firstStart && range.to >= lastStart) {
    for (const { parent, child, calls, errors } of edges.sums) sums.add(parent, child, calls, errors)
    return
  }
  const split = new Set(edges.split)
  for (let index = 0; index < reader.groupCount; index++) {
    stop()
    const entry = reader.groupEntry(index)
    if (entry.firstStart > range.to || entry.lastStart < range.from) continue
    reader.pages.guard(`group ${index}`, () => addGroup(reader.group(index), split, sums))
  }
}

function addGroup(group: BlockGroup, split: ReadonlySet<number>, sums: EdgeSums): void {
  const { pairs, texts } = group.catalogue
  const pairOf = group.rows(PAGE.pair)
  const parents = group.rows(PAGE.parent)
  const status = group.rows(PAGE.status, true)
  const { low, high } = group.startTimes()
  const rowStarts = group.rowStarts()
  for (let trace = 0; trace < group.entry.traceCount; trace++) {
    if (split.has(group.entry.firstTrace + trace)) continue
    for (let row = rowStarts[trace]; row < rowStarts[trace + 1]; row++) {
      if (parents[row] < 2) continue
      const parent = pairs.service[pairOf[parentRow(row, parents[row])]]
      const child = pairs.service[pairOf[row]]
      if (parent === child) continue
      const name = (service: number): string => (service < 0 ? UNKNOWN_SERVICE : texts.text(service))
      if (name(parent) === name(child)) continue
      const start = (BigInt(high[row]) << 32n) | BigInt(low[row])
      sums.record({ parent: name(parent), child: name(child), error: status[row] === STATUS_ERROR, start, sign: 1 })
    }
  }
}

function addTable(segment: TableSegment, upTo: readonly Segment[], sums: EdgeSums, stop: Stop): void {
  const splits = new SplitFinder(upTo)
  const resolver = new ParentResolver(segment.table)
  for (let trace = 0; trace < segment.traceCount; trace++) {
    if (trace % 1024 === 0) stop()
    const others = splits.others(segment.traceId(trace), segment)
    if (others.length === 0 && !segment.part(trace).repeated) {
      for (const call of callsAmong(segment.table, segment.rowsOf(trace), resolver)) sums.record(call)
      continue
    }
    const earlier = others.map(({ segment: other, trace: number }) => copyOf(other, number))
    const before = callsOf(earlier)
    for (const call of callsDifference(before, callsOf([...earlier, copyOf(segment, trace)]))) sums.record(call)
  }
}

function copyOf(segment: Segment, trace: number): SpanTable {
  const copy = new SpanTableBuilder({ limits: AS_STORED })
  segment.copyTrace(trace, copy)
  return copy
}

/** The calls among the distinct rows of some tables of one trace. */
function callsOf(tables: readonly SpanTable[]): EdgeRecord[] {
  if (tables.length === 0) return []
  const table = mergeTables(tables)
  const rows = Uint32Array.from({ length: table.rowCount }, (_, row) => row)
  return callsAmong(table, rows, new ParentResolver(table))
}
