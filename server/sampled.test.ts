/**
 * Sampling on the server's side, with a whole server: a share of the traces kept, each whole whatever doors its spans come by; and adaptive
 * sampling, which every door answers alike.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { ImportAnswer } from '#shared/api/import.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { SearchAnswer, StatusAnswer } from '#shared/api/spoor.ts'
import {
  decodeSamplingResponse,
  encodeSamplingParameters,
  type SamplingResponse,
} from '#shared/formats/jaeger/sampling-protobuf.ts'

const PORTS = ['query', 'otlp-grpc', 'otlp-http', 'jaeger-grpc', 'jaeger-http', 'jaeger-compact', 'jaeger-binary']
  .concat(['sampling', 'sampling-grpc', 'zipkin', 'zipkin-compact', 'admin'])
  .flatMap(name => [`--${name}-port`, '0'])

interface Server {
  readonly child: ChildProcess
  /** By the field of the line that says that it is ready. */
  readonly port: (name: string) => number
}

async function withServer(
  flags: string,
  work: (server: Server) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const args = ['server/main.ts', ...PORTS, '--no-open', '--log-format', 'json', '--storage', 'memory']
  const child = spawn(process.execPath, [...args, ...flags.split(' ')], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled'), ...env },
  })
  const ended = once(child, 'exit')
  try {
    const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', line => {
        const entry = JSON.parse(line) as Record<string, unknown>
        if (entry['msg'] === 'ready') resolve(entry)
      })
      child.once('exit', code => reject(new Error(`ended with code ${code}`)))
    })
    await work({ child, port: name => Number(ready[name]) })
  } finally {
    child.kill()
    await ended
  }
}

const at = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`
const statusOf = async ({ port }: Server) =>
  StatusAnswer.parse(await (await fetch(at(port('port'), '/api/spoor/status'))).json())

async function post(url: string, body: string): Promise<Response> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect(answer.ok, `${await answer.clone().text()}`).toBe(true)
  return answer
}

const TRACES = 300
const traceId = (trace: number): string => (0x5eed0000 + trace * 7919).toString(16).padStart(32, '0')

interface Otlp {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
}
const otlp = (spans: readonly Otlp[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'otlp' } }] },
        scopeSpans: [
          {
            spans: spans.map(span => ({
              ...span,
              startTimeUnixNano: '1700000000000000000',
              endTimeUnixNano: '1700000000001000000',
            })),
          },
        ],
      },
    ],
  })

test('a share of the traces is kept, each whole by whatever door and batch; the rest is counted, and no span is lost otherwise', async () => {
  await withServer('--ingest-sample-rate 0.3 --ingest-workers 2', async server => {
    const all = Array.from({ length: TRACES }, (_, trace) => traceId(trace))
    const roots = all.map(id => ({ traceId: id, spanId: '00000000000000a1', name: 'root' }))
    // The root by OTLP on its own port and on that of the screens, a child by Zipkin, one in a file, several batches each.
    for (let from = 0; from < TRACES; from += 50) {
      const port = server.port((from / 50) % 2 === 0 ? 'otlpHttpPort' : 'port')
      await post(at(port, '/v1/traces'), otlp(roots.slice(from, from + 50)))
    }
    const zipkin = all.map(id => ({
      traceId: id,
      id: '00000000000000a2',
      parentId: '00000000000000a1',
      name: 'zipkin',
      timestamp: 1_700_000_000_000_000,
      duration: 500,
      localEndpoint: { serviceName: 'zipkin' },
    }))
    for (let from = 0; from < TRACES; from += 100) {
      await post(at(server.port('zipkinPort'), '/api/v2/spans'), JSON.stringify(zipkin.slice(from, from + 100)))
    }
    const inFile = all.map(id => ({
      traceId: id,
      spanId: '00000000000000a3',
      parentSpanId: '00000000000000a1',
      name: 'file',
    }))
    const answer = await post(at(server.port('port'), '/api/spoor/import'), inFile.map(span => otlp([span])).join('\n'))
    const [file] = ImportAnswer.parse(await answer.json()).files

    const search = at(server.port('port'), '/api/spoor/traces?limit=1500')
    const { traces } = SearchAnswer.parse(await (await fetch(search)).json())
    expect(traces.map(({ spanCount }) => spanCount)).toEqual(traces.map(() => 3))
    // 0.3 of 300, five deviations to each side: the ids are always the same ones.
    expect(traces.length).toBeGreaterThan(50)
    expect(traces.length).toBeLessThan(130)
    expect(file).toMatchObject({ traces: TRACES, spans: traces.length, dropped: TRACES - traces.length, rejected: 0 })

    const { ledger, sampling } = await statusOf(server)
    expect(ledgerFaults(ledger)).toEqual([])
    expect(ledger.total).toMatchObject({
      received: 3 * TRACES,
      stored: 3 * traces.length,
      rejected: {},
      dropped: { not_sampled: 3 * (TRACES - traces.length) },
    })
    expect(sampling.ingestRate).toBe(0.3)
    // The demo is not traffic.
    await fetch(at(server.port('port'), '/api/spoor/demo'), { method: 'POST' })
    expect((await statusOf(server)).ledger.lines.filter(({ protocol }) => protocol === 'demo').length).toBeGreaterThan(
      0,
    )
    const demo = (await statusOf(server)).ledger.lines.filter(({ protocol }) => protocol === 'demo')
    expect(demo.every(({ dropped }) => Object.keys(dropped).length === 0)).toBe(true)
  })
}, 60_000)

/** What SamplingManager says of a service. */
async function askByGrpc(port: number, service: string): Promise<SamplingResponse> {
  const session = connect(at(port, ''))
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/jaeger.api_v2.SamplingManager/GetSamplingStrategy',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const question = encodeSamplingParameters(service)
    const head = Buffer.alloc(5)
    head.writeUInt32BE(question.length, 1)
    stream.end(Buffer.concat([head, question]))
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    return decodeSamplingResponse(Buffer.concat(chunks).subarray(5))
  } finally {
    session.close()
  }
}

test('adaptive sampling by Jaeger’s variables: what came in is computed with, and every door answers the same', async () => {
  const flags = '--sampling.calculation-interval 1s --sampling.delay 0s --sampling.initial-sampling-probability 0.5'
  await withServer(
    `${flags} --ingest-workers 2`,
    async server => {
      const root = (n: number, service: string) => ({
        traceId: (n + 1).toString(16).padStart(32, '0'),
        id: (n + 1).toString(16).padStart(16, '0'),
        name: 'get /busy',
        timestamp: 1_700_000_000_000_000,
        duration: 500,
        localEndpoint: { serviceName: service },
        tags: { 'sampler.type': 'probabilistic', 'sampler.param': '0.5' },
      })
      const ask = async (name: string, path: string): Promise<SamplingResponse> =>
        (await (await fetch(at(server.port(name), path))).json()) as SamplingResponse
      let next = 0
      const told = async (): Promise<number> => {
        const spans = Array.from({ length: 200 }, () => root(next++, 'busy'))
        await post(at(server.port('zipkinPort'), '/api/v2/spans'), JSON.stringify(spans))
        const { operationSampling } = await ask('samplingPort', '/sampling?service=busy')
        return operationSampling?.perOperationStrategies?.at(0)?.probabilisticSampling?.samplingRate ?? 0.5
      }
      await expect.poll(told, { timeout: 20_000, interval: 200 }).toBeLessThan(0.1)
      // A round may end between two questions: all of them again then.
      const same = async (): Promise<number> => {
        const rates = await Promise.all([
          ask('samplingPort', '/sampling?service=busy'),
          ask('samplingPort', '/?service=busy'),
          ask('jaegerHttpPort', '/api/sampling?service=busy'),
        ])
        const byGrpc = await Promise.all(
          ['jaegerGrpcPort', 'samplingGrpcPort'].map(name => askByGrpc(server.port(name), 'busy')),
        )
        const answers = [...rates, ...byGrpc].map(
          ({ operationSampling }) =>
            operationSampling?.perOperationStrategies?.at(0)?.probabilisticSampling?.samplingRate,
        )
        return new Set(answers).size
      }
      await expect.poll(same, { timeout: 20_000 }).toBe(1)
      expect((await statusOf(server)).sampling).toMatchObject({ kind: 'adaptive', operations: 1, defaultRate: 0.5 })
      expect(ledgerFaults((await statusOf(server)).ledger)).toEqual([])
    },
    { SAMPLING_CONFIG_TYPE: 'adaptive' },
  )
}, 60_000)
