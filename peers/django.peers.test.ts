/**
 * examples/django as its page says: twenty requests give twenty traces, each with the path and the method. Where a real Jaeger runs (JAEGER_ORIGIN,
 * and JAEGER_UDP for its port of compact Thrift; without: those of the default ports plus 10,000) its datagrams go to both, and both show the same.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { type ComparedTrace, countTraces, linesById, printCounts, searchTraces } from './compared-traces.ts'
import { djangoPackages } from './old-clients.ts'

const example = join(import.meta.dirname, '..', 'examples', 'django')

let server: ServerProcess
let site: ChildProcess | undefined
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  site?.kill('SIGTERM')
  both.close()
  out.close()
  await server.stop()
})

const jaeger = {
  origin: process.env['JAEGER_ORIGIN'] ?? 'http://127.0.0.1:26686',
  udpPort: Number(process.env['JAEGER_UDP'] ?? 16_831),
}
const besideJaeger = await fetch(jaeger.origin, { signal: AbortSignal.timeout(2000) }).then(
  ({ ok }) => ok,
  () => false,
)
/** Jaeger says of its tags how they came; ours does not (docs/compatibility.md). */
const ADDED = ['internal.span.format']

const begun = Date.now() * 1000
const query = (): string => `service=django-shop&limit=100&start=${begun}&end=${Date.now() * 1000}`
const search = (): Promise<readonly ComparedTrace[]> => searchTraces(`http://127.0.0.1:${server.queryPort}`, query())
// What comes in at `both` goes to ours and to the other.
const both = createSocket('udp4')
const out = createSocket('udp4')

test('twenty requests to a Django site give twenty traces with path and method', { timeout: 300_000 }, async () => {
  const installed = await djangoPackages(join(example, 'requirements.txt'))
  if ('missing' in installed) throw new Error(installed.missing)
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  both.on('message', datagram => {
    out.send(datagram, server.jaegerCompactPort, '127.0.0.1')
    if (besideJaeger) out.send(datagram, jaeger.udpPort, '127.0.0.1')
  })
  await new Promise<void>(resolve => {
    both.bind(0, '127.0.0.1', resolve)
  })
  site = spawn(join(installed.folder, 'bin', 'python'), [join(example, 'shop.py'), `127.0.0.1:${port}`], {
    env: { ...process.env, JAEGER_AGENT_PORT: String(both.address().port) },
    stdio: 'ignore',
  })
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${port}/items/0/`).catch(() => ({ status: 0 }))).status, {
      timeout: 60_000,
    })
    .toBe(200)
  for (let number = 1; number < 20; number++) {
    expect((await fetch(`http://127.0.0.1:${port}/items/${number}/`)).status).toBe(200)
  }
  await expect
    .poll(async () => (await search()).filter(({ spans }) => spans.length === 2).length, { timeout: 60_000 })
    .toBe(20)
  const paths = (await search()).map(({ spans }) => {
    const root = spans.find(({ operationName }) => operationName === 'item')
    const inner = spans.find(({ operationName }) => operationName === 'load item')
    const tags = new Map(root?.tags.map(({ key, value }) => [key, value]))
    expect(tags.get('method')).toBe('GET')
    expect(inner?.logs[0].fields.some(({ value }) => value === 'cache miss')).toBe(true)
    return tags.get('path')
  })
  expect(new Set(paths)).toEqual(new Set(Array.from({ length: 20 }, (_, number) => `/items/${number}/`)))
})

test.skipIf(!besideJaeger)(`Jaeger shows the same of them (skipped without one at ${jaeger.origin})`, async () => {
  const theirs = (): Promise<readonly ComparedTrace[]> => searchTraces(jaeger.origin, query())
  await expect.poll(async () => (await theirs()).flatMap(({ spans }) => spans).length, { timeout: 60_000 }).toBe(40)
  const [here, there] = [await search(), await theirs()]
  const [seenHere, seenThere] = [countTraces(here, ADDED), countTraces(there, ADDED)]
  printCounts('Django', seenHere, seenThere)
  expect(linesById(here, ADDED)).toEqual(linesById(there, ADDED))
  expect(seenHere).toEqual(seenThere)
})
