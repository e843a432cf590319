/** The parameters of Jaeger's `/api/v3/traces` (WIRE.md 9) to the tree. Each has two spellings: `query.serviceName`, `query.service_name`. */
import { ParameterError, parseSpoorSearch, readFlag, type SearchAddress } from './search-parameters.ts'
import type { TraceQuery } from './tree.ts'

const USUAL_DEPTH = 100
/** An int32, as Jaeger's. */
const MOST_DEPTH = 2 ** 31 - 1
const LATEST = 2n ** 64n - 1n

interface Given {
  /** The spelling that was used; the newer one when neither was. */
  readonly name: string
  readonly text: string | undefined
}

function given(address: SearchAddress, ...names: readonly string[]): Given {
  for (const name of names) {
    const value = address[name]
    const text = typeof value === 'string' ? value : value?.[0]
    if (text !== undefined && text !== '') return { name, text }
  }
  return { name: names[0], text: undefined }
}

/** Throws ParameterError with Jaeger's text around the reason. */
function malformed({ name, text }: Given, why: string, expected: string): never {
  throw new ParameterError(`malformed parameter ${name}: ${why}`, name, text, expected)
}

/** All conditions hold on one span. `rawTraces` changes nothing here and has to be a flag all the same. Throws ParameterError. */
export function parseV3Search(address: SearchAddress): TraceQuery {
  const min = given(address, 'query.startTimeMin', 'query.start_time_min')
  const max = given(address, 'query.startTimeMax', 'query.start_time_max')
  if (min.text === undefined || max.text === undefined) {
    const message = 'query.start_time_min and query.start_time_max are required'
    throw new ParameterError(
      message,
      min.text === undefined ? min.name : max.name,
      undefined,
      'a time as RFC 3339 has it',
    )
  }
  const depth = given(address, 'query.searchDepth', 'query.search_depth', 'query.num_traces', 'query.numTraces')
  if (depth.text !== undefined && !(/^\d{1,10}$/u.test(depth.text) && isDepth(Number(depth.text)))) {
    const isNumber = /^[+-]?\d+$/u.test(depth.text)
    const why = isNumber ? 'value out of range' : 'invalid syntax'
    malformed(depth, `strconv.Atoi: parsing ${JSON.stringify(depth.text)}: ${why}`, `1 to ${MOST_DEPTH}`)
  }
  const raw = given(address, 'query.rawTraces', 'query.raw_traces')
  inTheirWords({ raw }, () => readFlag({ raw: raw.text }, 'raw'))
  const parts: Readonly<Record<string, Given>> = {
    service: given(address, 'query.serviceName', 'query.service_name'),
    operation: given(address, 'query.operationName', 'query.operation_name'),
    tags: given(address, 'query.attributes'),
    minDuration: given(address, 'query.durationMin', 'query.duration_min'),
    maxDuration: given(address, 'query.durationMax', 'query.duration_max'),
  }
  const filter = given(address, 'query.filter')
  if (filter.text !== undefined) malformed(filter, 'filters are not answered here', 'query.attributes')
  const search = inTheirWords(parts, () =>
    parseSpoorSearch(Object.fromEntries(Object.entries(parts).map(([name, { text }]) => [name, text]))),
  )
  const limit = depth.text === undefined ? USUAL_DEPTH : Number(depth.text)
  return { where: search.where, from: time(min), to: time(max), limit }
}

function isDepth(value: number): boolean {
  return value >= 1 && value <= MOST_DEPTH
}

/** Errors name the parameter as it was spelt. */
function inTheirWords<T>(parts: Readonly<Record<string, Given>>, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error
    const part = Object.hasOwn(parts, error.parameter) ? parts[error.parameter] : undefined
    if (part === undefined) throw error
    // Here Jaeger does not name it twice.
    return malformed(part, error.message.replace(/^unable to parse param '\w+': /u, ''), error.expected ?? '')
  }
}

/** RFC 3339 with up to nine decimals, as ns since the epoch; times before 1970 are the beginning of 1970. */
function time(part: Given): bigint {
  const text = part.text ?? ''
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/u.exec(text)
  const ms = parts === null ? NaN : Date.parse(`${parts[1]}${parts[3]}`)
  if (parts === null || Number.isNaN(ms)) {
    const layout = '2006-01-02T15:04:05.999999999Z07:00'
    return malformed(part, `parsing time ${JSON.stringify(text)} as "${layout}": it is no such time`, layout)
  }
  const ns = BigInt(ms) * 1_000_000n + BigInt((parts[2] ?? '').padEnd(9, '0'))
  return ns < 0n ? 0n : ns > LATEST ? LATEST : ns
}
