/** examples/django as its page says: twenty requests give twenty traces, each with the path and the method. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { djangoPackages } from './old-clients.ts'

const example = join(import.meta.dirname, '..', 'examples', 'django')

let server: ServerProcess
let site: ChildProcess | undefined
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  site?.kill('SIGTERM')
  await server.stop()
})

interface Trace {
  readonly spans: readonly {
    readonly operationName: string
    readonly tags: readonly { readonly key: string; readonly value: unknown }[]
    readonly logs: readonly { readonly fields: readonly { readonly key: string; readonly value: unknown }[] }[]
  }[]
}

test('twenty requests to a Django site give twenty traces with path and method', { timeout: 300_000 }, async () => {
  const installed = await djangoPackages(join(example, 'requirements.txt'))
  if ('missing' in installed) throw new Error(installed.missing)
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  site = spawn(join(installed.folder, 'bin', 'python'), [join(example, 'shop.py'), `127.0.0.1:${port}`], {
    env: { ...process.env, JAEGER_AGENT_PORT: String(server.jaegerCompactPort) },
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
  const search = async (): Promise<readonly Trace[]> => {
    const answer = await fetch(`http://127.0.0.1:${server.queryPort}/api/traces?service=django-shop&limit=100`)
    return ((await answer.json()) as { data: readonly Trace[] }).data
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
