/**
 * jaeger.api_v2 in protobuf (WIRE.md 6.5, 6.6) -> rows: a PostSpansRequest as collectors take it, and a bare Batch, which is what
 * it holds. A batch's process stands behind its spans, so it is read first; a span's own process wins over it.
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
import { decodeText, isUtf8 } from '#shared/spans/dictionary.ts'
import type { RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { placeAfter, placesOf, POSITION_MASK, Predictions } from '#shared/formats/otlp/predictions.ts'
import { ProtobufCursor } from '#shared/formats/otlp/protobuf-cursor.ts'
import { signedNumber, WireTime } from '#shared/formats/wire-times.ts'
import { CHILD_OF, FOLLOWS_FROM, JaegerRow } from './jaeger-row.ts'
import { ProcessResource } from './process-resource.ts'

const VALUE_STRING = 0
const VALUE_BOOL = 1
const VALUE_INT64 = 2
const VALUE_FLOAT64 = 3
const VALUE_BINARY = 4

const PROCESS_PLACES = placesOf(1)
const LOG_PLACES = placesOf(2)

/** A decoder to keep: one a thread, for any number of messages and tables, one after the other. About 70 KiB. */
export class JaegerProtobufDecoder extends ProtobufCursor {
  readonly #row = new JaegerRow()
  readonly #process = new ProcessResource()
  readonly #predictions = new Predictions()
  readonly #time = new WireTime()
  readonly #ids = new Uint32Array(6)
  #table!: SpanTableBuilder
  #span = -1
  #part = ''
  #lastName = 0

  // The tag read last, and the time.
  #key = 0
  #type: AttributeType = ATTRIBUTE_EMPTY
  #low = 0
  #high = 0
  #seconds = 0
  #nanos = 0

  /**
   * Appends the spans of a PostSpansRequest. Spans with an id of zero or of a wrong length, with text that is not UTF-8
   * or with a time outside 1970 … 2554 are not kept (`RejectReason`). Throws DecodeError when the bytes are no such
   * message, and passes TableFullError on; in both cases rows may have been added, and the caller rolls back to its mark.
   */
  decodeRequest(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.#begin(bytes, table)
    try {
      const end = bytes.length
      while (this.at < end) {
        const tag = this.tag(end)
        if (tag === 10) this.#readBatch(this.delimited(end, 'batch'))
        else this.skip(tag, end)
      }
    } finally {
      this.close()
    }
  }

  #begin(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.open(bytes)
    this.#table = table
    this.#predictions.attach(table)
    this.#row.attach(table)
    this.#span = -1
    this.#part = ''
  }

  override path(field: string): string {
    const span = this.#span < 0 ? '' : `spans[${this.#span}]`
    return [span, this.#part, field].filter(part => part !== '').join('.')
  }

  #readBatch(end: number): void {
    const from = this.at
    const table = this.#table
    let processAt = -1
    let processEnd = -1
    while (this.at < end) {
      const tag = this.tag(end)
      const to = (tag & 7) === 2 ? this.delimited(end) : -1
      if (tag === 18) {
        processAt = this.at
        processEnd = to
      }
      if (to >= 0) this.at = to
      else this.skip(tag, end)
    }
    let resource: number
    let fault: RejectReason | undefined
    if (processAt >= 0) {
      this.at = processAt
      resource = this.#readProcess(processEnd)
      fault = this.#process.fault
    } else resource = table.endResource(0, 0)
    this.at = from
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) {
        this.#span++
        this.#readSpan(this.delimited(end), resource, fault)
      } else this.skip(tag, end)
    }
    this.#span = -1
  }

  #readProcess(end: number): number {
    const process = this.#process
    const outer = this.#part
    this.#part = 'process'
    process.begin(this.#table)
    let position = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) process.service(this.#readText(end, 'serviceName', this.#predictions.texts, 0))
      else if (tag === 18) {
        this.#readTag(this.delimited(end, 'tags'), PROCESS_PLACES | (position++ & POSITION_MASK))
        process.tag(this.#key, this.#type, this.#low, this.#high)
      } else this.skip(tag, end)
    }
    this.#part = outer
    return process.end()
  }

  #readSpan(end: number, resource: number, fault: RejectReason | undefined): void {
    const table = this.#table
    const row = this.#row
    row.begin(resource, fault)
    const at = row.row
    let name = 0
    let places = 0
    let position = 0
    let seconds = 0
    let nanos = 0
    let durationSeconds = 0
    let durationNanos = 0
    while (this.at < end) {
      const tag = this.tag(end)
      switch (tag) {
        case 10:
          this.#readTraceId(end, table.traceId, at * 4)
          break
        case 18:
          this.#readId(end, table.spanId, at * 2, 2, 'spanId')
          break
        case 26:
          name = this.#readText(end, 'operationName', this.#predictions.names, placeAfter(this.#lastName))
          this.#lastName = name
          places = placesOf(name)
          break
        case 34:
          this.#readReference(this.delimited(end, 'references'))
          break
        case 40:
          this.varint(end, 'flags')
          table.flags[at] = this.low & 255
          break
        case 50:
          this.#readSeconds(this.delimited(end, 'startTime'))
          seconds = this.#seconds
          nanos = this.#nanos
          break
        case 58:
          this.#readSeconds(this.delimited(end, 'duration'))
          durationSeconds = this.#seconds
          durationNanos = this.#nanos
          break
        case 66:
          this.#readTag(this.delimited(end, 'tags'), places | (position++ & POSITION_MASK))
          row.tag(this.#key, this.#type, this.#low, this.#high)
          break
        case 74:
          this.#readLog(this.delimited(end, 'logs'))
          break
        case 82: {
          // What it has that is not UTF-8 is this span's own fault.
          const own = this.#readProcess(this.delimited(end, 'process'))
          table.resource[at] = own
          break
        }
        case 98: {
          const to = this.delimited(end, 'warnings')
          if (isUtf8(this.bytes, this.at, to)) row.warning(decodeText(this.bytes.subarray(this.at, to)))
          else table.fault('invalid_utf8')
          this.at = to
          break
        }
        default:
          this.skip(tag, end)
      }
    }
    const time = this.#time
    if (time.fromSeconds(seconds, nanos)) {
      table.startTime[at * 2] = time.low
      table.startTime[at * 2 + 1] = time.high
      if (time.fromSeconds(seconds + durationSeconds, nanos + durationNanos)) {
        table.endTime[at * 2] = time.low
        table.endTime[at * 2 + 1] = time.high
      } else table.fault('time_out_of_range')
    } else table.fault('time_out_of_range')
    row.end(name)
  }

  #readReference(end: number): void {
    const ids = this.#ids
    ids.fill(0)
    let type = CHILD_OF
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) this.#readTraceId(end, ids, 0)
      else if (tag === 18) this.#readId(end, ids, 4, 2, 'references.spanId')
      else if (tag === 24) {
        this.varint(end, 'refType')
        type = this.low === 1 && this.high === 0 ? FOLLOWS_FROM : CHILD_OF
      } else this.skip(tag, end)
    }
    this.#row.reference(type, ids[0], ids[1], ids[2], ids[3], ids[4], ids[5])
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
    for (let k = 0; k < words; k++) column[to + k] = right ? this.view.getUint32(this.at + k * 4, true) : 0
    this.at = after
  }

  /** Reads a Timestamp or a Duration. */
  #readSeconds(end: number): void {
    this.#seconds = this.#nanos = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 8) {
        this.varint(end, 'seconds')
        this.#seconds = signedNumber(this.low, this.high)
      } else if (tag === 16) {
        this.varint(end, 'nanos')
        this.#nanos = this.low | 0
      } else this.skip(tag, end)
    }
  }

  #readLog(end: number): void {
    const row = this.#row
    row.log(0, 0)
    let position = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) {
        this.#readSeconds(this.delimited(end, 'timestamp'))
        if (this.#time.fromSeconds(this.#seconds, this.#nanos)) row.logTime(this.#time.low, this.#time.high)
        else this.#table.fault('time_out_of_range')
      } else if (tag === 18) {
        this.#readTag(this.delimited(end, 'fields'), LOG_PLACES | (position++ & POSITION_MASK))
        row.field(this.#key, this.#type, this.#low, this.#high)
      } else this.skip(tag, end)
    }
  }

  /** Reads a KeyValue into `#key`, `#type` and the value's words. Its type says which of the value's fields counts. */
  #readTag(end: number, place: number): void {
    const table = this.#table
    const { bytes, view } = this
    const { keys, values } = this.#predictions
    let key = 0
    let kind = VALUE_STRING
    let textAt = 0
    let textLength = 0
    let bytesAt = 0
    let bytesLength = 0
    let bool = 0
    let intLow = 0
    let intHigh = 0
    let doubleLow = 0
    let doubleHigh = 0
    let p = this.at
    while (p < end) {
      const tag = bytes[p++]
      // The common shapes in place: numbers and lengths of one byte.
      const next = bytes[p]
      if (next < 128 && p < end) {
        if ((tag === 10 || tag === 26) && p + 1 + next <= end) {
          p++
          if (tag === 26) {
            textAt = p
            textLength = next
          } else {
            key = keys[place]
            if (!table.entryEquals(key, bytes, view, p, next)) {
              key = table.intern(bytes, view, p, next)
              if (table.dictionaryIsText[key] !== 0) keys[place] = key
            }
          }
          p += next
          continue
        }
        if (tag === 16) {
          kind = next
          p++
          continue
        }
        if (tag === 40) {
          intLow = next
          intHigh = 0
          p++
          continue
        }
      }
      this.at = p - 1
      switch (this.tag(end)) {
        case 10:
          key = this.#readText(end, 'key', keys, place)
          break
        case 16:
          this.varint(end, 'vType')
          kind = this.high === 0 ? this.low : -1
          break
        case 26: {
          const to = this.delimited(end, 'vStr')
          textAt = this.at
          textLength = to - textAt
          this.at = to
          break
        }
        case 32:
          this.varint(end, 'vBool')
          bool = (this.low | this.high) === 0 ? 0 : 1
          break
        case 40:
          this.varint(end, 'vInt64')
          intLow = this.low
          intHigh = this.high
          break
        case 49: {
          const at = this.fixed(8, end, 'vFloat64')
          doubleLow = view.getUint32(at, true)
          doubleHigh = view.getUint32(at + 4, true)
          break
        }
        case 58: {
          const to = this.delimited(end, 'vBinary')
          bytesAt = this.at
          bytesLength = to - bytesAt
          this.at = to
          break
        }
        default:
          this.at = p - 1
          this.skip(this.tag(end), end)
      }
      p = this.at
    }
    this.at = end
    this.#key = key
    this.#high = 0
    switch (kind) {
      case VALUE_STRING: {
        this.#type = ATTRIBUTE_STRING
        let id = values[place]
        if (!table.entryEquals(id, bytes, view, textAt, textLength)) {
          id = table.internValue(bytes, view, textAt, textLength)
          if (table.dictionaryIsText[id] !== 0) values[place] = id
        }
        this.#low = id
        return
      }
      case VALUE_BOOL:
        this.#type = ATTRIBUTE_BOOL
        this.#low = bool
        return
      case VALUE_INT64:
        this.#type = ATTRIBUTE_INT
        this.#low = intLow
        this.#high = intHigh
        return
      case VALUE_FLOAT64:
        this.#type = ATTRIBUTE_DOUBLE
        this.#low = doubleLow
        this.#high = doubleHigh
        return
      case VALUE_BINARY: {
        this.#type = ATTRIBUTE_BYTES
        const length = Math.min(bytesLength, table.limits.valueBytes)
        if (length < bytesLength) table.markCut()
        this.#low = table.internBytes(bytes, view, bytesAt, length)
        return
      }
      default:
        this.fail(`a tag of type ${kind < 0 ? 'above 2^32' : kind}; expected 0 … 4`, 'vType')
    }
  }

  #readText(end: number, field: string, guesses: Uint32Array, place: number): number {
    const { bytes, view } = this
    const table = this.#table
    const to = this.delimited(end, field)
    const length = to - this.at
    let id = guesses[place]
    if (!table.entryEquals(id, bytes, view, this.at, length)) {
      id = table.intern(bytes, view, this.at, length)
      if (table.dictionaryIsText[id] !== 0) guesses[place] = id
    }
    this.at = to
    return id
  }
}
