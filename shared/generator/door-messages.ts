/**
 * Spans of a table as the messages that clients of other vocabularies send, for tests and benchmarks: Jaeger's model in
 * Thrift and protobuf (WIRE.md 6.1, 6.5, 7.2), Zipkin's v2 in JSON and protobuf and its v1 in Thrift (6.3, 6.4). What a vocabulary can't say is
 * left out. Not for hot paths.
 */
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { idWords, type SpanId, type TraceId } from '#shared/spans/ids.ts'
import type { Span } from '#shared/spans/span.ts'
import { tagOf } from '#shared/formats/jaeger/tags.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'
import {
  bool,
  double,
  i16,
  i32,
  i64,
  struct,
  structs,
  text,
  type ThriftField,
  type ThriftValue,
} from '#shared/formats/thrift/thrift-writer.ts'

const text_ = (key: string, value: string): Attribute => ({ key, value: { type: 'string', value } })

/** A span's tags in Jaeger's model: scope, attributes, kind, status, trace state (7.2). */
function jaegerTags(span: Span): Attribute[] {
  const { scope } = span
  const tags: Attribute[] = []
  if (scope.name !== '') tags.push(text_('otel.scope.name', scope.name))
  if (scope.version !== '') tags.push(text_('otel.scope.version', scope.version))
  tags.push(...span.attributes)
  if (span.kind !== 'unspecified') tags.push(text_('span.kind', span.kind))
  if (span.status === 'ok') tags.push(text_('otel.status_code', 'OK'))
  if (span.status === 'error') {
    tags.push(text_('otel.status_code', 'ERROR'), { key: 'error', value: { type: 'bool', value: true } })
  }
  if (span.statusMessage !== '') tags.push(text_('otel.status_description', span.statusMessage))
  if (span.traceState !== '') tags.push(text_('w3c.tracestate', span.traceState))
  return tags
}

/** Of the resource: its service's name apart, `host.name` by its name in Jaeger. */
function processTags(span: Span): Attribute[] {
  return span.resource.attributes
    .filter(({ key }) => key !== 'service.name')
    .map(({ key, value }) => ({ key: key === 'host.name' ? 'hostname' : key, value }))
}

function eventFields(event: Span['events'][number]): Attribute[] {
  return event.name === '' ? [...event.attributes] : [text_('event', event.name), ...event.attributes]
}

/** The words of an id as the numbers that other wire formats have. */
function idNumbers(id: string): bigint[] {
  return Array.from({ length: id.length / 16 }, (_, i) =>
    BigInt.asIntN(64, BigInt(`0x${id.slice(i * 16, i * 16 + 16)}`)),
  )
}

function isFollowing(link: Span['links'][number]): boolean {
  const type = link.attributes.find(({ key }) => key === 'opentracing.ref_type')?.value
  return type?.type !== 'string' || type.value !== 'child_of'
}

// ---- jaeger.thrift ----

function thriftTag({ key, value }: Attribute): ThriftValue {
  const head: ThriftField = [1, text(key)]
  switch (value.type) {
    case 'double':
      return struct(head, [2, i32(1)], [4, double(value.value)])
    case 'bool':
      return struct(head, [2, i32(2)], [5, bool(value.value)])
    case 'int':
      return struct(head, [2, i32(3)], [6, i64(value.value)])
    case 'bytes':
      return struct(head, [2, i32(4)], [7, text(value.value)])
    default:
      return struct(head, [2, i32(0)], [3, text(String(tagOf({ key, value }).value))])
  }
}

/** A Batch of jaeger.thrift: all spans under the first one's process. Times are cut to µs. */
export function jaegerThriftBatch(spans: readonly Span[]): ThriftValue {
  const process = struct(
    [1, text(spans[0]?.serviceName ?? '')],
    [2, structs(spans.length === 0 ? [] : processTags(spans[0]).map(thriftTag))],
  )
  return struct([1, process], [2, structs(spans.map(thriftSpan))])
}

function thriftSpan(span: Span): ThriftValue {
  const [high, low] = idNumbers(span.traceId)
  const start = span.startTime / 1000n
  const fields: ThriftField[] = [
    [1, i64(low)],
    [2, i64(high)],
    [3, i64(idNumbers(span.spanId)[0])],
    [4, i64(span.parentSpanId === undefined ? 0n : idNumbers(span.parentSpanId)[0])],
    [5, text(span.name)],
  ]
  if (span.links.length > 0) {
    const references = span.links.map(link => {
      const [linkHigh, linkLow] = idNumbers(link.traceId)
      const type = i32(isFollowing(link) ? 1 : 0)
      return struct([1, type], [2, i64(linkLow)], [3, i64(linkHigh)], [4, i64(idNumbers(link.spanId)[0])])
    })
    fields.push([6, structs(references)])
  }
  fields.push(
    [7, i32(span.flags & 255)],
    [8, i64(start)],
    [9, i64(span.endTime / 1000n - start)],
    [10, structs(jaegerTags(span).map(thriftTag))],
  )
  if (span.events.length > 0) {
    const logs = span.events.map(event =>
      struct([1, i64(event.time / 1000n)], [2, structs(eventFields(event).map(thriftTag))]),
    )
    fields.push([11, structs(logs)])
  }
  return struct(...fields)
}

// ---- jaeger.api_v2 ----

const VALUE_TYPES: Readonly<Record<string, number>> = { bool: 1, int: 2, double: 3, bytes: 4 }

/** A PostSpansRequest: all spans under the first one's process. */
export function jaegerPostSpans(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  const w = new ProtobufWriter()
  const batch = w.begin(10)
  for (const span of spans) writeProtoSpan(w, span)
  const process = w.begin(18)
  w.text(10, spans[0]?.serviceName ?? '')
  if (spans.length > 0) for (const tag of processTags(spans[0])) writeProtoTag(w, 18, tag)
  w.end(process)
  w.end(batch)
  return w.finish()
}

function writeProtoSpan(w: ProtobufWriter, span: Span): void {
  const message = w.begin(10)
  w.field(10, idBytes(span.traceId))
  w.field(18, idBytes(span.spanId))
  w.text(26, span.name)
  const reference = (trace: string, id: string, follows: boolean): void => {
    const begun = w.begin(34)
    w.field(10, idBytes(trace))
    w.field(18, idBytes(id))
    if (follows) {
      w.uint32(24)
      w.uint32(1)
    }
    w.end(begun)
  }
  if (span.parentSpanId !== undefined) reference(span.traceId, span.parentSpanId, false)
  for (const link of span.links) reference(link.traceId, link.spanId, isFollowing(link))
  if (span.flags !== 0) {
    w.uint32(40)
    w.uint32(span.flags & 255)
  }
  writeSeconds(w, 50, span.startTime)
  writeSeconds(w, 58, span.endTime - span.startTime)
  for (const tag of jaegerTags(span)) writeProtoTag(w, 66, tag)
  for (const event of span.events) {
    const log = w.begin(74)
    writeSeconds(w, 10, event.time)
    for (const field of eventFields(event)) writeProtoTag(w, 18, field)
    w.end(log)
  }
  w.end(message)
}

function writeSeconds(w: ProtobufWriter, tag: number, nanoseconds: bigint): void {
  const begun = w.begin(tag)
  const number = (field: number, value: bigint): void => {
    const bits = BigInt.asUintN(64, value)
    w.uint32(field)
    w.uint64(Number(bits & 0xffffffffn), Number(bits >> 32n))
  }
  number(8, nanoseconds / 1_000_000_000n)
  number(16, nanoseconds % 1_000_000_000n)
  w.end(begun)
}

function writeProtoTag(w: ProtobufWriter, tag: number, { key, value }: Attribute): void {
  const begun = w.begin(tag)
  w.text(10, key)
  const type = VALUE_TYPES[value.type]
  if (type !== undefined) {
    w.uint32(16)
    w.uint32(type)
  }
  switch (value.type) {
    case 'bool':
      w.uint32(32)
      w.uint32(value.value ? 1 : 0)
      break
    case 'int': {
      const bits = BigInt.asUintN(64, value.value)
      w.uint32(40)
      w.uint64(Number(bits & 0xffffffffn), Number(bits >> 32n))
      break
    }
    case 'double': {
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setFloat64(0, value.value, true)
      w.uint32(49)
      w.raw(bytes)
      break
    }
    case 'bytes':
      w.field(58, value.value)
      break
    default:
      w.text(26, String(tagOf({ key, value }).value))
  }
  w.end(begun)
}

function idBytes(id: string): Uint8Array {
  const words = idWords(id as TraceId | SpanId)
  return new Uint8Array(words.buffer)
}

// ---- Zipkin ----

const ZIPKIN_KINDS: Readonly<Record<string, string>> = {
  client: 'CLIENT',
  server: 'SERVER',
  producer: 'PRODUCER',
  consumer: 'CONSUMER',
}

/** Attributes that a span's own fields say in Zipkin. */
const ENDPOINT_KEYS = new Set(['net.host.ip', 'net.host.port', 'peer.service', 'net.peer.ip', 'net.peer.port'])

interface Endpoint {
  readonly serviceName?: string
  readonly ipv4?: string
  readonly port?: number
}

function endpointOf(span: Span, service: string | undefined, prefix: string): Endpoint | undefined {
  const find = (key: string): AttributeValue | undefined => span.attributes.find(one => one.key === key)?.value
  const ip = find(`${prefix}.ip`)
  const port = find(`${prefix}.port`)
  if (service === undefined && ip === undefined && port === undefined) return undefined
  return {
    ...(service === undefined ? {} : { serviceName: service }),
    ...(ip?.type === 'string' ? { ipv4: ip.value } : {}),
    ...(port?.type === 'int' ? { port: Number(port.value) } : {}),
  }
}

/** What Zipkin says of a span, in the form of its v2 JSON. */
export function zipkinSpan(span: Span) {
  const peer = span.attributes.find(({ key }) => key === 'peer.service')?.value
  const tags: [string, string][] = []
  const add = (key: string, value: string): void => void tags.push([key, value])
  for (const { key, value } of span.resource.attributes) {
    if (key !== 'service.name') add(key, String(tagOf({ key, value }).value))
  }
  if (span.scope.name !== '') add('otel.scope.name', span.scope.name)
  if (span.scope.version !== '') add('otel.scope.version', span.scope.version)
  for (const attribute of span.attributes) {
    if (!ENDPOINT_KEYS.has(attribute.key)) add(attribute.key, String(tagOf(attribute).value))
  }
  if (span.kind === 'internal') add('span.kind', 'internal')
  if (span.status !== 'unset') add('otel.status_code', span.status.toUpperCase())
  if (span.statusMessage !== '') add('otel.status_description', span.statusMessage)
  if (span.traceState !== '') add('w3c.tracestate', span.traceState)
  return {
    traceId: span.traceId,
    ...(span.parentSpanId === undefined ? {} : { parentId: span.parentSpanId }),
    id: span.spanId,
    ...(ZIPKIN_KINDS[span.kind] === undefined ? {} : { kind: ZIPKIN_KINDS[span.kind] }),
    name: span.name,
    timestamp: Number(span.startTime / 1000n),
    duration: Number(span.endTime / 1000n - span.startTime / 1000n),
    localEndpoint: endpointOf(span, span.serviceName, 'net.host'),
    remoteEndpoint: endpointOf(span, peer?.type === 'string' ? peer.value : undefined, 'net.peer'),
    annotations: span.events.map(event => ({ timestamp: Number(event.time / 1000n), value: eventText(event) })),
    tags: Object.fromEntries(tags),
    ...((span.flags & 2) === 0 ? {} : { debug: true }),
  }
}

/** As OpenTelemetry's exporters pack attributes into an annotation. */
function eventText({ name, attributes }: Span['events'][number]): string {
  if (attributes.length === 0) return name
  const values = attributes.map(attribute => [attribute.key, tagOf(attribute).value] as const)
  return `${name}|${JSON.stringify(Object.fromEntries(values))}|0`
}

/** A ListOfSpans of zipkin.proto3. */
export function zipkinList(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  const w = new ProtobufWriter()
  for (const span of spans) {
    const said = zipkinSpan(span)
    const message = w.begin(10)
    w.field(10, idBytes(span.traceId))
    if (span.parentSpanId !== undefined) w.field(18, idBytes(span.parentSpanId))
    w.field(26, idBytes(span.spanId))
    const kind = ['', 'client', 'server', 'producer', 'consumer'].indexOf(span.kind)
    if (kind > 0) {
      w.uint32(32)
      w.uint32(kind)
    }
    w.text(42, span.name)
    writeFixed64(w, 49, said.timestamp)
    w.uint32(56)
    w.uint64(said.duration >>> 0, Math.floor(said.duration / 2 ** 32))
    if (said.localEndpoint !== undefined) writeEndpoint(w, 66, said.localEndpoint)
    if (said.remoteEndpoint !== undefined) writeEndpoint(w, 74, said.remoteEndpoint)
    for (const { timestamp, value } of said.annotations) {
      const begun = w.begin(82)
      writeFixed64(w, 9, timestamp)
      w.text(18, value)
      w.end(begun)
    }
    for (const [key, value] of Object.entries(said.tags)) {
      const begun = w.begin(90)
      w.text(10, key)
      w.text(18, value)
      w.end(begun)
    }
    if (said.debug === true) {
      w.uint32(96)
      w.uint32(1)
    }
    w.end(message)
  }
  return w.finish()
}

function writeFixed64(w: ProtobufWriter, tag: number, value: number): void {
  w.uint32(tag)
  w.fixed32(value >>> 0)
  w.fixed32(Math.floor(value / 2 ** 32))
}

function writeEndpoint(w: ProtobufWriter, tag: number, { serviceName, ipv4, port }: Endpoint): void {
  const begun = w.begin(tag)
  if (serviceName !== undefined) w.text(10, serviceName)
  if (ipv4 !== undefined) w.field(18, Uint8Array.from(ipv4.split('.').map(Number)))
  if (port !== undefined) {
    w.uint32(32)
    w.uint32(port)
  }
  w.end(begun)
}

/** The list of zipkincore.thrift: kinds as core annotations, tags as texts. Producers and consumers have no end in it but a duration. */
export function zipkinThriftList(spans: readonly Span[]): ThriftValue {
  return structs(
    spans.map(span => {
      const said = zipkinSpan(span)
      const [high, low] = idNumbers(span.traceId)
      const host = thriftEndpoint(said.localEndpoint ?? {})
      const core: Readonly<Record<string, readonly [string, string | undefined]>> = {
        CLIENT: ['cs', 'cr'],
        SERVER: ['sr', 'ss'],
        PRODUCER: ['ms', undefined],
        CONSUMER: ['mr', undefined],
      }
      const [begin, end] = core[said.kind ?? ''] ?? []
      const annotation = (time: number, value: string): ThriftValue =>
        struct([1, i64(time)], [2, text(value)], [3, host])
      const binary = (key: string, value: string | Uint8Array, type: number, endpoint: ThriftValue): ThriftValue =>
        struct([1, text(key)], [2, text(value)], [3, i32(type)], [4, endpoint])
      const annotations = said.annotations.map(({ timestamp, value }) => annotation(timestamp, value))
      if (end !== undefined) annotations.unshift(annotation(said.timestamp + said.duration, end))
      if (begin !== undefined) annotations.unshift(annotation(said.timestamp, begin))
      const binaries = Object.entries(said.tags).map(([key, value]) => binary(key, value, 6, host))
      if (said.remoteEndpoint !== undefined) {
        const key = said.kind === 'SERVER' ? 'ca' : said.kind === 'CLIENT' ? 'sa' : 'ma'
        binaries.push(binary(key, Uint8Array.of(1), 0, thriftEndpoint(said.remoteEndpoint)))
      }
      if (begin === undefined) binaries.push(binary('lc', '', 6, host))
      const fields: ThriftField[] = [
        [1, i64(low)],
        [3, text(span.name)],
        [4, i64(idNumbers(span.spanId)[0])],
      ]
      if (span.parentSpanId !== undefined) fields.push([5, i64(idNumbers(span.parentSpanId)[0])])
      fields.push(
        [6, structs(annotations)],
        [8, structs(binaries)],
        [9, bool(said.debug === true)],
        [10, i64(said.timestamp)],
        [11, i64(said.duration)],
        [12, i64(high)],
      )
      return struct(...fields)
    }),
  )
}

function thriftEndpoint({ serviceName, ipv4, port }: Endpoint): ThriftValue {
  const fields: ThriftField[] = []
  if (ipv4 !== undefined) fields.push([1, i32(ipv4.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0))])
  if (port !== undefined) fields.push([2, i16((port << 16) >> 16)])
  if (serviceName !== undefined) fields.push([3, text(serviceName)])
  return struct(...fields)
}
