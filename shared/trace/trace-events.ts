/** All events of a trace in order of time. */
import { BREATH, orderInSlices, type SlicedWork } from './sliced-work.ts'
import { rangeStart } from '#shared/spans/span-table.ts'
import type { Trace } from './trace.ts'

export interface TraceEvents {
  readonly count: number
  /** By place: the event's index in the table, its span, and its time in ns since the trace's start (before it: negative). */
  readonly event: Uint32Array
  readonly span: Uint32Array
  readonly time: Float64Array
  /** Names with how often they occur, the most frequent first; `exception` stands before all. */
  readonly names: readonly EventName[]
  /** How many spans have events. */
  readonly spans: number
}

export interface EventName {
  readonly name: string
  /** Dictionary id. */
  readonly id: number
  readonly count: number
}

const WORD = 2 ** 32

/** Events of one moment stand in the order of their spans. */
export function* traceEvents({ table, row, size, startTime }: Trace): SlicedWork<TraceEvents> {
  const { eventEnd, eventTime, eventName } = table
  let total = 0
  let spans = 0
  for (let i = 0; i < size; i++) {
    const own = eventEnd[row[i]] - rangeStart(eventEnd, row[i])
    total += own
    if (own > 0) spans++
    if ((i & BREATH) === BREATH) yield
  }
  const [low, high] = [Number(startTime & 0xffffffffn), Number(startTime >> 32n)]
  const unordered = { event: new Uint32Array(total), span: new Uint32Array(total), time: new Float64Array(total) }
  const counts = new Map<number, number>()
  let n = 0
  let least = 0
  for (let i = 0; i < size; i++) {
    for (let e = rangeStart(eventEnd, row[i]); e < eventEnd[row[i]]; e++) {
      const time = (eventTime[e * 2 + 1] - high) * WORD + (eventTime[e * 2] - low)
      unordered.event[n] = e
      unordered.span[n] = i
      unordered.time[n++] = time
      if (time < least) least = time
      counts.set(eventName[e], (counts.get(eventName[e]) ?? 0) + 1)
      if ((n & BREATH) === BREATH) yield
    }
    if ((i & BREATH) === BREATH) yield
  }
  const order = yield* orderInSlices(unordered.time.map(time => time - least))
  const names = [...counts]
    .map(([id, count]) => ({ id, count, name: table.dictionary.text(id) }))
    .sort(
      (a, b) =>
        Number(b.name === EXCEPTION) - Number(a.name === EXCEPTION) || b.count - a.count || (a.name < b.name ? -1 : 1),
    )
  return {
    count: total,
    event: order.map(k => unordered.event[k]),
    span: order.map(k => unordered.span[k]),
    time: Float64Array.from(order, k => unordered.time[k]),
    names,
    spans,
  }
}

/** OpenTelemetry's name of the event of an exception. */
export const EXCEPTION = 'exception'

/** Places of the events of counted spans within a stretch of time, of one name where `name` (dictionary id) is given. */
export function* eventPlaces(
  { table }: Trace,
  { count, event, span, time }: TraceEvents,
  included: Uint8Array | undefined,
  window: { readonly start: number; readonly end: number } | undefined,
  name: number | undefined,
): SlicedWork<Uint32Array> {
  const places = new Uint32Array(count)
  let n = 0
  for (let k = 0; k < count; k++) {
    if ((k & BREATH) === BREATH) yield
    if (included !== undefined && included[span[k]] === 0) continue
    if (window !== undefined && (time[k] < window.start || time[k] > window.end)) continue
    if (name !== undefined && table.eventName[event[k]] !== name) continue
    places[n++] = k
  }
  return places.subarray(0, n)
}
