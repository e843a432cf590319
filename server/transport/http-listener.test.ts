import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { createLogger } from '#server/telemetry/logger.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import { listenHttp } from './http-listener.ts'
import type { Listener, ListenerContext } from './listener.ts'

const open: Listener[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close(100)
})

async function listening(context: Partial<ListenerContext> = {}) {
  const budget = new ByteBudget(createSharedByteBudget(2 ** 20))
  const listener = await listenHttp(
    {
      hosts: [{ host: '127.0.0.1', required: true }],
      reusePort: false,
      limits: { maxRequestBytes: 1000, headerTimeoutMs: 1000, bodyTimeoutMs: 200, maxConnections: 10 },
      budget,
      corsOrigins: ['https://*.shop.example'],
      allowedHosts: ['127.0.0.1'],
      forward: request => Promise.resolve({ status: 200, body: `forwarded ${request.method} ${request.path}` }),
      log: createLogger({ level: 'error', format: 'json', write: () => {} }),
      signal: new AbortController().signal,
      ...context,
    },
    {
      name: 'test',
      port: 0,
      routes: [
        {
          method: 'POST',
          path: '/echo',
          contentTypes: ['text/plain'],
          handle: async request => ({ status: 200, body: (await request.readBody()).bytes }),
        },
      ],
    },
  )
  open.push(listener)
  const send = (path: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}) =>
    fetch(`http://127.0.0.1:${listener.port}${path}`, {
      method: 'POST',
      ...init,
      headers: { 'content-type': 'text/plain', ...init.headers },
    })
  return { listener, budget, send }
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
