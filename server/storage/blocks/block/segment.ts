/**
 * A segment is what is searched at once: a sealed block (block-segment.ts) or an open table (table-segment.ts). Segments may share traces
 * and even hold equal spans; search.ts and aggregate.ts make one answer of them. A trace's spans in one segment are its part there.
 */
import type { Condition } from '#shared/query/tree.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { TraceSummary } from '#server/storage/store.ts'

/** Looked at while something is worked on: a reason ends a search with what it has; may throw, which is passed on. */
export type Stop = () => string | undefined

/** A run of traces that is searched at once. */
export interface SegmentGroup {
  readonly index: number
  readonly rowCount: number
  /** ns since the epoch: the earliest start, the latest start of a trace's part, the latest start of a span. */
  readonly firstStart: bigint
  readonly lastTraceStart: bigint
  readonly lastStart: bigint
}

/** Traces (numbers in the segment) with spans that match, latest start first, and how many spans match in each. */
export interface GroupMatches {
  readonly traces: Uint32Array
  readonly matched: Uint32Array
}

export interface GroupMatcher {
  /** Spans that hold the condition and start in [from, to], ns since the epoch. */
  match(group: number, from: bigint, to: bigint): GroupMatches
}

export interface TracePart {
  readonly start: bigint
  readonly end: bigint
  /** True when two of its rows bear one span id: they may be equal, and then count once. */
  readonly repeated: boolean
}

export interface Segment {
  readonly name: string
  /** Takes in what was published since the last question. Numbers of traces stay valid until the next one. */
  refresh(): void
  groups(): readonly SegmentGroup[]
  /** Undefined: no span here can hold the condition. */
  matcher(where: Condition): GroupMatcher | undefined
  /** The number of a trace (4 words, ids.ts) here; -1: it is not. */
  findTrace(id: Uint32Array): number
  /** The last words of all trace ids here, in any order. */
  lastIdWords(): Uint32Array
  traceId(trace: number): Uint32Array
  /** How many rows a trace has here. */
  rowCountOf(trace: number): number
  part(trace: number): TracePart
  /** The summary of a trace that lies here alone. */
  summarise(trace: number, matchedCount: number): TraceSummary
  /** Appends the rows of a trace. */
  copyTrace(trace: number, into: SpanTableBuilder): void
}
