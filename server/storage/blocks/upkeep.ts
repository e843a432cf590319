/** What happens to blocks by itself: they expire by age and bytes, and small ones become one. One at a time, between sealings. */
import type { DamagedBlockError } from './block/damaged-block-error.ts'
import { type BlockList, rowsOf } from './block-list.ts'
import type { MadeBlock } from './block-maker.ts'
import type { BlockRef } from './block-shelf.ts'
import type { Sealer } from './block-sealer.ts'
import type { Files } from './files.ts'
import { blockFile, blockId, sealingsOf } from './manifest.ts'
import type { BlocksStoreSettings, StoreLog } from './open-store.ts'
import { quarantinePath } from './quarantine.ts'
import { expiredBlocks, mergeCandidates } from './retention.ts'
import type { SealRequest } from './seal-messages.ts'

/** Without a size to keep to: this part of what the store has plus what is free. */
const PART_OF_DISK = 0.8
/** After a failed merge. */
const MERGE_PAUSE_MS = 300_000

export interface UpkeepOptions {
  readonly list: BlockList
  readonly sealer: Sealer
  /** Undefined: the memory form. */
  readonly files: Files | undefined
  readonly settings: BlocksStoreSettings
  readonly log: StoreLog
  /** What the memory form holds beside its blocks. */
  openTables(): { readonly bytes: number; readonly spans: number }
  /** A block turned out to be damaged. */
  onDamaged(block: string, reason: string): void
}

export class Upkeep {
  readonly #options: UpkeepOptions
  #mergeAfter = 0

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** Blocks past the limits go, and what lies aside when it is as old. */
  async expire(): Promise<void> {
    const { list, sealer, files, settings, log } = this.#options
    const { blocks, quarantined } = list
    const now = Date.now()
    const inMemory = files === undefined
    // Logs come and go and are ten times as large as what becomes of them: they count against the free space alone.
    const open = inMemory ? this.#options.openTables() : { bytes: 0, spans: 0 }
    const expired = expiredBlocks(blocks, {
      now,
      ageMs: settings.retentionAgeMs,
      bytes: this.limitBytes(),
      spans: inMemory ? settings.memoryStoreSpans : Infinity,
      otherBytes: open.bytes,
      otherSpans: open.spans,
    })
    const ageMs = settings.retentionAgeMs
    const old = quarantined.filter(({ summary }) => ageMs > 0 && summary.lastReceivedMs + ageMs < now)
    if (expired.length + old.length === 0) return
    const gone = new Set(expired)
    const expiredSpans = rowsOf(expired)
    try {
      await list.commit(
        blocks.filter(block => !gone.has(block)),
        { expiredSpans, quarantined: quarantined.filter(block => !old.includes(block)) },
      )
    } catch (error) {
      log.error({ err: error }, 'expired spans could not be removed')
      return
    }
    list.forget(old)
    const unused = list.update(
      [],
      expired.map(({ id }) => id),
    )
    list.removeFiles(expired, unused)
    if (old.length > 0 && files !== undefined) {
      const aside = old.map(({ id }) => quarantinePath(blockFile(id)))
      await sealer.ask({ kind: 'remove-files', files: aside }).catch(() => undefined)
    }
    log.info({ blocks: expired.length, spans: expiredSpans }, 'spans have expired')
  }

  /** Bytes that blocks may have: on the disk, or in memory with the open tables. */
  limitBytes(): number {
    const { list, files, settings } = this.#options
    if (files === undefined) return settings.memoryStoreBytes
    if (settings.retentionBytes > 0) return settings.retentionBytes
    const free = freeBytes(files)
    return free === undefined ? Infinity : (list.bytes + free) * PART_OF_DISK
  }

  /** False: there was nothing to merge. */
  async mergeSome(): Promise<boolean> {
    const { list, sealer, settings, log } = this.#options
    if (Date.now() < this.#mergeAfter) return false
    const run = mergeCandidates(list.blocks, settings.retentionAgeMs)
    const [first, last] = [sealingsOf(run?.[0]?.id ?? ''), sealingsOf(run?.at(-1)?.id ?? '')]
    if (run === undefined || first === undefined || last === undefined) return false
    const id = blockId(first.first, last.last)
    const ids = run.map(block => block.id)
    try {
      const { summary, copiesRemoved, memory } = await make(sealer, { kind: 'merge', blocks: ids, block: id })
      const here = new Set<BlockRef>(list.blocks)
      if (!run.every(block => here.has(block))) return true
      const ref = summary === undefined ? undefined : { id, summary, memory }
      const others = list.blocks.filter(block => !run.includes(block))
      await list.commit(ref === undefined ? others : [...others, ref], { copiesRemoved })
      list.removeFiles(run, list.update(ref === undefined ? [] : [ref], ids))
      log.info({ blocks: run.length, spans: summary?.rowCount ?? 0, copiesRemoved }, 'blocks have been merged')
    } catch (error) {
      if (isDamage(error)) this.#options.onDamaged(error.block, error.message)
      else {
        this.#mergeAfter = Date.now() + MERGE_PAUSE_MS
        log.error({ err: error }, 'blocks could not be merged')
        return false
      }
    }
    return true
  }
}

/** Asks for a block. Rejects with DamagedBlockError of another one, or SealError. */
export async function make(
  sealer: Sealer,
  request: Extract<SealRequest, { kind: 'seal' | 'merge' }>,
): Promise<MadeBlock> {
  const made = await sealer.ask(request)
  if (made === undefined) throw new Error('the seal worker made nothing')
  return made
}

export function isDamage(error: unknown): error is DamagedBlockError {
  return error instanceof Error && error.name === 'DamagedBlockError' && 'block' in error
}

/** Of the disk; undefined when it does not say. */
export function freeBytes(files: Files): number | undefined {
  try {
    return files.space().free
  } catch {
    return undefined
  }
}
