/** The doors with TLS: their own clients get through, others do not and are counted, new files count without a restart. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import type { TlsDoor } from '#server/config/tls-settings.ts'
import { createLogger } from '#server/telemetry/logger.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import { GrpcClient, type GrpcClientTls } from './grpc-client.ts'
import { listenGrpc } from './grpc-server.ts'
import { listenHttp } from './http-listener.ts'
import type { Listener, ListenerContext } from './listener.ts'
import { DoorTls, openDoorTls } from './tls.ts'

const file = (name: string) => new URL(`fixtures/tls/${name}`, import.meta.url).pathname
const ca = readFileSync(file('ca.crt'))

const directory = mkdtempSync(join(tmpdir(), 'spoor-tls-'))
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const lines: string[] = []
const log = createLogger({ level: 'info', format: 'json', write: line => lines.push(line) })

function door(listener: string, more: Partial<TlsDoor> = {}): TlsDoor {
  return { name: 'a.tls', listener, cert: file('server.crt'), key: file('server.key'), clientCa: '', ...more }
}

function contextOf(tls: ReadonlyMap<string, DoorTls>): ListenerContext {
  return {
    hosts: [{ host: '127.0.0.1', required: true }],
    reusePort: false,
    limits: { maxRequestBytes: 2 ** 20, headerTimeoutMs: 2000, bodyTimeoutMs: 2000, maxConnections: 10 },
    budget: new ByteBudget(createSharedByteBudget(2 ** 24)),
    corsOrigins: [],
    allowedHosts: ['*'],
    forward: () => Promise.resolve({ status: 404 }),
    tls,
    log,
    signal: new AbortController().signal,
  }
}

async function opened(listener: Promise<Listener>): Promise<Listener> {
  const open = await listener
  closing.push(() => open.close(50))
  return open
}

const http = (tls: ReadonlyMap<string, DoorTls>) =>
  opened(
    listenHttp(contextOf(tls), {
      name: 'test-http',
      port: 0,
      routes: [{ method: 'GET', path: '/', handle: () => ({ status: 200, body: 'hello' }) }],
    }),
  )
const grpc = (tls: ReadonlyMap<string, DoorTls>) =>
  opened(listenGrpc(contextOf(tls), { name: 'test-grpc', port: 0, methods: { '/t.T/Echo': message => message } }))

function ask(port: number, options: RequestOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', servername: 'localhost', port, path: '/', ca, agent: false, ...options }, answer => {
      answer.setEncoding('utf8').once('data', resolve)
    }).once('error', reject)
  })
}

function call(port: number, tls: Partial<GrpcClientTls> | undefined): Promise<Uint8Array> {
  const client = new GrpcClient({
    host: '127.0.0.1',
    port,
    timeoutMs: 3000,
    tls: tls === undefined ? undefined : () => ({ ca, verify: true, serverName: 'localhost', ...tls }),
  })
  closing.push(() => client.close())
  return client.call('/t.T/Echo', Uint8Array.of(1, 2, 3))
}

const mine = { cert: readFileSync(file('client.crt')), key: readFileSync(file('client.key')) }

test('HTTP and gRPC over TLS; without it nobody gets through, and is counted', async () => {
  const tls = openDoorTls([door('test-http'), door('test-grpc')], log)
  const [over, rpc] = [await http(tls), await grpc(tls)]
  expect(await ask(over.port)).toBe('hello')
  expect([...(await call(rpc.port, {}))]).toEqual([1, 2, 3])
  await expect(fetch(`http://127.0.0.1:${over.port}/`)).rejects.toThrow('fetch failed')
  await expect(call(rpc.port, undefined)).rejects.toMatchObject({ code: 14 })
  // A client that does not trust the authority.
  await expect(call(rpc.port, { ca: mine.cert })).rejects.toMatchObject({ code: 14 })
  await expect.poll(() => over.stats().refused).toMatchObject({ tls: 1 })
  await expect.poll(() => rpc.stats().refused['tls']).toBeGreaterThan(0)
  expect(lines.some(line => line.includes('did not get through TLS'))).toBe(true)
})

test('with client-ca, who connects must show a certificate', async () => {
  const clientCa = file('ca.crt')
  const tls = openDoorTls([door('test-http', { clientCa }), door('test-grpc', { clientCa })], log)
  const [over, rpc] = [await http(tls), await grpc(tls)]
  expect(await ask(over.port, mine)).toBe('hello')
  expect([...(await call(rpc.port, mine))]).toEqual([1, 2, 3])
  await expect(ask(over.port)).rejects.toThrow(/certificate required|ECONNRESET|socket/)
  await expect(call(rpc.port, {})).rejects.toMatchObject({ code: 14 })
})

function fingerprint(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connectTls(
      { host: '127.0.0.1', port, ca, servername: 'localhost', ALPNProtocols: ['h2', 'http/1.1'] },
      () => {
        resolve(socket.getPeerCertificate().fingerprint256)
        socket.destroy()
      },
    )
    socket.once('error', reject)
  })
}

test('a renewed certificate counts for the next connection; one that can not be used leaves the old one', async () => {
  const [cert, key] = [join(directory, 'a.crt'), join(directory, 'a.key')]
  copyFileSync(file('server.crt'), cert)
  copyFileSync(file('server.key'), key)
  const tls = new Map(
    ['test-http', 'test-grpc'].map(name => [name, new DoorTls(door(name, { cert, key }), log, 10)] as const),
  )
  closing.push(() => [...tls.values()].forEach(each => each.close()))
  const ports = [(await http(tls)).port, (await grpc(tls)).port]
  const before = await Promise.all(ports.map(fingerprint))
  writeFileSync(key, 'nonsense')
  await expect.poll(() => lines.some(line => line.includes('can not be used'))).toBe(true)
  expect(await Promise.all(ports.map(fingerprint))).toEqual(before)
  copyFileSync(file('renewed.key'), key)
  copyFileSync(file('renewed.crt'), cert)
  for (const [at, port] of ports.entries()) await expect.poll(() => fingerprint(port)).not.toBe(before[at])
  rmSync(directory, { recursive: true })
})

test('what is wrong at the start is told by setting and file', () => {
  const open = (more: Partial<TlsDoor>) => () => openDoorTls([door('x', more)], log)
  expect(open({ cert: '' })).toThrow('--a.tls.cert: nothing is given, expected a file')
  expect(open({ key: '/nowhere' })).toThrow('--a.tls.key: /nowhere: no such file')
  expect(open({ key: file('client.key') })).toThrow('the key is not that of the certificate')
  expect(open({ clientCa: file('make.sh') })).toThrow('--a.tls.*')
})
