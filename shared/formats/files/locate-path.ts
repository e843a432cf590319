/** Where in a JSON text the field stands that a path like `data[0].spans[3].startTime` names. */
import { decodeText } from '#shared/spans/dictionary.ts'
import { JsonCursor, OPEN_ARRAY, OPEN_OBJECT } from '#shared/formats/otlp/json-cursor.ts'

/**
 * Byte of the value at `path` in a text that is known to be JSON; of the last value on the way to it when the path goes
 * on where the text does not.
 */
export function locatePath(bytes: Uint8Array, path: string): number {
  const cursor = new JsonCursor()
  cursor.open(bytes)
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) cursor.at = 3
  for (const step of steps(path)) {
    const opening = cursor.space()
    const at = cursor.at
    const found = typeof step === 'number' ? toElement(cursor, opening, step) : toKey(cursor, opening, step)
    if (!found) return at
  }
  cursor.space()
  return cursor.at
}

function steps(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/gu)].map(([, index, key]) =>
    index === undefined ? key : Number(index),
  )
}

function toElement(cursor: JsonCursor, opening: number, index: number): boolean {
  if (opening !== OPEN_ARRAY || !cursor.enter(OPEN_ARRAY, '')) return false
  for (let i = 0; i < index; i++) {
    cursor.skip()
    if (!cursor.more(OPEN_ARRAY, '')) return false
  }
  return true
}

function toKey(cursor: JsonCursor, opening: number, key: string): boolean {
  if (opening !== OPEN_OBJECT || !cursor.enter(OPEN_OBJECT, '')) return false
  do {
    cursor.string('')
    const seen = decodeText(cursor.textBytes.subarray(cursor.textAt, cursor.textAt + cursor.textLength))
    cursor.space()
    cursor.at++
    if (seen === key) return true
    cursor.skip()
  } while (cursor.more(OPEN_OBJECT, ''))
  return false
}
