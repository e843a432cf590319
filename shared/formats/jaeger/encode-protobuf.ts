/**
 * Rows of a growing table as jaeger.api_v2 in protobuf (WIRE.md 6.5, 6.6): what `CollectorService/PostSpans` takes. The opposite of
 * decode-protobuf.ts: what that reads of these bytes is the same row again, as far as the vocabulary has words for it. It has none for
 * counts of what was left out, for trace state and flags of links, for schema addresses and for attributes of scopes.
 *
 *   encoder.begin(table)                                   // once a batch of rows
 *   const process = encoder.process(table.resource[row])   // bytes of a Process
 *   encoder.span(row, writer)                              // appends `spans` of a Batch
 *   encodePostSpans(process, [writer.finish()])
 */
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_MAP,
  ATTRIBUTE_STRING,
  type AttributeType,
} from '#shared/spans/attribute-value.ts'
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { rangeStart, SPAN_KINDS } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'
import { signedNumber } from '#shared/formats/wire-times.ts'
import { tagOf } from './tags.ts'
import { WARNINGS_ATTRIBUTE } from './ui-json.ts'

const KIND_CLIENT = 3
const STATUS_OK = 1
const STATUS_ERROR = 2
/** What the decoder makes of `jaeger.version`. */
const EXPORTER_PREFIX = 'Jaeger-'

const TAGS_OF_SPAN = 66
const TAGS_OF_PROCESS = 18
const FIELDS_OF_LOG = 18

/** Texts that spans are written with, encoded once: the engine's encoder costs more than all the rest of a tag. */
const WORDS = new Map<string, Uint8Array>()

function wordBytes(word: string): Uint8Array {
  let bytes = WORDS.get(word)
  if (bytes === undefined) WORDS.set(word, (bytes = encodeText(word)))
  return bytes
}

/** Dictionary ids of keys with a meaning; -1 where the table does not know the text. */
interface Keys {
  readonly error: number
  readonly statusCode: number
  readonly description: number
  readonly httpCode: number
  readonly httpMessage: number
  readonly event: number
  readonly refType: number
  readonly childOf: number
  readonly followsFrom: number
  readonly warnings: number
  readonly serviceName: number
  readonly hostName: number
  readonly hostname: number
  readonly exporter: number
}

/** An encoder to keep: for any number of tables, one after the other. */
export class JaegerProtobufEncoder {
  #table!: SpanTableBuilder
  #keys!: Keys
  // Of the attributes of the present span.
  #hasError = false
  #hasCode = false
  /** A text that would be taken for the status message where none is said. */
  #hasMessage = false
  /** The status code of HTTP; undefined without. */
  #httpCode: number | undefined

  /** Makes `table` the one that rows are read of. Again after more was decoded into it. */
  begin(table: SpanTableBuilder): void {
    this.#table = table
    const find = (text: string): number => table.dictionary.find(text)
    this.#keys = {
      error: find('error'),
      statusCode: find('otel.status_code'),
      description: find('otel.status_description'),
      httpCode: find('http.status_code'),
      httpMessage: find('http.status_message'),
      event: find('event'),
      refType: find('opentracing.ref_type'),
      childOf: find('child_of'),
      followsFrom: find('follows_from'),
      warnings: find(WARNINGS_ATTRIBUTE),
      serviceName: find('service.name'),
      hostName: find('host.name'),
      hostname: find('hostname'),
      exporter: find('opencensus.exporterversion'),
    }
  }

  /**
   * The bytes of a Process for a resource. `more`: tags of text that follow its own. What a Jaeger client called `hostname` and
   * `jaeger.version` is called so again.
   */
  process(resource: number, more: readonly (readonly [key: string, value: string])[] = []): Uint8Array<ArrayBuffer> {
    const table = this.#table
    const { serviceName, hostName, hostname, exporter } = this.#keys
    const w = new ProtobufWriter(512)
    let fromClient = false
    let hasHostname = false
    table.resourceAttributes.forOwner(resource, (key, type, low) => {
      if (key === hostname) hasHostname = true
      else if (key === exporter && type === ATTRIBUTE_STRING) {
        fromClient ||= table.dictionary.text(low).startsWith(EXPORTER_PREFIX)
      }
    })
    const service = table.resourceService[resource]
    let named = service === NO_SERVICE || service === 0
    if (!named) this.#text(w, 10, service)
    table.resourceAttributes.forOwner(resource, (key, type, low, high) => {
      if (key === serviceName && type === ATTRIBUTE_STRING && !named) {
        named = true
      } else if (key === hostName && fromClient && !hasHostname) {
        this.#namedTag(w, TAGS_OF_PROCESS, 'hostname', type, low, high)
      } else if (key === exporter && type === ATTRIBUTE_STRING && fromClient) {
        const version = table.dictionary.text(low)
        const told = version.startsWith(EXPORTER_PREFIX)
        textTag(
          w,
          TAGS_OF_PROCESS,
          told ? 'jaeger.version' : 'opencensus.exporterversion',
          told ? version.slice(EXPORTER_PREFIX.length) : version,
        )
      } else this.#tag(w, TAGS_OF_PROCESS, key, type, low, high)
    })
    for (const [key, value] of more) textTag(w, TAGS_OF_PROCESS, key, value)
    return w.finish()
  }

  /** Appends a row as `spans` of a Batch, without a process of its own. */
  span(row: number, w: ProtobufWriter): void {
    const table = this.#table
    const message = w.begin(10)
    id(w, 10, table.traceId, row * 4, 4)
    id(w, 18, table.spanId, row * 2, 2)
    this.#text(w, 26, table.name[row])
    this.#references(w, row)
    if (table.flags[row] !== 0) {
      w.uint32(40)
      w.uint32(table.flags[row])
    }
    const { startTime, endTime } = table
    divide(startTime[row * 2], startTime[row * 2 + 1])
    const { seconds, nanos } = DIVIDED
    writeTime(w, 50, seconds, nanos)
    divide(endTime[row * 2], endTime[row * 2 + 1])
    writeDuration(w, DIVIDED.seconds - seconds, DIVIDED.nanos - nanos)
    this.#tags(w, row)
    for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) this.#log(w, i)
    this.#warnings(w, row)
    w.end(message)
  }

  #references(w: ProtobufWriter, row: number): void {
    const table = this.#table
    const { parentSpanId } = table
    const hasParent = (parentSpanId[row * 2] | parentSpanId[row * 2 + 1]) !== 0
    if (hasParent && !this.#followsParent(row)) {
      const reference = w.begin(34)
      id(w, 10, table.traceId, row * 4, 4)
      id(w, 18, parentSpanId, row * 2, 2)
      w.end(reference)
    }
    for (let i = rangeStart(table.linkEnd, row); i < table.linkEnd[row]; i++) {
      const reference = w.begin(34)
      id(w, 10, table.linkTraceId, i * 4, 4)
      id(w, 18, table.linkSpanId, i * 2, 2)
      if (!this.#isOfType(i, this.#keys.childOf)) {
        w.uint32(24)
        w.uint32(1)
      }
      w.end(reference)
    }
  }

  /** Whether a link of the row says that its parent is followed. */
  #followsParent(row: number): boolean {
    const { traceId, parentSpanId, linkEnd, linkTraceId, linkSpanId } = this.#table
    for (let i = rangeStart(linkEnd, row); i < linkEnd[row]; i++) {
      let same = linkSpanId[i * 2] === parentSpanId[row * 2] && linkSpanId[i * 2 + 1] === parentSpanId[row * 2 + 1]
      for (let k = 0; k < 4; k++) same &&= linkTraceId[i * 4 + k] === traceId[row * 4 + k]
      if (same && this.#isOfType(i, this.#keys.followsFrom)) return true
    }
    return false
  }

  /** Whether a link's `opentracing.ref_type` is the text of this number. */
  #isOfType(link: number, type: number): boolean {
    let found = false
    this.#table.linkAttributes.forOwner(link, (key, kind, low) => {
      if (key === this.#keys.refType && kind === ATTRIBUTE_STRING && low === type) found = true
    })
    return found
  }

  /** Tags that mean more than an attribute first: of two with one key the decoder takes the first for what it means. */
  #tags(w: ProtobufWriter, row: number): void {
    const table = this.#table
    this.#hasError = this.#hasCode = this.#hasMessage = false
    this.#httpCode = undefined
    table.attributes.forOwner(row, this.#look)
    const scope = table.scope[row]
    if (scope < table.scopeCount) {
      this.#namedText(w, 'otel.scope.name', table.scopeName[scope])
      this.#namedText(w, 'otel.scope.version', table.scopeVersion[scope])
    }
    const kind = table.kind[row]
    if (kind >= 1 && kind <= 5) wordTag(w, 'span.kind', SPAN_KINDS[kind])
    this.#status(w, row, kind)
    this.#namedText(w, 'w3c.tracestate', table.traceState[row])
    table.attributes.forOwner(row, (key, type, low, high) => {
      if (key !== this.#keys.warnings || type !== ATTRIBUTE_ARRAY) this.#tag(w, TAGS_OF_SPAN, key, type, low, high)
    })
  }

  readonly #look = (key: number, type: AttributeType, low: number, high: number): void => {
    const keys = this.#keys
    if (key === keys.error) this.#hasError = true
    else if (key === keys.statusCode) this.#hasCode = true
    else if (key === keys.description || key === keys.httpMessage) this.#hasMessage ||= type === ATTRIBUTE_STRING
    else if (key === keys.httpCode && this.#httpCode === undefined) {
      if (type === ATTRIBUTE_INT) this.#httpCode = signedNumber(low, high)
      else this.#httpCode = type === ATTRIBUTE_STRING ? Number(this.#table.dictionary.text(low)) : 200
    }
  }

  /** The status, so that the decoder gets the same: where nothing is said it derives an error from HTTP's code, and takes HTTP's message. */
  #status(w: ProtobufWriter, row: number, kind: number): void {
    const table = this.#table
    const status = table.status[row]
    const message = table.statusMessage[row]
    const code = this.#httpCode
    const derived =
      !this.#hasError &&
      !this.#hasCode &&
      code !== undefined &&
      Number.isInteger(code) &&
      (code < 100 || code >= 500 || (code >= 400 && kind === KIND_CLIENT))
    if (status === STATUS_ERROR && (!derived || message !== 0)) {
      wordTag(w, 'otel.status_code', 'ERROR')
      const begun = w.begin(TAGS_OF_SPAN)
      w.field(10, wordBytes('error'))
      w.uint32(16)
      w.uint32(1)
      w.uint32(32)
      w.uint32(1)
      w.end(begun)
    } else if (status === STATUS_OK) wordTag(w, 'otel.status_code', 'OK')
    else if (status === 0 && (derived || this.#hasCode)) wordTag(w, 'otel.status_code', 'UNSET')
    if (message !== 0) this.#namedText(w, 'otel.status_description', message)
    else if (this.#hasMessage && !derived) wordTag(w, 'otel.status_description', '')
  }

  #log(w: ProtobufWriter, event: number): void {
    const table = this.#table
    const log = w.begin(74)
    divide(table.eventTime[event * 2], table.eventTime[event * 2 + 1])
    writeTime(w, 10, DIVIDED.seconds, DIVIDED.nanos)
    const name = table.eventName[event]
    let named = name !== 0
    if (!named) {
      // Its first text `event` would be taken for the name.
      table.eventAttributes.forOwner(event, (key, type) => {
        if (key === this.#keys.event && type === ATTRIBUTE_STRING) named = true
      })
    }
    if (named) {
      const begun = w.begin(FIELDS_OF_LOG)
      w.field(10, wordBytes('event'))
      this.#text(w, 26, name)
      w.end(begun)
    }
    table.eventAttributes.forOwner(event, (key, type, low, high) => this.#tag(w, FIELDS_OF_LOG, key, type, low, high))
    w.end(log)
  }

  #warnings(w: ProtobufWriter, row: number): void {
    const { warnings } = this.#keys
    if (warnings < 0) return
    const table = this.#table
    table.attributes.forOwner(row, (key, type, low, high) => {
      if (key !== warnings || type !== ATTRIBUTE_ARRAY) return
      const value = decodeAnyValue(table.dictionary, type, low, high)
      if (value.type !== 'array') return
      for (const one of value.values) if (one.type === 'string') w.text(98, one.value)
    })
  }

  #namedText(w: ProtobufWriter, key: string, value: number): void {
    if (value === 0) return
    const begun = w.begin(TAGS_OF_SPAN)
    w.field(10, wordBytes(key))
    this.#text(w, 26, value)
    w.end(begun)
  }

  #namedTag(w: ProtobufWriter, field: number, key: string, type: AttributeType, low: number, high: number): void {
    const begun = w.begin(field)
    w.text(10, key)
    this.#value(w, type, low, high)
    w.end(begun)
  }

  #tag(w: ProtobufWriter, field: number, key: number, type: AttributeType, low: number, high: number): void {
    const begun = w.begin(field)
    this.#text(w, 10, key)
    this.#value(w, type, low, high)
    w.end(begun)
  }

  /** `v_type` and the field that it names; what has no type there becomes a text (WIRE.md 7.2). */
  #value(w: ProtobufWriter, type: AttributeType, low: number, high: number): void {
    switch (type) {
      case ATTRIBUTE_STRING:
        this.#text(w, 26, low)
        break
      case ATTRIBUTE_BOOL:
        w.uint32(16)
        w.uint32(1)
        w.uint32(32)
        w.uint32(low === 0 ? 0 : 1)
        break
      case ATTRIBUTE_INT:
        w.uint32(16)
        w.uint32(2)
        w.uint32(40)
        w.uint64(low, high)
        break
      case ATTRIBUTE_DOUBLE:
        w.uint32(16)
        w.uint32(3)
        w.uint32(49)
        w.fixed32(low)
        w.fixed32(high)
        break
      case ATTRIBUTE_BYTES:
        w.uint32(16)
        w.uint32(4)
        this.#text(w, 58, low)
        break
      case ATTRIBUTE_ARRAY:
      case ATTRIBUTE_MAP: {
        const value = decodeAnyValue(this.#table.dictionary, type, low, high)
        w.text(26, String(tagOf({ key: '', value }).value))
        break
      }
    }
  }

  /** An entry of the dictionary, left out when it is empty. */
  #text(w: ProtobufWriter, field: number, entry: number): void {
    if (entry === 0) return
    const { dictionaryBytes, dictionaryOffset, dictionaryLength } = this.#table
    w.part(field, dictionaryBytes, dictionaryOffset[entry], dictionaryLength[entry])
  }
}

/** A PostSpansRequest: spans as `JaegerProtobufEncoder.span` wrote them, under one process. */
export function encodePostSpans(process: Uint8Array, spans: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = process.length + 16
  for (const each of spans) length += each.length
  const w = new ProtobufWriter(length)
  const batch = w.begin(10)
  for (const each of spans) w.raw(each)
  w.field(18, process)
  w.end(batch)
  return w.finish()
}

/** A tag of two words of the vocabulary. */
function wordTag(w: ProtobufWriter, key: string, value: string): void {
  const begun = w.begin(TAGS_OF_SPAN)
  w.field(10, wordBytes(key))
  if (value !== '') w.field(26, wordBytes(value))
  w.end(begun)
}

function textTag(w: ProtobufWriter, field: number, key: string, value: string): void {
  const begun = w.begin(field)
  w.text(10, key)
  if (value !== '') w.text(26, value)
  w.end(begun)
}

function id(w: ProtobufWriter, field: number, column: Uint32Array, from: number, words: number): void {
  w.uint32(field)
  w.uint32(words * 4)
  for (let k = 0; k < words; k++) w.fixed32(column[from + k])
}

/** What `divide` found last. */
const DIVIDED = { seconds: 0, nanos: 0 }

/** Nanoseconds in two words as seconds and nanoseconds, by long division in digits of 16 bits: exact, and no bigint a span. */
function divide(low: number, high: number): void {
  let seconds = 0
  let rest = 0
  for (let k = 0; k < 4; k++) {
    const word = k < 2 ? high : low
    const part = rest * 65_536 + ((k & 1) === 0 ? word >>> 16 : word & 65_535)
    const whole = Math.floor(part / 1e9)
    rest = part - whole * 1e9
    seconds = seconds * 65_536 + whole
  }
  DIVIDED.seconds = seconds
  DIVIDED.nanos = rest
}

function writeTime(w: ProtobufWriter, field: number, seconds: number, nanos: number): void {
  const begun = w.begin(field)
  if (seconds !== 0) {
    w.uint32(8)
    w.uint64(seconds >>> 0, Math.floor(seconds / 4_294_967_296) >>> 0)
  }
  if (nanos !== 0) {
    w.uint32(16)
    w.uint64(nanos >>> 0, nanos < 0 ? 0xffffffff : 0)
  }
  w.end(begun)
}

/** A Duration's parts have one sign. */
function writeDuration(w: ProtobufWriter, seconds: number, nanos: number): void {
  if (seconds > 0 && nanos < 0) writeTime(w, 58, seconds - 1, nanos + 1e9)
  else if (seconds < 0 && nanos > 0) writeTime(w, 58, seconds + 1, nanos - 1e9)
  else writeTime(w, 58, seconds, nanos)
}
