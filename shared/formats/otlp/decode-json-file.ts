/**
 * OTLP JSON as files have it, read leniently: one request or many, one after the other, one a line (lines that can't be
 * read are reported and passed over) or in an array; Tempo's `batches` and `trace` and Jaeger's `result` around them;
 * snake_case keys; ids in hex of any length, in base64 as protobuf's own JSON has them, or any text at all.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { OtlpJsonDecoder } from './decode-json.ts'
import { HEX_DIGIT, OPEN_ARRAY } from './json-cursor.ts'
import { KEY_BATCHES, KEY_RESULT, KEY_TRACE, PLACES } from './json-keys.ts'
import { decodeBase64 } from './json-values.ts'

/** More problems than anyone reads; they are still counted. */
const MOST_PROBLEMS = 100

export interface OtlpJsonFile {
  /** Lines that could not be read and were passed over, and what was wrong with the first hundred of them. */
  readonly badLines: number
  readonly problems: readonly DecodeError[]
  /** Ids that were neither hex nor base64: hex of the hash that stands in the table -> the text in the file. */
  readonly originalIds: ReadonlyMap<string, string>
}

/** A line from 1, and a column in bytes from 1. */
export interface LineAndColumn {
  readonly line: number
  readonly column: number
}

/** Where byte `offset` of a text stands, for a DecodeError's message on a screen. */
export function lineAndColumn(bytes: Uint8Array, offset: number): LineAndColumn {
  let line = 1
  let start = 0
  for (let i = 0; i < Math.min(offset, bytes.length); i++) {
    if (bytes[i] !== 10) continue
    line++
    start = i + 1
  }
  return { line, column: offset - start + 1 }
}

/**
 * Appends the spans of a whole file to `table`. Throws DecodeError when the text is not OTLP JSON, a line apart from
 * others that can be read; rows may then have been added.
 */
export function decodeOtlpJsonFile(bytes: Uint8Array, table: SpanTableBuilder): OtlpJsonFile {
  return new OtlpJsonFileDecoder().decodeFile(bytes, table)
}

/** A decoder to keep for one file. `at` is where it stands: behind a span that the table has just not kept. */
export class OtlpJsonFileDecoder extends OtlpJsonDecoder {
  override lastPlace = PLACES - 1
  protected override readonly unknownNamesPass = true
  readonly #originalIds = new Map<string, string>()
  #wraps = 0

  /** Ids that were neither hex nor base64: hex of the hash that stands in the table -> the text in the file. */
  get originalIds(): ReadonlyMap<string, string> {
    return this.#originalIds
  }

  decodeFile(bytes: Uint8Array, table: SpanTableBuilder): OtlpJsonFile {
    this.begin(bytes, table)
    const problems: DecodeError[] = []
    let badLines = 0
    let read = 0
    while (this.space() !== 0 || this.at < this.end) {
      const from = this.at
      const mark = table.mark()
      try {
        this.#readValue()
        read++
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        const lineEnd = bytes.indexOf(10, from)
        // A value that goes on over lines is a document: nothing after the error can be told apart.
        if (error.offset > (lineEnd < 0 ? bytes.length : lineEnd)) throw error
        table.rollback(mark)
        badLines++
        if (problems.length < MOST_PROBLEMS) problems.push(error)
        this.begin(bytes, table)
        this.at = lineEnd < 0 ? bytes.length : lineEnd + 1
      }
    }
    this.close()
    if (read === 0) throw problems[0] ?? new DecodeError('the file is empty; expected OTLP JSON', '', 0)
    return { badLines, problems, originalIds: this.#originalIds }
  }

  /**
   * Appends the spans of one value: a request, or a list of them. Throws as `decode`, the offset of its bytes; whole rows
   * of before the place of the error have then been added and stay right.
   */
  decodeValue(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.begin(bytes, table)
    this.#wraps = 0
    this.#readValue()
    if (this.space() !== 0 || this.at < this.end) this.unexpected('nothing behind the value')
    this.close()
  }

  #readValue(): void {
    if (this.space() !== OPEN_ARRAY) this.readRequest()
    else if (this.enter(OPEN_ARRAY, '')) {
      do this.readRequest()
      while (this.more(OPEN_ARRAY, ''))
    }
  }

  protected override readOther(key: number): void {
    if (key === KEY_BATCHES) this.readResourceSpansList()
    else if ((key === KEY_TRACE || key === KEY_RESULT) && this.#wraps < MOST_WRAPS && !this.isNull('')) {
      this.#wraps++
      this.readRequest()
      this.#wraps--
    } else this.skip()
  }

  protected override readTextId(column: Uint32Array, to: number, words: number): boolean {
    const { textBytes, textAt, textLength } = this
    const whole = words * 8
    let hex = textLength <= whole
    for (let i = 0; i < textLength && hex; i++) hex = HEX_DIGIT[textBytes[textAt + i]] <= 15
    if (hex) {
      for (let i = 0; i < textLength; i++) {
        const digit = whole - textLength + i
        column[to + (digit >> 3)] |= HEX_DIGIT[textBytes[textAt + i]] << (((digit >> 1) & 3) * 8 + (digit & 1 ? 0 : 4))
      }
      return true
    }
    const decoded = decodeBase64(textBytes, textAt, textLength)
    if (decoded !== undefined && decoded.length === words * 4) {
      const view = new DataView(decoded.buffer)
      for (let k = 0; k < words; k++) column[to + k] = view.getUint32(k * 4, true)
      return true
    }
    if (
      decoded !== undefined &&
      words === 4 &&
      decoded.length === 8 &&
      textBytes[textAt + textLength - 1] === PADDING
    ) {
      // A 64-bit trace id: the low half. Without its padding it may as well be a word.
      const view = new DataView(decoded.buffer)
      for (let k = 0; k < 2; k++) column[to + 2 + k] = view.getUint32(k * 4, true)
      return true
    }
    this.#hash(column, to, words)
    const id = words === 4 ? formatTraceId(column, to / 4) : formatSpanId(column, to / 2)
    this.#originalIds.set(id, this.text())
    return true
  }

  /** Four independent words of the text's hash (FNV-1a, seeded by the word's index), the first forced to be odd: never zero. */
  #hash(column: Uint32Array, to: number, words: number): void {
    for (let k = 0; k < words; k++) {
      let h = 0x811c9dc5 ^ Math.imul(k + 1, 0x9e3779b1)
      for (let i = 0; i < this.textLength; i++) h = Math.imul(h ^ this.textBytes[this.textAt + i], 0x01000193)
      h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
      column[to + k] = (h ^ (h >>> 13)) >>> 0
    }
    column[to] |= 1
  }
}

const PADDING = 0x3d

/** Wrappers inside each other; no API nests them twice. */
const MOST_WRAPS = 4
