import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { encodeOtlpJson } from '#shared/formats/otlp/encode-json.ts'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { encodeChromeTrace } from '#shared/formats/chrome/encode-chrome-trace.ts'
import { readTables } from '#shared/formats/corpus/read-tables.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { SpanComparer } from '#shared/spans/equal-spans.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { FileError } from './file-problem.ts'
import { readTraceFile, type Unpack } from './read-trace-file.ts'

const unpack: Unpack = (packing, chunks) =>
  Readable.from(chunks).pipe(packing === 'gzip' ? createGunzip() : createZstdDecompress())

/** Traffic of some hundred spans, with everything that spans have. */
function traffic(): SpanTable {
  const table = new SpanTableBuilder()
  const made = new Traffic(table, { seed: 7 })
  while (table.rowCount < 400) made.addTrace(1_764_000_000_000_000_000n + BigInt(table.rowCount) * 1_000_000n)
  return table
}

/** How many rows of `left` have no equal one in `right`, and the reverse. */
function differing(left: SpanTable, right: SpanTable): number {
  const missing = (from: SpanTable, to: SpanTable): number => {
    const comparer = new SpanComparer(from, to)
    let count = 0
    for (let row = 0; row < from.rowCount; row++) {
      let found = false
      for (let other = 0; other < to.rowCount && !found; other++) found = comparer.equal(row, other)
      if (!found) count++
    }
    return count
  }
  return missing(left, right) + missing(right, left)
}

const textOf = (pieces: Iterable<string>): Uint8Array => encodeText([...pieces].join(''))

/** With a byte order mark, as the shells of Windows write what is redirected to a file. */
const utf16 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))

/** Messages with their length in four bytes before each. */
function messages(...bodies: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      bodies.flatMap(body => {
        const length = Buffer.alloc(4)
        length.writeUInt32BE(body.length)
        return [length, body]
      }),
    ),
  )
}

async function refusal(bytes: Uint8Array, options: { unpack?: Unpack } = {}): Promise<string> {
  try {
    await readTables(bytes, options)
  } catch (error) {
    if (error instanceof FileError) return error.message
    throw error
  }
  return 'opened'
}

const request = (spanId: string, more = ''): string =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${'a1'.padStart(32, '0')}","spanId":"${spanId}"${more}}]}]}]}`

describe('every form', () => {
  const table = traffic()
  const forms = {
    'OTLP JSON': textOf(encodeOtlpJson(table)),
    'OTLP protobuf': encodeOtlpProtobuf(table),
    'Chrome’s events, with the spans before them': textOf(encodeChromeTrace(table)),
    'messages of the file exporter': messages(encodeOtlpProtobuf(table, [0, 1, 2]), encodeOtlpProtobuf(table)),
    'JSON messages packed one by one': messages(zstdCompressSync(textOf(encodeOtlpJson(table)))),
    'protobuf messages packed one by one': messages(
      zstdCompressSync(encodeOtlpProtobuf(table, [0, 1])),
      zstdCompressSync(encodeOtlpProtobuf(table)),
    ),
    'text in UTF-16': utf16([...encodeOtlpJson(table)].join('')),
    'the same, its bytes the other way round': new Uint8Array(
      Buffer.from(utf16([...encodeOtlpJson(table)].join(''))).swap16(),
    ),
    'text in UTF-16, packed': new Uint8Array(gzipSync(utf16([...encodeOtlpJson(table)].join('')))),
    'gzip in zstd': new Uint8Array(zstdCompressSync(gzipSync(encodeOtlpProtobuf(table)))),
  }
  it.for(Object.entries(forms))('%s gives the same spans, whole and in the smallest parts', async ([, bytes]) => {
    for (const options of [{}, { chunkBytes: 501, wholeBytes: 0 }, { chunkBytes: 4096, wholeBytes: 9000 }]) {
      const { tables, report } = await readTables(bytes, { unpack, ...options })
      expect([report.passedOver, report.stopped]).toEqual([0, undefined])
      expect(differing(mergeTables(tables), table)).toBe(0)
    }
  })

  it('Jaeger JSON gives the same in both ways, processes behind the spans or before them', async () => {
    const text = [...encodeUiJson([table], { raw: true })].join('')
    const whole = mergeTables((await readTables(encodeText(text))).tables)
    const parts = mergeTables((await readTables(encodeText(text), { chunkBytes: 999, wholeBytes: 0 })).tables)
    expect(whole.rowCount).toBe(table.rowCount)
    expect(differing(whole, parts)).toBe(0)
    const { data } = JSON.parse(text) as { data: { traceID: string; spans: object[]; processes: object }[] }
    const turned = data.map(({ traceID, spans, processes }) => ({ processes, spans, traceID }))
    const before = await readTables(encodeText(JSON.stringify({ data: turned })), { chunkBytes: 999, wholeBytes: 0 })
    expect(differing(whole, mergeTables(before.tables))).toBe(0)
  })

  it.for([
    ['OTLP', 'otlp-json', textOf(encodeOtlpJson(table))],
    ['Jaeger', 'jaeger-json', encodeText([...encodeUiJson([table], { raw: true })].join(''))],
    [
      'Jaeger, a list of spans',
      'jaeger-json',
      encodeText(
        JSON.stringify(
          Array.from({ length: 50 }, (_, i) => ({
            traceID: 'a1',
            spanID: `${i + 1}`,
            operationName: 'op',
            startTime: 1,
          })),
        ),
      ),
    ],
    [
      'Zipkin',
      'zipkin-json',
      encodeText(
        JSON.stringify([Array.from({ length: 50 }, (_, i) => ({ traceId: 'a1', id: `${i + 1}`, timestamp: 1 }))]),
      ),
    ],
  ] as const)(
    '%s that is cut keeps the spans before the cut and says where it ends, small as large',
    async ([, format, bytes]) => {
      const all = (await readTables(bytes)).report.spanCount
      const cut = bytes.subarray(0, Math.floor(bytes.length * 0.6))
      const [small, large] = await Promise.all(
        [{}, { chunkBytes: 700, wholeBytes: 0 }].map(async options => (await readTables(cut, options)).report),
      )
      expect(small).toMatchObject({
        format,
        passedOver: 0,
        stopped: { detail: expect.stringContaining('the file ends') },
      })
      expect(small.stopped?.offset).toBeGreaterThan(cut.length / 2)
      expect([small.spanCount, small.stopped]).toEqual([large.spanCount, large.stopped])
      expect(small.spanCount).toBeGreaterThan(all * 0.4)
      expect(small.spanCount).toBeLessThan(all)
    },
  )

  it('a resource and a scope that stand behind their spans are theirs', async () => {
    const spans = Array.from({ length: 50 }, (_, i) => ({
      traceId: 'a1'.padStart(32, '0'),
      spanId: (i + 1).toString(16).padStart(16, '0'),
    }))
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'late' } }] }
    const text = JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [{ spans, scope: { name: 'lib' }, schemaUrl: 'https://a' }],
          schemaUrl: 'https://b',
          resource,
        },
      ],
    })
    const { tables } = await readTables(encodeText(text), { chunkBytes: 64, wholeBytes: 0 })
    const [first] = tables
    const read = Array.from({ length: first.rowCount }, (_, row) => new Span(first, row))
    expect(new Set(read.map(span => `${span.serviceName} ${span.scope.name}`))).toEqual(new Set(['late lib']))
    expect(first.dictionary.text(first.resourceSchemaUrl[first.resource[0]])).toBe('https://b')
    expect(first.dictionary.text(first.scopeSchemaUrl[first.scope[0]])).toBe('https://a')
  })
})

describe('a span larger than what is read in one piece', () => {
  const ids = { traceID: 'a1'.padStart(32, '0'), spanID: 'b1'.padStart(16, '0') }
  const tags = [{ key: 'statement', type: 'string', value: 'x'.repeat(4000) }]
  const jaeger = { tags, ...ids, operationName: 'SELECT', startTime: 1, duration: 1, process: { serviceName: 'db' } }
  const small = { ...jaeger, spanID: 'b2'.padStart(16, '0'), tags: [] }
  const zipkin = {
    tags: { statement: 'x'.repeat(4000) },
    traceId: ids.traceID,
    id: ids.spanID,
    name: 'select',
    timestamp: 1,
    localEndpoint: { serviceName: 'db' },
  }
  it.for([
    ['Jaeger: alone', JSON.stringify(jaeger), 1],
    ['Jaeger: in a list of spans', JSON.stringify([small, jaeger, { ...small, spanID: 'b3' }]), 3],
    ['Jaeger: one a line', [jaeger, small].map(one => JSON.stringify(one)).join('\n'), 2],
    ['Elasticsearch’s answer', JSON.stringify({ took: 1, hits: { hits: [{ _id: 'x', _source: jaeger }] } }), 1],
    ['Zipkin: in a list', JSON.stringify([{ ...zipkin, tags: {}, id: 'b2' }, zipkin]), 2],
    ['Zipkin: in lists of a list', JSON.stringify([[zipkin], [{ ...zipkin, tags: {}, id: 'b2' }]]), 2],
  ] as const)('%s', async ([, text, count]) => {
    const whole = mergeTables((await readTables(encodeText(text))).tables)
    const { tables, report } = await readTables(encodeText(text), { chunkBytes: 999, wholeBytes: 500 })
    expect([report.passedOver, report.spanCount]).toEqual([0, count])
    expect(differing(mergeTables(tables), whole)).toBe(0)
  })

  it('is told of where nothing shows it to be one', async () => {
    const text = `${JSON.stringify(small)}\n${JSON.stringify({ other: 'x'.repeat(4000) })}\n`
    const { report } = await readTables(encodeText(text), { wholeBytes: 500 })
    expect(report.spanCount).toBe(1)
    expect(report.problems).toMatchObject([
      { detail: 'an object without "data" or "spans"; expected Jaeger JSON', line: 2 },
    ])
  })
})

describe('lines', () => {
  it('a line that can’t be read is passed over with its place, wherever it breaks', async () => {
    const bad = [
      'no JSON',
      request('00000000000000b9').slice(0, 60),
      request('00000000000000b9').slice(0, 95),
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":8461730}]}]}]}',
      '{"resourceSpans":7}',
    ]
    for (const line of bad) {
      const text = `${request('00000000000000b1')}\n${line}\n${request('00000000000000b2')}\n`
      const { tables, report } = await readTables(encodeText(text))
      expect([line, tables[0].rowCount, report.passedOver, report.problems[0].line]).toEqual([line, 2, 1, 2])
    }
    const cut = `${request('00000000000000b1')}\n${request('00000000000000b2').slice(0, 70)}`
    expect((await readTables(encodeText(cut))).report).toMatchObject({ spanCount: 1, passedOver: 1 })
  })

  it('what stands behind a value and begins none is told as it is', async () => {
    for (const [rest, seen] of [
      ['}', '}'],
      [']', ']'],
      [',', ','],
      ['\n}garbage', '}'],
    ]) {
      const { report } = await readTables(encodeText(request('b1') + rest))
      expect([report.spanCount, report.passedOver]).toEqual([1, 1])
      expect(report.problems[0].detail).toBe(`seen ${seen}; expected a value`)
    }
  })

  it('a list with an element a line is a list, and an error in it ends the reading after what was read', async () => {
    const lines = `[\n${request('00000000000000b1')},\n${request('00000000000000b2')}\n]`
    expect((await readTables(encodeText(lines))).report).toMatchObject({ spanCount: 2, passedOver: 0 })
    const broken = `[\n${request('00000000000000b1')},\n{"resourceSpans":[{"scopeSpans":7}]}\n]`
    const { report } = await readTables(encodeText(broken))
    expect(report).toMatchObject({ spanCount: 1, passedOver: 0, stopped: { line: 3 } })
    expect(report.stopped?.detail).toContain('scopeSpans: seen 7')
  })
})

describe('a span that can’t be read', () => {
  const id = (i: number): string => (i + 1).toString(16).padStart(16, '0')
  const trace = 'a1'.padStart(32, '0')

  it('is passed over in OTLP JSON, told of with its line, and the others stay', async () => {
    const bad = [',"kind":{}', ',"attributes":[{"key":"a","value":{"intValue":"x"}}]', ',"events":[{"name":7}]']
    const spans = Array.from(
      { length: 30 },
      (_, i) =>
        `{"traceId":"${trace}","spanId":"${id(i)}","name":"n${i}","attributes":[{"key":"k","value":{"stringValue":"v${i}"}}]${i % 10 === 5 ? bad[(i - 5) / 10] : ''}}`,
    )
    const text = encodeText(`{"resourceSpans":[{"scopeSpans":[{"spans":[\n${spans.join(',\n')}\n]}]}]}`)
    for (const options of [{}, { chunkBytes: 100, wholeBytes: 0 }]) {
      const { tables, report } = await readTables(text, options)
      expect([report.spanCount, report.passedOver, report.stopped]).toEqual([27, 3, undefined])
      expect(report.problems.map(({ line }) => line)).toEqual([7, 17, 27])
      expect(report.problems[0].detail).toMatch(/spans\[\d+\]\.kind: seen \{; expected/u)
      const read = Array.from({ length: 27 }, (_, row) => new Span(tables[0], row))
      expect(read.map(({ name }) => name)).toEqual(spans.map((_, i) => `n${i}`).filter((_, i) => i % 10 !== 5))
      for (const span of read) {
        const [{ value }] = span.attributes
        expect([span.attributes.length, value]).toEqual([1, { type: 'string', value: span.name.replace('n', 'v') }])
      }
    }
  })

  it('ends the reading when where it ends can’t be told', async () => {
    const text = `{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[\n{"traceId":"${trace}","spanId":"${id(0)}"},\n{"traceId":"${trace}]`
    const { report } = await readTables(encodeText(text))
    expect([report.spanCount, report.passedOver, report.stopped?.line]).toEqual([1, 0, 3])
  })

  it('is passed over in OTLP protobuf, with its byte', async () => {
    const table = traffic()
    const bytes = encodeOtlpProtobuf(table, [0, 1, 2, 3])
    // The trace id of a span (field 1, 16 bytes) becomes a group that nobody ends.
    const at = bytes.findIndex((byte, i) => byte === 0x0a && bytes[i + 1] === 16 && bytes[i + 18] === 0x12)
    expect(at).toBeGreaterThan(0)
    const broken = bytes.slice()
    broken[at] = 0x0f
    const { report } = await readTables(broken)
    expect([report.spanCount, report.passedOver, report.stopped]).toEqual([3, 1, undefined])
    expect(report.problems[0].offset).toBeGreaterThanOrEqual(at)
  })
})

it('Tempo’s answer is a request in its first field, with figures beside it', async () => {
  const table = traffic()
  const request = encodeOtlpProtobuf(table)
  const length: number[] = []
  for (let rest = request.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  // metrics { inspected_bytes: 5 }, status: 1, message: "x"
  const beside = [0x12, 2, 0x08, 5, 0x18, 1, 0x22, 1, 0x78]
  const answer = Uint8Array.from([0x0a, ...length, ...request, ...beside])
  for (const options of [{}, { chunkBytes: 501, wholeBytes: 0 }]) {
    const { tables, report } = await readTables(answer, options)
    expect([report.format, report.passedOver, report.stopped]).toEqual(['tempo-protobuf', 0, undefined])
    expect(differing(mergeTables(tables), table)).toBe(0)
  }
  const cut = await readTables(answer.subarray(0, answer.length >> 1)).catch((error: unknown) => String(error))
  expect(typeof cut === 'string' ? cut : cut.report.stopped?.detail).toContain('the file ends inside')
})

describe('what is not read', () => {
  it.for([
    ['{"traceEvents":[]}', 'a Chrome trace of events'],
    ['[{"name":"a","ph":"X","ts":1,"pid":1,"tid":1}]', 'a Chrome trace of events'],
    [
      '{"trace_id":"1-5759e988-bd862e3fe1be46a994272793","id":"53995c3f42cd8ad8","start_time":1.4}',
      'AWS X-Ray segments',
    ],
    ['{"Traces":[{"Id":"1-1","Segments":[{"Id":"1","Document":"{}"}]}]}', 'AWS X-Ray segments'],
    ['{"$schema":"x","shared":{"frames":[]},"profiles":[]}', 'a speedscope profile'],
    ['{"resourceMetrics":[]}', 'OTLP metrics'],
    ['{"resourceLogs":[]}', 'OTLP logs'],
    ['<html></html>', 'HTML or XML'],
    ['PAR1....', 'Parquet'],
    ['PK\u0003\u0004', 'a zip archive'],
    ['a,b\n1,2', 'text, and not JSON'],
  ])('%s is %s', async ([text, name]) => {
    expect(await refusal(encodeText(text))).toBe(
      `is ${name}, which holds no spans that can be read; expected Jaeger, OTLP or Zipkin`,
    )
  })

  it('metrics and logs before spans, as a Collector writes all of them into one file, are passed over', async () => {
    const lines = ['{"resourceMetrics":[]}', request('b1'), '{"resourceLogs":[]}', request('b2')]
    for (const text of [lines.join('\n'), `{"resourceLogs":[],${request('b1').slice(1)}`]) {
      const { report } = await readTables(encodeText(text))
      expect([report.format, report.spanCount, report.passedOver]).toEqual([
        'otlp-json',
        text.includes('\n') ? 2 : 1,
        0,
      ])
    }
    expect(await refusal(encodeText('{"resourceMetrics":[]}\n{"resourceMetrics":'))).toContain('is OTLP metrics')
  })

  it('metrics and logs in protobuf are told from spans', async () => {
    // resource_metrics { scope_metrics { metrics { name: "http.server.duration" } } }
    const name = encodeText('http.server.duration')
    const wrap = (field: number, body: Uint8Array): Uint8Array => Uint8Array.from([field * 8 + 2, body.length, ...body])
    const metrics = wrap(1, wrap(2, wrap(2, wrap(1, name))))
    expect(await refusal(metrics)).toContain('OTLP metrics or logs in protobuf')
    expect(await refusal(messages(metrics))).toContain('OTLP metrics or logs in protobuf')

    // resource_logs { scope_logs { log_records { time_unix_nano } } }
    const logs = wrap(1, wrap(2, wrap(2, Uint8Array.from([9, 1, 2, 3, 4, 5, 6, 7, 8]))))
    const spans = encodeOtlpProtobuf(traffic(), [0, 1, 2])
    for (const mixed of [messages(metrics, logs, spans), messages(logs, spans, metrics), messages(spans, logs)]) {
      const { report } = await readTables(mixed)
      expect(report).toMatchObject({
        format: 'otlp-protobuf-messages',
        spanCount: 3,
        passedOver: 0,
        stopped: undefined,
      })
    }
    expect(await refusal(messages(logs, metrics))).toContain('OTLP metrics or logs in protobuf')
    expect(await refusal(messages(metrics, spans).subarray(0, 60))).toContain('OTLP metrics or logs in protobuf')
  })

  it('UTF-16 that is cut within a character gives what stands before', async () => {
    const text = `[${request('00000000000000b1')},\n${request('00000000000000b2')},\n${request('00000000000000b3')}]`
    const { report } = await readTables(utf16(text).subarray(0, text.length * 2 - 39), { wholeBytes: 0 })
    expect(report).toMatchObject({ format: 'otlp-json', packings: ['utf-16'], spanCount: 2, stopped: { line: 3 } })
  })

  it('a packed file that is damaged or cut says so', async () => {
    const packed = new Uint8Array(gzipSync(encodeText(request('00000000000000b1').repeat(1000))))
    const told = 'gzip is damaged or ends early'
    expect(await refusal(packed.subarray(0, 15), { unpack })).toContain(told)
    // What stands before the damage is read, also when it is less than what a format is told by.
    const { report } = await readTables(packed.subarray(0, packed.length >> 1), { unpack })
    expect(report.spanCount).toBeGreaterThan(100)
    expect(report.stopped?.detail).toContain(told)
    expect(await refusal(packed)).toContain('compressed with gzip')
  })
})

it('stops between chunks when it is told to, and closes what the chunks come from', async () => {
  const stop = new AbortController()
  let closed = false
  function* endless(): Generator<Uint8Array> {
    try {
      for (let i = 0; ; i++) {
        if (i === 20) stop.abort(new Error('enough'))
        yield encodeText(`${request('00000000000000b1')}\n`)
      }
    } finally {
      closed = true
    }
  }
  await expect(readTraceFile(endless(), { onTable: () => undefined, signal: stop.signal })).rejects.toThrow('enough')
  expect(closed).toBe(true)
})

it('hands on tables before the file ends, so that none grows large', async () => {
  const line = (i: number): string => `${request((i + 1).toString(16).padStart(16, '0'))}\n`
  let given = 0
  let lines = 0
  let givenBeforeTheEnd = 0
  function* chunks(): Generator<Uint8Array> {
    for (; lines < 300_000; lines += 1000) {
      givenBeforeTheEnd = given
      yield encodeText(Array.from({ length: 1000 }, (_, i) => line(lines + i)).join(''))
    }
  }
  const sizes: number[] = []
  const report = await readTraceFile(chunks(), {
    onTable: table => {
      given++
      sizes.push(table.rowCount)
    },
  })
  expect([report.spanCount, givenBeforeTheEnd]).toEqual([300_000, 2])
  expect(Math.max(...sizes)).toBeLessThan(140_000)
})

it('two traces of a text come out as they went in', async () => {
  const table = new SpanTableBuilder()
  parseTraces('trace a\nshop: buy [0 30ms]\n  db: read [5ms 10ms] error\n\ntrace b\ncart: list [0 1ms]', table)
  const { tables } = await readTables(textOf(encodeUiJson([table], { raw: true })))
  expect(differing(mergeTables(tables), table)).toBe(0)
})
