/**
 * Identifiers (WIRE.md 2). In columns an id is its bytes in wire order, read as little-endian u32 words: 4 words a trace
 * id, 2 a span id, so that copying an id is copying words. At interfaces it is lower-case hex of full length.
 */

/** 32 lower-case hex digits, never all zero. */
export type TraceId = string & { readonly __brand: 'TraceId' }
/** 16 lower-case hex digits, never all zero. */
export type SpanId = string & { readonly __brand: 'SpanId' }

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function formatWord(word: number): string {
  return HEX[word & 255] + HEX[(word >>> 8) & 255] + HEX[(word >>> 16) & 255] + HEX[word >>> 24]
}

/** The hex form of the trace id of `row`. `column` has 4 words a row. */
export function formatTraceId(column: Uint32Array, row: number): TraceId {
  const i = row * 4
  return (formatWord(column[i]) +
    formatWord(column[i + 1]) +
    formatWord(column[i + 2]) +
    formatWord(column[i + 3])) as TraceId
}

/** The hex form of the span id of `row`. `column` has 2 words a row. */
export function formatSpanId(column: Uint32Array, row: number): SpanId {
  return (formatWord(column[row * 2]) + formatWord(column[row * 2 + 1])) as SpanId
}

function parseHex(text: string, digits: number): string | undefined {
  if (text.length === 0 || text.length > digits || !/^[0-9a-f]+$/i.test(text)) return undefined
  const padded = text.toLowerCase().padStart(digits, '0')
  return /^0+$/.test(padded) ? undefined : padded
}

/** Reads 1 to 32 hex digits of either case; short forms are the low half. `undefined` for anything else and for zero. */
export function parseTraceId(text: string): TraceId | undefined {
  return parseHex(text, 32) as TraceId | undefined
}

/** Reads 1 to 16 hex digits of either case. `undefined` for anything else and for zero. */
export function parseSpanId(text: string): SpanId | undefined {
  return parseHex(text, 16) as SpanId | undefined
}

/** The column words of an id in hex: 4 for a trace id, 2 for a span id. */
export function idWords(id: TraceId | SpanId): Uint32Array {
  const words = new Uint32Array(id.length / 8)
  for (let i = 0; i < words.length; i++) {
    const at = i * 8
    words[i] =
      (parseInt(id.slice(at, at + 2), 16) |
        (parseInt(id.slice(at + 2, at + 4), 16) << 8) |
        (parseInt(id.slice(at + 4, at + 6), 16) << 16) |
        (parseInt(id.slice(at + 6, at + 8), 16) << 24)) >>>
      0
  }
  return words
}
