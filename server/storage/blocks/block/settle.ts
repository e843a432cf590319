/**
 * What a new block shares with those sealed before it. Blocks are sealed one after the other and the later one owns what crosses: rows
 * equal to stored ones are left out, and the calls between services that become known (or turn out to be none) are recorded in the new
 * block, so that the sum over all blocks is what a recount over distinct spans gives. Only traces that both have are read.
 */
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { SpanComparer } from '#shared/spans/equal-spans.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { BlockReader } from './block-reader.ts'
import { callsAmong, callsDifference, type EdgeRecord } from './edges.ts'
import { ParentResolver } from './resolve-parents.ts'
import { orderTraces, type SortedRows } from './sort-rows.ts'

/** More traces than a block can have: a fingerprint and a trace number share one exact double. */
const TRACES = 2 ** 21

/** What a source table holds was judged on its way in. */
export const AS_STORED = {
  attributes: Infinity,
  events: Infinity,
  links: Infinity,
  valueBytes: Infinity,
  depth: Infinity,
}

export interface Settled {
  readonly sorted: SortedRows
  /** 1 for each trace (of `sorted`) that earlier blocks have too. */
  readonly split: Uint8Array
  /** Calls to add for those. */
  readonly calls: readonly EdgeRecord[]
}

export function settle(table: SpanTable, sorted: SortedRows, earlier: readonly BlockReader[]): Settled {
  const traces = sorted.traceEnd.length
  const parts = sharedTraces(table, sorted, earlier)
  if (parts.size === 0) return { sorted, split: new Uint8Array(traces), calls: [] }
  const rows = new Uint32Array(sorted.rows.length)
  const ends: number[] = []
  const split: number[] = []
  const calls: EdgeRecord[] = []
  let kept = 0
  for (let trace = 0; trace < traces; trace++) {
    const from = trace === 0 ? 0 : sorted.traceEnd[trace - 1]
    const own = sorted.rows.subarray(from, sorted.traceEnd[trace])
    const readers = parts.get(trace)
    const first = kept
    if (readers === undefined) {
      rows.set(own, kept)
      kept += own.length
    } else {
      const left = settleTrace(table, own, readers)
      rows.set(left.rows, kept)
      kept += left.rows.length
      for (const call of left.calls) calls.push(call)
    }
    if (kept === first) continue
    ends.push(kept)
    split.push(readers === undefined ? 0 : 1)
  }
  const copies = sorted.copies + sorted.rows.length - kept
  const { split: shared, ...placed } = inOrder(table, rows.subarray(0, kept), ends, split)
  return { sorted: { ...placed, copies }, split: shared, calls }
}

/** A trace whose first rows were copies begins later than it did: traces are put in order again. */
function inOrder(
  table: SpanTable,
  rows: Uint32Array,
  ends: readonly number[],
  split: readonly number[],
): { readonly rows: Uint32Array; readonly traceEnd: Uint32Array; readonly split: Uint8Array } {
  const first = Uint32Array.from(ends, (_, trace) => rows[trace === 0 ? 0 : ends[trace - 1]])
  const order = orderTraces(table, first, ends.length)
  const ordered = new Uint32Array(rows.length)
  const traceEnd = new Uint32Array(ends.length)
  let at = 0
  order.forEach((trace, k) => {
    const own = rows.subarray(trace === 0 ? 0 : ends[trace - 1], ends[trace])
    ordered.set(own, at)
    at += own.length
    traceEnd[k] = at
  })
  return { rows: ordered, traceEnd, split: Uint8Array.from(order, trace => split[trace]) }
}

function settleTrace(
  table: SpanTable,
  own: Uint32Array,
  readers: readonly BlockReader[],
): { rows: number[]; calls: EdgeRecord[] } {
  const all = new SpanTableBuilder({ limits: AS_STORED })
  const id = table.traceId.subarray(own[0] * 4, own[0] * 4 + 4)
  for (const reader of readers) reader.readTrace(id, all)
  const stored = all.rowCount
  const comparer = new SpanComparer(table, all)
  const copier = new RowCopier(table, all)
  const bySpanId = new Map<number, number[]>()
  for (let row = 0; row < stored; row++) {
    const key = all.spanId[row * 2]
    const others = bySpanId.get(key)
    if (others === undefined) bySpanId.set(key, [row])
    else others.push(row)
  }
  const rows: number[] = []
  for (const row of own) {
    if (bySpanId.get(table.spanId[row * 2])?.some(other => comparer.equal(row, other)) !== true) rows.push(row)
  }
  if (rows.length === 0) return { rows, calls: [] }
  for (const row of rows) copier.copy(row)
  const resolver = new ParentResolver(all)
  const numbers = Uint32Array.from({ length: all.rowCount }, (_, row) => row)
  const before = callsAmong(all, numbers.slice(0, stored), resolver)
  return { rows, calls: callsDifference(before, callsAmong(all, numbers, resolver)) }
}

/** Trace (of `sorted`) -> the earlier blocks that have it. Both sides are walked by fingerprint once. */
function sharedTraces(
  table: SpanTable,
  sorted: SortedRows,
  earlier: readonly BlockReader[],
): Map<number, BlockReader[]> {
  const shared = new Map<number, BlockReader[]>()
  if (earlier.length === 0) return shared
  const traces = sorted.traceEnd.length
  const firstRow = (trace: number): number => sorted.rows[trace === 0 ? 0 : sorted.traceEnd[trace - 1]]
  const byFingerprint = new Float64Array(traces)
  for (let trace = 0; trace < traces; trace++) {
    byFingerprint[trace] = table.traceId[firstRow(trace) * 4 + 3] * TRACES + trace
  }
  byFingerprint.sort()
  const id = new Uint32Array(4)
  for (const reader of earlier) {
    const fingerprints = reader.fingerprints()
    let k = 0
    for (const packed of byFingerprint) {
      const fingerprint = Math.floor(packed / TRACES)
      while (k < fingerprints.length && fingerprints[k] < fingerprint) k++
      if (k === fingerprints.length) break
      if (fingerprints[k] !== fingerprint) continue
      const trace = packed % TRACES
      for (let word = 0; word < 4; word++) id[word] = table.traceId[firstRow(trace) * 4 + word]
      if (!reader.hasTrace(id)) continue
      const readers = shared.get(trace)
      if (readers === undefined) shared.set(trace, [reader])
      else readers.push(reader)
    }
  }
  return shared
}
