/**
 * A Zipkin span of a file on its way into a table, v1 or v2: the words of Zipkin's v2 model (WIRE.md 6.4), and their
 * meaning in OpenTelemetry's (7.5). What listeners take goes by `zipkin-row.ts`, without objects.
 */
import { encodeAnyValue } from '#shared/spans/any-value.ts'
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime } from '#shared/spans/time.ts'
import { readEventText, readLinkText } from './annotation-text.ts'
import { ABSENT_START, RESOURCE_TAG } from './zipkin-words.ts'

export interface ZipkinEndpoint {
  readonly serviceName: string
  /** As text, dotted or with colons; v4 before v6; empty when there is none. */
  readonly ip: string
  readonly port: number
}

export interface ZipkinAnnotation {
  /** µs since the epoch. */
  readonly timestamp: bigint
  readonly value: string
}

export interface ZipkinSpan {
  /** Column words (ids.ts); `parentId` is zero for none. */
  readonly traceId: Uint32Array
  readonly id: Uint32Array
  readonly parentId: Uint32Array
  /** OTLP's number: 2 server, 3 client, 4 producer, 5 consumer, 0 none. */
  readonly kind: number
  readonly name: string
  /** µs since the epoch, and µs; undefined when the record has none. */
  readonly timestamp: bigint | undefined
  readonly duration: bigint | undefined
  readonly local: ZipkinEndpoint | undefined
  readonly remote: ZipkinEndpoint | undefined
  readonly annotations: readonly ZipkinAnnotation[]
  /** In their order; a key may repeat. */
  readonly tags: readonly (readonly [key: string, value: AttributeValue])[]
  readonly debug: boolean
}

/** 2^64 ns end in 2554. */
const MOST_MICROSECONDS = 18_446_744_073_709_551n

/**
 * Appends a span. Throws DecodeError with `path` for a time outside 1970 … 2554 and when the table does not take it
 * (an id of zero); the caller rolls back to its mark then.
 */
export function addZipkinSpan(table: SpanTableBuilder, span: ZipkinSpan, path: string): void {
  const { traceId, id, parentId, local, remote, tags } = span
  const start = inRange(startOf(span) ?? 0n, `${path}.timestamp`)
  const end = inRange(start + (span.duration ?? lengthOf(span)), `${path}.duration`)
  const resource = addResource(table, local, tags)
  const scope = addScope(table, tags)
  const row = table.beginSpan()
  table.traceId.set(traceId, row * 4)
  table.spanId.set(id, row * 2)
  // A span that is said to be its own parent has none.
  if (parentId[0] !== id[0] || parentId[1] !== id[1]) table.parentSpanId.set(parentId, row * 2)
  setTime(table.startTime, row, start * 1000n)
  setTime(table.endTime, row, end * 1000n)
  table.resource[row] = resource
  table.scope[row] = scope
  table.kind[row] = span.kind
  const name = table.internText(span.name)
  table.name[row] = name
  const add = (key: string, value: AttributeValue): void => addAttribute(table, key, value)
  if (local !== undefined) addAddress(add, 'net.host', local)
  if (remote !== undefined) {
    if (remote.serviceName !== '') add('peer.service', { type: 'string', value: remote.serviceName })
    addAddress(add, 'net.peer', remote)
  }
  if (startOf(span) === undefined) add(ABSENT_START, { type: 'bool', value: true })
  // As Jaeger's flags have it (7.4).
  if (span.debug) table.flags[row] = 2
  addTags(table, row, span)
  addEvents(table, span, path)
  if (!table.endSpan()) throw new DecodeError('an id of zero; expected another', path)
}

/** The start that the span says, else its first annotation. */
function startOf({ timestamp, annotations }: ZipkinSpan): bigint | undefined {
  if (timestamp !== undefined && timestamp !== 0n) return timestamp
  let first: bigint | undefined
  for (const annotation of annotations) {
    if (first === undefined || annotation.timestamp < first) first = annotation.timestamp
  }
  return first
}

/** What a span without a duration lasts: from its first to its last annotation when it has no timestamp either. */
function lengthOf({ timestamp, annotations }: ZipkinSpan): bigint {
  if ((timestamp !== undefined && timestamp !== 0n) || annotations.length === 0) return 0n
  const times = annotations.map(annotation => annotation.timestamp).sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))
  return times[times.length - 1] - times[0]
}

function inRange(value: bigint, path: string): bigint {
  if (value >= 0n && value <= MOST_MICROSECONDS) return value
  throw new DecodeError(`${value} µs; expected 1970 … 2554`, path)
}

function addAttribute(table: SpanTableBuilder, key: string, value: AttributeValue): void {
  const id = table.internText(key)
  const [type, low, high] = encodeAnyValue(table, value)
  table.addAttribute(id, type, low, high)
}

function addAddress(add: (key: string, value: AttributeValue) => void, prefix: string, endpoint: ZipkinEndpoint): void {
  if (endpoint.ip !== '') add(`${prefix}.ip`, { type: 'string', value: endpoint.ip })
  if (endpoint.port !== 0) add(`${prefix}.port`, { type: 'int', value: BigInt(endpoint.port) })
}

function addResource(table: SpanTableBuilder, local: ZipkinEndpoint | undefined, tags: ZipkinSpan['tags']): number {
  const add = (key: string, value: AttributeValue): void => {
    const id = table.internText(key)
    const [type, low, high] = encodeAnyValue(table, value)
    table.addResourceAttribute(id, type, low, high)
  }
  const tagged = tags.find(([key]) => key === 'service.name')?.[1]
  const name = local?.serviceName || (tagged?.type === 'string' ? tagged.value : '')
  if (name !== '') add('service.name', { type: 'string', value: name })
  for (const [key, value] of tags) if (RESOURCE_TAG.test(key)) add(key, value)
  return table.endResource(0, 0)
}

const SCOPE_NAMES = ['otel.scope.name', 'otel.library.name']
const SCOPE_VERSIONS = ['otel.scope.version', 'otel.library.version']

function addScope(table: SpanTableBuilder, tags: ZipkinSpan['tags']): number {
  const find = (keys: readonly string[]): string => {
    const value = tags.find(([key]) => keys.includes(key))?.[1]
    return value?.type === 'string' ? value.value : ''
  }
  const name = table.internText(find(SCOPE_NAMES))
  return table.endScope(name, table.internText(find(SCOPE_VERSIONS)), 0, 0)
}

/** Tags that have become something else than an attribute are left out; the others stay as they are. */
function addTags(table: SpanTableBuilder, row: number, { tags, kind }: ZipkinSpan): void {
  let status = 0
  let message = ''
  for (const [key, value] of tags) {
    const text = value.type === 'string' ? value.value : undefined
    if (key === 'service.name' || RESOURCE_TAG.test(key) || SCOPE_NAMES.includes(key) || SCOPE_VERSIONS.includes(key))
      continue
    if (key === 'otel.status_code' && text !== undefined) {
      const code = text.toUpperCase()
      status = code === 'ERROR' ? 2 : code === 'OK' ? 1 : status
      continue
    }
    if ((key === 'otel.status_description' || key === 'otel.status_message') && text !== undefined) {
      message = text
      continue
    }
    // Zipkin: that the tag is there means an error; what it says is often the reason.
    if (key === 'error' && !isFalse(value)) {
      status = 2
      if (text === 'true' || (value.type === 'bool' && value.value)) continue
    }
    if (key === 'span.kind' && text === 'internal' && kind === 0) {
      table.kind[row] = 1
      continue
    }
    if (text !== undefined && key.startsWith('otlp.link.') && addLink(table, text)) continue
    if (key === 'w3c.tracestate' && text !== undefined) {
      const state = table.internText(text)
      table.traceState[row] = state
      continue
    }
    addAttribute(table, key, value)
  }
  table.status[row] = status
  const statusMessage = table.internText(message)
  table.statusMessage[row] = statusMessage
}

function isFalse(value: AttributeValue): boolean {
  return (value.type === 'string' && value.value === 'false') || (value.type === 'bool' && !value.value)
}

function addLink(table: SpanTableBuilder, text: string): boolean {
  const link = readLinkText(text)
  if (link === undefined) return false
  const state = table.internText(link.traceState)
  table.addLink(link.traceId, 0, link.spanId, 0, state, 0, link.dropped)
  for (const [key, value] of link.attributes) {
    const id = table.internText(key)
    const [type, low, high] = encodeAnyValue(table, value)
    table.addLinkAttribute(id, type, low, high)
  }
  return true
}

function addEvents(table: SpanTableBuilder, { annotations }: ZipkinSpan, path: string): void {
  const time = new Uint32Array(2)
  for (const [i, { timestamp, value }] of annotations.entries()) {
    setTime(time, 0, inRange(timestamp, `${path}.annotations[${i}].timestamp`) * 1000n)
    const event = readEventText(value)
    table.addEvent(time[0], time[1], table.internText(event.name), event.dropped)
    for (const [key, attribute] of event.attributes) {
      const id = table.internText(key)
      const [type, low, high] = encodeAnyValue(table, attribute)
      table.addEventAttribute(id, type, low, high)
    }
  }
}
