import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { connect as connectSocket, createServer } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { LimitError, OverloadedError } from '#server/errors.ts'
import { createLogger } from '#server/telemetry/logger.ts'
import { mutated, seededRandom } from '#shared/formats/otlp/oracle.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import { listenGrpc, type GrpcHandler } from './grpc-server.ts'
import { GrpcStatusError } from './grpc-status.ts'
import type { Listener, ListenerContext, TransportLimits } from './listener.ts'

const KiB = 1024
const MiB = 2 ** 20
const open: Listener[] = []
const clients: grpc.Client[] = []
afterEach(async () => {
  for (const each of clients.splice(0)) each.close()
  for (const each of open.splice(0)) await each.close(100)
})

const echo: GrpcHandler = message => message
const reason = (error: Error): GrpcHandler => {
  return () => {
    throw error
  }
}

interface Options {
  readonly methods?: Readonly<Record<string, GrpcHandler>>
  readonly limits?: Partial<TransportLimits>
  readonly context?: Partial<ListenerContext>
}

async function listening({ methods = {}, limits = {}, context = {} }: Options = {}) {
  const lines: string[] = []
  const budget = new ByteBudget(createSharedByteBudget(64 * MiB))
  const listener = await listenGrpc(
    {
      hosts: [{ host: '127.0.0.1', required: true }],
      reusePort: false,
      limits: {
        maxRequestBytes: 8 * MiB,
        headerTimeoutMs: 5000,
        bodyTimeoutMs: 5000,
        maxConnections: 10,
        ...limits,
      },
      budget,
      corsOrigins: [],
      allowedHosts: ['*'],
      forward: () => Promise.reject(new Error('nothing is forwarded')),
      log: createLogger({ level: 'warn', format: 'json', write: line => lines.push(line) }),
      signal: new AbortController().signal,
      ...context,
    },
    { name: 'test-grpc', port: 0, methods: { '/test.Test/Echo': echo, ...methods } },
  )
  open.push(listener)
  return { listener, budget, lines }
}

/** The real client, its messages plain bytes. */
function clientOf(listener: Listener, options: grpc.ClientOptions = {}): grpc.Client {
  const client = new grpc.Client(`127.0.0.1:${listener.port}`, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.enable_retries': 0,
    ...options,
  })
  clients.push(client)
  return client
}
const gzipped = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip }
const bytes = (value: Buffer) => value

function call(client: grpc.Client, path: string, message: Uint8Array, options: grpc.CallOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      bytes,
      bytes,
      Buffer.from(message),
      new grpc.Metadata(),
      options,
      (error, answer?: Buffer) => {
        if (error === null && answer !== undefined) resolve(answer)
        else reject(error ?? new Error('no answer'))
      },
    )
  })
}

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

test('many calls at once over one connection, more than it may have streams', async () => {
  let running = 0
  let most = 0
  const { listener, budget } = await listening({
    methods: {
      '/test.Test/Wait': async message => {
        most = Math.max(most, ++running)
        await new Promise(setImmediate)
        running--
        return message
      },
    },
  })
  const client = clientOf(listener)
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => call(client, '/test.Test/Wait', Buffer.from(`message ${i}`))),
  )
  expect(answers.map(String)).toEqual(Array.from({ length: 1000 }, (_, i) => `message ${i}`))
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(250)
  expect(budget.usedBytes).toBe(0)
})

test('large messages at once over one connection, packed and plain', async () => {
  const budget = new ByteBudget(createSharedByteBudget(512 * MiB))
  const { listener } = await listening({ context: { budget } })
  const message = Buffer.from(Array.from({ length: MiB }, (_, i) => Math.imul(i, i * 31) >>> 9))
  for (const options of [{}, gzipped]) {
    const client = clientOf(listener, options)
    const answers = await Promise.all(Array.from({ length: 60 }, () => call(client, '/test.Test/Echo', message)))
    expect(answers.every(answer => answer.equals(message))).toBe(true)
  }
  expect(budget.usedBytes).toBe(0)
})

test('refused while they still send: answered, and their places free at once, whether they stop or not', async () => {
  const { listener } = await listening()
  const session = connect(`http://127.0.0.1:${listener.port}`)
  await once(session, 'remoteSettings')
  for (let round = 0; round < 4; round++) {
    const ends = Array.from({ length: 250 }, async () => {
      const stream = session.request(post('/test.Test/None'))
      stream.write(Buffer.alloc(1000))
      const [headers] = (await once(stream, 'response')) as [Record<string, string>]
      await once(stream.resume(), 'close')
      return `${headers['grpc-status']} ${stream.rstCode}`
    })
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['12 0']))
  }
  session.close()
  expect(listener.stats().refused).toEqual({ unimplemented: 1000 })
})

test('half-sent calls are counted in the budget, however many connections they come over', async () => {
  const budget = new ByteBudget(createSharedByteBudget(MiB), { maxWaitMs: 20 })
  const { listener } = await listening({ context: { budget } })
  const sessions = [0, 1].map(() => connect(`http://127.0.0.1:${listener.port}`))
  const refused: string[] = []
  for (const session of sessions) {
    session.on('error', () => {})
    for (let i = 0; i < 150; i++) {
      const stream = session.request(post('/test.Test/Echo'))
      stream.on('error', () => {}).on('response', headers => refused.push(String(headers['grpc-status'])))
      stream.write(Buffer.from([0, 0, 0]))
    }
  }
  await until(() => listener.stats().requests === 300 && refused.length > 0)
  expect(budget.usedBytes).toBeLessThanOrEqual(MiB)
  expect(new Set(refused)).toEqual(new Set(['14']))
  for (const session of sessions) session.destroy()
  await until(() => listener.stats().connections === 0 && budget.usedBytes === 0)
  expect(await call(clientOf(listener), '/test.Test/Echo', Buffer.from('again'))).toHaveLength(5)
})

const seed = Number(process.env['SPOOR_SEED'] ?? Date.now() % 1e9)

test(`changed bytes of a real conversation harm nobody else (seed ${seed})`, async () => {
  const { listener, budget, lines } = await listening({ limits: { bodyTimeoutMs: 200, headerTimeoutMs: 200 } })
  // What a client says, taken down on its way.
  const said: Buffer[] = []
  const between = createServer(socket => {
    const onward = connectSocket(listener.port, '127.0.0.1')
    socket.on('data', (chunk: Buffer) => said.push(chunk))
    socket
      .on('error', () => {})
      .pipe(onward.on('error', () => {}))
      .pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(between, 'listening')
  const address = between.address()
  const session = connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  for (let i = 0; i < 3; i++) {
    const stream = session.request(post('/test.Test/Echo', { 'grpc-timeout': '1S' }))
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, 100]), Buffer.alloc(100, 'a')]))
    await once(stream.resume(), 'close')
  }
  session.destroy()
  between.close()
  const whole = Buffer.concat(said)
  const good = clientOf(listener)
  const random = seededRandom(seed)
  for (let round = 0; round < 300; round++) {
    const socket = connectSocket(listener.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.end(mutated(random, whole))
    expect(await call(good, '/test.Test/Echo', Buffer.from('good'))).toHaveLength(4)
    await until(() => listener.stats().connections < 8)
  }
  await until(() => listener.stats().connections === 1)
  expect(lines.filter(line => line.includes('call failed'))).toEqual([])
  expect(budget.usedBytes).toBe(0)
})

test('both loopback addresses share one port', async () => {
  const { listener } = await listening({
    context: {
      hosts: [
        { host: '127.0.0.1', required: true },
        { host: '::1', required: false },
      ],
    },
  })
  const client = new grpc.Client(`[::1]:${listener.port}`, grpc.credentials.createInsecure())
  clients.push(client)
  expect(String(await call(client, '/test.Test/Echo', Buffer.from('over IPv6')))).toBe('over IPv6')
  expect(String(await call(clientOf(listener), '/test.Test/Echo', Buffer.from('over IPv4')))).toBe('over IPv4')
})

test('callers that leave at any time leave nothing behind', async () => {
  const { listener, budget } = await listening({
    methods: {
      '/test.Test/Slow': async message => {
        await new Promise(resolve => setTimeout(resolve, 5))
        return message
      },
    },
  })
  for (let round = 0; round < 5; round++) {
    const client = clientOf(listener)
    const cancelled = Array.from({ length: 20 }, (_, i) => {
      return new Promise<number>(resolve => {
        const running = client.makeUnaryRequest(
          '/test.Test/Slow',
          bytes,
          bytes,
          Buffer.alloc(200 * KiB),
          new grpc.Metadata(),
          error => resolve(error?.code ?? 0),
        )
        setTimeout(() => running.cancel(), i / 2)
      })
    })
    expect(new Set([...(await Promise.all(cancelled)), 0, 1])).toEqual(new Set([0, 1]))
    client.close()
  }
  await until(() => listener.stats().connections === 0 && budget.usedBytes === 0)
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

test('closing: calls in progress end, new ones do not begin, what is late is cut off', async () => {
  const gate = Promise.withResolvers<void>()
  const { listener } = await listening({
    methods: {
      '/test.Test/Gate': async message => {
        await gate.promise
        return message
      },
      '/test.Test/Never': () => new Promise(() => {}),
    },
  })
  const client = clientOf(listener)
  const running = call(client, '/test.Test/Gate', Buffer.from('in progress'))
  await until(() => listener.stats().requests === 1)
  const closed = listener.close(20_000)
  await expect(call(clientOf(listener), '/test.Test/Echo', Buffer.alloc(1))).rejects.toMatchObject({ code: 14 })
  gate.resolve()
  expect(String(await running)).toBe('in progress')
  await closed
  await until(() => listener.stats().connections === 0)

  const second = await listening({ methods: { '/test.Test/Never': () => new Promise(() => {}) } })
  const never = call(clientOf(second.listener), '/test.Test/Never', Buffer.alloc(1))
  const refused = never.catch((error: unknown) => error)
  await until(() => second.listener.stats().requests === 1)
  await second.listener.close(50)
  expect(await refused).toMatchObject({ code: 14 })
})

test('connections: no more than the limit, none that says nothing, none of another protocol', async () => {
  const { listener, lines } = await listening({ limits: { maxConnections: 2, headerTimeoutMs: 100 } })
  const silent = connectSocket(listener.port, '127.0.0.1')
  silent.resume()
  await once(silent, 'close')
  expect(listener.stats().refused).toEqual({ header_timeout: 1 })
  const other = connectSocket(listener.port, '127.0.0.1')
  other.resume().end('POST /v1/traces HTTP/1.1\r\nhost: a\r\n\r\n')
  await once(other, 'close')
  await until(() => listener.stats().refused['protocol'] === 1)
  expect(lines.join('')).toContain('broke the rules of HTTP/2')
  const sessions: ClientHttp2Session[] = []
  for (let i = 0; i < 2; i++) {
    const session = connect(`http://127.0.0.1:${listener.port}`)
    sessions.push(session)
    await once(session, 'remoteSettings')
  }
  const third = connect(`http://127.0.0.1:${listener.port}`)
  third.on('error', () => {})
  await once(third, 'close')
  expect(listener.stats()).toMatchObject({ connections: 2, refusedConnections: 1 })
  for (const session of sessions) session.close()
  await until(() => listener.stats().connections === 0)
  expect(await call(clientOf(listener), '/test.Test/Echo', Buffer.from('again'))).toHaveLength(5)
})

function post(path: string, headers: Record<string, string> = {}): Record<string, string> {
  return { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers }
}

/** The headers of the answer to one request over a connection of its own. */
async function answerTo(listener: Listener, headers: Record<string, string>, body?: Uint8Array) {
  const session = connect(`http://127.0.0.1:${listener.port}`)
  const stream = session.request(headers)
  stream.on('error', () => {})
  stream.end(body)
  const [answer] = (await once(stream, 'response')) as [Record<string, string> & { ':status': number }]
  stream.resume()
  session.close()
  return answer
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never came: ${condition.toString()}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}
