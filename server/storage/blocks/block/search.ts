/** One search over many segments. Interface. */
import type { TraceQuery } from '#shared/query/tree.ts'
import type { TraceSummaries } from '../../store.ts'
import type { Segment } from './segment.ts'

export interface SearchOptions {
  /** The moment of the question: ns since the epoch. */
  readonly now: bigint
  /**
   * Asked between row groups (every few hundred µs). A reason ends the search with what was found and `incomplete` set to it. May throw
   * (a cancelled query) : passed on.
   */
  readonly stop?: () => string | undefined
}

/** Synchronous. QueryError: unsupported node or malformed cursor. DamagedBlockError: of a block; search again without it. */
export type SearchSegments = (segments: readonly Segment[], query: TraceQuery, options: SearchOptions) => TraceSummaries
