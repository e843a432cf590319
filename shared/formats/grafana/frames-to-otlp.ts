/**
 * Grafana's data frames with a trace in them, as the query inspector and "Inspect › JSON" of a panel save them, as an OTLP request:
 * a frame is a table of columns, one row a span, with the columns of Grafana's trace view (`TraceSpanRow` in its @grafana/data:
 * traceID, spanID, parentSpanID, operationName, serviceName, serviceTags, startTime and duration in ms, tags, logs, references …).
 * Two forms: `{schema: {fields: [{name}]}, data: {values: [[…]]}}`, and `{fields: [{name, values: […]}]}`; in lists, or in
 * `results.<refId>.frames`.
 */
import type { Json, JsonObject } from '#shared/formats/jaeger/plain-json.ts'
import { isArray, isObject, seen as shown, text } from '#shared/formats/jaeger/plain-json.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'

/** Frames stand four levels down in the inspector's answer; the rest is room. */
const MOST_DEPTH = 8

export interface GrafanaTraces {
  /** OTLP's JSON: a request. */
  readonly request: JsonObject
  /** Rows that can't be a span, and what is wrong with the first of them. */
  readonly badRows: number
  readonly problems: readonly string[]
}

/** More problems than anyone reads; they are still counted. */
const MOST_PROBLEMS = 20

/** Throws DecodeError when no frame holds a trace: it says which columns there are. Rows without ids are passed over. */
export function grafanaFramesToOtlp(root: Json): GrafanaTraces {
  const frames: Columns[] = []
  const seen: string[] = []
  collect(root, 0, frames, seen)
  if (frames.length === 0) {
    const columns = seen.length === 0 ? 'no columns' : `the columns ${seen.slice(0, 8).join(', ')}`
    throw new DecodeError(`data frames with ${columns}; expected those of a trace: traceID, spanID, operationName`)
  }
  const resourceSpans: Json[] = []
  const problems: string[] = []
  let badRows = 0
  for (const frame of frames) {
    const services = new Map<string, { resource: Json; scopes: Map<string, { scope: Json; spans: Json[] }> }>()
    for (let row = 0; row < frame.rowCount; row++) {
      const span = spanOrProblem(frame, row)
      if (typeof span === 'string') {
        badRows++
        if (problems.length < MOST_PROBLEMS) problems.push(`row ${row + 1}: ${span}`)
        continue
      }
      const { service, tags, library, version } = aroundOf(frame, row)
      const serviceKey = JSON.stringify([service, tags])
      let known = services.get(serviceKey)
      if (known === undefined) {
        const own = tags.some(one => isObject(one) && one.key === 'service.name')
        const named: Json[] = own || service === '' ? [] : [{ key: 'service.name', value: { stringValue: service } }]
        known = { resource: { attributes: [...named, ...tags] }, scopes: new Map() }
        services.set(serviceKey, known)
      }
      const scopeKey = JSON.stringify([library, version])
      let scope = known.scopes.get(scopeKey)
      if (scope === undefined) {
        scope = { scope: { name: library, version }, spans: [] }
        known.scopes.set(scopeKey, scope)
      }
      scope.spans.push(span)
    }
    for (const { resource, scopes } of services.values()) {
      resourceSpans.push({ resource, scopeSpans: [...scopes.values()].map(({ scope, spans }) => ({ scope, spans })) })
    }
  }
  return { request: { resourceSpans }, badRows, problems }
}

interface Columns {
  readonly rowCount: number
  readonly of: ReadonlyMap<string, readonly Json[]>
}

function collect(value: Json, depth: number, frames: Columns[], seen: string[]): void {
  if (depth > MOST_DEPTH) return
  if (isArray(value)) {
    for (const one of value) collect(one, depth + 1, frames, seen)
    return
  }
  if (!isObject(value)) return
  const columns = columnsOf(value)
  if (columns === undefined) {
    for (const one of Object.values(value)) if (typeof one === 'object') collect(one, depth + 1, frames, seen)
    return
  }
  if (columns.has('traceID') && columns.has('spanID') && columns.has('startTime')) {
    const rowCount = columns.get('spanID')?.length ?? 0
    frames.push({ rowCount, of: columns })
  } else seen.push(...columns.keys())
}

/** The columns of a frame by name; undefined when it is none. */
function columnsOf(value: JsonObject): Map<string, readonly Json[]> | undefined {
  const { schema, data } = value
  const fields =
    isObject(schema) && isArray(schema.fields) ? schema.fields : isArray(value.fields) ? value.fields : undefined
  if (fields === undefined) return undefined
  const values = isObject(data) && isArray(data.values) ? data.values : undefined
  const columns = new Map<string, readonly Json[]>()
  for (const [index, field] of fields.entries()) {
    if (!isObject(field) || typeof field.name !== 'string') continue
    const column = values === undefined ? field.values : values[index]
    if (isArray(column)) columns.set(field.name, column)
  }
  return columns
}

function spanOrProblem(frame: Columns, row: number): JsonObject | string {
  try {
    return spanOf(frame, row)
  } catch (error) {
    if (error instanceof DecodeError) return error.message
    throw error
  }
}

/** OTLP's span, or what is wrong with the row. */
function spanOf(frame: Columns, row: number): JsonObject | string {
  const at = (name: string): Json => frame.of.get(name)?.[row] ?? null
  const [traceId, spanId] = [text(at('traceID')), text(at('spanID'))]
  if (traceId === '' || spanId === '') return 'seen no traceID or no spanID; expected both'
  const [start, duration] = [at('startTime'), at('duration') ?? 0]
  const startNs = nanoseconds(start)
  const durationNs = nanoseconds(duration)
  if (startNs === undefined) return `startTime: seen ${shown(start)}; expected a number of ms`
  if (durationNs === undefined) return `duration: seen ${shown(duration)}; expected a number of ms`
  const code = Number(at('statusCode') ?? 0)
  return {
    traceId,
    spanId,
    parentSpanId: text(at('parentSpanID')),
    name: text(at('operationName')),
    kind: KINDS.get(text(at('kind')).toLowerCase()) ?? 0,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + durationNs),
    traceState: text(at('traceState')),
    status: { code: code === 1 || code === 2 ? code : 0, message: text(at('statusMessage')) },
    attributes: pairs(at('tags')),
    events: list(at('logs')).flatMap(log => (isObject(log) ? [eventOf(log, startNs)] : [])),
    links: list(at('references')).flatMap(one =>
      isObject(one) && text(one.spanID) !== ''
        ? [{ traceId: text(one.traceID), spanId: text(one.spanID), attributes: pairs(one.tags ?? null) }]
        : [],
    ),
  }
}

const KINDS: ReadonlyMap<string, number> = new Map([
  ['internal', 1],
  ['server', 2],
  ['client', 3],
  ['producer', 4],
  ['consumer', 5],
])

/** A log has its name apart, or as Jaeger's field `event`. */
function eventOf(log: JsonObject, startNs: bigint): JsonObject {
  const fields = list(log.fields ?? null)
  const event = fields.find(one => isObject(one) && one.key === 'event')
  const name = text(log.name ?? null) || (isObject(event) ? text(event.value ?? null) : '')
  const attributes = pairs(fields.filter(one => typeof log.name === 'string' || one !== event))
  return { timeUnixNano: String(nanoseconds(log.timestamp ?? null) ?? startNs), name, attributes }
}

function aroundOf(
  frame: Columns,
  row: number,
): { readonly service: string; readonly tags: readonly Json[]; readonly library: string; readonly version: string } {
  const at = (name: string): Json => frame.of.get(name)?.[row] ?? null
  return {
    service: text(at('serviceName')),
    tags: pairs(at('serviceTags')),
    library: text(at('instrumentationLibraryName')),
    version: text(at('instrumentationLibraryVersion')),
  }
}

/** Milliseconds as a double has them: exact to a µs, which is what Grafana was sent rounded to. */
function nanoseconds(ms: Json): bigint | undefined {
  const value = typeof ms === 'string' ? Number(ms) : ms
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  const whole = Math.floor(value)
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((value - whole) * 1000)) * 1000n
}

/** A list, also one that is written as text. */
function list(value: Json): readonly Json[] {
  if (isArray(value)) return value
  if (typeof value !== 'string' || value === '') return []
  try {
    const parsed = JSON.parse(value) as Json
    return isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}

/** `[{key, value}]` as OTLP's attributes. */
function pairs(value: Json): readonly Json[] {
  return list(value).flatMap(one =>
    isObject(one) && typeof one.key === 'string' ? [{ key: one.key, value: anyValue(one.value ?? null) }] : [],
  )
}

/** As many levels as a span table keeps. */
const MOST_NESTED = 100

function anyValue(value: Json, depth = 0): JsonObject {
  if (depth > MOST_NESTED) throw new DecodeError(`a value of more than ${MOST_NESTED} levels`)
  switch (typeof value) {
    case 'string':
      return { stringValue: value }
    case 'boolean':
      return { boolValue: value }
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
    default:
      if (value === null) return {}
      if (isArray(value)) return { arrayValue: { values: value.map(one => anyValue(one, depth + 1)) } }
      return {
        kvlistValue: {
          values: Object.entries(value as JsonObject).map(([key, inner]) => ({
            key,
            value: anyValue(inner ?? null, depth + 1),
          })),
        },
      }
  }
}
