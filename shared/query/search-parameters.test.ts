import { describe, expect, test } from 'vitest'
import {
  ParameterError,
  parseJaegerSearch,
  parseSpoorSearch,
  parseTimeRange,
  readFlag,
  readInteger,
  readTraceId,
  type SearchAddress,
} from './search-parameters.ts'
import type { Condition, TraceQuery } from './tree.ts'

const NOW = 1_795_593_630_000_000_000n
const HOUR = 3_600_000_000_000n

/** A condition as text that a person reads. */
function show(condition: Condition): string {
  switch (condition.node) {
    case 'true':
      return 'all'
    case 'and':
      return condition.operands.map(show).join(' & ')
    case 'compare': {
      const { field, operator, value } = condition
      const name = field.kind === 'attribute' ? `${field.scope}.${field.key}` : field.name
      return `${name} ${operator} ${value.type} ${value.value}`
    }
    default:
      return condition.node
  }
}

function jaeger(address: SearchAddress): TraceQuery {
  const search = parseJaegerSearch(address, NOW)
  if (search.kind !== 'query') throw new Error('ids')
  return search.query
}

/** The error of an address, both ways of reading it when they agree. */
function refusal(read: () => unknown): ParameterError {
  try {
    read()
  } catch (error) {
    if (error instanceof ParameterError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('Jaeger', () => {
  test('a service alone: the last 48 hours, 100 traces', () => {
    const { where, ...rest } = jaeger({ service: 'cart' })
    expect(show(where)).toBe('service = string cart')
    expect(rest).toEqual({ from: NOW - 48n * HOUR, to: NOW, limit: 100 })
  })

  test('everything at once', () => {
    const { where, ...rest } = jaeger({
      service: 'cart',
      operation: 'GET /',
      start: '1000',
      end: '2000',
      limit: '7',
      minDuration: '1.5ms',
      maxDuration: '2h45m',
      tag: ['a:1', 'b:x:y', 'a:2'],
      tags: ['{"c":"3","__proto__":"p"}', '{"c":"4"}'],
      lookback: '1h',
      raw: 'true',
      unknown: 'x',
    })
    expect(show(where).split(' & ')).toEqual([
      'service = string cart',
      'name = string GET /',
      'any.a = string 2',
      'any.b = string x:y',
      'any.c = string 4',
      'any.__proto__ = string p',
      'duration >= duration 1500000',
      'duration <= duration 9900000000000',
    ])
    // The end's last microsecond is whole.
    expect(rest).toEqual({ from: 1_000_000n, to: 2_000_999n, limit: 7 })
  })

  test('empty parameters are absent ones, and a time before 1970 is 1970', () => {
    const { where, from, limit } = jaeger({
      service: 'a',
      operation: '',
      tags: '',
      minDuration: '',
      limit: '',
      start: '-5',
    })
    expect([show(where), from, limit]).toEqual(['service = string a', 0n, 100])
  })

  test('a bound of zero is none, one below zero is a bound', () => {
    const show0 = (search: SearchAddress): string => {
      const parsed = parseJaegerSearch({ service: 'a', ...search }, NOW)
      return parsed.kind === 'query' ? show(parsed.query.where) : 'ids'
    }
    expect(show0({ minDuration: '0', maxDuration: '0s' })).toBe('service = string a')
    expect(show0({ maxDuration: '-5ms' })).toContain('duration <= duration -5000000')
    expect(show0({ minDuration: '-5ms' })).toContain('duration >= duration -5000000')
  })

  test('ids go before everything else, in every form', () => {
    const search = parseJaegerSearch({ traceID: ['F00D', '0', '1'.repeat(32)], limit: '0', minDuration: '1s' }, NOW)
    expect(search).toEqual({
      kind: 'ids',
      ids: ['0000000000000000000000000000f00d', undefined, '1'.repeat(32)],
    })
  })

  test.each<[SearchAddress, string]>([
    [{ start: 'x', end: 'y' }, 'start'],
    [{ tag: 'x', end: 'y' }, 'end'],
    [{ limit: 'x', tag: 'y' }, 'tag'],
    [{ limit: 'x', minDuration: 'y', traceID: 'z' }, 'limit'],
    [{ maxDuration: 'x', minDuration: 'y' }, 'minDuration'],
    [{ traceID: 'z', maxDuration: 'x' }, 'maxDuration'],
    [{ traceID: 'z', limit: '-1' }, 'traceID'],
    [{ limit: '-1' }, 'service'],
    [{ service: 'a', limit: '-1', minDuration: '2s', maxDuration: '1s' }, 'limit'],
  ])('of several wrong ones in %o it tells of %s, as Jaeger', (address, parameter) => {
    expect(() => parseJaegerSearch(address, NOW)).toThrow(expect.objectContaining({ parameter }))
  })

  test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('a flag is set by %s', text => {
    expect(readFlag({ raw: text }, 'raw')).toBe(true)
  })

  test.each(['0', 'f', 'F', 'FALSE', 'false', 'False', '', undefined])('a flag is not set by %s', text => {
    expect(readFlag({ raw: text }, 'raw')).toBe(false)
  })

  test('a flag is nothing else', () => {
    const message = `unable to parse param 'raw': strconv.ParseBool: parsing "yes": invalid syntax`
    expect(() => readFlag({ raw: 'yes' }, 'raw')).toThrow(message)
  })

  test.each<[SearchAddress, string]>([
    [{}, "parameter 'service' is required"],
    [{ service: '' }, "parameter 'service' is required"],
    [{ service: ['', 'b'] }, "parameter 'service' is required"],
    [{ service: 'a', limit: 'abc' }, 'strconv.ParseInt: parsing "abc": invalid syntax'],
    [{ service: 'a', limit: '1.5' }, 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    [{ service: 'a', limit: '0' }, 'limit: 0, expected 1 to 2147483647'],
    [{ service: 'a', limit: '-1' }, 'limit: -1, expected 1 to 2147483647'],
    [{ service: 'a', limit: '2147483648' }, 'strconv.ParseInt: parsing "2147483648": value out of range'],
    [{ service: 'a', start: 'NaN' }, `unable to parse param 'start': strconv.ParseInt: parsing "NaN": invalid syntax`],
    [
      { service: 'a', end: '9223372036854775808' },
      `unable to parse param 'end': strconv.ParseInt: parsing "9223372036854775808": value out of range`,
    ],
    [{ service: 'a', minDuration: '10' }, `unable to parse param 'minDuration': time: missing unit in duration "10"`],
    [{ service: 'a', minDuration: '2s', maxDuration: '1s' }, "'maxDuration' should be greater than 'minDuration'"],
    [{ service: 'a', tag: 'x' }, "malformed 'tag' parameter, expecting key:value, received: x"],
    [
      { service: 'a', tags: '[]' },
      "malformed 'tags' parameter, cannot unmarshal JSON: expected a JSON object of strings",
    ],
    [
      { service: 'a', tags: '{"k":1}' },
      `malformed 'tags' parameter, cannot unmarshal JSON: the value of "k" is no string`,
    ],
    [{ traceID: 'zzz' }, 'cannot parse traceID param: strconv.ParseUint: parsing "zzz": invalid syntax'],
  ])('refuses %j', (address, message) => {
    expect(refusal(() => parseJaegerSearch(address, NOW)).message).toBe(message)
  })
})

describe('ours', () => {
  test('nothing asked for: the newest of everything that is kept', () => {
    expect(parseSpoorSearch({})).toEqual({
      where: { node: 'true' },
      from: 0n,
      to: 2n ** 64n - 1n,
      traceDuration: undefined,
      limit: 20,
      cursor: undefined,
    })
    expect(parseTimeRange({ start: '1' })).toEqual({ from: 1000n, to: 2n ** 64n - 1n })
  })

  test('the duration of the whole trace, and a cursor', () => {
    const query = parseSpoorSearch({ minTraceDuration: '1ms', maxTraceDuration: '1ms', cursor: 'x', limit: '1500' })
    expect(query).toMatchObject({ traceDuration: { min: 1e6, max: 1e6 }, cursor: 'x', limit: 1500 })
  })

  test.each<[SearchAddress, Partial<ParameterError>]>([
    [{ limit: '1501' }, { parameter: 'limit', seen: '1501', expected: '1 to 1500' }],
    [{ minTraceDuration: '2s', maxTraceDuration: '1s' }, { parameter: 'maxTraceDuration' }],
    [{ maxDuration: '1 s' }, { parameter: 'maxDuration', seen: '1 s', expected: 'a duration like 1.5s or 300ms' }],
  ])('refuses %j by name', (address, expected) => {
    expect(refusal(() => parseSpoorSearch(address))).toMatchObject(expected)
  })
})

test.each([
  ['1', '0'.repeat(31) + '1'],
  ['ABCDEF', '0'.repeat(26) + 'abcdef'],
  ['0', undefined],
  ['0'.repeat(32), undefined],
])('the id %s', (text, id) => {
  expect(readTraceId(text)).toBe(id)
})

test.each([
  ['not-hex', 'strconv.ParseUint: parsing "not-hex": invalid syntax'],
  ['', 'strconv.ParseUint: parsing "": invalid syntax'],
  // Jaeger reads the two halves of a long one apart.
  ['xy0000000000000001', 'strconv.ParseUint: parsing "xy": invalid syntax'],
  ['1000000000000000x', 'strconv.ParseUint: parsing "000000000000000x": invalid syntax'],
  ['1'.repeat(33), `TraceID cannot be longer than 32 hex characters: ${'1'.repeat(33)}`],
])('the id %j is refused', (text, message) => {
  expect(refusal(() => readTraceId(text)).message).toBe(message)
})

test('integers of 64 bits and no more', () => {
  expect(readInteger('9223372036854775807', 'x')).toBe(2n ** 63n - 1n)
  expect(readInteger('-9223372036854775808', 'x')).toBe(0n)
  expect(refusal(() => readInteger('', 'x')).message).toContain("unable to parse param 'x'")
})
