/**
 * An archived trace is one file of its own: 32 bytes of head, then its span table in binary form (shared/spans/binary), compressed.
 *
 * | bytes | what                                                    |
 * | ----- | ------------------------------------------------------- |
 * | 0-7   | `SPOORARC`                                              |
 * | 8-11  | version, u32                                            |
 * | 12-15 | spans, u32                                              |
 * | 16-23 | when it was archived, ms since the epoch, f64           |
 * | 24-27 | bytes of the table before compression, u32              |
 * | 28-31 | CRC-32 of everything before it and everything behind it |
 *
 * Numbers are little-endian. The version stays 0 until the first release; another one is left alone and told.
 */
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { decodeSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { parseTraceId, type TraceId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

export const ARCHIVE_FOLDER = 'archive'
export const HEAD_BYTES = 32
const MAGIC = new TextEncoder().encode('SPOORARC')
const VERSION = 0
const EXTENSION = '.trace'

/** What the head says. */
export interface ArchivedHead {
  readonly spanCount: number
  /** ms since the epoch. */
  readonly archivedMs: number
}

/** A file that is not what was written, or that another version of the program wrote. */
export class ArchivedFileError extends Error {
  override readonly name = 'ArchivedFileError'
}

export function archivedFile(traceId: TraceId): string {
  return `${ARCHIVE_FOLDER}/${traceId}${EXTENSION}`
}

/** The trace of a file name in the folder; undefined for anything else. */
export function traceOfFile(name: string): TraceId | undefined {
  return /^[0-9a-f]{32}\.trace$/u.test(name) ? parseTraceId(name.slice(0, 32)) : undefined
}

export function encodeArchived(table: SpanTable, archivedMs: number): Uint8Array<ArrayBuffer> {
  const plain = Buffer.concat(encodeSpanTable(table))
  const packed = zstdCompressSync(plain)
  const bytes = new Uint8Array(HEAD_BYTES + packed.length)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, table.rowCount, true)
  view.setFloat64(16, archivedMs, true)
  view.setUint32(24, plain.length, true)
  bytes.set(packed, HEAD_BYTES)
  view.setUint32(28, checksum(bytes), true)
  return bytes
}

/** From the first bytes of a file, whose rest is not looked at. Throws ArchivedFileError. */
export function readArchivedHead(bytes: Uint8Array): ArchivedHead {
  if (bytes.length < HEAD_BYTES || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    throw new ArchivedFileError('is no archived trace')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  if (version !== VERSION) {
    throw new ArchivedFileError(`has the format ${version}; this program reads format ${VERSION}`)
  }
  return { spanCount: view.getUint32(12, true), archivedMs: view.getFloat64(16, true) }
}

/** The spans of a whole file. Throws ArchivedFileError. */
export function decodeArchived(bytes: Uint8Array): SpanTable {
  const { spanCount } = readArchivedHead(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(28, true) !== checksum(bytes)) throw new ArchivedFileError('is not what was written')
  const length = view.getUint32(24, true)
  // Its checksum is right: the length is what was written.
  const table = decodeSpanTable(
    zstdDecompressSync(bytes.subarray(HEAD_BYTES), { maxOutputLength: Math.max(1, length) }),
  )
  if (table.rowCount !== spanCount) throw new ArchivedFileError(`has ${table.rowCount} spans of ${spanCount}`)
  return table
}

function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(HEAD_BYTES), crc32(bytes.subarray(0, HEAD_BYTES - 4)))
}
