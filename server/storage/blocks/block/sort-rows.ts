/** The rows of a table trace by trace: the order in which a block keeps them. */
import { SpanComparer } from '#shared/spans/equal-spans.ts'
import { compareTimes } from '#shared/spans/time.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { compareIds, compareRows, hashTraceId, sameTraceId } from './order.ts'

export interface SortedRows {
  /** Rows of the table: traces by (start, id), inside a trace by (start, id). */
  readonly rows: Uint32Array
  /** Exclusive end in `rows` of each trace. */
  readonly traceEnd: Uint32Array
  /** Rows left out because an equal one (ids and content) is there. */
  readonly copies: number
}

/** Up to here insertion beats the library's sort. */
const FEW_ROWS = 32

export function sortRows(table: SpanTable): SortedRows {
  const count = table.rowCount
  const ids = table.traceId
  const traceOf = new Uint32Array(count)
  const firstRow = new Uint32Array(count)
  const earliest = new Uint32Array(count)
  const sizes = new Uint32Array(count)
  let places = 16
  while (places < count * 2) places *= 2
  const index = new Int32Array(places).fill(-1)
  let traces = 0
  for (let row = 0; row < count; row++) {
    let place = hashTraceId(ids, row * 4) & (places - 1)
    let trace: number
    for (;;) {
      trace = index[place]
      if (trace < 0) {
        trace = traces++
        index[place] = trace
        firstRow[trace] = earliest[trace] = row
        break
      }
      if (sameTraceId(ids, firstRow[trace] * 4, ids, row * 4)) {
        if (compareTimes(table.startTime, row, table.startTime, earliest[trace]) < 0) earliest[trace] = row
        break
      }
      place = (place + 1) & (places - 1)
    }
    traceOf[row] = trace
    sizes[trace]++
  }
  const order = orderTraces(table, earliest, traces)
  const position = new Uint32Array(traces)
  const next = new Uint32Array(traces)
  let at = 0
  for (let k = 0; k < traces; k++) {
    position[order[k]] = k
    next[k] = at
    at += sizes[order[k]]
  }
  const rows = new Uint32Array(count)
  for (let row = 0; row < count; row++) rows[next[position[traceOf[row]]]++] = row
  for (let k = 0; k < traces; k++) sortTrace(table, rows, next[k] - sizes[order[k]], next[k])
  return withoutCopies(table, rows, next)
}

/** Numbers of traces by (start, id). `earliest`: the row that begins each. */
export function orderTraces(table: SpanTable, earliest: Uint32Array, traces: number): Uint32Array {
  const order = new Uint32Array(traces)
  for (let k = 0; k < traces; k++) order[k] = k
  const { startTime, traceId } = table
  return order.sort(
    (a, b) =>
      compareTimes(startTime, earliest[a], startTime, earliest[b]) ||
      compareIds(traceId, earliest[a] * 4, traceId, earliest[b] * 4, 4),
  )
}

function sortTrace(table: SpanTable, rows: Uint32Array, from: number, to: number): void {
  if (to - from > FEW_ROWS) {
    rows.subarray(from, to).sort((a, b) => compareRows(table, a, b) || a - b)
    return
  }
  for (let i = from + 1; i < to; i++) {
    const row = rows[i]
    let k = i - 1
    while (k >= from && compareRows(table, rows[k], row) > 0) {
      rows[k + 1] = rows[k]
      k--
    }
    rows[k + 1] = row
  }
}

/** Equal rows have equal starts and ids: they stand side by side. */
function withoutCopies(table: SpanTable, rows: Uint32Array, traceEnd: Uint32Array): SortedRows {
  let comparer: SpanComparer | undefined
  let kept = 0
  let from = 0
  for (let trace = 0; trace < traceEnd.length; trace++) {
    const to = traceEnd[trace]
    const first = kept
    for (let i = from; i < to; i++) {
      let copy = false
      for (let k = kept - 1; k >= first && compareRows(table, rows[k], rows[i]) === 0; k--) {
        comparer ??= new SpanComparer(table, table)
        if (comparer.equal(rows[k], rows[i])) {
          copy = true
          break
        }
      }
      if (!copy) rows[kept++] = rows[i]
    }
    from = to
    traceEnd[trace] = kept
  }
  return { rows: rows.subarray(0, kept), traceEnd, copies: rows.length - kept }
}
