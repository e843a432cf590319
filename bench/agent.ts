/**
 * What an agent takes of a machine: `node bench/agent.ts [--rate 20000] [--seconds 20]`. Memory idle, at the rate and afterwards, processor
 * time, and what became of every span; beside it a bare Node with the same sockets. Its collector is a Spoor with `--storage discard`.
 */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { jaegerThriftBatch } from '#shared/generator/door-messages.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { encodeThriftMessage } from '#shared/formats/thrift/thrift-writer.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { type Memory, startAgentProcess } from './agent-process.ts'
import { tellFigure } from './figures.ts'
import { startServer } from './server-process.ts'

const A_DATAGRAM = 40
/** Different datagrams, sent over and over: 16,000 spans. */
const DIFFERENT = 400
/** Datagrams in one burst. */
const MOST_AT_ONCE = 25
const MiB = 2 ** 20

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '20000' }, seconds: { type: 'string', default: '20' } },
})
const rate = Number(values.rate)
const seconds = Number(values.seconds)
const rest = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

function datagrams(): Uint8Array[] {
  const table = new SpanTableBuilder()
  const traffic = new Traffic(table, { seed: 5, services: 8 })
  while (table.rowCount < A_DATAGRAM * DIFFERENT * 2) traffic.addTrace(1_700_000_000_000_000_000n)
  const byResource = new Map<number, Span[]>()
  for (let row = 0; row < table.rowCount; row++) {
    const spans = byResource.get(table.resource[row]) ?? []
    byResource.set(table.resource[row], spans)
    spans.push(new Span(table, row))
  }
  const bodies: Uint8Array[] = []
  // In turn of the services, as they come to an agent of a node.
  for (let from = 0; bodies.length < DIFFERENT; from += A_DATAGRAM) {
    for (const spans of byResource.values()) {
      const some = spans.slice(from, from + A_DATAGRAM)
      if (some.length < A_DATAGRAM) continue
      bodies.push(encodeThriftMessage('compact', 'emitBatch', [1, jaegerThriftBatch(some)]))
    }
  }
  return bodies.slice(0, DIFFERENT)
}

/** Sends at the rate; resolves with the datagrams sent. */
async function flood(port: number, bodies: readonly Uint8Array[], look: () => void): Promise<number> {
  const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * MiB })
  const begun = performance.now()
  let sent = 0
  let behind = 0
  let looked = 0
  for (;;) {
    const elapsed = performance.now() - begun
    if (elapsed >= seconds * 1000) break
    if (elapsed - looked > 200) {
      looked = elapsed
      look()
    }
    const due = Math.floor((elapsed / 1000) * (rate / A_DATAGRAM)) - behind
    behind += Math.max(0, due - sent - MOST_AT_ONCE)
    const until = Math.min(due, sent + MOST_AT_ONCE)
    while (sent < until) socket.send(bodies[sent++ % DIFFERENT], port, '127.0.0.1')
    await rest(2)
  }
  await rest(300)
  socket.close()
  return sent
}

const BARE = `
  const { createSocket } = require('node:dgram')
  const { createServer } = require('node:http')
  require('node:http2')
  for (let i = 0; i < 3; i++) createSocket('udp4').bind(0, '127.0.0.1')
  for (let i = 0; i < 2; i++) createServer(() => {}).listen(0, '127.0.0.1')`

async function bareNode(): Promise<Memory> {
  const child = spawn(process.execPath, ['-e', BARE], { stdio: 'ignore' })
  await rest(2000)
  const rollup = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8')
  child.kill()
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024
  return { resident: bytes('Rss'), privateDirty: bytes('Private_Dirty') }
}

const mib = ({ resident, privateDirty }: Memory): string =>
  `${(resident / MiB).toFixed(1)} MiB resident, ${(privateDirty / MiB).toFixed(1)} private`
const larger = (a: Memory, b: Memory): Memory => ({
  resident: Math.max(a.resident, b.resident),
  privateDirty: Math.max(a.privateDirty, b.privateDirty),
})

const bodies = datagrams()
const bare = await bareNode()
const collector = await startServer(['--storage', 'discard', '--ingest-workers', '1'])
const agent = await startAgentProcess(`127.0.0.1:${collector.jaegerGrpcPort}`)
await rest(3000)
const idle = agent.memory()
const cpuBefore = agent.cpuSeconds()
let most = idle
const sent = await flood(agent.ports['jaeger-compact'], bodies, () => (most = larger(most, agent.memory())))
const cpu = agent.cpuSeconds() - cpuBefore
await rest(5000)
const after = agent.memory()
const metrics = await agent.metrics()
const all = (name: string): number => {
  let sum = 0
  for (const [sample, value] of metrics) if (sample === name || sample.startsWith(`${name}{`)) sum += value
  return sum
}
const drops = metrics.get('spoor_requests_refused_total{listener="jaeger-compact",reason="kernel_buffer_full"}') ?? 0
const delivered = all('spoor_agent_spans_delivered_total')
await agent.stop()
await collector.stop()

const bytes = bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length
console.log(`agent, ${A_DATAGRAM} spans a datagram of ${Math.round(bytes)} bytes, load ${loadavg()[0].toFixed(1)}`)
console.log(`  a bare Node with the same sockets   ${mib(bare)}`)
console.log(`  idle, ready after ${Math.round(agent.startedInMs)} ms            ${mib(idle)}`)
console.log(`  at ${Math.round((sent * A_DATAGRAM) / seconds)} spans/s for ${seconds} s, at most   ${mib(most)}`)
console.log(`  five seconds later                  ${mib(after)}`)
console.log(
  `  ${cpu.toFixed(2)} s of a processor: ${Math.round((sent * A_DATAGRAM) / cpu / 1000)} k spans per CPU second`,
)
console.log(
  `  ${sent} datagrams sent, ${all('spoor_requests_total') - (metrics.get('spoor_requests_total{listener="admin"}') ?? 0)} received, ` +
    `${drops} dropped by the system; ${delivered} spans delivered, ${all('spoor_agent_spans_lost_total')} lost, ` +
    `${all('spoor_agent_spans_refused_total')} refused, ${all('spoor_agent_retries_total')} batches sent again`,
)
const script = 'agent.ts'
tellFigure({ name: 'agent idle, resident', value: idle.resident / MiB, unit: 'MiB', reach: '≤ 80', script })
tellFigure({ name: 'agent idle, private', value: idle.privateDirty / MiB, unit: 'MiB', reach: '≤ 30', script })
tellFigure({
  name: `agent at ${rate} spans/s, resident`,
  value: most.resident / MiB,
  unit: 'MiB',
  reach: '≤ 120',
  script,
})
