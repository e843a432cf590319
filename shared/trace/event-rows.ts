/** The events of a trace as rows of a list: repeated exceptions folded into one, long stretches without any told of. */
import { rangeStart } from '#shared/spans/span-table.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'
import { EXCEPTION, type TraceEvents } from './trace-events.ts'
import type { Trace } from './trace.ts'

export const EVENT_ROW = 0
/** The first of several exceptions that are the same; the others follow when it is open. */
export const FOLD_ROW = 1
/** One of the others. */
export const REPEAT_ROW = 2
/** A stretch of time without an event, after the event of the row. */
export const GAP_ROW = 3

export interface EventRows {
  readonly count: number
  /** By row: one of the *_ROW. */
  readonly kind: Uint8Array
  /** By row: index into `TraceEvents`. */
  readonly place: Uint32Array
  /** By row: of a fold how many events it is (2 or more), of others 1; of a gap 0. */
  readonly events: Uint32Array
  /** By row: of a gap how long it is, ns; of others 0. */
  readonly gap: Float64Array
  /** Events that are in closed folds, their heads apart. */
  readonly folded: number
  readonly folds: number
}

/** A stretch is told of when it is this part of all that is listed. */
const GAP_SHARE = 0.1
/** Of fewer events every stretch would be long. */
const LEAST_EVENTS = 4

/**
 * Rows of the events at `places` (ascending in time). Exceptions that follow one another with the same span name, service, type
 * and message are one fold; it is open when `isOpen` says so of the place of any
 * of them; it is told which is the first.
 */
export function* eventRows(
  trace: Trace,
  events: TraceEvents,
  places: Uint32Array,
  isOpen: (place: number, first: boolean) => boolean,
): SlicedWork<EventRows> {
  const same = sameException(trace, events)
  const { length } = places
  const most = length + Math.ceil(1 / GAP_SHARE)
  const kind = new Uint8Array(most)
  const place = new Uint32Array(most)
  const counts = new Uint32Array(most)
  const gap = new Float64Array(most)
  const stretch = length < LEAST_EVENTS ? Infinity : events.time[places[length - 1]] - events.time[places[0]]
  const longGap = Math.max(1, stretch * GAP_SHARE)
  let count = 0
  let folded = 0
  let folds = 0
  const add = (rowKind: number, at: number, events_: number, ns: number): void => {
    kind[count] = rowKind
    place[count] = at
    counts[count] = events_
    gap[count++] = ns
  }
  for (let k = 0; k < length;) {
    let end = k + 1
    let open = false
    while (end < length && same(places[k], places[end]) && !isGap(end)) end++
    for (let j = k; j < end && end - k > 1; j++) open ||= isOpen(places[j], j === k)
    if (end - k > 1) folds++
    add(end - k > 1 ? FOLD_ROW : EVENT_ROW, places[k], end - k, 0)
    if (open) for (let j = k + 1; j < end; j++) add(REPEAT_ROW, places[j], 1, 0)
    else folded += end - k - 1
    if (end < length && isGap(end)) add(GAP_ROW, places[end - 1], 0, timeBefore(end))
    if (((k ^ end) & ~BREATH) !== 0) yield
    k = end
  }
  return {
    count,
    kind: kind.subarray(0, count),
    place: place.subarray(0, count),
    events: counts.subarray(0, count),
    gap: gap.subarray(0, count),
    folded,
    folds,
  }

  function timeBefore(k: number): number {
    return events.time[places[k]] - events.time[places[k - 1]]
  }
  function isGap(k: number): boolean {
    return timeBefore(k) >= longGap
  }
}

/** Whether two events are the same exception; by numbers, no text is made. */
function sameException({ table, row, service }: Trace, events: TraceEvents): (a: number, b: number) => boolean {
  const { dictionary } = table
  const exception = dictionary.find(EXCEPTION)
  const typeKey = dictionary.find('exception.type')
  const messageKey = dictionary.find('exception.message')
  const wordsOf = (event: number): readonly [string, string] => {
    let [type, message] = ['', '']
    table.eventAttributes.forOwner(event, (key, valueType, low, high) => {
      if (key === typeKey && type === '') type = `${valueType} ${low} ${high}`
      else if (key === messageKey && message === '') message = `${valueType} ${low} ${high}`
    })
    return [type, message]
  }
  return (a, b) => {
    const [eventA, eventB] = [events.event[a], events.event[b]]
    if (table.eventName[eventA] !== exception || table.eventName[eventB] !== exception || exception < 0) return false
    const [spanA, spanB] = [events.span[a], events.span[b]]
    if (service[spanA] !== service[spanB] || table.name[row[spanA]] !== table.name[row[spanB]]) return false
    const [typeA, messageA] = wordsOf(eventA)
    const [typeB, messageB] = wordsOf(eventB)
    return typeA === typeB && messageA === messageB
  }
}

/** Which event of its span an event is, from 0. */
export function entryOf({ table, row }: Trace, events: TraceEvents, place: number): number {
  return events.event[place] - rangeStart(table.eventEnd, row[events.span[place]])
}
