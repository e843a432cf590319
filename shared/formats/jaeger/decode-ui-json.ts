/**
 * Jaeger's JSON files -> rows (WIRE.md 3, 7.3): answers of `/api/traces`, a saved trace, lists of traces or of spans,
 * stored documents with their process inside; old `parentSpanID`; ids of any shape. What one span has wrong is a problem
 * of that span, told with its place; the others are read.
 */
import { encodeAnyValue } from '#shared/spans/any-value.ts'
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime } from '#shared/spans/time.ts'
import { decodeBase64Text, readFileId } from './file-ids.ts'
import { WARNINGS_ATTRIBUTE } from './ui-json.ts'

/** The text is parsed in one piece: larger files would need several times their size of memory. */
const MOST_BYTES = 256 * 1024 * 1024
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

type Json = null | boolean | number | string | readonly Json[] | JsonObject
interface JsonObject {
  readonly [key: string]: Json | undefined
}

/**
 * Appends the spans of a file to `table`. DecodeError when the text is not JSON, or nothing in it looks like Jaeger's;
 * no row has been added then.
 */
export function decodeUiJson(input: Uint8Array | string, table: SpanTableBuilder): JaegerJsonFile {
  if (input.length > MOST_BYTES) throw new DecodeError(`a file of ${input.length} bytes; at most ${MOST_BYTES}`)
  const root = parse(typeof input === 'string' ? input : decodeText(input))
  const traces = tracesIn(root)
  const mark = table.mark()
  const file = new FileReader(table)
  for (const { value, path } of traces) file.readTrace(value, path)
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
  // Whole numbers above 2^53 are exact in int64 tags only as text. A quoted "value" before a colon is a key wherever it
  // stands: inside a text its quotes would be escaped.
  const exact = text.replace(/("value"\s*:\s*)(-?\d{16,})(?=\s*[,}])/g, '$1"$2"')
  try {
    return JSON.parse(exact.charCodeAt(0) === 0xfeff ? exact.slice(1) : exact) as Json
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = /position (\d+)/.exec(message)
    throw new DecodeError(`not JSON: ${message}`, '', position === null ? -1 : Number(position[1]))
  }
}

interface Place {
  readonly value: JsonObject
  readonly path: string
}

/** The traces of a file, or its bare spans as one. */
function tracesIn(root: Json): Place[] {
  const places: Place[] = []
  const visit = (value: Json | undefined, path: string, depth: number): void => {
    if (isArray(value)) {
      if (value.length > 0 && value.every(isSpan)) places.push({ value: { spans: value }, path })
      else for (const [i, item] of value.entries()) visit(item, `${path}[${i}]`, depth)
      return
    }
    if (!isObject(value)) throw new DecodeError(`${seen(value)}; expected a trace`, path)
    if (value.spans !== undefined) places.push({ value, path: path === '' ? 'spans' : `${path}.spans` })
    else if (isSpan(value)) places.push({ value: { spans: [value] }, path })
    else if (value.data !== undefined && depth < 2) {
      if (value.data !== null) visit(value.data, path === '' ? 'data' : `${path}.data`, depth + 1)
    } else throw new DecodeError('an object without "data" or "spans"; expected Jaeger JSON', path)
  }
  visit(root, '', 0)
  return places
}

function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSpan(value: Json): boolean {
  return (
    isObject(value) && (value.spanID !== undefined || value.operationName !== undefined) && value.traceID !== undefined
  )
}

function seen(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const KINDS = new Map([
  ['internal', 1],
  ['server', 2],
  ['client', 3],
  ['producer', 4],
  ['consumer', 5],
])

class FileReader implements JaegerJsonFile {
  spanCount = 0
  badSpans = 0
  readonly problems: DecodeError[] = []
  readonly originalIds = new Map<string, string>()
  readonly #table: SpanTableBuilder

  constructor(table: SpanTableBuilder) {
    this.#table = table
  }

  readTrace(trace: JsonObject, path: string): void {
    const { spans } = trace
    if (spans === null) return
    if (!isArray(spans)) throw new DecodeError(`${seen(spans)}; expected a list of spans`, path)
    const processes = isObject(trace.processes) ? trace.processes : {}
    const resources = new Map<string, number>()
    for (const [i, span] of spans.entries()) {
      const mark = this.#table.mark()
      try {
        if (!isObject(span)) throw new DecodeError(`${seen(span)}; expected a span`)
        new SpanReader(this.#table, span, `${path}[${i}]`, this.originalIds).read(text(trace.traceID), id =>
          this.#resource(processes, resources, id, span),
        )
        this.spanCount++
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        this.#table.rollback(mark)
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

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** WIRE.md 7.3: `hostname` and `jaeger.version` get OpenTelemetry's names. */
function addProcess(table: SpanTableBuilder, process: JsonObject | undefined, path: string): number {
  const add = (key: string, value: AttributeValue): void => {
    const id = table.internText(key)
    const [type, low, high] = encodeAnyValue(table, value)
    table.addResourceAttribute(id, type, low, high)
  }
  if (process !== undefined) {
    if (typeof process.serviceName === 'string') add('service.name', { type: 'string', value: process.serviceName })
    const tags = readTags(process.tags, `${path}.tags`)
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

interface Tag {
  readonly key: string
  readonly value: AttributeValue
}

function readTags(list: Json | undefined, path: string): Tag[] {
  if (list === undefined || list === null) return []
  if (!isArray(list)) throw new DecodeError(`${seen(list)}; expected a list of tags`, path)
  return list.map((tag, i) => {
    if (!isObject(tag)) throw new DecodeError(`${seen(tag)}; expected a tag`, `${path}[${i}]`)
    return { key: text(tag.key), value: tagValue(tag, `${path}[${i}]`) }
  })
}

function tagValue(tag: JsonObject, path: string): AttributeValue {
  const { value } = tag
  const type = typeof tag.type === 'string' ? tag.type.toLowerCase() : undefined
  const wrong = (expected: string) => new DecodeError(`${seen(value)}; expected ${expected}`, `${path}.value`)
  switch (type) {
    case 'bool':
      if (typeof value === 'boolean') return { type: 'bool', value }
      if (value === 'true' || value === 'false') return { type: 'bool', value: value === 'true' }
      throw wrong('true or false')
    case 'int64':
    case 'long': {
      const digits = text(value)
      if (!/^-?\d{1,20}$/.test(digits)) throw wrong('a whole number')
      const int = BigInt(digits)
      if (BigInt.asIntN(64, int) !== int) throw wrong('a number of 64 bits')
      return { type: 'int', value: int }
    }
    case 'float64':
    case 'double': {
      const double = typeof value === 'number' ? value : typeof value === 'string' ? textDouble(value) : undefined
      if (double === undefined) throw wrong('a number')
      return { type: 'double', value: double }
    }
    case 'binary': {
      const bytes = typeof value === 'string' ? decodeBase64Text(value) : undefined
      // Elasticsearch documents hold hex, other tools plain text: shown as it is.
      return bytes === undefined ? { type: 'string', value: text(value) } : { type: 'bytes', value: bytes }
    }
    case 'string':
      return { type: 'string', value: typeof value === 'string' ? value : seen(value) }
    default:
      return plainValue(value)
  }
}

function textDouble(value: string): number | undefined {
  if (value === 'NaN') return Number.NaN
  const infinite = /^([+-]?)inf(inity)?$/i.exec(value)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  return value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value)
}

/** A value without a type that is known: what JSON says it is. */
function plainValue(value: Json | undefined): AttributeValue {
  if (typeof value === 'string') return { type: 'string', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'double', value }
  }
  return value === undefined || value === null ? { type: 'empty' } : { type: 'string', value: JSON.stringify(value) }
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

  read(traceId: string, resourceOf: (processId: string) => number): void {
    const table = this.#table
    const span = this.#span
    const ownTrace = text(span.traceID) || traceId
    const trace = this.#id(ownTrace, 4, 'traceID')
    const id = this.#id(text(span.spanID), 2, 'spanID')
    const start = this.#microseconds(span.startTime ?? 0, 'startTime')
    const end = this.#end(start)
    const resource = resourceOf(text(span.processID))
    const tags = readTags(span.tags, `${this.#path}.tags`)
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
    this.#references(row, trace)
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
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value
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
    if (typeof value !== 'number' && !(typeof value === 'string' && /^-?\d+$/.test(value))) {
      throw new DecodeError(`${seen(value)}; expected a number of µs`, `${this.#path}.duration`)
    }
    const end = start + BigInt(typeof value === 'number' ? Math.trunc(value) : value)
    return end < 0n ? 0n : end > MOST_MICROSECONDS ? MOST_MICROSECONDS : end
  }

  /** Kind, status, trace state and warnings out of the tags (WIRE.md 7.3); the others stay attributes. */
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
    if (status.code === 0 && failedByHttp(tags, table.kind[row])) table.status[row] = 2
  }

  #attribute(key: string, value: AttributeValue): void {
    const id = this.#table.internText(key)
    const [type, low, high] = encodeAnyValue(this.#table, value)
    this.#table.addAttribute(id, type, low, high)
  }

  /** The parent: the first CHILD_OF of the same trace, else the first FOLLOWS_FROM of it; the rest are links. */
  #references(row: number, trace: Uint32Array): void {
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
    const parent = references.find(one => one.same && one.childOf) ?? references.find(one => one.same)
    const parentId = parent?.ofSpan ?? old?.words
    if (parentId !== undefined) table.parentSpanId.set(parentId, row * 2)
    const key = references.some(one => one !== parent) ? table.internText('opentracing.ref_type') : 0
    for (const one of references) {
      if (one === parent) continue
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
      const fields = readTags(log.fields, `${this.#path}.${path}.fields`)
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

function takeScope(tags: readonly Tag[]): { name: string; version: string; rest: readonly Tag[] } {
  let name = ''
  let version = ''
  const rest = tags.filter(({ key, value }) => {
    if (value.type !== 'string') return true
    if (key === 'otel.scope.name' || key === 'otel.library.name') name ||= value.value
    else if (key === 'otel.scope.version' || key === 'otel.library.version') version ||= value.value
    else return true
    return false
  })
  return { name, version, rest }
}

interface Status {
  readonly code: number
  readonly message: string
  /** Tags that the status holds and that are attributes no longer. */
  readonly used: ReadonlySet<Tag>
}

/** WIRE.md 7.3: `error` = true wins, then `otel.status_code`; an `error` that is text is not a status. */
function statusOf(tags: readonly Tag[]): Status {
  const used = new Set<Tag>()
  const find = (key: string) => tags.find(tag => tag.key === key)
  const error = find('error')
  const failed = error?.value.type === 'bool' && error.value.value
  if (error !== undefined && failed) used.add(error)
  const codeTag = find('otel.status_code')
  const code = codeTag?.value.type === 'string' ? codeTag.value.value.toUpperCase() : ''
  if (codeTag !== undefined && (code === 'OK' || code === 'ERROR' || code === 'UNSET')) used.add(codeTag)
  const result = failed || code === 'ERROR' ? 2 : code === 'OK' ? 1 : 0
  const description = find('otel.status_description')
  if (description?.value.type === 'string') {
    used.add(description)
    return { code: result, message: description.value.value, used }
  }
  const http = result === 2 ? find('http.status_message') : undefined
  return { code: result, message: http?.value.type === 'string' ? http.value.value : '', used }
}

/** An HTTP status that means an error where nothing else says: 5xx, and 4xx of a client. */
function failedByHttp(tags: readonly Tag[], kind: number): boolean {
  if (tags.some(({ key }) => key === 'error' || key === 'otel.status_code')) return false
  const value = tags.find(({ key }) => key === 'http.status_code')?.value
  const code = value?.type === 'int' ? Number(value.value) : value?.type === 'string' ? Number(value.value) : 200
  if (!Number.isInteger(code) || (code >= 100 && code < 400)) return false
  return code >= 500 || code < 100 || kind === 3
}
