/**
 * An open table as a segment: a linear scan, over an index of its traces that is brought up to date when something is asked. Keep one for
 * as long as its table is open.
 */
import { rowTest, type RowTest } from '#shared/query/evaluate.ts'
import type { Condition } from '#shared/query/tree.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { compareTimes, timeAt } from '#shared/spans/time.ts'
import type { TraceSummary } from '#server/storage/store.ts'
import { columnTest } from './column-test.ts'
import { hashTraceId, sameTraceId } from './order.ts'
import type { GroupMatcher, GroupMatches, Segment, SegmentGroup, TracePart } from './segment.ts'
import { summariseRows } from './trace-summary.ts'

export class TableSegment implements Segment {
  readonly kind = 'table'
  readonly name: string
  readonly table: SpanTable
  readonly #refreshTable: () => number
  #rows = 0
  /** Of each row: its trace, and the row of the same trace before it (-1: none). */
  #traceOf = new Uint32Array(0)
  #before = new Int32Array(0)
  #traces = 0
  /** Of each trace: its last row, and the rows that start first and end last. */
  #lastRow = new Uint32Array(0)
  #earliest = new Uint32Array(0)
  #latestEnd = new Uint32Array(0)
  #index = new Int32Array(64).fill(-1)
  #group: SegmentGroup | undefined
  #firstRowByStart = 0
  #lastRowByStart = 0
  #lastTraceByStart = -1

  /** `table`: the view of a shared table (viewSpanTable), which is refreshed by us, or a table of this thread. */
  constructor(name: string, table: SpanTable & { refresh?: () => number }) {
    this.name = name
    this.table = table
    this.#refreshTable = table.refresh === undefined ? () => table.rowCount : () => table.refresh?.() ?? table.rowCount
  }

  refresh(): void {
    const count = this.#refreshTable()
    if (count === this.#rows) return
    const { traceId, startTime, endTime } = this.table
    if (count > this.#traceOf.length) this.#makeRoom(Math.max(count, traceId.length >>> 2))
    for (let row = this.#rows; row < count; row++) {
      let place = hashTraceId(traceId, row * 4) & (this.#index.length - 1)
      let trace = this.#index[place]
      while (trace >= 0 && !sameTraceId(traceId, this.#lastRow[trace] * 4, traceId, row * 4)) {
        place = (place + 1) & (this.#index.length - 1)
        trace = this.#index[place]
      }
      if (trace < 0) {
        trace = this.#index[place] = this.#traces++
        this.#before[row] = -1
        this.#earliest[trace] = this.#latestEnd[trace] = row
        this.#lastRow[trace] = row
        if (this.#traces * 2 > this.#index.length) this.#rehash()
      } else {
        this.#before[row] = this.#lastRow[trace]
        this.#lastRow[trace] = row
        if (compareTimes(startTime, row, startTime, this.#earliest[trace]) < 0) this.#earliest[trace] = row
        if (compareTimes(endTime, row, endTime, this.#latestEnd[trace]) > 0) this.#latestEnd[trace] = row
      }
      this.#traceOf[row] = trace
      if (compareTimes(startTime, row, startTime, this.#firstRowByStart) < 0) this.#firstRowByStart = row
      if (compareTimes(startTime, row, startTime, this.#lastRowByStart) > 0) this.#lastRowByStart = row
    }
    this.#rows = count
    // A trace's start may have moved back: all are looked at.
    this.#lastTraceByStart = 0
    for (let trace = 1; trace < this.#traces; trace++) {
      const latest = this.#earliest[this.#lastTraceByStart]
      if (compareTimes(startTime, this.#earliest[trace], startTime, latest) > 0) this.#lastTraceByStart = trace
    }
    this.#group = {
      index: 0,
      rowCount: count,
      firstStart: timeAt(startTime, this.#firstRowByStart),
      lastTraceStart: timeAt(startTime, this.#earliest[this.#lastTraceByStart]),
      lastStart: timeAt(startTime, this.#lastRowByStart),
    }
  }

  #makeRoom(rows: number): void {
    const grown = <T extends Uint32Array | Int32Array>(array: T, larger: T): T => {
      larger.set(array)
      return larger
    }
    this.#traceOf = grown(this.#traceOf, new Uint32Array(rows))
    this.#before = grown(this.#before, new Int32Array(rows))
    this.#lastRow = grown(this.#lastRow, new Uint32Array(rows))
    this.#earliest = grown(this.#earliest, new Uint32Array(rows))
    this.#latestEnd = grown(this.#latestEnd, new Uint32Array(rows))
  }

  #rehash(): void {
    const index = new Int32Array(this.#index.length * 2).fill(-1)
    const { traceId } = this.table
    for (let trace = 0; trace < this.#traces; trace++) {
      let place = hashTraceId(traceId, this.#lastRow[trace] * 4) & (index.length - 1)
      while (index[place] >= 0) place = (place + 1) & (index.length - 1)
      index[place] = trace
    }
    this.#index = index
  }

  get rowCount(): number {
    return this.#rows
  }
  get traceCount(): number {
    return this.#traces
  }

  groups(): readonly SegmentGroup[] {
    return this.#group === undefined ? [] : [this.#group]
  }

  matcher(where: Condition): GroupMatcher {
    const operands = where.node === 'and' ? where.operands : [where]
    const tests: RowTest[] = []
    for (const operand of operands) {
      const onAttribute =
        operand.node === 'exists' || (operand.node === 'compare' && operand.field.kind === 'attribute')
      tests.push(onAttribute ? columnTest(operand, this.table, this.#rows) : rowTest(operand, this.table))
    }
    return { match: (_, from, to) => this.#match(tests, from, to) }
  }

  #match(tests: readonly RowTest[], from: bigint, to: bigint): GroupMatches {
    const { startTime } = this.table
    const group = this.#group
    const counts = new Uint32Array(this.#traces)
    const traces: number[] = []
    const everything = group === undefined || (from <= group.firstStart && to >= group.lastStart)
    rows: for (let row = 0; row < this.#rows; row++) {
      for (const test of tests) if (!test(row)) continue rows
      if (!everything) {
        const start = timeAt(startTime, row)
        if (start < from || start > to) continue
      }
      const trace = this.#traceOf[row]
      if (counts[trace]++ === 0) traces.push(trace)
    }
    traces.sort((a, b) => compareTimes(startTime, this.#earliest[b], startTime, this.#earliest[a]))
    return { traces: Uint32Array.from(traces), matched: Uint32Array.from(traces, trace => counts[trace]) }
  }

  findTrace(id: Uint32Array): number {
    const { traceId } = this.table
    let place = hashTraceId(id, 0) & (this.#index.length - 1)
    for (let trace = this.#index[place]; trace >= 0; trace = this.#index[place]) {
      if (sameTraceId(traceId, this.#lastRow[trace] * 4, id, 0)) return trace
      place = (place + 1) & (this.#index.length - 1)
    }
    return -1
  }

  lastIdWords(): Uint32Array {
    const words = new Uint32Array(this.#traces)
    for (let trace = 0; trace < words.length; trace++) words[trace] = this.table.traceId[this.#lastRow[trace] * 4 + 3]
    return words
  }

  traceId(trace: number): Uint32Array {
    const row = this.#lastRow[trace]
    return this.table.traceId.slice(row * 4, row * 4 + 4)
  }

  /** The rows of a trace in order of arrival. */
  rowsOf(trace: number): Uint32Array {
    const rows = new Uint32Array(this.rowCountOf(trace))
    for (let row = this.#lastRow[trace], i = rows.length; row >= 0; row = this.#before[row]) rows[--i] = row
    return rows
  }

  rowCountOf(trace: number): number {
    let count = 0
    for (let row = this.#lastRow[trace]; row >= 0; row = this.#before[row]) count++
    return count
  }

  part(trace: number): TracePart {
    const { spanId, startTime, endTime } = this.table
    const seen = new Set<number>()
    let repeated = false
    for (let row = this.#lastRow[trace]; row >= 0; row = this.#before[row]) {
      // 53 bits of 64: enough to say that ids may be equal.
      const key = spanId[row * 2] * 2097152 + (spanId[row * 2 + 1] >>> 11)
      if (seen.has(key)) repeated = true
      seen.add(key)
    }
    const [start, end] = [timeAt(startTime, this.#earliest[trace]), timeAt(endTime, this.#latestEnd[trace])]
    return { start, end, repeated }
  }

  summarise(trace: number, matchedCount: number): TraceSummary {
    return summariseRows(this.table, this.rowsOf(trace), matchedCount)
  }

  copyTrace(trace: number, into: SpanTableBuilder): void {
    const copier = new RowCopier(this.table, into)
    for (const row of this.rowsOf(trace)) copier.copy(row)
  }
}
