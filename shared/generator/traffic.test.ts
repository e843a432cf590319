import { expect, test } from 'vitest'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { serviceEdges } from '#shared/services/edges.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { timeDifference } from '#shared/spans/time.ts'
import { describeSpans } from './describe-spans.ts'
import { formatTraces } from './format-traces.ts'
import { Traffic } from './traffic.ts'
import { trafficRequests } from './traffic-requests.ts'

const START = 1_767_225_600_000_000_000n

function trafficTable(traces: number, options = {}): SpanTableBuilder {
  const table = new SpanTableBuilder()
  const traffic = new Traffic(table, options)
  for (let i = 0; i < traces; i++) traffic.addTrace(START + BigInt(i) * 1_000_000n)
  return table
}

test('the same seed gives the same rows, another gives others', () => {
  expect(describeSpans(trafficTable(30, { seed: 5 }))).toEqual(describeSpans(trafficTable(30, { seed: 5 })))
  expect(formatTraces(trafficTable(3, { seed: 5 }))).not.toBe(formatTraces(trafficTable(3, { seed: 6 })))
})

test('as many spans, attributes, services and errors as were asked for', () => {
  const table = trafficTable(2000)
  expect(table.rowCount / 2000).toBeGreaterThan(6.5)
  expect(table.rowCount / 2000).toBeLessThan(7.5)
  expect(table.attributeCount / table.rowCount).toBe(10)
  expect(table.resourceCount).toBe(30)
  const errors = table.status.subarray(0, table.rowCount).filter(status => status === 2).length
  expect(errors / table.rowCount).toBeGreaterThan(0.005)
  expect(errors / table.rowCount).toBeLessThan(0.015)
  const other = trafficTable(300, { services: 100, spansPerTrace: 2, attributesPerSpan: 13, errorRate: 0 })
  expect([other.resourceCount, other.attributeCount / other.rowCount, other.eventCount]).toEqual([100, 13, 0])
  expect(new Set(describeSpans(other).map(span => span.resource.service)).size).toBeGreaterThan(90)
})

test('children lie inside their parents, services call each other', () => {
  const table = trafficTable(200)
  const rows = new Map(describeSpans(table).map((span, row) => [`${span.traceId} ${span.spanId}`, row]))
  let calls = 0
  for (const [row, span] of describeSpans(table).entries()) {
    const parent = rows.get(`${span.traceId} ${span.parentSpanId}`)
    if (parent === undefined && span.parentSpanId === '0'.repeat(16)) continue
    calls++
    if (parent === undefined) throw new Error(`${span.spanId} names a parent that is not there`)
    expect(timeDifference(table.startTime, row, table.startTime, parent)).toBeGreaterThanOrEqual(0)
    expect(timeDifference(table.endTime, parent, table.endTime, row)).toBeGreaterThanOrEqual(-1)
  }
  expect(calls).toBeGreaterThan(500)
  expect(serviceEdges(table).length).toBeGreaterThan(50)
})

test('as requests: the exact number of spans, decoded as they were', () => {
  const table = new SpanTableBuilder()
  const decoder = new OtlpProtobufDecoder()
  let spans = 0
  for (const { body, spanCount } of trafficRequests({
    spans: 1000,
    spansPerRequest: 300,
    from: START,
    to: START + 60_000_000_000n,
  })) {
    decoder.decode(body, table)
    spans += spanCount
  }
  expect([spans, table.rowCount]).toEqual([1000, 1000])
  expect(new Set(describeSpans(table).map(({ traceId, spanId }) => `${traceId} ${spanId}`)).size).toBe(1000)
  expect(describeSpans(table).every(({ startTime }) => startTime >= START && startTime < START + 70_000_000_000n)).toBe(
    true,
  )
})
