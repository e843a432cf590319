// What every view of a trace but the timeline is made from.

import type { CriticalPath } from '#shared/trace/critical-path.ts'
import type { SpanFigures } from '#shared/trace/statistics.ts'
import type { Trace } from '#shared/trace/trace.ts'

export interface CountedTrace {
  readonly trace: Trace
  /** What the caller waited for. */
  readonly path: CriticalPath
  /** Names as shown, by index. */
  readonly services: readonly string[]
  readonly figures: SpanFigures
  /** 1 for each span that filter and window leave; undefined: all. */
  readonly included: Uint8Array | undefined
  /** How many these are. */
  readonly count: number
}

/** How a table is sorted. */
export interface Sorting {
  readonly column: string
  readonly ascending: boolean
}

/** After a press on the head of `column`: the other way, or first as that column is asked for most. */
export function sortedBy(now: Sorting, column: string, ascendingFirst: boolean): Sorting {
  return now.column === column ? { column, ascending: !now.ascending } : { column, ascending: ascendingFirst }
}

/** As a head says it. */
export function sortOf(now: Sorting, column: string): 'ascending' | 'descending' | 'none' {
  return now.column !== column ? 'none' : now.ascending ? 'ascending' : 'descending'
}
