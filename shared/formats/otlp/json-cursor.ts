/**
 * Reading JSON (RFC 8259) in UTF-8 bytes token by token: no strings, no objects, no recursion. Strings without escapes
 * are ranges of the input; those with escapes are put into a scratch memory. UTF-8 itself is checked where a string
 * enters a dictionary. Numbers are read exactly, into two words or a double.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import { wholeNumber } from '#shared/formats/whole-number.ts'
import { KEY_AT, keyStandsAt, LAST_COMMON_PLACE, placeOfKey, PLACES, QUOTED_LENGTH } from './json-keys.ts'

const NOTHING = new Uint8Array(0)

export const QUOTE = 34
const BACKSLASH = 92
export const OPEN_ARRAY = 91
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125

/** Bytes that end the plain part of a string: the quote, the backslash, control characters. */
const STOPS = new Uint8Array(256).fill(1, 0, 32)
STOPS[QUOTE] = STOPS[BACKSLASH] = 1

/** What stands for the character after a backslash; 0 for none. */
const ESCAPES = new Uint8Array(256)
for (const [letter, code] of Object.entries({ '"': 34, '\\': 92, '/': 47, b: 8, f: 12, n: 10, r: 13, t: 9 })) {
  ESCAPES[letter.charCodeAt(0)] = code
}

/** Value of a hex digit; 255 for another character. */
export const HEX_DIGIT = new Uint8Array(256).fill(255)
for (let i = 0; i < 16; i++) {
  const digit = i.toString(16)
  HEX_DIGIT[digit.charCodeAt(0)] = HEX_DIGIT[digit.toUpperCase().charCodeAt(0)] = i
}

const TWO_32 = 4_294_967_296

/** Powers of ten that a double holds exactly. */
const TENS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

export class JsonCursor {
  bytes: Uint8Array = NOTHING
  /** Covers the same memory as `bytes`. */
  view: DataView = new DataView(NOTHING.buffer)
  at = 0
  end = 0

  // The string read last: `textLength` bytes at `textAt` of `textBytes`, which is the input unless there were escapes.
  textBytes: Uint8Array = NOTHING
  textView: DataView = this.view
  textAt = 0
  textLength = 0

  /** The words of the integer read last. */
  low = 0
  high = 0

  /** Spellings known up to this place; see json-keys.ts. */
  lastPlace = LAST_COMMON_PLACE
  #scratch = new Uint8Array(256)
  #scratchView = new DataView(this.#scratch.buffer)
  /** Which key followed a key last time. */
  readonly #following = new Uint8Array(PLACES)
  #key = 0
  #nesting = new Uint8Array(64)

  open(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = 0
    this.end = bytes.length
  }

  /** Lets go of the input. */
  close(): void {
    this.open(NOTHING)
    this.textBytes = NOTHING
    this.textView = this.view
  }

  /** Where in the message's structure the cursor stands; `field` is the last step. */
  path(field: string): string {
    return field
  }

  /** Throws the DecodeError of something seen at byte `at`. */
  fail(problem: string, field = '', at = this.at): never {
    throw new DecodeError(problem, this.path(field), Math.min(at, this.end))
  }

  /** Throws the DecodeError of another thing than was expected. */
  unexpected(expected: string, field = ''): never {
    this.space()
    this.fail(`${this.#seen()}; expected ${expected}`, field)
  }

  #seen(): string {
    if (this.at >= this.end) return 'the text ends here'
    const part = decodeText(this.bytes.subarray(this.at, Math.min(this.at + 24, this.end)))
    const word = /^("[^"]*"?|[\w.+-]+|[^])/u.exec(part)
    return `seen ${word?.[0] ?? part}`
  }

  /** Moves over white space; the byte there, or 0 at the end. */
  space(): number {
    const { bytes, end } = this
    let { at } = this
    while (at < end) {
      const byte = bytes[at]
      if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) {
        this.at = at
        return byte
      }
      at++
    }
    this.at = at
    return 0
  }

  /** Moves over `null` when it stands here. */
  isNull(field: string): boolean {
    if (this.space() !== 110) return false
    this.#literal('null', field)
    return true
  }

  #literal(word: string, field: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word.charCodeAt(i)) this.unexpected(word, field)
    }
    this.at += word.length
  }

  /**
   * Enters an array or object, whose opening byte is given. False when there is nothing in it (or null instead of it);
   * then it is already left. Otherwise read an element and ask `more`.
   */
  enter(opening: number, field: string): boolean {
    const byte = this.space()
    if (byte !== opening) {
      if (this.isNull(field)) return false
      this.unexpected(opening === OPEN_ARRAY ? 'an array' : 'an object', field)
    }
    this.at++
    // The closing byte is the opening one plus 2, in ASCII.
    if (this.space() !== opening + 2) return true
    this.at++
    return false
  }

  /** After an element: true when another one follows, false when the array or object was left. */
  more(opening: number, field: string): boolean {
    const byte = this.space()
    if (byte === 44) {
      this.at++
      return true
    }
    if (byte !== opening + 2) this.unexpected(opening === OPEN_ARRAY ? '"," or "]"' : '"," or "}"', field)
    this.at++
    return false
  }

  /** Reads a key and its colon; returns its number, 0 for one that means nothing. */
  key(): number {
    if (this.space() !== QUOTE) this.unexpected('a key in quotes')
    const { bytes } = this
    let place = this.#following[this.#key]
    const from = this.at + 1
    if (place !== 0 && keyStandsAt(place, bytes, from)) this.at = from + QUOTED_LENGTH[place]
    else {
      this.string('a key')
      place = this.textBytes === bytes ? placeOfKey(bytes, this.textAt, this.textLength) : 0
      if (place > this.lastPlace) place = 0
      this.#following[this.#key] = place
    }
    this.#key = place
    if (bytes[this.at] === 58) this.at++
    else {
      if (this.space() !== 58) this.unexpected('":"')
      this.at++
    }
    return KEY_AT[place]
  }

  /** Reads a string: where it stands is in `textBytes`, `textView`, `textAt` and `textLength`. True when it has escapes. */
  string(field: string): boolean {
    const { bytes } = this
    if (this.space() !== QUOTE) this.unexpected('a string', field)
    const from = this.at + 1
    let at = from
    while (STOPS[bytes[at]] === 0) at++
    if (bytes[at] !== QUOTE) return this.#escapedString(from, at, field)
    this.textBytes = bytes
    this.textView = this.view
    this.textAt = from
    this.textLength = at - from
    this.at = at + 1
    return false
  }

  #escapedString(from: number, firstStop: number, field: string): true {
    const { bytes, end } = this
    let plain = from
    let at = firstStop
    let length = 0
    for (;;) {
      if (at >= end) this.fail('the string that begins here never ends', field, from - 1)
      const byte = bytes[at]
      if (byte === QUOTE || byte === BACKSLASH) {
        if (this.#scratch.length < length + at - plain + 4) this.#growScratch(length + at - plain + 4)
        this.#scratch.set(bytes.subarray(plain, at), length)
        length += at - plain
        if (byte === QUOTE) break
        const code = ESCAPES[bytes[at + 1]]
        if (code > 0) {
          this.#scratch[length++] = code
          at += 2
        } else if (bytes[at + 1] === 117) {
          let unit = this.#hex4(at + 2, field)
          at += 6
          if (unit >= 0xd800 && unit < 0xdc00 && bytes[at] === BACKSLASH && bytes[at + 1] === 117) {
            const second = this.#hex4(at + 2, field)
            if (second >= 0xdc00 && second < 0xe000) {
              unit = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00)
              at += 6
            }
          }
          // Half of a pair has no UTF-8; it becomes U+FFFD, as everywhere else on the web.
          length = this.#putCodePoint(unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit, length)
        } else this.fail('an unknown escape in a string', field, at)
        plain = at
      } else if (byte < 32) this.fail(`control character ${byte} in a string`, field, at)
      else at++
      while (STOPS[bytes[at]] === 0) at++
    }
    this.textBytes = this.#scratch
    this.textView = this.#scratchView
    this.textAt = 0
    this.textLength = length
    this.at = at + 1
    return true
  }

  #growScratch(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.#scratch.length * 2))
    grown.set(this.#scratch)
    this.#scratch = grown
    this.#scratchView = new DataView(grown.buffer)
  }

  #hex4(at: number, field: string): number {
    let value = 0
    for (let i = at; i < at + 4; i++) {
      const digit = i < this.end ? HEX_DIGIT[this.bytes[i]] : 255
      if (digit > 15) this.fail('expected four hex digits after \\u', field, i)
      value = (value << 4) | digit
    }
    return value
  }

  #putCodePoint(code: number, at: number): number {
    const to = this.#scratch
    if (code < 0x80) to[at++] = code
    else if (code < 0x800) {
      to[at++] = 0xc0 | (code >> 6)
      to[at++] = 0x80 | (code & 63)
    } else if (code < 0x10000) {
      to[at++] = 0xe0 | (code >> 12)
      to[at++] = 0x80 | ((code >> 6) & 63)
      to[at++] = 0x80 | (code & 63)
    } else {
      to[at++] = 0xf0 | (code >> 18)
      to[at++] = 0x80 | ((code >> 12) & 63)
      to[at++] = 0x80 | ((code >> 6) & 63)
      to[at++] = 0x80 | (code & 63)
    }
    return at
  }

  /** The string read last as text: for rare values and messages. */
  text(): string {
    return decodeText(this.textBytes.subarray(this.textAt, this.textAt + this.textLength))
  }

  // ---- numbers ----

  /** Reads `true` or `false`; null is false. */
  bool(field: string): boolean {
    const byte = this.space()
    if (byte === 116) {
      this.#literal('true', field)
      return true
    }
    if (byte === 102) this.#literal('false', field)
    else if (!this.isNull(field)) this.unexpected('true or false', field)
    return false
  }

  /**
   * Reads an integer, as a number or in a string, into `low` and `high`; null is 0. Signed: −2^63 … 2^63 − 1, otherwise
   * 0 … 2^64 − 1. Points and exponents are taken when the value is a whole number all the same, exactly.
   */
  integer(field: string, signed: boolean): void {
    const { bytes, end } = this
    const quoted = this.space() === QUOTE
    const from = this.at
    let at = quoted ? from + 1 : from
    const negative = bytes[at] === 45
    if (negative) at++
    const digits = at
    let value = 0
    let digit: number
    while (at < end && (digit = bytes[at] - 48) >= 0 && digit <= 9 && at - digits < 15) {
      value = value * 10 + digit
      at++
    }
    let low = value >>> 0
    let high = (value - low) / TWO_32
    while (at < end && (digit = bytes[at] - 48) >= 0 && digit <= 9) {
      const next = low * 10 + digit
      low = next >>> 0
      high = high * 10 + (next - low) / TWO_32
      // Beyond 64 bits, unless it goes on with a negative exponent.
      if (high >= TWO_32) {
        this.#looseInteger(field, signed)
        return
      }
      at++
    }
    const last = bytes[at]
    if (at === digits || last === 46 || last === 101 || last === 69 || (quoted && last !== QUOTE)) {
      this.#looseInteger(field, signed)
      return
    }
    this.at = quoted ? at + 1 : at
    if (negative) {
      if (!signed && value !== 0) this.fail('a negative number; expected 0 or above', field, from)
      if (high > 0x80000000 || (high === 0x80000000 && low > 0)) this.fail('an integer below −2^63', field, from)
      high = (low === 0 ? -high : ~high) >>> 0
      low = -low >>> 0
    } else if (signed && high > 0x7fffffff) this.fail('an integer above 2^63 − 1', field, from)
    this.low = low
    this.high = high
  }

  #looseInteger(field: string, signed: boolean): void {
    const from = this.at
    if (this.isNull(field)) {
      this.low = this.high = 0
      return
    }
    // Of its grammar, and where it ends.
    this.double(field)
    const text = decodeText(this.bytes.subarray(from, this.at)).replaceAll('"', '')
    const value = wholeNumber(text)
    if (value === undefined || (signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) !== value) {
      const range = signed ? 'of −2^63 … 2^63 − 1' : 'from 0 on, below 2^64'
      this.fail(`seen ${text.slice(0, QUOTED_NUMBER)}; expected an integer ${range}`, field, from)
    }
    this.low = Number(BigInt.asUintN(32, value))
    this.high = Number(BigInt.asUintN(32, value >> 32n))
  }

  /** Reads a number, or a string with a number, `NaN`, `Infinity` or `-Infinity`; null is 0. */
  double(field: string): number {
    const { bytes, end } = this
    const quoted = this.space() === QUOTE
    if (!quoted && this.isNull(field)) return 0
    const from = this.at
    let at = quoted ? from + 1 : from
    const textFrom = at
    const negative = bytes[at] === 45
    if (negative) at++
    let digits = 0
    let scale = 0
    let mantissa = 0
    let point = false
    for (; at < end; at++) {
      const byte = bytes[at]
      if (byte === 46 && !point) {
        point = true
        continue
      }
      const digit = byte - 48
      if (digit < 0 || digit > 9) break
      mantissa = mantissa * 10 + digit
      digits++
      if (point) scale++
    }
    const last = bytes[at]
    // Up to 15 digits and a power of ten up to 22 are exact, so their quotient is rounded once: the nearest double.
    if (digits > 0 && digits <= 15 && bytes[at - 1] !== 46 && bytes[negative ? textFrom + 1 : textFrom] !== 46) {
      if (
        last === QUOTE ? quoted : !quoted && last !== 101 && last !== 69 && last !== 46 && last !== 43 && last !== 45
      ) {
        this.at = quoted ? at + 1 : at
        const value = scale === 0 ? mantissa : mantissa / TENS[scale]
        return negative ? -value : value
      }
    }
    return this.#looseDouble(textFrom, quoted, field)
  }

  #looseDouble(from: number, quoted: boolean, field: string): number {
    const { bytes, end } = this
    let to = from
    if (quoted) while (to < end && STOPS[bytes[to]] === 0) to++
    else while (to < end && NUMBER_BYTES.includes(bytes[to])) to++
    const text = decodeText(bytes.subarray(from, Math.min(to, from + MOST_NUMBER)))
    const named = quoted && (text === 'NaN' || text === 'Infinity' || text === '-Infinity')
    if (to - from > MOST_NUMBER || (!named && !NUMBER.test(text)) || (quoted && bytes[to] !== QUOTE)) {
      this.unexpected('a number', field)
    }
    this.at = quoted ? to + 1 : to
    return Number(text)
  }

  // ---- passing over ----

  /** Moves over a value of any kind, however deep it nests. */
  skip(): void {
    let depth = 0
    for (;;) {
      const byte = this.space()
      if (byte === QUOTE) this.#skipString()
      else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
        this.at++
        if (this.space() === byte + 2) this.at++
        else {
          if (depth === this.#nesting.length) this.#nesting = grown(this.#nesting)
          this.#nesting[depth++] = byte
          if (byte === OPEN_OBJECT) this.#skipKey()
          continue
        }
      } else if (byte === 116) this.#literal('true', '')
      else if (byte === 102) this.#literal('false', '')
      else if (byte === 110) this.#literal('null', '')
      else this.#skipNumber()
      for (;;) {
        if (depth === 0) return
        const opening = this.#nesting[depth - 1]
        if (this.more(opening, '')) {
          if (opening === OPEN_OBJECT) this.#skipKey()
          break
        }
        depth--
      }
    }
  }

  #skipKey(): void {
    if (this.space() !== QUOTE) this.unexpected('a key in quotes')
    this.#skipString()
    if (this.space() !== 58) this.unexpected('":"')
    this.at++
  }

  #skipString(): void {
    const { bytes, end } = this
    const from = this.at
    let at = from + 1
    for (;;) {
      while (STOPS[bytes[at]] === 0) at++
      if (at >= end) this.fail('the string that begins here never ends', '', from)
      const byte = bytes[at]
      if (byte === QUOTE) break
      if (byte !== BACKSLASH) this.fail(`control character ${byte} in a string`, '', at)
      at += 2
    }
    this.at = at + 1
  }

  #skipNumber(): void {
    const from = this.at
    while (this.at < this.end && NUMBER_BYTES.includes(this.bytes[this.at])) this.at++
    if (this.at === from) this.unexpected('a value')
  }
}

/** As much of a number as a message shows. */
const QUOTED_NUMBER = 40
/** Longer numbers have more digits than any double needs. */
const MOST_NUMBER = 1024
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/
const NUMBER_BYTES = new TextEncoder().encode('0123456789+-.eE')

function grown(stack: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(stack.length * 2)
  larger.set(stack)
  return larger
}
