/**
 * Times of other vocabularies -> the columns' nanoseconds (time.ts), word by word, without a bigint a span. One object a
 * decoder; what was computed last is in `low` and `high`. False where the time is outside 1970 … 2554, which columns
 * can't hold: such a span is refused as `time_out_of_range`.
 */
const TWO_32 = 4_294_967_296
const TWO_16 = 65_536
/** Seconds whose nanoseconds are beyond 64 bits. */
const MOST_SECONDS = 18_446_744_074

export class WireTime {
  low = 0
  high = 0

  /** Of µs in two words, the high one signed (any number: −2^32 … 2^32 are sums of two). */
  fromMicroseconds(low: number, high: number): boolean {
    // Beyond 2^22 in the high word, a thousand times it is beyond 64 bits.
    if (high < 0 || high > 4_294_967) return false
    const product = low * 1000
    this.low = product >>> 0
    this.high = high * 1000 + (product - this.low) / TWO_32
    return this.high < TWO_32
  }

  /** Of the sum of two numbers of µs, words of signed 64-bit integers: a start and a duration. */
  fromMicrosecondSum(low: number, high: number, moreLow: number, moreHigh: number): boolean {
    const sum = low + moreLow
    const sumLow = sum >>> 0
    return this.fromMicroseconds(sumLow, (high | 0) + (moreHigh | 0) + (sum === sumLow ? 0 : 1))
  }

  /** Of seconds and nanoseconds, as google.protobuf.Timestamp has them; both may be any whole number below 2^53. */
  fromSeconds(seconds: number, nanos: number): boolean {
    if (!(seconds > -MOST_SECONDS && seconds < MOST_SECONDS)) return false
    const upper = Math.floor(seconds / TWO_16)
    const first = upper * 1e9
    const second = (seconds - upper * TWO_16) * 1e9 + nanos
    const firstHigh = Math.floor(first / TWO_16)
    const secondHigh = Math.floor(second / TWO_32)
    const low = (first - firstHigh * TWO_16) * TWO_16 + (second - secondHigh * TWO_32)
    this.low = low >>> 0
    this.high = firstHigh + secondHigh + (low - this.low) / TWO_32
    return this.high >= 0 && this.high < TWO_32
  }
}

/** The number of two words of a signed 64-bit integer; exact up to 2^53. */
export function signedNumber(low: number, high: number): number {
  return (high | 0) * TWO_32 + low
}

/** A word with its bytes in the other order: a number on the wire as a part of an id in columns, and back. */
export function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
