/**
 * A whole server with TLS on every TCP port and credentials for those who send: the exporters of OpenTelemetry's SDK, Jaeger's gRPC by the
 * usual client, and requests of our own, with and without what they must show.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as grpc from '@grpc/grpc-js'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'

const TOKEN = 'a-token-for-tests'
const certificate = (name: string) => new URL(`transport/fixtures/tls/${name}`, import.meta.url).pathname
const ca = readFileSync(certificate('ca.crt'))
const directory = mkdtempSync(join(tmpdir(), 'spoor-secured-'))
const PORTS = ['query', 'otlp-grpc', 'otlp-http', 'jaeger-grpc', 'jaeger-http', 'jaeger-compact', 'jaeger-binary']
  .concat(['sampling', 'sampling-grpc', 'zipkin', 'zipkin-compact', 'admin'])
  .flatMap(name => [`--${name}-port`, '0'])

let server: ChildProcess
let output = ''
let port: (name: string) => number

function started(flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['server/main.ts', ...PORTS, '--no-open', '--log-format', 'json', ...flags], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled') },
  })
}

beforeAll(async () => {
  const tokens = join(directory, 'tokens')
  const passwords = join(directory, 'passwords')
  writeFileSync(tokens, `${TOKEN}\n`)
  writeFileSync(passwords, 'ada:lovelace\n')
  const flags = `--storage memory --log-level debug --tls.enabled --tls.cert ${certificate('server.crt')}`
  const files = `--tls.key ${certificate('server.key')} --ingest-token-file ${tokens} --ingest-password-file ${passwords}`
  server = started(`${flags} ${files}`.split(' '))
  const { stdout } = server
  if (stdout === null) throw new Error('no output')
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', line => {
      output += `${line}\n`
      const entry = JSON.parse(line) as Record<string, unknown>
      if (entry['msg'] === 'ready') resolve(entry)
    })
    server.once('exit', code => reject(new Error(`ended with code ${code}`)))
  })
  port = name => Number(ready[name])
  if (!String(ready['url']).startsWith('https:')) throw new Error(`the address is told as ${String(ready['url'])}`)
}, 30_000)

afterAll(async () => {
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill()
  await ended
  rmSync(directory, { recursive: true })
})

const agent = new Agent({ ca })
interface Answer {
  readonly status: number
  readonly body: string
  readonly challenge: string | undefined
}

function ask(to: number, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request({ agent, host: 'localhost', family: 4, port: to, path, method, headers }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: text, challenge: answer.headers['www-authenticate'] }),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

async function oneSpan(): Promise<{ readonly spans: ReadableSpan[]; readonly traceId: string }> {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const span = provider.getTracer('t').startSpan('over TLS')
  span.end()
  await provider.forceFlush()
  return { spans: exporter.getFinishedSpans(), traceId: span.spanContext().traceId }
}

interface Exporter {
  export(spans: ReadableSpan[], done: (result: { code: number; error?: Error }) => void): void
  shutdown(): Promise<void>
}

async function exported(exporter: Exporter) {
  const { spans, traceId } = await oneSpan()
  const { code, error } = await new Promise<{ code: number; error?: Error }>(resolve => exporter.export(spans, resolve))
  await exporter.shutdown()
  const answer = await ask(port('port'), `/api/traces/${traceId}`)
  return { code, error: String(error ?? ''), found: answer.status === 200 }
}

function metadata(authorization: string | undefined): grpc.Metadata {
  const made = new grpc.Metadata()
  if (authorization !== undefined) made.set('authorization', authorization)
  return made
}

const BASIC = `Basic ${Buffer.from('ada:lovelace').toString('base64')}`
const exporters: Readonly<Record<string, (authorization: string | undefined) => Exporter>> = {
  'OTLP over gRPC': authorization =>
    new GrpcExporter({
      url: `https://localhost:${port('otlpGrpcPort')}`,
      credentials: grpc.credentials.createSsl(ca),
      metadata: metadata(authorization),
    }),
  'OTLP over HTTP, protobuf': authorization =>
    new ProtobufExporter({
      url: `https://localhost:${port('otlpHttpPort')}/v1/traces`,
      httpAgentOptions: { ca },
      headers: authorization === undefined ? {} : { authorization },
    }),
  'OTLP over HTTP, JSON': authorization =>
    new JsonExporter({
      url: `https://localhost:${port('otlpHttpPort')}/v1/traces`,
      httpAgentOptions: { ca },
      headers: authorization === undefined ? {} : { authorization },
    }),
  'OTLP on the query port': authorization =>
    new ProtobufExporter({
      url: `https://localhost:${port('port')}/v1/traces`,
      httpAgentOptions: { ca },
      headers: authorization === undefined ? {} : { authorization },
    }),
}

test.each(Object.entries(exporters))(
  'OpenTelemetry’s exporter, %s: in with a token or a password, else refused',
  async (_, make) => {
    expect(await exported(make(`Bearer ${TOKEN}`))).toMatchObject({ code: 0, found: true })
    expect(await exported(make(BASIC))).toMatchObject({ code: 0, found: true })
    for (const wrong of [undefined, 'Bearer another-token', `Basic ${Buffer.from('ada:byron').toString('base64')}`]) {
      const refused = await exported(make(wrong))
      expect(refused).toMatchObject({ code: 1, found: false })
      expect(refused.error).toMatch(/UNAUTHENTICATED|Unauthorized|401/)
    }
  },
)

test('every other door of spans asks for credentials; questions about sampling do not', async () => {
  const json = { 'content-type': 'application/json' }
  const thrift = { 'content-type': 'application/x-thrift' }
  const doors = [
    [port('jaegerHttpPort'), '/api/traces', thrift],
    [port('zipkinPort'), '/api/v2/spans', json],
    [port('zipkinPort'), '/api/v1/spans', json],
    [port('otlpHttpPort'), '/v1/logs', json],
  ] as const
  for (const [to, path, headers] of doors) {
    const refused = await ask(to, path, '[]', headers)
    expect([path, refused.status]).toEqual([path, 401])
    expect(refused.challenge).toBe('Bearer realm="spoor", Basic realm="spoor", charset="UTF-8"')
    const known = await ask(to, path, '[]', { ...headers, authorization: `Bearer ${TOKEN}` })
    expect([path, known.status]).not.toEqual([path, 401])
  }
  expect((await ask(port('samplingPort'), '/sampling?service=a')).status).toBe(200)
  expect((await ask(port('jaegerHttpPort'), '/api/sampling?service=a')).status).toBe(200)
  expect((await ask(port('adminPort'), '/')).status).toBe(200)
})

test('Jaeger’s gRPC: spans ask for credentials, sampling and health do not', async () => {
  const client = new grpc.Client(`localhost:${port('jaegerGrpcPort')}`, grpc.credentials.createSsl(ca))
  const bytes = (value: Buffer) => value
  const call = (path: string, authorization?: string): Promise<number> =>
    new Promise(resolve => {
      client.makeUnaryRequest(path, bytes, bytes, Buffer.alloc(0), metadata(authorization), error =>
        resolve(error?.code ?? 0),
      )
    })
  const post = '/jaeger.api_v2.CollectorService/PostSpans'
  expect(await call(post)).toBe(grpc.status.UNAUTHENTICATED)
  expect(await call(post, 'Bearer nothing-known')).toBe(grpc.status.UNAUTHENTICATED)
  expect(await call(post, `Bearer ${TOKEN}`)).toBe(0)
  expect(await call('/jaeger.api_v2.SamplingManager/GetSamplingStrategy')).toBe(0)
  expect(await call('/grpc.health.v1.Health/Check')).toBe(0)
  client.close()
})

test('refusals are counted by door, and nothing that was shown is in the log', async () => {
  const answer = await ask(port('port'), '/api/spoor/status')
  const { listeners, ledger } = StatusAnswer.parse(JSON.parse(answer.body))
  expect(ledgerFaults(ledger)).toEqual([])
  const refused = Object.fromEntries(listeners.map(({ name, refused: by }) => [name, by['unauthenticated'] ?? 0]))
  expect(refused).toMatchObject({
    'otlp-grpc': 3,
    'otlp-http': 7,
    query: 3,
    'jaeger-http': 1,
    'jaeger-grpc': 2,
    zipkin: 2,
    sampling: 0,
  })
  const metrics = (await ask(port('adminPort'), '/metrics')).body
  expect(metrics).toContain('spoor_requests_refused_total{listener="jaeger-grpc",reason="unauthenticated"} 2')
  // What sockets of datagrams were granted, and what the system dropped.
  for (const name of ['jaeger-compact', 'jaeger-binary', 'zipkin-compact']) {
    expect(metrics).toContain(`spoor_udp_receive_buffer_bytes{listener="${name}",amount="asked"} 4194304`)
    expect(metrics).toMatch(
      new RegExp(`spoor_udp_receive_buffer_bytes\\{listener="${name}",amount="granted"\\} \\d{4,}`),
    )
    expect(metrics).toContain(`spoor_udp_kernel_drops_total{listener="${name}"} 0`)
  }
  expect(output + answer.body + metrics).not.toMatch(
    new RegExp(`${TOKEN}|lovelace|another-token|byron|${BASIC.slice(6)}`),
  )
})

test('files that are missing end the start with a line', async () => {
  for (const [flags, line] of [
    [
      ['--collector.grpc.tls.enabled', '--tls.cert', '/nowhere', '--tls.key', '/k'],
      '--collector.grpc.tls.cert: /nowhere: no such file',
    ],
    [['--ingest-token-file', '/nowhere'], '--ingest-token-file: /nowhere: no such file'],
  ] as const) {
    const child = started(['--storage', 'memory', ...flags])
    let told = ''
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (told += part))
    expect(await new Promise(resolve => child.once('close', resolve))).toBe(1)
    expect(told).toBe(`${line}\n`)
  }
}, 20_000)
