// Rows of the span table as CSV (RFC 4180) or JSON, in slices. Exact: times in ns as the trace has them, attributes whole.

import { csvLine } from '#app/views/table/csv.ts'
import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import { SPAN_KINDS, STATUS_CODES } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { attributeOfSpan } from '#shared/trace/statistics-keys.ts'
import { spanDuration, spanIdOf, spanName } from '#shared/trace/trace.ts'

const HEADS = [
  'span_id',
  'parent_span_id',
  'service',
  'name',
  'kind',
  'status',
  'start_unix_ns',
  'duration_ns',
  'self_ns',
]

/** Parts of the text, to be put together. JSON: one array of objects, a line each; an attribute a span lacks is left out. */
export function* spansFile(
  { trace, services, figures }: CountedTrace,
  order: Uint32Array,
  columns: readonly string[],
  form: 'csv' | 'json',
): SlicedWork<readonly string[]> {
  const { table } = trace
  const ids = columns.map(key => table.dictionary.find(key))
  const parts = [form === 'csv' ? csvLine([...HEADS, ...columns]) : '[\n']
  for (const [n, i] of order.entries()) {
    const row = trace.row[i]
    const fixed: (string | number)[] = [
      spanIdOf(trace, i),
      trace.parent[i] < 0 ? '' : spanIdOf(trace, trace.parent[i]),
      services[trace.service[i]],
      spanName(trace, i),
      SPAN_KINDS[table.kind[row]] ?? SPAN_KINDS[0],
      STATUS_CODES[table.status[row]] ?? STATUS_CODES[0],
      String(timeAt(table.startTime, row)),
      spanDuration(trace, i),
      figures.self[i],
    ]
    const values = ids.map(id => attributeOfSpan(trace, i, id))
    if (form === 'csv') parts.push(csvLine([...fixed, ...values.map(value => value ?? '')]))
    else {
      const entries = [
        ...fixed.map((value, k) => [HEADS[k], value] as const),
        [
          'attributes',
          Object.fromEntries(columns.flatMap((key, k) => (values[k] === undefined ? [] : [[key, values[k]]]))),
        ],
      ]
      parts.push(`${JSON.stringify(Object.fromEntries(entries))}${n === order.length - 1 ? '\n' : ',\n'}`)
    }
    if ((n & 255) === 255) yield
  }
  if (form === 'json') parts.push(']\n')
  return parts
}
