/**
 * Traces that are kept from retention, seen from the main thread: which they are, and how one becomes one. Each has a file of its own
 * (archived-file.ts), which no block and no limit of the retention touches; the memory form holds the same bytes in memory.
 */
import { LimitError, StoreUnavailableError } from '#server/errors.ts'
import type { ArchivedTrace, TraceArchive } from '#server/storage/store.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import type { Sealer } from '#server/storage/blocks/block-sealer.ts'
import { errorCode, type Files } from '#server/storage/blocks/files.ts'
import type { StoreLog } from '#server/storage/blocks/open-store.ts'
import type { QuestionPool } from '#server/storage/blocks/query-pool.ts'
import type { ArchivedCopy } from '#server/storage/blocks/query-messages.ts'
import { diskReserve } from '#server/storage/blocks/write/disk-guard.ts'
import {
  ARCHIVE_FOLDER,
  archivedFile,
  ArchivedFileError,
  HEAD_BYTES,
  readArchivedHead,
  traceOfFile,
} from './archived-file.ts'

export interface BlocksArchiveOptions {
  /** Undefined: the memory form. */
  readonly files: Files | undefined
  readonly sealer: Sealer
  readonly pool: QuestionPool
  /** Of all archived traces together. */
  readonly limitBytes: number
  /** Stays free on the disk; 0: the default of what it is. */
  readonly diskReserveBytes: number
  readonly log: StoreLog
  /** Everything that was acknowledged before is seen by questions after it. */
  beforeQuestion(): void
}

interface Kept extends ArchivedTrace {
  /** The memory form's. */
  readonly memory: Uint8Array | undefined
}

export class BlocksArchive implements TraceArchive {
  readonly #options: BlocksArchiveOptions
  readonly #kept = new Map<TraceId, Kept>()
  readonly #aside: { readonly file: string; readonly reason: string }[] = []
  #bytes = 0
  /** Changes are made one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: BlocksArchiveOptions) {
    this.#options = options
    if (options.files !== undefined) this.#start(options.files)
  }

  get size(): number {
    return this.#kept.size
  }
  get bytes(): number {
    return this.#bytes
  }
  get limitBytes(): number {
    return this.#options.limitBytes
  }
  /** Files in the folder that are left alone, with the reason. */
  get aside(): readonly { readonly file: string; readonly reason: string }[] {
    return this.#aside
  }

  find(traceId: TraceId): ArchivedTrace | undefined {
    const kept = this.#kept.get(traceId)
    return kept === undefined ? undefined : plain(kept)
  }

  /** What a reader needs to see it; undefined: it is not archived. */
  copyOf(traceId: TraceId): ArchivedCopy | undefined {
    const kept = this.#kept.get(traceId)
    return kept === undefined ? undefined : (kept.memory ?? archivedFile(traceId))
  }

  keep(traceId: TraceId, signal: AbortSignal): Promise<ArchivedTrace | undefined> {
    return this.#inTurn(async () => {
      const { pool, sealer, files, limitBytes } = this.#options
      this.#options.beforeQuestion()
      const before = this.#kept.get(traceId)
      const aside = this.#aside.find(({ file }) => file === archivedFile(traceId))
      if (aside !== undefined) throw new StoreUnavailableError(`${aside.file} is in the way: it ${aside.reason}`)
      const bytes = await pool.ask({ kind: 'packTrace', traceId, archived: this.copyOf(traceId) }, signal)
      // What can't be read now may be read again, by a disk that answers: it is not written over.
      if ('problem' in bytes) throw new StoreUnavailableError(bytes.problem)
      if (bytes.length === 0) return undefined
      if (this.#bytes - (before?.bytes ?? 0) + bytes.length > limitBytes) {
        throw new LimitError(
          `the trace takes ${bytes.length} bytes of the archive, which holds ${this.#bytes} of at most ${limitBytes}`,
          'archive-bytes',
        )
      }
      this.#requireRoom(bytes.length)
      await this.#durably(sealer.ask({ kind: 'write-archived', file: archivedFile(traceId), bytes }))
      const { spanCount, archivedMs } = readArchivedHead(bytes)
      const memory = files === undefined ? bytes : undefined
      const archivedAt = BigInt(archivedMs) * 1_000_000n
      const kept: Kept = { traceId, archivedAt, spanCount, bytes: bytes.length, memory }
      this.#put(kept)
      return plain(kept)
    })
  }

  release(traceId: TraceId): Promise<boolean> {
    return this.#inTurn(async () => {
      const kept = this.#kept.get(traceId)
      if (kept === undefined) return false
      await this.#durably(this.#options.sealer.ask({ kind: 'remove-archived', file: archivedFile(traceId) }))
      this.#kept.delete(traceId)
      this.#bytes -= kept.bytes
      return true
    })
  }

  #put(kept: Kept): void {
    this.#bytes += kept.bytes - (this.#kept.get(kept.traceId)?.bytes ?? 0)
    this.#kept.set(kept.traceId, kept)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #durably(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new StoreUnavailableError(`the archive can't be written to: ${reason}`, { cause: error })
    }
  }

  /** As for spans that come in: what is free below the reserve is not taken. */
  #requireRoom(bytes: number): void {
    const { files, diskReserveBytes } = this.#options
    if (files === undefined) return
    const { free, total } = files.space()
    const reserve = diskReserve(total, diskReserveBytes)
    if (free - bytes >= reserve) return
    throw new StoreUnavailableError(`the disk has ${free} bytes free, of which ${reserve} are the reserve`)
  }

  /** A file that is not whole is known when it is read; the head alone tells what is there. */
  #start(files: Files): void {
    for (const name of files.list(ARCHIVE_FOLDER)) {
      const file = `${ARCHIVE_FOLDER}/${name}`
      const traceId = traceOfFile(name)
      if (traceId === undefined) {
        // A crash came before it had its name.
        if (name.endsWith('.tmp')) files.remove(file)
        continue
      }
      try {
        const opened = files.open(file, 'read')
        try {
          const head = new Uint8Array(HEAD_BYTES)
          const there = opened.readAt(head, 0)
          const { spanCount, archivedMs } = readArchivedHead(head.subarray(0, there))
          const archivedAt = BigInt(Math.trunc(archivedMs)) * 1_000_000n
          this.#put({ traceId, archivedAt, spanCount, bytes: opened.size(), memory: undefined })
        } finally {
          opened.close()
        }
      } catch (error) {
        if (!(error instanceof ArchivedFileError) && errorCode(error) === undefined) throw error
        const reason = error instanceof Error ? error.message : String(error)
        this.#options.log.error({ file, reason }, 'an archived trace is left aside')
        this.#aside.push({ file, reason })
      }
    }
  }
}

function plain({ traceId, archivedAt, spanCount, bytes }: Kept): ArchivedTrace {
  return { traceId, archivedAt, spanCount, bytes }
}
