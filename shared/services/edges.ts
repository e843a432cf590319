/**
 * Who calls whom: a span whose parent (in the same trace and the same table) is of another service is a call from that
 * service. Spans whose resource names no service are those of `unknown_service`, as in stores. Where client and server share an id (Zipkin), the server is
 * called by the client, and their children by the server.
 */
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { UNKNOWN_SERVICE } from '#shared/spans/span.ts'
import { STATUS_ERROR, type SpanTable } from '#shared/spans/span-table.ts'

/** Calls from one service to another. Errors: calls whose span (the called side) has the status error. */
export interface ServiceCalls {
  readonly parent: string
  readonly child: string
  readonly callCount: number
  readonly errorCount: number
}

const KIND_SERVER = 2
const KIND_CLIENT = 3

/**
 * The edges of a table that holds whole traces, in order of first appearance. Equal spans must be in the table once.
 * `counts` says which rows count as calls (default: all); their parents are found whatever it says. Linear in rows.
 */
export function serviceEdges(table: SpanTable, counts: (row: number) => boolean = () => true): ServiceCalls[] {
  const { rowCount, parentSpanId } = table
  const index = new SpanIndex(table)
  const edges = new Map<number, Map<number, { calls: number; errors: number }>>()
  for (let row = 0; row < rowCount; row++) {
    if (!counts(row)) continue
    const child = serviceOf(table, row)
    let parentRow = table.kind[row] === KIND_SERVER ? index.find(row, table.spanId, KIND_CLIENT, true) : -1
    if (parentRow < 0 && (parentSpanId[row * 2] | parentSpanId[row * 2 + 1]) !== 0) {
      parentRow = index.find(row, parentSpanId, KIND_SERVER, false)
    }
    if (parentRow < 0) continue
    const parent = serviceOf(table, parentRow)
    if (parent === child) continue
    let ofParent = edges.get(parent)
    if (ofParent === undefined) edges.set(parent, (ofParent = new Map()))
    let edge = ofParent.get(child)
    if (edge === undefined) ofParent.set(child, (edge = { calls: 0, errors: 0 }))
    edge.calls++
    if (table.status[row] === STATUS_ERROR) edge.errors++
  }
  const list: ServiceCalls[] = []
  const name = (service: number): string => (service === NO_SERVICE ? UNKNOWN_SERVICE : table.dictionary.text(service))
  let twice = false
  for (const [parent, children] of edges) {
    for (const [child, { calls, errors }] of children) {
      const [from, to] = [name(parent), name(child)]
      // A service may also call itself so.
      twice ||= from === UNKNOWN_SERVICE || to === UNKNOWN_SERVICE
      if (from !== to) list.push({ parent: from, child: to, callCount: calls, errorCount: errors })
    }
  }
  return twice ? addEdges([list]) : list
}

/** The edges of several tables as one: calls and errors of the same pair added up, in order of first appearance. */
export function addEdges(lists: Iterable<readonly ServiceCalls[]>): ServiceCalls[] {
  const sums = new Map<string, Map<string, { callCount: number; errorCount: number }>>()
  for (const list of lists) {
    for (const { parent, child, callCount, errorCount } of list) {
      let ofParent = sums.get(parent)
      if (ofParent === undefined) sums.set(parent, (ofParent = new Map()))
      const sum = ofParent.get(child)
      if (sum === undefined) ofParent.set(child, { callCount, errorCount })
      else {
        sum.callCount += callCount
        sum.errorCount += errorCount
      }
    }
  }
  return [...sums].flatMap(([parent, children]) => [...children].map(([child, sum]) => ({ parent, child, ...sum })))
}

function serviceOf(table: SpanTable, row: number): number {
  const resource = table.resource[row]
  return resource < table.resourceCount ? table.resourceService[resource] : NO_SERVICE
}

/** Rows by trace and span id: chains of rows in a table of hashes. */
class SpanIndex {
  readonly #table: SpanTable
  readonly #mask: number
  /** Row + 1 of the first row of a chain, 0 for none; the next of each row likewise. */
  readonly #first: Uint32Array
  readonly #next: Uint32Array

  constructor(table: SpanTable) {
    const { rowCount } = table
    this.#table = table
    this.#mask = 2 ** Math.ceil(Math.log2(rowCount + 1)) - 1
    this.#first = new Uint32Array(this.#mask + 1)
    this.#next = new Uint32Array(rowCount)
    // From the back, so that chains are in the order of rows.
    for (let row = rowCount - 1; row >= 0; row--) {
      const place = this.#place(row, table.spanId)
      this.#next[row] = this.#first[place]
      this.#first[place] = row + 1
    }
  }

  #place(row: number, ids: Uint32Array): number {
    const { traceId } = this.#table
    let h = ids[row * 2] ^ Math.imul(ids[row * 2 + 1], 0x9e3779b1)
    h = Math.imul(h ^ traceId[row * 4 + 3], 0x85ebca6b) ^ traceId[row * 4 + 2]
    return (Math.imul(h ^ (h >>> 15), 0xc2b2ae35) >>> 7) & this.#mask
  }

  /**
   * Another row of the row's trace whose span id is the one at `ids[row]`: one of that kind when there is one; else the
   * first of any kind, or −1 when `only` that kind will do.
   */
  find(row: number, ids: Uint32Array, kind: number, only: boolean): number {
    const { traceId, spanId, kind: kinds } = this.#table
    let any = -1
    for (let at = this.#first[this.#place(row, ids)]; at !== 0; at = this.#next[at - 1]) {
      const other = at - 1
      if (other === row) continue
      if (spanId[other * 2] !== ids[row * 2] || spanId[other * 2 + 1] !== ids[row * 2 + 1]) continue
      let k = 0
      while (k < 4 && traceId[other * 4 + k] === traceId[row * 4 + k]) k++
      if (k < 4) continue
      if (kinds[other] === kind) return other
      if (any < 0) any = other
    }
    return only ? -1 : any
  }
}
