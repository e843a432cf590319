/**
 * OTLP traces in protobuf (ExportTraceServiceRequest and TracesData are the same bytes; WIRE.md 6.8) straight into rows of
 * a span table: no span objects, no strings, nothing for the garbage collector.
 *
 * Fields may come in any order and more than once: the last scalar stands, messages merge, lists go on. What a ResourceSpans says of its
 * resource, and a ScopeSpans of its scope, is read before its spans, wherever it stands. Unknown fields are passed over;
 * `scope_spans` written before 2022 as `instrumentation_library_spans` has the same numbers.
 *
 * The loop over a span's fields is one function with a local cursor and reads the common shape of an attribute in place;
 * every other shape goes through the slower, general functions below it. `predictions.ts` says why few strings are hashed.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
} from '#shared/spans/attribute-value.ts'
import { MARK_ENTRIES_DROPPED } from '#shared/spans/columns.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { keepWholeRows } from '#shared/spans/keep-whole-rows.ts'
import { rangeStart } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import {
  placeAfter,
  placesOf,
  POSITION_MASK,
  TEXT_EVENT_NAME,
  TEXT_RESOURCE_SCHEMA_URL,
  TEXT_SCOPE_NAME,
  TEXT_SCOPE_SCHEMA_URL,
  TEXT_SCOPE_VERSION,
  TEXT_STATUS_MESSAGE,
  TEXT_TRACE_STATE,
} from './predictions.ts'
import { ProtobufValueReader } from './protobuf-values.ts'

/** Enumerations are kept in a byte; numbers beyond it, which mean nothing, all become this one. */
const UNKNOWN_ENUM = 255

/** Where the attributes that are being read go. */
type Owner = 'resource' | 'scope' | 'event' | 'link'

/**
 * Decodes one message into rows of `table`. For many messages keep an `OtlpProtobufDecoder`, which remembers what
 * spans look like. Throws as its `decode`.
 */
export function decodeOtlpProtobuf(bytes: Uint8Array, table: SpanTableBuilder): void {
  new OtlpProtobufDecoder().decode(bytes, table)
}

/** A decoder to keep: one a thread, for any number of messages and tables, one after the other. About 70 KiB. */
export class OtlpProtobufDecoder extends ProtobufValueReader {
  /** Told of a span that can't be read and is passed over. Without it such a span ends the reading. */
  onBadSpan: ((error: DecodeError) => void) | undefined

  /** Attributes above the limit that the present owner has lost. */
  #leftOut = 0

  // A link's ids, before the link has a row.
  readonly #linkTraceId = new Uint32Array(4)
  readonly #linkSpanId = new Uint32Array(2)

  /**
   * Appends the spans of `bytes` to `table`. Spans with an id of zero or of another length than 16 and 8 bytes, with text that is not
   * UTF-8 or with values nested too deep are not kept (`RejectReason`); values and lists above the table's limits are
   * cut, marked and counted.
   *
   * Throws DecodeError, with the path of the field and the byte, when the bytes are no such message, and passes
   * TableFullError on; in both cases rows may have been added, and the caller rolls back to its mark.
   */
  decode(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.begin(bytes, table)
    this.#leftOut = 0
    try {
      const end = bytes.length
      while (this.at < end) {
        const tag = this.tag(end)
        if (tag === 10) {
          this.place.resourceSpans++
          this.#decodeResourceSpans(this.delimited(end))
        } else this.skip(tag, end)
      }
    } finally {
      this.close()
    }
  }

  // ---- resources and scopes ----

  #decodeResourceSpans(end: number): void {
    const table = this.table
    const { texts } = this.predictions
    const from = this.at
    let schemaUrl = 0
    let dropped = 0
    this.place.fault = undefined
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) dropped = this.#decodeResource(this.delimited(end, 'resource'), dropped)
      else if (tag === 26) schemaUrl = this.readText(end, 'schemaUrl', texts, TEXT_RESOURCE_SCHEMA_URL)
      else this.skip(tag, end)
    }
    dropped += this.#leftOut
    this.#leftOut = 0
    const resource = table.endResource(schemaUrl, Math.min(dropped, 0xffffffff))
    const fault = this.place.fault
    this.at = from
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 18) {
        this.place.scopeSpans++
        this.place.fault = fault
        this.#decodeScopeSpans(this.delimited(end), resource)
      } else this.skip(tag, end)
    }
    this.place.scopeSpans = -1
  }

  #decodeResource(end: number, droppedBefore: number): number {
    let dropped = droppedBefore
    this.place.part = 'resource'
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) this.#decodeAttribute(this.delimited(end, 'attributes'), 'resource', placesOf(0))
      else if (tag === 16) {
        this.varint(end, 'droppedAttributesCount')
        dropped = this.low
      } else this.skip(tag, end)
    }
    this.place.endPart()
    return dropped
  }

  #decodeScopeSpans(end: number, resource: number): void {
    const table = this.table
    const { texts } = this.predictions
    const from = this.at
    let name = 0
    let version = 0
    let dropped = 0
    let schemaUrl = 0
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) {
        const scopeEnd = this.delimited(end, 'scope')
        this.place.part = 'scope'
        while (this.at < scopeEnd) {
          const field = this.tag(scopeEnd)
          if (field === 10) name = this.readText(scopeEnd, 'name', texts, TEXT_SCOPE_NAME)
          else if (field === 18) version = this.readText(scopeEnd, 'version', texts, TEXT_SCOPE_VERSION)
          else if (field === 26) this.#decodeAttribute(this.delimited(scopeEnd, 'attributes'), 'scope', placesOf(1))
          else if (field === 32) {
            this.varint(scopeEnd, 'droppedAttributesCount')
            dropped = this.low
          } else this.skip(field, scopeEnd)
        }
        this.place.endPart()
      } else if (tag === 18) this.at = this.delimited(end, 'spans')
      else if (tag === 26) schemaUrl = this.readText(end, 'schemaUrl', texts, TEXT_SCOPE_SCHEMA_URL)
      else this.skip(tag, end)
    }
    dropped += this.#leftOut
    this.#leftOut = 0
    const scope = table.endScope(name, version, schemaUrl, Math.min(dropped, 0xffffffff))
    this.at = from
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 18) {
        this.place.span++
        const spanEnd = this.delimited(end)
        if (this.onBadSpan === undefined) this.#decodeSpan(spanEnd, resource, scope)
        else this.#decodeSpanOrPass(spanEnd, resource, scope, this.onBadSpan)
      } else this.skip(tag, end)
    }
    this.place.span = -1
  }

  // ---- spans ----

  #decodeSpanOrPass(end: number, resource: number, scope: number, onBadSpan: (error: DecodeError) => void): void {
    try {
      this.#decodeSpan(end, resource, scope)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.at = end
      keepWholeRows(this.table)
      this.place.endPart()
      onBadSpan(error)
    }
  }

  #decodeSpan(end: number, resource: number, scope: number): void {
    const table = this.table
    const { bytes, view } = this
    const predictedKeys = this.predictions.keys
    const predictedValues = this.predictions.values
    const row = table.beginSpan()
    if (this.place.fault !== undefined) table.fault(this.place.fault)

    let p = this.at
    let name = 0
    let kind = 0
    let traceState = 0
    let flags = 0
    let badParent = false
    let droppedAttributes = 0
    let droppedEvents = 0
    let droppedLinks = 0

    const most = table.limits.attributes
    const first = table.attributeCount
    let count = first
    let { buffer } = table
    let keys = table.attributeKey
    let types = table.attributeType
    let values = table.attributeValue
    let stop = Math.min(keys.length, first + most)
    let places = 0
    let position = 0
    let leftOut = 0

    while (p < end) {
      let tag = bytes[p++]
      if (tag > 127) {
        const second = bytes[p]
        if (second < 128 && p < end) {
          tag = (tag & 127) | (second << 7)
          p++
        } else {
          this.at = p - 1
          tag = this.tag(end)
          p = this.at
        }
      }
      switch (tag) {
        case 74: {
          let length = bytes[p++]
          if (length > 127) {
            const second = bytes[p++]
            if (second < 128) length = (length & 127) | (second << 7)
            else {
              this.at = p - 2
              length = this.delimited(end, 'attributes') - this.at
              p = this.at
            }
          }
          const to = p + length
          if (!(to <= end)) this.fail(`a length of ${length} bytes; ${end - p} are left`, 'attributes', p)
          if (count >= stop) {
            if (count - first >= most) {
              leftOut++
              p = to
              break
            }
            table.reserve('attributes', 1)
          }
          const place = places | (position++ & POSITION_MASK)
          let key = 0
          let type: AttributeType = ATTRIBUTE_EMPTY
          let low = 0
          let high = 0

          // The common shape: a key of less than 128 bytes, then a value, each once, and nothing else.
          let general = true
          const keyAt = p + 2
          const keyEnd = keyAt + bytes[p + 1]
          if (bytes[p] === 10 && keyEnd < to && bytes[p + 1] < 128 && bytes[keyEnd] === 18) {
            let valueAt = keyEnd + 2
            let valueLength = bytes[keyEnd + 1]
            if (valueLength > 127) {
              const second = bytes[valueAt++]
              valueLength = second < 128 ? (valueLength & 127) | (second << 7) : -1
            }
            if (valueAt + valueLength === to && valueLength > 1) {
              const keyLength = keyEnd - keyAt
              key = predictedKeys[place]
              if (!table.entryEquals(key, bytes, view, keyAt, keyLength)) {
                key = table.intern(bytes, view, keyAt, keyLength)
                if (table.dictionaryIsText[key] !== 0) predictedKeys[place] = key
              }
              const second = bytes[valueAt + 1]
              switch (bytes[valueAt]) {
                case 10: {
                  let textAt = valueAt + 2
                  let textLength = second
                  if (textLength > 127) {
                    const third = bytes[textAt++]
                    textLength = third < 128 ? (textLength & 127) | (third << 7) : -1
                  }
                  if (textAt + textLength !== to) break
                  general = false
                  type = ATTRIBUTE_STRING
                  low = predictedValues[place]
                  if (!table.entryEquals(low, bytes, view, textAt, textLength)) {
                    low = table.internValue(bytes, view, textAt, textLength)
                    if (table.dictionaryIsText[low] !== 0) predictedValues[place] = low
                  }
                  break
                }
                case 24:
                  if (second < 128) {
                    if (valueLength !== 2) break
                    low = second
                  } else if (valueLength === 3 && bytes[valueAt + 2] < 128)
                    low = (second & 127) | (bytes[valueAt + 2] << 7)
                  else {
                    this.at = valueAt + 1
                    this.varint(to, 'intValue')
                    if (this.at !== to) break
                    low = this.low
                    high = this.high
                  }
                  general = false
                  type = ATTRIBUTE_INT
                  break
                case 33:
                  if (valueLength !== 9) break
                  general = false
                  type = ATTRIBUTE_DOUBLE
                  low = view.getUint32(valueAt + 1, true)
                  high = view.getUint32(valueAt + 5, true)
                  break
                case 16:
                  if (valueLength !== 2 || second > 1) break
                  general = false
                  type = ATTRIBUTE_BOOL
                  low = second
                  break
              }
            }
          }
          if (general) {
            this.at = p
            this.place.attribute = position - 1
            this.readKeyValue(to, place)
            this.place.attribute = -1
            key = this.key
            type = this.type
            low = this.valueLow
            high = this.valueHigh
          }
          p = to
          if (table.buffer !== buffer) {
            buffer = table.buffer
            keys = table.attributeKey
            types = table.attributeType
            values = table.attributeValue
            stop = Math.min(keys.length, first + most)
          }
          keys[count] = key
          types[count] = type
          values[count * 2] = low
          values[count * 2 + 1] = high
          table.attributeCount = ++count
          break
        }
        case 10:
          if (bytes[p] === 16 && end - p > 16) {
            const to = row * 4
            table.traceId[to] = view.getUint32(p + 1, true)
            table.traceId[to + 1] = view.getUint32(p + 5, true)
            table.traceId[to + 2] = view.getUint32(p + 9, true)
            table.traceId[to + 3] = view.getUint32(p + 13, true)
            p += 17
          } else {
            // An id of another length counts as zero, which `endSpan` refuses.
            this.at = p
            p = this.#readId(end, table.traceId, row, 4, 'traceId')
          }
          break
        case 18:
          if (bytes[p] === 8 && end - p > 8) {
            table.spanId[row * 2] = view.getUint32(p + 1, true)
            table.spanId[row * 2 + 1] = view.getUint32(p + 5, true)
            p += 9
          } else {
            this.at = p
            p = this.#readId(end, table.spanId, row, 2, 'spanId')
          }
          break
        case 34:
          badParent = false
          if (bytes[p] === 8 && end - p > 8) {
            table.parentSpanId[row * 2] = view.getUint32(p + 1, true)
            table.parentSpanId[row * 2 + 1] = view.getUint32(p + 5, true)
            p += 9
          } else {
            this.at = p
            p = this.#readId(end, table.parentSpanId, row, 2, 'parentSpanId')
            badParent = this.#badLength
          }
          break
        case 42: {
          this.at = p
          name = this.readText(end, 'name', this.predictions.names, placeAfter(this.#lastName))
          this.#lastName = name
          places = placesOf(name)
          p = this.at
          break
        }
        case 48:
          if (bytes[p] < 128 && p < end) kind = bytes[p++]
          else {
            this.at = p
            kind = this.#readEnum(end, 'kind')
            p = this.at
          }
          break
        case 57:
          this.at = p
          p = this.fixed(8, end, 'startTimeUnixNano')
          table.startTime[row * 2] = view.getUint32(p, true)
          table.startTime[row * 2 + 1] = view.getUint32(p + 4, true)
          p += 8
          break
        case 65:
          this.at = p
          p = this.fixed(8, end, 'endTimeUnixNano')
          table.endTime[row * 2] = view.getUint32(p, true)
          table.endTime[row * 2 + 1] = view.getUint32(p + 4, true)
          p += 8
          break
        default:
          this.at = p
          switch (tag) {
            case 26:
              traceState = this.readText(end, 'traceState', this.predictions.texts, TEXT_TRACE_STATE)
              break
            case 80:
              this.varint(end, 'droppedAttributesCount')
              droppedAttributes = this.low
              break
            case 90:
              this.#decodeEvent(this.delimited(end, 'events'))
              break
            case 96:
              this.varint(end, 'droppedEventsCount')
              droppedEvents = this.low
              break
            case 106:
              this.#decodeLink(this.delimited(end, 'links'))
              break
            case 112:
              this.varint(end, 'droppedLinksCount')
              droppedLinks = this.low
              break
            case 122:
              this.#decodeStatus(this.delimited(end, 'status'), row)
              break
            case 133:
              flags = view.getUint32(this.fixed(4, end, 'flags'), true)
              break
            default:
              this.skip(tag, end)
          }
          p = this.at
      }
    }
    this.at = end
    table.name[row] = name
    table.kind[row] = kind
    table.traceState[row] = traceState
    table.flags[row] = flags
    table.resource[row] = resource
    table.scope[row] = scope
    if (leftOut !== 0) table.marks[row] |= MARK_ENTRIES_DROPPED
    // Events and links above the limit are already counted in theirs.
    table.droppedAttributes[row] = Math.min(droppedAttributes + leftOut, 0xffffffff)
    if (droppedEvents !== 0) table.droppedEvents[row] = Math.min(table.droppedEvents[row] + droppedEvents, 0xffffffff)
    if (droppedLinks !== 0) table.droppedLinks[row] = Math.min(table.droppedLinks[row] + droppedLinks, 0xffffffff)
    if (badParent) table.fault('invalid_span_id')
    table.endSpan()
  }

  #lastName = 0
  #badLength = false

  /** Reads an id of `words` words to `row`; zero when it has another length, of which `#badLength` tells (0 is none). */
  #readId(end: number, column: Uint32Array, row: number, words: number, field: string): number {
    const to = this.delimited(end, field)
    const length = to - this.at
    const right = length === words * 4
    this.#badLength = !right && length !== 0
    for (let k = 0; k < words; k++) column[row * words + k] = right ? this.view.getUint32(this.at + k * 4, true) : 0
    this.at = to
    return to
  }

  #readEnum(end: number, field: string): number {
    this.varint(end, field)
    return this.high !== 0 || this.low > UNKNOWN_ENUM ? UNKNOWN_ENUM : this.low
  }

  #decodeStatus(end: number, row: number): void {
    const table = this.table
    this.place.part = 'status'
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 18) {
        const message = this.readText(end, 'message', this.predictions.texts, TEXT_STATUS_MESSAGE)
        table.statusMessage[row] = message
      } else if (tag === 24) table.status[row] = this.#readEnum(end, 'code')
      else this.skip(tag, end)
    }
    this.place.part = ''
  }

  #decodeEvent(end: number): void {
    const table = this.table
    this.place.part = 'events'
    this.place.partIndex = table.eventCount - rangeStart(table.eventEnd, table.rowCount)
    const event = table.addEvent(0, 0, 0, 0)
    if (event < 0) this.at = end
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 9) {
        const at = this.fixed(8, end, 'timeUnixNano')
        table.eventTime[event * 2] = this.view.getUint32(at, true)
        table.eventTime[event * 2 + 1] = this.view.getUint32(at + 4, true)
      } else if (tag === 18) {
        const name = this.readText(end, 'name', this.predictions.texts, TEXT_EVENT_NAME)
        table.eventName[event] = name
      } else if (tag === 26) {
        this.#decodeAttribute(this.delimited(end, 'attributes'), 'event', placesOf(table.eventName[event] + 97))
      } else if (tag === 32) {
        this.varint(end, 'droppedAttributesCount')
        table.eventDroppedAttributes[event] = this.low
      } else this.skip(tag, end)
    }
    if (event >= 0 && this.#leftOut !== 0) {
      table.eventDroppedAttributes[event] = Math.min(table.eventDroppedAttributes[event] + this.#leftOut, 0xffffffff)
    }
    this.#endEntry()
  }

  #decodeLink(end: number): void {
    const table = this.table
    this.place.part = 'links'
    this.place.partIndex = table.linkCount - rangeStart(table.linkEnd, table.rowCount)
    const link = table.addLink(this.#linkTraceId, 0, this.#linkSpanId, 0, 0, 0, 0)
    let badTraceId = false
    let badSpanId = false
    if (link < 0) this.at = end
    while (this.at < end) {
      const tag = this.tag(end)
      if (tag === 10) {
        this.#readId(end, table.linkTraceId, link, 4, 'traceId')
        badTraceId = this.#badLength
      } else if (tag === 18) {
        this.#readId(end, table.linkSpanId, link, 2, 'spanId')
        badSpanId = this.#badLength
      } else if (tag === 26) {
        const traceState = this.readText(end, 'traceState', this.predictions.texts, TEXT_TRACE_STATE)
        table.linkTraceState[link] = traceState
      } else if (tag === 34) this.#decodeAttribute(this.delimited(end, 'attributes'), 'link', placesOf(2))
      else if (tag === 40) {
        this.varint(end, 'droppedAttributesCount')
        table.linkDroppedAttributes[link] = this.low
      } else if (tag === 53) table.linkFlags[link] = this.view.getUint32(this.fixed(4, end, 'flags'), true)
      else this.skip(tag, end)
    }
    if (link >= 0 && this.#leftOut !== 0) {
      table.linkDroppedAttributes[link] = Math.min(table.linkDroppedAttributes[link] + this.#leftOut, 0xffffffff)
    }
    if (badTraceId) table.fault('invalid_trace_id')
    if (badSpanId) table.fault('invalid_span_id')
    this.#endEntry()
  }

  #endEntry(): void {
    if (this.#leftOut !== 0) this.table.marks[this.table.rowCount] |= MARK_ENTRIES_DROPPED
    this.#leftOut = 0
    this.place.endPart()
  }

  // ---- attributes ----

  /** Reads a KeyValue and appends it to its owner, the one added last; above the limit it is left out and counted. */
  #decodeAttribute(end: number, owner: Owner, places: number): void {
    const table = this.table
    this.place.attribute++
    let owned: number
    if (owner === 'resource')
      owned = table.resourceAttributeCount - rangeStart(table.resourceAttributeEnd, table.resourceCount)
    else if (owner === 'scope')
      owned = table.scopeAttributeCount - rangeStart(table.scopeAttributeEnd, table.scopeCount)
    else if (owner === 'event')
      owned = table.eventAttributeCount - rangeStart(table.eventAttributeEnd, Math.max(0, table.eventCount - 1))
    else owned = table.linkAttributeCount - rangeStart(table.linkAttributeEnd, Math.max(0, table.linkCount - 1))
    if (owned >= table.limits.attributes) {
      this.#leftOut++
      this.at = end
      return
    }
    this.readKeyValue(end, places | (this.place.attribute & POSITION_MASK))
    if (owner === 'resource') table.addResourceAttribute(this.key, this.type, this.valueLow, this.valueHigh)
    else if (owner === 'scope') table.addScopeAttribute(this.key, this.type, this.valueLow, this.valueHigh)
    else if (owner === 'event') table.addEventAttribute(this.key, this.type, this.valueLow, this.valueHigh)
    else table.addLinkAttribute(this.key, this.type, this.valueLow, this.valueHigh)
  }
}
