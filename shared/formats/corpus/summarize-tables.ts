/** What is in the tables of a file, in the words of the corpus' manifest. For tests. */
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { STATUS_ERROR } from '#shared/spans/span-table.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'

export interface FileSummary {
  readonly traces: number
  readonly spans: number
  readonly distinctSpans: number
  readonly services: readonly string[]
  readonly spansWithoutService: number
  readonly roots: number
  readonly orphans: number
  readonly cyclic: number
  readonly errors: number
  readonly events: number
  readonly links: number
  readonly earliestStartNs: string
  readonly durationNs: string
  readonly maxDepth: number
  readonly mostChildren: number
}

const NO_ID = '0000000000000000'

export function summarizeTables(tables: readonly SpanTable[]): FileSummary {
  const traces = new Set<string>()
  const services = new Set<string>()
  /** Parent of each distinct span, by trace and span id. */
  const parents = new Map<string, string>()
  const records: { id: string; parent: string }[] = []
  const starts: bigint[] = []
  let last = 0n
  let spansWithoutService = 0
  let errors = 0
  let events = 0
  let links = 0
  for (const table of tables) {
    for (let row = 0; row < table.rowCount; row++) {
      const trace = formatTraceId(table.traceId, row)
      traces.add(trace)
      const id = `${trace} ${formatSpanId(table.spanId, row)}`
      const parentId: string = formatSpanId(table.parentSpanId, row)
      const parent = parentId === NO_ID ? '' : `${trace} ${parentId}`
      records.push({ id, parent })
      parents.set(id, parent)
      const service = table.resourceService[table.resource[row]]
      if (service === NO_SERVICE) spansWithoutService++
      else services.add(table.dictionary.text(service))
      if (table.status[row] === STATUS_ERROR) errors++
      events += table.eventEnd[row] - (row === 0 ? 0 : table.eventEnd[row - 1])
      links += table.linkEnd[row] - (row === 0 ? 0 : table.linkEnd[row - 1])
      starts.push(timeAt(table.startTime, row))
      const end = timeAt(table.endTime, row)
      if (end > last) last = end
    }
  }
  const children = new Map<string, number>()
  let roots = 0
  let orphans = 0
  for (const { parent } of records) {
    if (parent === '') roots++
    else if (!parents.has(parent)) orphans++
    if (parent !== '') children.set(parent, (children.get(parent) ?? 0) + 1)
  }
  const depths = new Map<string, number>()
  let cyclic = 0
  for (const { id } of records) {
    const depth = depthOf(id, parents)
    if (depth === undefined) cyclic++
    else depths.set(id, depth)
  }
  // A clock from 0 or no clock: then 0 is the start.
  const told = last > 10n ** 15n ? starts.filter(start => start > 0n) : starts
  const earliest = told.reduce((least, start) => (start < least ? start : least), told[0] ?? 0n)
  return {
    traces: traces.size,
    spans: records.length,
    distinctSpans: parents.size,
    services: [...services].sort(),
    spansWithoutService,
    roots,
    orphans,
    cyclic,
    errors,
    events,
    links,
    earliestStartNs: String(earliest),
    durationNs: String(last > earliest ? last - earliest : 0n),
    maxDepth: [...depths.values()].reduce((most, depth) => Math.max(most, depth), 0),
    mostChildren: [...children.values()].reduce((most, count) => Math.max(most, count), 0),
  }
}

/** 1 for a span without a parent in the file; undefined for one whose parents form a ring. */
function depthOf(id: string, parents: ReadonlyMap<string, string>): number | undefined {
  const seen = new Set<string>()
  let at = id
  for (;;) {
    if (seen.has(at)) return undefined
    seen.add(at)
    const parent = parents.get(at) ?? ''
    if (parent === '' || !parents.has(parent)) return seen.size
    at = parent
  }
}
