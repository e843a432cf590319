import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp } from '#server/routes/test-app.ts'
import { openTestStore, type TestBlocksStore } from '#server/storage/blocks/test-blocks-store.ts'
import { spanTexts } from '#server/storage/contract/model.ts'
import { send } from '#server/storage/contract/send.ts'
import { Problem, PROBLEM_MEDIA_TYPE } from '#shared/api/problem.ts'
import {
  AttributeKeysAnswer,
  AttributeValuesAnswer,
  DemoAnswer,
  DependenciesAnswer,
  DurationsAnswer,
  LinksToAnswer,
  OperationsAnswer,
  PATHS,
  SearchAnswer,
  ServicesAnswer,
  SPANS_MEDIA_TYPE,
} from '#shared/api/spoor.ts'
import { decodeUiJson } from '#shared/formats/jaeger/decode-ui-json.ts'
import { decodeOtlpJson } from '#shared/formats/otlp/decode-json.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { parseTraces, TEXT_BASE } from '#shared/generator/parse-traces.ts'
import { decodeSpanTable, withSections } from '#shared/spans/binary/decode-span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Trace 1: a cart that asks its database; trace 2, a second later: without a service; trace 3: the demo's. */
const TRACES = `
cart: GET /cart [0 120ms] server error "no stock" user.id=7 n=9007199254740993
  @ 15ms "cache miss" level=warn
  db: SELECT [10ms 1.5ms] client error
  cart: render [20ms 5ms]

?: alone [1s 5us]
`
const ONE = '1'.padStart(32, '0')
const TWO = '2'.padStart(32, '0')
const START_US = Number(TEXT_BASE / 1000n)

let store: TestBlocksStore
let app: FastifyInstance

beforeAll(async () => {
  store = await openTestStore({ directory: undefined })
  await send(store.writer, table => parseTraces(TRACES.trim(), table))
  await send(store.demoWriter, table => parseTraces('trace d\nshop: buy [0 1ms]\n  > 1:2', table))
  ;({ app } = await openTestApp(store.reader))
})
afterAll(async () => {
  await app.close()
  await store.close()
})

const builder = (): SpanTableBuilder => new SpanTableBuilder()
const tracePath = (id: string): string => PATHS.trace.replace('{id}', id)

async function search(query: string): Promise<SearchAnswer> {
  const answer = await app.inject(`${PATHS.search}?${query}`)
  return SearchAnswer.parse(answer.json())
}

/** The problem of an answer that must be one. */
async function problem(url: string): Promise<Problem> {
  const answer = await app.inject(url)
  expect(answer.headers['content-type']).toBe(PROBLEM_MEDIA_TYPE)
  const told = Problem.parse(answer.json())
  expect(told.status).toBe(answer.statusCode)
  return told
}

describe('search', () => {
  test('a summary tells root, services and counts', async () => {
    const { traces, cursor, incomplete, asOf } = await search('service=cart')
    expect(traces).toEqual([
      {
        traceId: ONE,
        startTime: String(TEXT_BASE),
        endTime: String(TEXT_BASE + 120_000_000n),
        spanCount: 3,
        errorCount: 2,
        matchedCount: 2,
        root: {
          spanId: '1'.padStart(16, '0'),
          service: 'cart',
          name: 'GET /cart',
          kind: 'server',
          error: true,
          orphan: false,
        },
        services: [
          { name: 'cart', spanCount: 2, errorCount: 1 },
          { name: 'db', spanCount: 1, errorCount: 1 },
        ],
      },
    ])
    expect([cursor, incomplete]).toEqual([null, null])
    expect(BigInt(asOf)).toBeGreaterThan(TEXT_BASE)
  })

  test('without any condition: everything, newest first, page by page', async () => {
    const all = await search('')
    expect(all.traces.map(({ traceId, root }) => [traceId, root.service])).toEqual([
      [TWO, null],
      [ONE, 'cart'],
      ['d'.padStart(32, '0'), 'shop'],
    ])
    const paged: string[] = []
    for (let query = 'limit=1'; query !== '';) {
      const { traces, cursor } = await search(query)
      paged.push(...traces.map(({ traceId }) => traceId))
      query = cursor === null ? '' : `limit=1&cursor=${encodeURIComponent(cursor)}`
    }
    expect(paged).toEqual(all.traces.map(({ traceId }) => traceId))
  })

  test.each([
    ['operation=SELECT', [ONE]],
    ['operation=SELECT&service=cart', []],
    ['tag=user.id:7', [ONE]],
    ['tags=%7B%22user.id%22%3A%227%22%7D&tag=error:true', [ONE]],
    ['tag=level:warn', [ONE]],
    ['tag=n:9007199254740993', [ONE]],
    ['tag=n:9007199254740992', []],
    ['minDuration=6ms&maxDuration=120ms', [ONE]],
    ['maxDuration=5us', [TWO]],
    ['minTraceDuration=120ms', [ONE]],
    [`start=${START_US + 1_000_000}&end=${START_US + 1_000_000}`, [TWO]],
    [`start=${START_US + 1_000_001}`, []],
  ])('%s', async (query, ids) => {
    expect((await search(query)).traces.map(({ traceId }) => traceId)).toEqual(ids)
  })

  test.each([
    ['limit=0', 'limit', '1 to 1500'],
    ['limit=1501', 'limit', '1 to 1500'],
    ['limit=NaN', 'limit', '1 to 1500'],
    ['start=now', 'start', 'an integer'],
    ['end=99999999999999999999', 'end', 'an integer of 64 bits'],
    ['minDuration=5', 'minDuration', 'a duration like 1.5s or 300ms'],
    ['minTraceDuration=2s&maxTraceDuration=1s', 'maxTraceDuration', undefined],
    ['tag=x', 'tag', 'key:value'],
    ['tags=%7B', 'tags', 'a JSON object of strings'],
  ])('%s is refused by name', async (query, field, expected) => {
    const told = await problem(`${PATHS.search}?${query}`)
    expect(told).toMatchObject({ status: 400, code: 'invalid_parameter', field })
    expect(told.expected).toBe(expected)
  })

  test('a cursor that nobody gave is refused', async () => {
    expect(await problem(`${PATHS.search}?cursor=%00%FF`)).toMatchObject({ status: 400, code: 'invalid_query' })
  })
})

describe('a trace', () => {
  const get = (query = '', accept?: string) =>
    app.inject({ url: tracePath('1') + query, headers: accept === undefined ? {} : { accept } })

  test('in binary sections: all at once, or core first and the rest later', async () => {
    const kept = await store.reader.readTrace(ONE as never, new AbortController().signal)
    const all = await get('', SPANS_MEDIA_TYPE)
    expect(all.headers).toMatchObject({ 'content-type': SPANS_MEDIA_TYPE, vary: 'accept' })
    expect(spanTexts(decodeSpanTable(Uint8Array.from(all.rawPayload)))).toEqual(spanTexts(kept))
    const core = decodeSpanTable(Uint8Array.from((await get('?sections=core', SPANS_MEDIA_TYPE)).rawPayload))
    expect(core.rowCount).toBe(3)
    const rest = (await get('?sections=rest', SPANS_MEDIA_TYPE)).rawPayload
    expect(spanTexts(withSections(core, Uint8Array.from(rest)))).toEqual(spanTexts(kept))
  })

  test('as OTLP and Jaeger JSON and OTLP protobuf, shown or as a file', async () => {
    const kept = spanTexts(await store.reader.readTrace(ONE as never, new AbortController().signal))
    const json = await get()
    expect(json.headers['content-type']).toBe('application/json')
    expect(json.headers['content-disposition']).toBeUndefined()
    const read = builder()
    decodeOtlpJson(Uint8Array.from(json.rawPayload), read)
    expect(spanTexts(read)).toEqual(kept)

    const protobuf = await get('', 'application/x-protobuf')
    expect(protobuf.headers['content-type']).toBe('application/x-protobuf')
    const decoded = builder()
    new OtlpProtobufDecoder().decode(Uint8Array.from(protobuf.rawPayload), decoded)
    expect(spanTexts(decoded)).toEqual(kept)

    const file = await get('?download=otlp-protobuf')
    expect(file.rawPayload.equals(protobuf.rawPayload)).toBe(true)
    expect(file.headers['content-disposition']).toBe(`attachment; filename="trace-${ONE}.pb"`)
    const raw = await get('?download=jaeger-json&raw=true')
    expect(raw.body).toBe((await app.inject('/api/traces/1?raw=true')).body)
    const chrome = await get('?download=chrome-json')
    expect((chrome.json() as { traceEvents: { ph: string }[] }).traceEvents.filter(({ ph }) => ph === 'X').length).toBe(
      3,
    )
    const jaeger = await get('?download=jaeger-json', SPANS_MEDIA_TYPE)
    expect(jaeger.headers['content-disposition']).toBe(`attachment; filename="trace-${ONE}.json"`)
    const ui = builder()
    decodeUiJson(jaeger.body, ui)
    expect(ui.rowCount).toBe(3)
  })

  test('ids compare by value', async () => {
    for (const id of ['1', '01', ONE, 'D', '0000000000000000d']) {
      expect((await app.inject(tracePath(id))).statusCode).toBe(200)
    }
  })

  test('one that is not there: what was searched, and since when', async () => {
    const told = await problem(tracePath('abc'))
    expect(told).toMatchObject({ status: 404, code: 'trace_not_found', spanCount: 5, retentionMs: 604_800_000 })
    expect(BigInt(told.oldestReceived ?? 0)).toBeGreaterThan(TEXT_BASE)
    expect((await problem(tracePath('0'))).code).toBe('trace_not_found')
  })

  test.each([
    ['zzz', 'id'],
    ['1'.repeat(33), 'id'],
    ['1?download=xml', 'download'],
  ])('%s is refused', async (path, field) => {
    expect(await problem(tracePath(path))).toMatchObject({ status: 400, field })
  })

  test('sections that there are not are refused', async () => {
    const answer = await get('?sections=some', SPANS_MEDIA_TYPE)
    expect(answer.statusCode).toBe(400)
    expect(Problem.parse(answer.json())).toMatchObject({ field: 'sections', expected: 'all, core or rest' })
  })
})

describe('lists', () => {
  const list = async (path: string): Promise<unknown> => (await app.inject(path)).json()

  test('services, operations, dependencies', async () => {
    expect(ServicesAnswer.parse(await list(PATHS.services))).toEqual({ services: ['cart', 'db', 'shop'] })
    expect(OperationsAnswer.parse(await list(`${PATHS.operations}?service=cart`))).toEqual({
      operations: [
        { name: 'GET /cart', kind: 'server' },
        { name: 'render', kind: 'unspecified' },
      ],
    })
    expect(OperationsAnswer.parse(await list(PATHS.operations)).operations.length).toBe(5)
    expect(DependenciesAnswer.parse(await list(PATHS.dependencies))).toEqual({
      edges: [{ parent: 'cart', child: 'db', callCount: 1, errorCount: 1 }],
    })
    expect(await list(`${PATHS.dependencies}?start=${START_US + 10_001}`)).toEqual({ edges: [] })
  })

  test('durations of an operation', async () => {
    const of = async (query: string) => DurationsAnswer.parse(await list(`${PATHS.durations}?${query}`)).buckets
    const [bucket, ...more] = await of('service=cart&operation=GET%20/cart&kind=server')
    expect(more).toEqual([])
    expect(bucket.count).toBe(1)
    expect(bucket.toNs).toBeGreaterThan(bucket.fromNs)
    expect(await of('service=cart&operation=GET%20/cart&kind=client')).toEqual([])
    expect(await of('operation=GET%20/cart')).toEqual([])
  })

  test('spans of other traces that link to one', async () => {
    const to = async (id: string, query = '') =>
      LinksToAnswer.parse(await list(PATHS.linksTo.replace('{id}', id) + query))
    const link = { traceId: 'd'.padStart(32, '0'), service: 'shop', name: 'buy', kind: 'unspecified', error: false }
    expect(await to(ONE)).toEqual({
      available: true,
      links: [expect.objectContaining({ ...link, startTime: String(TEXT_BASE), durationNs: 1_000_000 })],
      total: 1,
      exact: true,
      incomplete: null,
    })
    expect((await to('1')).links[0].linkedSpanId).toBe('2'.padStart(16, '0'))
    expect(await to(TWO)).toMatchObject({ available: true, links: [], total: 0 })
    const { app: without } = await openTestApp(Object.assign(Object.create(store.reader), { linksTo: undefined }))
    expect((await without.inject(PATHS.linksTo.replace('{id}', ONE))).json()).toEqual({
      available: false,
      links: [],
      total: 0,
      exact: true,
      incomplete: null,
    })
    await without.close()
  })

  test('attribute keys and values', async () => {
    const { keys } = AttributeKeysAnswer.parse(await list(`${PATHS.attributeKeys}?service=cart`))
    expect(keys).toContainEqual({ scope: 'span', key: 'user.id', types: ['int'], count: 1 })
    expect(keys).toContainEqual({ scope: 'event', key: 'level', types: ['string'], count: 1 })
    const begun = AttributeKeysAnswer.parse(await list(`${PATHS.attributeKeys}?prefix=USER`))
    expect(begun.keys.map(({ key }) => key)).toEqual(['user.id'])
    expect(AttributeKeysAnswer.parse(await list(`${PATHS.attributeKeys}?limit=1`)).keys.length).toBe(1)
    const values = AttributeValuesAnswer.parse(await list(`${PATHS.attributeValues}?key=service.name&prefix=C`))
    expect(values).toEqual({ values: [{ value: 'cart', count: 2 }] })
  })

  test.each([
    [PATHS.attributeValues, 'key'],
    [`${PATHS.attributeKeys}?limit=0`, 'limit'],
    [`${PATHS.attributeKeys}?limit=1001`, 'limit'],
    [`${PATHS.attributeKeys}?limit=-1`, 'limit'],
    [`${PATHS.dependencies}?start=x`, 'start'],
    [PATHS.durations, 'operation'],
    [PATHS.linksTo.replace('{id}', 'x'), 'id'],
    [`${PATHS.linksTo.replace('{id}', ONE)}?limit=0`, 'limit'],
    [`${PATHS.durations}?operation=x&kind=strange`, 'kind'],
  ])('%s is refused', async (url, field) => {
    expect(await problem(url)).toMatchObject({ status: 400, code: 'invalid_parameter', field })
  })
})

test('the demo goes, and nothing else', async () => {
  const answer = await app.inject({ method: 'DELETE', url: PATHS.demo })
  expect(DemoAnswer.parse(answer.json())).toEqual({ spans: 1 })
  const { traces } = await search('')
  expect(traces.map(({ traceId }) => traceId)).toEqual([TWO, ONE])
})
