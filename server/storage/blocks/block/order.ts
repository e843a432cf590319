/** The order of rows and traces: by start, then by id as its hex form sorts. */

/** The id's word as a number that sorts as its hex digits do. */
export function sortableWord(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0
}

/** < 0, 0, > 0. `words` of an id at `left[leftAt]` and `right[rightAt]`. */
export function compareIds(
  left: Uint32Array,
  leftAt: number,
  right: Uint32Array,
  rightAt: number,
  words: number,
): number {
  for (let k = 0; k < words; k++) {
    const a = left[leftAt + k]
    const b = right[rightAt + k]
    if (a !== b) return sortableWord(a) - sortableWord(b)
  }
  return 0
}

/** Orders two rows of a table by start, then span id. */
export function compareRows(
  table: { readonly startTime: Uint32Array; readonly spanId: Uint32Array },
  left: number,
  right: number,
): number {
  const { startTime, spanId } = table
  return (
    startTime[left * 2 + 1] - startTime[right * 2 + 1] ||
    startTime[left * 2] - startTime[right * 2] ||
    compareIds(spanId, left * 2, spanId, right * 2, 2)
  )
}

/** A hash of a trace id that is even in its low bits. */
export function hashTraceId(ids: Uint32Array, at: number): number {
  let h = Math.imul(ids[at + 3] ^ Math.imul(ids[at + 2], 0x9e3779b1), 0x85ebca6b)
  h ^= Math.imul(ids[at + 1] ^ Math.imul(ids[at], 0xc2b2ae35), 0x27d4eb2f)
  h ^= h >>> 15
  return Math.imul(h, 0x2c1b3c6d) >>> 0
}

export function sameTraceId(left: Uint32Array, leftAt: number, right: Uint32Array, rightAt: number): boolean {
  return (
    left[leftAt + 3] === right[rightAt + 3] &&
    left[leftAt + 2] === right[rightAt + 2] &&
    left[leftAt + 1] === right[rightAt + 1] &&
    left[leftAt] === right[rightAt]
  )
}
