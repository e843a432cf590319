// What is computed from a trace once. Code of workers: the page itself has no need of it, and shows a trace sooner without it.

import type { TraceId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import type { BuildOptions } from '#shared/trace/build-trace.ts'
import { criticalPathOf } from '#shared/trace/critical-path.ts'
import { idleGaps } from '#shared/trace/idle-gaps.ts'
import { traceOverview } from '#shared/trace/overview.ts'
import { selfTimes } from '#shared/trace/self-time.ts'
import { summarizeTrace } from '#shared/trace/summary.ts'
import { timeMap } from '#shared/trace/time-map.ts'
import type { LoadedTrace } from './loaded-trace.ts'

/** Cells of the overview: more columns than a minimap has pixels on most screens, lanes that a 52 px minimap can show. */
const OVERVIEW_COLUMNS = 2048
const OVERVIEW_LANES = 10

/** Everything that is computed from a table once. `table` is kept. */
export function loadTrace(
  table: SpanTable,
  traceId: TraceId | undefined,
  whole: boolean,
  options: BuildOptions = {},
): LoadedTrace {
  const trace = buildTrace(table, traceId, options)
  const self = selfTimes(trace)
  const critical = criticalPathOf(trace)
  const gaps = idleGaps(trace)
  const overview = traceOverview(trace, OVERVIEW_COLUMNS, OVERVIEW_LANES)
  const map = timeMap(trace.durationNs, gaps)
  return {
    trace,
    self,
    critical,
    summary: summarizeTrace(trace, critical),
    overview,
    gaps,
    overviewWithoutGaps: gaps.length === 0 ? overview : traceOverview(trace, OVERVIEW_COLUMNS, OVERVIEW_LANES, map),
    whole,
  }
}
