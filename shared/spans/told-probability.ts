/**
 * With what probability a trace was kept, as its sender tells: tags of Jaeger's clients on the root, or the threshold that OpenTelemetry
 * writes into `tracestate`. One over it is the weight of the trace: how many like it there were.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  doubleOf,
  intOf,
} from './attribute-value.ts'
import type { SpanTable } from './span-table.ts'

/** What a sampler of Jaeger's says of itself on the first span of a trace. */
export interface SamplerTags {
  /** `const`, `probabilistic`, `ratelimiting`, `lowerbound`, … */
  readonly type: string
  /** A number, also when it came as text or as true (1); NaN for anything else. */
  readonly param: number
}

/** `sampler.type` and `sampler.param` of a row; undefined when it does not have both. */
export function samplerTags(table: SpanTable, row: number): SamplerTags | undefined {
  const { dictionary } = table
  let type: string | undefined
  let param: number | undefined
  table.attributes.forOwner(row, (key, valueType, low, high) => {
    const name = dictionary.text(key)
    if (name === 'sampler.type' && valueType === ATTRIBUTE_STRING) type = dictionary.text(low)
    else if (name === 'sampler.param') param = numberOf(table, valueType, low, high)
  })
  return type === undefined || param === undefined ? undefined : { type, param }
}

function numberOf({ dictionary }: SpanTable, type: number, low: number, high: number): number {
  switch (type) {
    case ATTRIBUTE_DOUBLE:
      return doubleOf(low, high)
    case ATTRIBUTE_INT:
      return Number(intOf(low, high))
    case ATTRIBUTE_BOOL:
      return low
    case ATTRIBUTE_STRING:
      return dictionary.text(low).trim() === '' ? Number.NaN : Number(dictionary.text(low))
    default:
      return Number.NaN
  }
}

/**
 * The probability, above 0 and up to 1, that a row tells; undefined when it tells none, or one that can't be: then nobody knows. A
 * trace that was kept for its rate (`ratelimiting`, `lowerbound`) tells none.
 */
export function toldProbability(table: SpanTable, row: number): number | undefined {
  const state = table.traceState[row]
  const byThreshold = state === 0 ? undefined : thresholdProbability(table.dictionary.text(state))
  if (byThreshold !== undefined) return byThreshold
  const tags = samplerTags(table, row)
  if (tags === undefined || (tags.type !== 'probabilistic' && tags.type !== 'const')) return undefined
  return tags.param > 0 && tags.param <= 1 ? tags.param : undefined
}

/**
 * Of `ot=th:c8;rv:…` among others in a `tracestate`: one less the threshold, which is the first of 14 hex digits, without zeros at the end.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
function thresholdProbability(traceState: string): number | undefined {
  for (const member of traceState.split(',')) {
    const [, fields] = /^\s*ot=(.*)$/u.exec(member) ?? []
    if (fields === undefined) continue
    const digits = /(?:^|;)th:([0-9a-f]{1,14})(?:;|\s*$)/u.exec(fields)?.[1]
    return digits === undefined ? undefined : 1 - Number.parseInt(digits, 16) / 16 ** digits.length
  }
  return undefined
}
