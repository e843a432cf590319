/**
 * The samplers of jaeger-client for Node against a whole server: const, probabilistic and ratelimiting, whose spans are kept with what they
 * say of it, and remote, which follows the strategies file, and without one is told what Jaeger’s role of that name tells.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'
import { oldClientPrograms, oldNodeClients } from './old-clients.ts'

/** What the client told of some traces that it began. */
interface Begun {
  readonly sampled: number
  readonly tags?: { readonly 'sampler.type': string; readonly 'sampler.param': number | boolean }
  readonly sampler: string
}

class Client {
  readonly #child: ChildProcess
  readonly #lines: Interface

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child
    this.#lines = lines
  }

  static async start(server: ServerProcess, service: string, sampler: object): Promise<Client> {
    const installed = await oldNodeClients()
    if ('missing' in installed) throw new Error(installed.missing)
    const collector = `http://127.0.0.1:${server.jaegerHttpPort}/api/traces`
    const args = [join(oldClientPrograms, 'jaeger-sampler.cjs'), collector, service, JSON.stringify(sampler)]
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_PATH: join(installed.folder, 'node_modules') },
    })
    return new Client(child, createInterface({ input: child.stdout }))
  }

  async begin(traces: number, operation = 'GET /'): Promise<Begun> {
    const line = once(this.#lines, 'line') as Promise<[string]>
    this.#child.stdin?.write(`${traces} ${operation}\n`)
    return JSON.parse((await line)[0]) as Begun
  }

  /** Everything that it has is sent. */
  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }
}

const remote = (port: number) => ({ type: 'remote', param: 0, host: '127.0.0.1', port, refreshIntervalMs: 200 })
const statusOf = async ({ queryPort }: ServerProcess) =>
  StatusAnswer.parse(await (await fetch(`http://127.0.0.1:${queryPort}/api/spoor/status`)).json())

interface JaegerTrace {
  readonly spans: readonly { readonly tags: readonly { readonly key: string; readonly value: unknown }[] }[]
}

const directory = mkdtempSync(join(tmpdir(), 'spoor-strategies-'))
const file = join(directory, 'strategies.json')
function writeStrategies(strategies: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(strategies))
  renameSync(`${file}.new`, file)
}

let server: ServerProcess
beforeAll(async () => {
  writeStrategies({ service_strategies: [{ service: 'remote', type: 'probabilistic', param: 1 }] })
  server = await startServer(['--storage', 'memory', '--sampling-strategies-file', file])
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true })
})

const LONG = { timeout: 300_000 }
const WAIT = { timeout: 20_000, interval: 100 }

test.for([
  [{ type: 'const', param: 1 }, 200, 200],
  [{ type: 'const', param: 0 }, 0, 0],
  // 200 times one in two: outside of these once in some hundred million runs.
  [{ type: 'probabilistic', param: 0.5 }, 60, 140],
  // Its balance begins anywhere below 5 and grows by 5 a second.
  [{ type: 'ratelimiting', param: 5 }, 1, 100],
] as const)('%j: what was sampled is kept, and says by what', LONG, async ([sampler, least, most]) => {
  const service = `${sampler.type} ${sampler.param}`
  const client = await Client.start(server, service, sampler)
  const first = await client.begin(100)
  await new Promise(resolve => setTimeout(resolve, 500))
  const second = await client.begin(100)
  await client.end()
  const sampled = first.sampled + second.sampled
  const tags = first.tags ?? second.tags
  expect(sampled).toBeGreaterThanOrEqual(least)
  expect(sampled).toBeLessThanOrEqual(most)
  const search = `http://127.0.0.1:${server.queryPort}/api/traces?service=${encodeURIComponent(service)}&limit=1000`
  const find = async () => ((await (await fetch(search)).json()) as { readonly data: readonly JaegerTrace[] }).data
  await expect.poll(async () => (await find()).length, WAIT).toBe(sampled)
  for (const { spans } of await find()) {
    const kept = Object.fromEntries(spans[0].tags.map(({ key, value }) => [key, value]))
    expect(kept).toMatchObject({ 'sampler.type': sampler.type, 'sampler.param': tags?.['sampler.param'] })
  }
})

test('remote: a change of the file is followed within the client’s interval', LONG, async () => {
  const client = await Client.start(server, 'remote', remote(server.samplingPort))
  const begin = (operation?: string) => client.begin(50, operation)
  await expect
    .poll(() => begin(), WAIT)
    .toMatchObject({
      sampled: 50,
      tags: { 'sampler.type': 'probabilistic', 'sampler.param': 1 },
    })
  writeStrategies({ service_strategies: [{ service: 'remote', type: 'ratelimiting', param: 3 }] })
  await expect
    .poll(() => begin(), WAIT)
    .toMatchObject({ sampler: expect.stringContaining('maxTracesPerSecond=3') as string })
  expect((await begin()).sampled).toBeLessThan(50)
  writeStrategies({
    service_strategies: [
      {
        service: 'remote',
        type: 'probabilistic',
        param: 0,
        operation_strategies: [{ operation: 'POST /pay', type: 'probabilistic', param: 1 }],
      },
    ],
  })
  await expect
    .poll(() => begin('POST /pay'), WAIT)
    .toMatchObject({
      sampled: 50,
      tags: { 'sampler.type': 'probabilistic', 'sampler.param': 1 },
    })
  expect((await begin('GET /pay')).sampled).toBe(0)
  // What can't be read changes nothing, and is said.
  writeFileSync(file, '{"service_strategies": 5}')
  await expect.poll(async () => (await statusOf(server)).sampling.problem, WAIT).toContain('service_strategies')
  expect((await begin('POST /pay')).sampled).toBe(50)
  await client.end()
  const { ledger } = await statusOf(server)
  expect(ledgerFaults(ledger)).toEqual([])
})

test.for([
  [undefined, 1],
  ['collector', 0.001],
] as const)('remote without a file: the role %s tells %d', LONG, async ([role, rate]) => {
  const plain = await startServer(['--storage', 'memory'], role)
  try {
    const client = await Client.start(plain, 'no-file', { ...remote(plain.samplingPort), param: 0.5 })
    const sampler = async () => (await client.begin(1)).sampler
    await expect.poll(sampler, WAIT).toBe(`ProbabilisticSampler(samplingRate=${rate})`)
    await client.end()
    expect((await statusOf(plain)).sampling).toMatchObject({ kind: 'fixed', defaultRate: rate })
  } finally {
    await plain.stop()
  }
})

test('adaptive: clients that are told a share for each operation use it, and come to the target', LONG, async () => {
  const flags = '--sampling-type adaptive --sampling.calculation-interval 1s --sampling.delay 0s'
  const target = '--sampling.target-samples-per-second 20 --sampling.initial-sampling-probability 1'
  const adaptive = await startServer(['--storage', 'memory', ...`${flags} ${target}`.split(' ')])
  try {
    const client = await Client.start(adaptive, 'busy', { ...remote(adaptive.samplingPort), param: 1 })
    // Some 400 a second are begun; to keep 20 of them, one in 20 is to be sampled.
    const timer = setInterval(() => void client.begin(40).then(({ sampled }) => counts.push(sampled)), 100)
    const counts: number[] = []
    const told = async (): Promise<number> => {
      const answer = await fetch(`http://127.0.0.1:${adaptive.samplingPort}/sampling?service=busy`)
      const { operationSampling } = (await answer.json()) as {
        operationSampling: { perOperationStrategies: { probabilisticSampling: { samplingRate: number } }[] }
      }
      return operationSampling.perOperationStrategies.at(0)?.probabilisticSampling.samplingRate ?? 1
    }
    await expect.poll(told, { timeout: 60_000, interval: 500 }).toBeLessThan(0.12)
    const lately = (): number => counts.slice(-20).reduce((sum, each) => sum + each, 0) / 2
    await expect.poll(lately, { timeout: 60_000, interval: 500 }).toBeLessThan(40)
    clearInterval(timer)
    expect(await told()).toBeGreaterThan(0.01)
    expect((await statusOf(adaptive)).sampling).toMatchObject({ kind: 'adaptive', operations: 1, targetPerSecond: 20 })
    await client.end()
  } finally {
    await adaptive.stop()
  }
})
