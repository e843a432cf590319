/** Makes blocks: from full tables, and from several small blocks. Blocking; what it returns from is durable, and not yet in the manifest. */
import type { SpanTable } from '#shared/spans/span-table.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import type { SpanClass } from '#server/storage/store.ts'
import type { BlockReader } from './block/block-reader.ts'
import type { BlockSummary } from './block/block-summary.ts'
import { encodeBlock, type EncodedBlock } from './block/block-writer.ts'
import { mergeBlocks } from './block/merge-blocks.ts'
import { type BlockRef, BlockShelf } from './block-shelf.ts'
import type { Files } from './files.ts'
import { BLOCK_FOLDER, blockFile } from './manifest.ts'
import type { OpenTableInfo } from './write/messages.ts'
import { lastReceivedMs } from './write/open-table.ts'

/** Pages of earlier blocks are read for traces that go on, which are mostly in the latest. */
const CACHE_BYTES = 32 * 1024 * 1024

/**
 * How far apart in time two blocks may lie that still share traces: an earlier one is asked for the new one's traces when their spans
 * are no further apart. Equal spans always are in range; a call is missed in the service edges when parent and child lie further apart,
 * in separate blocks, until these are merged. Asking every block would make each sealing as dear as the store is large: of 2,000 blocks,
 * 300 MB of fingerprints and some 700 look-ups that find nothing.
 */
export const REACH_NS = 3_600_000_000_000n

/** What came of it. */
export interface MadeBlock {
  /** Undefined: every row was a copy of one in an earlier block; there is no block. */
  readonly summary: BlockSummary | undefined
  readonly copiesRemoved: number
  /** The bytes, in a store without files. */
  readonly memory?: SharedArrayBuffer
}

export class BlockMaker {
  readonly #files: Files | undefined
  readonly #shelf: BlockShelf

  constructor(files: Files | undefined) {
    this.#files = files
    this.#shelf = new BlockShelf(files, CACHE_BYTES)
  }

  /** Blocks that are part of the store, and that are no more. */
  update(add: readonly BlockRef[], remove: readonly string[]): void {
    this.#shelf.update(add, remove)
  }

  /** A full table becomes block `id`. Throws DamagedBlockError of an earlier block, and what the file system throws. */
  seal(info: OpenTableInfo, id: string): MadeBlock {
    const table = viewSpanTable(info.shared)
    const { spanClass, firstReceivedMs } = info
    if (table.rowCount === 0) return { summary: undefined, copiesRemoved: 0 }
    const source = { tables: [table], firstReceivedMs, lastReceivedMs: lastReceivedMs(info.shared) }
    const earlier = this.#earlier(spanClass, timesOf(table), id)
    return this.#keep(encodeBlock(source, { spanClass, earlier }), id)
  }

  /** Blocks that follow each other become block `id`. Errors as `seal`. */
  merge(ids: readonly string[], id: string): MadeBlock {
    const blocks = this.#shelf.blocks.filter(({ ref }) => ids.includes(ref.id))
    if (blocks.length !== ids.length) throw new Error('a block to be merged is not there')
    const first = blocks.reduce((a, { ref }) => (ref.summary.firstStart < a ? ref.summary.firstStart : a), 2n ** 64n)
    const last = blocks.reduce((a, { ref }) => (ref.summary.lastEnd > a ? ref.summary.lastEnd : a), 0n)
    const earlier = this.#earlier(blocks[0].ref.summary.spanClass, { first, last }, blocks[0].ref.id)
    const readers = blocks.map(({ reader }) => reader)
    return this.#keep(mergeBlocks(readers, { earlier }), id)
  }

  close(): void {
    this.#shelf.close()
  }

  /**
   * Blocks of the class before `id` that may share traces. Of other classes none: the demo can be taken away at any time, and nothing of
   * people's own spans may go with it.
   */
  #earlier(spanClass: SpanClass, times: { readonly first: bigint; readonly last: bigint }, id: string): BlockReader[] {
    return this.#shelf.blocks.flatMap(({ ref, reader }) => {
      const { summary } = ref
      if (ref.id >= id || summary.spanClass !== spanClass) return []
      const lastTime = summary.lastEnd > summary.lastStart ? summary.lastEnd : summary.lastStart
      return summary.firstStart <= times.last + REACH_NS && lastTime + REACH_NS >= times.first ? [reader] : []
    })
  }

  #keep({ parts, summary, copiesRemoved }: EncodedBlock, id: string): MadeBlock {
    if (summary === undefined) return { summary, copiesRemoved }
    if (this.#files === undefined) return { summary, copiesRemoved, memory: sharedCopy(parts) }
    writeBlock(this.#files, id, parts)
    return { summary, copiesRemoved }
  }
}

/** Earliest start and latest start or end. */
function timesOf(table: SpanTable): { readonly first: bigint; readonly last: bigint } {
  const { startTime, endTime, rowCount } = table
  let first = Infinity
  let last = 0
  for (let i = 0; i < rowCount * 2; i += 2) {
    const start = startTime[i + 1] * 4294967296 + startTime[i]
    const end = endTime[i + 1] * 4294967296 + endTime[i]
    if (start < first) first = start
    if (start > last) last = start
    if (end > last) last = end
  }
  // Doubles are exact to some hundred nanoseconds here, which REACH_NS covers.
  return { first: BigInt(first), last: BigInt(last) }
}

function writeBlock(files: Files, id: string, parts: readonly Uint8Array[]): void {
  const temporary = `${BLOCK_FOLDER}/${id}.tmp`
  files.remove(temporary)
  const file = files.open(temporary, 'create')
  try {
    let at = 0
    for (const part of parts) {
      file.writeAt(part, at)
      at += part.length
    }
    file.syncNow()
  } catch (error) {
    file.close()
    files.remove(temporary)
    throw error
  }
  file.close()
  files.rename(temporary, blockFile(id))
  files.syncDirectory(BLOCK_FOLDER)
}

function sharedCopy(parts: readonly Uint8Array[]): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0))
  const bytes = new Uint8Array(memory)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return memory
}
