/**
 * Jaeger's JSON files -> rows (WIRE.md 3, 7.3): answers of `/api/traces`, a saved trace, lists of traces or of spans,
 * Elasticsearch's documents, one a line or as a search answers them; old `parentSpanID`; ids of any shape. What one span has wrong is a problem
 * of that span, told with its place; the others are read.
 */
import { encodeAnyValue } from '#shared/spans/any-value.ts'
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime } from '#shared/spans/time.ts'
import { wholeNumber } from '#shared/formats/whole-number.ts'
import { readFileId } from './file-ids.ts'
import { followersInRings } from './follower-rings.ts'
import { isArray, isObject, type Json, type JsonObject, seen, text } from './plain-json.ts'
import { isProtoSpan, uiSpanOfProto } from './proto-json.ts'
import { readTags, statusOf, type Tag, takeScope } from './read-tags.ts'
import { NO_SERVICE_NAME, WARNINGS_ATTRIBUTE } from './ui-json.ts'

/** The text is parsed in one piece: larger files would need several times their size of memory. */
const MOST_BYTES = 256 * 1024 * 1024
/** Lists and envelopes around a trace: a search's answer of Elasticsearch has four. */
const MOST_WRAPS = 6
/** More problems than anyone reads; they are still counted. */
const MOST_PROBLEMS = 100
/** Jaeger's times are µs; 2^64 ns end in 2554. */
const MOST_MICROSECONDS = 18_446_744_073_709_551n

export interface JaegerJsonFile {
  readonly spanCount: number
  /** Spans that could not be read, and what was wrong with the first hundred of them. */
  readonly badSpans: number
  readonly problems: readonly DecodeError[]
  /** Ids that were neither hex nor base64: hex of the hash that stands in the table -> the text in the file. */
  readonly originalIds: ReadonlyMap<string, string>
}

/**
 * Appends the spans of a file to `table`. DecodeError when the text is not JSON, or nothing in it looks like Jaeger's;
 * no row has been added then.
 */
export function decodeUiJson(input: Uint8Array | string, table: SpanTableBuilder): JaegerJsonFile {
  if (input.length > MOST_BYTES) throw new DecodeError(`a file of ${input.length} bytes; at most ${MOST_BYTES}`)
  const root = parse(typeof input === 'string' ? input : decodeText(input))
  const mark = table.mark()
  const file = new JaegerJsonReader(() => table)
  file.readValue(root)
  if (file.spanCount === 0 && file.problems.length > 0) {
    table.rollback(mark)
    throw file.problems[0]
  }
  return file
}

/** True when parsed JSON has the outer form of a Jaeger file. */
export function looksLikeUiJson(value: unknown): boolean {
  try {
    return tracesIn(value as Json).length > 0
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

function parse(text: string): Json {
  if (text.trim() === '') throw new DecodeError('the file is empty; expected Jaeger JSON', '', 0)
  try {
    return parseJaegerJson(text)
  } catch {
    return parseLines(text) ?? refuse(text)
  }
}

/**
 * One JSON value with whole numbers above 2^53 exact in int64 tags. Throws what JSON.parse throws. A quoted "value" before a colon is a key wherever
 * it stands: inside a text its quotes would be escaped.
 */
export function parseJaegerJson(text: string): Json {
  const exact = text.replace(/("(?:value|vInt64)"\s*:\s*)(-?\d{16,})(?=\s*[,}])/g, '$1"$2"')
  return JSON.parse(exact.charCodeAt(0) === 0xfeff ? exact.slice(1) : exact) as Json
}

/** One document a line, as Elasticsearch's bulk files have them; its action lines are passed over. */
function parseLines(text: string): Json | undefined {
  const documents: Json[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    try {
      const document = parseJaegerJson(line)
      if (!isBulkAction(document)) documents.push(document)
    } catch {
      return undefined
    }
  }
  return documents
}

/** The line before a document in Elasticsearch's bulk files. */
export function isBulkAction(document: Json): boolean {
  return isObject(document) && (document.index !== undefined || document.create !== undefined)
}

function refuse(text: string): never {
  try {
    JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = /position (\d+)/.exec(message)
    throw new DecodeError(`not JSON: ${message}`, '', position === null ? -1 : Number(position[1]))
  }
  throw new DecodeError('not JSON')
}

interface Place {
  readonly value: JsonObject
  readonly path: string
}

/** The traces of a file, or its bare spans as one. */
function tracesIn(root: Json): Place[] {
  const places: Place[] = []
  const visit = (value: Json | undefined, path: string, depth: number): void => {
    const inside = (key: string) => (path === '' ? key : `${path}.${key}`)
    if (depth > MOST_WRAPS) throw new DecodeError('nested too deep; expected a trace', path)
    if (isArray(value)) {
      if (value.length > 0 && value.every(isSpan)) places.push({ value: { spans: value }, path })
      else for (const [i, item] of value.entries()) visit(item, `${path}[${i}]`, depth + 1)
      return
    }
    if (!isObject(value)) throw new DecodeError(`${seen(value)}; expected a trace`, path)
    const { data, hits } = value
    if (value.spans !== undefined) places.push({ value, path: inside('spans') })
    else if (isSpan(value)) places.push({ value: { spans: [value] }, path })
    else if (data !== undefined) {
      if (data !== null) visit(data, inside('data'), depth + 1)
    } else if (isObject(value._source)) visit(value._source, inside('_source'), depth + 1)
    else if (isObject(hits) || isArray(hits)) visit(hits, inside('hits'), depth + 1)
    else throw new DecodeError('an object without "data" or "spans"; expected Jaeger JSON', path)
  }
  visit(root, '', 0)
  return places
}

function isSpan(value: Json): boolean {
  return (
    isObject(value) &&
    ((value.traceID !== undefined && (value.spanID !== undefined || value.operationName !== undefined)) ||
      isProtoSpan(value))
  )
}

const KINDS = new Map([
  ['internal', 1],
  ['server', 2],
  ['client', 3],
  ['producer', 4],
  ['consumer', 5],
])

/** Reads values of one file into whatever table `tableOf` gives at the time. */
export class JaegerJsonReader implements JaegerJsonFile {
  spanCount = 0
  badSpans = 0
  readonly problems: DecodeError[] = []
  readonly originalIds = new Map<string, string>()
  readonly #tableOf: () => SpanTableBuilder

  constructor(tableOf: () => SpanTableBuilder) {
    this.#tableOf = tableOf
  }

  get #table(): SpanTableBuilder {
    return this.#tableOf()
  }

  /** Adds the spans of all traces in a value. DecodeError when it has another form; no row has been added then. */
  readValue(root: Json): void {
    for (const { value, path } of tracesIn(root)) this.readTrace(value, path)
  }

  readTrace(trace: JsonObject, path: string): void {
    const { spans } = trace
    if (spans === null) return
    if (!isArray(spans)) throw new DecodeError(`${seen(spans)}; expected a list of spans`, path)
    const processes = isObject(trace.processes) ? trace.processes : {}
    const resources = new Map<string, number>()
    this.readSpans(spans, path, text(trace.traceID), (id, span) => this.#resource(processes, resources, id, span))
  }

  /** Adds spans; `resourceOf` gives the index of the resource that a span's process is in the table. */
  readSpans(
    spans: readonly Json[],
    path: string,
    traceId: string,
    resourceOf: (processId: string, span: JsonObject) => number,
  ): void {
    const inRings = followersInRings(spans)
    for (const [i, value] of spans.entries()) {
      const table = this.#table
      const mark = table.mark()
      try {
        if (!isObject(value)) throw new DecodeError(`${seen(value)}; expected a span`, `${path}[${i}]`)
        const span = isProtoSpan(value) ? uiSpanOfProto(value) : value
        const reader = new SpanReader(table, span, `${path}[${i}]`, this.originalIds)
        reader.read(traceId, inRings.has(i), id => resourceOf(id, span))
        this.spanCount++
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        table.rollback(mark)
        this.badSpans++
        if (this.problems.length < MOST_PROBLEMS) this.problems.push(error)
      }
    }
  }

  /** Index of the span's process as a resource: its own, or that of the trace under its id. */
  #resource(processes: JsonObject, resources: Map<string, number>, id: string, span: JsonObject): number {
    const own = isObject(span.process) ? span.process : undefined
    const known = own === undefined ? resources.get(id) : undefined
    if (known !== undefined) return known
    const process = own ?? (Object.hasOwn(processes, id) ? processes[id] : undefined)
    const index = addProcess(this.#table, isObject(process) ? process : undefined, `processes.${id}`)
    if (own === undefined) resources.set(id, index)
    return index
  }
}

/** WIRE.md 7.3: `hostname` and `jaeger.version` get OpenTelemetry's names; Jaeger's words for no service are none. */
export function addProcess(table: SpanTableBuilder, process: JsonObject | undefined, path: string): number {
  const add = (key: string, value: AttributeValue): void => {
    const id = table.internText(key)
    const [type, low, high] = encodeAnyValue(table, value)
    table.addResourceAttribute(id, type, low, high)
  }
  if (process !== undefined) {
    const { serviceName } = process
    if (typeof serviceName === 'string' && serviceName !== NO_SERVICE_NAME) {
      add('service.name', { type: 'string', value: serviceName })
    }
    const tags = readTags(process, path)
    const hasHost = tags.some(({ key }) => key === 'host.name')
    for (const { key, value } of tags) {
      if (key === 'hostname' && !hasHost) add('host.name', value)
      else if (key === 'jaeger.version' && value.type === 'string') {
        add('opencensus.exporterversion', { type: 'string', value: `Jaeger-${value.value}` })
      } else add(key, value)
    }
  }
  return table.endResource(0, 0)
}

/** One span of a file. */
class SpanReader {
  readonly #table: SpanTableBuilder
  readonly #span: JsonObject
  readonly #path: string
  readonly #originalIds: Map<string, string>

  constructor(table: SpanTableBuilder, span: JsonObject, path: string, originalIds: Map<string, string>) {
    this.#table = table
    this.#span = span
    this.#path = path
    this.#originalIds = originalIds
  }

  /** `isTop`: the spans that it follows lie below it, so that they are links and none its parent. */
  read(traceId: string, isTop: boolean, resourceOf: (processId: string) => number): void {
    const table = this.#table
    const span = this.#span
    const ownTrace = text(span.traceID) || traceId
    const trace = this.#id(ownTrace, 4, 'traceID')
    const id = this.#id(text(span.spanID), 2, 'spanID')
    const start = this.#microseconds(span.startTime ?? 0, 'startTime')
    const end = this.#end(start)
    const resource = resourceOf(text(span.processID))
    const tags = readTags(span, this.#path)
    const { name, version, rest } = takeScope(tags)
    const scope = table.endScope(table.internText(name), table.internText(version), 0, 0)
    const row = table.beginSpan()
    table.traceId.set(trace, row * 4)
    table.spanId.set(id, row * 2)
    setTime(table.startTime, row, start * 1000n)
    setTime(table.endTime, row, end * 1000n)
    table.resource[row] = resource
    table.scope[row] = scope
    table.flags[row] = typeof span.flags === 'number' ? span.flags & 0xff : 0
    const operation = table.internText(text(span.operationName))
    table.name[row] = operation
    this.#tags(row, rest)
    this.#references(row, trace, isTop)
    this.#logs()
    if (!table.endSpan()) throw new DecodeError('ids of zero, or limits that reject it', this.#path)
  }

  #id(value: string, words: 4 | 2, field: string): Uint32Array {
    const id = readFileId(value, words)
    if (id === undefined) {
      throw new DecodeError(`${value === '' ? 'missing' : 'zero'}; expected an id`, `${this.#path}.${field}`)
    }
    if (id.hashed) {
      const hex = words === 4 ? formatTraceId(id.words, 0) : formatSpanId(id.words, 0)
      this.#originalIds.set(hex, value)
    }
    return id.words
  }

  #microseconds(value: Json, field: string): bigint {
    const number = typeof value === 'string' ? wholeNumber(value) : value
    if (typeof number === 'number' && Number.isFinite(number)) return this.#inRange(BigInt(Math.trunc(number)), field)
    if (typeof number === 'bigint') return this.#inRange(number, field)
    throw new DecodeError(`${seen(value)}; expected a number of µs`, `${this.#path}.${field}`)
  }

  #inRange(value: bigint, field: string): bigint {
    if (value >= 0n && value <= MOST_MICROSECONDS) return value
    throw new DecodeError(`${value} µs; expected 1970 … 2554`, `${this.#path}.${field}`)
  }

  /** The end in µs: a duration may be negative, an end outside the calendar is cut to it. */
  #end(start: bigint): bigint {
    const value = this.#span.duration ?? 0
    const finite = typeof value === 'number' && Number.isFinite(value)
    const whole = finite ? BigInt(Math.trunc(value)) : wholeNumber(text(value))
    if (whole === undefined) {
      throw new DecodeError(`${seen(value)}; expected a number of µs`, `${this.#path}.duration`)
    }
    const end = start + whole
    return end < 0n ? 0n : end > MOST_MICROSECONDS ? MOST_MICROSECONDS : end
  }

  /**
   * Kind, status, trace state and warnings out of the tags (WIRE.md 7.3); the others stay attributes. A file is shown as it
   * is: unlike a listener, it gets no status from HTTP codes.
   */
  #tags(row: number, tags: readonly Tag[]): void {
    const table = this.#table
    const status = statusOf(tags)
    table.status[row] = status.code
    const message = table.internText(status.message)
    table.statusMessage[row] = message
    for (const tag of tags) {
      const { key, value } = tag
      if (status.used.has(tag)) continue
      if (key === 'span.kind' && value.type === 'string' && KINDS.has(value.value)) {
        table.kind[row] = KINDS.get(value.value) ?? 0
      } else if (key === 'w3c.tracestate' && value.type === 'string') {
        const state = table.internText(value.value)
        table.traceState[row] = state
      } else this.#attribute(key, value)
    }
    // Warnings were added by whoever answered; kept as Jaeger itself keeps them.
    const { warnings } = this.#span
    if (isArray(warnings) && warnings.length > 0) {
      const values = warnings.map(warning => ({ type: 'string', value: text(warning) }) as const)
      this.#attribute(WARNINGS_ATTRIBUTE, { type: 'array', values })
    }
  }

  #attribute(key: string, value: AttributeValue): void {
    const id = this.#table.internText(key)
    const [type, low, high] = encodeAnyValue(this.#table, value)
    this.#table.addAttribute(id, type, low, high)
  }

  /** The parent: the first CHILD_OF of the same trace, else the first FOLLOWS_FROM of it, which stays a link too; the rest are links. */
  #references(row: number, trace: Uint32Array, isTop: boolean): void {
    const table = this.#table
    const list = this.#span.references ?? []
    if (!isArray(list)) throw new DecodeError(`${seen(list)}; expected a list`, `${this.#path}.references`)
    const references = list.flatMap((one, i) => {
      if (!isObject(one)) throw new DecodeError(`${seen(one)}; expected a reference`, `${this.#path}.references[${i}]`)
      const ofTrace =
        readFileId(text(one.traceID), 4)?.words ?? (one.traceID === undefined ? trace : new Uint32Array(4))
      const ofSpan = text(one.spanID) === '' ? new Uint32Array(2) : this.#idOrZero(text(one.spanID))
      const same = ofTrace.every((word, k) => word === trace[k]) && ofSpan.some(word => word !== 0)
      return [{ childOf: one.refType !== 'FOLLOWS_FROM' && one.refType !== 'followsFrom', ofTrace, ofSpan, same }]
    })
    const old = readFileId(text(this.#span.parentSpanID), 2)
    const parent =
      references.find(one => one.same && one.childOf) ?? (isTop ? undefined : references.find(one => one.same))
    const parentId = parent?.ofSpan ?? old?.words
    if (parentId !== undefined) table.parentSpanId.set(parentId, row * 2)
    const links = references.filter(one => one !== parent || !one.childOf)
    const key = links.length > 0 ? table.internText('opentracing.ref_type') : 0
    for (const one of links) {
      table.addLink(one.ofTrace, 0, one.ofSpan, 0, 0, 0, 0)
      table.addLinkAttribute(key, 1, table.internText(one.childOf ? 'child_of' : 'follows_from'), 0)
    }
  }

  #idOrZero(value: string): Uint32Array {
    return readFileId(value, 2) === undefined ? new Uint32Array(2) : this.#id(value, 2, 'references')
  }

  #logs(): void {
    const table = this.#table
    const logs = this.#span.logs ?? []
    if (!isArray(logs)) throw new DecodeError(`${seen(logs)}; expected a list`, `${this.#path}.logs`)
    const time = new Uint32Array(2)
    for (const [i, log] of logs.entries()) {
      const path = `logs[${i}]`
      if (!isObject(log)) throw new DecodeError(`${seen(log)}; expected a log`, `${this.#path}.${path}`)
      setTime(time, 0, this.#microseconds(log.timestamp ?? 0, `${path}.timestamp`) * 1000n)
      const fields = readTags(log, `${this.#path}.${path}`, log.fields)
      // The first field "event" is the event's name; older translators wrote "message", which stays a field.
      const named = fields.findIndex(({ key, value }) => key === 'event' && value.type === 'string')
      const value = named < 0 ? undefined : fields[named].value
      table.addEvent(time[0], time[1], table.internText(value?.type === 'string' ? value.value : ''), 0)
      for (const [k, field] of fields.entries()) {
        if (k === named) continue
        const id = table.internText(field.key)
        const [type, low, high] = encodeAnyValue(table, field.value)
        table.addEventAttribute(id, type, low, high)
      }
    }
  }
}
