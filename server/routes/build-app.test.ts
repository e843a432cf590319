/** What holds for every answer of the query port: headers, who may ask, the page, addresses that are nothing. */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestStore, type TestBlocksStore } from '#server/storage/blocks/test-blocks-store.ts'
import { CONTENT_SECURITY_POLICY, formatContentSecurityPolicy } from '#shared/api/content-security-policy.ts'
import { Problem } from '#shared/api/problem.ts'
import type { AppOptions } from './build-app.ts'
import { openTestApp } from './test-app.ts'

const SCRIPT = 'console.log("a page")'
let store: TestBlocksStore
let directory: string
const opened: FastifyInstance[] = []

beforeAll(async () => {
  store = await openTestStore({ directory: undefined })
  directory = mkdtempSync(join(tmpdir(), 'spoor-page-'))
  mkdirSync(join(directory, 'assets'))
  mkdirSync(join(directory, '.vite'))
  const head = '<base href="/" />\n<meta name="spoor-base-path" content="" />'
  writeFileSync(join(directory, 'index.html'), `<!doctype html><html><head>${head}</head><body></body></html>`)
  writeFileSync(join(directory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg" />')
  writeFileSync(join(directory, 'assets/a-1234.js'), SCRIPT)
  writeFileSync(join(directory, 'assets/a-1234.js.br'), brotliCompressSync(SCRIPT))
  writeFileSync(join(directory, '.vite/manifest.json'), '{}')
  writeFileSync(join(directory, '.built-from'), 'x')
})
afterAll(async () => {
  await Promise.all(opened.map(app => app.close()))
  await store.close()
  rmSync(directory, { recursive: true })
})

async function openApp(options: Partial<AppOptions> = {}): Promise<FastifyInstance> {
  const { app } = await openTestApp(store.reader, { appDirectory: directory, ...options })
  opened.push(app)
  return app
}

const ADDRESSES = [
  ['GET', '/', 200],
  ['GET', '/search', 200],
  ['GET', '/trace/1...2', 200],
  ['GET', '/trace/...2', 200],
  ['GET', '/trace/0af7651916cd43dd8448eb211c80319c...b7ad6b7169203331', 200],
  ['GET', '/none.txt', 404],
  ['HEAD', '/search', 200],
  ['GET', '/assets/a-1234.js', 200],
  ['GET', '/assets/none.js', 404],
  ['GET', '/.vite/manifest.json', 404],
  ['GET', '/.built-from', 404],
  ['GET', '/assets/a-1234.js.br', 404],
  ['GET', '/assets/../index.html', 404],
  ['GET', '/assets/..%2f..%2fpackage.json', 404],
  ['POST', '/search', 404],
  ['GET', '/v1/traces', 404],
  ['GET', '/api/services', 200],
  ['GET', '/api/traces', 400],
  ['POST', '/api/traces', 404],
  ['GET', '/api/nothing-here', 404],
  ['GET', '/api/spoor/nothing', 404],
  ['GET', '/api/spoor/traces/zzz', 400],
  ['GET', '/api/spoor/traces/1', 404],
  ['GET', '/api/v3/traces/zzz', 400],
  ['GET', '/api/services/%zz/operations', 400],
  ['GET', '/api/openapi.json', 200],
  ['GET', '/api/spoor/status', 500],
] as const

test.each(ADDRESSES)('%s %s answers %i, with every security header', async (method, url, status) => {
  const app = await openApp()
  const { statusCode, headers, body } = await app.inject({ method, url })
  expect(statusCode).toBe(status)
  expect(headers).toMatchObject({
    'content-security-policy': formatContentSecurityPolicy(CONTENT_SECURITY_POLICY),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  // No words of an exception, no stack, no path of this machine.
  expect(body).not.toMatch(/ at .*:\d+:\d+|node_modules|this test has no status/u)
})

test('pages of others may show ours inside of them where they are named', async () => {
  const app = await openApp({ embedOrigins: ['https://grafana.example', 'https://*.example.org'] })
  const { headers } = await app.inject('/search')
  expect(headers['content-security-policy']).toContain(
    "frame-ancestors 'self' https://grafana.example https://*.example.org;",
  )
  expect(headers).not.toHaveProperty('x-frame-options')
})

test('a fault is logged and told without its words', async () => {
  const { app, lines } = await openTestApp(store.reader)
  opened.push(app)
  const answer = await app.inject('/api/spoor/status')
  expect(Problem.parse(answer.json())).toMatchObject({ status: 500, code: 'internal' })
  expect(lines).toEqual(['error a request failed'])
})

test.each([
  ['localhost', 200],
  ['localhost:16686', 200],
  ['LOCALHOST', 200],
  ['evil.example', 403],
  ['localhost.evil.example', 403],
])('Host %j answers %i', async (host, status) => {
  const app = await openApp()
  const answer = await app.inject({ url: '/api/services', headers: { host } })
  expect(answer.statusCode).toBe(status)
  expect(answer.body.includes('--allowed-hosts')).toBe(status === 403)
})

test.each([
  ['DELETE', 'http://localhost:80', 200],
  ['DELETE', 'http://evil.example', 403],
  ['DELETE', 'null', 403],
  ['DELETE', undefined, 200],
  ['GET', 'http://evil.example', 404],
] as const)('%s of the demo from a page of %s answers %i', async (method, origin, status) => {
  const app = await openApp()
  const headers = { host: 'localhost:80', ...(origin === undefined ? {} : { origin }) }
  const answer = await app.inject({ method, url: '/api/spoor/demo', headers })
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
})

test('the page is asked for again each time, what bears a hash for a year, spans are left in no cache', async () => {
  const app = await openApp()
  const cached = async (url: string): Promise<unknown> => (await app.inject({ url })).headers['cache-control']
  expect(await cached('/')).toBe('no-cache')
  expect(await cached('/trace/1')).toBe('no-cache')
  expect(await cached('/favicon.svg')).toBe('no-cache')
  expect(await cached('/assets/a-1234.js')).toBe('public, max-age=31536000, immutable')
  expect(await cached('/api/services')).toBe('no-store')
  expect(await cached('/assets/none.js')).toBe('no-store')
})

test('files go out as they were packed', async () => {
  const app = await openApp()
  const packed = await app.inject({ url: '/assets/a-1234.js', headers: { 'accept-encoding': 'gzip, br' } })
  expect(packed.headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': 'application/javascript; charset=utf-8',
    vary: 'accept-encoding',
  })
  expect(packed.rawPayload.equals(brotliCompressSync(SCRIPT))).toBe(true)
  const plain = await app.inject({ url: '/assets/a-1234.js' })
  expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, SCRIPT])
})

test('below a base path', async () => {
  const app = await openApp({ basePath: '/spoor' })
  const page = await app.inject('/spoor/trace/1')
  expect(page.body).toContain('<base href="/spoor/" />\n<meta name="spoor-base-path" content="/spoor" />')
  expect((await app.inject('/spoor/api/services')).json()).toMatchObject({ data: [] })
  expect((await app.inject('/spoor/assets/a-1234.js')).body).toBe(SCRIPT)
  expect((await app.inject('/')).headers.location).toBe('/spoor/')
  const elsewhere = await app.inject('/api/services')
  expect([elsewhere.statusCode, elsewhere.headers['x-content-type-options']]).toEqual([404, 'nosniff'])
})

test('a long address is refused, and what is not HTTP', async () => {
  const app = await openApp()
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const answerTo = async (bytes: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(bytes)
    let text = ''
    socket.on('data', data => (text += data.toString()))
    await once(socket, 'close')
    return text
  }
  const long = await answerTo(`GET /api/traces?service=${'x'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  expect(long).toMatch(/^HTTP\/1.1 431 /u)
  const noise = await answerTo('\u0016\u0003 no request\r\n\r\n')
  expect(noise).toMatch(/^HTTP\/1.1 400 /u)
  const nameless = await answerTo('GET /api/services HTTP/1.0\r\n\r\n')
  expect(nameless).toMatch(/^HTTP\/1.1 403 /u)
  expect([long, noise, nameless].every(text => text.includes('content-security-policy: default-src'))).toBe(true)
})

test('OTLP on this port: what is sent is handed on unpacked; too much and unknown packing is refused', async () => {
  const seen: unknown[] = []
  const app = await openApp({
    maxRequestBytes: 1000,
    otlp: async request => {
      seen.push(request)
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
    },
  })
  const send = async (body: Buffer, encoding?: string): Promise<number> => {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'test' }
    const packed = encoding === undefined ? headers : { ...headers, 'content-encoding': encoding }
    return (await app.inject({ method: 'POST', url: '/v1/traces', payload: body, headers: packed })).statusCode
  }
  const body = Buffer.from('{"resourceSpans":[]}')
  expect(await send(body)).toBe(200)
  expect(seen).toEqual([
    {
      signal: 'traces',
      contentType: 'application/json',
      body: Uint8Array.from(body),
      wireBytes: body.length,
      peer: '127.0.0.1',
      userAgent: 'test',
    },
  ])
  expect(await send(Buffer.alloc(1001))).toBe(413)
  expect(await send(body, 'br')).toBe(415)
  expect(await send(body, 'gzip')).toBe(400)
  expect(seen.length).toBe(1)
})
