/** zipkin.proto3 (WIRE.md 6.4) -> rows: the ListOfSpans that `/api/v2/spans` takes. */
import { ATTRIBUTE_STRING } from '#shared/spans/attribute-value.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { placeAfter, placesOf, POSITION_MASK, Predictions } from '#shared/formats/otlp/predictions.ts'
import { ProtobufCursor } from '#shared/formats/otlp/protobuf-cursor.ts'
import { ipv4Text, ipv6Text } from './addresses.ts'
import { ZipkinRow } from './zipkin-row.ts'

/** Of Zipkin's numbers: unspecified, client, server, producer, consumer. */
const KINDS = Uint8Array.of(0, 3, 2, 4, 5)

const TEXT_LOCAL = 0
const TEXT_REMOTE = 1
const TEXT_ANNOTATION = 2

/** A decoder to keep: one a thread, for any number of messages and tables, one after the other. About 70 KiB. */
export class ZipkinProtobufDecoder extends ProtobufCursor {
  readonly #row = new ZipkinRow()
  readonly #predictions = new Predictions()
  #table!: SpanTableBuilder
  #span = -1
  #lastName = 0
  #badId = false

  /**
   * Appends the spans of a ListOfSpans. Spans with an id of zero or of a wrong length, with text that is not UTF-8 or with
   * a time outside 1970 … 2554 are not kept (`RejectReason`). Throws DecodeError when the bytes are no such message, and
   * passes TableFullError on; in both cases rows may have been added, and the caller rolls back to its mark.
   */
  decode(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.open(bytes)
    this.#table = table
    this.#predictions.attach(table)
    this.#row.attach(table)
    this.#span = -1
    try {
      const end = bytes.length
      while (this.at < end) {
        const tag = this.tag(end)
        if (tag === 10) {
          this.#span++
          this.#readSpan(this.delimited(end))
        } else this.skip(tag, end)
      }
    } finally {
      this.close()
    }
  }

  override path(field: string): string {
    const span = this.#span < 0 ? '' : `spans[${this.#span}]`
    return field === '' ? span : span === '' ? field : `${span}.${field}`
  }

  #readSpan(end: number): void {
    const table = this.#table
    const row = this.#row
    const at = row.begin()
    let places = 0
    let position = 0
    while (this.at < end) {
      const tag = this.tag(end)
      switch (tag) {
        case 10:
          this.#readTraceId(end, table.traceId, at * 4)
          break
        case 18:
          this.#readId(end, table.parentSpanId, at * 2, 2, 'parentId')
          if (this.#badId) table.fault('invalid_span_id')
          break
        case 26:
          this.#readId(end, table.spanId, at * 2, 2, 'id')
          break
        case 32:
          this.varint(end, 'kind')
          row.kind = this.high === 0 && this.low < KINDS.length ? KINDS[this.low] : 0
          break
        case 42:
          row.name = this.#readText(end, 'name', this.#predictions.names, placeAfter(this.#lastName))
          this.#lastName = row.name
          places = placesOf(row.name)
          break
        case 49: {
          const from = this.fixed(8, end, 'timestamp')
          row.hasTimestamp = true
          row.timestampLow = this.view.getUint32(from, true)
          row.timestampHigh = this.view.getUint32(from + 4, true)
          break
        }
        case 56:
          this.varint(end, 'duration')
          row.hasDuration = true
          row.durationLow = this.low
          row.durationHigh = this.high
          break
        case 66:
          row.local = this.#readEndpoint(this.delimited(end, 'localEndpoint'), TEXT_LOCAL)
          break
        case 74:
          row.remote = this.#readEndpoint(this.delimited(end, 'remoteEndpoint'), TEXT_REMOTE)
          break
        case 82:
          this.#readAnnotation(this.delimited(end, 'annotations'))
          break
        case 90:
          this.#readTag(this.delimited(end, 'tags'), places | (position++ & POSITION_MASK))
          break
        case 96:
          this.varint(end, 'debug')
          row.debug = (this.low | this.high) !== 0
          break
        default:
          this.skip(tag, end)
      }
    }
    row.end()
  }

  /** Reads a trace id of 16 bytes, or of 8, which are its low half. Any other length counts as zero. */
  #readTraceId(end: number, column: Uint32Array, to: number): void {
    if (this.bytes[this.at] !== 8) {
      this.#readId(end, column, to, 4, 'traceId')
      return
    }
    column[to] = column[to + 1] = 0
    this.#readId(end, column, to + 2, 2, 'traceId')
  }

  #readId(end: number, column: Uint32Array, to: number, words: number, field: string): void {
    const after = this.delimited(end, field)
    const right = after - this.at === words * 4
    this.#badId = !right && after !== this.at
    for (let k = 0; k < words; k++) column[to + k] = right ? this.view.getUint32(this.at + k * 4, true) : 0
    this.at = after
  }

  #readEndpoint(end: number, place: number): number {
    const table = this.#table
    let service = 0
    let v4 = 0
    let v6 = 0
    let port = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) service = this.#readText(end, 'serviceName', this.#predictions.texts, place)
      else if (tag === 18) {
        const to = this.delimited(end, 'ipv4')
        if (to - this.at === 4) v4 = table.internText(ipv4Text(this.view.getUint32(this.at)))
        this.at = to
      } else if (tag === 26) {
        const to = this.delimited(end, 'ipv6')
        if (to - this.at === 16) v6 = table.internText(ipv6Text(this.view, this.at))
        this.at = to
      } else if (tag === 32) {
        this.varint(end, 'port')
        port = this.high === 0 && this.low < 65_536 ? this.low : 0
      } else this.skip(tag, end)
    }
    return this.#row.endpoint(service, v4 === 0 ? v6 : v4, port)
  }

  #readAnnotation(end: number): void {
    let low = 0
    let high = 0
    let value = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 9) {
        const from = this.fixed(8, end, 'annotations.timestamp')
        low = this.view.getUint32(from, true)
        high = this.view.getUint32(from + 4, true)
      } else if (tag === 18) value = this.#readValue(end, 'annotations.value', this.#predictions.texts, TEXT_ANNOTATION)
      else this.skip(tag, end)
    }
    this.#row.annotation(low, high, value, 0)
  }

  #readTag(end: number, place: number): void {
    let key = 0
    let value = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) key = this.#readText(end, 'tags.key', this.#predictions.keys, place)
      else if (tag === 18) value = this.#readValue(end, 'tags.value', this.#predictions.values, place)
      else this.skip(tag, end)
    }
    this.#row.tag(key, ATTRIBUTE_STRING, value, 0)
  }

  #readText(end: number, field: string, guesses: Uint32Array, place: number): number {
    const to = this.delimited(end, field)
    const id = this.#intern(to - this.at, guesses, place, false)
    this.at = to
    return id
  }

  /** As `#readText`, of a value: longer than the limit is cut. */
  #readValue(end: number, field: string, guesses: Uint32Array, place: number): number {
    const to = this.delimited(end, field)
    const id = this.#intern(to - this.at, guesses, place, true)
    this.at = to
    return id
  }

  #intern(length: number, guesses: Uint32Array, place: number, isValue: boolean): number {
    const { bytes, view, at } = this
    const table = this.#table
    let id = guesses[place]
    if (!table.entryEquals(id, bytes, view, at, length)) {
      id = isValue ? table.internValue(bytes, view, at, length) : table.intern(bytes, view, at, length)
      if (table.dictionaryIsText[id] !== 0) guesses[place] = id
    }
    return id
  }
}
