import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { OverloadedError } from '#server/errors.ts'
import { createJaegerProtocol } from '#server/protocols/jaeger/jaeger.ts'
import { anyPorts, loopbackContext, TableIngest } from '#server/protocols/table-ingest.ts'
import { GrpcStatusError } from '#server/transport/grpc-status.ts'
import type { ForwardedRequest, HttpAnswer, Listener } from '#server/transport/listener.ts'
import { steadyPort } from '#server/transport/steady-port.ts'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { encodeThriftMessage, i32, i64, struct, structs, text } from '#shared/formats/thrift/thrift-writer.ts'
import { JaegerThriftDecoder } from '#shared/formats/jaeger/decode-thrift.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { type Agent, startAgent } from './agent.ts'
import { createAgentLog } from './agent-log.ts'
import { type AgentSettings, loadAgentSettings } from './agent-settings.ts'
import { Collectors } from './collectors.ts'

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const lines: string[] = []

async function settingsFor(port: number, changes: Partial<AgentSettings> = {}): Promise<AgentSettings> {
  const any = ['processor.jaeger-compact.server', 'processor.jaeger-binary.server', 'processor.zipkin-compact.server']
    .concat(['http-server', 'admin.http'])
    .map(name => `--${name}${name.endsWith('.server') ? '-host-port' : '.host-port'}=127.0.0.1:0`)
  const loaded = await loadAgentSettings({
    argv: [`--reporter.grpc.host-port=127.0.0.1:${port}`, ...any],
    env: {},
    readFile: () => Promise.reject(new Error('no file')),
  })
  if (loaded.kind !== 'settings') throw new Error(JSON.stringify(loaded))
  return { ...loaded.settings, ...changes }
}

async function agentFor(port: number, changes: Partial<AgentSettings> = {}): Promise<Agent> {
  const log = createAgentLog({ level: 'debug', format: 'json', write: line => lines.push(line) })
  const settings = await settingsFor(port, changes)
  const agent = await startAgent({ settings, version: 'test', log, timeoutMs: 2000, backoffMs: [5, 20] })
  closing.push(() => agent.stop(0))
  return agent
}

/** A collector of Jaeger's gRPC service in this process. */
async function collector(options: { port?: number; forward?: (asked: ForwardedRequest) => Promise<HttpAnswer> } = {}) {
  const rows = new TableIngest()
  const listeners: Listener[] = await createJaegerProtocol().listen(
    loopbackContext(rows.ingest, {
      ports: anyPorts({ 'jaeger-grpc-port': options.port ?? 0 }),
      ...(options.forward === undefined ? {} : { forward: options.forward }),
    }),
  )
  const close = () => Promise.all(listeners.map(each => each.close(0)))
  closing.push(close)
  return { rows, close, port: listeners.find(({ name }) => name === 'jaeger-grpc')?.port ?? 0 }
}

async function send(port: number, ...datagrams: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket('udp4')
  for (const bytes of datagrams) {
    await new Promise<void>((resolve, reject) => {
      socket.send(bytes, port, '127.0.0.1', error => (error === null ? resolve() : reject(error)))
    })
  }
  socket.close()
}

/** Waits for what must come true; gives up after the limit of a test, so that nothing is left waiting. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    if (turn > 4000) throw new Error(`never came: ${done.toString()}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

let nextSpan = 1
/** A datagram of `spans` spans of a service, each with an id of its own. */
function datagram(spans: number, service = 'shop'): Uint8Array {
  const list = Array.from({ length: spans }, () =>
    struct(
      [1, i64(nextSpan)],
      [2, i64(1)],
      [3, i64(nextSpan++)],
      [4, i64(0)],
      [5, text('GET')],
      [7, i32(1)],
      [8, i64(1_700_000_000_000_000n)],
      [9, i64(1000)],
    ),
  )
  return encodeThriftMessage('compact', 'emitBatch', [1, struct([1, struct([1, text(service)])], [2, structs(list)])])
}

/** The value of one line of the metrics; NaN without. */
function metric(agent: Agent, line: string): number {
  const found = agent
    .metrics()
    .split('\n')
    .find(each => each.startsWith(`${line} `))
  return Number(found?.split(' ').at(-1))
}

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../../shared/formats/${name}`, import.meta.url)))

test('what three clients send by UDP is in the collector as if they had sent it there', async () => {
  const { rows, port } = await collector()
  const agent = await agentFor(port)
  const compact = fixture('jaeger/fixtures/wire/jaeger-client-python.udp-compact.bin')
  await send(agent.ports['jaeger-compact'], compact)
  await send(agent.ports['jaeger-binary'], fixture('jaeger/fixtures/wire/jaeger-client-node.udp-binary.bin'))
  await send(agent.ports['zipkin-compact'], fixture('zipkin/fixtures/wire/jaeger-client-python.udp-compact.bin'))
  await until(() => rows.messages.length === 3)
  expect(new Set(rows.messages.map(({ protocol }) => protocol))).toEqual(new Set(['jaeger_grpc']))
  const direct = new SpanTableBuilder()
  new JaegerThriftDecoder('compact').decodeMessage(compact, direct)
  const arrived = describeSpans(rows.table)
  for (const span of describeSpans(direct)) expect(arrived).toContainEqual(span)
  await until(() => agent.reporter().waitingSpans === 0)
  expect(agent.reporter()).toMatchObject({ takenSpans: rows.table.rowCount, deliveredSpans: rows.table.rowCount })
})

test('tags of the agent stand in every process', async () => {
  const { rows, port } = await collector()
  const agent = await agentFor(port, {
    tags: [
      ['cluster', 'blue'],
      ['empty', ''],
    ],
  })
  await send(agent.ports['jaeger-compact'], datagram(1))
  await until(() => rows.table.rowCount === 1)
  expect(describeSpans(rows.table)[0].resource.attributes).toEqual([
    ['service.name', 1, 'shop'],
    ['cluster', 1, 'blue'],
    ['empty', 1, ''],
  ])
})

test('while the collector is away spans wait; afterwards all of them arrive, each once', async () => {
  const port = await steadyPort()
  const agent = await agentFor(port)
  for (let i = 0; i < 20; i++) await send(agent.ports['jaeger-compact'], datagram(5, i % 2 === 0 ? 'a' : 'b'))
  await until(() => agent.reporter().takenSpans === 100 && agent.reporter().retries > 1)
  expect(agent.reporter()).toMatchObject({ deliveredSpans: 0, waitingSpans: 100, lostBatches: 0 })
  const { rows } = await collector({ port })
  await until(() => agent.reporter().deliveredSpans === 100)
  expect(new Set(describeSpans(rows.table).map(({ spanId }) => spanId)).size).toBe(100)
  expect(agent.reporter()).toMatchObject({ waitingSpans: 0, waitingBytes: 0 })
})

test('an overloaded collector is tried again, one that can not read a batch is not', async () => {
  const { rows, port } = await collector()
  rows.refusal = new OverloadedError('later', 'memory_budget', 5)
  const agent = await agentFor(port)
  await send(agent.ports['jaeger-compact'], datagram(3))
  await until(() => agent.reporter().retries > 2)
  rows.refusal = undefined
  await until(() => agent.reporter().deliveredSpans === 3)
  rows.refusal = new GrpcStatusError(3, 'not this')
  await send(agent.ports['jaeger-compact'], datagram(4))
  await until(() => agent.reporter().lostBatches === 1)
  expect(Object.fromEntries(agent.reporter().lostSpans)).toEqual({ refused: 4 })
  expect(metric(agent, 'spoor_agent_spans_lost_total{reason="refused"}')).toBe(4)
  expect(lines.some(line => line.includes('the collector refuses a batch'))).toBe(true)
})

test('a parent that is followed is still followed behind the agent', async () => {
  const { rows, port } = await collector()
  const agent = await agentFor(port)
  const orders = fixture('jaeger/fixtures/wire/opentracing-orders.udp-binary.bin')
  await send(agent.ports['jaeger-binary'], orders)
  await until(() => rows.table.rowCount === 5)
  const direct = new SpanTableBuilder()
  new JaegerThriftDecoder('binary').decodeMessage(orders, direct)
  const told = (table: SpanTableBuilder) =>
    describeSpans(table).map(({ name, parentSpanId, links }) => [name, parentSpanId, links])
  expect(told(rows.table)).toEqual(told(direct))
  const confirm = describeSpans(rows.table).find(({ name }) => name === 'confirm')
  expect(confirm?.links.map(({ spanId }) => spanId)).toEqual([confirm?.parentSpanId])
})

test('a collector that says when to come back is left alone until then', async () => {
  const { rows, port } = await collector()
  rows.refusal = new OverloadedError('later', 'memory_budget', 45_000)
  const log = createAgentLog({ level: 'debug', format: 'json', write: line => lines.push(line) })
  const targets = [{ host: '127.0.0.1', port, everyAddress: false }]
  const collectors = new Collectors({ targets, tls: undefined, tokenFile: '', log, backoffMs: [5, 20] })
  closing.push(() => collectors.close())
  const one = await collectors.next()
  if (typeof one === 'number') throw new Error('there is one')
  const refused = await one.client.call('/jaeger.api_v2.CollectorService/PostSpans', new Uint8Array()).catch(e => e)
  expect(refused).toMatchObject({ code: 14, retryAfterMs: 45_000 })
  collectors.failed(one, refused.retryAfterMs)
  expect(await collectors.next()).toBeGreaterThan(40_000)
  collectors.failed(one)
  expect(await collectors.next()).toBeLessThan(1000)
})

test('a full buffer drops datagrams, and counts them and their spans', async () => {
  const agent = await agentFor(await steadyPort(), { bufferBytes: 2000 })
  const sent = 60
  for (let i = 0; i < sent; i++) await send(agent.ports['jaeger-compact'], datagram(2))
  const received = (): number => metric(agent, 'spoor_requests_total{listener="jaeger-compact"}')
  await until(() => received() === sent)
  await until(() => agent.reporter().takenSpans + metric(agent, 'spoor_agent_spans_refused_total') === sent * 2)
  const { takenSpans, waitingBytes } = agent.reporter()
  expect(takenSpans).toBeGreaterThan(0)
  expect(takenSpans).toBeLessThan(sent * 2)
  // One message may pass the limit.
  expect(waitingBytes).toBeLessThan(2000 + 64 * 1024)
  const refused = metric(agent, 'spoor_requests_refused_total{listener="jaeger-compact",reason="reporter_buffer"}')
  expect(refused).toBeGreaterThan(0)
  const dropped = 'jaeger_agent_thrift_udp_server_packets_dropped_total{protocol="compact",model="jaeger"}'
  expect(metric(agent, dropped)).toBe(refused)
  expect(
    metric(agent, 'jaeger_agent_thrift_udp_server_packets_processed_total{protocol="compact",model="jaeger"}'),
  ).toBe(sent - refused)
})

test('with a limit of attempts a batch is given up and counted', async () => {
  const agent = await agentFor(await steadyPort(), { retryMax: 3 })
  await send(agent.ports['jaeger-compact'], datagram(7))
  await until(() => agent.reporter().lostBatches === 1)
  expect(Object.fromEntries(agent.reporter().lostSpans)).toEqual({ retries: 7 })
  expect(metric(agent, 'jaeger_agent_reporter_spans_failures_total{format="jaeger",protocol="grpc"}')).toBe(7)
})

test('stopping delivers what was taken; what can not be delivered is told', async () => {
  const { rows, port } = await collector()
  const agent = await agentFor(port)
  await send(agent.ports['jaeger-compact'], datagram(5))
  await until(() => metric(agent, 'spoor_requests_total{listener="jaeger-compact"}') === 1)
  expect(await agent.stop(5000)).toBe(0)
  expect(rows.table.rowCount).toBe(5)
  const alone = await agentFor(await steadyPort())
  await send(alone.ports['jaeger-compact'], datagram(6))
  await until(() => alone.reporter().takenSpans === 6)
  expect(await alone.stop(30)).toBe(6)
  expect(alone.reporter()).toMatchObject({ waitingSpans: 0, waitingBytes: 0 })
  expect(Object.fromEntries(alone.reporter().lostSpans)).toEqual({ shutdown: 6 })
})

test('bytes that are no message are counted and lose no other', async () => {
  const { rows, port } = await collector()
  const agent = await agentFor(port)
  await send(agent.ports['jaeger-compact'], new Uint8Array([1, 2, 3]), datagram(2), new Uint8Array([130, 33, 7]))
  await until(() => rows.table.rowCount === 2)
  const errors = 'jaeger_agent_thrift_udp_server_read_errors_total{protocol="compact",model="jaeger"}'
  await until(() => metric(agent, errors) === 2)
  expect(metric(agent, 'spoor_agent_spans_taken_total{protocol="jaeger_udp_compact",service="shop"}')).toBe(2)
})

test('several collectors take turns, and one that is down is left out', async () => {
  const [one, two] = [await collector(), await collector()]
  const down = await steadyPort()
  const targets = [one.port, down, two.port].map(port => ({ host: '127.0.0.1', port, everyAddress: false }))
  const agent = await agentFor(one.port, { targets })
  for (let i = 1; i <= 30; i++) {
    await send(agent.ports['jaeger-compact'], datagram(1))
    await until(() => agent.reporter().deliveredSpans === i)
  }
  expect(one.rows.table.rowCount + two.rows.table.rowCount).toBe(30)
  expect(one.rows.messages.length).toBeGreaterThan(5)
  expect(two.rows.messages.length).toBeGreaterThan(5)
}, 20_000)

test('a token goes with every call, and is read again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'spoor-agent-'))
  closing.push(() => rmSync(directory, { recursive: true }))
  const tokenFile = join(directory, 'token')
  writeFileSync(tokenFile, 'first\n')
  const { rows, port } = await collector()
  const agent = await agentFor(port, { tokenFile })
  await send(agent.ports['jaeger-compact'], datagram(1))
  await until(() => rows.table.rowCount === 1)
  writeFileSync(tokenFile, '\n')
  await send(agent.ports['jaeger-compact'], datagram(1))
  await until(() => agent.reporter().retries > 0)
  expect(lines.some(line => line.includes('the first line is empty'))).toBe(true)
  writeFileSync(tokenFile, 'second\n')
  await until(() => agent.reporter().deliveredSpans === 2)
  await expect(agentFor(port, { tokenFile: join(directory, 'nowhere') })).rejects.toThrow('--reporter.grpc.token-file')
})

test('sampling is asked of the collector, kept for a moment, and told in both forms', async () => {
  let asked = 0
  let failing = false
  const { port } = await collector({
    forward: ({ path }) => {
      asked++
      if (failing) return Promise.resolve({ status: 500, body: 'collector error: no' })
      const rate = path.endsWith('cart') ? 0.25 : 0
      const body = JSON.stringify({ strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: rate } })
      return Promise.resolve({ status: 200, body })
    },
  })
  const agent = await agentFor(port)
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${agent.ports['sampling']}${path}`)
    return [answer.status, await answer.text()]
  }
  const cart = '{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.25}}'
  expect(await Promise.all([get('/sampling?service=cart'), get('/sampling?service=cart')])).toEqual([
    [200, cart],
    [200, cart],
  ])
  expect(await get('/?service=cart')).toEqual([
    200,
    '{"strategyType":0,"probabilisticSampling":{"samplingRate":0.25},"rateLimitingSampling":null,"operationSampling":null}',
  ])
  expect(asked).toBe(1)
  expect(await get('/sampling?service=other')).toEqual([200, cart.replace('0.25', '0')])
  expect(await get('/baggageRestrictions?service=cart')).toEqual([200, '[]'])
  expect(await get('/sampling')).toEqual([400, "'service' parameter must be provided once\n"])
  expect((await get('/elsewhere'))[0]).toBe(404)
  failing = true
  expect(await get('/sampling?service=cart')).toEqual([200, cart])
  expect(await get('/sampling?service=new')).toEqual([500, 'collector error: collector error: no\n'])
  expect(metric(agent, 'jaeger_agent_collector_proxy_total{endpoint="sampling",protocol="grpc",result="err"}')).toBe(1)
})

test('health, metrics and version', async () => {
  const agent = await agentFor(await steadyPort())
  const get = (path: string) => fetch(`http://127.0.0.1:${agent.ports['admin']}${path}`)
  expect(await (await get('/')).json()).toMatchObject({ status: 'Server available' })
  expect(await (await get('/version')).json()).toEqual({ version: 'test' })
  const metrics = await (await get('/metrics')).text()
  for (const line of metrics.trimEnd().split('\n')) {
    expect(line).toMatch(/^# (?:HELP|TYPE) \w+ .+$|^\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? \d[\d.e+-]*$/)
  }
  expect((await get('/elsewhere')).status).toBe(404)
})

test('what can not be opened or is open to all is told by its flag', async () => {
  const { port } = await collector()
  const agent = await agentFor(port)
  const taken = agent.ports['sampling']
  await expect(agentFor(port, { http: { host: '127.0.0.1', port: taken } })).rejects.toThrow(
    `--http-server.host-port: 127.0.0.1:${taken} is in use by another program`,
  )
  await expect(agentFor(port, { compact: { host: '0.0.0.0', port: 0 } })).rejects.toThrow(
    '--processor.jaeger-compact.server-host-port: 0.0.0.0 can be reached from outside',
  )
  await expect(agentFor(port, { compact: { host: '', port: 0 }, listenHost: '0.0.0.0' })).rejects.toThrow(
    '--listen-host: 0.0.0.0',
  )
})
