/** A block, read page by page. Interface; see block-format.ts for the bytes. */
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { BlockFile } from './block-file.ts'
import type { BlockSummary } from './block-summary.ts'
import type { PageCache } from './page-cache.ts'

export interface BlockReaderOptions {
  /** Shared by all readers of a thread. */
  readonly cache: PageCache
  /** For messages and errors. */
  readonly name: string
}

/** Opening reads nothing; every page is read and checked when it is first needed. All methods throw DamagedBlockError. */
export interface BlockReader {
  readonly name: string
  readonly file: BlockFile
  /** From the block itself. */
  summary(): BlockSummary
  /** `traceId`: 4 words (ids.ts). */
  hasTrace(traceId: Uint32Array): boolean
  /** Appends the rows of one trace, by start; returns how many. `into` must have no limits below what was stored. */
  readTrace(traceId: Uint32Array, into: SpanTableBuilder): number
  /** Appends every row (for merging), traces by start. */
  readAll(into: SpanTableBuilder): number
  /** Reads and checks every page. */
  verify(): void
}

/** `BlockReader.open(file, options)` once the class is here. */
export type OpenBlock = (file: BlockFile, options: BlockReaderOptions) => BlockReader
