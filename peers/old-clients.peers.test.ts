/**
 * Clients that Jaeger and Zipkin have retired and that programs still use, each against a whole server: what one sent is
 * found by search and read back with its parents, kinds, errors and logs, and the ledger adds up.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'
import {
  oldClientPrograms,
  oldGoClient,
  oldJavaClient,
  oldNodeClients,
  oldPythonClients,
  oldRubyClient,
} from './old-clients.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  await server.stop()
})

interface Tag {
  readonly key: string
  readonly value: unknown
}
interface JaegerSpan {
  readonly spanID: string
  readonly operationName: string
  readonly references: readonly { readonly refType: string; readonly spanID: string }[]
  readonly tags: readonly Tag[]
  readonly logs: readonly { readonly fields: readonly Tag[] }[]
  readonly processID: string
}
interface JaegerTrace {
  readonly spans: readonly JaegerSpan[]
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly Tag[] }>>
}

/** Runs a program; its last line is the trace's id. */
async function runNode(program: string, ...args: readonly string[]): Promise<string> {
  const installed = await oldNodeClients()
  if ('missing' in installed) throw new Error(installed.missing)
  return await run(process.execPath, [join(oldClientPrograms, program), ...args], {
    NODE_PATH: join(installed.folder, 'node_modules'),
  })
}

async function runPython(which: 'newest' | 'older', program: string, ...args: readonly string[]): Promise<string> {
  const installed = await oldPythonClients(which)
  if ('missing' in installed) throw new Error(installed.missing)
  return await run(join(installed.folder, 'bin', 'python'), [join(oldClientPrograms, program), ...args], {})
}

async function run(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], { env: { ...process.env, ...env } })
  return stdout.trim().split('\n').at(-1) ?? ''
}

/** The trace once `spans` of it are there: a datagram is not answered. */
async function traceOf(id: string, spans: number): Promise<JaegerTrace> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${server.queryPort}/api/traces/${id}`)
    if (answer.status === 200) {
      const [trace] = ((await answer.json()) as { readonly data: readonly JaegerTrace[] }).data
      if (trace.spans.length >= spans) return trace
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

const tagOf = (tags: readonly Tag[], key: string): unknown => tags.find(tag => tag.key === key)?.value

/** The server's span and its failed client span, however the client calls them. */
async function expectTrace(id: string, service: string, names: readonly [string, string]): Promise<JaegerTrace> {
  const trace = await traceOf(id, 2)
  const [root, child] = names.map(name => trace.spans.find(({ operationName }) => operationName === name))
  expect(trace.processes[root?.processID ?? '']?.serviceName).toBe(service)
  expect([tagOf(root?.tags ?? [], 'span.kind'), tagOf(child?.tags ?? [], 'span.kind')]).toEqual(['server', 'client'])
  expect(child?.references[0]).toMatchObject({ refType: 'CHILD_OF', spanID: root?.spanID })
  expect(root?.references).toEqual([])
  expect(tagOf(child?.tags ?? [], 'error')).toBeTruthy()
  const found = await fetch(`http://127.0.0.1:${server.queryPort}/api/traces?service=${service}&tags={"error":"true"}`)
  expect(((await found.json()) as { readonly data: readonly unknown[] }).data).toHaveLength(1)
  const log = trace.spans.flatMap(({ logs }) => logs).length
  expect(log).toBeGreaterThan(0)
  return trace
}

const at = (port: number): string => `127.0.0.1:${port}`
const LONG = { timeout: 300_000 }
const SHOP = ['GET /cart', 'SELECT'] as const
const CHECKOUT = ['POST /checkout', 'charge card'] as const
const ZIPKIN = ['get /cart', 'select'] as const

test('jaeger-client for Node: binary Thrift over UDP', LONG, async () => {
  const id = await runNode('jaeger-node.cjs', 'udp', '127.0.0.1', String(server.jaegerBinaryPort))
  const trace = await expectTrace(id, 'node-udp', SHOP)
  const child = trace.spans.find(({ operationName }) => operationName === 'SELECT')
  expect(child?.references.map(({ refType }) => refType)).toEqual(['CHILD_OF', 'FOLLOWS_FROM'])
  const [log] = child?.logs ?? []
  expect(log.fields.map(({ key }) => key)).toEqual(['event', 'error.object', 'retries'])
  expect(tagOf(Object.values(trace.processes)[0].tags, 'shop.city')).toBe('Genève')
})

test('jaeger-client for Node: Thrift over HTTP', LONG, async () => {
  const id = await runNode('jaeger-node.cjs', 'http', `http://${at(server.jaegerHttpPort)}/api/traces`)
  expect((await expectTrace(id, 'node-http', SHOP)).spans).toHaveLength(2)
})

test('jaeger-client for Python: compact Thrift over UDP', LONG, async () => {
  const id = await runPython('newest', 'jaeger_python.py', '127.0.0.1', String(server.jaegerCompactPort))
  const trace = await expectTrace(id, 'python-udp', SHOP)
  const root = trace.spans.find(({ operationName }) => operationName === 'GET /cart')
  expect([tagOf(root?.tags ?? [], 'path'), tagOf(root?.tags ?? [], 'method')]).toEqual(['/cart', 'GET'])
})

/** How to start each, or why it can't be started here. */
const programs = {
  java: async (args: readonly string[]) => {
    const installed = await oldJavaClient()
    if ('missing' in installed) return installed
    const file = join(oldClientPrograms, 'java', 'JaegerJava.java')
    return { start: ['java', '-cp', join(installed.folder, '*'), file, ...args] }
  },
  go: async (args: readonly string[]) => {
    const installed = await oldGoClient()
    return 'missing' in installed ? installed : { start: [join(installed.folder, 'old-clients'), ...args] }
  },
  ruby: async (args: readonly string[]) => {
    const { missing } = await oldRubyClient()
    return missing === undefined ? { start: ['ruby', join(oldClientPrograms, 'jaeger_ruby.rb'), ...args] } : { missing }
  },
} as const

test.for([
  ['java', 'udp'],
  ['java', 'http'],
  ['go', 'udp'],
  ['go', 'http'],
  ['ruby', 'udp'],
  ['ruby', 'http'],
] as const)('jaeger-client for %s: %s', LONG, async ([language, how], { skip }) => {
  const [host, port] = ['127.0.0.1', String(server.jaegerCompactPort)]
  const agent = language === 'go' ? [`${host}:${port}`] : [host, port]
  const where = how === 'udp' ? agent : [`http://${at(server.jaegerHttpPort)}/api/traces`]
  const found = await programs[language]([how, ...where])
  if ('missing' in found) return skip(found.missing)
  const [program, ...args] = found.start
  const trace = await expectTrace(await run(program, args, {}), `${language}-${how}`, SHOP)
  const child = trace.spans.find(({ operationName }) => operationName === 'SELECT')
  expect(child?.references.map(({ refType }) => refType)).toEqual(['CHILD_OF', 'FOLLOWS_FROM'])
  const fields = child?.logs[0].fields.map(({ key }) => key) ?? []
  expect(fields.toSorted()).toEqual(['error.object', 'event', 'retries'])
  const root = trace.spans.find(({ operationName }) => operationName === 'GET /cart')
  // The baggage that it set is a log of its own; Ruby's writes none.
  const logs = root?.logs.map(log => log.fields.map(({ key, value }) => `${key}=${String(value)}`).toSorted()) ?? []
  expect(logs).toEqual(language === 'ruby' ? [] : [['event=baggage', 'key=user', 'value=ada']])
  expect(tagOf(Object.values(trace.processes)[0].tags, 'shop.city')).toBe('Genève')
})

test.each([
  ['jaeger-grpc', () => at(server.jaegerGrpcPort)],
  ['jaeger-thrift-http', () => `http://${at(server.jaegerHttpPort)}/api/traces`],
  ['jaeger-thrift-udp', () => at(server.jaegerCompactPort)],
])('OpenTelemetry for Python: %s', LONG, async (how, where) => {
  const id = await runPython('older', 'otel_python.py', how, where())
  expect((await expectTrace(id, `otel-${how}`, CHECKOUT)).spans).toHaveLength(2)
})

test.each(['zipkin-v2', 'zipkin-proto'])('OpenTelemetry for Python: %s', LONG, async how => {
  const id = await runPython('newest', 'otel_python.py', how, `http://${at(server.zipkinPort)}/api/v2/spans`)
  expect((await expectTrace(id, `otel-${how}`, CHECKOUT)).spans).toHaveLength(2)
})

test.each([
  ['jaeger-http', () => `http://${at(server.jaegerHttpPort)}/api/traces`],
  // It sends with jaeger-client, which speaks binary Thrift to the agent.
  ['jaeger-udp', () => at(server.jaegerBinaryPort)],
  ['zipkin', () => `http://${at(server.zipkinPort)}/api/v2/spans`],
])('OpenTelemetry for Node: %s', LONG, async (how, where) => {
  const id = await runNode('otel-node.cjs', how, where())
  expect((await expectTrace(id, `otel-node-${how}`, CHECKOUT)).spans).toHaveLength(2)
})

test.each([
  ['v1-thrift', 'older'],
  ['v1-json', 'newest'],
  ['v2-json', 'newest'],
  ['v2-proto', 'newest'],
] as const)('py-zipkin: %s', LONG, async (encoding, which) => {
  const url = `http://${at(server.zipkinPort)}/api/${encoding.slice(0, 2)}/spans`
  const trace = await expectTrace(
    await runPython(which, 'zipkin_python.py', encoding, url),
    `pyzipkin-${encoding}`,
    ZIPKIN,
  )
  const child = trace.spans.find(({ operationName }) => operationName === 'select')
  expect(tagOf(child?.tags ?? [], 'peer.service')).toBe('mysql')
})

test('Zipkin’s spans over UDP, as the oldest clients sent them', LONG, async () => {
  const id = await runPython('newest', 'zipkin_udp.py', '127.0.0.1', String(server.zipkinCompactPort))
  expect((await expectTrace(id, 'python-zipkin-udp', ZIPKIN)).spans).toHaveLength(2)
})

test.each(['v1', 'v2'])('npm zipkin: %s', LONG, async version => {
  const id = await runNode('zipkin-node.cjs', version, `http://${at(server.zipkinPort)}`)
  expect((await expectTrace(id, `zipkin-node-${version}`, ZIPKIN)).spans).toHaveLength(2)
})

test('the ledger adds up', async () => {
  const answer = await fetch(`http://127.0.0.1:${server.queryPort}/api/spoor/status`)
  const { ledger, listeners } = StatusAnswer.parse(await answer.json())
  expect(ledgerFaults(ledger)).toEqual([])
  expect(ledger.total).toMatchObject({ received: ledger.total.stored, duplicate: 0, rejected: {}, dropped: {} })
  for (const { name, refused } of listeners) expect([name, refused]).toEqual([name, {}])
})
