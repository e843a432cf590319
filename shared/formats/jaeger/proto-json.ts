/**
 * Spans in the JSON of Jaeger's protobuf model (api_v2, WIRE.md 6.5), as its test data and Kafka topics have them: ids in
 * base64, `vType` and `vStr` for a tag's type and value, RFC 3339 times; camelCase or snake_case.
 */
import { isArray, isObject, type Json, type JsonObject, text } from './plain-json.ts'

/** Whether an object is such a span: the case of its id's key tells it from the UI's form. */
export function isProtoSpan(value: JsonObject): boolean {
  return (
    value.traceID === undefined &&
    (value.traceId ?? value.trace_id) !== undefined &&
    (value.operationName ?? value.operation_name) !== undefined
  )
}

/** The span in the UI's form, with times in µs as text; what can't be read stays as it is, for the reader to refuse. */
export function uiSpanOfProto(span: JsonObject): JsonObject {
  const process = span.process
  return {
    traceID: span.traceId ?? span.trace_id,
    spanID: span.spanId ?? span.span_id,
    operationName: span.operationName ?? span.operation_name,
    flags: span.flags,
    warnings: span.warnings,
    startTime: timeText(span.startTime ?? span.start_time),
    duration: durationText(span.duration),
    tags: tagList(span.tags),
    references: isArray(span.references) ? span.references.map(reference) : span.references,
    logs: isArray(span.logs) ? span.logs.map(log) : span.logs,
    process: isObject(process)
      ? { serviceName: process.serviceName ?? process.service_name, tags: tagList(process.tags) }
      : process,
  }
}

function reference(value: Json): Json {
  if (!isObject(value)) return value
  const type = value.refType ?? value.ref_type
  return {
    refType: type === 1 ? 'FOLLOWS_FROM' : type === 0 || type === undefined ? 'CHILD_OF' : type,
    traceID: value.traceId ?? value.trace_id,
    spanID: value.spanId ?? value.span_id,
  }
}

function log(value: Json): Json {
  return isObject(value) ? { timestamp: timeText(value.timestamp), fields: tagList(value.fields) } : value
}

const TYPES = ['string', 'bool', 'int64', 'float64', 'binary']

function tagList(list: Json | undefined): Json | undefined {
  if (!isArray(list)) return list
  return list.map(tag => {
    if (!isObject(tag)) return tag
    const named = tag.vType ?? tag.v_type ?? 0
    const type = typeof named === 'number' ? TYPES[named] : text(named).toLowerCase()
    const value =
      type === 'bool'
        ? (tag.vBool ?? tag.v_bool ?? false)
        : type === 'int64'
          ? (tag.vInt64 ?? tag.v_int64 ?? 0)
          : type === 'float64'
            ? (tag.vFloat64 ?? tag.v_float64 ?? 0)
            : type === 'binary'
              ? (tag.vBinary ?? tag.v_binary ?? '')
              : (tag.vStr ?? tag.v_str ?? '')
    return { key: tag.key, type, value }
  })
}

/** `2017-01-26T16:46:31.639875-05:00` as µs since the epoch; other values as they are. */
function timeText(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/iu.exec(value)
  if (match === null) return value
  const ms = Date.parse(`${match[1]}${match[3]}`)
  if (Number.isNaN(ms)) return value
  return String(BigInt(ms) * 1000n + BigInt((match[2] ?? '').padEnd(6, '0').slice(0, 6)))
}

/** µs of each unit that a duration may be told in. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-3],
  ['us', 1],
  ['µs', 1],
  ['ms', 1e3],
  ['s', 1e6],
])

/** `0.022938s`, `22938000ns` as µs; other values as they are. */
function durationText(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value
  const match = /^(-?\d+(?:\.\d+)?)(ns|us|µs|ms|s)$/u.exec(value)
  if (match === null) return value
  return String(Math.round(Number(match[1]) * (UNITS.get(match[2]) ?? 0)))
}
