/**
 * CRC-32 (the reflected polynomial 0xEDB88320 of zlib, PNG and gzip), eight bytes a step ("slicing-by-8"): the checksum
 * of the binary form's sections. Pure, so that a browser worker and the server compute the same.
 */

/** Eight tables of 256 words: TABLES[k * 256 + b] is the effect of byte b followed by k zero bytes. */
const TABLES = makeTables()

const NO_WORDS = new Int32Array(0)

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let c = byte
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    tables[byte] = c
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let k = 1; k < 8; k++) {
      const before = tables[(k - 1) * 256 + byte]
      tables[k * 256 + byte] = (before >>> 8) ^ tables[before & 255]
    }
  }
  return tables
}

/** The CRC-32 of `bytes`, or of what `previous` was computed of followed by `bytes`. An unsigned 32-bit number. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  const t = TABLES
  const length = bytes.length
  let c = ~previous
  let i = 0
  // Up to where 32-bit words begin.
  while (i < length && ((bytes.byteOffset + i) & 3) !== 0) c = (c >>> 8) ^ t[(c ^ bytes[i++]) & 255]
  const pairs = ((length - i) >>> 3) * 2
  const words = pairs === 0 ? NO_WORDS : new Int32Array(bytes.buffer, bytes.byteOffset + i, pairs)
  for (let w = 0; w < pairs; w += 2) {
    const a = words[w] ^ c
    const b = words[w + 1]
    c =
      t[1792 + (a & 255)] ^
      t[1536 + ((a >>> 8) & 255)] ^
      t[1280 + ((a >>> 16) & 255)] ^
      t[1024 + (a >>> 24)] ^
      t[768 + (b & 255)] ^
      t[512 + ((b >>> 8) & 255)] ^
      t[256 + ((b >>> 16) & 255)] ^
      t[b >>> 24]
  }
  for (i += pairs * 4; i < length; i++) c = (c >>> 8) ^ t[(c ^ bytes[i]) & 255]
  return ~c >>> 0
}
