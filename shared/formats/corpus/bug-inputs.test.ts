// Inputs that broke other tools, after their public bug reports, and what is right for each. `of` names the report.
import { describe, expect, it } from 'vitest'
import { FileError } from '#shared/formats/files/file-problem.ts'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { Span } from '#shared/spans/span.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { visibleRows } from '#shared/trace/visible-rows.ts'
import { readTables } from './read-tables.ts'
import { summarizeTables } from './summarize-tables.ts'

type Input = string | object

function bytesOf(input: Input): Uint8Array {
  return encodeText(typeof input === 'string' ? input : JSON.stringify(input))
}

/** The rows of a file as one table; every input is read in one piece and in the smallest, which must agree. */
async function open(input: Input): Promise<{ readonly table: SpanTable; readonly spans: readonly Span[] }> {
  const whole = await readTables(bytesOf(input))
  const parts = await readTables(bytesOf(input), { chunkBytes: 7, wholeBytes: 0 })
  expect(summarizeTables(parts.tables)).toEqual(summarizeTables(whole.tables))
  const table = mergeTables(whole.tables)
  return { table, spans: Array.from({ length: table.rowCount }, (_, row) => new Span(table, row)) }
}

async function refusal(input: Input): Promise<string> {
  try {
    await readTables(bytesOf(input))
  } catch (error) {
    if (error instanceof FileError) return error.message
    throw error
  }
  throw new Error('it was opened')
}

const jaegerSpan = (more: object) => ({
  traceID: 'a1',
  spanID: 'b1',
  operationName: 'op',
  references: [],
  startTime: 1_000_000,
  duration: 100,
  processID: 'p1',
  tags: [],
  logs: [],
  ...more,
})
const processes = { p1: { serviceName: 'shop' } }
const jaeger = (...spans: readonly object[]) => ({ data: [{ traceID: 'a1', spans, processes }] })

const otlpSpan = (more: object) => ({
  traceId: '000000000000000000000000000000a1',
  spanId: '00000000000000b1',
  name: 'op',
  startTimeUnixNano: '1000000000',
  endTimeUnixNano: '1000100000',
  ...more,
})
const otlp = (...spans: readonly object[]) => ({ resourceSpans: [{ resource: {}, scopeSpans: [{ spans }] }] })

describe('files of Jaeger', () => {
  it('jaeger-ui 4430: nothing, null, a number and a word are refused with what they are', async () => {
    expect(await refusal('')).toContain('is empty')
    for (const text of ['null', '123', '"word"']) expect(await refusal(text)).toContain('text, and not JSON')
    expect(await refusal('[]')).toBe('holds no spans: []')
    expect(await refusal('{}')).toBe('holds no spans: {}')
  })

  it('jaeger-ui 381: a trace, a list of traces and a list of spans open without an envelope', async () => {
    const trace = { traceID: 'a1', spans: [jaegerSpan({})], processes }
    for (const input of [trace, [trace], [jaegerSpan({ process: processes.p1 })]]) {
      const { spans } = await open(input)
      expect(spans.map(span => [span.name, span.serviceName])).toEqual([['op', 'shop']])
    }
  })

  it('jaeger-ui 115: a follower stands below the span that it follows', async () => {
    const follows = { refType: 'FOLLOWS_FROM', traceID: 'a1', spanID: 'b1' }
    const { table } = await open(jaeger(jaegerSpan({}), jaegerSpan({ spanID: 'b2', references: [follows] })))
    const trace = buildTrace(table, undefined)
    expect([[...trace.parent], trace.problems]).toEqual([[-1, 0], []])
  })

  it('jaeger-ui 4354: null is null, and texts that look like something else are texts', async () => {
    const tags = [null, 'null', '[null]', '{}'].map((value, i) => ({ key: `k${i}`, type: 'string', value }))
    const { spans } = await open(jaeger(jaegerSpan({ tags: [{ key: 'n', value: null }, ...tags.slice(1)] })))
    expect(spans[0].attributes.map(({ value }) => value)).toEqual([
      { type: 'empty' },
      { type: 'string', value: 'null' },
      { type: 'string', value: '[null]' },
      { type: 'string', value: '{}' },
    ])
  })

  it('jaeger 229: a span without references is a root; a process inside the span gives the service', async () => {
    const { references: _, processID: __, ...bare } = jaegerSpan({})
    const { spans, table } = await open({
      data: [{ traceID: 'a1', spans: [{ ...bare, process: { serviceName: 'inline', tags: [] } }] }],
    })
    expect(spans[0].serviceName).toBe('inline')
    expect([...buildTrace(table, undefined).parent]).toEqual([-1])
  })

  it('jaeger-ui 236: ids with leading zeros are one id in every spelling', async () => {
    const { spans } = await open([
      jaegerSpan({ traceID: '07096c3e501cfcd70ffeb10e0c5874fe', process: processes.p1 }),
      jaegerSpan({ traceID: '7096C3E501CFCD70FFEB10E0C5874FE', spanID: 'b2', process: processes.p1 }),
      jaegerSpan({ traceID: '00000000000000000ffeb10e0c5874fe', spanID: 'b3', process: processes.p1 }),
      jaegerSpan({ traceID: 'ffeb10e0c5874fe', spanID: '00000000000000b4', process: processes.p1 }),
    ])
    expect(spans.map(span => span.traceId)).toEqual([
      '07096c3e501cfcd70ffeb10e0c5874fe',
      '07096c3e501cfcd70ffeb10e0c5874fe',
      '00000000000000000ffeb10e0c5874fe',
      '00000000000000000ffeb10e0c5874fe',
    ])
  })

  it('process ids and keys that objects have by nature are names like any other', async () => {
    const odd = JSON.parse('{"__proto__":{"serviceName":"a"},"constructor":{"serviceName":"b"}}') as object
    const names = ['__proto__', 'constructor', 'toString']
    const spans = names.map((processID, i) =>
      jaegerSpan({ spanID: `b${i + 1}`, processID, tags: [{ key: processID, type: 'string', value: 'x' }] }),
    )
    const { spans: read } = await open({ data: [{ traceID: 'a1', spans, processes: odd }] })
    expect(read.map(span => span.serviceName)).toEqual(['a', 'b', undefined])
    expect(read.map(span => span.attributes.map(({ key }) => key))).toEqual(names.map(name => [name]))
  })

  it('names with control characters, marks of direction, a megabyte and HTML stay what they are', async () => {
    const names = ['a\u0000\u001b[31m', '\u202eabc', 'x'.repeat(1_000_000), '<img src=x onerror=alert(1)>']
    const { spans } = await open(
      jaeger(...names.map((operationName, i) => jaegerSpan({ spanID: `b${i + 1}`, operationName }))),
    )
    expect(spans.map(span => span.name)).toEqual(names)
  })
})

describe('files of OTLP', () => {
  it('jaeger-ui 4320: a link never makes a parent', async () => {
    const { table } = await open(
      otlp(
        otlpSpan({ links: [{ traceId: '000000000000000000000000000000a1', spanId: '00000000000000b2' }] }),
        otlpSpan({ spanId: '00000000000000b2', parentSpanId: '00000000000000b1' }),
      ),
    )
    const trace = buildTrace(table, undefined)
    expect([[...trace.parent], trace.problems]).toEqual([[-1, 0], []])
    expect(table.linkEnd[table.rowCount - 1]).toBe(1)
    // Through Jaeger's form, where a link is a reference, and back.
    const again = await open([...encodeUiJson([table], { raw: true })].join(''))
    expect(summarizeTables([again.table])).toMatchObject({ spans: 2, roots: 1, orphans: 0, cyclic: 0, links: 1 })
  })

  it('grafana 106197: two spans that are each the parent of the other are both there', async () => {
    const { table } = await open(
      otlp(
        otlpSpan({ parentSpanId: '00000000000000b2' }),
        otlpSpan({ spanId: '00000000000000b2', parentSpanId: '00000000000000b1' }),
      ),
    )
    expect(summarizeTables([table])).toMatchObject({ roots: 0, orphans: 0, cyclic: 2 })
    const trace = buildTrace(table, undefined)
    expect([trace.size, trace.problems.map(({ kind }) => kind)]).toEqual([2, ['ring']])
  })

  it.for([5_000, 15_000, 100_000])('jaeger-ui 4106: a chain of %i spans opens', async length => {
    const id = (i: number): string => (i + 1).toString(16).padStart(16, '0')
    const spans = Array.from({ length }, (_, i) => otlpSpan({ spanId: id(i), parentSpanId: i === 0 ? '' : id(i - 1) }))
    const { tables } = await readTables(bytesOf(otlp(...spans)))
    const trace = buildTrace(mergeTables(tables), undefined)
    expect([trace.size, trace.depth[length - 1], trace.problems]).toEqual([length, length - 1, []])
    const choices = { folds: false, unfolded: new Set<number>(), revealed: new Set<number>() }
    const collapsed = new Uint8Array(length)
    collapsed[0] = 1
    expect(visibleRows(trace, { ...choices, collapsed }).count).toBe(1)
  })

  it('collector 8720: base64 ids, snake case, Go’s names of values, times as numbers', async () => {
    const { spans } = await open({
      resource_spans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { Value: { StringValue: 'shop' } } }] },
          scope_spans: [
            {
              spans: [
                {
                  trace_id: 'W47/95gDgQPSabYzgT/GDA==',
                  span_id: '7uGbfsPBsXQ=',
                  name: 'op',
                  start_time_unix_nano: 1544712660000000000,
                  end_time_unix_nano: 1544712661000000000,
                  attributes: [{ key: 'n', value: { Value: { IntValue: 7 } } }],
                },
              ],
            },
          ],
        },
      ],
    })
    const [span] = spans
    expect([span.traceId, span.spanId, span.serviceName, span.durationNs]).toEqual([
      '5b8efff798038103d269b633813fc60c',
      'eee19b7ec3c1b174',
      'shop',
      1e9,
    ])
    expect(span.attributes).toEqual([{ key: 'n', value: { type: 'int', value: 7n } }])
  })

  it('collector-contrib 40623: metrics and logs are refused by their names', async () => {
    expect(await refusal({ resourceMetrics: [{ scopeMetrics: [] }] })).toContain('is OTLP metrics')
    expect(await refusal({ resourceLogs: [{ scopeLogs: [] }] })).toContain('is OTLP logs')
  })
})

describe('files of Zipkin', () => {
  const endpoint = { serviceName: 'shop' }

  it('zipkin 3505: two spans without a root and without durations are both shown', async () => {
    const { table } = await open([
      { traceId: 'a1', id: 'b2', parentId: 'b1', name: 'x', localEndpoint: endpoint },
      { traceId: 'a1', id: 'b3', parentId: 'b2', name: 'y', localEndpoint: endpoint },
    ])
    expect(summarizeTables([table])).toMatchObject({ spans: 2, roots: 0, orphans: 1 })
    expect(buildTrace(table, undefined).problems.map(({ kind }) => kind)).toEqual(['missing_parent'])
  })

  it('zipkin 3072: three spans in a list of lists, none with a service; the server’s side stands below the client’s', async () => {
    const { table } = await open([
      [
        { traceId: 'a1', id: 'b1', name: 'root', kind: 'SERVER', timestamp: 1_000_000, duration: 90 },
        { traceId: 'a1', id: 'b2', parentId: 'b1', name: 'call', kind: 'CLIENT', timestamp: 1_000_010, duration: 50 },
        {
          traceId: 'a1',
          id: 'b2',
          parentId: 'b1',
          name: 'call',
          kind: 'SERVER',
          shared: true,
          timestamp: 1_000_020,
          duration: 30,
        },
      ],
    ])
    expect(summarizeTables([table])).toMatchObject({ spans: 3, distinctSpans: 2, spansWithoutService: 3 })
    const trace = buildTrace(table, undefined)
    expect([[...trace.parent], trace.problems]).toEqual([[-1, 0, 1], []])
  })

  it('zipkin 1787: the span with id 1 is read, the one with id 1.1 named and passed over', async () => {
    const v1 = (id: string) => ({ traceId: '1', id, name: 'x', annotations: [], binaryAnnotations: [] })
    const { tables, report } = await readTables(bytesOf([v1('1'), v1('1.1')]))
    expect(new Span(tables[0], 0).spanId).toBe('0000000000000001')
    expect([tables[0].rowCount, report.passedOver, report.problems[0].detail]).toEqual([
      1,
      1,
      '[1].id: "1.1"; expected a string of 16 hex digits',
    ])
  })

  it('zipkin 1280: an annotation before its span keeps its time and does not move the span', async () => {
    const at = (timestamp: number, value: string) => ({ timestamp, value, endpoint })
    const { spans } = await open([
      {
        traceId: '1',
        id: '1',
        name: 'x',
        timestamp: 1_000_000_000,
        duration: 20_000,
        annotations: [at(999_989_000, 'early'), at(1_000_050_000, 'late')],
        binaryAnnotations: [],
      },
    ])
    expect([spans[0].startTime, spans[0].durationNs]).toEqual([1_000_000_000_000n, 20e6])
    expect(spans[0].events.map(({ name, time }) => [name, time - spans[0].startTime])).toEqual([
      ['early', -11_000_000n],
      ['late', 50_000_000n],
    ])
  })
})
