/**
 * A segment is what is searched at once: a sealed block (`blockSegment(reader)`) or an open table (`new TableSegment(view)`). Segments may
 * share traces and even hold equal spans; search.ts and aggregate.ts make one answer of them.
 */
import type { BlockReader } from './block-reader.ts'
import type { TableSegment } from './table-segment.ts'

/** Keep a TableSegment for as long as its table is open: it indexes what was published since the last question only. */
export type Segment = BlockReader | TableSegment
