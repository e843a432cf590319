// The traces of all open files as one list: parts of a trace that lie in several files are one row.

import type { FileTrace } from '#app/api/file-traces.ts'
import type { OpenFile } from '#app/api/open-files.ts'
import type { DistinctCounts } from '#app/api/open-tables.ts'

export interface ListedTrace extends FileTrace {
  /** Names of the files that have spans of it. */
  readonly files: readonly string[]
}

/** Newest first. Counts are sums over the files; of spans that two of them have `withCounts` knows. */
export function listTraces(files: readonly OpenFile[]): readonly ListedTrace[] {
  const traces = new Map<string, ListedTrace>()
  for (const { name, state } of files) {
    if (state.kind !== 'open') continue
    for (const trace of state.content.traces) {
      const known = traces.get(trace.traceId)
      traces.set(trace.traceId, known === undefined ? { ...trace, files: [name] } : joined(known, trace, name))
    }
  }
  return [...traces.values()].sort((x, y) => (x.startTime < y.startTime ? 1 : x.startTime > y.startTime ? -1 : 0))
}

/** The ids of traces whose spans lie in several files. */
export function sharedTraces(listed: readonly ListedTrace[]): readonly string[] {
  return listed.filter(({ files }) => files.length > 1).map(({ traceId }) => traceId)
}

/** The list with what traces of several files really have; as it is while that is not known. */
export function withCounts(
  listed: readonly ListedTrace[],
  counts: ReadonlyMap<string, DistinctCounts> | undefined,
): readonly ListedTrace[] {
  if (counts === undefined) return listed
  return listed.map(trace => (trace.files.length > 1 ? { ...trace, ...counts.get(trace.traceId) } : trace))
}

function joined(known: ListedTrace, part: FileTrace, file: string): ListedTrace {
  const startTime = part.startTime < known.startTime ? part.startTime : known.startTime
  const endOf = ({ startTime: start, durationNs }: FileTrace): number => Number(start - startTime) + durationNs
  // The part with the root names the trace, the earlier of two.
  const isBetter = part.rooted === known.rooted ? part.startTime < known.startTime : part.rooted
  const { name, service, rooted } = isBetter ? part : known
  return {
    traceId: known.traceId,
    name,
    service,
    rooted,
    startTime,
    durationNs: Math.max(endOf(known), endOf(part)),
    spanCount: known.spanCount + part.spanCount,
    errorCount: known.errorCount + part.errorCount,
    files: [...known.files, file],
  }
}
