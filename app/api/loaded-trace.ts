// A trace as pages hold it: the tree with what is computed from it once, in the worker that decoded it (load-trace.ts).

import { assembleSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import type { Received } from '#shared/spans/binary/decode-span-table.ts'
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import type { TimeGap } from '#shared/trace/idle-gaps.ts'
import type { TraceOverview } from '#shared/trace/overview.ts'
import type { TraceSummary } from '#shared/trace/summary.ts'
import type { Trace, TraceColumns } from '#shared/trace/trace.ts'

export interface LoadedTrace {
  readonly trace: Trace
  /** Self time of each span, ns. */
  readonly self: Float64Array
  /** What the caller waited for. */
  readonly critical: CriticalPath
  readonly summary: TraceSummary
  readonly overview: TraceOverview
  /** Long stretches in which nothing runs, ascending. */
  readonly gaps: readonly TimeGap[]
  /** The overview with its gaps left out; the same one when there are none. */
  readonly overviewWithoutGaps: TraceOverview
  /** Attributes, events and links are there; before, only structure, names, times and states. */
  readonly whole: boolean
}

/** A loaded trace between threads: plain values and typed arrays. */
export interface PackedTrace {
  readonly received: Received
  readonly columns: TraceColumns
  readonly self: Float64Array
  /** What the caller waited for. */
  readonly critical: CriticalPath
  readonly summary: TraceSummary
  readonly overview: TraceOverview
  readonly gaps: readonly TimeGap[]
  readonly overviewWithoutGaps: TraceOverview
  readonly whole: boolean
}

/** On the other side: puts the table together again, computes nothing. */
export function unpackTrace({ received, columns, ...rest }: PackedTrace): LoadedTrace {
  return { trace: { ...columns, table: assembleSpanTable(received) }, ...rest }
}
