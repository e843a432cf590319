/** SIGTERM while somebody asks, or never ends what they began to ask: the process still ends by itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'

const PORTS = ['query', 'otlp-grpc', 'otlp-http', 'jaeger-grpc', 'jaeger-http', 'jaeger-compact', 'jaeger-binary']
  .concat(['sampling', 'sampling-grpc', 'zipkin', 'zipkin-compact', 'admin'])
  .flatMap(name => [`--${name}-port`, '0'])

const servers: ChildProcess[] = []
const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.kill('SIGKILL')
})

interface Started {
  readonly ready: Readonly<Record<string, unknown>>
  /** Sends SIGTERM; resolves with the exit code, or the name of the signal that ended it. */
  readonly stop: () => Promise<number | string>
}

async function start(): Promise<Started> {
  const child = spawn(
    process.execPath,
    ['server/main.ts', ...PORTS, '--no-open', '--log-format', 'json', '--storage', 'memory'],
    {
      cwd: join(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled') },
    },
  )
  servers.push(child)
  const exited = new Promise<number | string>(resolve =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? '')),
  )
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const entry = JSON.parse(line) as Record<string, unknown>
      if (entry['msg'] === 'ready') resolve(entry)
    })
    void exited.then(code => reject(new Error(`ended with code ${code} before it was ready`)))
  })
  const stop = (): Promise<number | string> => {
    child.kill('SIGTERM')
    return exited
  }
  return { ready, stop }
}

test('who reads that it is ready may stop it at once', { timeout: 60_000 }, async () => {
  const ends = await Promise.all(Array.from({ length: 6 }, async () => (await start()).stop()))
  expect(ends).toStrictEqual([0, 0, 0, 0, 0, 0])
})

test('pages that ask for the status all the while do not keep it from ending', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 3; round++) {
    const { ready, stop } = await start()
    let ended = false
    let answers = 0
    const askers = ['port', 'port', 'port', 'port', 'adminPort', 'adminPort'].map(async name => {
      const path = name === 'port' ? '/api/spoor/status' : '/metrics'
      while (!ended) {
        try {
          const answer = await fetch(`http://127.0.0.1:${Number(ready[name])}${path}`)
          await answer.arrayBuffer()
          answers++
        } catch {
          // No longer listening: asked again until the process has ended.
          await new Promise(resolve => setTimeout(resolve, 1))
        }
      }
    })
    while (answers < 20) await new Promise(resolve => setTimeout(resolve, 5))
    expect(await stop()).toBe(0)
    ended = true
    await Promise.all(askers)
  }
})

test(
  'requests that were begun and never ended do not keep it from ending, at any port',
  { timeout: 60_000 },
  async () => {
    const { ready, stop } = await start()
    const begun = [
      'GET / HTTP/1.1\r\nhost: 127',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{',
      '',
    ]
    const names = Object.keys(ready).filter(name => /port$/i.test(name) && !/Compact|Binary/.test(name))
    expect(names).toHaveLength(9)
    for (const name of names) {
      for (const text of begun) {
        const socket = connect(Number(ready[name]), '127.0.0.1')
        sockets.push(socket.on('error', () => undefined))
        await new Promise<void>(resolve => socket.once('connect', resolve))
        if (text !== '') await new Promise<void>(resolve => socket.write(text, () => resolve()))
      }
    }
    expect(await stop()).toBe(0)
  },
)
