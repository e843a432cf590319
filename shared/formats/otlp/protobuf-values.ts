/**
 * OTLP's attributes in protobuf (KeyValue, AnyValue: opentelemetry/proto/common/v1; WIRE.md 6.8) as a table keeps them, in
 * whatever shape they come: the general form of what the loop of `decode-protobuf.ts` reads in place.
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
import type { RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { MessagePlace } from './message-place.ts'
import { cutBetweenElements, MOST_DEPTH, NestedValueCheck } from './nested-values.ts'
import { Predictions } from './predictions.ts'
import { ProtobufCursor } from './protobuf-cursor.ts'

export class ProtobufValueReader extends ProtobufCursor {
  protected readonly place = new MessagePlace()
  protected readonly predictions = new Predictions()
  protected table!: SpanTableBuilder
  readonly #nestedCheck = new NestedValueCheck()

  // The attribute read last.
  protected key = 0
  protected type: AttributeType = ATTRIBUTE_EMPTY
  protected valueLow = 0
  protected valueHigh = 0

  /** Starts reading a message into `table`. */
  protected begin(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.table = table
    this.predictions.attach(table)
    this.place.reset()
    this.open(bytes)
  }

  override path(field: string): string {
    return this.place.path(field)
  }

  /** Reads a KeyValue of any shape into `key`, `type` and the value's words; leaves the cursor at `end`. */
  protected readKeyValue(end: number, place: number): void {
    this.key = 0
    this.type = ATTRIBUTE_EMPTY
    this.valueLow = this.valueHigh = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) this.key = this.readText(end, 'key', this.predictions.keys, place)
      else if (tag === 18) this.#decodeAnyValue(this.delimited(end, 'value'), place)
      else this.skip(tag, end)
    }
  }

  #decodeAnyValue(end: number, place: number): void {
    const table = this.table
    const { bytes, view } = this
    while (this.at < end) {
      const tag = this.tag(end)
      switch (tag) {
        case 10: {
          const to = this.delimited(end, 'stringValue')
          const values = this.predictions.values
          let id = values[place]
          if (!table.entryEquals(id, bytes, view, this.at, to - this.at)) {
            id = table.internValue(bytes, view, this.at, to - this.at)
            if (table.dictionaryIsText[id] !== 0) values[place] = id
            else this.fault('invalid_utf8')
          }
          this.at = to
          this.#setValue(ATTRIBUTE_STRING, id, 0)
          break
        }
        case 16:
          this.varint(end, 'boolValue')
          this.#setValue(ATTRIBUTE_BOOL, (this.low | this.high) === 0 ? 0 : 1, 0)
          break
        case 24:
          this.varint(end, 'intValue')
          this.#setValue(ATTRIBUTE_INT, this.low, this.high)
          break
        case 33: {
          const at = this.fixed(8, end, 'doubleValue')
          this.#setValue(ATTRIBUTE_DOUBLE, view.getUint32(at, true), view.getUint32(at + 4, true))
          break
        }
        case 42:
          this.#decodeNested(ATTRIBUTE_ARRAY, this.delimited(end, 'arrayValue'))
          break
        case 50:
          this.#decodeNested(ATTRIBUTE_MAP, this.delimited(end, 'kvlistValue'))
          break
        case 58: {
          const to = this.delimited(end, 'bytesValue')
          const length = Math.min(to - this.at, table.limits.valueBytes)
          if (length < to - this.at) table.markCut()
          this.#setValue(ATTRIBUTE_BYTES, table.internBytes(bytes, view, this.at, length), 0)
          this.at = to
          break
        }
        default:
          this.skip(tag, end)
      }
    }
  }

  #setValue(type: AttributeType, low: number, high: number): void {
    this.type = type
    this.valueLow = low
    this.valueHigh = high
  }

  /** An array or map, checked and kept raw. One that comes twice is one whose elements follow each other. */
  #decodeNested(type: typeof ATTRIBUTE_ARRAY | typeof ATTRIBUTE_MAP, to: number): void {
    const table = this.table
    const { bytes, view, at } = this
    const fault = this.#nestedCheck.check(this, type === ATTRIBUTE_MAP, to, Math.min(table.limits.depth, MOST_DEPTH))
    if (fault !== undefined) {
      this.fault(fault)
      this.#setValue(type, 0, 0)
      return
    }
    const most = table.limits.valueBytes
    let before = this.type === type ? this.valueLow : 0
    let end = to
    if (to - at > most) {
      end = cutBetweenElements(this, at, to, most)
      table.markCut()
    }
    if (before === 0) before = table.internBytes(bytes, view, at, end - at)
    else if (table.dictionaryLength[before] + end - at > most) table.markCut()
    else {
      const joined = new Uint8Array(table.dictionaryLength[before] + end - at)
      joined.set(table.dictionary.bytes(before))
      joined.set(bytes.subarray(at, end), table.dictionaryLength[before])
      before = table.internBytes(joined, new DataView(joined.buffer), 0, joined.length)
    }
    this.#setValue(type, before, 0)
  }

  // ---- text ----

  /** Reads a string into the dictionary; `guesses[place]` is the id that it had last time. */
  protected readText(end: number, field: string, guesses: Uint32Array, place: number): number {
    const { table, bytes, view } = this
    const to = this.delimited(end, field)
    const length = to - this.at
    let id = guesses[place]
    if (!table.entryEquals(id, bytes, view, this.at, length)) {
      id = table.intern(bytes, view, this.at, length)
      if (table.dictionaryIsText[id] !== 0) guesses[place] = id
      else this.fault('invalid_utf8')
    }
    this.at = to
    return id
  }

  /** Refuses the span that is being read, or all spans of the resource or scope that is being read. */
  protected fault(reason: RejectReason): void {
    if (this.place.span >= 0) this.table.fault(reason)
    else this.place.fault ??= reason
  }
}
