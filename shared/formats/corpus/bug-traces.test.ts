// Traces of which other tools draw wrong conclusions, after their public bug reports: what follows from the files, not how they
// are read. `of` names the report.
import { describe, expect, it } from 'vitest'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { criticalPathOf, criticalTimes } from '#shared/trace/critical-path.ts'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import { readTables } from './read-tables.ts'

async function open(input: object): Promise<SpanTable> {
  const { tables } = await readTables(encodeText(JSON.stringify(input)))
  return mergeTables(tables)
}

/** One span of a Jaeger file; times in µs. */
const jaegerSpan = (spanID: string, parent: string, startTime: number, duration: number, more: object = {}) => ({
  traceID: 'a1',
  spanID,
  operationName: `op ${spanID}`,
  references: parent === '' ? [] : [{ refType: 'CHILD_OF', traceID: 'a1', spanID: parent }],
  startTime: 1_000_000_000 + startTime,
  duration,
  processID: 'p1',
  tags: [],
  logs: [],
  ...more,
})

const ip = (value: string) => ({ key: 'ip', type: 'string', value })
const hosts = {
  p1: { serviceName: 'shop', tags: [{ key: 'host.name', type: 'string', value: 'one' }, ip('10.0.0.1')] },
  p2: { serviceName: 'stock', tags: [{ key: 'host.name', type: 'string', value: 'two' }, ip('10.0.0.2')] },
}

describe('the critical path', () => {
  it('jaeger 9148: of two children, of which one begins where the other ends, each has its time', async () => {
    const spans = [jaegerSpan('b1', '', 0, 300), jaegerSpan('b2', 'b1', 100, 50), jaegerSpan('b3', 'b1', 150, 50)]
    const trace = buildTrace(await open({ data: [{ traceID: 'a1', spans, processes: hosts }] }))
    const times = criticalTimes(criticalPathOf(trace), trace.size)
    const told = Array.from(times, (ns, i) => [spanName(trace, i), ns / 1000] as const)
    expect(Object.fromEntries(told)).toEqual({ 'op b1': 200, 'op b2': 50, 'op b3': 50 })
  })
})

describe('clocks that disagree', () => {
  // A call to another host whose clock is behind: it begins 50 ms before its parent and takes 30 ms.
  const spans = [
    jaegerSpan('b1', '', 0, 100_000, { tags: [{ key: 'span.kind', type: 'string', value: 'client' }] }),
    jaegerSpan('b2', 'b1', -50_000, 30_000, {
      processID: 'p2',
      tags: [{ key: 'span.kind', type: 'string', value: 'server' }],
      logs: [{ timestamp: 1_000_000_000 - 40_000, fields: [{ key: 'event', type: 'string', value: 'found' }] }],
    }),
  ]
  const file = { data: [{ traceID: 'a1', spans, processes: hosts }] }

  it('jaeger 8167: start and end move together, and the change is told', async () => {
    const trace = buildTrace(await open(file))
    expect([trace.start[1], trace.end[1]]).toEqual([35e6, 65e6])
    expect(trace.problems).toEqual([{ kind: 'clock_skew', count: 1, spans: [1], mostNs: 85e6 }])
    expect([...(trace.shift ?? [])]).toEqual([0, 85e6])
  })

  it('jaeger 8167: the change can be switched off', async () => {
    const trace = buildTrace(await open(file), undefined, { rawClocks: true })
    const late = Array.from({ length: trace.size }, (_, i) => [spanName(trace, i), trace.start[i], trace.end[i]])
    expect(late).toEqual([
      ['op b1', 50e6, 150e6],
      ['op b2', 0, 30e6],
    ])
  })

  it('jaeger 8167: in Jaeger’s form the span’s events move with it, and its duration stays', async () => {
    const table = await open(file)
    const [{ spans: told }] = (
      JSON.parse([...encodeUiJson([table], { maxClockSkewNs: 1e9 })].join('')) as {
        data: { spans: (typeof spans)[number][] }[]
      }
    ).data
    const moved = told.find(({ spanID }) => spanID.endsWith('b2'))
    expect([moved?.startTime, moved?.duration]).toEqual([1_000_035_000, 30_000])
    expect(moved?.logs).toMatchObject([{ timestamp: 1_000_045_000 }])
  })
})

describe('a parent that sends no spans', () => {
  it('signoz 10215: one hint for the trace; its first span is the top of the tree', async () => {
    const id = (i: number): string => (i + 177).toString(16).padStart(16, '0')
    const spans = Array.from({ length: 21 }, (_, i) => ({
      traceId: '000000000000000000000000000000a1',
      spanId: id(i),
      parentSpanId: i === 0 ? 'feedfeedfeedfeed' : id((i - 1) >> 2),
      name: i === 0 ? 'GET /orders' : `step ${i}`,
      kind: i === 0 ? 2 : 1,
      startTimeUnixNano: String(1_000_000_000 + i * 1000),
      endTimeUnixNano: String(1_100_000_000 - i * 1000),
    }))
    const trace = buildTrace(await open({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
    expect(trace.problems).toEqual([{ kind: 'missing_parent', count: 1, spans: [0] }])
    expect([mainRoot(trace), spanName(trace, 0), trace.depth[0], trace.subtreeEnd[0]]).toEqual([
      0,
      'GET /orders',
      0,
      21,
    ])
  })
})
