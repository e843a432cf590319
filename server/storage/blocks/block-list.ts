/**
 * The blocks that the store consists of: which they are, in one place and in step with the manifest on the disk, the readers and the seal
 * worker. Changes are made one after the other (blocks-store.ts sees to that); a block may be set aside at any moment in between.
 */
import type { BlockRef } from './block-shelf.ts'
import type { Sealer } from './block-sealer.ts'
import type { Files } from './files.ts'
import { blockFile, blockId, EMPTY_MANIFEST, encodeManifest, type Manifest, type QuarantinedBlock } from './manifest.ts'
import type { StoreLog } from './open-store.ts'
import type { QuestionPool } from './query-pool.ts'
import { LOG_FOLDER } from './write/log-format.ts'

export interface BlockListOptions {
  /** Undefined: the memory form, whose blocks are in memory and which has no manifest. */
  readonly files: Files | undefined
  readonly sealer: Sealer
  readonly pool: QuestionPool
  readonly log: StoreLog
  readonly manifest: Manifest | undefined
}

export interface BlockListChange {
  /** Open tables whose spans are in blocks now, or gone for good. */
  readonly sealed?: readonly string[]
  readonly copiesRemoved?: number
  readonly expiredSpans?: number
  /** What lies aside from now on, when that changes. */
  readonly quarantined?: readonly QuarantinedBlock[]
}

export class BlockList {
  readonly #files: Files | undefined
  readonly #sealer: Sealer
  readonly #pool: QuestionPool
  readonly #log: StoreLog
  /** In order of sealing. Replaced, never changed. */
  #blocks: readonly BlockRef[]
  #quarantined: readonly QuarantinedBlock[]
  readonly #sealedTables = new Set<string>()
  #nextNumber: number
  #copiesRemoved: number
  #expiredSpans: number

  constructor({ files, sealer, pool, log, manifest = EMPTY_MANIFEST }: BlockListOptions) {
    this.#files = files
    this.#sealer = sealer
    this.#pool = pool
    this.#log = log
    this.#blocks = manifest.blocks
    this.#quarantined = manifest.quarantined
    this.#nextNumber = manifest.nextNumber
    this.#copiesRemoved = manifest.copiesRemoved
    this.#expiredSpans = manifest.expiredSpans
  }

  /** In order of sealing. */
  get blocks(): readonly BlockRef[] {
    return this.#blocks
  }
  get quarantined(): readonly QuarantinedBlock[] {
    return this.#quarantined
  }
  /** Since the store was made. */
  get copiesRemoved(): number {
    return this.#copiesRemoved
  }
  get expiredSpans(): number {
    return this.#expiredSpans
  }
  get bytes(): number {
    return this.#blocks.reduce((sum, { summary }) => sum + summary.bytes, 0)
  }

  /** The id of the next sealing's block; another one with each call. */
  nextId(): string {
    const number = this.#nextNumber++
    return blockId(number, number)
  }

  /** Makes it durable that the store consists of these blocks. */
  async commit(blocks: readonly BlockRef[], change: BlockListChange = {}): Promise<void> {
    const { sealed = [], quarantined = this.#quarantined } = change
    const copiesRemoved = this.#copiesRemoved + (change.copiesRemoved ?? 0)
    const expiredSpans = this.#expiredSpans + (change.expiredSpans ?? 0)
    // A block may have been found damaged meanwhile.
    const aside = new Set(quarantined.map(({ id }) => id))
    const kept = blocks.filter(({ id }) => !aside.has(id))
    if (this.#files !== undefined) {
      const logs = new Set(this.#files.list(LOG_FOLDER))
      for (const id of this.#sealedTables) if (!logs.has(`${id}.log`)) this.#sealedTables.delete(id)
      for (const id of sealed) if (logs.has(`${id}.log`)) this.#sealedTables.add(id)
      const manifest: Manifest = {
        nextNumber: this.#nextNumber,
        blocks: kept.map(({ id, summary }) => ({ id, summary })),
        quarantined,
        sealedTables: [...this.#sealedTables],
        copiesRemoved,
        expiredSpans,
      }
      await this.#sealer.ask({ kind: 'write-manifest', bytes: encodeManifest(manifest) })
    }
    const now = new Set(this.#quarantined.map(({ id }) => id))
    this.#blocks = kept.filter(({ id }) => !now.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1))
    this.#copiesRemoved = copiesRemoved
    this.#expiredSpans = expiredSpans
  }

  /** Tells all threads. Resolves when none reads what was taken away. */
  async update(
    add: readonly BlockRef[],
    remove: readonly string[],
    removeTables: readonly string[] = [],
  ): Promise<void> {
    const seen = this.#pool.update({ addBlocks: add, removeBlocks: remove, removeTables })
    const sealer = this.#sealer.ask({ kind: 'update', add, remove }).catch(() => undefined)
    await Promise.all([seen, sealer])
  }

  /** Removes files of blocks that are in no list any more, once `unused` says that nobody reads them. */
  removeFiles(blocks: readonly BlockRef[], unused: Promise<void>): void {
    if (this.#files === undefined || blocks.length === 0) return
    const files = blocks.map(({ id }) => blockFile(id))
    void unused
      .then(() => this.#sealer.ask({ kind: 'remove-files', files }))
      // They are removed at the next start.
      .catch((error: unknown) => this.#log.warn({ err: error }, 'files could not be removed'))
  }

  /**
   * A damaged block is out of sight when this returns. What is given then has to be run between other changes: the disk follows.
   * Undefined: there is no such block (any more).
   */
  setAside(id: string, reason: string): (() => Promise<void>) | undefined {
    const block = this.#blocks.find(known => known.id === id)
    if (block === undefined) return undefined
    this.#log.error({ block: id, spans: block.summary.rowCount, reason }, 'a damaged block is left aside')
    this.#blocks = this.#blocks.filter(known => known !== block)
    this.#quarantined = [...this.#quarantined, { id, summary: block.summary, reason }]
    const unused = this.update([], [id])
    return async () => {
      try {
        await this.commit(this.#blocks)
        await unused
        await this.#sealer.ask({ kind: 'quarantine', file: blockFile(id) })
      } catch (error) {
        this.#log.error({ err: error }, 'a damaged block could not be moved')
      }
    }
  }

  /** What lay aside has expired; the manifest says so already. */
  forget(quarantined: readonly QuarantinedBlock[]): void {
    this.#quarantined = this.#quarantined.filter(block => !quarantined.includes(block))
  }
}

/** Spans in some blocks. */
export function rowsOf(blocks: readonly BlockRef[]): number {
  return blocks.reduce((sum, { summary }) => sum + summary.rowCount, 0)
}
