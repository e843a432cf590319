/**
 * Times. In columns: nanoseconds since the Unix epoch as u64 in two u32 words, low word first. Absolute times leave the
 * table as `bigint` nanoseconds; differences as `number` nanoseconds, exact up to 2^53 ns (104 days), negative when the
 * end stands before the start.
 */

/** Absolute nanoseconds of `row`. `column` has 2 words a row. */
export function timeAt(column: Uint32Array, row: number): bigint {
  return (BigInt(column[row * 2 + 1]) << 32n) | BigInt(column[row * 2])
}

/** Writes absolute nanoseconds (0 … 2^64 − 1; higher bits are lost) to `row`. */
export function setTime(column: Uint32Array, row: number, time: bigint): void {
  column[row * 2] = Number(time & 0xffffffffn)
  column[row * 2 + 1] = Number((time >> 32n) & 0xffffffffn)
}

/** `left[leftRow] − right[rightRow]` in nanoseconds. */
export function timeDifference(left: Uint32Array, leftRow: number, right: Uint32Array, rightRow: number): number {
  const l = leftRow * 2
  const r = rightRow * 2
  return (left[l + 1] - right[r + 1]) * 4294967296 + (left[l] - right[r])
}

/** < 0, 0, > 0 as the first time is before, equal to or after the second. */
export function compareTimes(left: Uint32Array, leftRow: number, right: Uint32Array, rightRow: number): number {
  const l = leftRow * 2
  const r = rightRow * 2
  return left[l + 1] - right[r + 1] || left[l] - right[r]
}
