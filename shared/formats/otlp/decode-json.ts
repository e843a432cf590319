/**
 * OTLP traces in JSON (WIRE.md 5.4, 6.8) from UTF-8 bytes straight into rows of a span table: no `JSON.parse`, no span
 * objects, no recursion but for arrays and maps within the depth limit.
 *
 * Ids are hex of either case, 64-bit integers strings or numbers, enumerations numbers or names, bytes base64. Null is
 * absence, unknown keys are passed over, keys come in any order: spans that stand before their resource or scope are read
 * after it. The names before 2022 (`instrumentationLibrarySpans`, `instrumentationLibrary`) are taken too. Of a key that is
 * repeated the last value stands, lists go on; only a second `resource` or `scope` is refused.
 *
 * Files are read more leniently than requests: `decode-json-file.ts`.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { keepWholeRows } from '#shared/spans/keep-whole-rows.ts'
import { rangeStart } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-cursor.ts'
import {
  KEY_ATTRIBUTES,
  KEY_CODE,
  KEY_DROPPED_ATTRIBUTES_COUNT,
  KEY_DROPPED_EVENTS_COUNT,
  KEY_DROPPED_LINKS_COUNT,
  KEY_END_TIME_UNIX_NANO,
  KEY_EVENTS,
  KEY_FLAGS,
  KEY_KIND,
  KEY_LINKS,
  KEY_MESSAGE,
  KEY_NAME,
  KEY_PARENT_SPAN_ID,
  KEY_RESOURCE,
  KEY_RESOURCE_SPANS,
  KEY_SCHEMA_URL,
  KEY_SCOPE,
  KEY_SCOPE_SPANS,
  KEY_SPAN_ID,
  KEY_SPANS,
  KEY_START_TIME_UNIX_NANO,
  KEY_STATUS,
  KEY_TIME_UNIX_NANO,
  KEY_TRACE_ID,
  KEY_TRACE_STATE,
  KEY_VERSION,
} from './json-keys.ts'
import { JsonValueReader } from './json-values.ts'
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

/** Enumerations are kept in a byte; numbers beyond it, which mean nothing, all become this one. */
const UNKNOWN_ENUM = 255
const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  name => `SPAN_KIND_${name}`,
)
const STATUS_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

/** Decodes one request; throws as `OtlpJsonDecoder.decode`. For many keep a decoder, which remembers what spans look like. */
export function decodeOtlpJson(bytes: Uint8Array, table: SpanTableBuilder): void {
  new OtlpJsonDecoder().decode(bytes, table)
}

/** A decoder to keep: one a thread, for any number of messages and tables, one after the other. */
export class OtlpJsonDecoder extends JsonValueReader {
  #lastName = 0
  /** What the last resource and scope with spans had after them; guessed for the next one, mended when it is not so. */
  #resourceSchemaUrl = 0
  #scopeSchemaUrl = 0
  #schemaUrlsOf: SpanTableBuilder | undefined
  /** Whether a kind or status with an unknown name counts as an unknown number or is refused. */
  protected readonly unknownNamesPass: boolean = false
  /** Told of a span that can't be read and is passed over. Without it such a span ends the reading. */
  onBadSpan: ((error: DecodeError) => void) | undefined

  /**
   * Appends the spans of a request. `{}` is a request without spans. Which spans are not kept and what is cut: as
   * `OtlpProtobufDecoder.decode`. Throws DecodeError, with the path of the field and the byte, when the text is not such a
   * request, and passes TableFullError on; in both cases rows may have been added, and the caller rolls back.
   */
  decode(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.begin(bytes, table)
    try {
      this.readRequest()
      if (this.space() !== 0 || this.at < this.end) this.unexpected('nothing after the request')
    } finally {
      this.close()
    }
  }

  /** Starts reading; a byte order mark is passed over. */
  protected begin(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.table = table
    this.predictions.attach(table)
    if (this.#schemaUrlsOf !== table) {
      this.#schemaUrlsOf = table
      this.#resourceSchemaUrl = this.#scopeSchemaUrl = 0
    }
    this.place.reset()
    this.open(bytes)
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3
  }

  /** Reads `{"resourceSpans": […]}`. */
  protected readRequest(): void {
    if (this.space() !== OPEN_OBJECT) this.unexpected('an object')
    if (!this.enter(OPEN_OBJECT, '')) return
    do {
      const key = this.key()
      if (key === KEY_RESOURCE_SPANS) this.readResourceSpansList()
      else this.readOther(key)
    } while (this.more(OPEN_OBJECT, ''))
  }

  /** What stands beside `resourceSpans`: nothing that a request may have. */
  protected readOther(_key: number): void {
    this.skip()
  }

  protected readResourceSpansList(): void {
    if (this.enter(OPEN_ARRAY, 'resourceSpans')) {
      do {
        this.place.resourceSpans++
        this.#readResourceSpans()
      } while (this.more(OPEN_ARRAY, 'resourceSpans'))
    }
    this.place.resourceSpans = -1
  }

  // ---- resources and scopes ----

  #readResourceSpans(): void {
    if (!this.enter(OPEN_OBJECT, '')) return
    const { table } = this
    const firstRow = table.rowCount
    this.place.fault = undefined
    let seen = false
    let resource = -1
    let dropped = 0
    let schemaUrl = 0
    let schemaUrlSeen = false
    const waiting: number[] = []
    do {
      switch (this.key()) {
        case KEY_RESOURCE:
          if (seen) this.fail('a second resource', 'resource')
          seen = true
          dropped = this.#readResource()
          break
        case KEY_SCHEMA_URL:
          schemaUrl = this.internString('schemaUrl', this.predictions.texts, TEXT_RESOURCE_SCHEMA_URL)
          schemaUrlSeen = true
          break
        case KEY_SCOPE_SPANS:
          if (seen) {
            if (resource < 0) resource = table.endResource(schemaUrlSeen ? schemaUrl : this.#resourceSchemaUrl, dropped)
            this.#readScopeSpansList(resource)
          } else {
            this.space()
            waiting.push(this.at)
            this.skip()
          }
          break
        default:
          this.skip()
      }
    } while (this.more(OPEN_OBJECT, ''))
    if (resource < 0) resource = table.endResource(schemaUrl, dropped)
    const end = this.at
    for (const at of waiting) {
      this.at = at
      this.#readScopeSpansList(resource)
    }
    this.at = end
    this.place.scopeSpans = -1
    if (table.resourceSchemaUrl[resource] !== schemaUrl) this.#mendResource(resource, schemaUrl, firstRow)
    this.#resourceSchemaUrl = schemaUrl
  }

  /** The same resource with the schema URL that came after its spans, and the rows since `firstRow` moved to it. */
  #mendResource(guessed: number, schemaUrl: number, firstRow: number): void {
    const { table } = this
    const from = guessed === 0 ? 0 : table.resourceAttributeEnd[guessed - 1]
    const to = table.resourceAttributeEnd[guessed]
    for (let i = from; i < to; i++) {
      const { resourceAttributeKey: keys, resourceAttributeType: types, resourceAttributeValue: values } = table
      table.addResourceAttribute(keys[i], types[i] as 0, values[i * 2], values[i * 2 + 1])
    }
    const resource = table.endResource(schemaUrl, table.resourceDroppedAttributes[guessed])
    for (let row = firstRow; row < table.rowCount; row++) {
      if (table.resource[row] === guessed) table.resource[row] = resource
    }
  }

  #readResource(): number {
    this.place.part = 'resource'
    let dropped = 0
    let leftOut = 0
    if (this.enter(OPEN_OBJECT, '')) {
      do {
        switch (this.key()) {
          case KEY_ATTRIBUTES:
            leftOut += this.#readAttributes('resource', placesOf(0))
            break
          case KEY_DROPPED_ATTRIBUTES_COUNT:
            dropped = this.#uint32('droppedAttributesCount')
            break
          default:
            this.skip()
        }
      } while (this.more(OPEN_OBJECT, ''))
    }
    this.place.part = ''
    return Math.min(dropped + leftOut, 0xffffffff)
  }

  #readScopeSpansList(resource: number): void {
    const fault = this.place.fault
    if (!this.enter(OPEN_ARRAY, 'scopeSpans')) return
    do {
      this.place.scopeSpans++
      this.place.fault = fault
      this.#readScopeSpans(resource)
    } while (this.more(OPEN_ARRAY, 'scopeSpans'))
    this.place.fault = fault
  }

  #scopeName = 0
  #scopeVersion = 0

  #readScopeSpans(resource: number): void {
    if (!this.enter(OPEN_OBJECT, '')) return
    const { table } = this
    const firstRow = table.rowCount
    this.#scopeName = this.#scopeVersion = 0
    let seen = false
    let scope = -1
    let dropped = 0
    let schemaUrl = 0
    let schemaUrlSeen = false
    const waiting: number[] = []
    do {
      switch (this.key()) {
        case KEY_SCOPE:
          if (seen) this.fail('a second scope', 'scope')
          seen = true
          dropped = this.#readScope()
          break
        case KEY_SCHEMA_URL:
          schemaUrl = this.internString('schemaUrl', this.predictions.texts, TEXT_SCOPE_SCHEMA_URL)
          schemaUrlSeen = true
          break
        case KEY_SPANS:
          if (seen) {
            if (scope < 0) scope = this.#endScope(schemaUrlSeen ? schemaUrl : this.#scopeSchemaUrl, dropped)
            this.#readSpans(resource, scope)
          } else {
            this.space()
            waiting.push(this.at)
            this.skip()
          }
          break
        default:
          this.skip()
      }
    } while (this.more(OPEN_OBJECT, ''))
    if (scope < 0) scope = this.#endScope(schemaUrl, dropped)
    const end = this.at
    for (const at of waiting) {
      this.at = at
      this.#readSpans(resource, scope)
    }
    this.at = end
    this.place.span = -1
    if (table.scopeSchemaUrl[scope] !== schemaUrl) this.#mendScope(scope, schemaUrl, firstRow)
    this.#scopeSchemaUrl = schemaUrl
  }

  #endScope(schemaUrl: number, dropped: number): number {
    return this.table.endScope(this.#scopeName, this.#scopeVersion, schemaUrl, dropped)
  }

  #mendScope(guessed: number, schemaUrl: number, firstRow: number): void {
    const { table } = this
    const from = guessed === 0 ? 0 : table.scopeAttributeEnd[guessed - 1]
    const to = table.scopeAttributeEnd[guessed]
    for (let i = from; i < to; i++) {
      const { scopeAttributeKey: keys, scopeAttributeType: types, scopeAttributeValue: values } = table
      table.addScopeAttribute(keys[i], types[i] as 0, values[i * 2], values[i * 2 + 1])
    }
    const scope = this.#endScope(schemaUrl, table.scopeDroppedAttributes[guessed])
    for (let row = firstRow; row < table.rowCount; row++) if (table.scope[row] === guessed) table.scope[row] = scope
  }

  #readScope(): number {
    this.place.part = 'scope'
    let dropped = 0
    let leftOut = 0
    if (this.enter(OPEN_OBJECT, '')) {
      do {
        switch (this.key()) {
          case KEY_NAME:
            this.#scopeName = this.internString('name', this.predictions.texts, TEXT_SCOPE_NAME)
            break
          case KEY_VERSION:
            this.#scopeVersion = this.internString('version', this.predictions.texts, TEXT_SCOPE_VERSION)
            break
          case KEY_ATTRIBUTES:
            leftOut += this.#readAttributes('scope', placesOf(1))
            break
          case KEY_DROPPED_ATTRIBUTES_COUNT:
            dropped = this.#uint32('droppedAttributesCount')
            break
          default:
            this.skip()
        }
      } while (this.more(OPEN_OBJECT, ''))
    }
    this.place.part = ''
    return Math.min(dropped + leftOut, 0xffffffff)
  }

  // ---- spans ----

  #readSpans(resource: number, scope: number): void {
    if (!this.enter(OPEN_ARRAY, 'spans')) return
    const { onBadSpan } = this
    do {
      this.place.span++
      if (onBadSpan === undefined) this.#readSpan(resource, scope)
      else this.#readSpanOrPass(resource, scope, onBadSpan)
    } while (this.more(OPEN_ARRAY, 'spans'))
  }

  /** Passes over a span that can't be read when its end can be found: what is not JSON ends the reading all the same. */
  #readSpanOrPass(resource: number, scope: number, onBadSpan: (error: DecodeError) => void): void {
    this.space()
    const { at } = this
    try {
      this.#readSpan(resource, scope)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.at = at
      try {
        this.skip()
      } catch {
        throw error
      }
      keepWholeRows(this.table)
      this.place.endPart()
      onBadSpan(error)
    }
  }

  #readSpan(resource: number, scope: number): void {
    if (!this.enter(OPEN_OBJECT, '')) {
      // An empty span has no ids and is counted as what it is.
      this.table.beginSpan()
      this.table.endSpan()
      return
    }
    const { table } = this
    const row = table.beginSpan()
    if (this.place.fault !== undefined) table.fault(this.place.fault)
    table.resource[row] = resource
    table.scope[row] = scope
    let places = 0
    let badParent = false
    let droppedAttributes = 0
    let droppedEvents = 0
    let droppedLinks = 0
    do {
      switch (this.key()) {
        case KEY_ATTRIBUTES:
          this.#readAttributes('span', places)
          break
        case KEY_TRACE_ID:
          this.readId(table.traceId, row, 4, 'traceId')
          break
        case KEY_SPAN_ID:
          this.readId(table.spanId, row, 2, 'spanId')
          break
        case KEY_PARENT_SPAN_ID:
          badParent = !this.readId(table.parentSpanId, row, 2, 'parentSpanId')
          break
        case KEY_NAME: {
          const name = this.internString('name', this.predictions.names, placeAfter(this.#lastName))
          table.name[row] = name
          this.#lastName = name
          places = placesOf(name)
          break
        }
        case KEY_KIND:
          table.kind[row] = this.#enumeration(KIND_NAMES, 'kind')
          break
        case KEY_START_TIME_UNIX_NANO:
          this.integer('startTimeUnixNano', false)
          table.startTime[row * 2] = this.low
          table.startTime[row * 2 + 1] = this.high
          break
        case KEY_END_TIME_UNIX_NANO:
          this.integer('endTimeUnixNano', false)
          table.endTime[row * 2] = this.low
          table.endTime[row * 2 + 1] = this.high
          break
        case KEY_STATUS:
          this.#readStatus(row)
          break
        case KEY_EVENTS:
          if (this.enter(OPEN_ARRAY, 'events')) {
            do this.#readEvent()
            while (this.more(OPEN_ARRAY, 'events'))
          }
          break
        case KEY_LINKS:
          if (this.enter(OPEN_ARRAY, 'links')) {
            do this.#readLink()
            while (this.more(OPEN_ARRAY, 'links'))
          }
          break
        case KEY_TRACE_STATE: {
          const traceState = this.internString('traceState', this.predictions.texts, TEXT_TRACE_STATE)
          table.traceState[row] = traceState
          break
        }
        case KEY_FLAGS:
          table.flags[row] = this.#uint32('flags')
          break
        case KEY_DROPPED_ATTRIBUTES_COUNT:
          droppedAttributes = this.#uint32('droppedAttributesCount')
          break
        case KEY_DROPPED_EVENTS_COUNT:
          droppedEvents = this.#uint32('droppedEventsCount')
          break
        case KEY_DROPPED_LINKS_COUNT:
          droppedLinks = this.#uint32('droppedLinksCount')
          break
        default:
          this.skip()
      }
    } while (this.more(OPEN_OBJECT, ''))
    // What was above a limit is already counted.
    if (droppedAttributes !== 0) table.droppedAttributes[row] = sum(table.droppedAttributes[row], droppedAttributes)
    if (droppedEvents !== 0) table.droppedEvents[row] = sum(table.droppedEvents[row], droppedEvents)
    if (droppedLinks !== 0) table.droppedLinks[row] = sum(table.droppedLinks[row], droppedLinks)
    if (badParent) table.fault('invalid_span_id')
    table.endSpan()
  }

  #uint32(field: string): number {
    const { at } = this
    this.integer(field, false)
    if (this.high !== 0) this.fail('a number above 4294967295', field, at)
    return this.low
  }

  /** A number of an enumeration, or one of its names. */
  #enumeration(names: readonly string[], field: string): number {
    const first = this.space()
    const { at } = this
    if (first === QUOTE && !(this.bytes[at + 1] >= 45 && this.bytes[at + 1] <= 57)) {
      this.string(field)
      const index = names.indexOf(this.text())
      if (index < 0 && this.unknownNamesPass) return UNKNOWN_ENUM
      if (index < 0)
        this.fail(`seen "${this.text().slice(0, 40)}"; expected ${names.join(', ')} or a number`, field, at)
      return index
    }
    this.integer(field, true)
    return this.high !== 0 || this.low > UNKNOWN_ENUM ? UNKNOWN_ENUM : this.low
  }

  #readStatus(row: number): void {
    const { table } = this
    this.place.part = 'status'
    if (this.enter(OPEN_OBJECT, '')) {
      do {
        const key = this.key()
        if (key === KEY_CODE) table.status[row] = this.#enumeration(STATUS_NAMES, 'code')
        else if (key === KEY_MESSAGE) {
          const message = this.internString('message', this.predictions.texts, TEXT_STATUS_MESSAGE)
          table.statusMessage[row] = message
        } else this.skip()
      } while (this.more(OPEN_OBJECT, ''))
    }
    this.place.part = ''
  }

  #readEvent(): void {
    const { table } = this
    this.place.part = 'events'
    this.place.partIndex = table.eventCount - rangeStart(table.eventEnd, table.rowCount)
    const event = table.addEvent(0, 0, 0, 0)
    if (event < 0) this.skip()
    else if (this.enter(OPEN_OBJECT, '')) {
      let dropped = 0
      do {
        switch (this.key()) {
          case KEY_NAME: {
            const name = this.internString('name', this.predictions.texts, TEXT_EVENT_NAME)
            table.eventName[event] = name
            break
          }
          case KEY_TIME_UNIX_NANO:
            this.integer('timeUnixNano', false)
            table.eventTime[event * 2] = this.low
            table.eventTime[event * 2 + 1] = this.high
            break
          case KEY_ATTRIBUTES:
            this.#readAttributes('event', placesOf(table.eventName[event] + 97))
            break
          case KEY_DROPPED_ATTRIBUTES_COUNT:
            dropped = this.#uint32('droppedAttributesCount')
            break
          default:
            this.skip()
        }
      } while (this.more(OPEN_OBJECT, ''))
      table.eventDroppedAttributes[event] = sum(table.eventDroppedAttributes[event], dropped)
    }
    this.place.part = ''
  }

  #readLink(): void {
    const { table } = this
    this.place.part = 'links'
    this.place.partIndex = table.linkCount - rangeStart(table.linkEnd, table.rowCount)
    const link = table.addLink(NO_ID, 0, NO_ID, 0, 0, 0, 0)
    if (link < 0) this.skip()
    else if (this.enter(OPEN_OBJECT, '')) {
      let dropped = 0
      do {
        switch (this.key()) {
          case KEY_TRACE_ID:
            if (!this.readId(table.linkTraceId, link, 4, 'traceId')) table.fault('invalid_trace_id')
            break
          case KEY_SPAN_ID:
            if (!this.readId(table.linkSpanId, link, 2, 'spanId')) table.fault('invalid_span_id')
            break
          case KEY_TRACE_STATE: {
            const traceState = this.internString('traceState', this.predictions.texts, TEXT_TRACE_STATE)
            table.linkTraceState[link] = traceState
            break
          }
          case KEY_FLAGS:
            table.linkFlags[link] = this.#uint32('flags')
            break
          case KEY_ATTRIBUTES:
            this.#readAttributes('link', placesOf(2))
            break
          case KEY_DROPPED_ATTRIBUTES_COUNT:
            dropped = this.#uint32('droppedAttributesCount')
            break
          default:
            this.skip()
        }
      } while (this.more(OPEN_OBJECT, ''))
      table.linkDroppedAttributes[link] = sum(table.linkDroppedAttributes[link], dropped)
    }
    this.place.part = ''
  }

  /** Reads attributes to their owner, the one added last; the number of those of a resource or scope above the limit. */
  #readAttributes(owner: 'span' | 'event' | 'link' | 'resource' | 'scope', places: number): number {
    if (!this.enter(OPEN_ARRAY, 'attributes')) return 0
    const { table } = this
    const most = table.limits.attributes
    let position = 0
    let leftOut = 0
    do {
      this.place.attribute = position
      this.readKeyValue(places | (position & POSITION_MASK))
      position++
      const { attributeKey, type, valueLow, valueHigh } = this
      if (owner === 'span') table.addAttribute(attributeKey, type, valueLow, valueHigh)
      else if (owner === 'event') table.addEventAttribute(attributeKey, type, valueLow, valueHigh)
      else if (owner === 'link') table.addLinkAttribute(attributeKey, type, valueLow, valueHigh)
      else if (position > most) leftOut++
      else if (owner === 'resource') table.addResourceAttribute(attributeKey, type, valueLow, valueHigh)
      else table.addScopeAttribute(attributeKey, type, valueLow, valueHigh)
    } while (this.more(OPEN_ARRAY, 'attributes'))
    this.place.attribute = -1
    return leftOut
  }
}

const NO_ID = new Uint32Array(4)

function sum(counted: number, said: number): number {
  return Math.min(counted + said, 0xffffffff)
}
