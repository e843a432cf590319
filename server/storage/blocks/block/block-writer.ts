/** Span tables to a block. Interface; see block-format.ts for the bytes. */
import type { SpanTable } from '#shared/spans/span-table.ts'
import type { SpanClass } from '../../store.ts'
import type { BlockReader } from './block-reader.ts'
import type { BlockSummary } from './block-summary.ts'

/** What goes into one block. */
export interface BlockSource {
  /** Open tables (views or builders) in the order they were opened, or decoded blocks oldest first. Not changed. */
  readonly tables: readonly SpanTable[]
  /** ms since the epoch: when the first and the last row came in. */
  readonly firstReceivedMs: number
  readonly lastReceivedMs: number
}

export interface EncodeOptions {
  readonly spanClass: SpanClass
  /** Default: `default`. */
  readonly tenant?: string
  /**
   * The blocks sealed before, in that order (at a merge: those sealed before the first of the merged). Rows equal to theirs are left
   * out and counted; parents are resolved in both directions for the traces that they share. Only traces whose ids they have are read.
   */
  readonly earlier?: readonly BlockReader[]
  /** How pages are compressed. Default: zstd. */
  readonly codec?: 'zstd' | 'deflate'
}

export interface EncodedBlock {
  /** The file, in pieces: write them one after the other. Empty when every row was a copy: there is nothing to keep. */
  readonly parts: readonly Uint8Array[]
  /** Undefined when there is nothing to keep. */
  readonly summary: BlockSummary | undefined
  /** Rows left out because an equal row stands in `earlier` or in the source itself. */
  readonly copiesRemoved: number
}

/** Deterministic, synchronous, no side effects. Throws DamagedBlockError when a block of `earlier` is damaged. */
export type EncodeBlock = (source: BlockSource, options: EncodeOptions) => EncodedBlock
