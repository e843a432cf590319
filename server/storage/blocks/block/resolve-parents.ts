/**
 * Which row is the parent of which, inside one trace. A parent id that several rows bear (Zipkin's client and server share one) means the
 * row of the child's own service when there is one, else the first by start, then by service: whatever order the rows came in. A row is
 * never its own parent.
 */
import { serviceNameOf } from '#shared/spans/span.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { compareTimes } from '#shared/spans/time.ts'

/** The row names no parent. */
export const NO_PARENT = -1
/** The row names a parent that is not there. */
export const PARENT_MISSING = -2

/** Finds parents trace by trace; keep it for many traces: its memory is used again. */
export class ParentResolver {
  readonly #table: SpanTable
  #places = new Int32Array(64)

  constructor(table: SpanTable) {
    this.#table = table
  }

  /** Sets `parents[i]`, for rows[from … to) of one trace sorted by (start, id), to a place in `rows` or NO_PARENT, PARENT_MISSING. */
  resolve(rows: Uint32Array, from: number, to: number, parents: Int32Array): void {
    const { spanId, parentSpanId } = this.#table
    let size = 16
    while (size < (to - from) * 2) size *= 2
    if (this.#places.length < size) this.#places = new Int32Array(size)
    const places = this.#places
    const mask = size - 1
    places.fill(-1, 0, size)
    for (let i = from; i < to; i++) {
      const id = rows[i] * 2
      let place = hashSpanId(spanId[id], spanId[id + 1]) & mask
      while (places[place] >= 0) place = (place + 1) & mask
      places[place] = i
    }
    for (let i = from; i < to; i++) {
      const row = rows[i]
      const low = parentSpanId[row * 2]
      const high = parentSpanId[row * 2 + 1]
      if ((low | high) === 0) {
        parents[i] = NO_PARENT
        continue
      }
      let best = PARENT_MISSING
      let place = hashSpanId(low, high) & mask
      for (let k = places[place]; k >= 0; k = places[place]) {
        const other = rows[k] * 2
        if (spanId[other] === low && spanId[other + 1] === high && k !== i) {
          if (this.#sameService(row, rows[k])) {
            best = k
            break
          }
          if (best < 0 || this.#isBefore(rows[k], rows[best])) best = k
        }
        place = (place + 1) & mask
      }
      parents[i] = best
    }
  }

  #isBefore(left: number, right: number): boolean {
    const byStart = compareTimes(this.#table.startTime, left, this.#table.startTime, right)
    if (byStart !== 0) return byStart < 0
    return (serviceNameOf(this.#table, left) ?? '') < (serviceNameOf(this.#table, right) ?? '')
  }

  #sameService(left: number, right: number): boolean {
    const { resource, resourceService } = this.#table
    return resourceService[resource[left]] === resourceService[resource[right]]
  }
}

function hashSpanId(low: number, high: number): number {
  const h = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
  return h ^ (h >>> 16)
}
