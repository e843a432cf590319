/**
 * Ids as files have them (ARCHITECTURE.md, "Files only"): hex of any length up to full and of either case, base64 of the
 * full bytes, or any text at all, which becomes a hash of itself. Listeners are stricter and do not use this.
 */
import { encodeText } from '#shared/spans/dictionary.ts'

/** Column words of an id (ids.ts): 4 for traces, 2 for spans. `hashed`: the text was no id and is worth keeping. */
export interface FileId {
  readonly words: Uint32Array
  readonly hashed: boolean
}

/** Reads an id of 4 or 2 words; undefined for the empty text and zero. */
export function readFileId(text: string, words: 4 | 2): FileId | undefined {
  if (text === '') return undefined
  const digits = words * 8
  // A 128-bit id where 64 fit is a span id with leading zeros.
  const short = text.length > digits && /^0+$/.test(text.slice(0, -digits)) ? text.slice(-digits) : text
  const hex = short.length <= digits ? hexWords(short, words) : undefined
  if (hex !== undefined) return known(hex)
  const decoded = base64Bytes(text, words * 4)
  return decoded === undefined
    ? { words: hashWords(text, words), hashed: true }
    : known(new Uint32Array(decoded.buffer))
}

function known(words: Uint32Array): FileId | undefined {
  for (const word of words) if (word !== 0) return { words, hashed: false }
  return undefined
}

/** The words of at most 8 hex digits a word; undefined for other characters. */
function hexWords(hex: string, words: number): Uint32Array | undefined {
  const result = new Uint32Array(words)
  let place = words * 8 - hex.length
  for (let i = 0; i < hex.length; i++, place++) {
    const code = hex.charCodeAt(i)
    const digit = code >= 48 && code <= 57 ? code - 48 : (code | 32) >= 97 && (code | 32) <= 102 ? (code | 32) - 87 : -1
    if (digit < 0) return undefined
    // Two digits a byte, bytes in wire order, words little-endian.
    result[place >> 3] |= digit << (((place >> 1) & 3) * 8 + ((place & 1) === 0 ? 4 : 0))
  }
  return result
}

/** Base64 of exactly `length` bytes, standard or URL alphabet, padded or not. */
export function base64Bytes(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  const plain = text
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  if (plain.length !== Math.ceil((length * 4) / 3) || !/^[A-Za-z0-9+/]*$/.test(plain)) return undefined
  return decodeBase64Text(plain)
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Uint8Array(128).fill(255)
for (let i = 0; i < 64; i++) VALUES[DIGITS.charCodeAt(i)] = i

/** The bytes of base64 in the standard alphabet; undefined for other characters or an impossible length. */
export function decodeBase64Text(text: string): Uint8Array<ArrayBuffer> | undefined {
  const plain = text.replace(/={1,2}$/, '')
  if (plain.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4))
  let to = 0
  let held = 0
  let bits = 0
  for (let i = 0; i < plain.length; i++) {
    const code = plain.charCodeAt(i)
    const value = code < 128 ? VALUES[code] : 255
    if (value === 255) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[to++] = (held >>> bits) & 255
    }
  }
  return bytes
}

/** Independent FNV-1a hashes of the text, one a word, never zero; the same text gives the same id in every format. */
function hashWords(text: string, words: number): Uint32Array {
  const bytes = encodeText(text)
  const result = new Uint32Array(words)
  for (let k = 0; k < words; k++) {
    let h = 0x811c9dc5 ^ Math.imul(k + 1, 0x9e3779b1)
    for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193)
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
    result[k] = (h ^ (h >>> 13)) >>> 0
  }
  result[0] = (result[0] | 1) >>> 0
  return result
}
