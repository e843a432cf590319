import { once } from 'node:events'
import { Agent, request as startRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { OverloadedError } from '#server/errors.ts'
import { createLogger } from '#server/telemetry/logger.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import { listenHttp, type HttpRoute } from './http-listener.ts'
import type { Listener, ListenerContext, TransportLimits } from './listener.ts'

const open: Listener[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close(100)
})

async function listening(
  context: Partial<ListenerContext> = {},
  { limits = {}, routes = [] }: { limits?: Partial<TransportLimits>; routes?: HttpRoute[] } = {},
) {
  const budget = new ByteBudget(createSharedByteBudget(2 ** 20))
  const whole: ListenerContext = {
    hosts: [{ host: '127.0.0.1', required: true }],
    reusePort: false,
    limits: { maxRequestBytes: 1000, headerTimeoutMs: 1000, bodyTimeoutMs: 200, maxConnections: 10, ...limits },
    budget,
    corsOrigins: ['https://*.shop.example'],
    allowedHosts: ['127.0.0.1'],
    forward: request => Promise.resolve({ status: 200, body: `forwarded ${request.method} ${request.path}` }),
    log: createLogger({ level: 'error', format: 'json', write: () => {} }),
    signal: new AbortController().signal,
    ...context,
  }
  const listener = await listenHttp(whole, {
    name: 'test',
    port: 0,
    routes: [
      {
        method: 'POST',
        path: '/echo',
        contentTypes: ['text/plain'],
        handle: async request => ({ status: 200, body: (await request.readBody()).bytes }),
      },
      ...routes,
    ],
  })
  open.push(listener)
  const send = (path: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}) =>
    fetch(`http://127.0.0.1:${listener.port}${path}`, {
      method: 'POST',
      ...init,
      headers: { 'content-type': 'text/plain', ...init.headers },
    })
  return { listener, budget, send, context: whole }
}

test('routes, encodings, limits, and the rest forwarded', async () => {
  const { listener, budget, send } = await listening()
  expect(await (await send('/echo?x=1', { body: 'hello' })).text()).toBe('hello')
  const packed = await send('/echo', { body: gzipSync('packed'), headers: { 'content-encoding': 'gzip' } })
  expect(await packed.text()).toBe('packed')
  expect(packed.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await send('/echo', { body: 'x'.repeat(1001) })).status).toBe(413)
  expect((await send('/echo', { body: 'x', headers: { 'content-encoding': 'br' } })).status).toBe(415)
  expect((await send('/echo', { body: 'x', headers: { 'content-encoding': 'gzip' } })).status).toBe(400)
  expect((await send('/echo', { body: '{}', headers: { 'content-type': 'application/json' } })).status).toBe(415)
  expect((await send('/echo', { method: 'PUT' })).headers.get('allow')).toBe('POST')
  expect(await (await send('/sampling?service=a', { method: 'GET' })).text()).toBe('forwarded GET /sampling?service=a')
  expect(budget.usedBytes).toBe(0)
  expect(listener.stats()).toMatchObject({
    requests: 8,
    refused: { too_large: 1, encoding: 1, undecodable: 1, content_type: 1, method: 1 },
  })
})

test('origins: foreign ones refused, allowed ones answered, preflights too', async () => {
  const { send } = await listening()
  expect((await send('/echo', { body: 'x', headers: { origin: 'https://evil.example' } })).status).toBe(403)
  const allowed = await send('/echo', { body: 'x', headers: { origin: 'https://a.shop.example' } })
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://a.shop.example'])
})

test('a host that is not ours is refused', async () => {
  const { send } = await listening({ allowedHosts: ['localhost'] })
  expect((await send('/echo', { body: 'x' })).status).toBe(403)
})

test('preflights: allowed origins are told what they may send, others nothing', async () => {
  const { listener, send } = await listening()
  const preflight = (origin: string, path = '/echo') =>
    send(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-tenant',
      },
    })
  const allowed = await preflight('https://a.shop.example')
  expect(allowed.status).toBe(204)
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'https://a.shop.example',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type,x-tenant',
    vary: 'Origin',
  })
  for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'http://a.shop.example', 'null']) {
    const refused = await preflight(origin)
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null])
  }
  expect(listener.stats().refused).toEqual({ origin: 4 })
})

test('a refusal reaches a sender that is still writing', async () => {
  const { listener, budget } = await listening()
  for (const lengthHeader of ['content-length: 8000000', 'transfer-encoding: chunked']) {
    const socket = await dial(listener)
    const answer = answerOn(socket)
    socket.write(`POST /echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\n${lengthHeader}\r\n\r\n`)
    const chunked = lengthHeader.startsWith('transfer')
    for (let sent = 0; sent < 8_000_000; sent += 80_000) {
      socket.write(chunked ? `13880\r\n${'x'.repeat(80_000)}\r\n` : 'x'.repeat(80_000))
    }
    socket.end(chunked ? '0\r\n\r\n' : '')
    expect(await answer).toMatch(/^HTTP\/1\.1 413 .*connection: close/s)
  }
  expect(listener.stats().refused).toEqual({ too_large: 2 })
  expect(budget.usedBytes).toBe(0)
})

test('half a body: told when it is late; a sender that leaves is let go', async () => {
  const { listener, budget } = await listening()
  const head = 'POST /echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\nhalf'
  const silent = await dial(listener)
  silent.write(head)
  expect(await answerOn(silent)).toMatch(/^HTTP\/1\.1 408 .*within body-timeout/s)
  const leaving = await dial(listener)
  leaving.write(head)
  await until(() => budget.usedBytes > 0)
  leaving.destroy()
  await until(() => listener.stats().connections === 0)
  expect(budget.usedBytes).toBe(0)
  expect(listener.stats().refused).toEqual({ body_timeout: 1, disconnected: 1 })
})

test('headers that are slow, too long or none', async () => {
  const { listener } = await listening({}, { limits: { headerTimeoutMs: 100 } })
  const slow = await dial(listener)
  slow.write('POST /echo HTTP/1.1\r\nhost: 12')
  expect(await answerOn(slow)).toMatch(/^HTTP\/1\.1 408 /)
  const mute = await dial(listener)
  expect(await answerOn(mute)).toMatch(/^HTTP\/1\.1 408 |^$/)
  const long = await dial(listener)
  long.write(`POST /echo HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`)
  expect(await answerOn(long)).toMatch(/^HTTP\/1\.1 431 /)
  const other = await dial(listener)
  other.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  expect(await answerOn(other)).toMatch(/^HTTP\/1\.1 400 /)
  await until(() => listener.stats().connections === 0)
  expect(listener.stats().refused).toEqual({ header_timeout: 2, headers_too_large: 1, malformed: 1 })
})

test('a chunk that is none is counted once', async () => {
  const { listener, budget } = await listening()
  const socket = await dial(listener)
  socket.write(
    'POST /echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\nnot hex\r\n',
  )
  await answerOn(socket)
  await until(() => listener.stats().connections === 0)
  expect(listener.stats()).toMatchObject({ requests: 1, refused: { disconnected: 1 } })
  expect(budget.usedBytes).toBe(0)
})

test('connections above the limit are closed, and there is room again when others leave', async () => {
  const { listener, send } = await listening({}, { limits: { maxConnections: 2 } })
  const [first, second] = [await dial(listener), await dial(listener)]
  await until(() => listener.stats().connections === 2)
  const third = await dial(listener)
  expect(await answerOn(third)).toBe('')
  expect(listener.stats()).toMatchObject({ connections: 2, refusedConnections: 1 })
  first.destroy()
  second.destroy()
  await until(() => listener.stats().connections === 0)
  expect((await send('/echo', { body: 'x' })).status).toBe(200)
})

test('closing: a request in progress ends, an idle connection goes, what is late is cut off', async () => {
  const gate = Promise.withResolvers<void>()
  const route: HttpRoute = {
    method: 'POST',
    path: '/gate',
    handle: async () => {
      await gate.promise
      return { status: 200, body: 'done' }
    },
  }
  const { listener, send } = await listening({}, { routes: [route] })
  const idle = await dial(listener)
  idle.write('GET /x HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
  await once(idle, 'data')
  const running = send('/gate')
  await until(() => listener.stats().requests === 2)
  const closed = listener.close(20_000)
  await once(idle.resume(), 'close')
  await expect(dial(listener)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  gate.resolve()
  const answer = await running
  expect([await answer.text(), answer.headers.get('connection')]).toEqual(['done', 'close'])
  await closed

  const never = { ...route, handle: () => new Promise<never>(() => {}) }
  const second = await listening({}, { routes: [never] })
  const cut = second.send('/gate').catch((error: unknown) => error)
  await until(() => second.listener.stats().requests === 1)
  await second.listener.close(50)
  expect(await cut).toBeInstanceOf(TypeError)
})

test('both loopback addresses share one port', async () => {
  const { listener, context } = await listening({
    hosts: [
      { host: '127.0.0.1', required: true },
      { host: '::1', required: false },
    ],
    allowedHosts: ['127.0.0.1', '[::1]'],
  })
  for (const host of ['127.0.0.1', '[::1]']) {
    const answer = await fetch(`http://${host}:${listener.port}/somewhere`)
    expect(await answer.text()).toBe('forwarded GET /somewhere')
  }
  expect(listener.address).toBe('127.0.0.1')
  // A second one on the same port is refused whole.
  const again = listenHttp(
    { ...context, hosts: [{ host: '::1', required: true }] },
    { name: 'again', port: listener.port, routes: [] },
  )
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('forwarded: many over one connection, too large ones not, and the main thread hears of one that leaves', async () => {
  const heard = Promise.withResolvers<void>()
  const { listener, send, budget } = await listening(
    {
      forward: ({ path, body }, signal) =>
        path === '/wait'
          ? new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                heard.resolve()
                reject(new Error('nobody waits'))
              })
            })
          : path === '/busy'
            ? Promise.reject(new OverloadedError('too many wait', 'forward', 3000))
            : Promise.resolve({ status: 200, body: String(body.length) }),
    },
    { limits: { maxRequestBytes: 2 ** 20 } },
  )
  const warnings: string[] = []
  const onWarning = (warning: Error) => void warnings.push(String(warning))
  process.on('warning', onWarning)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let i = 0; i < 20; i++) {
    const request = startRequest({ port: listener.port, host: '127.0.0.1', path: `/many/${i}`, agent })
    request.end()
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
    await once(response.resume(), 'end')
  }
  agent.destroy()
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
  expect(await (await send('/x', { body: 'x'.repeat(65_536) })).text()).toBe('65536')
  expect((await send('/x', { body: 'x'.repeat(65_537) })).status).toBe(413)
  const busy = await send('/busy')
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '3'])
  const leaving = new AbortController()
  const left = send('/wait', { signal: leaving.signal }).catch((error: unknown) => error)
  await until(() => listener.stats().requests === 24)
  leaving.abort()
  await left
  await heard.promise
  await until(() => listener.stats().refused['disconnected'] === 1)
  expect(listener.stats().refused).toEqual({ too_large: 1, forward: 1, disconnected: 1 })
  expect(budget.usedBytes).toBe(0)
})

test('a sender that leaves while it waits for room gives up its place', async () => {
  const budget = new ByteBudget(createSharedByteBudget(2 ** 20), { maxWaitMs: 20_000 })
  const { listener } = await listening({ budget })
  const other = await budget.admit()
  other.grow(700_000)
  const socket = await dial(listener)
  socket.write('POST /echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\ncontent-length: 9\r\n\r\n')
  await until(() => budget.waiting === 1)
  socket.destroy()
  await until(() => budget.waiting === 0)
  await until(() => listener.stats().refused['disconnected'] === 1)
  other.release()
  expect(budget.usedBytes).toBe(0)
})

async function dial(listener: Listener): Promise<Socket> {
  const socket = connect(listener.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** All that comes until the connection closes; rejects when it is reset. */
function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(text)).on('error', reject)
  })
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never came: ${condition.toString()}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}
