import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { LimitError, OverloadedError, StoreUnavailableError } from '#server/errors.ts'
import type { Listener } from '#server/transport/listener.ts'
import { ExportTraceServiceRequest } from '#shared/formats/otlp/generated/trace-request.ts'
import {
  jsonOfMessage,
  linesOfMessage,
  linesOfTable,
  randomRequest,
  seededRandom,
} from '#shared/formats/otlp/oracle.ts'
import { handleOtlpHttp, listenOtlpHttp } from './otlp-http.ts'
import type { OtlpReceiver } from './receive.ts'
import { loopbackContext, TableIngest } from '#server/protocols/table-ingest.ts'

const protobufType = 'application/x-protobuf'
const jsonType = 'application/json'
const opened: Listener[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close(100)
})

async function listening(changes: Parameters<typeof loopbackContext>[1] = {}) {
  const rows = new TableIngest()
  const notKept: unknown[] = []
  const listener = await listenOtlpHttp(loopbackContext(rows.ingest, changes), 0, {
    ingest: rows.ingest,
    onNotKept: (...what) => notKept.push(what),
  })
  opened.push(listener)
  const send = async (path: string, type: string, body: string | Uint8Array<ArrayBuffer>, encoding?: string) => {
    const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) },
      body,
    })
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      retryAfter: response.headers.get('retry-after'),
      body: Buffer.from(await response.arrayBuffer()).toString('latin1'),
    }
  }
  return { rows, listener, notKept, send }
}

const ids = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', name: 'a' }
const jsonOf = (...spans: object[]) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const seed = Number(process.env['SPOOR_SEED'] ?? Date.now() % 1e9)

test(`random requests in every type and encoding arrive as they are (seed ${seed})`, async () => {
  const { rows, send } = await listening()
  const expected: string[] = []
  const random = seededRandom(seed)
  for (let round = 0; round < 20; round++) {
    const message = randomRequest(random)
    const protobuf = Buffer.from(ExportTraceServiceRequest.encode(message).finish())
    for (const [type, body] of [
      [protobufType, protobuf],
      [jsonType, Buffer.from(jsonOfMessage(message))],
    ] as const) {
      for (const [encoding, pack] of [
        ['identity', (bytes: Buffer) => bytes],
        ['gzip', gzipSync],
        ['zstd', zstdCompressSync],
      ] as const) {
        const answer = await send('/v1/traces', type, Buffer.from(pack(body)), encoding)
        expect([answer.status, answer.type]).toEqual([200, type])
        expected.push(...linesOfMessage(ExportTraceServiceRequest.decode(protobuf)))
      }
    }
  }
  expect(linesOfTable(rows.table)).toEqual(expected)
})

test('nothing to keep is a success, in the type of the request', async () => {
  const { send, rows } = await listening()
  expect(await send('/v1/traces', protobufType, '')).toMatchObject({ status: 200, type: protobufType, body: '' })
  expect(await send('/v1/traces', jsonType, '{}')).toMatchObject({ status: 200, type: jsonType, body: '{}' })
  expect(await send('/v1/traces', 'application/json; charset=utf-8', '{}')).toMatchObject({ status: 200 })
  expect(rows.messages.map(each => [each.protocol, each.wireBytes, each.bytes])).toEqual([
    ['otlp_http_protobuf', 0, 0],
    ['otlp_http_json', 2, 2],
    ['otlp_http_json', 2, 2],
  ])
})

test('some bad spans: the rest is kept, the answer says how many and why', async () => {
  const { send, rows } = await listening()
  const body = jsonOf(ids, { ...ids, traceId: '0'.repeat(32) }, { ...ids, spanId: '' }, { ...ids, spanId: 'ab' })
  const answer = await send('/v1/traces', jsonType, body)
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.body)).toEqual({
    partialSuccess: {
      rejectedSpans: '3',
      errorMessage:
        '3 of 4 spans were not kept: 1 with an invalid trace id (expected 16 bytes, not all zero), ' +
        '2 with an invalid span id (expected 8 bytes, not all zero)',
    },
  })
  expect(rows.table.rowCount).toBe(1)
})

test('what cannot be decoded: 400 with a status in the type of the request, and nothing kept', async () => {
  const { send, rows, listener } = await listening()
  const json = await send('/v1/traces', jsonType, `${jsonOf(ids).slice(0, -1)}, nonsense}`)
  expect([json.status, json.type]).toEqual([400, jsonType])
  expect(JSON.parse(json.body)).toEqual({ code: 3, message: expect.stringMatching(/expected .*byte \d+/) })
  const protobuf = await send('/v1/traces', protobufType, Buffer.from([10, 9, 1]))
  expect([protobuf.status, protobuf.type]).toEqual([400, protobufType])
  // google.rpc.Status: code 3, then the message.
  expect(protobuf.body.slice(0, 3)).toBe('\x08\x03\x12')
  expect(protobuf.body).toContain('a length of 9 bytes; 1 bytes are left')
  expect((await send('/v1/traces', protobufType, Buffer.from('no gzip'), 'gzip')).status).toBe(400)
  expect(rows.table.rowCount).toBe(0)
  expect(listener.stats().refused).toEqual({ undecodable: 3 })
})

test('too large 413, other types and encodings 415, other methods 405', async () => {
  const limits = { maxRequestBytes: 1000, headerTimeoutMs: 1000, bodyTimeoutMs: 1000, maxConnections: 10 }
  const { send, listener } = await listening({ limits })
  const large = await send('/v1/traces', jsonType, ' '.repeat(1001))
  expect([large.status, JSON.parse(large.body).code, large.retryAfter]).toEqual([413, 8, null])
  const packed = await send('/v1/traces', jsonType, gzipSync(' '.repeat(50_000)), 'gzip')
  expect([packed.status, JSON.parse(packed.body).code]).toEqual([413, 8])
  expect((await send('/v1/traces', 'text/plain', 'x')).status).toBe(415)
  expect((await send('/v1/traces', jsonType, '{}', 'br')).status).toBe(415)
  expect((await fetch(`http://127.0.0.1:${listener.port}/v1/traces`)).status).toBe(405)
})

test.each([
  [new OverloadedError('later', 'memory_budget', 1500), 503, 14, '2'],
  [new StoreUnavailableError('the disk is full', { retryAfterMs: 5000 }), 503, 14, '5'],
  [new LimitError('too many spans', 'table size'), 413, 8, null],
  [new TypeError('a bug'), 500, 13, null],
])('refused by the pipeline: %s', async (error, status, code, retryAfter) => {
  const { send, rows } = await listening()
  rows.refusal = error
  const answer = await send('/v1/traces', jsonType, jsonOf(ids))
  expect([answer.status, answer.type, answer.retryAfter]).toEqual([status, jsonType, retryAfter])
  expect(JSON.parse(answer.body)).toEqual({ code, message: status === 500 ? 'internal error' : error.message })
  expect(rows.table.rowCount).toBe(0)
  rows.refusal = undefined
  expect((await send('/v1/traces', jsonType, jsonOf(ids))).status).toBe(200)
})

test('metrics and logs succeed, are not kept, and are counted; other paths go on', async () => {
  const { send, notKept, rows, listener } = await listening()
  const metrics = await send('/v1/metrics', jsonType, '{"resourceMetrics":[]}')
  // Plain success: a partial one is logged by SDKs as a warning or an error.
  expect([metrics.status, metrics.body]).toEqual([200, '{}'])
  const logs = await send('/v1/logs', protobufType, gzipSync(Buffer.from([10, 0])), 'gzip')
  expect([logs.status, logs.type, logs.body]).toEqual([200, protobufType, ''])
  expect(notKept).toEqual([
    ['metrics', 'otlp_http_json', 22],
    ['logs', 'otlp_http_protobuf', gzipSync(Buffer.from([10, 0])).length],
  ])
  expect(rows.messages).toEqual([])
  expect(await (await fetch(`http://127.0.0.1:${listener.port}/sampling?service=a`)).text()).toBe(
    'GET /sampling?service=a is not here\n',
  )
})

test('the same answers without a listener; only a bug is rejected', async () => {
  const rows = new TableIngest()
  const receiver: OtlpReceiver = { ingest: rows.ingest }
  const handle = (contentType: string, body: string) =>
    handleOtlpHttp(receiver, { signal: 'traces', contentType, body: Buffer.from(body), wireBytes: 7, peer: '10.0.0.1' })
  expect(await handle(jsonType, jsonOf(ids))).toEqual({
    status: 200,
    headers: { 'content-type': jsonType },
    body: '{}',
  })
  expect(rows.messages[0]).toMatchObject({ protocol: 'otlp_http_json', wireBytes: 7, peer: '10.0.0.1' })
  expect(await handle(jsonType, '[')).toMatchObject({ status: 400, headers: { 'content-type': jsonType } })
  expect(await handle('text/html', '')).toMatchObject({ status: 415 })
  rows.refusal = new OverloadedError('later', 'memory_budget')
  expect(await handle(jsonType, '{}')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  rows.refusal = new TypeError('a bug')
  await expect(handle(jsonType, '{}')).rejects.toThrow('a bug')
})
