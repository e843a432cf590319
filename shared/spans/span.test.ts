import { expect, test } from 'vitest'
import { attribute } from '#shared/generator/add-span.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { formatSpanId, formatTraceId, idWords, parseSpanId, parseTraceId } from './ids.ts'
import { serviceNameOf, Span } from './span.ts'
import { SpanTableBuilder } from './span-table-builder.ts'
import { compareTimes, setTime, timeAt, timeDifference } from './time.ts'

test.for([
  ['1', '0'.repeat(31) + '1'],
  ['5B8EFFF798038103D269B633813FC60C', '5b8efff798038103d269b633813fc60c'],
  ['0'.repeat(31) + '1', '0'.repeat(31) + '1'],
  ['', undefined],
  ['0', undefined],
  ['0'.repeat(32), undefined],
  ['1'.repeat(33), undefined],
  ['12 ', undefined],
  ['12\n', undefined],
  ['0x12', undefined],
] as const)('trace id %j is %j', ([text, id]) => {
  expect(parseTraceId(text)).toBe(id)
})

test('span ids are of 16 digits', () => {
  expect([parseSpanId('A'), parseSpanId('1'.repeat(17))]).toEqual(['000000000000000a', undefined])
})

test('ids are their bytes in wire order', () => {
  const trace = parseTraceId('000102030405060708090a0b0c0d0eff')!
  const words = idWords(trace)
  expect([...new Uint8Array(words.buffer)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255])
  expect(formatTraceId(Uint32Array.of(9, 9, 9, 9, ...words), 1)).toBe(trace)
  const span = parseSpanId('ffeeddccbbaa9988')!
  expect(formatSpanId(Uint32Array.of(9, 9, ...idWords(span)), 1)).toBe(span)
})

test('times are exact; differences have a sign', () => {
  const times = new Uint32Array(6)
  const values = [1_795_593_607_497_675_123n, 1_795_593_607_497_675_124n, 2n ** 64n - 1n]
  for (const [i, value] of values.entries()) setTime(times, i, value)
  expect(values.map((_, i) => timeAt(times, i))).toEqual(values)
  expect([timeDifference(times, 1, times, 0), timeDifference(times, 0, times, 1)]).toEqual([1, -1])
  expect([
    compareTimes(times, 0, times, 2) < 0,
    compareTimes(times, 2, times, 0) > 0,
    compareTimes(times, 1, times, 1),
  ]).toEqual([true, true, 0])
  setTime(times, 0, 1n << 32n)
  setTime(times, 1, (1n << 32n) - 1n)
  expect(timeDifference(times, 0, times, 1)).toBe(1)
})

test('a row as an object', () => {
  const table = new SpanTableBuilder()
  parseTraces(
    'resource cart host.name=a\n\ncart: GET /cart [0 120ms] server error "no stock" n=7\n  @ 15ms "miss" level=warn\n  > 2:5 why=retry\n  ?: lost [5ms -1ms]',
    table,
    1000n,
  )
  const [cart, lost] = [new Span(table, 0), new Span(table, 1)]
  expect([cart.name, cart.kind, cart.status, cart.statusMessage, cart.durationNs]).toEqual([
    'GET /cart',
    'server',
    'error',
    'no stock',
    120e6,
  ])
  expect([cart.startTime, cart.endTime, cart.parentSpanId]).toEqual([1000n, 120_001_000n, undefined])
  expect(cart.attributes).toEqual([attribute('n', 7)])
  expect(cart.events).toEqual([
    { time: 15_001_000n, name: 'miss', attributes: [attribute('level', 'warn')], droppedAttributesCount: 0 },
  ])
  expect(cart.links).toMatchObject([
    { traceId: '0'.repeat(31) + '2', spanId: '0'.repeat(15) + '5', attributes: [attribute('why', 'retry')] },
  ])
  expect(cart.resource).toMatchObject({
    serviceName: 'cart',
    attributes: [attribute('service.name', 'cart'), attribute('host.name', 'a')],
  })
  expect(cart.scope).toMatchObject({ name: '', version: '', attributes: [] })
  expect([lost.serviceName, lost.parentSpanId, lost.durationNs, lost.kind]).toEqual([
    undefined,
    cart.spanId,
    -1e6,
    'unspecified',
  ])
})

test('numbers that OTLP does not know count as unspecified and unset; no resource is no service', () => {
  const table = new SpanTableBuilder()
  table.beginSpan()
  table.traceId[0] = table.spanId[0] = 1
  table.kind[0] = 200
  table.status[0] = 77
  table.endSpan()
  const span = new Span(table, 0)
  expect([span.kind, span.status, serviceNameOf(table, 0)]).toEqual(['unspecified', 'unset', undefined])
})
