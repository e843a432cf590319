/** examples/opentracing as its page says, sent to a server and, the same again, to an agent in front of it: both times what it made is there. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { oldNodeClients } from './old-clients.ts'

const root = join(import.meta.dirname, '..')

let server: ServerProcess
let agent: ChildProcess | undefined
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  agent?.kill('SIGTERM')
  await server.stop()
})

/** Starts an agent in front of the server; resolves with its port of binary Thrift. */
async function startAgent(): Promise<number> {
  const udp = ['jaeger-compact', 'jaeger-binary', 'zipkin-compact']
  const flags = udp.map(name => `--processor.${name}.server-host-port=:0`)
  flags.push('--http-server.host-port=:0', '--admin.http.host-port=:0')
  const child = spawn(process.execPath, ['server/main.ts', 'agent', ...flags], {
    cwd: root,
    env: { ...process.env, REPORTER_GRPC_HOST_PORT: `127.0.0.1:${server.jaegerGrpcPort}`, SPOOR_LOG_FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  agent = child
  return await new Promise(resolve => {
    createInterface({ input: child.stdout }).on('line', line => {
      const { msg, ports } = JSON.parse(line) as { msg: string; ports: Record<string, number> }
      if (msg === 'ready') resolve(ports['jaeger-binary'])
    })
  })
}

interface Span {
  readonly spanID: string
  readonly operationName: string
  readonly references: readonly { readonly refType: string; readonly spanID: string }[]
  readonly logs: readonly { readonly fields: readonly { readonly key: string; readonly value: unknown }[] }[]
  readonly processID: string
}
interface Trace {
  readonly spans: readonly Span[]
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>
}

async function traceOf(id: string, spans: number): Promise<Trace> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${server.queryPort}/api/traces/${id}`)
    if (answer.status === 200) {
      const [trace] = ((await answer.json()) as { readonly data: readonly Trace[] }).data
      if (trace.spans.length >= spans) return trace
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** What is told of a trace: each span by its service and name, with what it refers to and what its logs say. */
function told({ spans, processes }: Trace): readonly string[] {
  const names = new Map(spans.map(({ spanID, operationName }) => [spanID, operationName]))
  return spans
    .map(({ operationName, processID, references, logs }) => {
      const to = references.map(({ refType, spanID }) => `${refType} ${names.get(spanID)}`).join(', ')
      const said = logs.flatMap(({ fields }) => fields.map(({ key, value }) => `${key}=${String(value)}`))
      return `${processes[processID].serviceName}: ${operationName} (${to}) ${said.join(' ')}`
    })
    .toSorted()
}

test.each(['a server', 'an agent in front of it'])('three processes, sent to %s', { timeout: 120_000 }, async whom => {
  const installed = await oldNodeClients()
  if ('missing' in installed) throw new Error(installed.missing)
  const port = whom === 'a server' ? server.jaegerBinaryPort : await startAgent()
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'examples/opentracing/run.cjs')], {
    env: { ...process.env, NODE_PATH: join(installed.folder, 'node_modules'), JAEGER_AGENT_PORT: String(port) },
  })
  const [mailed, id] = stdout.trim().split('\n')
  expect(mailed).toBe('mailed ada')
  const trace = await traceOf(id, 10)
  expect(told(trace)).toEqual([
    'front: POST /checkout () event=baggage key=customer value=ada',
    'front: POST /order (CHILD_OF POST /checkout) ',
    'front: charge card (CHILD_OF POST /checkout) event=authorized amount=12.5 currency=EUR',
    'mail: POST /mail (CHILD_OF POST /mail) event=baggage key=customer value=ada',
    'mail: send mail (CHILD_OF POST /mail, FOLLOWS_FROM charge card) event=sent bytes=512 to=ada@example.org',
    'orders: POST /mail (CHILD_OF confirm) ',
    'orders: POST /order (CHILD_OF POST /order) ',
    'orders: confirm (FOLLOWS_FROM reserve) ',
    'orders: reserve (CHILD_OF POST /order) ',
    'orders: reserve (CHILD_OF POST /order) event=error error.object=Error: shelf 7 is locked message=trying again wait_ms=5',
  ])
})
