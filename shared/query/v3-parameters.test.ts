import { expect, test } from 'vitest'
import { ParameterError } from './search-parameters.ts'
import { parseV3Search } from './v3-parameters.ts'

const TIMES = { 'query.startTimeMin': '2026-01-01T00:00:00Z', 'query.startTimeMax': '2026-01-01T01:00:00.5+01:00' }

test('both spellings say the same', () => {
  const camel = parseV3Search({
    ...TIMES,
    'query.serviceName': 'cart',
    'query.operationName': 'GET /',
    'query.attributes': '{"a":"b"}',
    'query.durationMin': '1.5s',
    'query.durationMax': '2m',
    'query.searchDepth': '7',
    'query.rawTraces': 'true',
  })
  const snake = parseV3Search({
    'query.start_time_min': TIMES['query.startTimeMin'],
    'query.start_time_max': TIMES['query.startTimeMax'],
    'query.service_name': 'cart',
    'query.operation_name': 'GET /',
    'query.attributes': '{"a":"b"}',
    'query.duration_min': '1.5s',
    'query.duration_max': '2m',
    'query.num_traces': '7',
    'query.raw_traces': '1',
  })
  expect(snake).toEqual(camel)
  expect(camel).toMatchObject({ from: 1_767_225_600_000_000_000n, to: 1_767_225_600_500_000_000n, limit: 7 })
  expect(JSON.stringify(camel.where, (_, value) => (typeof value === 'bigint' ? Number(value) : value))).toContain(
    '"value":1500000000',
  )
})

test('without more than times everything of them is asked for', () => {
  expect(parseV3Search(TIMES)).toMatchObject({ where: { node: 'true' }, limit: 100 })
})

test.each([
  [{}, 'query.start_time_min and query.start_time_max are required'],
  [{ ...TIMES, 'query.startTimeMin': 'noon' }, 'malformed parameter query.startTimeMin: parsing time "noon" as "2006-'],
  [{ ...TIMES, 'query.startTimeMin': '2026-13-01T00:00:00Z' }, 'it is no such time'],
  [
    { ...TIMES, 'query.num_traces': '0' },
    'malformed parameter query.num_traces: strconv.Atoi: parsing "0": value out of range',
  ],
  [{ ...TIMES, 'query.duration_min': 'x' }, 'malformed parameter query.duration_min: time: invalid duration "x"'],
  [{ ...TIMES, 'query.attributes': '[1]' }, 'malformed parameter query.attributes: '],
  [
    { ...TIMES, 'query.rawTraces': 'maybe' },
    'malformed parameter query.rawTraces: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [{ ...TIMES, 'query.filter': '{}' }, 'malformed parameter query.filter: '],
])('%j is refused', (address, message) => {
  expect(() => parseV3Search(address)).toThrow(ParameterError)
  expect(() => parseV3Search(address)).toThrow(message)
})
