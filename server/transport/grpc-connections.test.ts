import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { connect as connectSocket, createServer } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { mutated, seededRandom } from '#shared/formats/otlp/oracle.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import { bytes, call, grpcLoopback, gzipped, post, until } from './grpc-loopback.ts'

const KiB = 1024
const MiB = 2 ** 20
const seed = Number(process.env['SPOOR_SEED'] ?? Date.now() % 1e9)

const { listening, clientOf, closeAll } = grpcLoopback()
afterEach(closeAll)

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
  // Packing them takes the client seconds of a busy machine, in this very thread.
  const { listener } = await listening({ context: { budget }, limits: { bodyTimeoutMs: 60_000 } })
  const message = Buffer.from(Array.from({ length: MiB }, (_, i) => Math.imul(i, i * 31) >>> 9))
  for (const [options, calls] of [
    [{}, 60],
    [gzipped, 12],
  ] as const) {
    const client = clientOf(listener, options)
    const answers = await Promise.all(Array.from({ length: calls }, () => call(client, '/test.Test/Echo', message)))
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
  const client = clientOf(listener, {}, '[::1]')
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
