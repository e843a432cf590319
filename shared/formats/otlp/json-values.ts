/**
 * OTLP JSON's attributes as a table keeps them: {"key": …, "value": {"stringValue": …}} to a key id, a type and two words. Arrays and
 * maps are written as the protobuf that the dictionary holds.
 */
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  ATTRIBUTE_MAP,
  ATTRIBUTE_STRING,
  type AttributeType,
} from '#shared/spans/attribute-value.ts'
import { encodeText, isUtf8 } from '#shared/spans/dictionary.ts'
import type { RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { CLOSE_OBJECT, HEX_DIGIT, JsonCursor, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-cursor.ts'
import {
  KEY_ARRAY_VALUE,
  KEY_BOOL_VALUE,
  KEY_BYTES_VALUE,
  KEY_DOUBLE_VALUE,
  KEY_INT_VALUE,
  KEY_KEY,
  KEY_KVLIST_VALUE,
  KEY_ONEOF,
  KEY_STRING_VALUE,
  KEY_VALUE,
  KEY_VALUES,
} from './json-keys.ts'
import { MessagePlace } from './message-place.ts'
import { cutBetweenElements, MOST_DEPTH } from './nested-values.ts'
import { Predictions } from './predictions.ts'
import { ProtobufCursor } from './protobuf-cursor.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

const BASE64_DIGIT = new Uint8Array(256).fill(255)
for (let i = 0; i < 64; i++) {
  BASE64_DIGIT['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i)] = i
}
BASE64_DIGIT['-'.charCodeAt(0)] = 62
BASE64_DIGIT['_'.charCodeAt(0)] = 63

/** Four characters as a word in memory. */
function word(characters: string): number {
  return new DataView(encodeText(characters).buffer).getInt32(0, true)
}

const WORD_KE = word('{"ke')
const WORD_Y = word('y":"')
const WORD_VA = word(',"va')
const WORD_LUE = word('lue"')
const WORD_QUOTE_BRACE = word('":{"')
const WORD_STRI = word('stri')
const WORD_NGVA = word('ngVa')
const WORD_INTV = word('intV')
const WORD_ALUE = word('alue')
const COLON = 58
/** Bytes of the shortest attribute of the common shape, and of what follows its key: words are read within these. */
const SHORTEST_SHAPE = '{"key":"","value":{"intValue":0}}'.length
const SHORTEST_VALUE = ',"value":{"intValue":0}}'.length

export class JsonValueReader extends JsonCursor {
  /** Only entries learnt from strings without escapes: what stands in the text is what stands in the dictionary. */
  readonly predictions = new Predictions()
  protected readonly place = new MessagePlace()
  protected table!: SpanTableBuilder
  readonly #nested = new ProtobufWriter()
  readonly #nestedCursor = new ProtobufCursor()
  readonly #double = new Float64Array(1)
  readonly #doubleWords = new Uint32Array(this.#double.buffer)

  /** The attribute read last. */
  protected attributeKey = 0
  protected type: AttributeType = ATTRIBUTE_EMPTY
  protected valueLow = 0
  protected valueHigh = 0

  override path(field: string): string {
    return this.place.path(field)
  }

  /** Refuses the span that is being read, or all spans of the resource or scope that is being read. */
  protected fault(reason: RejectReason): void {
    if (this.place.span >= 0) this.table.fault(reason)
    else this.place.fault ??= reason
  }

  /** Reads a string into the dictionary; null is the empty string. `guesses[place]` is the id that it had last time. */
  protected internString(field: string, guesses: Uint32Array, place: number): number {
    const { table, bytes } = this
    if (this.space() === QUOTE) {
      const guess = guesses[place]
      const at = this.at + 1
      const length = table.dictionaryLength[guess]
      if (
        at + length < this.end &&
        bytes[at + length] === QUOTE &&
        table.entryEquals(guess, bytes, this.view, at, length)
      ) {
        this.at = at + length + 1
        return guess
      }
    } else if (this.isNull(field)) return 0
    this.string(field)
    const id = table.intern(this.textBytes, this.textView, this.textAt, this.textLength)
    if (this.isPlain(id)) guesses[place] = id
    else if (table.dictionaryIsText[id] === 0) this.fault('invalid_utf8')
    return id
  }

  /** True when the string read last may be predicted by this entry. */
  protected isPlain(id: number): boolean {
    return this.textBytes === this.bytes && this.table.dictionaryIsText[id] !== 0
  }

  /** Reads a KeyValue object into `attributeKey`, `type` and the value's words. */
  protected readKeyValue(place: number): void {
    this.space()
    const from = this.at
    if (this.#readCommonShape(place)) return
    this.at = from
    this.attributeKey = 0
    this.#set(ATTRIBUTE_EMPTY, 0, 0)
    if (this.enter(OPEN_OBJECT, '')) this.#readFields(place)
  }

  #readFields(place: number): void {
    const { keys } = this.predictions
    do {
      switch (this.key()) {
        case KEY_KEY:
          this.attributeKey = this.internString('key', keys, place)
          break
        case KEY_VALUE:
          this.#readAnyValue(place)
          break
        default:
          this.skip()
      }
    } while (this.more(OPEN_OBJECT, ''))
  }

  /**
   * Reads what SDKs write, `{"key":"…","value":{"stringValue":"…"}}` or the same with `intValue`, without any white
   * space, by whole words. False for anything else, wherever the cursor then stands; no value was read then.
   */
  #readCommonShape(place: number): boolean {
    const { bytes, view } = this
    let { at } = this
    if (
      this.end - at < SHORTEST_SHAPE ||
      view.getInt32(at, true) !== WORD_KE ||
      view.getInt32(at + 4, true) !== WORD_Y
    ) {
      return false
    }
    this.at = at + 7
    this.attributeKey = this.internString('key', this.predictions.keys, place)
    at = this.at
    if (
      this.end - at < SHORTEST_VALUE ||
      view.getInt32(at, true) !== WORD_VA ||
      view.getInt32(at + 4, true) !== WORD_LUE ||
      view.getInt32(at + 7, true) !== WORD_QUOTE_BRACE
    ) {
      return false
    }
    at += 11
    const word = view.getInt32(at, true)
    if (word === WORD_STRI) {
      if (view.getInt32(at + 4, true) !== WORD_NGVA || view.getInt32(at + 8, true) !== WORD_LUE) return false
      if (bytes[at + 12] !== COLON) return false
      this.at = at + 13
      this.#set(ATTRIBUTE_STRING, this.#readString(place), 0)
    } else if (word === WORD_INTV) {
      if (view.getInt32(at + 4, true) !== WORD_ALUE || bytes[at + 8] !== QUOTE || bytes[at + 9] !== COLON) return false
      this.at = at + 10
      this.integer('value.intValue', true)
      this.#set(ATTRIBUTE_INT, this.low, this.high)
    } else return false
    if (bytes[this.at] === CLOSE_OBJECT && bytes[this.at + 1] === CLOSE_OBJECT) this.at += 2
    else {
      // White space after all, or another key.
      if (this.more(OPEN_OBJECT, 'value')) this.#readValueFields(place)
      if (this.more(OPEN_OBJECT, '')) this.#readFields(place)
    }
    return true
  }

  #set(type: AttributeType, low: number, high: number): void {
    this.type = type
    this.valueLow = low
    this.valueHigh = high
  }

  #readAnyValue(place: number): void {
    if (this.enter(OPEN_OBJECT, 'value')) this.#readValueFields(place)
  }

  #readValueFields(place: number): void {
    const { table } = this
    do {
      switch (this.key()) {
        case KEY_STRING_VALUE:
          this.#set(ATTRIBUTE_STRING, this.#readString(place), 0)
          break
        case KEY_INT_VALUE:
          this.integer('value.intValue', true)
          this.#set(ATTRIBUTE_INT, this.low, this.high)
          break
        case KEY_BOOL_VALUE:
          this.#set(ATTRIBUTE_BOOL, this.bool('value.boolValue') ? 1 : 0, 0)
          break
        case KEY_DOUBLE_VALUE:
          this.#double[0] = this.double('value.doubleValue')
          this.#set(ATTRIBUTE_DOUBLE, this.#doubleWords[0], this.#doubleWords[1])
          break
        case KEY_BYTES_VALUE: {
          const bytes = this.#base64('value.bytesValue')
          const length = Math.min(bytes.length, table.limits.valueBytes)
          if (length < bytes.length) table.markCut()
          this.#set(ATTRIBUTE_BYTES, table.internBytes(bytes, viewOf(bytes), 0, length), 0)
          break
        }
        case KEY_ARRAY_VALUE:
          this.#readNested(ATTRIBUTE_ARRAY)
          break
        case KEY_KVLIST_VALUE:
          this.#readNested(ATTRIBUTE_MAP)
          break
        case KEY_ONEOF:
          this.#readAnyValue(place)
          break
        default:
          this.skip()
      }
    } while (this.more(OPEN_OBJECT, 'value'))
  }

  #readString(place: number): number {
    const { table, bytes } = this
    const { values } = this.predictions
    const guess = values[place]
    if (this.space() === QUOTE) {
      const at = this.at + 1
      const length = table.dictionaryLength[guess]
      if (
        at + length < this.end &&
        bytes[at + length] === QUOTE &&
        table.entryEquals(guess, bytes, this.view, at, length)
      ) {
        this.at = at + length + 1
        return guess
      }
    } else if (this.isNull('value.stringValue')) return 0
    this.string('value.stringValue')
    const id = table.internValue(this.textBytes, this.textView, this.textAt, this.textLength)
    if (this.isPlain(id)) values[place] = id
    else if (table.dictionaryIsText[id] === 0) this.fault('invalid_utf8')
    return id
  }

  /** Reads base64 of either alphabet, padded or not, into memory of its own. */
  #base64(field: string): Uint8Array {
    if (this.isNull(field)) return new Uint8Array(0)
    const from = this.at
    this.string(field)
    const decoded = decodeBase64(this.textBytes, this.textAt, this.textLength)
    if (decoded === undefined) this.fail('seen other characters than those of base64', field, from)
    return decoded
  }

  // ---- ids ----

  /**
   * Reads an id of `words` words to `row`. What is not hex of that length becomes zero, which `endSpan` refuses; null
   * and the empty string are zero as well, but true: they are no id and not a wrong one.
   */
  protected readId(column: Uint32Array, row: number, words: number, field: string): boolean {
    const to = row * words
    const digits = words * 8
    const { bytes } = this
    const first = this.space()
    const from = this.at
    if (first === QUOTE && bytes[from + digits + 1] === QUOTE) {
      let bad = 0
      for (let k = 0, at = from + 1; k < words; k++, at += 8) {
        const a = HEX_DIGIT[bytes[at]]
        const b = HEX_DIGIT[bytes[at + 1]]
        const c = HEX_DIGIT[bytes[at + 2]]
        const d = HEX_DIGIT[bytes[at + 3]]
        const e = HEX_DIGIT[bytes[at + 4]]
        const f = HEX_DIGIT[bytes[at + 5]]
        const g = HEX_DIGIT[bytes[at + 6]]
        const h = HEX_DIGIT[bytes[at + 7]]
        bad |= a | b | c | d | e | f | g | h
        column[to + k] = (a << 4) | b | (c << 12) | (d << 8) | (e << 20) | (f << 16) | (g << 28) | (h << 24)
      }
      if (bad <= 15) {
        this.at = from + digits + 2
        return true
      }
    }
    for (let k = 0; k < words; k++) column[to + k] = 0
    if (this.isNull(field)) return true
    this.string(field)
    if (this.textLength === 0) return true
    return this.readTextId(column, to, words)
  }

  /** Reads an id from the string read last, whatever its form, to column words that are zero; false when it is none. */
  protected readTextId(column: Uint32Array, to: number, words: number): boolean {
    const { textBytes, textAt } = this
    if (this.textLength !== words * 8) return false
    for (let i = 0; i < this.textLength; i++) if (HEX_DIGIT[textBytes[textAt + i]] > 15) return false
    for (let i = 0; i < this.textLength; i++) {
      const shift = ((i >> 1) & 3) * 8 + (i & 1 ? 0 : 4)
      column[to + (i >> 3)] |= HEX_DIGIT[textBytes[textAt + i]] << shift
    }
    return true
  }

  // ---- arrays and maps ----

  #readNested(type: typeof ATTRIBUTE_ARRAY | typeof ATTRIBUTE_MAP): void {
    const { table } = this
    const writer = this.#nested
    writer.length = 0
    this.#writeNested(type, Math.min(table.limits.depth, MOST_DEPTH))
    let { length } = writer
    if (length > table.limits.valueBytes) {
      this.#nestedCursor.open(writer.memory)
      length = cutBetweenElements(this.#nestedCursor, 0, length, table.limits.valueBytes)
      this.#nestedCursor.close()
      table.markCut()
    }
    this.#set(type, table.internBytes(writer.memory, writer.view, 0, length), 0)
  }

  /** Writes the content of an ArrayValue or KeyValueList. Calls itself at most `depth` times deep. */
  #writeNested(type: typeof ATTRIBUTE_ARRAY | typeof ATTRIBUTE_MAP, depth: number): void {
    if (depth < 1) {
      this.fault('nesting_too_deep')
      this.skip()
      return
    }
    const field = type === ATTRIBUTE_ARRAY ? 'arrayValue' : 'kvlistValue'
    if (!this.enter(OPEN_OBJECT, field)) return
    const writer = this.#nested
    do {
      if (this.key() !== KEY_VALUES) this.skip()
      else if (this.enter(OPEN_ARRAY, field)) {
        do {
          const begun = writer.begin(10)
          if (type === ATTRIBUTE_ARRAY) this.#writeAnyValue(depth)
          else this.#writeKeyValue(depth)
          writer.end(begun)
        } while (this.more(OPEN_ARRAY, field))
      }
    } while (this.more(OPEN_OBJECT, field))
  }

  #writeKeyValue(depth: number): void {
    if (!this.enter(OPEN_OBJECT, 'kvlistValue')) return
    const writer = this.#nested
    do {
      const key = this.key()
      if (key === KEY_KEY) this.#writeString('key', 10)
      else if (key === KEY_VALUE) {
        const begun = writer.begin(18)
        this.#writeAnyValue(depth)
        writer.end(begun)
      } else this.skip()
    } while (this.more(OPEN_OBJECT, 'kvlistValue'))
  }

  #writeAnyValue(depth: number): void {
    if (!this.enter(OPEN_OBJECT, 'value')) return
    const writer = this.#nested
    do {
      switch (this.key()) {
        case KEY_STRING_VALUE:
          this.#writeString('stringValue', 10)
          break
        case KEY_BOOL_VALUE:
          writer.uint32(16)
          writer.uint32(this.bool('boolValue') ? 1 : 0)
          break
        case KEY_INT_VALUE:
          this.integer('intValue', true)
          writer.uint32(24)
          writer.uint64(this.low, this.high)
          break
        case KEY_DOUBLE_VALUE:
          this.#double[0] = this.double('doubleValue')
          writer.uint32(33)
          writer.fixed32(this.#doubleWords[0])
          writer.fixed32(this.#doubleWords[1])
          break
        case KEY_BYTES_VALUE:
          writer.field(58, this.#base64('bytesValue'))
          break
        case KEY_ONEOF:
          this.#writeAnyValue(depth)
          break
        case KEY_ARRAY_VALUE: {
          const begun = writer.begin(42)
          this.#writeNested(ATTRIBUTE_ARRAY, depth - 1)
          writer.end(begun)
          break
        }
        case KEY_KVLIST_VALUE: {
          const begun = writer.begin(50)
          this.#writeNested(ATTRIBUTE_MAP, depth - 1)
          writer.end(begun)
          break
        }
        default:
          this.skip()
      }
    } while (this.more(OPEN_OBJECT, 'value'))
  }

  #writeString(field: string, tag: number): void {
    if (this.isNull(field)) return
    this.string(field)
    const to = this.textAt + this.textLength
    if (!isUtf8(this.textBytes, this.textAt, to)) this.fault('invalid_utf8')
    this.#nested.field(tag, this.textBytes.subarray(this.textAt, to))
  }
}

/** Base64 of `length` bytes at `at`, either alphabet, padded or not; undefined for anything else. */
export function decodeBase64(bytes: Uint8Array, at: number, length: number): Uint8Array | undefined {
  let end = at + length
  for (let padding = 0; padding < 2 && end > at && bytes[end - 1] === 61; padding++) end--
  const digits = end - at
  if (digits % 4 === 1) return undefined
  const decoded = new Uint8Array(Math.floor((digits * 3) / 4))
  let to = 0
  let held = 0
  let bits = 0
  for (let i = at; i < end; i++) {
    const digit = BASE64_DIGIT[bytes[i]]
    if (digit > 63) return undefined
    held = ((held << 6) | digit) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      decoded[to++] = (held >>> bits) & 255
    }
  }
  return decoded
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
