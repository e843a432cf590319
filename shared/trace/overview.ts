/**
 * A trace as a small picture: time from left to right, depth from top to bottom, each cell the service of the longest span
 * there. Made once; drawing it costs cells, not spans.
 */
import { orderByNumber } from './order-by-number.ts'
import { PLAIN_TIME, type TimeMap } from './time-map.ts'
import { SPAN_ERROR, type TraceColumns } from './trace.ts'

export interface TraceOverview {
  readonly columns: number
  /** As many as levels, up to what was asked; deeper traces share lanes evenly. At least 1. */
  readonly lanes: number
  /** Service (index into `services`) + 1 of lane l and column c at `l × columns + c`; 0: nothing there. */
  readonly cells: Uint32Array
  /** 1 for each column in which a span of status error ends. */
  readonly errors: Uint8Array
}

/**
 * One pass over the spans, the longest first; every span, however short, fills at least one cell that no longer one has.
 * `map`: how time is drawn.
 */
export function traceOverview(
  trace: TraceColumns,
  columns: number,
  mostLanes: number,
  map: TimeMap = PLAIN_TIME,
): TraceOverview {
  const { size, start, end, depth, service, marks, maxDepth } = trace
  const lanes = Math.max(1, Math.min(mostLanes, maxDepth + 1))
  const cells = new Uint32Array(lanes * columns)
  const errors = new Uint8Array(columns)
  const scale = columns / (trace.durationNs > 0 ? map.display(trace.durationNs) : 1)
  const columnOf = (time: number): number => Math.min(columns - 1, Math.max(0, Math.floor(map.display(time) * scale)))
  const lengths = new Float64Array(size)
  let longest = 0
  for (let i = 0; i < size; i++) {
    lengths[i] = Math.max(0, end[i] - start[i])
    if (lengths[i] > longest) longest = lengths[i]
    if ((marks[i] & SPAN_ERROR) !== 0) errors[columnOf(end[i])] = 1
  }
  // The longest first: what is filled stays, and a link from each filled cell to the next free one skips it.
  for (let i = 0; i < size; i++) lengths[i] = longest - lengths[i]
  const order = orderByNumber(lengths)
  const free = new Uint32Array(lanes * (columns + 1))
  for (let at = 0; at < free.length; at++) free[at] = at
  const nextFree = (at: number): number => {
    let found = at
    while (free[found] !== found) found = free[found]
    for (let one = at; free[one] !== found;) {
      const next = free[one]
      free[one] = found
      one = next
    }
    return found
  }
  for (let k = 0; k < size; k++) {
    const i = order[k]
    const lane = maxDepth < lanes ? depth[i] : Math.floor((depth[i] * lanes) / (maxDepth + 1))
    const base = lane * (columns + 1)
    const to = base + columnOf(Math.max(start[i], end[i]))
    for (let at = nextFree(base + columnOf(start[i])); at <= to; at = nextFree(at + 1)) {
      cells[at - lane] = service[i] + 1
      free[at] = at + 1
    }
  }
  return { columns, lanes, cells, errors }
}
