/**
 * For tests: the same spans told by a generated protobuf decoder (generated/) and by a table, as lines of text to compare; and
 * random requests. A line is one span with its resource and scope, everything that OTLP can carry in it.
 */
import { attributesOf } from '#shared/spans/span.ts'
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { rangeStart, type SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import type { AnyValue, ExportTraceServiceRequest, KeyValue, Span } from './generated/trace-request.ts'

/** A number from 0 up to `below`. */
export type Random = (below: number) => number

/** Mulberry32: the same seed, the same numbers. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
const padded = (bytes: Uint8Array, length: number) => hex(bytes).padStart(length, '0')

const DOUBLE = new DataView(new ArrayBuffer(8))
function doubleBits(value: number): string {
  DOUBLE.setFloat64(0, value)
  return DOUBLE.getBigUint64(0).toString(16)
}

// ---- lines of a message ----

/** One line a span with sound ids, in the order of the message. */
export function linesOfMessage(message: ExportTraceServiceRequest): string[] {
  const lines: string[] = []
  for (const { resource, scopeSpans, schemaUrl } of message.resourceSpans) {
    const of = `${list(resource?.attributes ?? [])} ${resource?.droppedAttributesCount ?? 0} ${schemaUrl}`
    for (const { scope, spans, schemaUrl: scopeUrl } of scopeSpans) {
      const by = `${scope?.name ?? ''} ${scope?.version ?? ''} ${list(scope?.attributes ?? [])} ${scope?.droppedAttributesCount ?? 0} ${scopeUrl}`
      for (const span of spans) {
        if (isId(span.traceId, 16) && isId(span.spanId, 8)) lines.push(`${of} | ${by} | ${lineOfSpan(span)}`)
      }
    }
  }
  return lines
}

function isId(bytes: Uint8Array, length: number): boolean {
  return bytes.length === length && bytes.some(byte => byte !== 0)
}

function lineOfSpan(span: Span): string {
  const events = span.events.map(
    e => `(${e.timeUnixNano} ${JSON.stringify(e.name)} ${list(e.attributes)} ${e.droppedAttributesCount})`,
  )
  const links = span.links.map(
    l =>
      `(${padded(l.traceId, 32)} ${padded(l.spanId, 16)} ${JSON.stringify(l.traceState)} ${l.flags} ${list(l.attributes)} ${l.droppedAttributesCount})`,
  )
  return [
    hex(span.traceId),
    hex(span.spanId),
    padded(span.parentSpanId, 16),
    JSON.stringify(span.name),
    span.kind >= 0 && span.kind < 255 ? span.kind : 255,
    span.startTimeUnixNano,
    span.endTimeUnixNano,
    JSON.stringify(span.traceState),
    span.flags,
    list(span.attributes),
    span.droppedAttributesCount,
    events.join(''),
    span.droppedEventsCount,
    links.join(''),
    span.droppedLinksCount,
    span.status?.code ?? 0,
    JSON.stringify(span.status?.message ?? ''),
  ].join(' ')
}

function list(attributes: readonly KeyValue[]): string {
  return `[${attributes.map(({ key, value }) => `${JSON.stringify(key)}=${valueText(value)}`).join(' ')}]`
}

function valueText(value: AnyValue | undefined): string {
  const inner = value?.value
  switch (inner?.$case) {
    case undefined:
      return 'empty'
    case 'stringValue':
      return JSON.stringify(inner.value)
    case 'boolValue':
      return String(inner.value)
    case 'intValue':
      return `${inner.value}n`
    case 'doubleValue':
      return `double:${doubleBits(inner.value)}`
    case 'bytesValue':
      return `bytes:${hex(inner.value)}`
    case 'arrayValue':
      return `array[${inner.value.values.map(valueText).join(' ')}]`
    case 'kvlistValue':
      return `map${list(inner.value.values)}`
  }
}

// ---- lines of a table ----

/** One line a row, as `linesOfMessage` writes it. */
export function linesOfTable(table: SpanTable): string[] {
  const { dictionary } = table
  const quoted = (id: number) => JSON.stringify(dictionary.text(id))
  const lines: string[] = []
  for (let row = 0; row < table.rowCount; row++) {
    const r = table.resource[row]
    const s = table.scope[row]
    const events: string[] = []
    for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) {
      events.push(
        `(${timeAt(table.eventTime, i)} ${quoted(table.eventName[i])} ${own(table, table.eventAttributes, i)} ${table.eventDroppedAttributes[i]})`,
      )
    }
    const links: string[] = []
    for (let i = rangeStart(table.linkEnd, row); i < table.linkEnd[row]; i++) {
      links.push(
        `(${formatTraceId(table.linkTraceId, i)} ${formatSpanId(table.linkSpanId, i)} ${quoted(table.linkTraceState[i])} ${table.linkFlags[i]} ${own(table, table.linkAttributes, i)} ${table.linkDroppedAttributes[i]})`,
      )
    }
    const resource = `${own(table, table.resourceAttributes, r)} ${table.resourceDroppedAttributes[r]} ${dictionary.text(table.resourceSchemaUrl[r])}`
    const scope = `${dictionary.text(table.scopeName[s])} ${dictionary.text(table.scopeVersion[s])} ${own(table, table.scopeAttributes, s)} ${table.scopeDroppedAttributes[s]} ${dictionary.text(table.scopeSchemaUrl[s])}`
    const span = [
      formatTraceId(table.traceId, row),
      formatSpanId(table.spanId, row),
      formatSpanId(table.parentSpanId, row),
      quoted(table.name[row]),
      table.kind[row],
      timeAt(table.startTime, row),
      timeAt(table.endTime, row),
      quoted(table.traceState[row]),
      table.flags[row],
      own(table, table.attributes, row),
      table.droppedAttributes[row],
      events.join(''),
      table.droppedEvents[row],
      links.join(''),
      table.droppedLinks[row],
      table.status[row],
      quoted(table.statusMessage[row]),
    ]
    lines.push(`${resource} | ${scope} | ${span.join(' ')}`)
  }
  return lines
}

function own(table: SpanTable, attributes: SpanTable['attributes'], owner: number): string {
  const entries = attributesOf(table, attributes, owner)
  return `[${entries.map(({ key, value }) => `${JSON.stringify(key)}=${ownValue(value)}`).join(' ')}]`
}

function ownValue(value: AttributeValue): string {
  switch (value.type) {
    case 'empty':
      return 'empty'
    case 'string':
      return JSON.stringify(value.value)
    case 'bool':
      return String(value.value)
    case 'int':
      return `${value.value}n`
    case 'double':
      return `double:${doubleBits(value.value)}`
    case 'bytes':
      return `bytes:${hex(value.value)}`
    case 'array':
      return `array[${value.values.map(ownValue).join(' ')}]`
    case 'map':
      return `map[${value.entries.map(e => `${JSON.stringify(e.key)}=${ownValue(e.value)}`).join(' ')}]`
  }
}

// ---- random requests ----

const KEYS = [
  'http.route',
  'service.name',
  '',
  '__proto__',
  'constructor',
  'a"b\\c',
  'ключ',
  '🔑',
  'x'.repeat(130),
  'n',
  'n',
]
const TEXTS = [
  '',
  'GET /',
  'a\u0000b',
  '"quoted" \\ \n\t',
  'née',
  '漢字',
  '🙂🙂',
  'z'.repeat(200),
  'toString',
  '\u2028',
]
const INTS = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  16_383n,
  16_384n,
  2n ** 31n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
]
const DOUBLES = [
  0,
  -0,
  1.5,
  -2.25,
  1e300,
  5e-324,
  0.1,
  123456789.125,
  Infinity,
  -Infinity,
  NaN,
  1e21,
  2 ** 53,
  1e-7,
  1.7976931348623157e308,
]

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]

function bytesOf(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256))
}

/** A random AnyValue, nested at most `depth` deep. */
export function randomValue(random: Random, depth: number): AnyValue {
  switch (random(depth > 0 ? 9 : 7)) {
    case 0:
      return { value: undefined }
    case 1:
      return { value: { $case: 'boolValue', value: random(2) === 1 } }
    case 2:
      return { value: { $case: 'intValue', value: pick(random, INTS) } }
    case 3:
      return {
        value: {
          $case: 'doubleValue',
          value: random(2) === 0 ? pick(random, DOUBLES) : random(2 ** 31) / (1 + random(1e6)),
        },
      }
    case 4:
      return { value: { $case: 'bytesValue', value: bytesOf(random, random(9)) } }
    case 7:
      return {
        value: { $case: 'arrayValue', value: { values: many(random, 4, () => randomValue(random, depth - 1)) } },
      }
    case 8:
      return { value: { $case: 'kvlistValue', value: { values: randomAttributes(random, 4, depth - 1) } } }
    default:
      return { value: { $case: 'stringValue', value: pick(random, TEXTS) } }
  }
}

function many<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: random(most + 1) }, make)
}

function randomAttributes(random: Random, most: number, depth: number): KeyValue[] {
  return many(random, most, () => ({
    key: pick(random, KEYS),
    value: random(20) === 0 ? undefined : randomValue(random, depth),
  }))
}

const count = (random: Random) => (random(4) === 0 ? pick(random, [1, 127, 128, 0xffffffff]) : 0)
const time = (random: Random) =>
  pick(random, [0n, 1n, 1_764_000_000_123_456_789n + BigInt(random(1e9)), 2n ** 64n - 1n, 1_700_000_000_000_000_000n])

/** A random request: everything that OTLP can carry, now and then with ids that no span may have. */
export function randomRequest(random: Random, mostSpans = 5): ExportTraceServiceRequest {
  const text = () => pick(random, TEXTS)
  const traceId = () => bytesOf(random, random(40) === 0 ? random(20) : 16)
  const spanId = () => bytesOf(random, random(40) === 0 ? random(12) : 8)
  return {
    resourceSpans: many(random, 3, () => ({
      resource:
        random(6) === 0
          ? undefined
          : { attributes: randomAttributes(random, 5, 2), droppedAttributesCount: count(random) },
      schemaUrl: text(),
      scopeSpans: many(random, 3, () => ({
        scope:
          random(6) === 0
            ? undefined
            : {
                name: text(),
                version: text(),
                attributes: randomAttributes(random, 2, 1),
                droppedAttributesCount: count(random),
              },
        schemaUrl: text(),
        spans: many(random, mostSpans, () => ({
          traceId: traceId(),
          spanId: spanId(),
          traceState: random(3) === 0 ? text() : '',
          parentSpanId: random(2) === 0 ? new Uint8Array(0) : bytesOf(random, 8),
          name: text(),
          kind: random(10) === 0 ? pick(random, [6, 200, 300, -1]) : random(6),
          startTimeUnixNano: time(random),
          endTimeUnixNano: time(random),
          attributes: randomAttributes(random, 12, 3),
          droppedAttributesCount: count(random),
          events: many(random, 3, () => ({
            timeUnixNano: time(random),
            name: text(),
            attributes: randomAttributes(random, 4, 1),
            droppedAttributesCount: count(random),
          })),
          droppedEventsCount: count(random),
          links: many(random, 2, () => ({
            traceId: bytesOf(random, 16),
            spanId: bytesOf(random, 8),
            traceState: text(),
            attributes: randomAttributes(random, 3, 1),
            droppedAttributesCount: count(random),
            flags: count(random),
          })),
          droppedLinksCount: count(random),
          status: random(2) === 0 ? undefined : { message: text(), code: random(3) },
          flags: count(random),
        })),
      })),
    })),
  }
}

/** Base64, padded; by the alphabet and nothing clever. */
function base64(bytes: Uint8Array): string {
  const bits = Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{1,6}/g) ?? []
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const text = digits.map(digit => alphabet[parseInt(digit.padEnd(6, '0'), 2)]).join('')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/** A request as protobuf's text for OTLP JSON; `spaced` puts white space everywhere. */
export function jsonOfMessage(message: ExportTraceServiceRequest, spaced = false): string {
  const value = (v: AnyValue | undefined): unknown => {
    const inner = v?.value
    switch (inner?.$case) {
      case undefined:
        return {}
      case 'intValue':
        return { intValue: String(inner.value) }
      case 'doubleValue':
        return { doubleValue: Number.isFinite(inner.value) ? inner.value : String(inner.value) }
      case 'bytesValue':
        return { bytesValue: base64(inner.value) }
      case 'arrayValue':
        return { arrayValue: { values: inner.value.values.map(value) } }
      case 'kvlistValue':
        return { kvlistValue: { values: entries(inner.value.values) } }
      default:
        return inner === undefined ? {} : { [inner.$case]: inner.value }
    }
  }
  const entries = (all: readonly KeyValue[]) => all.map(e => ({ key: e.key, value: value(e.value) }))
  const plain = {
    resourceSpans: message.resourceSpans.map(r => ({
      ...r,
      resource: r.resource && { ...r.resource, attributes: entries(r.resource.attributes) },
      scopeSpans: r.scopeSpans.map(s => ({
        ...s,
        scope: s.scope && { ...s.scope, attributes: entries(s.scope.attributes) },
        spans: s.spans.map(span => ({
          ...span,
          attributes: entries(span.attributes),
          events: span.events.map(e => ({ ...e, attributes: entries(e.attributes) })),
          links: span.links.map(l => ({ ...l, attributes: entries(l.attributes) })),
        })),
      })),
    })),
  }
  const minusZero = '\u0000minus zero'
  return JSON.stringify(
    plain,
    (_, v: unknown) =>
      v instanceof Uint8Array ? hex(v) : typeof v === 'bigint' ? v.toString() : Object.is(v, -0) ? minusZero : v,
    spaced ? 2 : undefined,
  ).replaceAll(JSON.stringify(minusZero), '-0')
}

/** A copy with a few bytes changed, taken out or put in, or cut short. */
export function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  let copy = bytes.slice()
  for (let changes = 1 + random(3); changes > 0 && copy.length > 0; changes--) {
    const at = random(copy.length)
    const kind = random(5)
    if (kind === 0) copy[at] = random(256)
    else if (kind === 1) copy[at] ^= 1 << random(8)
    else if (kind === 4) copy = copy.slice(0, at)
    else {
      const taken = kind === 2 ? 1 + random(4) : 0
      const put = Uint8Array.from({ length: kind === 3 ? 1 + random(4) : 0 }, () => random(256))
      const next = new Uint8Array(at + put.length + Math.max(copy.length - at - taken, 0))
      next.set(copy.subarray(0, at))
      next.set(put, at)
      next.set(copy.subarray(at + taken), at + put.length)
      copy = next
    }
  }
  return copy
}
