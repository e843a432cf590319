/**
 * Questions over 5 M spans (or the first argument) in a running server: trace by id, newest 20 of a service, any service with
 * `user.id = x`, all time. Over HTTP, one after the other, ids and values at random, after one warm-up pass; then kill -9 and the time
 * until it answers again.
 *
 *   node bench/query.ts [spans]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { trafficRequests } from '#shared/generator/traffic-requests.ts'
import { Random } from '#shared/generator/random.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { formatTraceId } from '#shared/spans/ids.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { tellFigure } from './figures.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const spans = Number(process.argv[2] ?? process.env.BENCH_SPANS ?? 5_000_000)
const ASKED = 200
const agent = new Agent({ keepAlive: true, maxSockets: 8 })

function send(options: { port: number; path: string; method?: string; body?: Uint8Array }): Promise<Buffer> {
  const { port, path, method = 'GET', body } = options
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'content-type': 'application/x-protobuf', 'content-length': body.length }
    const request = httpRequest({ agent, host: '127.0.0.1', port, path, method, headers }, answer => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const text = Buffer.concat(parts)
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`${path} answered ${answer.statusCode}: ${text.toString().slice(0, 200)}`))
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

const traceIds: string[] = []
const users: string[] = []
const services = new Set<string>()

async function load(server: ServerProcess): Promise<void> {
  const to = BigInt(Date.now()) * 1_000_000n
  const decoder = new OtlpProtobufDecoder()
  const requests = trafficRequests({ spans, from: to - 6n * 3_600_000_000_000n, to })
  let number = 0
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let next = requests.next(); !next.done; next = requests.next()) {
        const { body } = next.value
        if (number++ % 20 === 0) remember(decoder, body)
        await send({ port: server.otlpHttpPort, path: '/v1/traces', method: 'POST', body })
      }
    }),
  )
}

function remember(decoder: OtlpProtobufDecoder, body: Uint8Array): void {
  const table = new SpanTableBuilder()
  decoder.decode(body, table)
  for (let row = 0; row < table.rowCount; row += 50) {
    const span = new Span(table, row)
    traceIds.push(formatTraceId(table.traceId, row))
    services.add(span.serviceName ?? '')
    const user = span.attributes.find(({ key }) => key === 'user.id')
    if (user?.value.type === 'string') users.push(user.value.value)
  }
}

const random = new Random(7)
const one = <T>(list: readonly T[]): T => list[random.below(list.length)]

function figure(name: string, value: number, unit: string, reach: string): void {
  tellFigure({ name, value, unit, reach, script: 'bench/query.ts' })
}

async function measure(name: string, port: number, mostMs: number, path: () => string): Promise<void> {
  const times: number[] = []
  for (let i = 0; i < ASKED * 2; i++) {
    const address = path()
    const begun = performance.now()
    await send({ port, path: address })
    if (i >= ASKED) times.push(performance.now() - begun)
  }
  times.sort((a, b) => a - b)
  const at = (share: number): string => times[Math.floor(times.length * share)].toFixed(1).padStart(7)
  figure(`${name}, ${spans} spans, p95`, times[Math.floor(times.length * 0.95)], 'ms', `≤ ${mostMs}`)
  console.log(`  ${name.padEnd(34)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`)
}

const directory = mkdtempSync(join(tmpdir(), 'spoor-bench-'))
const flags = ['--data-dir', directory]
const server = await startServer(flags)
console.log(
  `questions, ${spans} spans, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0].toFixed(1)}`,
)
console.log(`  resident idle ${Math.round(server.residentBytes() / 1e6)} MB`)
await load(server)
// Full tables are sealed in the background.
for (;;) {
  const status = JSON.parse((await send({ port: server.queryPort, path: '/api/spoor/status' })).toString()) as {
    store: { details: { name: string; value: number }[] }
  }
  const waiting = status.store.details.find(({ name }) => name === 'tables that wait to be sealed')?.value ?? 0
  if (waiting === 0) break
  await new Promise(resolve => setTimeout(resolve, 500))
}
const names = [...services]
await measure('trace by id', server.queryPort, 25, () => `/api/spoor/traces/${one(traceIds)}`)
await measure('newest 20 of a service', server.queryPort, 15, () => {
  return `/api/spoor/traces?service=${encodeURIComponent(one(names))}&limit=20`
})
await measure('any service, user.id = x', server.queryPort, 60, () => {
  return `/api/spoor/traces?limit=20&tag=${encodeURIComponent(`user.id:${one(users)}`)}`
})
figure(`resident, after ${spans} spans and the queries`, server.residentBytes() / 1e6, 'MB', '≤ 900')
console.log(`  resident after all that ${Math.round(server.residentBytes() / 1e6)} MB`)
server.child.kill('SIGKILL')
await new Promise(resolve => server.child.once('exit', resolve))
const again = await startServer(flags)
await send({ port: again.queryPort, path: `/api/spoor/traces/${one(traceIds)}` })
console.log(`  from start after kill -9 to ready ${Math.round(again.startedInMs)} ms`)
figure(`open after kill -9, ${spans} spans`, again.startedInMs, 'ms', '≤ 2000')
// From an acknowledgement to the row that a search gives.
const visible: number[] = []
for (let k = 0; k < 20; k++) {
  const now = BigInt(Date.now()) * 1_000_000n
  const [{ body }] = [...trafficRequests({ spans: 7, from: now, to: now + 1_000_000n, seed: 1000 + k })]
  await send({ port: again.otlpHttpPort, path: '/v1/traces', method: 'POST', body })
  const begun = performance.now()
  const table = new SpanTableBuilder()
  new OtlpProtobufDecoder().decode(body, table)
  const id = formatTraceId(table.traceId, 0)
  const since = `start=${now / 1000n - 1n}`
  while (!(await send({ port: again.queryPort, path: `/api/spoor/traces?limit=20&${since}` })).includes(id)) continue
  visible.push(performance.now() - begun)
}
visible.sort((a, b) => a - b)
figure('from the acknowledgement to the row of a search, worst of 20', visible[19], 'ms', '≤ 1000')
console.log(`  from acknowledgement to the row   p50 ${visible[10].toFixed(1)} ms   worst ${visible[19].toFixed(1)} ms`)
await again.stop()
agent.destroy()
rmSync(directory, { recursive: true })
