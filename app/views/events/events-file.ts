// Events as JSON lines or CSV (RFC 4180), in slices. Exact: times in ns as the trace has them, attributes whole.

import { csvLine } from '#app/views/table/csv.ts'
import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import { timeAt } from '#shared/spans/time.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { attributeText } from '#shared/trace/statistics-keys.ts'
import type { TraceEvents } from '#shared/trace/trace-events.ts'
import { spanIdOf, spanName } from '#shared/trace/trace.ts'

const HEADS = ['time_unix_ns', 'span_id', 'service', 'span', 'event', 'attributes'] as const

/**
 * Parts of the text, to be put together: the events at `places`, a line each. `attributes` is an object of texts; of a key that an
 * event has twice the last stands. In CSV it is JSON.
 */
export function* eventsFile(
  { trace, services }: CountedTrace,
  events: TraceEvents,
  places: Uint32Array,
  form: 'jsonl' | 'csv',
): SlicedWork<readonly string[]> {
  const { table } = trace
  const parts = form === 'csv' ? [csvLine(HEADS)] : []
  for (const [n, place] of places.entries()) {
    const [event, span] = [events.event[place], events.span[place]]
    const attributes = new Map<string, string>()
    table.eventAttributes.forOwner(event, (key, type, low, high) => {
      attributes.set(table.dictionary.text(key), attributeText(table.dictionary, type, low, high))
    })
    const values = {
      time_unix_ns: String(timeAt(table.eventTime, event)),
      span_id: spanIdOf(trace, span),
      service: services[trace.service[span]],
      span: spanName(trace, span),
      event: table.dictionary.text(table.eventName[event]),
      attributes: Object.fromEntries(attributes),
    }
    parts.push(
      form === 'jsonl'
        ? `${JSON.stringify(values)}\n`
        : csvLine(HEADS.map(key => (key === 'attributes' ? JSON.stringify(values[key]) : values[key]))),
    )
    if ((n & 255) === 255) yield
  }
  return parts
}
