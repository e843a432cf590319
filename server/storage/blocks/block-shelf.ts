/**
 * The blocks that one thread reads: in order of sealing, opened when they are needed, their pages in one bounded cache and their files
 * in a bounded number of open ones.
 */
import { LRUCache } from 'lru-cache'
import type { BlockFile } from './block/block-file.ts'
import { BlockReader } from './block/block-reader.ts'
import { BlockSegment } from './block/block-segment.ts'
import type { BlockSummary } from './block/block-summary.ts'
import { DamagedBlockError } from './block/damaged-block-error.ts'
import { PageCache } from './block/page-cache.ts'
import { errorCode, type Files, type OpenFile } from './files.ts'
import { blockFile, type StoredBlock } from './manifest.ts'

/** A block and where it is: in `memory`, or in the file of its id. */
export interface BlockRef extends StoredBlock {
  readonly memory?: SharedArrayBuffer
}

/** Some systems allow 1,024 open files for the whole process; all threads of the store together stay below half of it. */
const MOST_OPEN_FILES = 96

export interface ShelvedBlock {
  readonly ref: BlockRef
  readonly reader: BlockReader
  readonly segment: BlockSegment
}

export class BlockShelf {
  readonly #files: Files | undefined
  readonly #cache: PageCache
  readonly #open: LRUCache<string, OpenFile>
  #blocks: readonly ShelvedBlock[] = []
  #unchecked: ShelvedBlock[] = []

  /** `files`: undefined for blocks in memory. `cacheBytes`: of unpacked pages. */
  constructor(files: Files | undefined, cacheBytes?: number) {
    this.#files = files
    this.#cache = new PageCache(cacheBytes)
    this.#open = new LRUCache({ max: MOST_OPEN_FILES, dispose: file => file.close() })
  }

  /** In order of sealing. DamagedBlockError: the file of one is not the block that the manifest names. */
  get blocks(): readonly ShelvedBlock[] {
    for (let block = this.#unchecked.pop(); block !== undefined; block = this.#unchecked.pop()) {
      try {
        if (!isSame(block.reader.summary(), block.ref.summary)) {
          throw new DamagedBlockError(block.ref.id, 'another block stands in its place')
        }
      } catch (error) {
        this.#unchecked.push(block)
        throw error
      }
    }
    return this.#blocks
  }

  update(add: readonly BlockRef[], remove: readonly string[]): void {
    const gone = new Set(remove)
    const kept = this.#blocks.filter(({ ref }) => !gone.has(ref.id))
    this.#unchecked = this.#unchecked.filter(({ ref }) => !gone.has(ref.id))
    for (const id of remove) this.#open.delete(id)
    for (const ref of add) {
      const file = ref.memory === undefined ? this.#diskFile(ref) : memoryFile(ref.memory, ref.summary.bytes)
      const reader = BlockReader.open(file, { cache: this.#cache, name: ref.id })
      const block = { ref, reader, segment: new BlockSegment(reader) }
      kept.push(block)
      this.#unchecked.push(block)
    }
    this.#blocks = kept.sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1))
  }

  close(): void {
    this.#open.clear()
  }

  #diskFile(ref: BlockRef): BlockFile {
    const { id, summary } = ref
    return {
      size: summary.bytes,
      read: (at, length) => {
        if (at < 0 || length < 0 || at + length > summary.bytes) {
          throw new RangeError(`bytes ${at} to ${at + length} of a block of ${summary.bytes}`)
        }
        const bytes = new Uint8Array(length)
        let read: number
        try {
          read = this.#file(id).readAt(bytes, at)
        } catch (error) {
          // Too many open files, no memory: not the block's fault.
          const code = errorCode(error)
          if (code !== 'ENOENT' && code !== 'EIO') throw error
          throw new DamagedBlockError(id, `its file cannot be read: ${code}`, error)
        }
        if (read < length) throw new DamagedBlockError(id, `its file ends at byte ${at + read} of ${summary.bytes}`)
        return bytes
      },
    }
  }

  #file(id: string): OpenFile {
    const known = this.#open.get(id)
    if (known !== undefined) return known
    if (this.#files === undefined) throw new Error('a block of a file in a store without files')
    const file = this.#files.open(blockFile(id), 'read')
    this.#open.set(id, file)
    return file
  }
}

function isSame(found: BlockSummary, wanted: BlockSummary): boolean {
  const { rowCount, traceCount, bytes, firstStart, lastEnd, firstReceivedMs, spanClass } = found
  return (
    rowCount === wanted.rowCount &&
    traceCount === wanted.traceCount &&
    bytes === wanted.bytes &&
    firstStart === wanted.firstStart &&
    lastEnd === wanted.lastEnd &&
    firstReceivedMs === wanted.firstReceivedMs &&
    spanClass === wanted.spanClass
  )
}

/** Copies what is read: decompression and text decoding want memory that is not shared. */
function memoryFile(memory: SharedArrayBuffer, size: number): BlockFile {
  const bytes = new Uint8Array(memory)
  return {
    size,
    read(at, length) {
      if (at < 0 || length < 0 || at + length > size) {
        throw new RangeError(`bytes ${at} to ${at + length} of a block of ${size}`)
      }
      return bytes.slice(at, at + length)
    },
  }
}
