import { describe, expect, it } from 'vitest'
import { readTables } from '#shared/formats/corpus/read-tables.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { Span } from '#shared/spans/span.ts'
import { FileError } from '#shared/formats/files/file-problem.ts'

const COLUMNS: Readonly<Record<string, readonly unknown[]>> = {
  traceID: ['5b8efff798038103d269b633813fc60c', '5b8efff798038103d269b633813fc60c'],
  spanID: ['eee19b7ec3c1b174', 'eee19b7ec3c1b173'],
  parentSpanID: ['', 'eee19b7ec3c1b174'],
  operationName: ['GET /cart', 'SELECT cart'],
  serviceName: ['shop', 'db'],
  serviceTags: [
    [
      { key: 'service.name', value: 'shop' },
      { key: 'host', value: 'a' },
    ],
    [],
  ],
  kind: ['server', 'client'],
  statusCode: [0, 2],
  statusMessage: ['', 'timeout'],
  instrumentationLibraryName: ['lib', ''],
  instrumentationLibraryVersion: ['1.2', ''],
  startTime: [1700000000000.125, 1700000000010],
  duration: [120.5, 7.25],
  logs: [
    [],
    [
      {
        timestamp: 1700000000012,
        fields: [
          { key: 'event', value: 'retry' },
          { key: 'n', value: 2 },
        ],
      },
      { timestamp: 1700000000013, name: 'exception', fields: [{ key: 'exception.message', value: 'late' }] },
    ],
  ],
  references: [[], [{ traceID: '5b8efff798038103d269b633813fc60c', spanID: 'eee19b7ec3c1b174', tags: [] }]],
  tags: [
    [
      { key: 'http.status', value: 200 },
      { key: 'ok', value: true },
    ],
    [{ key: 'rate', value: 0.5 }],
  ],
}

const frame = (columns = COLUMNS): object => ({
  schema: {
    refId: 'A',
    name: 'Trace',
    meta: { preferredVisualisationType: 'trace' },
    fields: Object.keys(columns).map(name => ({ name, type: 'other' })),
  },
  data: { values: Object.values(columns) },
})

async function spansOf(file: object): Promise<{ readonly spans: readonly Span[]; readonly format: string }> {
  const { tables, report } = await readTables(encodeText(JSON.stringify(file)))
  const parts = await readTables(encodeText(JSON.stringify(file)), { chunkBytes: 7, wholeBytes: 0 })
  expect(parts.report.spanCount).toBe(report.spanCount)
  expect(report.passedOver).toBe(0)
  return {
    spans: Array.from({ length: tables[0].rowCount }, (_, row) => new Span(tables[0], row)),
    format: report.format,
  }
}

describe('data frames of Grafana', () => {
  const fields = Object.entries(COLUMNS).map(([name, values]) => ({ name, type: 'other', values }))
  it.for([
    ['saved as frames', [frame()]],
    [
      'as the query inspector has them',
      { request: {}, response: { results: { A: { status: 200, frames: [frame()] } } } },
    ],
    ['as the panel inspector has them', [{ refId: 'A', meta: {}, fields, length: 2 }]],
  ] as const)('%s open as the spans that they show', async ([, file]) => {
    const { spans, format } = await spansOf(file)
    expect(format).toBe('grafana-json')
    const [root, select] = spans
    expect([root.traceId, root.spanId, root.parentSpanId, root.name, root.serviceName, root.kind]).toEqual([
      '5b8efff798038103d269b633813fc60c',
      'eee19b7ec3c1b174',
      undefined,
      'GET /cart',
      'shop',
      'server',
    ])
    expect([root.startTime, root.durationNs, root.scope.name]).toEqual([1_700_000_000_000_125_000n, 120_500_000, 'lib'])
    expect(root.attributes).toEqual([
      { key: 'http.status', value: { type: 'int', value: 200n } },
      { key: 'ok', value: { type: 'bool', value: true } },
    ])
    expect(root.resource.attributes.map(({ key }) => key)).toEqual(['service.name', 'host'])
    expect([select.parentSpanId, select.status, select.statusMessage, select.serviceName]).toEqual([
      'eee19b7ec3c1b174',
      'error',
      'timeout',
      'db',
    ])
    expect(select.events.map(({ name, time }) => [name, time - root.startTime])).toEqual([
      ['retry', 11_875_000n],
      ['exception', 12_875_000n],
    ])
    expect(select.links.map(({ spanId }) => spanId)).toEqual(['eee19b7ec3c1b174'])
  })

  it('rows that are no spans are passed over, counted and told of', async () => {
    const columns = { ...COLUMNS, spanID: ['', 'b2'], startTime: [1, 'soon'] }
    await expect(readTables(encodeText(JSON.stringify([frame(columns)])))).rejects.toThrow(
      'row 1: seen no traceID or no spanID; expected both',
    )
    const { report } = await readTables(encodeText(JSON.stringify([frame(), frame(columns)])))
    expect([report.spanCount, report.passedOver, report.problems[1].detail]).toEqual([
      2,
      2,
      'row 2: startTime: seen "soon"; expected a number of ms',
    ])
  })

  it('frames of something else say which columns they have', async () => {
    const table = { schema: { fields: [{ name: 'Time' }, { name: 'Value' }] }, data: { values: [[1], [2]] } }
    const error: unknown = await readTables(encodeText(JSON.stringify([table]))).catch((failed: unknown) => failed)
    expect(error).toBeInstanceOf(FileError)
    expect(String(error)).toContain('data frames with the columns Time, Value; expected those of a trace')
  })
})
