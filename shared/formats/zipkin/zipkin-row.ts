/**
 * One Zipkin span -> one row, for the decoders of what listeners take (v1 and v2, JSON, Thrift, protobuf): they hand over what
 * they read as dictionary ids and words, in any order; what it means in OpenTelemetry's words is decided at the end
 * (WIRE.md 7.4, 7.5). `zipkin-span.ts` decides the same for files, whose bad spans are told one by one.
 *
 *   row.attach(table)                              // once a message
 *   const index = row.begin()                      // ids are written to the columns by the decoder
 *   row.name = …; row.local = row.endpoint(service, ip, port); row.tag(…); row.annotation(…)
 *   row.end()
 */
import { encodeAnyValue } from '#shared/spans/any-value.ts'
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
  type AttributeValue,
} from '#shared/spans/attribute-value.ts'
import { MARK_ENTRIES_DROPPED } from '#shared/spans/columns.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { signedNumber, WireTime } from '#shared/formats/wire-times.ts'
import { readEventText, readLinkText } from './annotation-text.ts'
import {
  ABSENT_START,
  ADDRESS,
  CORE_ANNOTATIONS,
  COMPONENT,
  ERROR,
  LINK,
  meaningOfTag,
  NO_MEANING,
  RESOURCE,
  SCOPE_NAME,
  SCOPE_VERSION,
  SERVICE,
  SPAN_KIND,
  STATUS_CODE,
  STATUS_MESSAGE,
  TRACE_STATE,
} from './zipkin-words.ts'

const TWO_32 = 4_294_967_296
/** Zipkin's debug flag as Jaeger's model has it (WIRE.md 7.4). */
const FLAG_DEBUG = 2

const KIND_INTERNAL = 1
const KIND_SERVER = 2
const KIND_CLIENT = 3
const KIND_PRODUCER = 4
const KIND_CONSUMER = 5

/** Numbers of one kept tag: key, type, low, high, endpoint, meaning of the key. */
const TAG_NUMBERS = 6
/** Meanings of tags that are of the resource or the scope. */
const OF_RESOURCE_OR_SCOPE = (1 << RESOURCE) | (1 << SERVICE) | (1 << SCOPE_NAME) | (1 << SCOPE_VERSION)
/** Numbers of one kept annotation: µs low and high, value, endpoint. */
const ANNOTATION_NUMBERS = 4
/** Core annotations that a v1 span may have beside its events. */
const MOST_CORE = 16

const NOT_KNOWN = -1

export class ZipkinRow {
  /** OTLP's number. */
  kind = 0
  /** Dictionary id. */
  name = 0
  debug = false
  /** Endpoints by `endpoint`; 0 is none. */
  local = 0
  remote = 0
  /** The span's annotations and tags are v1's: they say kind, endpoints and missing times. */
  isV1 = false
  hasTimestamp = false
  timestampLow = 0
  timestampHigh = 0
  hasDuration = false
  durationLow = 0
  durationHigh = 0

  #row = 0
  #table!: SpanTableBuilder
  readonly #time = new WireTime()
  #tags = new Uint32Array(TAG_NUMBERS * 64)
  /** Numbers in use. */
  #tagsEnd = 0
  #tagsLeftOut = 0
  #annotations = new Uint32Array(ANNOTATION_NUMBERS * 16)
  #annotationsEnd = 0
  #annotationsLeftOut = 0
  /** Of each endpoint from 1: service, ip (dictionary ids) and port. */
  readonly #endpoints: number[] = []

  /** Meaning of a key by its dictionary id; NOT_LOOKED_AT until it was asked for. */
  #meanings = new Uint8Array(0)
  /** Which core annotation a value is, by its dictionary id: its number in CORE_ANNOTATIONS. */
  readonly #core = new Map<number, number>()
  /** Where the first of each core annotation stands; NOT_KNOWN without. */
  readonly #coreAt = new Int32Array(CORE_ANNOTATIONS.length)
  /** What the text of an annotation is by its dictionary id: 0 not looked at, 1 a name, 2 an event with attributes. */
  #texts = new Uint8Array(0)
  /** Bits of the meanings of the present span's tags. */
  #meaningsSeen = 0
  #serviceNameKey = 0
  #hostIpKey = 0
  #hostPortKey = 0
  #peerServiceKey = 0
  #peerIpKey = 0
  #peerPortKey = 0
  #absentStartKey = 0
  #emptyScope = NOT_KNOWN
  #lastService = NOT_KNOWN
  #lastResource = 0

  /** Makes `table` the one that rows go to. Forgets what it knew of another. */
  attach(table: SpanTableBuilder): void {
    if (this.#table === table) return
    this.#core.clear()
    CORE_ANNOTATIONS.forEach((value, i) => this.#core.set(table.internText(value), i))
    this.#texts = new Uint8Array(1024)
    this.#serviceNameKey = table.internText('service.name')
    this.#hostIpKey = table.internText('net.host.ip')
    this.#hostPortKey = table.internText('net.host.port')
    this.#peerServiceKey = table.internText('peer.service')
    this.#peerIpKey = table.internText('net.peer.ip')
    this.#peerPortKey = table.internText('net.peer.port')
    this.#absentStartKey = table.internText(ABSENT_START)
    this.#meanings = new Uint8Array(1024)
    this.#emptyScope = this.#lastService = NOT_KNOWN
    this.#table = table
  }

  /** Starts a row and returns its index: the decoder writes its ids. */
  begin(): number {
    this.kind = this.name = this.local = this.remote = 0
    this.debug = this.isV1 = this.hasTimestamp = this.hasDuration = false
    this.timestampLow = this.timestampHigh = this.durationLow = this.durationHigh = 0
    this.#tagsEnd = this.#annotationsEnd = this.#endpoints.length = 0
    this.#tagsLeftOut = this.#annotationsLeftOut = this.#meaningsSeen = 0
    return (this.#row = this.#table.beginSpan())
  }

  /** An endpoint by its number; 0 for one that says nothing. Service and ip are dictionary ids. */
  endpoint(service: number, ip: number, port: number): number {
    if (service === 0 && ip === 0 && port === 0) return 0
    const endpoints = this.#endpoints
    const end = endpoints.length
    // Mostly the one that came last.
    if (end > 0 && endpoints[end - 3] === service && endpoints[end - 2] === ip && endpoints[end - 1] === port) {
      return end / 3
    }
    // One for each annotation of a span with as many as may be, and the next.
    if (end > 3 * (this.#table.limits.events + this.#table.limits.attributes + MOST_CORE)) return 0
    endpoints.push(service, ip, port)
    return endpoints.length / 3
  }

  /** A tag, or a binary annotation of v1 with its endpoint. */
  tag(key: number, type: AttributeType, low: number, high: number, endpoint = 0): void {
    const at = this.#tagsEnd
    if (at >= TAG_NUMBERS * (this.#table.limits.attributes + MOST_CORE)) {
      this.#tagsLeftOut++
      return
    }
    if (at === this.#tags.length) this.#tags = grown(this.#tags)
    const tags = this.#tags
    tags[at] = key
    tags[at + 1] = type
    tags[at + 2] = low
    tags[at + 3] = high
    tags[at + 4] = endpoint
    const meaning = this.#meaningOf(key)
    tags[at + 5] = meaning
    this.#meaningsSeen |= 1 << meaning
    this.#tagsEnd = at + TAG_NUMBERS
  }

  /** An annotation; time in words of signed µs, its value a dictionary id. */
  annotation(low: number, high: number, value: number, endpoint: number): void {
    const at = this.#annotationsEnd
    if (at >= ANNOTATION_NUMBERS * (this.#table.limits.events + MOST_CORE)) {
      this.#annotationsLeftOut++
      return
    }
    if (at === this.#annotations.length) this.#annotations = grown(this.#annotations)
    const annotations = this.#annotations
    annotations[at] = low
    annotations[at + 1] = high
    annotations[at + 2] = value
    annotations[at + 3] = endpoint
    this.#annotationsEnd = at + ANNOTATION_NUMBERS
  }

  /** Ends the row. */
  end(): void {
    const table = this.#table
    const row = this.#row
    if (this.isV1) this.#readV1()
    table.name[row] = this.name
    table.kind[row] = this.kind
    if (this.debug) table.flags[row] = FLAG_DEBUG
    // A span that is said to be its own parent has none.
    const two = row * 2
    if (table.parentSpanId[two] === table.spanId[two] && table.parentSpanId[two + 1] === table.spanId[two + 1]) {
      table.parentSpanId[two] = table.parentSpanId[two + 1] = 0
    }
    const hasStart = this.#endTimes()
    this.#endResource()
    this.#addEndpoint(this.local, this.#hostIpKey, this.#hostPortKey, 0)
    this.#addEndpoint(this.remote, this.#peerIpKey, this.#peerPortKey, this.#peerServiceKey)
    if (!hasStart) table.addAttribute(this.#absentStartKey, ATTRIBUTE_BOOL, 1, 0)
    this.#addTags()
    this.#addEvents()
    if (this.#tagsLeftOut > 0) table.droppedAttributes[row] += this.#tagsLeftOut
    if (this.#annotationsLeftOut > 0) table.droppedEvents[row] += this.#annotationsLeftOut
    if (this.#tagsLeftOut + this.#annotationsLeftOut > 0) table.marks[row] |= MARK_ENTRIES_DROPPED
    table.endSpan()
  }

  // ---- v1 ----

  #findCoreAnnotations(): void {
    this.#coreAt.fill(NOT_KNOWN)
    for (let at = 0; at < this.#annotationsEnd; at += ANNOTATION_NUMBERS) {
      const core = this.#core.get(this.#annotations[at + 2])
      if (core !== undefined && this.#coreAt[core] === NOT_KNOWN) this.#coreAt[core] = at
    }
  }

  /** µs of the annotation at `at`; undefined without one. Exact below 2^53. */
  #microseconds(at: number): number | undefined {
    if (at === NOT_KNOWN) return undefined
    return signedNumber(this.#annotations[at], this.#annotations[at + 1])
  }

  #endpointOf(at: number): number {
    return at === NOT_KNOWN ? 0 : this.#annotations[at + 3]
  }

  /** Kind, endpoints and missing times out of v1's lists; what has told them is left out. */
  #readV1(): void {
    const annotations = this.#annotations
    const tags = this.#tags
    this.#findCoreAnnotations()
    // In the order of CORE_ANNOTATIONS.
    const [clientSent, clientReceived, serverSent, serverReceived, sent, received] = this.#coreAt
    const server = serverReceived === NOT_KNOWN ? serverSent : serverReceived
    const client = clientSent === NOT_KNOWN ? clientReceived : clientSent
    const core = [server, client, sent, received].find(at => at !== NOT_KNOWN) ?? NOT_KNOWN
    if (core === server && server !== NOT_KNOWN) this.kind = KIND_SERVER
    else if (client !== NOT_KNOWN) this.kind = KIND_CLIENT
    else if (sent !== NOT_KNOWN) this.kind = KIND_PRODUCER
    else if (received !== NOT_KNOWN) this.kind = KIND_CONSUMER
    this.#readV1Endpoints(core, server, client)
    this.#readV1Times(
      [this.#microseconds(clientSent), this.#microseconds(clientReceived)],
      [this.#microseconds(serverReceived), this.#microseconds(serverSent)],
      this.#microseconds(sent) ?? this.#microseconds(received),
    )
    let to = 0
    for (let at = 0; at < this.#annotationsEnd; at += ANNOTATION_NUMBERS) {
      if (this.#core.has(annotations[at + 2])) continue
      for (let k = 0; k < ANNOTATION_NUMBERS; k++) annotations[to++] = annotations[at + k]
    }
    this.#annotationsEnd = to
    to = 0
    for (let at = 0; at < this.#tagsEnd; at += TAG_NUMBERS) {
      const meaning = tags[at + 5]
      const isEmptyComponent = meaning === COMPONENT && tags[at + 1] === ATTRIBUTE_STRING && tags[at + 2] === 0
      if (meaning === ADDRESS || isEmptyComponent) continue
      for (let k = 0; k < TAG_NUMBERS; k++) tags[to++] = tags[at + k]
      if (meaning === COMPONENT) {
        tags[to - TAG_NUMBERS] = this.#table.internText('component')
        tags[to - 1] = NO_MEANING
      }
    }
    this.#tagsEnd = to
  }

  /** The host of a core annotation, of `lc`, of any other; the peer is who an address names, or the other side of a shared record. */
  #readV1Endpoints(core: number, server: number, client: number): void {
    const annotations = this.#annotations
    const tags = this.#tags
    let local = this.#endpointOf(core)
    let other = 0
    let address = 0
    let component = 0
    for (let at = 0; at < this.#tagsEnd; at += TAG_NUMBERS) {
      const endpoint = tags[at + 4]
      if (endpoint === 0) continue
      const meaning = tags[at + 5]
      if (meaning === ADDRESS) address ||= endpoint
      else {
        if (meaning === COMPONENT) component ||= endpoint
        other ||= endpoint
      }
    }
    local ||= component
    for (let at = 0; at < this.#annotationsEnd && local === 0; at += ANNOTATION_NUMBERS) local = annotations[at + 3]
    this.local = local === 0 ? other : local
    const peer = server === NOT_KNOWN ? 0 : this.#endpointOf(client)
    this.remote = peer === 0 ? address : peer
  }

  #readV1Times(
    client: readonly [number | undefined, number | undefined],
    server: readonly [number | undefined, number | undefined],
    message: number | undefined,
  ): void {
    const pairs = [client, server]
    const pair = pairs.find(([from]) => from !== undefined) ?? pairs.find(([, to]) => to !== undefined)
    if (!this.hasTimestamp || (this.timestampLow | this.timestampHigh) === 0) {
      const first = pair?.[0] ?? message ?? pair?.[1]
      this.hasTimestamp = first !== undefined
      if (first !== undefined) {
        this.timestampLow = lowWord(first)
        this.timestampHigh = highWord(first)
      }
    }
    if (this.hasDuration || !this.hasTimestamp) return
    const length = (pair?.[1] ?? 0) - signedNumber(this.timestampLow, this.timestampHigh)
    if (length <= 0) return
    this.hasDuration = true
    this.durationLow = lowWord(length)
    this.durationHigh = highWord(length)
  }

  // ---- the end ----

  /** Start and end; false when the span has no time at all and its start is 1970. */
  #endTimes(): boolean {
    const table = this.#table
    const row = this.#row
    const time = this.#time
    let startLow = this.timestampLow
    let startHigh = this.timestampHigh
    let lengthLow = this.durationLow
    let lengthHigh = this.durationHigh
    let hasStart = this.hasTimestamp && (startLow | startHigh) !== 0
    if (!hasStart) {
      // From the first annotation, to the last.
      let first = Infinity
      let last = -Infinity
      for (let at = 0; at < this.#annotationsEnd; at += ANNOTATION_NUMBERS) {
        const microseconds = this.#microseconds(at) ?? 0
        if (microseconds < first) {
          first = microseconds
          startLow = this.#annotations[at]
          startHigh = this.#annotations[at + 1]
        }
        if (microseconds > last) last = microseconds
      }
      hasStart = last >= first
      if (hasStart && !this.hasDuration) {
        lengthLow = lowWord(last - first)
        lengthHigh = highWord(last - first)
      }
    }
    if (time.fromMicroseconds(startLow, startHigh | 0)) {
      table.startTime[row * 2] = time.low
      table.startTime[row * 2 + 1] = time.high
      if (time.fromMicrosecondSum(startLow, startHigh, lengthLow, lengthHigh)) {
        table.endTime[row * 2] = time.low
        table.endTime[row * 2 + 1] = time.high
        return hasStart
      }
    }
    table.fault('time_out_of_range')
    return hasStart
  }

  #endResource(): void {
    const table = this.#table
    const tags = this.#tags
    let service = this.local === 0 ? 0 : this.#endpoints[this.local * 3 - 3]
    let name = 0
    let version = 0
    let own = false
    let named = false
    let versioned = false
    const some = (this.#meaningsSeen & OF_RESOURCE_OR_SCOPE) !== 0
    for (let at = 0; some && at < this.#tagsEnd; at += TAG_NUMBERS) {
      const meaning = tags[at + 5]
      if (meaning === NO_MEANING) continue
      const value = tags[at + 1] === ATTRIBUTE_STRING ? tags[at + 2] : 0
      if (meaning === RESOURCE) own = true
      else if (meaning === SERVICE && service === 0) service = value
      else if (meaning === SCOPE_NAME && !named) {
        named = true
        name = value
      } else if (meaning === SCOPE_VERSION && !versioned) {
        versioned = true
        version = value
      }
    }
    let resource = this.#lastResource
    if (own || service !== this.#lastService) {
      if (service !== 0) table.addResourceAttribute(this.#serviceNameKey, ATTRIBUTE_STRING, service, 0)
      for (let at = 0; own && at < this.#tagsEnd; at += TAG_NUMBERS) {
        if (tags[at + 5] !== RESOURCE) continue
        table.addResourceAttribute(tags[at], tags[at + 1] as AttributeType, tags[at + 2], tags[at + 3])
      }
      resource = table.endResource(0, 0)
      if (!own) {
        this.#lastService = service
        this.#lastResource = resource
      }
    }
    table.resource[this.#row] = resource
    let scope = this.#emptyScope
    if (name !== 0 || version !== 0) scope = table.endScope(name, version, 0, 0)
    else if (scope === NOT_KNOWN) this.#emptyScope = scope = table.endScope(0, 0, 0, 0)
    table.scope[this.#row] = scope
  }

  #addEndpoint(endpoint: number, ipKey: number, portKey: number, serviceKey: number): void {
    if (endpoint === 0) return
    const table = this.#table
    const at = endpoint * 3 - 3
    const service = this.#endpoints[at]
    if (serviceKey !== 0 && service !== 0) table.addAttribute(serviceKey, ATTRIBUTE_STRING, service, 0)
    if (this.#endpoints[at + 1] !== 0) table.addAttribute(ipKey, ATTRIBUTE_STRING, this.#endpoints[at + 1], 0)
    if (this.#endpoints[at + 2] !== 0) table.addAttribute(portKey, ATTRIBUTE_INT, this.#endpoints[at + 2], 0)
  }

  /** Tags that have become something else than an attribute are left out; the others stay as they are. */
  #addTags(): void {
    const table = this.#table
    const row = this.#row
    const tags = this.#tags
    let status = 0
    let message = 0
    for (let at = 0; at < this.#tagsEnd; at += TAG_NUMBERS) {
      const key = tags[at]
      const type = tags[at + 1] as AttributeType
      const low = tags[at + 2]
      const isText = type === ATTRIBUTE_STRING
      const meaning = tags[at + 5]
      if (meaning === NO_MEANING) {
        table.addAttribute(key, type, low, tags[at + 3])
        continue
      }
      switch (meaning) {
        case RESOURCE:
        case SERVICE:
        case SCOPE_NAME:
        case SCOPE_VERSION:
          continue
        case STATUS_CODE:
          if (!isText) break
          status = statusOf(table.dictionary.text(low), status)
          continue
        case STATUS_MESSAGE:
          if (!isText) break
          message = low
          continue
        case ERROR: {
          // That the tag is there means an error; what it says is often the reason.
          const text = isText ? table.dictionary.text(low) : ''
          if (text === 'false' || (type === ATTRIBUTE_BOOL && low === 0)) break
          status = 2
          if (text === 'true' || type === ATTRIBUTE_BOOL) continue
          break
        }
        case SPAN_KIND:
          if (!isText || this.kind !== 0 || table.dictionary.text(low) !== 'internal') break
          table.kind[row] = KIND_INTERNAL
          continue
        case LINK:
          if (!isText || !this.#addLink(table.dictionary.text(low))) break
          continue
        case TRACE_STATE:
          if (!isText) break
          table.traceState[row] = low
          continue
      }
      table.addAttribute(key, type, low, tags[at + 3])
    }
    table.status[row] = status
    table.statusMessage[row] = message
  }

  #addLink(text: string): boolean {
    const link = readLinkText(text)
    if (link === undefined) return false
    const table = this.#table
    const state = table.internText(link.traceState)
    table.addLink(link.traceId, 0, link.spanId, 0, state, 0, link.dropped)
    for (const [key, value] of link.attributes) {
      table.addLinkAttribute(table.internText(key), ...this.#encode(value))
    }
    return true
  }

  #addEvents(): void {
    const table = this.#table
    const annotations = this.#annotations
    for (let at = 0; at < this.#annotationsEnd; at += ANNOTATION_NUMBERS) {
      const value = annotations[at + 2]
      if (!this.#time.fromMicroseconds(annotations[at], annotations[at + 1] | 0)) table.fault('time_out_of_range')
      if (this.#isName(value)) {
        table.addEvent(this.#time.low, this.#time.high, value, 0)
        continue
      }
      const event = readEventText(table.dictionary.text(value))
      table.addEvent(this.#time.low, this.#time.high, table.internText(event.name), event.dropped)
      for (const [key, attribute] of event.attributes) {
        table.addEventAttribute(table.internText(key), ...this.#encode(attribute))
      }
    }
  }

  #encode(value: AttributeValue): readonly [type: AttributeType, low: number, high: number] {
    return encodeAnyValue(this.#table, value)
  }

  /** Whether the text of an annotation is no more than a name. */
  #isName(value: number): boolean {
    if (value >= this.#texts.length) this.#texts = grownTo(this.#texts, value + 1)
    const known = this.#texts[value]
    if (known !== 0) return known === 1
    const isName = !this.#table.dictionary.text(value).includes('|')
    this.#texts[value] = isName ? 1 : 2
    return isName
  }

  #meaningOf(key: number): number {
    if (key >= this.#meanings.length) this.#meanings = grownTo(this.#meanings, key + 1)
    const known = this.#meanings[key]
    return known === 0 ? (this.#meanings[key] = meaningOfTag(this.#table.dictionary.text(key))) : known
  }
}

function statusOf(code: string, otherwise: number): number {
  const word = code.toUpperCase()
  return word === 'ERROR' ? 2 : word === 'OK' ? 1 : otherwise
}

function grown(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2)
  larger.set(numbers)
  return larger
}

function grownTo(bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, bytes.length * 2))
  larger.set(bytes)
  return larger
}

function lowWord(value: number): number {
  return value >>> 0
}

function highWord(value: number): number {
  return Math.floor(value / TWO_32) >>> 0
}
