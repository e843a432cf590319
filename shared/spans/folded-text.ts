/** Looking for a text within UTF-8, upper and lower case as one, without making texts of all that is looked through. */
/** What is looked for; make one a search. */
export interface FoldedText {
  /** In lower case. */
  readonly text: string
  /** Its bytes when all of them are ASCII: only then can bytes be compared. */
  readonly ascii: Uint8Array | undefined
  /** Of a byte at the place of the last: how far on the next place is that may hold it (Horspool 1980); below 256. */
  readonly skips: Uint8Array
}

const ENCODER = new TextEncoder()

export function foldedText(text: string): FoldedText {
  const lower = text.toLowerCase()
  const bytes = ENCODER.encode(lower)
  const length = Math.min(255, bytes.length)
  const skips = new Uint8Array(256).fill(length)
  for (let k = 0; k < length - 1; k++) {
    // Of a long text the last bytes alone.
    const byte = bytes[bytes.length - length + k]
    skips[byte] = length - 1 - k
    if (byte >= 0x61 && byte <= 0x7a) skips[byte - 0x20] = length - 1 - k
  }
  return { text: lower, ascii: bytes.every(byte => byte < 0x80) ? bytes : undefined, skips }
}

/** Lower case of each ASCII byte; for bytes of other letters, whose lower case may be ASCII (`K`, U+212A), what no ASCII is. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 ? 0xff : byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
)

/**
 * Whether the bytes `from` up to before `to` hold the text; undefined when bytes alone do not tell and the decoded text must
 * be asked.
 */
export function holdsFolded(bytes: Uint8Array, from: number, to: number, { ascii }: FoldedText): boolean | undefined {
  if (ascii === undefined) return undefined
  const [first] = ascii
  const last = to - ascii.length
  for (let at = from; at < to; at++) {
    if (bytes[at] >= 0x80) return undefined
    if (at > last || LOWER[bytes[at]] !== first) continue
    let k = 1
    while (k < ascii.length && LOWER[bytes[at + k]] === ascii[k]) k++
    if (k === ascii.length) return true
  }
  return ascii.length === 0
}

/** The same of bytes that are known to be ASCII (`isAscii`): not each of them is looked at. */
export function holdsInAscii(bytes: Uint8Array, from: number, to: number, { ascii, skips }: FoldedText): boolean {
  if (ascii === undefined) return false
  const last = ascii.length - 1
  if (last < 0) return true
  for (let at = from + last; at < to; at += skips[bytes[at]]) {
    let k = last
    while (k >= 0 && LOWER[bytes[at - last + k]] === ascii[k]) k--
    if (k < 0) return true
  }
  return false
}

export function isAscii(bytes: Uint8Array): boolean {
  const words = new Uint32Array(bytes.buffer, (bytes.byteOffset + 3) & ~3, Math.max(0, (bytes.length - 3) >> 2))
  for (let i = 0; i < words.length; i++) if ((words[i] & 0x80808080) !== 0) return false
  const before = words.byteOffset - bytes.byteOffset
  for (let i = 0; i < Math.min(before, bytes.length); i++) if (bytes[i] >= 0x80) return false
  for (let i = before + words.byteLength; i < bytes.length; i++) if (bytes[i] >= 0x80) return false
  return true
}

/** Whether the bytes `from` up to before `to` are the text; undefined as `holdsFolded`. */
export function isFolded(bytes: Uint8Array, from: number, to: number, { ascii }: FoldedText): boolean | undefined {
  if (ascii === undefined) return undefined
  // As many bytes, all of them ASCII; a letter of more bytes has lower case of fewer at times.
  if (to - from < ascii.length) return false
  if (to - from > ascii.length) return hasOthers(bytes, from, to) ? undefined : false
  for (let k = 0; k < ascii.length; k++) {
    const byte = bytes[from + k]
    if (byte >= 0x80) return undefined
    if (LOWER[byte] !== ascii[k]) return false
  }
  return true
}

function hasOthers(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] >= 0x80) return true
  return false
}
