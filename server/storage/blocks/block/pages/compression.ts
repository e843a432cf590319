/**
 * Compression of pages. A page says how it is compressed by a codec id, so that zstd (experimental in Node's zlib) can be replaced
 * without a new format.
 */
import zlib from 'node:zlib'

export const CODEC_STORED = 0
export const CODEC_ZSTD = 1
export const CODEC_DEFLATE = 2
export type Codec = 'zstd' | 'deflate'

/** Below this nothing is worth a frame's header. */
const LEAST_BYTES = 24

/** Level 3 is no smaller on the benchmark's traffic (29.9 against 30.0 bytes a span) and takes ten times as long on random hexadecimal text. */
const ZSTD_LEVEL = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } }

export interface Compressed {
  readonly codec: number
  readonly bytes: Uint8Array
}

/** Compresses, or stores when that saves less than a sixteenth. A stored result is a view of the input. */
export function compress(bytes: Uint8Array, codec: Codec): Compressed {
  if (bytes.length < LEAST_BYTES) return { codec: CODEC_STORED, bytes }
  const packed =
    codec === 'zstd'
      ? zlib.zstdCompressSync(bytes, { ...ZSTD_LEVEL, chunkSize: Math.max(1024, bytes.length + 512) })
      : zlib.deflateRawSync(bytes, { level: 6 })
  if (packed.length > bytes.length - (bytes.length >>> 4)) return { codec: CODEC_STORED, bytes }
  return { codec: codec === 'zstd' ? CODEC_ZSTD : CODEC_DEFLATE, bytes: packed }
}

/** The inverse: exactly `rawLength` bytes, or it throws. A stored page comes back as a view. Never a Buffer: its `slice` does not copy. */
export function decompress(bytes: Uint8Array, codec: number, rawLength: number): Uint8Array {
  if (codec === CODEC_STORED) {
    if (bytes.length !== rawLength) throw new Error(`${bytes.length} stored bytes; expected ${rawLength}`)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  const limits = { chunkSize: Math.max(64, rawLength), maxOutputLength: Math.max(1, rawLength) }
  let raw: Uint8Array
  if (codec === CODEC_ZSTD) raw = zlib.zstdDecompressSync(bytes, limits)
  else if (codec === CODEC_DEFLATE) raw = zlib.inflateRawSync(bytes, limits)
  else throw new Error(`codec ${codec} is not known`)
  if (raw.length !== rawLength) throw new Error(`${raw.length} bytes inflated; expected ${rawLength}`)
  // A small result may be a view of a pool.
  if (raw.buffer.byteLength > raw.byteLength * 2) return new Uint8Array(raw)
  return new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength)
}
