/**
 * Where JSON values begin and end in a `ByteSource`, without reading them: the cut between a file of any size and the
 * decoders, which get one value or one batch of array elements at a time.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import type { ByteSource } from './byte-source.ts'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_ARRAY = 91
const BACKSLASH = 92
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const NEWLINE = 10

/** 1 for bytes that matter to the structure outside of texts. */
const STRUCTURAL = new Uint8Array(256)
for (const byte of [QUOTE, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT, NEWLINE]) STRUCTURAL[byte] = 1

/** Keys are short; a longer one is passed over like any unknown key. */
const MOST_KEY_BYTES = 1024 * 1024

function isBlank(byte: number): boolean {
  return byte === 32 || byte === NEWLINE || byte === 13 || byte === 9
}

/**
 * `whole`: it ends before `end`. `large`: it has more bytes than were asked for at most. `cut`: the file ends inside of
 * it. `broken`: it is no JSON and goes wrong in the line that ends at `end`, behind which another value begins.
 */
export interface ScannedValue {
  readonly kind: 'whole' | 'large' | 'cut' | 'broken'
  readonly end: number
}

/** A reader of JSON structure over a source. `at` is the position that is looked at next. */
export class JsonScan {
  at = 0
  readonly source: ByteSource

  constructor(source: ByteSource) {
    this.source = source
  }

  /** Moves over blanks; the byte there, or -1 at the end of the file. */
  async peek(keepFrom = this.at): Promise<number> {
    const { source } = this
    for (;;) {
      const { bytes, base } = source
      const end = source.end - base
      let i = this.at - base
      while (i < end && isBlank(bytes[i])) i++
      const from = keepFrom === this.at ? i + base : keepFrom
      this.at = i + base
      if (i < end) return bytes[i]
      if (!(await source.fill(from))) return -1
      keepFrom = from
    }
  }

  /**
   * Finds the end of the value at `at` and stays there. All of it is at hand afterwards when it is `whole`. `lines`: a
   * value stands alone at the top of the file, and text that is broken inside a line is cut off with the line.
   */
  async value(most: number, keepFrom = this.at, lines = false): Promise<ScannedValue> {
    const { source } = this
    const from = this.at
    let at = from
    let depth = 0
    let inText = false
    for (;;) {
      const { bytes, base } = source
      const end = source.end - base
      let i = at - base
      while (i < end) {
        if (inText) {
          while (i < end && bytes[i] !== QUOTE && bytes[i] !== BACKSLASH && bytes[i] !== NEWLINE) i++
          if (i >= end) break
          if (bytes[i] === BACKSLASH) {
            if (i + 1 >= end) break
            i += 2
            continue
          }
          if (bytes[i] === NEWLINE) {
            // A text can't hold a newline: the line is broken.
            if (lines) return { kind: 'broken', end: i + base }
            i++
            continue
          }
          inText = false
          i++
          if (depth === 0) return ended(from, i + base, most)
          continue
        }
        if (depth > 0) while (i < end && STRUCTURAL[bytes[i]] === 0) i++
        if (i >= end) break
        const byte = bytes[i]
        if (byte === QUOTE) inText = true
        else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
        else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
          if (depth === 0) return ended(from, i + base, most)
          if (--depth === 0) return ended(from, i + 1 + base, most)
        } else if (depth === 0) {
          if (byte === COMMA || byte === COLON || (isBlank(byte) && (!lines || byte === NEWLINE))) {
            return ended(from, i + base, most)
          }
        } else if (byte === NEWLINE && lines) {
          // The first byte of the next line has to be here to judge this one.
          if (i + 1 >= end && !source.done) break
          if (i + 1 < end && bytes[i + 1] === OPEN_OBJECT && !expectsValue(bytes, from - base, i)) {
            return { kind: 'broken', end: i + base }
          }
        }
        i++
      }
      at = i + base
      if (at - from > most) return { kind: 'large', end: at }
      if (!(await source.fill(keepFrom))) {
        // A number or word may end with the file.
        if (depth === 0 && !inText) return ended(from, source.end, most)
        return { kind: 'cut', end: source.end }
      }
    }
  }

  /** Passes over the value at `at`, whatever its size. */
  async skip(): Promise<void> {
    await this.peek()
    const start = this.at
    let depth = 0
    let inText = false
    for (;;) {
      const { bytes, base } = this.source
      const end = this.source.end - base
      let i = this.at - base
      while (i < end) {
        const byte = bytes[i]
        if (inText) {
          if (byte === BACKSLASH) {
            if (i + 1 >= end) break
            i++
          } else if (byte === QUOTE) inText = false
        } else if (byte === QUOTE) inText = true
        else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
        else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && depth > 0) depth--
        else if (depth === 0 && (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) {
          this.at = i + base
          return
        }
        i++
        if (depth === 0 && !inText && (byte === QUOTE || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) {
          this.at = i + base
          return
        }
      }
      this.at = i + base
      if (!(await this.source.fill(this.at))) this.fail('the file ends inside the value that begins here', start)
    }
  }

  /** The value at `at` as bytes of their own; `at` moves behind it. DecodeError above `most` bytes. */
  async take(most: number, what: string): Promise<Uint8Array> {
    await this.peek()
    const from = this.at
    const { kind, end } = await this.value(most)
    if (kind === 'large') this.fail(`${what} of more than ${most} bytes`, from)
    if (kind !== 'whole') this.fail(`the file ends inside ${what} that begins here`, from)
    this.at = end
    return this.source.slice(from, end).slice()
  }

  /**
   * The keys of the object at `at`, one by one, `at` on the value of each: the caller takes or passes over it. A value
   * that is no object is passed over and has none.
   */
  async *keys(): AsyncGenerator<string> {
    const opening = await this.peek()
    if (opening !== OPEN_OBJECT) {
      await this.skip()
      return
    }
    this.at++
    if ((await this.peek()) === CLOSE_OBJECT) {
      this.at++
      return
    }
    for (;;) {
      await this.#expect(QUOTE, 'a key in quotes')
      const from = this.at
      const { kind, end } = await this.value(MOST_KEY_BYTES)
      if (kind !== 'whole')
        this.fail(kind === 'cut' ? 'the file ends inside the key that begins here' : 'a key that never ends', from)
      const key = decodeText(this.source.slice(from + 1, end - 1))
      this.at = end
      await this.#expect(COLON, '":"')
      this.at++
      yield key
      if (!(await this.#more(CLOSE_OBJECT, '"," or "}"'))) return
    }
  }

  /** The keys of the object at `at`, one by one, as far as it is at hand; nothing is moved. */
  *keysAtHand(): Generator<string> {
    const { bytes, base } = this.source
    const end = this.source.end - base
    let depth = 0
    for (let i = this.at - base; i < end; i++) {
      const byte = bytes[i]
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--
      if (depth === 0) return
      if (byte !== QUOTE) continue
      const start = ++i
      while (i < end && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1
      let next = i + 1
      while (next < end && isBlank(bytes[next])) next++
      if (depth === 1 && bytes[next] === COLON) yield decodeText(bytes.subarray(start, i))
    }
  }

  /** Enters the array at `at`: true when it has elements, `at` on the first. Another value is passed over. */
  async enterArray(): Promise<boolean> {
    if ((await this.peek()) !== OPEN_ARRAY) {
      await this.skip()
      return false
    }
    this.at++
    if ((await this.peek()) !== CLOSE_ARRAY) return true
    this.at++
    return false
  }

  /** Behind an element: true when another one follows, `at` on it. */
  async nextElement(): Promise<boolean> {
    return await this.#more(CLOSE_ARRAY, '"," or "]"')
  }

  /**
   * The elements of the array at `at` in batches of some `size` bytes: each a range of positions of the array's inside,
   * at hand until the next one is asked for. An element of more than `most` bytes is given alone as `large`, `at` on
   * it: the caller has to move behind it.
   */
  async *batches(
    size: number,
    most: number,
  ): AsyncGenerator<{ from: number; to: number; count: number; large: boolean }> {
    if (!(await this.enterArray())) return
    let from = this.at
    let to = from
    let count = 0
    for (;;) {
      const start = this.at
      const { kind, end } = await this.value(most, from)
      if (kind === 'cut' || kind === 'broken') {
        if (count > 0) yield { from, to, count, large: false }
        this.fail('the file ends inside the element that begins here', start)
      }
      if (kind === 'large') {
        if (count > 0) yield { from, to, count, large: false }
        this.at = start
        yield { from: start, to: start, count: 1, large: true }
        count = 0
        if (!(await this.nextElement())) return
        from = this.at
        continue
      }
      if (end === start) {
        if (count > 0) yield { from, to, count, large: false }
        this.at = start
        this.unexpected('a value')
      }
      this.at = to = end
      count++
      const more = await this.#more(CLOSE_ARRAY, '"," or "]"', from)
      if (!more || to - from >= size) {
        const after = this.at
        yield { from, to, count, large: false }
        this.at = after
        count = 0
        from = after
      }
      if (!more) return
    }
  }

  async #more(closing: number, expected: string, keepFrom?: number): Promise<boolean> {
    const byte = await this.peek(keepFrom)
    if (byte !== COMMA && byte !== closing) this.unexpected(expected)
    this.at++
    if (byte === COMMA) await this.peek(keepFrom)
    return byte === COMMA
  }

  async #expect(byte: number, expected: string): Promise<void> {
    if ((await this.peek()) !== byte) this.unexpected(expected)
  }

  /** Throws the DecodeError of what stands at `at` where something else was expected. */
  unexpected(expected: string): never {
    const { source, at } = this
    const seen = at >= source.end ? 'the file ends here' : `seen ${decodeText(source.slice(at, at + 1))}`
    this.fail(`${seen}; expected ${expected}`, at)
  }

  /** Throws the DecodeError of something at a position of the file. */
  fail(problem: string, position: number): never {
    throw new DecodeError(problem, '', position)
  }
}

/** A value from one position to another, all of it at hand. */
function ended(from: number, end: number, most: number): ScannedValue {
  return { kind: end - from > most ? 'large' : 'whole', end }
}

/** Whether a value may follow at `at`: behind `[`, `,` or `:`, blanks apart. */
function expectsValue(bytes: Uint8Array, from: number, at: number): boolean {
  let i = at - 1
  while (i >= from && isBlank(bytes[i])) i--
  return i < from || bytes[i] === COMMA || bytes[i] === COLON || bytes[i] === OPEN_ARRAY
}
