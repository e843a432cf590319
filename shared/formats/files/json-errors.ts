/** Parsing one JSON value that is at hand, with errors that have their byte. */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import type { Json } from '#shared/formats/jaeger/plain-json.ts'
import { JsonCursor } from '#shared/formats/otlp/json-cursor.ts'
import { locatePath } from './locate-path.ts'

/** The parsed value. Throws DecodeError with the byte of `bytes` at which it stops being JSON. */
export function parseBytes(bytes: Uint8Array, parse: (text: string) => Json): Json {
  try {
    return parse(decodeText(bytes))
  } catch (error) {
    const cursor = new JsonCursor()
    cursor.open(bytes)
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) cursor.at = 3
    cursor.skip()
    if (cursor.space() !== 0) cursor.unexpected('nothing behind the value')
    throw new DecodeError(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The byte of `bytes` that an error is about: its offset, else where the field stands that it names. */
export function byteOf(error: DecodeError, bytes: Uint8Array): number {
  if (error.offset >= 0) return error.offset
  return error.field === '' ? 0 : locatePath(bytes, error.field)
}
