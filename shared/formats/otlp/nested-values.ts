/**
 * Arrays and maps (ArrayValue and KeyValueList of opentelemetry/proto/common/v1) as they come over the wire. A table
 * keeps them raw, so what is checked here once is what readers rely on later: well-formed, UTF-8, not nested too deep.
 * A loop with a stack of its own: a message may nest as deep as it likes.
 */
import { isUtf8 } from '#shared/spans/dictionary.ts'
import type { ProtobufCursor } from './protobuf-cursor.ts'

/** Readers of nested values stop here (any-value.ts), whatever the limit on the way in says. */
export const MOST_DEPTH = 100

/** What a message on the stack is. */
const LIST = 0
const MAP = 1
const PAIR = 2
const ANY = 3

/** `undefined`: sound. Otherwise why the span that owns the value is refused. */
export type NestedFault = 'nesting_too_deep' | 'invalid_utf8' | undefined

export class NestedValueCheck {
  #ends = new Uint32Array(128)
  #kinds = new Uint8Array(128)

  /**
   * Checks the ArrayValue or KeyValueList between the cursor and `to`, and leaves the cursor at `to`. `depth` is the
   * most arrays and maps inside each other, this one included; below it nothing is read. Throws DecodeError.
   */
  check(cursor: ProtobufCursor, isMap: boolean, to: number, depth: number): NestedFault {
    if (depth < 1) {
      cursor.at = to
      return 'nesting_too_deep'
    }
    const { bytes } = cursor
    const room = depth * 3 + 4
    if (this.#ends.length < room) {
      this.#ends = new Uint32Array(room)
      this.#kinds = new Uint8Array(room)
    }
    const ends = this.#ends
    const kinds = this.#kinds
    let fault: NestedFault
    let level = 1
    let top = 0
    ends[0] = to
    kinds[0] = isMap ? MAP : LIST
    while (top >= 0) {
      const end = ends[top]
      const kind = kinds[top]
      if (cursor.at >= end) {
        if (kind <= MAP) level--
        top--
        continue
      }
      const tag = cursor.tag(end)
      let inner: number
      if (tag === 10 && kind <= MAP) inner = kind === MAP ? PAIR : ANY
      else if (tag === 18 && kind === PAIR) inner = ANY
      else if (tag === 42 && kind === ANY) inner = LIST
      else if (tag === 50 && kind === ANY) inner = MAP
      else if (tag === 10) {
        const textEnd = cursor.delimited(end)
        if (fault === undefined && !isUtf8(bytes, cursor.at, textEnd)) fault = 'invalid_utf8'
        cursor.at = textEnd
        continue
      } else {
        cursor.skip(tag, end)
        continue
      }
      const innerEnd = cursor.delimited(end)
      if (inner <= MAP && ++level > depth) {
        cursor.at = to
        return 'nesting_too_deep'
      }
      top++
      ends[top] = innerEnd
      kinds[top] = inner
    }
    return fault
  }
}

/**
 * The end of the last whole element of an ArrayValue or KeyValueList (from `at`, already checked, up to `to`) that lies
 * within `most` bytes: where a value above the limit is cut.
 */
export function cutBetweenElements(cursor: ProtobufCursor, at: number, to: number, most: number): number {
  cursor.at = at
  let cut = at
  while (cursor.at < to) {
    cursor.skip(cursor.tag(to), to)
    if (cursor.at - at > most) break
    cut = cursor.at
  }
  cursor.at = to
  return cut
}
