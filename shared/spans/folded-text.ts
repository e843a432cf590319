/** Looking for a text within UTF-8, upper and lower case as one, without making texts of all that is looked through. */
/** What is looked for; make one a search. */
export interface FoldedText {
  /** In lower case. */
  readonly text: string
  /** Its bytes when all of them are ASCII: only then can bytes be compared. */
  readonly ascii: Uint8Array | undefined
}

const ENCODER = new TextEncoder()

export function foldedText(text: string): FoldedText {
  const lower = text.toLowerCase()
  const bytes = ENCODER.encode(lower)
  return { text: lower, ascii: bytes.every(byte => byte < 0x80) ? bytes : undefined }
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

/** Whether the bytes `from` up to before `to` are the text; undefined as above. */
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
