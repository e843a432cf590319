// A trace as pages hold it: the tree with what is computed from it once, in the worker that decoded it (load-trace.ts).

import { knownTable } from '#shared/spans/binary/decode-span-table.ts'
import type { DecodedSpanTable, Received } from '#shared/spans/binary/decode-span-table.ts'
import { joinedReceived } from '#shared/spans/binary/received-parts.ts'
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import type { TimeGap } from '#shared/trace/idle-gaps.ts'
import { madeColumns } from '#shared/trace/made-columns.ts'
import type { LeftOut } from '#shared/trace/made-columns.ts'
import type { TraceOverview } from '#shared/trace/overview.ts'
import type { TraceSummary } from '#shared/trace/summary.ts'
import type { SelfTimes } from '#shared/trace/self-time.ts'
import type { Trace, TraceColumns } from '#shared/trace/trace.ts'

export interface LoadedTrace {
  readonly trace: Trace
  /** Self time of each span, ns. */
  readonly self: SelfTimes
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

/** A loaded trace between threads (pack-trace.ts): plain values and typed arrays. */
export interface PackedTrace extends Omit<LoadedTrace, 'trace'> {
  readonly received: Received
  readonly columns: TraceColumns
  /** What is not in `received` because it follows from `columns`. */
  readonly left: LeftOut
}

/** What the core lacked. */
export interface PackedRest {
  readonly received: Received
  /** As it is with attributes. */
  readonly summary: TraceSummary
}

/** On the other side: puts the table together again, computes nothing. */
export function unpackTrace({ received, columns, left, ...rest }: PackedTrace): LoadedTrace {
  return { trace: { ...columns, table: tableOf(received, columns, left) }, ...rest }
}

/** The core with its rest: all that does not hang on attributes stays the same objects. */
export function unpackRest(core: PackedTrace, unpacked: LoadedTrace, { received, summary }: PackedRest): LoadedTrace {
  const table = tableOf(joinedReceived(core.received, received), core.columns, core.left)
  return { ...unpacked, trace: { ...unpacked.trace, table }, summary, whole: true }
}

function tableOf(received: Received, columns: TraceColumns, left: LeftOut): DecodedSpanTable {
  const ids = received.columns.get('spanId')
  return knownTable(received, ids instanceof Uint32Array ? madeColumns(columns, ids, left) : {})
}
