/**
 * zipkincore.thrift (WIRE.md 6.3) -> rows, in both encodings: the bare list that `/api/v1/spans` takes, and the message
 * `Agent.emitZipkinBatch` of a datagram. Always v1: what a span is stands in its annotations.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
} from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { placeAfter, placesOf, POSITION_MASK, Predictions } from '#shared/formats/otlp/predictions.ts'
import { BinaryCursor } from '#shared/formats/thrift/binary-cursor.ts'
import { CompactCursor } from '#shared/formats/thrift/compact-cursor.ts'
import {
  BOOL,
  I16,
  I32,
  I64,
  LIST,
  MESSAGE_CALL,
  MESSAGE_ONEWAY,
  STOP,
  STRING,
  STRUCT,
  type ThriftCursor,
} from '#shared/formats/thrift/thrift-cursor.ts'
import { swapBytes } from '#shared/formats/wire-times.ts'
import { ipv4Text, ipv6Text } from './addresses.ts'
import { LastEndpoint } from './last-endpoint.ts'
import { ZipkinRow } from './zipkin-row.ts'

const ANNOTATION_BOOL = 0
const ANNOTATION_BYTES = 1
const ANNOTATION_I16 = 2
const ANNOTATION_I32 = 3
const ANNOTATION_I64 = 4
const ANNOTATION_DOUBLE = 5

const TEXT_SERVICE = 0
const TEXT_ANNOTATION = 1

/** A decoder to keep: one a thread, for any number of messages and tables, one after the other. About 70 KiB. */
export class ZipkinThriftDecoder {
  readonly #cursor: ThriftCursor
  readonly #row = new ZipkinRow()
  readonly #predictions = new Predictions()
  readonly #lastEndpoint = new LastEndpoint()
  #table!: SpanTableBuilder
  #lastName = 0

  constructor(encoding: 'binary' | 'compact') {
    this.#cursor = encoding === 'binary' ? new BinaryCursor() : new CompactCursor()
  }

  /**
   * Appends the spans of a bare list. Spans with a zero id, with text that is not UTF-8 or with a time outside 1970 … 2554
   * are not kept (`RejectReason`). Throws DecodeError when the bytes are no such list, and passes TableFullError on; in both
   * cases rows may have been added, and the caller rolls back to its mark.
   */
  decodeList(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.#begin(bytes, table)
    try {
      this.#readSpans()
    } finally {
      this.#cursor.close()
    }
  }

  /** As `decodeList`, for a message that calls `emitZipkinBatch`. */
  decodeMessage(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.#begin(bytes, table)
    const cursor = this.#cursor
    try {
      const { kind, name } = cursor.readMessageHead()
      if (name !== 'emitZipkinBatch' || (kind !== MESSAGE_CALL && kind !== MESSAGE_ONEWAY)) {
        throw new DecodeError(
          `a message of kind ${kind} named ${JSON.stringify(name)}; expected a call of emitZipkinBatch`,
        )
      }
      const outer = cursor.enterStruct()
      for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
        if (cursor.fieldId === 1 && type === LIST) this.#readSpans()
        else cursor.skip(type)
      }
      cursor.leaveStruct(outer)
    } finally {
      cursor.close()
    }
  }

  #begin(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.#cursor.open(bytes)
    this.#table = table
    this.#predictions.attach(table)
    this.#row.attach(table)
    this.#lastEndpoint.forget()
  }

  /** Reads the head of a list of structs: how many there are. */
  #structs(): number {
    const cursor = this.#cursor
    cursor.readListHead()
    const { elementCount, elementType } = cursor
    if (elementCount > 0 && elementType !== STRUCT) {
      cursor.fail(`a list of elements of type ${elementType}; expected ${STRUCT} (structs)`)
    }
    return elementCount
  }

  #readSpans(): void {
    const cursor = this.#cursor
    const count = this.#structs()
    for (let i = 0; i < count; i++) {
      cursor.place = 'spans'
      cursor.placeIndex = i
      this.#readSpan()
    }
    cursor.place = ''
    cursor.placeIndex = -1
  }

  #readSpan(): void {
    const cursor = this.#cursor
    const table = this.#table
    const row = this.#row
    const at = row.begin()
    row.isV1 = true
    let places = 0
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      switch ((cursor.fieldId << 8) | type) {
        case (1 << 8) | I64:
          this.#readId(table.traceId, at * 4 + 2)
          break
        case (3 << 8) | STRING:
          cursor.readText()
          row.name = this.#intern(this.#predictions.names, placeAfter(this.#lastName))
          this.#lastName = row.name
          places = placesOf(row.name)
          break
        case (4 << 8) | I64:
          this.#readId(table.spanId, at * 2)
          break
        case (5 << 8) | I64:
          this.#readId(table.parentSpanId, at * 2)
          break
        case (6 << 8) | LIST: {
          const count = this.#structs()
          for (let i = 0; i < count; i++) this.#readAnnotation()
          break
        }
        case (8 << 8) | LIST: {
          const count = this.#structs()
          for (let i = 0; i < count; i++) this.#readBinaryAnnotation(places | (i & POSITION_MASK))
          break
        }
        case (9 << 8) | BOOL:
          row.debug = cursor.readBool()
          break
        case (10 << 8) | I64:
          cursor.readI64()
          row.hasTimestamp = true
          row.timestampLow = cursor.low
          row.timestampHigh = cursor.high
          break
        case (11 << 8) | I64:
          cursor.readI64()
          row.hasDuration = true
          row.durationLow = cursor.low
          row.durationHigh = cursor.high
          break
        case (12 << 8) | I64:
          this.#readId(table.traceId, at * 4)
          break
        default:
          cursor.skip(type)
      }
    }
    cursor.leaveStruct(outer)
    row.end()
  }

  #readId(column: Uint32Array, to: number): void {
    const cursor = this.#cursor
    cursor.readI64()
    column[to] = swapBytes(cursor.high)
    column[to + 1] = swapBytes(cursor.low)
  }

  #readAnnotation(): void {
    const cursor = this.#cursor
    let low = 0
    let high = 0
    let value = 0
    let endpoint = 0
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      if (cursor.fieldId === 1 && type === I64) {
        cursor.readI64()
        low = cursor.low
        high = cursor.high
      } else if (cursor.fieldId === 2 && type === STRING) {
        cursor.readText()
        value = this.#internValue(this.#predictions.texts, TEXT_ANNOTATION)
      } else if (cursor.fieldId === 3 && type === STRUCT) endpoint = this.#readEndpoint()
      else cursor.skip(type)
    }
    cursor.leaveStruct(outer)
    this.#row.annotation(low, high, value, endpoint)
  }

  #readEndpoint(): number {
    const cursor = this.#cursor
    const table = this.#table
    let v4 = 0
    let v6 = 0
    let port = 0
    let service = 0
    const from = cursor.at
    const last = this.#lastEndpoint
    if (last.stands(cursor.bytes, cursor.view, from)) {
      cursor.at = from + last.length
      return this.#row.endpoint(last.service, last.ip, last.port)
    }
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      if (cursor.fieldId === 1 && type === I32) {
        const address = cursor.readI32()
        v4 = address === 0 ? 0 : table.internText(ipv4Text(address))
      } else if (cursor.fieldId === 2 && type === I16) port = cursor.readI16() & 0xffff
      else if (cursor.fieldId === 3 && type === STRING) {
        cursor.readText()
        service = this.#intern(this.#predictions.texts, TEXT_SERVICE)
      } else if (cursor.fieldId === 4 && type === STRING) {
        cursor.readText()
        if (cursor.textLength === 16) v6 = table.internText(ipv6Text(cursor.view, cursor.textAt))
      } else cursor.skip(type)
    }
    cursor.leaveStruct(outer)
    const ip = v4 === 0 ? v6 : v4
    // What is no text is told of again for each span.
    if (table.dictionaryIsText[service] !== 0) last.keep(from, cursor.at - from, service, ip, port)
    return this.#row.endpoint(service, ip, port)
  }

  #readBinaryAnnotation(place: number): void {
    const cursor = this.#cursor
    let key = 0
    let valueAt = 0
    let valueLength = 0
    let kind = ANNOTATION_BOOL
    let endpoint = 0
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      if (cursor.fieldId === 1 && type === STRING) {
        cursor.readText()
        key = this.#intern(this.#predictions.keys, place)
      } else if (cursor.fieldId === 2 && type === STRING) {
        cursor.readText()
        valueAt = cursor.textAt
        valueLength = cursor.textLength
      } else if (cursor.fieldId === 3 && type === I32) kind = cursor.readI32()
      else if (cursor.fieldId === 4 && type === STRUCT) endpoint = this.#readEndpoint()
      else cursor.skip(type)
    }
    cursor.leaveStruct(outer)
    cursor.textAt = valueAt
    cursor.textLength = valueLength
    this.#addBinaryAnnotation(key, kind, place, endpoint)
  }

  /** Numbers are big-endian in as many bytes as their type has; those of another length stay bytes. */
  #addBinaryAnnotation(key: number, kind: number, place: number, endpoint: number): void {
    const { bytes, view, textAt: at, textLength: length } = this.#cursor
    const table = this.#table
    const row = this.#row
    let type: AttributeType = ATTRIBUTE_BYTES
    let low = 0
    let high = 0
    if (kind === ANNOTATION_BOOL && length <= 1) {
      type = ATTRIBUTE_BOOL
      low = length === 1 && bytes[at] !== 0 ? 1 : 0
    } else if (kind === ANNOTATION_I16 && length === 2) [type, low, high] = signed(view.getInt16(at))
    else if (kind === ANNOTATION_I32 && length === 4) [type, low, high] = signed(view.getInt32(at))
    else if ((kind === ANNOTATION_I64 || kind === ANNOTATION_DOUBLE) && length === 8) {
      type = kind === ANNOTATION_I64 ? ATTRIBUTE_INT : ATTRIBUTE_DOUBLE
      high = view.getUint32(at)
      low = view.getUint32(at + 4)
    } else if (kind < ANNOTATION_BOOL || kind > ANNOTATION_DOUBLE) {
      // Text, and what later versions may add.
      type = ATTRIBUTE_STRING
      low = this.#internValue(this.#predictions.values, place)
    } else {
      const kept = Math.min(length, table.limits.valueBytes)
      if (kept < length) table.markCut()
      low = table.internBytes(bytes, view, at, kept)
      if (kind !== ANNOTATION_BYTES) type = ATTRIBUTE_BYTES
    }
    row.tag(key, type, low, high, endpoint)
  }

  #intern(guesses: Uint32Array, place: number): number {
    const { bytes, view, textAt, textLength } = this.#cursor
    const table = this.#table
    let id = guesses[place]
    if (!table.entryEquals(id, bytes, view, textAt, textLength)) {
      id = table.intern(bytes, view, textAt, textLength)
      if (table.dictionaryIsText[id] !== 0) guesses[place] = id
    }
    return id
  }

  /** As `#intern`, of a value: longer than the limit is cut. */
  #internValue(guesses: Uint32Array, place: number): number {
    const { bytes, view, textAt, textLength } = this.#cursor
    const table = this.#table
    let id = guesses[place]
    if (!table.entryEquals(id, bytes, view, textAt, textLength)) {
      id = table.internValue(bytes, view, textAt, textLength)
      if (table.dictionaryIsText[id] !== 0) guesses[place] = id
    }
    return id
  }
}

function signed(value: number): readonly [type: AttributeType, low: number, high: number] {
  return [ATTRIBUTE_INT, value >>> 0, value < 0 ? 0xffffffff : 0]
}
