/**
 * From logs to tables, at the start. A log ends with the record that a crash tore, if any: what stands before it is kept, what is torn
 * was never acknowledged. A bad record with good ones behind it is damage: what stands before is kept, the rest can't be read (each
 * record builds upon those before), and the file is moved aside instead of being removed when its table is sealed.
 */
import { crc32 } from 'node:zlib'
import { StoreUnavailableError } from '#server/errors.ts'
import {
  COLUMN_NAMES,
  type ColumnArrays,
  COLUMNS,
  layoutOf,
  type PoolCounts,
  POOLS,
  viewColumns,
  zeroCounts,
} from '#shared/spans/columns.ts'
import type { Files, OpenFile } from '#server/storage/blocks/files.ts'
import {
  CRC_BYTES,
  decodeLogHeader,
  decodeRecordHeader,
  entryBytes,
  FILE_HEADER_BYTES,
  ForeignLogError,
  hasColumn,
  LOG_FOLDER,
  type LogHeader,
  logId,
  logName,
  RECORD_HEADER_BYTES,
  RECORD_MAGIC,
  type RecordHeader,
} from './log-format.ts'
import type { OpenTableInfo } from './messages.ts'
import { MOST_TABLE_BYTES, setLastReceivedMs } from './open-table.ts'

export const QUARANTINE_FOLDER = 'quarantine'

/** Room for the header of a later version, so that it is refused by name and not taken for damage. */
const MOST_HEADER_BYTES = 4096
/** Good records are looked for behind a bad one in steps of this, so that a large file takes no large memory. */
const SCAN_BYTES = 1 << 20

/** A table made from its log. It is complete: nothing will be added. Seal it, then call `releaseLog`. */
export interface RecoveredTable extends OpenTableInfo {
  /** At least 1. */
  readonly rowCount: number
  /** Spans were lost from its log: the file is kept aside when the table is sealed. */
  readonly damaged: boolean
}

export interface RecoveryProblem {
  /** Path in the store's directory, as it was found. */
  readonly file: string
  /** torn: the end of what a crash interrupted, never acknowledged. damaged: something that was acknowledged may be lost. */
  readonly kind: 'torn' | 'damaged'
  readonly reason: string
  /** Bytes of the file that could not be used. */
  readonly bytes: number
}

export interface Recovered {
  /** In the order of their opening. */
  readonly tables: readonly RecoveredTable[]
  readonly problems: readonly RecoveryProblem[]
}

/**
 * Reads all logs. The caller holds the lock, and no writer is at work. `isSealed`: the rows of this table are in a block that is kept;
 * the log is removed. Logs without a record are removed too. Throws StoreUnavailableError when a log was written by a program with
 * another format; then nothing has been changed.
 */
export function recoverTables(files: Files, isSealed: (id: string) => boolean = () => false): Recovered {
  const tables: RecoveredTable[] = []
  const problems: RecoveryProblem[] = []
  const logs = files.list(LOG_FOLDER).flatMap(name => logId(name) ?? [])
  const unsealed = logs.filter(id => !isSealed(id))
  for (const id of unsealed) refuseForeign(files, id)
  for (const id of logs) {
    const file = logName(id)
    if (isSealed(id)) {
      files.remove(file)
      continue
    }
    const log = readLog(files, id)
    if (log.problem !== undefined) problems.push(log.problem)
    if (log.table !== undefined) tables.push(log.table)
    else if (log.problem?.kind === 'damaged') moveAside(files, file)
    else files.remove(file)
  }
  return { tables, problems }
}

/** The rows of a table are in a block for good: its log is removed, or moved to `quarantine/` when it is damaged. */
export function releaseLog(files: Files, table: { readonly id: string; readonly damaged?: boolean }): void {
  if (table.damaged === true) moveAside(files, logName(table.id))
  else files.remove(logName(table.id))
}

function moveAside(files: Files, file: string): void {
  files.makeDirectory(QUARANTINE_FOLDER)
  files.rename(file, `${QUARANTINE_FOLDER}/${file.slice(file.lastIndexOf('/') + 1)}`)
  files.syncDirectory('')
  files.syncDirectory(QUARANTINE_FOLDER)
  files.syncDirectory(LOG_FOLDER)
}

function refuseForeign(files: Files, id: string): void {
  const file = files.open(logName(id), 'read')
  try {
    readHeader(file, file.size())
  } catch (error) {
    if (!(error instanceof ForeignLogError)) throw error
    const where = `${files.place}: ${logName(id)}`
    throw new StoreUnavailableError(`${where}: ${error.message}. Nothing was changed.`, { cause: error })
  } finally {
    file.close()
  }
}

function readHeader(file: OpenFile, size: number): LogHeader | undefined {
  const bytes = new Uint8Array(Math.min(size, MOST_HEADER_BYTES))
  file.readAt(bytes, 0)
  return decodeLogHeader(bytes)
}

function readLog(files: Files, id: string): { readonly table?: RecoveredTable; readonly problem?: RecoveryProblem } {
  const name = logName(id)
  const file = files.open(name, 'read')
  try {
    const size = file.size()
    const header = readHeader(file, size)
    if (header === undefined || layoutOf(header.capacity).bytes > MOST_TABLE_BYTES) {
      // Nothing was acknowledged before the first record was durable, and with it the header.
      if (size <= FILE_HEADER_BYTES) return {}
      // A disk writes its sectors in any order: later parts of the first record are there, the header never was.
      if (
        isBlank(file, FILE_HEADER_BYTES) &&
        !hasGoodRecord(file, FILE_HEADER_BYTES, size, ({ number }) => number > 0)
      ) {
        return { problem: { file: name, kind: 'torn', reason: 'its header was not written', bytes: size } }
      }
      return { problem: { file: name, kind: 'damaged', reason: 'its header cannot be read', bytes: size } }
    }
    return replay(file, id, size, header)
  } finally {
    file.close()
  }
}

function replay(
  file: OpenFile,
  id: string,
  size: number,
  header: LogHeader,
): { readonly table?: RecoveredTable; readonly problem?: RecoveryProblem } {
  const { capacity, salt, firstReceivedMs, spanClass } = header
  let shared: { readonly buffer: SharedArrayBuffer; readonly capacity: Readonly<PoolCounts> } | undefined
  let columns: ColumnArrays | undefined
  let counts: Readonly<PoolCounts> = zeroCounts()
  let receivedMs = firstReceivedMs
  let memory = new Uint8Array(65_536)
  let at = FILE_HEADER_BYTES
  let records = 0
  let reason = 'the record is cut off'
  for (;;) {
    const record = readRecordHeader(file, at, size)
    if (record?.salt !== salt) break
    if (record.bytes > memory.length) memory = new Uint8Array(Math.ceil(record.bytes * 1.25))
    const bytes = memory.subarray(0, record.bytes)
    file.readAt(bytes, at)
    if (!hasGoodChecksum(bytes)) {
      reason = 'the checksum of the record is wrong'
      break
    }
    if (record.number !== records || !follows(record, counts, capacity)) {
      reason = 'the record does not follow the one before'
      break
    }
    shared ??= { buffer: new SharedArrayBuffer(layoutOf(capacity).bytes), capacity }
    columns ??= viewColumns(shared.buffer, capacity)
    copyColumns(bytes, record, columns)
    counts = record.after
    receivedMs = record.receivedMs
    records++
    at += record.bytes
  }
  const damaged = at < size && hasGoodRecord(file, at + 1, size, record => record.salt === salt)
  const problem: RecoveryProblem | undefined =
    at >= size
      ? undefined
      : { file: logName(id), kind: damaged ? 'damaged' : 'torn', reason: `${reason} (at byte ${at})`, bytes: size - at }
  if (shared === undefined || counts.rows === 0) return { problem }
  setLastReceivedMs(shared, receivedMs)
  publish(shared.buffer, counts)
  return { table: { id, spanClass, shared, firstReceivedMs, rowCount: counts.rows, damaged }, problem }
}

/** The header of a record that lies in the file as a whole. */
function readRecordHeader(file: OpenFile, at: number, size: number): RecordHeader | undefined {
  if (at + RECORD_HEADER_BYTES + CRC_BYTES > size) return undefined
  const bytes = new Uint8Array(RECORD_HEADER_BYTES)
  file.readAt(bytes, at)
  const header = decodeRecordHeader(bytes)
  return header !== undefined && at + header.bytes <= size ? header : undefined
}

function hasGoodChecksum(record: Uint8Array): boolean {
  const end = record.length - CRC_BYTES
  return new DataView(record.buffer, record.byteOffset).getUint32(end, true) === crc32(record.subarray(0, end))
}

function follows(record: RecordHeader, counts: Readonly<PoolCounts>, capacity: Readonly<PoolCounts>): boolean {
  return POOLS.every(pool => record.before[pool] === counts[pool] && record.after[pool] <= capacity[pool])
}

function copyColumns(bytes: Uint8Array, record: RecordHeader, columns: ColumnArrays): void {
  let at = RECORD_HEADER_BYTES
  for (let k = 0; k < COLUMN_NAMES.length; k++) {
    if (!hasColumn(record.columns, k)) continue
    const name = COLUMN_NAMES[k]
    const { pool } = COLUMNS[name]
    const entry = entryBytes(name)
    const length = (record.after[pool] - record.before[pool]) * entry
    const column = columns[name]
    new Uint8Array(column.buffer, column.byteOffset + record.before[pool] * entry, length).set(
      bytes.subarray(at, at + length),
    )
    at += length
  }
}

/** As SpanTableBuilder.publish, without the means to add more. */
function publish(buffer: SharedArrayBuffer, counts: Readonly<PoolCounts>): void {
  const header = new Uint32Array(buffer, 0, POOLS.length)
  for (let i = 1; i < POOLS.length; i++) header[i] = counts[POOLS[i]]
  Atomics.store(header, 0, counts.rows)
}

function isBlank(file: OpenFile, bytes: number): boolean {
  const start = new Uint8Array(bytes)
  file.readAt(start, 0)
  return start.every(byte => byte === 0)
}

/** Whether a sound record that is `wanted` begins anywhere from `from` on. */
function hasGoodRecord(file: OpenFile, from: number, size: number, wanted: (record: RecordHeader) => boolean): boolean {
  const window = Buffer.alloc(Math.min(SCAN_BYTES, Math.max(0, size - from)))
  const magic = Buffer.from(RECORD_MAGIC, 'latin1')
  for (let start = from; start + RECORD_HEADER_BYTES + CRC_BYTES <= size; start += SCAN_BYTES - magic.length) {
    const read = file.readAt(window, start)
    const seen = window.subarray(0, read)
    for (let i = seen.indexOf(magic); i >= 0; i = seen.indexOf(magic, i + 1)) {
      const record = readRecordHeader(file, start + i, size)
      if (record === undefined || !wanted(record)) continue
      const bytes = new Uint8Array(record.bytes)
      file.readAt(bytes, start + i)
      if (hasGoodChecksum(bytes)) return true
    }
    if (read < window.length) break
  }
  return false
}
