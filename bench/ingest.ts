/**
 * Durable ingest: 1 M spans (or the first argument) as OTLP/HTTP protobuf, 512 a request, until the last acknowledgement, with the
 * spans' way to disk (log, then sealed blocks), beside DuckDB appending the same rows to a file in the same run.
 *
 *   node bench/ingest.ts [spans] [storage]
 *   node bench/ingest.ts --protocol all|NAME [--storage discard|blocks]     other doors: bench/doors.ts
 *
 * Sender, server and DuckDB share the machine's cores; the sender's part is in the rate.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { trafficRequests, type TrafficRequest } from '#shared/generator/traffic-requests.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { tellFigure } from './figures.ts'
import { startServer } from './server-process.ts'

if (process.argv.includes('--protocol')) {
  const { benchDoors } = await import('./doors.ts')
  await benchDoors(process.argv.slice(2))
  process.exit(0)
}

const spans = Number(process.argv[2] ?? 1_000_000)
const storage = process.argv[3] ?? 'blocks'
const CONNECTIONS = 8
/** Rows that DuckDB is given: it is so much slower that all would take minutes; its rate does not fall with more. */
const DUCKDB_SPANS = Math.min(spans, 100_000)

function sizeOf(directory: string): number {
  let bytes = 0
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size
  }
  return bytes
}

function post(agent: Agent, port: number, { body }: TrafficRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        agent,
        host: '127.0.0.1',
        port,
        path: '/v1/traces',
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length },
      },
      answer => {
        answer.resume()
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`answered ${answer.statusCode}`)),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

async function duckdb(bodies: readonly TrafficRequest[], directory: string): Promise<number> {
  const instance = await DuckDBInstance.create(join(directory, 'spans.duckdb'))
  const connection = await instance.connect()
  await connection.run(
    'create table spans (trace_id varchar, span_id varchar, parent_id varchar, name varchar, service varchar, kind utinyint, status utinyint, start_ns bigint, duration_ns bigint, attributes varchar)',
  )
  const appender = await connection.createAppender('spans')
  const table = new SpanTableBuilder()
  const decoder = new OtlpProtobufDecoder()
  let given = 0
  const begun = performance.now()
  for (const { body, spanCount } of bodies) {
    if (given >= DUCKDB_SPANS) break
    const first = table.rowCount
    decoder.decode(body, table)
    for (let row = first; row < table.rowCount; row++) {
      const span = new Span(table, row)
      appender.appendVarchar(formatTraceId(table.traceId, row))
      appender.appendVarchar(formatSpanId(table.spanId, row))
      appender.appendVarchar(formatSpanId(table.parentSpanId, row))
      appender.appendVarchar(span.name)
      appender.appendVarchar(span.serviceName ?? '')
      appender.appendUTinyInt(table.kind[row])
      appender.appendUTinyInt(table.status[row])
      appender.appendBigInt(span.startTime)
      appender.appendBigInt(BigInt(Math.round(span.durationNs)))
      appender.appendVarchar(
        JSON.stringify(
          span.attributes.map(({ key, value }) => [key, 'value' in value ? String(value.value) : value.type]),
        ),
      )
      appender.endRow()
    }
    appender.flushSync()
    given += spanCount
  }
  appender.closeSync()
  await connection.run('checkpoint')
  const seconds = (performance.now() - begun) / 1000
  connection.closeSync()
  instance.closeSync()
  return given / seconds
}

const to = BigInt(Date.now()) * 1_000_000n
const bodies = [...trafficRequests({ spans, from: to - 3_600_000_000_000n, to })]
const directory = mkdtempSync(join(tmpdir(), 'spoor-bench-'))
const server = await startServer(['--storage', storage, '--data-dir', join(directory, 'data')])
const idle = server.residentBytes()
const cpuBefore = server.cpuSeconds()
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
const begun = performance.now()
let next = 0
await Promise.all(
  Array.from({ length: CONNECTIONS }, async () => {
    while (next < bodies.length) await post(agent, server.otlpHttpPort, bodies[next++])
  }),
)
const seconds = (performance.now() - begun) / 1000
const resident = server.residentBytes()
const cpuUsed = server.cpuSeconds() - cpuBefore
const code = await server.stop()
agent.destroy()
// Stopping seals what is open; what it cost belongs to the spans too.
const restarted = await startServer(['--storage', storage, '--data-dir', join(directory, 'data')])
await new Promise(resolve => setTimeout(resolve, 10_000))
const cpu = restarted.cpuSeconds()
await restarted.stop()
const disk = storage === 'blocks' ? sizeOf(join(directory, 'data')) : 0
const duck = await duckdb(bodies, directory)
rmSync(directory, { recursive: true })

const rate = spans / seconds
const figure = (name: string, value: number, unit: string, reach: string): void =>
  tellFigure({ name, value, unit, reach, script: 'bench/ingest.ts' })
figure('durable ingest, OTLP/HTTP protobuf, sender included', rate, 'spans/s', '≥ 150,000')
figure('the same, beside DuckDB appending the same rows', rate / duck, 'times', '≥ 4')
figure('spans per CPU-second of the server', spans / cpuUsed, 'spans', '≥ 100,000')
figure('resident, idle', idle / 1e6, 'MB', '≤ 200')
if (disk > 0) figure('bytes a span on disk, settled', disk / spans, 'bytes', '≤ 40')
console.log(
  `durable ingest (${storage}), ${spans} spans, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0].toFixed(1)}`,
)
console.log(`  acknowledged             ${Math.round(rate)} spans/s, sender included`)
console.log(
  `  DuckDB, same rows        ${Math.round(duck)} spans/s (${DUCKDB_SPANS} rows): ${(rate / duck).toFixed(1)}x`,
)
console.log(`  resident, idle / after   ${Math.round(idle / 1e6)} / ${Math.round(resident / 1e6)} MB`)
console.log(
  `  per CPU-second           ${Math.round(spans / cpuUsed)} spans (${cpuUsed.toFixed(1)} s), sealing so far included`,
)
console.log(
  `  start ${cpuBefore.toFixed(2)} s CPU; restart and the rest of sealing ${cpu.toFixed(2)} s; exit code ${code}`,
)
if (disk > 0) console.log(`  bytes a span on disk     ${(disk / spans).toFixed(1)}`)
