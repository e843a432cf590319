import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { serviceNameOf } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { timeAt } from '#shared/spans/time.ts'
import { decodeOtlpJsonFile } from '#shared/formats/otlp/decode-json-file.ts'
import { decodeUiJson, looksLikeUiJson } from './decode-ui-json.ts'
import { encodeUiJson, envelopeJson } from './encode-ui-json.ts'
import type { JaegerProcess, JaegerSpan } from './ui-json.ts'

interface Answer {
  readonly data: readonly {
    readonly traceID: string
    readonly spans: readonly JaegerSpan[]
    readonly processes: Readonly<Record<string, JaegerProcess>>
  }[]
}

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url))
/** The body of a recorded answer. */
const body = (name: string) => {
  const text = fixture(`${name}.http`).toString('utf8')
  return text.slice(text.search(/\r?\n\r?\n/)).trimStart()
}

function tableOf(json: string | Uint8Array): SpanTableBuilder {
  const table = new SpanTableBuilder()
  const file = decodeUiJson(json, table)
  expect(file.problems).toEqual([])
  return table
}

function tableOfOtlp(json: string | Uint8Array): SpanTableBuilder {
  const table = new SpanTableBuilder()
  decodeOtlpJsonFile(typeof json === 'string' ? Buffer.from(json) : json, table)
  return table
}

const encode = (table: SpanTableBuilder, options = {}) => [...encodeUiJson(table, options)].join('')

/** Spans by id with their process in place of its number: what is the same in whatever order spans were stored. */
function comparable(json: string) {
  const answer = JSON.parse(json) as Answer
  return answer.data
    .flatMap(({ spans, processes }) =>
      spans.map(({ processID, ...span }) => ({ ...span, process: processes[processID] })),
    )
    .toSorted((a, b) => (a.spanID < b.spanID ? -1 : 1))
}

test('the real Jaeger’s raw answer comes back byte by byte', () => {
  const recorded = body('trace-by-id-raw')
  expect(encode(tableOf(recorded), { raw: true })).toBe(recorded)
})

test('the real Jaeger’s adjusted answer follows from its raw one', () => {
  expect(comparable(encode(tableOf(body('trace-by-id-raw'))))).toEqual(comparable(body('trace-by-id')))
})

test('the same spans by OTLP give the real Jaeger’s answer', () => {
  // This answer of theirs has its events by name.
  const byTime = (json: string) =>
    comparable(json).map(span => ({ ...span, logs: span.logs.toSorted((a, b) => a.timestamp - b.timestamp) }))
  expect(byTime(encode(tableOfOtlp(body('v3-trace'))))).toEqual(byTime(body('trace-by-id')))
})

test('indented as the real Jaeger does it', () => {
  const recorded = body('traces-frontend-pretty')
  expect(encode(tableOf(recorded), { pretty: true })).toBe(recorded)
})

test.for([
  ['jaeger-otlp2jaeger-in.json', 'jaeger-otlp2jaeger-out.json'],
  ['jaeger-ui-otlp2jaeger-multi-in-combined.json', 'jaeger-ui-oltp2jaeger-multi-out.json'],
])('%s becomes what Jaeger made of it', ([otlp, jaeger]) => {
  // Their recordings carry what the screen adds, and names of an older translator.
  const strip = (json: string) =>
    comparable(json).map(({ spanID, operationName, startTime, duration, process, references, logs, tags }) => ({
      spanID,
      operationName,
      startTime,
      duration,
      process,
      logs,
      references: references.map(({ refType, traceID, spanID: id }) => ({ refType, traceID, id })),
      tags: tags
        .filter(({ key }) => key !== 'internal.span.format')
        .map(tag => ({ ...tag, key: tag.key.replace('otel.library.', 'otel.scope.') }))
        .toSorted((x, y) => (x.key < y.key ? -1 : 1)),
    }))
  expect(strip(encode(tableOfOtlp(fixture(otlp)), { raw: true }))).toEqual(strip(fixture(jaeger).toString('utf8')))
})

interface Expected {
  readonly file: string
  readonly odd: string
  readonly expected?: {
    readonly readable?: boolean
    readonly traces: number
    readonly spans: number
    readonly services: readonly string[]
    readonly roots: number
    readonly orphans: number
    readonly errors: number
    readonly earliestStartNs: string
    readonly durationNs: string
    readonly events?: number
    readonly links?: number
    readonly spansWithoutService?: number
  }
}

/** What the corpus says of a file, found in the table. */
function found(table: SpanTableBuilder, expected: NonNullable<Expected['expected']>): Expected['expected'] {
  const ids = new Set<string>()
  const services = new Set<string>()
  let [roots, orphans, errors, without] = [0, 0, 0, 0]
  for (let row = 0; row < table.rowCount; row++) {
    ids.add(`${formatTraceId(table.traceId, row)} ${formatSpanId(table.spanId, row)}`)
  }
  let first = 1n << 64n
  let last = 0n
  for (let row = 0; row < table.rowCount; row++) {
    const parent = formatSpanId(table.parentSpanId, row)
    if (parent === '0'.repeat(16)) roots++
    else if (!ids.has(`${formatTraceId(table.traceId, row)} ${parent}`)) orphans++
    if (table.status[row] === 2) errors++
    const service = serviceNameOf(table, row)
    if (service === undefined) without++
    else services.add(service)
    const [start, end] = [timeAt(table.startTime, row), timeAt(table.endTime, row)]
    if (end > last) last = end
    if (start < first && (start > 0n || expected.earliestStartNs === '0')) first = start
  }
  return {
    ...expected,
    traces: new Set([...ids].map(id => id.slice(0, 32))).size,
    spans: table.rowCount,
    services: [...services].sort(),
    roots,
    orphans,
    errors,
    earliestStartNs: String(first),
    durationNs: String(last - first),
    ...(expected.events === undefined ? {} : { events: table.eventCount }),
    ...(expected.links === undefined ? {} : { links: table.linkCount }),
    ...(expected.spansWithoutService === undefined ? {} : { spansWithoutService: without }),
  }
}

/** No JSON at all; or a duration that is no number, where the corpus leaves the choice. */
const refused = ({ file, expected }: Expected) =>
  expected?.readable === false || file === 'jaeger-trace_invalid_json.json'
const files = JSON.parse(fixture('expected.json').toString('utf8')) as Expected[]

test.for(files.filter(file => file.expected !== undefined && !refused(file)).map(file => [file.file, file] as const))(
  '%s holds what is in it',
  ([name, { expected }]) => {
    const table = new SpanTableBuilder()
    decodeUiJson(fixture(name), table)
    expect(found(table, expected!)).toEqual(expected)
  },
)

test.for(files.filter(refused).map(file => file.file))('%s is refused in words', name => {
  expect(() => decodeUiJson(fixture(name), new SpanTableBuilder())).toThrow(DecodeError)
})

const span = (more: object) => ({
  traceID: 'a1',
  spanID: 'b2',
  operationName: 'op',
  startTime: 5,
  duration: 3,
  ...more,
})
const file = (...spans: object[]) =>
  JSON.stringify({ data: [{ traceID: 'a1', spans, processes: { p1: { serviceName: 's' } } }] })

test.for([
  ['', /empty/],
  ['{"data":', /not JSON/],
  ['[1]', /^\[0\]: 1; expected a trace/],
  ['{"resourceSpans":[]}', /without "data" or "spans"/],
  ['{"data":[{"spans":7}]}', /^data\[0\]\.spans: 7; expected a list of spans/],
  [file(span({ startTime: 'noon' })), /^data\[0\]\.spans\[0\]\.startTime: "noon"; expected a number of µs/],
  [file(span({ startTime: -1 })), /expected 1970 … 2554/],
  [file(span({ startTime: '1.5' })), /startTime: "1\.5"; expected a number of µs/],
  [file(span({ duration: {} })), /duration: \{\}; expected a number of µs/],
  [file(span({ spanID: '0' })), /spanID: zero; expected an id/],
  [file(span({ traceID: 7, spanID: undefined, operationName: 'x' })), /spanID: missing/],
  [
    file(span({ tags: [{ key: 'a', type: 'int64', value: '12x' }] })),
    /tags\[0\]\.value: "12x"; expected a whole number/,
  ],
  [file(span({ tags: { a: 1 } })), /tags: \{"a":1\}; expected a list of tags/],
  [file(span({ logs: [7] })), /logs\[0\]: 7; expected a log/],
] as const)('%s is told', ([text, message]) => {
  const table = new SpanTableBuilder()
  expect(() => decodeUiJson(text, table)).toThrow(message)
  expect(() => decodeUiJson(text, table)).toThrow(DecodeError)
  expect(table.rowCount).toBe(0)
})

test('one bad span does not sink the others', () => {
  const table = new SpanTableBuilder()
  const result = decodeUiJson(file(span({}), span({ spanID: 'c3', startTime: [] }), span({ spanID: 'd4' })), table)
  expect([result.spanCount, result.badSpans, result.problems.length, table.rowCount]).toEqual([2, 1, 1, 2])
})

test('times and whole numbers in texts may have points and exponents', () => {
  const table = tableOf(
    file(
      span({
        startTime: '1.7e15',
        duration: '1.0e2',
        tags: [{ key: 'i', type: 'int64', value: '-9.223372036854775808E18' }],
      }),
    ),
  )
  expect([timeAt(table.startTime, 0), timeAt(table.endTime, 0)]).toEqual([
    1_700_000_000_000_000_000n,
    1_700_000_000_000_100_000n,
  ])
  expect(describeSpans(table)[0].attributes).toEqual([['i', 3, '80000000:0']])
})

test('tags of every type, exact', () => {
  const text = file(
    span({
      tags: [
        { key: 'i', type: 'int64', value: '-9223372036854775808' },
        { key: 'd', type: 'float64', value: 1.5 },
        { key: 'n', type: 'float64', value: 'NaN' },
        { key: 'b', type: 'binary', value: 'AP8=' },
        { key: '__proto__', type: 'string', value: '"value":12345678901234567890' },
        { key: '', type: 'bool', value: false },
      ],
    }),
  ).replace('"-9223372036854775808"', '-9223372036854775808')
  const table = tableOf(text)
  const [{ attributes }] = describeSpans(table)
  expect(attributes).toEqual([
    ['i', 3, '80000000:0'],
    ['d', 4, '3ff80000:0'],
    ['n', 4, '7ff80000:0'],
    ['b', 5, '\u0000ÿ'],
    ['__proto__', 1, '"value":12345678901234567890'],
    ['', 2, 'false'],
  ])
  expect(JSON.parse(encode(table, { raw: true })).data[0].spans[0].tags).toEqual([
    { key: 'i', type: 'int64', value: '-9223372036854775808' },
    { key: 'd', type: 'float64', value: 1.5 },
    { key: 'n', type: 'float64', value: 'NaN' },
    { key: 'b', type: 'binary', value: 'AP8=' },
    { key: '__proto__', type: 'string', value: '"value":12345678901234567890' },
    { key: '', type: 'bool', value: false },
  ])
})

test.for([
  [
    'error true',
    [
      { key: 'error', type: 'bool', value: true },
      { key: 'http.status_message', value: 'no' },
    ],
    2,
    'no',
  ],
  ['error as text is none', [{ key: 'error', type: 'string', value: 'true' }], 0, ''],
  [
    'code',
    [
      { key: 'otel.status_code', value: 'error' },
      { key: 'otel.status_description', value: 'why' },
    ],
    2,
    'why',
  ],
  ['ok', [{ key: 'otel.status_code', value: 'OK' }], 1, ''],
  ['5xx alone is none', [{ key: 'http.status_code', type: 'int64', value: 503 }], 0, ''],
] as const)('status: %s', ([, tags, status, message]) => {
  const [described] = describeSpans(tableOf(file(span({ tags }))))
  expect([described.status, described.statusMessage]).toEqual([status, message])
})

test('parents, links and ids of every kind', () => {
  const table = tableOf(
    file(
      span({ spanID: 'b2', parentSpanID: 'b1' }),
      span({
        spanID: 'b3',
        references: [
          { refType: 'FOLLOWS_FROM', traceID: '00a1', spanID: 'b1' },
          { refType: 'CHILD_OF', traceID: 'ffff', spanID: 'c1' },
          { refType: 'CHILD_OF', traceID: 'A1', spanID: 'B2' },
        ],
      }),
      span({ spanID: 'b4', references: [{ refType: 'FOLLOWS_FROM', traceID: 'a1', spanID: 'b2' }] }),
      span({ spanID: 'AAAAAAAAAAE=', traceID: 'AAAAAAAAAAAAAAAAAAAAoQ==' }),
      span({ spanID: 'span-one' }),
    ),
  )
  const spans = describeSpans(table)
  const id = (short: string) => short.padStart(16, '0')
  expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([id('b1'), id('b2'), id('b2'), id(''), id('')])
  expect(spans[1].links.map(link => [link.traceId.slice(-4), link.spanId, link.attributes])).toEqual([
    ['00a1', id('b1'), [['opentracing.ref_type', 1, 'follows_from']]],
    ['ffff', id('c1'), [['opentracing.ref_type', 1, 'child_of']]],
  ])
  expect(spans[3]).toMatchObject({ traceId: `${'0'.repeat(30)}a1`, spanId: id('1') })
  expect(decodeUiJson(file(span({ spanID: 'span-one' })), new SpanTableBuilder()).originalIds).toEqual(
    new Map([[spans[4].spanId, 'span-one']]),
  )
})

test('the envelope of other answers', () => {
  expect(envelopeJson(['a<b'], 1)).toBe('{"data":["a\\u003cb"],"total":1,"limit":0,"offset":0,"errors":null}')
  expect(encode(new SpanTableBuilder())).toBe('{"data":[],"total":0,"limit":0,"offset":0,"errors":null}')
  const errors = [{ msg: 'trace not found', traceID: 'ab' }]
  expect(encode(new SpanTableBuilder(), { errors })).toBe(
    '{"data":[],"total":0,"limit":0,"offset":0,"errors":[{"msg":"trace not found","traceID":"ab"}]}',
  )
})

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

test(`any spans give JSON in small pieces, raw and adjusted, plain and indented alike (seed ${SEED})`, () => {
  const table = new SpanTableBuilder()
  addRandomSpans(table, new Random(SEED), 400, 20)
  for (const raw of [true, false]) {
    const pieces = [...encodeUiJson(table, { raw })]
    expect(pieces.length).toBeGreaterThan(2)
    expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThanOrEqual(65_536)
    // Each piece is whole characters: encoded apart they are the same bytes.
    expect(Buffer.concat(pieces.map(piece => Buffer.from(piece))).toString()).toBe(pieces.join(''))
    const parsed = JSON.parse(pieces.join('')) as Answer
    expect(parsed.data.flatMap(({ spans }) => spans)).toHaveLength(400)
    expect(JSON.parse(encode(table, { raw, pretty: true }))).toEqual(parsed)
  }
})

test('documents of Elasticsearch: one a line, or as a search answers', () => {
  const document = {
    ...span({ startTimeMillis: 0, references: [], tags: [{ key: 'a', type: 'int64', value: '7' }] }),
    tag: { 'http@method': 'GET', 'span@kind': 'client', error: true },
    process: { serviceName: 'web', tags: [], tag: { 'jaeger@version': 'Go-2.30.0', hostname: 'h' } },
  }
  const lines = `{"index":{}}\n${JSON.stringify(document)}\n{"create":{"_index":"x"}}\n${JSON.stringify({ ...document, spanID: 'c' })}\n`
  const answer = JSON.stringify({
    took: 1,
    hits: { total: 2, hits: [{ _id: 1, _source: document }, { _source: { ...document, spanID: 'c' } }] },
  })
  for (const text of [lines, answer]) {
    const spans = describeSpans(tableOf(text))
    expect(spans.map(({ spanId }) => spanId.at(-1))).toEqual(['2', 'c'])
    expect(spans[0]).toMatchObject({
      kind: 3,
      status: 2,
      attributes: [
        ['a', 3, '0:7'],
        ['http.method', 1, 'GET'],
      ],
      resource: {
        service: 'web',
        attributes: [
          ['service.name', 1, 'web'],
          ['opencensus.exporterversion', 1, 'Jaeger-Go-2.30.0'],
          ['host.name', 1, 'h'],
        ],
      },
    })
  }
})

test('nested without end: told, never a crash', () => {
  const deep = (n: number) => '['.repeat(n) + ']'.repeat(n)
  expect(() => decodeUiJson(deep(100_000), new SpanTableBuilder())).toThrow(/nested too deep/)
  const tags = `[{"key":"a","value":${deep(100_000)}}]`
  expect(tableOf(file(span({ tags: 'HERE' })).replace('"HERE"', tags)).rowCount).toBe(1)
})

test('what looks like a file of Jaeger’s', () => {
  const is = (text: string) => looksLikeUiJson(JSON.parse(text))
  expect([is(file(span({}))), is('{"traceID":"a","spans":[]}'), is(`[${JSON.stringify(span({}))}]`)]).toEqual([
    true,
    true,
    true,
  ])
  expect(['{"resourceSpans":[]}', '[{"traceId":"a","id":"b"}]', '7', 'null', '[]'].map(is)).toEqual(
    Array(5).fill(false),
  )
})
