/**
 * Two agents and one collector, each its own process on this machine: the collector is killed and started again, an agent is held up until
 * the system drops datagrams. Afterwards every span is accounted for, at each step, and every one that an agent took is found.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, test } from 'vitest'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'
import { steadyPort } from '#server/transport/steady-port.ts'
import { encodeThriftMessage, i32, i64, struct, structs, text } from '#shared/formats/thrift/thrift-writer.ts'

const A_DATAGRAM = 10
const data = mkdtempSync(join(tmpdir(), 'spoor-agents-'))
const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(data, { recursive: true })
})

interface Started {
  readonly child: ChildProcess
  readonly ready: Readonly<Record<string, unknown>>
  readonly ended: Promise<number | null>
}

async function start(flags: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const child = spawn(process.execPath, ['server/main.ts', ...flags], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.cache/compiled'), ...env },
  })
  running.add(child)
  const ended = new Promise<number | null>(resolve => {
    child.once('exit', code => {
      running.delete(child)
      resolve(code)
    })
  })
  const { stdout } = child
  if (stdout === null) throw new Error('no output')
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', line => {
      const entry = JSON.parse(line) as Record<string, unknown>
      if (entry['msg'] === 'ready') resolve(entry)
    })
    void ended.then(code => reject(new Error(`ended with code ${code} before it was ready`)))
  })
  return { child, ready, ended }
}

const COLLECTOR_PORTS = [
  'query',
  'otlp-grpc',
  'otlp-http',
  'jaeger-http',
  'jaeger-compact',
  'jaeger-binary',
  'sampling',
]
  .concat(['sampling-grpc', 'zipkin', 'zipkin-compact', 'admin'])
  .flatMap(name => [`--${name}-port`, '0'])
const startCollector = (grpcPort: number) =>
  start([
    ...COLLECTOR_PORTS,
    '--jaeger-grpc-port',
    String(grpcPort),
    '--data-dir',
    data,
    '--no-open',
    '--log-format',
    'json',
  ])
const AGENT_PORTS = [
  'processor.jaeger-compact.server',
  'processor.jaeger-binary.server',
  'processor.zipkin-compact.server',
]
  .map(name => `--${name}-host-port=:0`)
  .concat(['--http-server.host-port=:0', '--admin.http.host-port=:0'])

interface RunningAgent extends Started {
  readonly udp: number
  readonly metrics: () => Promise<(name: string) => number>
}

async function startOneAgent(collector: string): Promise<RunningAgent> {
  // As a manifest does it: one variable.
  const started = await start(['agent', ...AGENT_PORTS], {
    REPORTER_GRPC_HOST_PORT: collector,
    SPOOR_LOG_FORMAT: 'json',
  })
  const ports = started.ready['ports'] as Readonly<Record<string, number>>
  return {
    ...started,
    udp: ports['jaeger-compact'],
    metrics: async () => {
      const answer = await (await fetch(`http://127.0.0.1:${ports['admin']}/metrics`)).text()
      return name => {
        let sum = 0
        for (const line of answer.split('\n')) {
          if (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) sum += Number(line.split(' ').at(-1))
        }
        return sum
      }
    },
  }
}

let nextTrace = 1
/** One trace a datagram. */
function datagram(service: string): { readonly traceId: string; readonly bytes: Uint8Array } {
  const trace = nextTrace++
  const spans = Array.from({ length: A_DATAGRAM }, (_, at) =>
    struct(
      [1, i64(trace)],
      [2, i64(7)],
      [3, i64(at + 1)],
      [4, i64(at === 0 ? 0 : 1)],
      [5, text(`operation ${at}`)],
      [7, i32(1)],
      [8, i64(BigInt(Date.now()) * 1000n + BigInt(at))],
      [9, i64(1000)],
      [10, structs([struct([1, text('payload')], [2, i32(0)], [3, text('x'.repeat(200))])])],
    ),
  )
  const bytes = encodeThriftMessage('compact', 'emitBatch', [
    1,
    struct([1, struct([1, text(service)])], [2, structs(spans)]),
  ])
  return { traceId: `${'7'.padStart(16, '0')}${trace.toString(16).padStart(16, '0')}`, bytes }
}

const socket = createSocket('udp4')
const sendOne = (port: number, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.send(bytes, port, '127.0.0.1', error => (error === null ? resolve() : reject(error)))
  })

async function until(done: () => Promise<boolean>, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; !(await done());) {
    if (Date.now() > end) throw new Error(`never came: ${done.toString()}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

test('a collector that restarts loses nothing, a held-up agent knows what the system dropped, and every count adds up', async () => {
  const grpcPort = await steadyPort()
  const first = await startCollector(grpcPort)
  const collector = `127.0.0.1:${grpcPort}`
  const agents = [await startOneAgent(collector), await startOneAgent(collector)]
  const sent: { readonly agent: number; readonly traceId: string }[] = []
  const sendTo = async (agent: number, datagrams: number): Promise<void> => {
    for (let i = 0; i < datagrams; i++) {
      const { traceId, bytes } = datagram(`service-${agent}-${i % 3}`)
      sent.push({ agent, traceId })
      await sendOne(agents[agent].udp, bytes)
      if (i % 10 === 9) await new Promise(resolve => setTimeout(resolve, 2))
    }
  }

  await Promise.all([sendTo(0, 200), sendTo(1, 200)])
  // Killed without a word while batches are on their way.
  const more = Promise.all([sendTo(0, 200), sendTo(1, 200)])
  first.child.kill('SIGKILL')
  await first.ended
  await more
  await Promise.all([sendTo(0, 100), sendTo(1, 100)])
  const second = await startCollector(grpcPort)

  // An agent that gets no processor while more arrives than the system keeps for it.
  agents[1].child.kill('SIGSTOP')
  for (let i = 0; i < 2500; i++) {
    const { traceId, bytes } = datagram('service-held')
    sent.push({ agent: 1, traceId })
    await sendOne(agents[1].udp, bytes)
  }
  agents[1].child.kill('SIGCONT')

  const delivered: number[] = []
  for (const [at, agent] of agents.entries()) {
    const datagrams = sent.filter(each => each.agent === at).length
    await until(async () => {
      const read = await agent.metrics()
      const drops = read('spoor_requests_refused_total{listener="jaeger-compact",reason="kernel_buffer_full"}')
      const came = read('spoor_requests_total{listener="jaeger-compact"}')
      return came + drops === datagrams && read('spoor_agent_spans_waiting') === 0
    })
    const read = await agent.metrics()
    const drops = read('spoor_requests_refused_total{listener="jaeger-compact",reason="kernel_buffer_full"}')
    expect([at, drops > 0]).toEqual([at, at === 1])
    const taken = read('spoor_agent_spans_taken_total')
    expect(read('spoor_agent_spans_received_total')).toBe((datagrams - drops) * A_DATAGRAM)
    expect(taken).toBe((datagrams - drops) * A_DATAGRAM)
    expect(read('spoor_agent_spans_refused_total') + read('spoor_agent_spans_rejected_total')).toBe(0)
    expect(read('spoor_agent_spans_delivered_total')).toBe(taken)
    expect(read('spoor_agent_spans_lost_total')).toBe(0)
    expect(read('spoor_agent_retries_total')).toBeGreaterThan(0)
    delivered[at] = taken
  }

  // What the first collector had acknowledged, and what the second one took: each span once, whoever sent it again.
  const origin = `http://127.0.0.1:${Number(second.ready['port'])}`
  const status = StatusAnswer.parse(await (await fetch(`${origin}/api/spoor/status`)).json())
  let found = 0
  const notThere = new Set<number>()
  for (const { agent, traceId } of sent) {
    const answer = await fetch(`${origin}/api/traces/${traceId}`)
    if (answer.status === 404) {
      await answer.arrayBuffer()
      notThere.add(agent)
      continue
    }
    const { data: traces } = (await answer.json()) as { data: { spans: { spanID: string }[] }[] }
    expect(new Set(traces[0].spans.map(({ spanID }) => spanID)).size).toBe(A_DATAGRAM)
    expect(traces[0].spans.length).toBe(A_DATAGRAM)
    found += A_DATAGRAM
  }
  expect(found).toBe(delivered[0] + delivered[1])
  // Of what the system dropped.
  expect([...notThere]).toEqual([1])
  expect(ledgerFaults(status.ledger)).toEqual([])
  const { total } = status.ledger
  expect(total.received).toBeLessThanOrEqual(found)

  // Stopping delivers what is left.
  await sendTo(0, 5)
  await until(
    async () => (await agents[0].metrics())('spoor_agent_spans_taken_total') === delivered[0] + 5 * A_DATAGRAM,
  )
  for (const agent of agents) agent.child.kill('SIGTERM')
  expect(await Promise.all(agents.map(({ ended }) => ended))).toEqual([0, 0])
  const last = sent.at(-1)?.traceId
  expect((await fetch(`${origin}/api/traces/${last}`)).status).toBe(200)
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  socket.close()
}, 120_000)
