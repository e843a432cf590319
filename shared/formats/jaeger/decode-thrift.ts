/**
 * jaeger.thrift (WIRE.md 6.1) -> rows, in both encodings: a bare Batch as collectors take it over HTTP, and the message
 * `Agent.emitBatch` of a datagram. Fields may come in any order; the process counts wherever it stands. Unknown fields,
 * and known ones of another type, are passed over.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
} from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { placeAfter, placesOf, POSITION_MASK, Predictions } from '#shared/formats/otlp/predictions.ts'
import { BinaryCursor } from '#shared/formats/thrift/binary-cursor.ts'
import { CompactCursor } from '#shared/formats/thrift/compact-cursor.ts'
import {
  BOOL,
  DOUBLE,
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
import { swapBytes, WireTime } from '#shared/formats/wire-times.ts'
import { CHILD_OF, FOLLOWS_FROM, JaegerRow } from './jaeger-row.ts'
import { ProcessResource } from './process-resource.ts'

export type ThriftEncoding = 'binary' | 'compact'

const TAG_STRING = 0
const TAG_DOUBLE = 1
const TAG_BOOL = 2
const TAG_LONG = 3
const TAG_BINARY = 4

/** Places of predictions: the process's tags, and the fields of logs. */
const PROCESS_PLACES = placesOf(1)
const LOG_PLACES = placesOf(2)

/** A decoder to keep: one a thread, for any number of messages and tables, one after the other. About 70 KiB. */
export class JaegerThriftDecoder {
  readonly #cursor: ThriftCursor
  readonly #row = new JaegerRow()
  readonly #process = new ProcessResource()
  readonly #predictions = new Predictions()
  readonly #time = new WireTime()
  #table!: SpanTableBuilder
  #lastName = 0

  // The tag read last.
  #key = 0
  #type: AttributeType = ATTRIBUTE_EMPTY
  #low = 0
  #high = 0

  constructor(encoding: ThriftEncoding) {
    this.#cursor = encoding === 'binary' ? new BinaryCursor() : new CompactCursor()
  }

  /**
   * Appends the spans of a bare Batch. Spans with a zero id, with text that is not UTF-8 or with a time outside
   * 1970 … 2554 are not kept (`RejectReason`). Throws DecodeError when the bytes are no Batch, and passes TableFullError
   * on; in both cases rows may have been added, and the caller rolls back to its mark.
   */
  decodeBatch(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.#begin(bytes, table)
    try {
      this.#readBatch()
    } finally {
      this.#cursor.close()
    }
  }

  /** As `decodeBatch`, for a message that calls `emitBatch`. */
  decodeMessage(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.#begin(bytes, table)
    const cursor = this.#cursor
    try {
      const { kind, name } = cursor.readMessageHead()
      if (name !== 'emitBatch' || (kind !== MESSAGE_CALL && kind !== MESSAGE_ONEWAY)) {
        throw new DecodeError(`a message of kind ${kind} named ${JSON.stringify(name)}; expected a call of emitBatch`)
      }
      const outer = cursor.enterStruct()
      for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
        if (cursor.fieldId === 1 && type === STRUCT) this.#readBatch()
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
  }

  #readBatch(): void {
    const cursor = this.#cursor
    const table = this.#table
    const outer = cursor.enterStruct()
    let resource = -1
    let fault: RejectReason | undefined
    let spansAt = -1
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      if (cursor.fieldId === 1 && type === STRUCT) {
        resource = this.#readProcess()
        fault = this.#process.fault
      } else if (cursor.fieldId === 2 && type === LIST) {
        if (resource >= 0) this.#readSpans(resource, fault)
        else {
          spansAt = cursor.at
          cursor.skip(type)
        }
      } else cursor.skip(type)
    }
    if (spansAt >= 0) {
      const { at } = cursor
      cursor.at = spansAt
      this.#readSpans(resource >= 0 ? resource : table.endResource(0, 0), fault)
      cursor.at = at
    }
    cursor.leaveStruct(outer)
  }

  #readProcess(): number {
    const cursor = this.#cursor
    const process = this.#process
    cursor.place = 'process'
    process.begin(this.#table)
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      if (cursor.fieldId === 1 && type === STRING) {
        cursor.readText()
        process.service(this.#intern(this.#predictions.texts, 0))
      } else if (cursor.fieldId === 2 && type === LIST) {
        const count = this.#structs()
        for (let i = 0; i < count; i++) {
          this.#readTag(PROCESS_PLACES | (i & POSITION_MASK))
          process.tag(this.#key, this.#type, this.#low, this.#high)
        }
      } else cursor.skip(type)
    }
    cursor.leaveStruct(outer)
    cursor.place = ''
    return process.end()
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

  #readSpans(resource: number, fault: RejectReason | undefined): void {
    const cursor = this.#cursor
    const count = this.#structs()
    for (let i = 0; i < count; i++) {
      cursor.placeIndex = i
      this.#readSpan(resource, fault)
    }
  }

  #readSpan(resource: number, fault: RejectReason | undefined): void {
    const cursor = this.#cursor
    const table = this.#table
    const row = this.#row
    const time = this.#time
    row.begin(resource, fault)
    const at = row.row
    cursor.place = 'spans'
    let name = 0
    let places = 0
    let parent0 = 0
    let parent1 = 0
    let startLow = 0
    let startHigh = 0
    let durationLow = 0
    let durationHigh = 0
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      switch ((cursor.fieldId << 8) | type) {
        case (1 << 8) | I64:
          cursor.readI64()
          table.traceId[at * 4 + 2] = swapBytes(cursor.high)
          table.traceId[at * 4 + 3] = swapBytes(cursor.low)
          break
        case (2 << 8) | I64:
          cursor.readI64()
          table.traceId[at * 4] = swapBytes(cursor.high)
          table.traceId[at * 4 + 1] = swapBytes(cursor.low)
          break
        case (3 << 8) | I64:
          cursor.readI64()
          table.spanId[at * 2] = swapBytes(cursor.high)
          table.spanId[at * 2 + 1] = swapBytes(cursor.low)
          break
        case (4 << 8) | I64:
          cursor.readI64()
          parent0 = swapBytes(cursor.high)
          parent1 = swapBytes(cursor.low)
          break
        case (5 << 8) | STRING:
          cursor.readText()
          name = this.#intern(this.#predictions.names, placeAfter(this.#lastName))
          this.#lastName = name
          places = placesOf(name)
          break
        case (6 << 8) | LIST: {
          const count = this.#structs()
          for (let i = 0; i < count; i++) this.#readReference()
          break
        }
        case (7 << 8) | I32:
          table.flags[at] = cursor.readI32() & 255
          break
        case (8 << 8) | I64:
          cursor.readI64()
          startLow = cursor.low
          startHigh = cursor.high
          break
        case (9 << 8) | I64:
          cursor.readI64()
          durationLow = cursor.low
          durationHigh = cursor.high
          break
        case (10 << 8) | LIST: {
          const count = this.#structs()
          for (let i = 0; i < count; i++) {
            this.#readTag(places | (i & POSITION_MASK))
            row.tag(this.#key, this.#type, this.#low, this.#high)
          }
          break
        }
        case (11 << 8) | LIST: {
          const count = this.#structs()
          for (let i = 0; i < count; i++) this.#readLog()
          break
        }
        default:
          cursor.skip(type)
      }
    }
    cursor.leaveStruct(outer)
    if (time.fromMicroseconds(startLow, startHigh | 0)) {
      table.startTime[at * 2] = time.low
      table.startTime[at * 2 + 1] = time.high
      if (time.fromMicrosecondSum(startLow, startHigh, durationLow, durationHigh)) {
        table.endTime[at * 2] = time.low
        table.endTime[at * 2 + 1] = time.high
      } else table.fault('time_out_of_range')
    } else table.fault('time_out_of_range')
    row.end(name, parent0, parent1)
    cursor.place = ''
    cursor.placeIndex = -1
  }

  #readReference(): void {
    const cursor = this.#cursor
    let follows = false
    let lowHigh = 0
    let lowLow = 0
    let highHigh = 0
    let highLow = 0
    let span0 = 0
    let span1 = 0
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      const field = cursor.fieldId
      if (field === 1 && type === I32) follows = cursor.readI32() === 1
      else if (field >= 2 && field <= 4 && type === I64) {
        cursor.readI64()
        const first = swapBytes(cursor.high)
        const second = swapBytes(cursor.low)
        if (field === 2) {
          lowHigh = first
          lowLow = second
        } else if (field === 3) {
          highHigh = first
          highLow = second
        } else {
          span0 = first
          span1 = second
        }
      } else cursor.skip(type)
    }
    cursor.leaveStruct(outer)
    this.#row.reference(follows ? FOLLOWS_FROM : CHILD_OF, highHigh, highLow, lowHigh, lowLow, span0, span1)
  }

  #readLog(): void {
    const cursor = this.#cursor
    const row = this.#row
    row.log(0, 0)
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      if (cursor.fieldId === 1 && type === I64) {
        cursor.readI64()
        if (this.#time.fromMicroseconds(cursor.low, cursor.high | 0)) row.logTime(this.#time.low, this.#time.high)
        else this.#table.fault('time_out_of_range')
      } else if (cursor.fieldId === 2 && type === LIST) {
        const count = this.#structs()
        for (let i = 0; i < count; i++) {
          this.#readTag(LOG_PLACES | (i & POSITION_MASK))
          row.field(this.#key, this.#type, this.#low, this.#high)
        }
      } else cursor.skip(type)
    }
    cursor.leaveStruct(outer)
  }

  /** Reads a Tag into `#key`, `#type` and the value's words. Its type says which of the value's fields counts. */
  #readTag(place: number): void {
    const cursor = this.#cursor
    const table = this.#table
    const { keys, values } = this.#predictions
    let key = 0
    let kind = TAG_STRING
    let textAt = 0
    let textLength = 0
    let bytesAt = 0
    let bytesLength = 0
    let bool = false
    let longLow = 0
    let longHigh = 0
    let doubleLow = 0
    let doubleHigh = 0
    const outer = cursor.enterStruct()
    for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
      switch ((cursor.fieldId << 8) | type) {
        case (1 << 8) | STRING:
          cursor.readText()
          key = this.#intern(keys, place)
          break
        case (2 << 8) | I32:
          kind = cursor.readI32()
          break
        case (3 << 8) | STRING:
          cursor.readText()
          textAt = cursor.textAt
          textLength = cursor.textLength
          break
        case (4 << 8) | DOUBLE:
          cursor.readDouble()
          doubleLow = cursor.low
          doubleHigh = cursor.high
          break
        case (5 << 8) | BOOL:
          bool = cursor.readBool()
          break
        case (6 << 8) | I64:
          cursor.readI64()
          longLow = cursor.low
          longHigh = cursor.high
          break
        case (7 << 8) | STRING:
          cursor.readText()
          bytesAt = cursor.textAt
          bytesLength = cursor.textLength
          break
        default:
          cursor.skip(type)
      }
    }
    cursor.leaveStruct(outer)
    this.#key = key
    this.#high = 0
    switch (kind) {
      case TAG_STRING: {
        this.#type = ATTRIBUTE_STRING
        let id = values[place]
        if (!table.entryEquals(id, cursor.bytes, cursor.view, textAt, textLength)) {
          id = table.internValue(cursor.bytes, cursor.view, textAt, textLength)
          if (table.dictionaryIsText[id] !== 0) values[place] = id
        }
        this.#low = id
        return
      }
      case TAG_DOUBLE:
        this.#type = ATTRIBUTE_DOUBLE
        this.#low = doubleLow
        this.#high = doubleHigh
        return
      case TAG_BOOL:
        this.#type = ATTRIBUTE_BOOL
        this.#low = bool ? 1 : 0
        return
      case TAG_LONG:
        this.#type = ATTRIBUTE_INT
        this.#low = longLow
        this.#high = longHigh
        return
      case TAG_BINARY: {
        this.#type = ATTRIBUTE_BYTES
        const length = Math.min(bytesLength, table.limits.valueBytes)
        if (length < bytesLength) table.markCut()
        this.#low = table.internBytes(cursor.bytes, cursor.view, bytesAt, length)
        return
      }
      default:
        cursor.fail(`a tag of type ${kind}; expected 0 … 4`)
    }
  }

  /** The text read last as a dictionary id; `guesses[place]` is the one that it had last time. */
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
}
