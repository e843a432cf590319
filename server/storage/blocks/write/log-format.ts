/**
 * The log of one open table: a file header, then records. A record holds what the table got since the record before: for each column
 * the slice of new entries; slices of nothing but zeros are left out. All numbers little-endian.
 *
 *   file    "SPOORLOG" · u32 version · u32 header bytes · u32 shape · u32 salt · f64 first received, ms · u32 class
 *           · u32 capacity of each pool · u32 CRC-32 of the header up to here
 *   record  u32 magic · u32 bytes of the whole record · u32 salt · u32 number from 0 · f64 received, ms
 *           · u32 count of each pool before · u32 count of each pool after · u32 × 2 bits of the columns that follow
 *           · the slices in the order of COLUMNS · u32 CRC-32 of the record up to here
 *
 * `shape` stands for the list of columns: a log is read only by a program whose tables look the same. The salt keeps what a disk may
 * show of another file from being taken for a record of this one.
 */
import { crc32 } from 'node:zlib'
import { COLUMN_NAMES, COLUMNS, type ColumnName, type PoolCounts, POOLS, zeroCounts } from '#shared/spans/columns.ts'
import type { SpanClass } from '#server/storage/store.ts'

/** Stays 0 until the first release; another one is refused by name. */
export const LOG_VERSION = 0
export const LOG_FOLDER = 'log'

const MAGIC_TEXT = 'SPOORLOG'
/** What a record begins with. */
export const RECORD_MAGIC = 'SPL1'
const RECORD_MAGIC_WORD = 0x314c5053
const CLASSES: readonly SpanClass[] = ['main', 'demo']

export const FILE_HEADER_BYTES = 40 + POOLS.length * 4 + 4
export const RECORD_HEADER_BYTES = 24 + POOLS.length * 8 + 8
export const CRC_BYTES = 4
/** The length of a record is a signed 32-bit number to many tools; a table is no larger either. */
export const MOST_RECORD_BYTES = 2 ** 31 - 1

if (COLUMN_NAMES.length > 64) throw new Error('a log record has bits for 64 columns')

const SHAPE = crc32(
  JSON.stringify([
    POOLS,
    COLUMN_NAMES.map(name => [name, COLUMNS[name].pool, COLUMNS[name].element, COLUMNS[name].width]),
  ]),
)

/** Bytes of one entry of a column. */
export function entryBytes(name: ColumnName): number {
  return COLUMNS[name].width * (COLUMNS[name].element === 'u8' ? 1 : 4)
}

export function logName(id: string): string {
  return `${LOG_FOLDER}/${id}.log`
}

/** The id in the name of a log; undefined when it is not the name of one. */
export function logId(file: string): string | undefined {
  return /^([0-9a-z-]+)\.log$/.exec(file)?.[1]
}

export interface LogHeader {
  readonly salt: number
  readonly firstReceivedMs: number
  readonly spanClass: SpanClass
  readonly capacity: Readonly<PoolCounts>
}

export function encodeLogHeader(header: LogHeader): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < 8; i++) bytes[i] = MAGIC_TEXT.charCodeAt(i)
  view.setUint32(8, LOG_VERSION, true)
  view.setUint32(12, FILE_HEADER_BYTES, true)
  view.setUint32(16, SHAPE, true)
  view.setUint32(20, header.salt, true)
  view.setFloat64(24, header.firstReceivedMs, true)
  view.setUint32(32, CLASSES.indexOf(header.spanClass), true)
  POOLS.forEach((pool, i) => view.setUint32(40 + i * 4, header.capacity[pool], true))
  view.setUint32(FILE_HEADER_BYTES - 4, crc32(bytes.subarray(0, FILE_HEADER_BYTES - 4)), true)
  return bytes
}

/** A log of another version or of tables of another shape: it was written by another program, and is left alone. */
export class ForeignLogError extends Error {
  override readonly name = 'ForeignLogError'
}

/** Reads a file header; undefined when the bytes are not (or no longer) one. Throws ForeignLogError. */
export function decodeLogHeader(bytes: Uint8Array): LogHeader | undefined {
  if (bytes.length < 20) return undefined
  for (let i = 0; i < 8; i++) if (bytes[i] !== MAGIC_TEXT.charCodeAt(i)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  const length = view.getUint32(12, true)
  if (length < 24 || length > bytes.length) return undefined
  if (view.getUint32(length - 4, true) !== crc32(bytes.subarray(0, length - 4))) return undefined
  if (version !== LOG_VERSION) {
    throw new ForeignLogError(`its format is version ${version}; this program reads version ${LOG_VERSION}`)
  }
  if (view.getUint32(16, true) !== SHAPE || length !== FILE_HEADER_BYTES) {
    throw new ForeignLogError('it holds tables of another shape than those of this program')
  }
  const capacity = zeroCounts()
  POOLS.forEach((pool, i) => (capacity[pool] = view.getUint32(40 + i * 4, true)))
  return {
    salt: view.getUint32(20, true),
    firstReceivedMs: view.getFloat64(24, true),
    spanClass: CLASSES[view.getUint32(32, true)] ?? 'main',
    capacity,
  }
}

export interface RecordHeader {
  /** Of the whole record, its header and checksum included. */
  readonly bytes: number
  readonly salt: number
  readonly number: number
  readonly receivedMs: number
  readonly before: Readonly<PoolCounts>
  readonly after: Readonly<PoolCounts>
  /** Bit k: the slice of COLUMN_NAMES[k] follows. */
  readonly columns: readonly [low: number, high: number]
}

export function hasColumn(columns: readonly [number, number], index: number): boolean {
  return ((columns[index >>> 5] >>> (index & 31)) & 1) === 1
}

/** Bytes of a record with these columns. */
export function recordBytes({ before, after, columns }: Pick<RecordHeader, 'before' | 'after' | 'columns'>): number {
  let bytes = RECORD_HEADER_BYTES + CRC_BYTES
  for (let k = 0; k < COLUMN_NAMES.length; k++) {
    const name = COLUMN_NAMES[k]
    const { pool } = COLUMNS[name]
    if (hasColumn(columns, k)) bytes += (after[pool] - before[pool]) * entryBytes(name)
  }
  return bytes
}

export function encodeRecordHeader(header: RecordHeader, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, RECORD_HEADER_BYTES)
  view.setUint32(0, RECORD_MAGIC_WORD, true)
  view.setUint32(4, header.bytes, true)
  view.setUint32(8, header.salt, true)
  view.setUint32(12, header.number, true)
  view.setFloat64(16, header.receivedMs, true)
  for (let i = 0; i < POOLS.length; i++) {
    view.setUint32(24 + i * 4, header.before[POOLS[i]], true)
    view.setUint32(24 + (POOLS.length + i) * 4, header.after[POOLS[i]], true)
  }
  view.setUint32(RECORD_HEADER_BYTES - 8, header.columns[0], true)
  view.setUint32(RECORD_HEADER_BYTES - 4, header.columns[1], true)
}

/** Reads a record's header; undefined when the bytes are not one or contradict themselves. The checksum is the caller's. */
export function decodeRecordHeader(bytes: Uint8Array): RecordHeader | undefined {
  if (bytes.length < RECORD_HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, RECORD_HEADER_BYTES)
  if (view.getUint32(0, true) !== RECORD_MAGIC_WORD) return undefined
  const before = zeroCounts()
  const after = zeroCounts()
  for (let i = 0; i < POOLS.length; i++) {
    before[POOLS[i]] = view.getUint32(24 + i * 4, true)
    after[POOLS[i]] = view.getUint32(24 + (POOLS.length + i) * 4, true)
    if (after[POOLS[i]] < before[POOLS[i]]) return undefined
  }
  const header: RecordHeader = {
    bytes: view.getUint32(4, true),
    salt: view.getUint32(8, true),
    number: view.getUint32(12, true),
    receivedMs: view.getFloat64(16, true),
    before,
    after,
    columns: [view.getUint32(RECORD_HEADER_BYTES - 8, true), view.getUint32(RECORD_HEADER_BYTES - 4, true)],
  }
  return recordBytes(header) === header.bytes ? header : undefined
}
