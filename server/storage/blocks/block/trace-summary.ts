/** The summary of one trace from its distinct rows. */
import { compareText } from '#shared/spans/compare-text.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { serviceNameOf } from '#shared/spans/span.ts'
import { SPAN_KINDS, type SpanTable, STATUS_ERROR } from '#shared/spans/span-table.ts'
import { compareTimes, timeAt } from '#shared/spans/time.ts'
import type { TraceSummary } from '#server/storage/store.ts'
import { compareRows } from './order.ts'
import { NO_PARENT, ParentResolver } from './resolve-parents.ts'

/** `rows`: all rows of the trace, none empty; sorted in place. */
export function summariseRows(table: SpanTable, rows: Uint32Array, matchedCount: number): TraceSummary {
  rows.sort((a, b) => compareRows(table, a, b) || a - b)
  const parents = new Int32Array(rows.length)
  new ParentResolver(table).resolve(rows, 0, rows.length, parents)
  let rootAt = parents.findIndex(parent => parent < 0)
  if (rootAt < 0) rootAt = 0
  const root = rows[rootAt]
  let last = rows[0]
  const services = new ServiceCounts()
  for (const row of rows) {
    if (compareTimes(table.endTime, row, table.endTime, last) > 0) last = row
    services.add(serviceNameOf(table, row), table.status[row] === STATUS_ERROR)
  }
  return {
    traceId: formatTraceId(table.traceId, root),
    startTime: timeAt(table.startTime, rows[0]),
    endTime: timeAt(table.endTime, last),
    spanCount: rows.length,
    errorCount: services.errors,
    matchedCount,
    root: {
      spanId: formatSpanId(table.spanId, root),
      service: serviceNameOf(table, root),
      name: table.dictionary.text(table.name[root]),
      kind: SPAN_KINDS[table.kind[root]] ?? 'unspecified',
      error: table.status[root] === STATUS_ERROR,
      orphan: parents[rootAt] < 0 && parents[rootAt] !== NO_PARENT,
    },
    services: services.list(),
  }
}

/** Spans and errors by service. */
export class ServiceCounts {
  errors = 0
  readonly #counts = new Map<string | undefined, { spanCount: number; errorCount: number }>()

  add(name: string | undefined, error: boolean): void {
    let counts = this.#counts.get(name)
    if (counts === undefined) this.#counts.set(name, (counts = { spanCount: 0, errorCount: 0 }))
    counts.spanCount++
    if (!error) return
    counts.errorCount++
    this.errors++
  }

  /** Most spans first, ties by name, the nameless last. */
  list(): TraceSummary['services'] {
    return [...this.#counts]
      .map(([name, counts]) => ({ name, ...counts }))
      .sort((a, b) => b.spanCount - a.spanCount || compareNames(a.name, b.name))
  }
}

function compareNames(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return compareText(a, b)
}
