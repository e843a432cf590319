/** Jaeger's archive, its API v3 and `/api/transform`, over a store. */
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestApp } from '#server/routes/test-app.ts'
import { openTestStore, type TestBlocksStore } from '#server/storage/blocks/test-blocks-store.ts'
import { spans } from '#server/storage/contract/plain-spans.ts'
import { send, sendRows } from '#server/storage/contract/send.ts'
import { ArchiveAnswer, PATHS } from '#shared/api/spoor.ts'
import { decodeOtlpJson } from '#shared/formats/otlp/decode-json.ts'
import { encodeOtlpJson } from '#shared/formats/otlp/encode-json.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Trace 1: a cart that asks its database; trace 2, a second later: a worker whose parent nobody sent. */
const TRACES = `
cart: GET /cart [0 120ms] server error "no stock" user.id=7
  db: SELECT [10ms 1.5ms] client error

worker: run [1s 5us]
`
const ONE = '1'.padStart(32, '0')
const TIMES = 'query.startTimeMin=2000-01-01T00:00:00Z&query.startTimeMax=2100-01-01T00:00:00Z'

let store: TestBlocksStore
let app: FastifyInstance

beforeAll(async () => {
  store = await openTestStore({ directory: undefined })
  await send(store.writer, table => parseTraces(TRACES.trim(), table))
  ;({ app } = await openTestApp(store.reader))
})
beforeEach(() => store.reader.archive?.release(ONE as never))
afterAll(async () => {
  await app.close()
  await store.close()
})

/** A request to Jaeger 1.76 after it had been sent `sent`, and what it answered. */
interface Golden {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
  readonly status: number
  readonly contentType: string
  readonly answer: unknown
}
const golden = JSON.parse(readFileSync(`${import.meta.dirname}/fixtures/archive-and-v3.json`, 'utf8')) as {
  readonly sent: object
  readonly answers: readonly Golden[]
}

test.each(golden.answers.map(one => [one.method, one.path, one] as const))(
  '%s %s: as Jaeger',
  async (method, url, one) => {
    const own = await openTestStore({ directory: undefined })
    await send(own.writer, table => decodeOtlpJson(Buffer.from(JSON.stringify(golden.sent)), table))
    const { app: other } = await openTestApp(own.reader, { now: () => 1_795_600_002_000_000_000n })
    const answer = await other.inject({
      method,
      url,
      payload: one.body === undefined ? undefined : JSON.stringify(one.body),
    })
    expect([answer.statusCode, ordered(answer.json())]).toEqual([one.status, ordered(one.answer)])
    // In its API v3 Jaeger calls JSON text; ours is called what it is.
    const isV3 = url.startsWith('/api/v3/') && one.status === 200
    expect(answer.headers['content-type']).toBe(isV3 ? 'application/json' : one.contentType)
    await other.close()
    await own.close()
  },
)

/** Lists that Jaeger gives in no order as sets. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, ordered(one)]))
}

const ours = PATHS.archive.replace('{id}', ONE)
const state = async (): Promise<ArchiveAnswer> => ArchiveAnswer.parse((await app.inject(ours)).json())

test('POST /api/archive/{id} keeps the trace, in any form of its id, and answers empty lists', async () => {
  expect(await state()).toEqual({ available: true, archived: null })
  const answer = await app.inject({ method: 'POST', url: '/api/archive/1?start=1&end=2' })
  expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
    200,
    'application/json',
    '{"data":[],"total":0,"limit":0,"offset":0,"errors":[]}',
  ])
  expect((await state()).archived).toMatchObject({ spanCount: 2 })
  expect((await app.inject('/api/traces/1')).json().data[0].spans.length).toBe(2)
})

test.each([
  ['/api/archive/99', 404, 'trace not found'],
  ['/api/archive/0', 404, 'trace not found'],
  ['/api/archive/xyz', 400, 'strconv.ParseUint: parsing "xyz": invalid syntax'],
  ['/api/archive/1?start=x', 400, `unable to parse param 'start': strconv.ParseInt: parsing "x": invalid syntax`],
])('POST %s is answered %i', async (url, code, msg) => {
  const answer = await app.inject({ method: 'POST', url })
  expect([answer.statusCode, answer.json().errors]).toEqual([code, [{ code, msg }]])
})

test('a store without an archive says so, to Jaeger’s clients and to ours', async () => {
  const without = await openTestApp(Object.create(store.reader, { archive: { value: undefined } }))
  const answer = await without.app.inject({ method: 'POST', url: '/api/archive/1' })
  expect([answer.statusCode, answer.json().errors[0].msg]).toEqual([500, 'archive span storage was not configured'])
  expect((await without.app.inject(ours)).json()).toEqual({ available: false, archived: null })
  expect((await without.app.inject({ method: 'PUT', url: ours })).statusCode).toBe(404)
  await without.app.close()
})

test('our own path keeps, tells and lets go', async () => {
  const kept = await app.inject({ method: 'PUT', url: ours })
  expect(ArchiveAnswer.parse(kept.json()).archived).toMatchObject({ spanCount: 2 })
  expect((await state()).archived).toEqual(kept.json().archived)
  const again = await app.inject({ method: 'DELETE', url: ours })
  expect(again.json()).toEqual({ available: true, archived: null })
  expect((await state()).archived).toBe(null)
  const missing = await app.inject({ method: 'PUT', url: PATHS.archive.replace('{id}', '99') })
  expect([missing.statusCode, missing.json().code]).toEqual([404, 'trace_not_found'])
})

test('v3: services and operations, one without a kind has none', async () => {
  expect((await app.inject('/api/v3/services')).json()).toEqual({ services: ['cart', 'db', 'worker'] })
  const operations = async (query: string): Promise<unknown> =>
    (await app.inject(`/api/v3/operations?${query}`)).json().operations
  expect(await operations('service=cart')).toEqual([{ name: 'GET /cart', spanKind: 'server' }])
  expect(await operations('service=worker')).toEqual([{ name: 'run' }])
  expect(await operations('span_kind=client')).toEqual([{ name: 'SELECT', spanKind: 'client' }])
  expect(await operations('service=cart&spanKind=client')).toEqual([])
})

test('v3: a search answers whole traces as one object of OTLP JSON', async () => {
  const found = async (query: string): Promise<string[]> => {
    const answer = await app.inject(`/api/v3/traces?${TIMES}&${query}`)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json'])
    const { resourceSpans } = answer.json().result as {
      resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[]
    }
    return resourceSpans.flatMap(one => one.scopeSpans.flatMap(scope => scope.spans.map(span => span.name)))
  }
  expect(await found('')).toEqual(['run', 'GET /cart', 'SELECT'])
  expect(await found('query.serviceName=db')).toEqual(['GET /cart', 'SELECT'])
  expect(await found('query.service_name=cart&query.attributes=%7B%22user.id%22:%227%22%7D')).toEqual([
    'GET /cart',
    'SELECT',
  ])
  expect(await found('query.searchDepth=1')).toEqual(['run'])
  expect(await found('query.durationMax=1ms')).toEqual(['run'])
})

test('v3: nothing found and wrong parameters are errors in its own form', async () => {
  const error = async (path: string): Promise<unknown> => {
    const answer = await app.inject(path)
    expect(answer.json().error.httpCode).toBe(answer.statusCode)
    return answer.json().error
  }
  expect(await error(`/api/v3/traces?${TIMES}&query.serviceName=nobody`)).toEqual({
    httpCode: 404,
    message: 'No traces found',
  })
  expect(await error('/api/v3/traces')).toEqual({
    httpCode: 400,
    message: 'query.start_time_min and query.start_time_max are required',
  })
  expect(await error(`/api/v3/trace-summaries?${TIMES}&query.num_traces=x`)).toMatchObject({ httpCode: 400 })
})

test('v3: summaries count spans, errors and those without their parent', async () => {
  const own = await openTestStore({ directory: undefined })
  await send(own.writer, table => parseTraces(TRACES.trim(), table))
  await sendRows(
    own.writer,
    spans([
      { trace: 9, span: 1, start: 1n, end: 2n },
      { trace: 9, span: 2, parent: 7, start: 1n, end: 2n },
    ]),
  )
  const other = await openTestApp(own.reader)
  const all = 'query.startTimeMin=1970-01-01T00:00:00Z&query.startTimeMax=2100-01-01T00:00:00Z'
  const { summaries } = (await other.app.inject(`/api/v3/trace-summaries?${all}`)).json()
  expect(summaries.map((one: { orphanSpanCount: number }) => one.orphanSpanCount)).toEqual([0, 0, 1])
  const answer = await other.app.inject(`/api/v3/trace-summaries?${TIMES}&query.serviceName=cart`)
  expect(answer.json()).toEqual({
    summaries: [
      {
        traceId: ONE,
        rootServiceName: 'cart',
        rootOperationName: 'GET /cart',
        minStartTimeUnixNano: expect.stringMatching(/^\d{19}$/u),
        maxEndTimeUnixNano: expect.stringMatching(/^\d{19}$/u),
        spanCount: 2,
        errorSpanCount: 2,
        orphanSpanCount: 0,
        services: [
          { name: 'cart', spanCount: 1, errorSpanCount: 1 },
          { name: 'db', spanCount: 1, errorSpanCount: 1 },
        ],
      },
    ],
  })
  await other.app.close()
  await own.close()
})

test('POST /api/transform answers the spans of a body of OTLP JSON as Jaeger shows them, as they came', async () => {
  const table = new SpanTableBuilder()
  parseTraces(TRACES.trim(), table)
  const body = [...encodeOtlpJson(table)].join('')
  const answer = await app.inject({ method: 'POST', url: '/api/transform', payload: Buffer.from(body) })
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json'])
  const { data, errors } = answer.json() as { data: { traceID: string; spans: unknown[] }[]; errors: null }
  expect([data.map(trace => trace.spans.length), errors]).toEqual([[2, 1], null])
  expect(data[0]).toEqual((await app.inject('/api/traces/1?raw=true')).json().data[0])
})

test.each([
  ['', 'holds no spans'],
  ['{}', ''],
  ['{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":7}]}]}]}', 'traceId'],
  ['{"resourceSpans":[', 'line 1, column 19'],
])('POST /api/transform refuses %j', async (body, words) => {
  const answer = await app.inject({ method: 'POST', url: '/api/transform', payload: Buffer.from(body) })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().errors[0].msg).toContain(words)
})
