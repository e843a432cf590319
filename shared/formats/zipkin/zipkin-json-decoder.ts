/**
 * Zipkin JSON as listeners take it (WIRE.md 5.5): an array of v1 or v2 spans straight into rows, without objects. Files,
 * with their other shapes of ids and of envelopes, are `decode-json.ts`'s.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
  doubleWords,
} from '#shared/spans/attribute-value.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { HEX_DIGIT, JsonCursor, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '#shared/formats/otlp/json-cursor.ts'
import { placeAfter, placesOf, POSITION_MASK, Predictions } from '#shared/formats/otlp/predictions.ts'
import { LastEndpoint } from './last-endpoint.ts'
import { ZipkinRow } from './zipkin-row.ts'

const KEYS = [
  'traceId',
  'id',
  'parentId',
  'name',
  'kind',
  'timestamp',
  'duration',
  'debug',
  'localEndpoint',
  'remoteEndpoint',
  'annotations',
  'binaryAnnotations',
  'tags',
  'serviceName',
  'ipv4',
  'ipv6',
  'port',
  'value',
  'key',
  'endpoint',
] as const
// Their numbers, from 1 in their order; 0 is none of these.
const KEY_TRACE_ID = 1
const KEY_ID = 2
const KEY_PARENT_ID = 3
const KEY_NAME = 4
const KEY_KIND = 5
const KEY_TIMESTAMP = 6
const KEY_DURATION = 7
const KEY_DEBUG = 8
const KEY_LOCAL_ENDPOINT = 9
const KEY_REMOTE_ENDPOINT = 10
const KEY_ANNOTATIONS = 11
const KEY_BINARY_ANNOTATIONS = 12
const KEY_TAGS = 13
const KEY_SERVICE_NAME = 14
const KEY_IPV4 = 15
const KEY_IPV6 = 16
const KEY_PORT = 17
const KEY_VALUE = 18
const KEY_KEY = 19
const KEY_ENDPOINT = 20

/** By length, first and last letter, which no two keys share. */
const NUMBER_BY_LOOKS = new Map(
  KEYS.map((key, i) => [looks(key.length, key.charCodeAt(0), key.charCodeAt(key.length - 1)), i + 1]),
)
/** By number: the bytes with the closing quote. */
const QUOTED = [new Uint8Array(0), ...KEYS.map(key => encodeText(`${key}"`))]

function looks(length: number, first: number, last: number): number {
  return (length << 16) | (first << 8) | last
}

const KINDS: ReadonlyMap<string, number> = new Map([
  ['SERVER', 2],
  ['CLIENT', 3],
  ['PRODUCER', 4],
  ['CONSUMER', 5],
])

/** Places of predictions: services and addresses, and the values of annotations. */
const TEXT_LOCAL = 0
const TEXT_REMOTE = 1
const TEXT_ANNOTATION = 2
/** Spans begin with their trace's id; predictions of values go by the name, when it has come by then. */
const NO_NAME_PLACES = placesOf(3)

/** A decoder to keep: one a thread, for any number of messages and tables, one after the other. About 70 KiB. */
export class ZipkinJsonDecoder extends JsonCursor {
  readonly #row = new ZipkinRow()
  readonly #predictions = new Predictions()
  readonly #addresses = new Uint32Array(3)
  /** By TEXT_LOCAL and TEXT_REMOTE. */
  readonly #lastEndpoints = [new LastEndpoint(), new LastEndpoint()]
  #table!: SpanTableBuilder
  #span = -1
  #lastName = 0

  // The value read last.
  #type: AttributeType = ATTRIBUTE_EMPTY
  #low = 0
  #high = 0
  /** What an endpoint was read into, and that it stood there. */
  #endpoint = 0

  /**
   * Appends the spans of a JSON array, of v1 or v2. Spans with an id that is none or zero, with text that is not UTF-8 or
   * with a time outside 1970 … 2554 are not kept (`RejectReason`). Throws DecodeError when the bytes are no such array, and
   * passes TableFullError on; in both cases rows may have been added, and the caller rolls back to its mark.
   */
  decode(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.open(bytes)
    if (this.#table !== table) this.#addresses.fill(0)
    this.#table = table
    this.#predictions.attach(table)
    this.#row.attach(table)
    for (const last of this.#lastEndpoints) last.forget()
    this.#span = -1
    try {
      if (this.enter(OPEN_ARRAY, '')) {
        do {
          this.#span++
          this.#readSpan()
        } while (this.more(OPEN_ARRAY, ''))
      }
      this.#span = -1
      if (this.space() !== 0 || this.at < this.end) this.unexpected('the end')
    } finally {
      this.close()
    }
  }

  override path(field: string): string {
    const span = this.#span < 0 ? '' : `[${this.#span}]`
    return field === '' ? span : span === '' ? field : `${span}.${field}`
  }

  /** Which key followed a key last time. */
  readonly #following = new Uint8Array(KEYS.length + 1)
  #lastKey = 0

  /** Reads a key and its colon; its number, 0 for one that means nothing here. */
  #key(): number {
    const { bytes } = this
    if (this.space() !== QUOTE) this.unexpected('a key in quotes')
    let key = this.#following[this.#lastKey]
    const from = this.at + 1
    if (key !== 0 && this.#stands(key, bytes, from)) this.at = from + QUOTED[key].length
    else {
      this.string('a key')
      const { textBytes, textAt, textLength } = this
      key = NUMBER_BY_LOOKS.get(looks(textLength, textBytes[textAt], textBytes[textAt + textLength - 1])) ?? 0
      if (key !== 0 && (textBytes !== bytes || !this.#stands(key, bytes, textAt))) key = 0
      this.#following[this.#lastKey] = key
    }
    this.#lastKey = key
    this.#colon()
    return key
  }

  #stands(key: number, bytes: Uint8Array, at: number): boolean {
    const wanted = QUOTED[key]
    for (let i = 0; i < wanted.length; i++) if (wanted[i] !== bytes[at + i]) return false
    return true
  }

  #colon(): void {
    if (this.bytes[this.at] !== 58 && this.space() !== 58) this.unexpected('":"')
    this.at++
  }

  #readSpan(): void {
    const row = this.#row
    if (this.space() !== OPEN_OBJECT) this.unexpected('a span')
    const at = row.begin()
    const table = this.#table
    let places = NO_NAME_PLACES
    if (this.enter(OPEN_OBJECT, '')) {
      do {
        switch (this.#key()) {
          case KEY_TRACE_ID:
            if (!this.#readId(table.traceId, at * 4, 4, 'traceId')) table.fault('invalid_trace_id')
            break
          case KEY_ID:
            if (!this.#readId(table.spanId, at * 2, 2, 'id')) table.fault('invalid_span_id')
            break
          case KEY_PARENT_ID:
            if (!this.#readId(table.parentSpanId, at * 2, 2, 'parentId')) table.fault('invalid_span_id')
            break
          case KEY_NAME:
            if (this.isNull('name')) break
            row.name = this.#readText('name', this.#predictions.names, placeAfter(this.#lastName))
            this.#lastName = row.name
            places = placesOf(row.name)
            break
          case KEY_KIND:
            row.kind = this.#readKind()
            break
          case KEY_TIMESTAMP:
            row.hasTimestamp = !this.isNull('timestamp')
            if (!row.hasTimestamp) break
            this.integer('timestamp', true)
            row.timestampLow = this.low
            row.timestampHigh = this.high
            break
          case KEY_DURATION:
            row.hasDuration = !this.isNull('duration')
            if (!row.hasDuration) break
            this.integer('duration', true)
            row.durationLow = this.low
            row.durationHigh = this.high
            break
          case KEY_DEBUG:
            row.debug = this.bool('debug')
            break
          case KEY_LOCAL_ENDPOINT:
            row.local = this.#readEndpoint('localEndpoint', TEXT_LOCAL)
            break
          case KEY_REMOTE_ENDPOINT:
            row.remote = this.#readEndpoint('remoteEndpoint', TEXT_REMOTE)
            break
          case KEY_ANNOTATIONS:
            this.#readAnnotations()
            break
          case KEY_BINARY_ANNOTATIONS:
            row.isV1 = true
            this.#readBinaryAnnotations(places)
            break
          case KEY_TAGS:
            this.#readTags(places)
            break
          default:
            this.skip()
        }
      } while (this.more(OPEN_OBJECT, ''))
    }
    row.end()
  }

  /** Reads an id of 1 … 32 hex digits, of which the last ones count; null and empty are none. False for another text. */
  #readId(column: Uint32Array, to: number, words: number, field: string): boolean {
    for (let k = 0; k < words; k++) column[to + k] = 0
    if (this.isNull(field)) return true
    this.string(field)
    const { textBytes, textAt, textLength } = this
    if (textLength > 32) return false
    const digits = words * 8
    for (let i = 0; i < textLength; i++) {
      const value = HEX_DIGIT[textBytes[textAt + i]]
      if (value > 15) return false
      const digit = digits - textLength + i
      if (digit >= 0) column[to + (digit >> 3)] |= value << (((digit >> 1) & 3) * 8 + (digit & 1 ? 0 : 4))
    }
    return true
  }

  #readKind(): number {
    if (this.isNull('kind')) return 0
    this.string('kind')
    const { textBytes, textAt, textLength } = this
    if (textLength === 0) return 0
    // The words of two kinds begin with C.
    const first = textBytes[textAt]
    const kind = first === 83 ? 2 : first === 80 ? 4 : textLength === 6 ? 3 : 5
    const text = this.text()
    if (KINDS.get(text) === kind) return kind
    const known = KINDS.get(text.toUpperCase())
    if (known === undefined)
      this.fail(`${JSON.stringify(text.slice(0, 40))}; expected CLIENT, SERVER, PRODUCER or CONSUMER`, 'kind')
    return known
  }

  #readEndpoint(field: string, place: number): number {
    this.space()
    const from = this.at
    const last = this.#lastEndpoints[place]
    if (last.stands(this.bytes, this.view, from)) {
      this.at = from + last.length
      return this.#row.endpoint(last.service, last.ip, last.port)
    }
    let service = 0
    let v4 = 0
    let v6 = 0
    let port = 0
    if (this.enter(OPEN_OBJECT, field)) {
      do {
        switch (this.#key()) {
          case KEY_SERVICE_NAME:
            if (this.isNull('serviceName')) break
            service = this.#readText('serviceName', this.#predictions.texts, place)
            break
          case KEY_IPV4:
            if (this.isNull('ipv4')) break
            v4 = this.#readText('ipv4', this.#addresses, place)
            break
          case KEY_IPV6:
            if (this.isNull('ipv6')) break
            this.string('ipv6')
            v6 = this.#table.intern(this.textBytes, this.textView, this.textAt, this.textLength)
            break
          case KEY_PORT:
            if (this.isNull('port')) break
            this.integer('port', true)
            port = this.high === 0 ? this.low : 0
            break
          default:
            this.skip()
        }
      } while (this.more(OPEN_OBJECT, field))
    }
    const ip = v4 === 0 ? v6 : v4
    const { dictionaryIsText } = this.#table
    // What is no text is told of again for each span.
    const isText = dictionaryIsText[service] !== 0 && dictionaryIsText[v4] !== 0 && dictionaryIsText[v6] !== 0
    if (isText && this.bytes[from] === OPEN_OBJECT) last.keep(from, this.at - from, service, ip, port)
    return this.#row.endpoint(service, ip, port)
  }

  #readAnnotations(): void {
    if (!this.enter(OPEN_ARRAY, 'annotations')) return
    do {
      let low = 0
      let high = 0
      let value = 0
      this.#endpoint = 0
      if (this.enter(OPEN_OBJECT, 'annotations')) {
        do {
          switch (this.#key()) {
            case KEY_TIMESTAMP:
              this.integer('annotations.timestamp', true)
              low = this.low
              high = this.high
              break
            case KEY_VALUE:
              if (this.isNull('annotations.value')) break
              value = this.#readLongText('annotations.value', this.#predictions.texts, TEXT_ANNOTATION)
              break
            case KEY_ENDPOINT:
              this.#row.isV1 = true
              this.#endpoint = this.#readEndpoint('annotations.endpoint', TEXT_LOCAL)
              break
            default:
              this.skip()
          }
        } while (this.more(OPEN_OBJECT, 'annotations'))
      }
      this.#row.annotation(low, high, value, this.#endpoint)
    } while (this.more(OPEN_ARRAY, 'annotations'))
  }

  #readBinaryAnnotations(places: number): void {
    if (!this.enter(OPEN_ARRAY, 'binaryAnnotations')) return
    let position = 0
    do {
      const place = places | (position++ & POSITION_MASK)
      let key = 0
      this.#type = ATTRIBUTE_EMPTY
      this.#low = this.#high = 0
      this.#endpoint = 0
      if (this.enter(OPEN_OBJECT, 'binaryAnnotations')) {
        do {
          switch (this.#key()) {
            case KEY_KEY:
              key = this.#readText('binaryAnnotations.key', this.#predictions.keys, place)
              break
            case KEY_VALUE:
              this.#readValue(place)
              break
            case KEY_ENDPOINT:
              this.#endpoint = this.#readEndpoint('binaryAnnotations.endpoint', TEXT_REMOTE)
              break
            default:
              this.skip()
          }
        } while (this.more(OPEN_OBJECT, 'binaryAnnotations'))
      }
      this.#row.tag(key, this.#type, this.#low, this.#high, this.#endpoint)
    } while (this.more(OPEN_ARRAY, 'binaryAnnotations'))
  }

  #readTags(places: number): void {
    if (!this.enter(OPEN_OBJECT, 'tags')) return
    let position = 0
    do {
      const place = places | (position++ & POSITION_MASK)
      if (this.space() !== QUOTE) this.unexpected('a key in quotes', 'tags')
      const key = this.#readText('tags', this.#predictions.keys, place)
      this.#colon()
      this.#readValue(place)
      this.#row.tag(key, this.#type, this.#low, this.#high)
    } while (this.more(OPEN_OBJECT, 'tags'))
  }

  /** Zipkin's tags are text; other values are taken as what JSON says they are, arrays and objects as their text. */
  #readValue(place: number): void {
    const byte = this.space()
    this.#high = 0
    if (byte === QUOTE) {
      this.#type = ATTRIBUTE_STRING
      this.#low = this.#readLongText('tags', this.#predictions.values, place)
    } else if (byte === 116 || byte === 102) {
      this.#type = ATTRIBUTE_BOOL
      this.#low = this.bool('tags') ? 1 : 0
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      const from = this.at
      this.skip()
      this.#type = ATTRIBUTE_STRING
      this.#low = this.#table.internValue(this.bytes, this.view, from, this.at - from)
    } else if (this.isNull('tags')) {
      this.#type = ATTRIBUTE_EMPTY
      this.#low = 0
    } else {
      const value = this.double('tags')
      if (Number.isSafeInteger(value)) {
        this.#type = ATTRIBUTE_INT
        this.#low = value >>> 0
        this.#high = Math.floor(value / 4_294_967_296) >>> 0
      } else {
        this.#type = ATTRIBUTE_DOUBLE
        const words = doubleWords(value)
        this.#low = words[0]
        this.#high = words[1]
      }
    }
  }

  /**
   * Reads a string as a dictionary id; `guesses[place]` is the one that it had last time, which is tried where it stands. A guess had no
   * escapes, so that its bytes and a quote behind them can be nothing else.
   */
  #readText(field: string, guesses: Uint32Array, place: number): number {
    if (this.#guessed(guesses[place])) return guesses[place]
    this.string(field)
    const { textBytes, textView, textAt, textLength } = this
    const id = this.#table.intern(textBytes, textView, textAt, textLength)
    this.#keep(guesses, place, id)
    return id
  }

  /** As `#readText`, of a value: longer than the limit is cut. */
  #readLongText(field: string, guesses: Uint32Array, place: number): number {
    if (this.#guessed(guesses[place])) return guesses[place]
    this.string(field)
    const { textBytes, textView, textAt, textLength } = this
    const id = this.#table.internValue(textBytes, textView, textAt, textLength)
    this.#keep(guesses, place, id)
    return id
  }

  /** Moves over the string that stands here when it is the one of this id. */
  #guessed(id: number): boolean {
    if (id === 0 || this.space() !== QUOTE) return false
    const { bytes, at } = this
    const length = this.#table.dictionaryLength[id]
    if (bytes[at + 1 + length] !== QUOTE) return false
    if (!this.#table.entryEquals(id, bytes, this.view, at + 1, length)) return false
    this.at = at + length + 2
    return true
  }

  #keep(guesses: Uint32Array, place: number, id: number): void {
    if (this.textBytes === this.bytes && this.#table.dictionaryIsText[id] !== 0) guesses[place] = id
  }
}
