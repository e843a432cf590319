/**
 * A server whose memory budget is taken: what more comes is refused with a delay and nothing else, health is answered, and when there is room
 * again all is taken at once. The budget is filled by senders that stop half-way, so that nothing here depends on the speed of a machine;
 * bench/overload.ts shows the same under real load.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as grpc from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'

const PORTS = ['query', 'otlp-grpc', 'otlp-http', 'jaeger-grpc', 'jaeger-http', 'jaeger-compact', 'jaeger-binary']
  .concat(['sampling', 'sampling-grpc', 'zipkin', 'zipkin-compact', 'admin'])
  .flatMap(name => [`--${name}-port`, '0'])

let server: ChildProcess
let port: (name: string) => number
beforeAll(async () => {
  const flags = '--storage memory --memory-budget 16MiB --ingest-workers 1 --no-open --log-format json'.split(' ')
  server = spawn(process.execPath, ['server/main.ts', ...PORTS, ...flags], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled') },
  })
  const { stdout } = server
  if (stdout === null) throw new Error('no output')
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', line => {
      const entry = JSON.parse(line) as Record<string, unknown>
      if (entry['msg'] === 'ready') resolve(entry)
    })
    server.once('exit', code => reject(new Error(`ended with code ${code}`)))
  })
  port = name => Number(ready[name])
}, 30_000)
afterAll(async () => {
  const ended = once(server, 'exit')
  server.kill()
  await ended
})

const status = async () =>
  StatusAnswer.parse(await (await fetch(`http://127.0.0.1:${port('port')}/api/spoor/status`)).json())

/** A sender that stops after `bytes` of twice as many. */
function half(bytes: number): ClientRequest {
  const headers = { 'content-type': 'application/json', 'content-length': bytes * 2 }
  const options = { host: '127.0.0.1', port: port('otlpHttpPort'), path: '/v1/traces', method: 'POST', headers }
  const sent = request({ ...options, agent: false })
  sent.on('error', () => {})
  sent.write(Buffer.alloc(bytes, ' '))
  return sent
}

let next = 1
async function sendTrace(spans: number) {
  const traceId = (next++).toString(16).padStart(32, '0')
  const list = Array.from({ length: spans }, (_, at) => ({
    traceId,
    spanId: (at + 1).toString(16).padStart(16, '0'),
    name: 'a',
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000000001000',
  }))
  const answer = await fetch(`http://127.0.0.1:${port('otlpHttpPort')}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: list }] }] }),
  })
  await answer.arrayBuffer()
  return { status: answer.status, delay: Number(answer.headers.get('retry-after')), traceId }
}

function exportByGrpc(): Promise<grpc.ServiceError | null> {
  const client = new grpc.Client(`127.0.0.1:${port('otlpGrpcPort')}`, grpc.credentials.createInsecure())
  const bytes = (value: Buffer) => value
  return new Promise(resolve => {
    client.makeUnaryRequest(
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      bytes,
      bytes,
      Buffer.alloc(0),
      error => {
        client.close()
        resolve(error)
      },
    )
  })
}

test('without room only refusals with a delay; with room again everything is taken, and the ledger is exact', async () => {
  const first = await sendTrace(10)
  expect(first.status).toBe(200)
  // With the last of them more than half of the budget is taken: from there on new ones wait.
  const held = Array.from({ length: 17 }, () => half(500_000))
  const budget = async () => (await status()).limits.find(({ name }) => name === 'memory-budget')?.amount?.used ?? 0
  await expect.poll(budget, { timeout: 10_000 }).toBeGreaterThan(8 * 2 ** 20)

  const [refused, byGrpc] = await Promise.all([
    Promise.all(Array.from({ length: 80 }, () => sendTrace(10))),
    exportByGrpc(),
  ])
  expect(new Set(refused.map(answer => answer.status))).toEqual(new Set([503]))
  expect(refused.every(({ delay }) => delay >= 1 && delay <= 3)).toBe(true)
  expect(byGrpc?.code).toBe(grpc.status.UNAVAILABLE)
  expect(String(byGrpc?.metadata.get('grpc-status-details-bin')[0])).toContain('google.rpc.RetryInfo')
  expect((await fetch(`http://127.0.0.1:${port('adminPort')}/`)).status).toBe(200)

  for (const sent of held) sent.destroy()
  await expect.poll(budget, { timeout: 10_000 }).toBe(0)
  const later = await Promise.all(Array.from({ length: 40 }, () => sendTrace(10)))
  expect(new Set(later.map(answer => answer.status))).toEqual(new Set([200]))

  const { ledger, listeners } = await status()
  expect(ledgerFaults(ledger)).toEqual([])
  expect(ledger.total).toMatchObject({ received: 410, stored: 410 })
  const refusedBy = (name: string) => listeners.find(listener => listener.name === name)?.refused
  expect(refusedBy('otlp-http')).toMatchObject({ memory_budget: 80, disconnected: 17 })
  expect(refusedBy('otlp-grpc')).toMatchObject({ memory_budget: 1 })
  for (const { traceId } of [first, ...later]) {
    const answer = await fetch(`http://127.0.0.1:${port('port')}/api/traces/${traceId}`)
    const { data } = (await answer.json()) as { data: { spans: unknown[] }[] }
    expect(data[0].spans.length).toBe(10)
  }
  expect((await fetch(`http://127.0.0.1:${port('port')}/api/traces/${refused[0].traceId}`)).status).toBe(404)
}, 40_000)
