/**
 * The parameters of a search address to the tree: Jaeger's `/api/traces` (WIRE.md 8.1) and ours, which carries the same
 * names and adds some. All conditions hold on one span; tags are `any.` and compare as text.
 */
import { parseTraceId, type TraceId } from '#shared/spans/ids.ts'
import { parseGoDuration } from './go-duration.ts'
import { and, type Condition, type TraceQuery } from './tree.ts'

/** Parameters by name, as they stand in an address; repeated ones as arrays. */
export type SearchAddress = Readonly<Record<string, string | readonly string[] | undefined>>

/** A parameter that can't be read. `message` is Jaeger's where Jaeger has one. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError'
  readonly parameter: string
  readonly seen: string | undefined
  readonly expected: string | undefined

  constructor(message: string, parameter: string, seen?: string, expected?: string) {
    super(message)
    this.parameter = parameter
    this.seen = seen
    this.expected = expected
  }
}

/** Traces in one answer of ours: more is asked for by cursor. */
const MOST_TRACES = 1500
/** Jaeger's `limit` is an int32; its answers here stream, whatever their number. */
const MOST_JAEGER_TRACES = 2 ** 31 - 1
const JAEGER_LIMIT = 100
const SPOOR_LIMIT = 20
const JAEGER_LOOKBACK_NS = 48n * 3_600_000_000_000n
const LATEST = 2n ** 64n - 1n

function all(address: SearchAddress, name: string): readonly string[] {
  const value = address[name]
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

function first(address: SearchAddress, name: string): string | undefined {
  const [value] = all(address, name)
  return value === '' ? undefined : value
}

/** An id as Jaeger reads it. `undefined`: well formed and zero, so of no trace. Throws ParameterError with Jaeger's text. */
export function readTraceId(text: string, parameter = 'traceID'): TraceId | undefined {
  const expected = '1 to 32 hex digits'
  if (text.length > 32) {
    throw new ParameterError(
      `TraceID cannot be longer than 32 hex characters: ${text.slice(0, 100)}`,
      parameter,
      text,
      expected,
    )
  }
  const id = parseTraceId(text)
  if (id !== undefined || /^0+$/u.test(text)) return id
  const halves = text.length > 16 ? [text.slice(0, -16), text.slice(-16)] : [text]
  const bad = halves.find(half => !/^[0-9a-f]+$/iu.test(half)) ?? text
  throw new ParameterError(
    `strconv.ParseUint: parsing ${JSON.stringify(bad)}: invalid syntax`,
    parameter,
    text,
    expected,
  )
}

/** `start` and `end` where they change nothing: Jaeger reads them all the same, and refuses what is no number. */
export function checkTimes(address: SearchAddress): void {
  readMicroseconds(address, 'start')
  readMicroseconds(address, 'end')
}

/** Go's `strconv.ParseBool`; false when absent or empty. Throws ParameterError. */
export function readFlag(address: SearchAddress, name: string): boolean {
  const text = first(address, name)
  if (text === undefined || ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true
  const message = `unable to parse param '${name}': strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`
  throw new ParameterError(message, name, text, 'true or false')
}

/** What Jaeger's `/api/traces` asks for. */
export type JaegerSearch =
  | { readonly kind: 'ids'; readonly ids: readonly (TraceId | undefined)[] }
  | { readonly kind: 'query'; readonly query: TraceQuery }

/**
 * Reads Jaeger's search parameters, all of them and in Jaeger's order, so that of several wrong ones the same is told. `now`: ns since the
 * epoch. Throws ParameterError.
 */
export function parseJaegerSearch(address: SearchAddress, now: bigint): JaegerSearch {
  const from = readMicroseconds(address, 'start') ?? now - JAEGER_LOOKBACK_NS
  const to = readMicroseconds(address, 'end', 999n) ?? now
  readTags(address)
  readInt32(address, 'limit', `1 to ${MOST_JAEGER_TRACES}`)
  readDuration(address, 'minDuration')
  readDuration(address, 'maxDuration')
  const ids = all(address, 'traceID').map(text => {
    try {
      return readTraceId(text)
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error
      throw new ParameterError(`cannot parse traceID param: ${error.message}`, 'traceID', text, error.expected)
    }
  })
  if (ids.length > 0) return { kind: 'ids', ids }
  const service = first(address, 'service')
  if (service === undefined) throw new ParameterError("parameter 'service' is required", 'service')
  const limit = readLimit(address, JAEGER_LIMIT, MOST_JAEGER_TRACES)
  return { kind: 'query', query: { where: conditions(address), from, to, limit } }
}

/** Reads our search parameters: all optional, everything that is kept by default. Throws ParameterError. */
export function parseSpoorSearch(address: SearchAddress): TraceQuery {
  const min = readDuration(address, 'minTraceDuration')
  const max = readDuration(address, 'maxTraceDuration')
  if (min !== undefined && max !== undefined && max < min) throw outOfOrder('maxTraceDuration', 'minTraceDuration')
  return {
    where: conditions(address),
    from: readMicroseconds(address, 'start') ?? 0n,
    to: readMicroseconds(address, 'end', 999n) ?? LATEST,
    traceDuration: min === undefined && max === undefined ? undefined : { min, max },
    limit: readLimit(address, SPOOR_LIMIT, MOST_TRACES),
    cursor: first(address, 'cursor'),
  }
}

/** `start` and `end` as a range; everything by default. */
export function parseTimeRange(address: SearchAddress): { readonly from: bigint; readonly to: bigint } {
  return { from: readMicroseconds(address, 'start') ?? 0n, to: readMicroseconds(address, 'end', 999n) ?? LATEST }
}

function conditions(address: SearchAddress): Condition {
  const list: Condition[] = []
  const service = first(address, 'service')
  const operation = first(address, 'operation')
  if (service !== undefined) list.push(intrinsic('service', service))
  if (operation !== undefined) list.push(intrinsic('name', operation))
  for (const [key, value] of readTags(address)) {
    list.push({
      node: 'compare',
      field: { kind: 'attribute', scope: 'any', key },
      operator: '=',
      value: { type: 'string', value },
    })
  }
  const min = readDuration(address, 'minDuration')
  const max = readDuration(address, 'maxDuration')
  if (min !== undefined && max !== undefined && min !== 0 && max !== 0 && max < min) {
    throw outOfOrder('maxDuration', 'minDuration')
  }
  if (min !== undefined && min !== 0) list.push(duration('>=', min))
  if (max !== undefined && max !== 0) list.push(duration('<=', max))
  return and(...list)
}

function outOfOrder(greater: string, less: string): ParameterError {
  return new ParameterError(`'${greater}' should be greater than '${less}'`, greater)
}

function intrinsic(name: 'service' | 'name', value: string): Condition {
  return { node: 'compare', field: { kind: 'intrinsic', name }, operator: '=', value: { type: 'string', value } }
}

function duration(operator: '>=' | '<=', ns: number): Condition {
  const field = { kind: 'intrinsic', name: 'duration' } as const
  return { node: 'compare', field, operator, value: { type: 'duration', value: BigInt(ns) } }
}

/** `tag=key:value` and `tags={"key":"value"}`; of a repeated key the last value counts. */
function readTags(address: SearchAddress): ReadonlyMap<string, string> {
  const tags = new Map<string, string>()
  for (const text of all(address, 'tag')) {
    const colon = text.indexOf(':')
    if (colon < 0) {
      const message = `malformed 'tag' parameter, expecting key:value, received: ${text}`
      throw new ParameterError(message, 'tag', text, 'key:value')
    }
    tags.set(text.slice(0, colon), text.slice(colon + 1))
  }
  for (const text of all(address, 'tags')) {
    if (text === '') continue
    for (const [key, value] of readTagObject(text)) tags.set(key, value)
  }
  return tags
}

function readTagObject(text: string): [string, string][] {
  const expected = 'a JSON object of strings'
  const wrong = (why: string): ParameterError =>
    new ParameterError(`malformed 'tags' parameter, cannot unmarshal JSON: ${why}`, 'tags', text, expected)
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrong(`expected ${expected}`)
  return Object.entries(parsed).map(([key, value]: [string, unknown]) => {
    if (typeof value !== 'string') throw wrong(`the value of ${JSON.stringify(key)} is no string`)
    return [key, value]
  })
}

function readLimit(address: SearchAddress, otherwise: number, most: number): number {
  const expected = `1 to ${most}`
  const limit = readInt32(address, 'limit', expected) ?? otherwise
  if (limit < 1 || limit > most) {
    throw new ParameterError(`limit: ${limit}, expected ${expected}`, 'limit', String(limit), expected)
  }
  return limit
}

/** As Go reads an int32, and with its words. */
function readInt32(address: SearchAddress, name: string, expected: string): number | undefined {
  const text = first(address, name)
  if (text === undefined) return undefined
  const why = /^[+-]?\d+$/u.test(text) ? 'value out of range' : 'invalid syntax'
  const value = Number(text)
  if (why === 'invalid syntax' || value > 2 ** 31 - 1 || value < -(2 ** 31)) {
    const message = `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`
    throw new ParameterError(message, name, text, expected)
  }
  return value
}

/** Whole µs, as ns; `more` ns on top, so that an end includes its last microsecond. */
function readMicroseconds(address: SearchAddress, name: string, more = 0n): bigint | undefined {
  const text = first(address, name)
  if (text === undefined) return undefined
  return readInteger(text, name) * 1000n + more
}

/** A decimal integer as Go reads an int64; negative ones as 0. */
export function readInteger(text: string, name: string): bigint {
  const quoted = JSON.stringify(text)
  if (!/^[+-]?\d+$/u.test(text)) {
    const message = `unable to parse param '${name}': strconv.ParseInt: parsing ${quoted}: invalid syntax`
    throw new ParameterError(message, name, text, 'an integer')
  }
  const value = BigInt(text)
  if (value > 2n ** 63n - 1n || value < -(2n ** 63n)) {
    const message = `unable to parse param '${name}': strconv.ParseInt: parsing ${quoted}: value out of range`
    throw new ParameterError(message, name, text, 'an integer of 64 bits')
  }
  return value < 0n ? 0n : value
}

function readDuration(address: SearchAddress, name: string): number | undefined {
  const text = first(address, name)
  if (text === undefined) return undefined
  const read = parseGoDuration(text)
  if ('error' in read) {
    throw new ParameterError(
      `unable to parse param '${name}': ${read.error}`,
      name,
      text,
      'a duration like 1.5s or 300ms',
    )
  }
  return read.ns
}
