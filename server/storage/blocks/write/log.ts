/**
 * The write-ahead log of one open table (format: log-format.ts). Appending is synchronous, into the system's memory; `sync` makes
 * everything appended before it durable. A log whose write or sync has failed is never written to again, but for a full disk, where
 * what the failed record left behind is cut off.
 */
import { crc32 } from 'node:zlib'
import { LimitError } from '#server/errors.ts'
import { COLUMN_NAMES, COLUMNS, type PoolCounts } from '#shared/spans/columns.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { Files, OpenFile } from '#server/storage/blocks/files.ts'
import {
  CRC_BYTES,
  encodeLogHeader,
  encodeRecordHeader,
  entryBytes,
  LOG_FOLDER,
  type LogHeader,
  logName,
  MOST_RECORD_BYTES,
  RECORD_HEADER_BYTES,
  recordBytes,
} from './log-format.ts'

/** Slices are gathered up to this size, so that a usual record is one write; longer ones are written from where they are. */
const GATHERED_BYTES = 262_144

export class TableLog {
  readonly #files: Files
  readonly #file: OpenFile
  readonly #salt: number
  readonly #gathered: Uint8Array
  /** Bytes of whole records: where the next one goes. */
  #size: number
  #records = 0
  #nameIsDurable = false

  /** Creates the file. `gathered`: memory for one record under way, from `gatheringMemory`; may serve several logs of one thread. */
  constructor(files: Files, id: string, header: LogHeader, gathered: Uint8Array) {
    this.#files = files
    this.#salt = header.salt
    this.#gathered = gathered
    this.#file = files.open(logName(id), 'create')
    const bytes = encodeLogHeader(header)
    try {
      this.#file.writeAt(bytes, 0)
    } catch (error) {
      this.#file.close()
      files.remove(logName(id))
      throw error
    }
    this.#size = bytes.length
  }

  /** Bytes of the file up to the last whole record. */
  get size(): number {
    return this.#size
  }

  /**
   * Appends the entries of `table` between two counts of every pool. When it throws, the file has rubbish behind `size` and the log is
   * as it was: see `cutRubbish`.
   */
  append(table: SpanTableBuilder, before: Readonly<PoolCounts>, after: Readonly<PoolCounts>, receivedMs: number): void {
    const columns: [number, number] = [0, 0]
    for (let k = 0; k < COLUMN_NAMES.length; k++) {
      const { pool, width } = COLUMNS[COLUMN_NAMES[k]]
      if (after[pool] === before[pool]) continue
      if (!isZero(table[COLUMN_NAMES[k]], before[pool] * width, after[pool] * width)) columns[k >>> 5] |= 1 << (k & 31)
    }
    columns[0] >>>= 0
    columns[1] >>>= 0
    const bytes = recordBytes({ before, after, columns })
    if (bytes > MOST_RECORD_BYTES) {
      throw new LimitError(`a record of the log would have ${bytes} bytes, at most ${MOST_RECORD_BYTES}`, 'log record')
    }
    const gathered = this.#gathered
    let at = this.#size
    let used = RECORD_HEADER_BYTES
    let sum = 0
    encodeRecordHeader({ bytes, salt: this.#salt, number: this.#records, receivedMs, before, after, columns }, gathered)
    const flush = (): void => {
      const whole = gathered.subarray(0, used)
      sum = crc32(whole, sum)
      this.#file.writeAt(whole, at)
      at += used
      used = 0
    }
    for (let k = 0; k < COLUMN_NAMES.length; k++) {
      if (((columns[k >>> 5] >>> (k & 31)) & 1) === 0) continue
      const name = COLUMN_NAMES[k]
      const { pool } = COLUMNS[name]
      const entry = entryBytes(name)
      const column = table[name]
      const length = (after[pool] - before[pool]) * entry
      const slice = new Uint8Array(column.buffer, column.byteOffset + before[pool] * entry, length)
      if (used + length + CRC_BYTES > gathered.length) flush()
      if (length + CRC_BYTES > gathered.length) {
        sum = crc32(slice, sum)
        this.#file.writeAt(slice, at)
        at += length
      } else {
        gathered.set(slice, used)
        used += length
      }
    }
    sum = crc32(gathered.subarray(0, used), sum)
    new DataView(gathered.buffer, gathered.byteOffset).setUint32(used, sum, true)
    used += CRC_BYTES
    this.#file.writeAt(gathered.subarray(0, used), at)
    this.#size += bytes
    this.#records++
  }

  /** Cuts off what a failed `append` left. May throw; then the log is done with. */
  cutRubbish(): void {
    this.#file.truncate(this.#size)
  }

  /** Resolves when all that was appended before is on the disk. After a rejection nothing more may be appended. */
  async sync(): Promise<void> {
    await this.#file.sync()
    if (this.#nameIsDurable) return
    this.#files.syncDirectory(LOG_FOLDER)
    this.#nameIsDurable = true
  }

  close(): void {
    this.#file.close()
  }
}

export function gatheringMemory(): Uint8Array {
  return new Uint8Array(GATHERED_BYTES)
}

function isZero(column: Uint8Array | Uint32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (column[i] !== 0) return false
  return true
}
