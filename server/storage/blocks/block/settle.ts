/**
 * What a new block shares with those sealed before it. Blocks are sealed one after the other and the later one owns what crosses: rows
 * equal to stored ones are left out, and the calls between services that become known (or turn out to be none) are recorded in the new
 * block, so that the sum over all blocks is what a recount over distinct spans gives. Only traces that both have are read.
 */
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { DistinctSpans } from '#shared/spans/distinct-spans.ts'
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
  const shared = new SharedTraces(table, sorted, earlier)
  if (shared.none) return { sorted, split: new Uint8Array(traces), calls: [] }
  const rows = new Uint32Array(sorted.rows.length)
  const ends: number[] = []
  const split: number[] = []
  const calls: EdgeRecord[] = []
  let kept = 0
  for (let trace = 0; trace < traces; trace++) {
    const from = trace === 0 ? 0 : sorted.traceEnd[trace - 1]
    const own = sorted.rows.subarray(from, sorted.traceEnd[trace])
    const left = shared.settle(trace, own)
    const first = kept
    if (left === undefined) {
      rows.set(own, kept)
      kept += own.length
    } else {
      rows.set(left.rows, kept)
      kept += left.rows.length
      for (const call of left.calls) calls.push(call)
    }
    if (kept === first) continue
    ends.push(kept)
    split.push(left === undefined ? 0 : 1)
  }
  const copies = sorted.copies + sorted.rows.length - kept
  const placed = inOrder(table, rows.subarray(0, kept), ends, split)
  return { sorted: { ...placed, copies }, split: placed.split, calls }
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

/** The traces that earlier blocks have too, with what those hold of them, all in one table. */
class SharedTraces {
  readonly #table: SpanTable
  readonly #sorted: SortedRows
  /** Rows of the earlier blocks, then copies of ours. */
  readonly #all = new SpanTableBuilder({ limits: AS_STORED })
  /** Trace (of `sorted`) -> rows of `#all`. */
  readonly #stored = new Map<number, number[]>()
  readonly #isStored: (row: number) => boolean
  readonly #copier: RowCopier
  readonly #resolver: ParentResolver

  constructor(table: SpanTable, sorted: SortedRows, earlier: readonly BlockReader[]) {
    this.#table = table
    this.#sorted = sorted
    const all = this.#all
    const byFingerprint = this.#fingerprints()
    for (const reader of earlier) {
      /** The trace's number in the block and here. */
      const pairs = this.#pairs(byFingerprint, reader).sort((a, b) => a.theirs - b.theirs)
      if (pairs.length === 0) continue
      const ours = new Map(pairs.map(pair => [pair.theirs, pair.ours]))
      reader.readTraces(ours.keys(), all, (theirs, from, to) => {
        const trace = ours.get(theirs) ?? -1
        const rows = this.#stored.get(trace) ?? []
        for (let row = from; row < to; row++) rows.push(row)
        this.#stored.set(trace, rows)
      })
    }
    const distinct = new DistinctSpans(all)
    for (let row = 0; row < all.rowCount; row++) distinct.add(row)
    this.#isStored = distinct.ask(table)
    this.#copier = new RowCopier(table, all)
    this.#resolver = new ParentResolver(all)
  }

  get none(): boolean {
    return this.#stored.size === 0
  }

  /** The rows of ours that no earlier block has, and the calls to add; undefined when the trace is ours alone. */
  settle(trace: number, own: Uint32Array): { readonly rows: number[]; readonly calls: EdgeRecord[] } | undefined {
    const stored = this.#stored.get(trace)
    if (stored === undefined) return undefined
    const all = this.#all
    const rows: number[] = []
    const joined = [...stored]
    for (const row of own) {
      if (this.#isStored(row)) continue
      rows.push(row)
      if (this.#copier.copy(row)) joined.push(all.rowCount - 1)
    }
    if (rows.length === 0) return { rows, calls: [] }
    const before = callsAmong(all, Uint32Array.from(stored), this.#resolver)
    return { rows, calls: callsDifference(before, callsAmong(all, Uint32Array.from(joined), this.#resolver)) }
  }

  #firstRow(trace: number): number {
    return this.#sorted.rows[trace === 0 ? 0 : this.#sorted.traceEnd[trace - 1]]
  }

  /** Fingerprint × TRACES + trace, ascending. */
  #fingerprints(): Float64Array {
    const packed = new Float64Array(this.#sorted.traceEnd.length)
    for (let trace = 0; trace < packed.length; trace++) {
      packed[trace] = this.#table.traceId[this.#firstRow(trace) * 4 + 3] * TRACES + trace
    }
    return packed.sort()
  }

  /** Both sides are walked by fingerprint once. */
  #pairs(byFingerprint: Float64Array, reader: BlockReader): { readonly ours: number; readonly theirs: number }[] {
    const fingerprints = reader.fingerprints()
    const id = new Uint32Array(4)
    const pairs: { ours: number; theirs: number }[] = []
    let k = 0
    for (const packed of byFingerprint) {
      const fingerprint = Math.floor(packed / TRACES)
      while (k < fingerprints.length && fingerprints[k] < fingerprint) k++
      if (k === fingerprints.length) break
      if (fingerprints[k] !== fingerprint) continue
      const ours = packed % TRACES
      for (let word = 0; word < 4; word++) id[word] = this.#table.traceId[this.#firstRow(ours) * 4 + word]
      const theirs = reader.findTrace(id)
      if (theirs >= 0) pairs.push({ ours, theirs })
    }
    return pairs
  }
}
