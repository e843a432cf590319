/**
 * Columns of a span table that follow from its trace: absolute times from those since the first start, ids of parents from
 * the tree. Who holds the trace need not hold them too (24 bytes a span); they are made again when somebody asks.
 */
import type { MadeColumns } from '#shared/spans/binary/decode-span-table.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import type { TraceColumns } from './trace.ts'

/** Which columns can be left out of a table, and what it takes to make them again. */
export interface LeftOut {
  /** `startTime` and `endTime`. */
  readonly times: boolean
  /**
   * `parentSpanId`: three words for each row whose parent's id is not that of the span above it (row, low, high): orphans,
   * rings, Zipkin's shared ids. Undefined: too many, the column stays.
   */
  readonly parents: Uint32Array | undefined
}

const NOTHING: LeftOut = { times: false, parents: undefined }
/** One row in so many may have a parent that does not follow; of more the column is smaller. */
const ROWS_AN_EXCEPTION = 4

/**
 * What of `table`, whose trace `columns` are, can be made again exactly: tried out, row by row. Times of more than 104 days
 * apart can't, nor columns with rows that are not in the trace.
 */
export function leftOut(columns: TraceColumns, table: SpanTable): LeftOut {
  const { size } = columns
  if (size !== table.rowCount || size === 0) return NOTHING
  const same = (of: 'start' | 'end', sent: Uint32Array): boolean => {
    const made = timesOf(columns, of)
    for (let i = 0; i < size * 2; i++) if (made[i] !== sent[i]) return false
    return true
  }
  const { spanId, parentSpanId } = table
  const made = parentsOf(columns, spanId, new Uint32Array(0))
  const exceptions: number[] = []
  for (let row = 0; row < size; row++) {
    const low = parentSpanId[row * 2]
    const high = parentSpanId[row * 2 + 1]
    if (made[row * 2] !== low || made[row * 2 + 1] !== high) exceptions.push(row, low, high)
    if (exceptions.length * ROWS_AN_EXCEPTION > size * 3) break
  }
  return {
    times: same('start', table.startTime) && same('end', table.endTime),
    parents: exceptions.length * ROWS_AN_EXCEPTION > size * 3 ? undefined : Uint32Array.from(exceptions),
  }
}

/** The columns that were left out, to be made from the trace's and the ids of its spans. */
export function madeColumns(columns: TraceColumns, spanId: Uint32Array, { times, parents }: LeftOut): MadeColumns {
  return {
    startTime: times ? () => timesOf(columns, 'start') : undefined,
    endTime: times ? () => timesOf(columns, 'end') : undefined,
    parentSpanId: parents === undefined ? undefined : () => parentsOf(columns, spanId, parents),
  }
}

function timesOf({ size, row, start, end, shift, startTime }: TraceColumns, of: 'start' | 'end'): Uint32Array {
  const since = of === 'start' ? start : end
  const made = new Uint32Array(size * 2)
  const low = Number(startTime & 0xffffffffn)
  const high = Number(startTime >> 32n)
  for (let i = 0; i < size; i++) {
    const ns = shift === undefined ? since[i] : since[i] - shift[i]
    const words = Math.floor(ns / 4294967296)
    const sum = low + (ns - words * 4294967296)
    const at = row[i] * 2
    made[at] = sum
    made[at + 1] = high + words + (sum >= 4294967296 ? 1 : 0)
  }
  return made
}

function parentsOf({ size, row, parent }: TraceColumns, spanId: Uint32Array, exceptions: Uint32Array): Uint32Array {
  const made = new Uint32Array(size * 2)
  for (let i = 0; i < size; i++) {
    if (parent[i] < 0) continue
    const from = row[parent[i]] * 2
    const to = row[i] * 2
    made[to] = spanId[from]
    made[to + 1] = spanId[from + 1]
  }
  for (let k = 0; k < exceptions.length; k += 3) {
    made[exceptions[k] * 2] = exceptions[k + 1]
    made[exceptions[k] * 2 + 1] = exceptions[k + 2]
  }
  return made
}
