import { once } from 'node:events'
import { connect } from 'node:http2'
import * as grpc from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { LimitError, OverloadedError } from '#server/errors.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import type { GrpcHandler } from './grpc-call.ts'
import { answerTo, bytes, call, grpcLoopback, gzipped, post, until } from './grpc-loopback.ts'
import { GrpcStatusError } from './grpc-status.ts'

const KiB = 1024
const MiB = 2 ** 20
const reason = (error: Error): GrpcHandler => {
  return () => {
    throw error
  }
}

const { listening, clientOf, closeAll } = grpcLoopback()
afterEach(closeAll)

test('messages of all sizes, plain and gzip, come and go whole', async () => {
  const { listener, budget } = await listening()
  const [plain, packed] = [clientOf(listener), clientOf(listener, gzipped)]
  for (const size of [0, 1, 10, 16 * KiB, 100 * KiB, 3 * MiB]) {
    const message = Buffer.from(Array.from({ length: size }, (_, i) => Math.imul(i, i * 31) >>> 9))
    expect((await call(plain, '/test.Test/Echo', message)).equals(message)).toBe(true)
    expect((await call(packed, '/test.Test/Echo', message)).equals(message)).toBe(true)
  }
  expect(budget.usedBytes).toBe(0)
  expect(listener.stats()).toMatchObject({ connections: 2, requests: 12, refused: {} })
  expect(listener.stats().wireBytes).toBeGreaterThan(3 * MiB)
})

test('a handler sees path, metadata and address', async () => {
  const { listener } = await listening({
    methods: {
      '/test.Test/Who': (_, { path, metadata, remoteAddress, wireBytes }) =>
        Buffer.from([path, metadata['x-tenant'], remoteAddress, wireBytes].join(' ')),
    },
  })
  const metadata = new grpc.Metadata()
  metadata.set('x-tenant', 'a')
  const client = clientOf(listener)
  const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
    client.makeUnaryRequest('/test.Test/Who', bytes, bytes, Buffer.from('abc'), metadata, (error, value?: Buffer) =>
      error === null ? resolve(value) : reject(error),
    )
  })
  expect(answer?.toString()).toBe('/test.Test/Who a 127.0.0.1 8')
})

test('errors become statuses', async () => {
  const { listener, lines } = await listening({
    methods: {
      '/test.Test/Decode': reason(new DecodeError('3 bytes; expected 16 – 100 %', 'traceId')),
      '/test.Test/Limit': reason(new LimitError('too many', 'table size')),
      '/test.Test/Busy': reason(new OverloadedError('later', 'memory_budget', 1500)),
      '/test.Test/Own': reason(new GrpcStatusError(7, 'not you')),
      '/test.Test/Bug': reason(new TypeError('secret')),
    },
  })
  const client = clientOf(listener)
  const status = async (method: string) => {
    const error = await call(client, method, Buffer.from('x')).catch((caught: unknown) => caught as grpc.ServiceError)
    if (Buffer.isBuffer(error)) throw new Error(`${method} succeeded`)
    return { code: error.code, details: error.details, retry: error.metadata.get('grpc-status-details-bin').length }
  }
  expect(await status('/test.Test/Decode')).toEqual({
    code: 3,
    details: 'traceId: 3 bytes; expected 16 – 100 %',
    retry: 0,
  })
  expect(await status('/test.Test/Limit')).toEqual({ code: 8, details: 'too many', retry: 0 })
  expect(await status('/test.Test/Busy')).toEqual({ code: 14, details: 'later', retry: 1 })
  expect(await status('/test.Test/Own')).toEqual({ code: 7, details: 'not you', retry: 0 })
  expect(await status('/test.Test/Bug')).toEqual({ code: 13, details: 'internal error', retry: 0 })
  expect(await status('/test.Test/None')).toMatchObject({ code: 12 })
  expect(lines.join('')).toMatch(/secret.*\/test\.Test\/Bug|\/test\.Test\/Bug.*secret/s)
  expect(listener.stats().refused).toEqual({
    undecodable: 1,
    too_large: 1,
    memory_budget: 1,
    status_7: 1,
    internal: 1,
    unimplemented: 1,
  })
})

test('over the limit: refused by its prefix, unpacked too; the connection goes on', async () => {
  const { listener, budget } = await listening({ limits: { maxRequestBytes: 100 * KiB } })
  const [plain, packed] = [clientOf(listener), clientOf(listener, gzipped)]
  for (let round = 0; round < 3; round++) {
    for (const client of [plain, packed]) {
      await expect(call(client, '/test.Test/Echo', Buffer.alloc(30 * MiB))).rejects.toMatchObject({
        code: 8,
        details: expect.stringContaining('max-request-bytes'),
      })
      expect(await call(client, '/test.Test/Echo', Buffer.alloc(100 * KiB))).toHaveLength(100 * KiB)
    }
  }
  expect(budget.usedBytes).toBe(0)
  expect(listener.stats()).toMatchObject({ connections: 2, refused: { too_large: 6 } })
})

test('the budget is kept, and given back', async () => {
  const budget = new ByteBudget(createSharedByteBudget(MiB))
  const other = await budget.admit()
  const { listener } = await listening({ context: { budget } })
  const client = clientOf(listener)
  await expect(call(client, '/test.Test/Echo', Buffer.alloc(3 * MiB))).rejects.toMatchObject({ code: 14 })
  other.release()
  expect(await call(client, '/test.Test/Echo', Buffer.alloc(3 * MiB))).toHaveLength(3 * MiB)
  expect(budget.usedBytes).toBe(0)
})

test('the deadline of the sender ends a call, and the handler is told', async () => {
  const aborted = Promise.withResolvers<unknown>()
  const { listener, budget } = await listening({
    methods: {
      '/test.Test/Slow': (_, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.resolve(signal.reason)
            reject(signal.reason as Error)
          })
        }),
    },
  })
  // node:http2 as client: the server itself must keep the deadline.
  const session = connect(`http://127.0.0.1:${listener.port}`)
  const stream = session.request(post('/test.Test/Slow', { 'grpc-timeout': '50m' }))
  stream.end(Buffer.alloc(5))
  const [headers] = (await once(stream, 'response')) as [Record<string, string>]
  expect(headers).toMatchObject({ ':status': 200, 'grpc-status': '4' })
  expect(await aborted.promise).toMatchObject({ code: 4 })
  session.close()
  const slow = call(clientOf(listener), '/test.Test/Slow', Buffer.alloc(1), { deadline: Date.now() + 50 })
  await expect(slow).rejects.toMatchObject({ code: 4 })
  const wrong = await answerTo(listener, post('/test.Test/Echo', { 'grpc-timeout': 'soon' }), Buffer.alloc(5))
  expect(wrong['grpc-status']).toBe('3')
  expect(budget.usedBytes).toBe(0)
})

test('half a message: told after body-timeout; a sender that leaves is let go', async () => {
  const { listener, budget } = await listening({ limits: { bodyTimeoutMs: 100 } })
  const session = connect(`http://127.0.0.1:${listener.port}`)
  const silent = session.request(post('/test.Test/Echo'))
  silent.write(Buffer.from([0, 0, 0, 1, 0, 1, 2]))
  const [headers] = (await once(silent, 'response')) as [Record<string, string>]
  expect(headers['grpc-status']).toBe('4')
  const leaving = session.request(post('/test.Test/Echo'))
  leaving.on('error', () => {})
  leaving.write(Buffer.from([0, 0, 0, 1, 0, 1, 2]))
  await until(() => listener.stats().requests === 2 && budget.usedBytes > 0)
  session.destroy()
  await until(() => listener.stats().refused['disconnected'] === 1 && listener.stats().connections === 0)
  expect(budget.usedBytes).toBe(0)
  expect(listener.stats().refused).toEqual({ body_timeout: 1, disconnected: 1 })
})

test('what is no message is refused in words', async () => {
  const { listener } = await listening()
  const answer = async (body: Uint8Array, headers: Record<string, string> = {}) => {
    const got = await answerTo(listener, post('/test.Test/Echo', headers), body)
    return `${got['grpc-status']} ${decodeURIComponent(got['grpc-message'])}`
  }
  expect(await answer(Buffer.alloc(0))).toBe('3 0 bytes, expected one message with its prefix of five')
  expect(await answer(Buffer.from([0, 0, 0, 0, 9, 1]))).toBe('3 1 bytes of a message of 9')
  expect(await answer(Buffer.alloc(10))).toBe('3 more than one message, expected one')
  expect(await answer(Buffer.from([9, 0, 0, 0, 0]))).toBe('3 message flag 9, expected 0 or 1')
  expect(await answer(Buffer.from([1, 0, 0, 0, 0]))).toMatch(/^3 the message is marked as packed/)
  expect(await answer(Buffer.from([1, 0, 0, 0, 1, 7]), { 'grpc-encoding': 'gzip' })).toMatch(/^3 body is not gzip/)
  expect(await answer(Buffer.alloc(5), { 'grpc-encoding': 'snappy' })).toMatch(/^12 content encoding "snappy"/)
  const refused = await answerTo(listener, post('/test.Test/Echo', { 'grpc-encoding': 'snappy' }), Buffer.alloc(5))
  expect(refused['grpc-accept-encoding']).toBe('identity,gzip,deflate,zstd')
  const wrongType = await answerTo(listener, post('/test.Test/Echo', { 'content-type': 'text/plain' }), Buffer.alloc(5))
  expect(wrongType[':status']).toBe(415)
  expect((await answerTo(listener, { ':method': 'GET', ':path': '/test.Test/Echo' }))[':status']).toBe(405)
})

test('health: all services, one, none; watchers are told of the end', async () => {
  const stopping = new AbortController()
  const { listener } = await listening({ context: { signal: stopping.signal } })
  const client = clientOf(listener)
  const check = (service: string) =>
    call(client, '/grpc.health.v1.Health/Check', Buffer.concat([Buffer.of(10, service.length), Buffer.from(service)]))
  expect([...(await call(client, '/grpc.health.v1.Health/Check', Buffer.alloc(0)))]).toEqual([8, 1])
  expect([...(await check('test.Test'))]).toEqual([8, 1])
  await expect(check('other.Service')).rejects.toMatchObject({ code: 5 })
  const seen: number[] = []
  const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', bytes, bytes, Buffer.alloc(0))
  watch.on('data', (message: Buffer) => {
    seen.push(message[1])
    if (seen.length === 1) stopping.abort()
  })
  await once(watch, 'end')
  expect(seen).toEqual([1, 2])
  expect([...(await check(''))]).toEqual([8, 2])
})
