/**
 * Programs under OpenTelemetry's zero-code instrumentation, pointed at a real server with every signal on: they run
 * PEER_SECONDS (a minute) and say nothing, and their spans are there. Warnings of the SDKs are on, which is where they tell
 * of an export that failed or that was taken in part.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { nodePackages, programs, pythonPackages } from './packages.ts'

const seconds = Number(process.env['PEER_SECONDS'] ?? 60)

let server: ServerProcess
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  await server.stop()
})

interface Ran {
  readonly code: number | null
  /** Everything that it wrote, errors too. */
  readonly output: string
}

function run(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += String(text)))
    child.once('error', reject)
    child.once('close', code => resolve({ code, output }))
  })
}

/** All signals by `protocol`, often enough that some seconds hold several exports of each. */
function environment(protocol: string, service: string): Record<string, string> {
  const port = protocol === 'grpc' ? server.otlpGrpcPort : server.otlpHttpPort
  return {
    NODE_OPTIONS: '',
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '2000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1500',
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BLRP_SCHEDULE_DELAY: '500',
    OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED: 'true',
    OTEL_LOG_LEVEL: 'warn',
    // Not those that ask a cloud for the machine's name, and complain where there is none.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
  }
}

async function spansOf(service: string): Promise<number> {
  const url = `http://127.0.0.1:${server.queryPort}/api/traces?service=${encodeURIComponent(service)}&limit=10000`
  const { data } = (await (await fetch(url)).json()) as { data: { spans: unknown[] }[] }
  return data.reduce((sum, { spans }) => sum + spans.length, 0)
}

async function notKept(): Promise<Record<string, number>> {
  const status = await fetch(`http://127.0.0.1:${server.queryPort}/api/spoor/status`)
  return ((await status.json()) as { notKept: Record<string, number> }).notKept
}

/** Said by the SDK for Node 0.301 when it ends, because its logs and metrics are shut down twice: whatever the server does. */
const ownNoise = /^shutdown may only be called once per (Logger|Meter)Provider$/u

/** Runs the program: what it complained of, its spans that are here, and the signals that came in beside them. */
async function observe(service: string, program: () => Promise<Ran>) {
  const before = await notKept()
  const { output } = await program()
  const after = await notKept()
  return {
    complaints: output.split('\n').filter(line => line !== '' && !ownNoise.test(line)),
    spans: await spansOf(service),
    others: Object.keys(after).filter(signal => after[signal] > (before[signal] ?? 0)),
  }
}

describe.each(['grpc', 'http/protobuf'])('%s, all signals on', protocol => {
  test(`Python's instrumentation has nothing to complain of in ${seconds} s`, { timeout: 300_000 }, async context => {
    const installed = await pythonPackages()
    if ('missing' in installed) return context.skip(installed.missing)
    const program = (name: string) => join(installed.folder, 'bin', name)
    const service = `python ${protocol}`
    const args = [program('python'), join(programs, 'shop.py'), String(seconds)]
    const seen = await observe(service, () =>
      run(program('opentelemetry-instrument'), args, environment(protocol, service)),
    )
    expect(seen.complaints).toEqual([])
    // Four requests a second at most; one is the least of a busy machine.
    expect(seen.spans).toBeGreaterThan(seconds)
    expect(seen.others.sort()).toEqual(['logs', 'metrics'])
  })
})

describe.each(['grpc', 'http/protobuf', 'http/json'])('%s, all signals on', protocol => {
  test(`Node's instrumentation has nothing to complain of in ${seconds} s`, { timeout: 300_000 }, async context => {
    const installed = await nodePackages()
    if ('missing' in installed) return context.skip(installed.missing)
    const register = 'node_modules/@opentelemetry/auto-instrumentations-node/dist/register.mjs'
    const service = `node ${protocol}`
    const args = ['--import', pathToFileURL(join(installed.folder, register)).href]
    const seen = await observe(service, () =>
      run(process.execPath, [...args, join(programs, 'shop.mjs'), String(seconds)], environment(protocol, service)),
    )
    expect(seen.complaints).toEqual([])
    // Four requests a second at most; one is the least of a busy machine.
    expect(seen.spans).toBeGreaterThan(seconds)
    expect(seen.others.sort()).toEqual(['metrics'])
  })
})
