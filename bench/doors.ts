/**
 * What every door takes in: spans per CPU second of the whole server, everything but the disk (`--storage discard`) or with the durable store
 * (`--storage blocks`), 512 spans a request; and, in the same run, what other people's parsers take only to read the same bytes.
 *
 *   node bench/ingest.ts --protocol all [--storage discard|blocks] [--spans 400000]
 *   node bench/ingest.ts --protocol jaeger-udp-compact --rate 200000     datagrams of 40 spans, at so many spans a second
 *
 * The sender is this process, pinned to another core than the server where `taskset` is (util-linux).
 */
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { connect, type ClientHttp2Session } from 'node:http2'
import { createRequire } from 'node:module'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  jaegerPostSpans,
  jaegerThriftBatch,
  zipkinList,
  zipkinSpan,
  zipkinThriftList,
} from '#shared/generator/door-messages.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { encodeThrift, encodeThriftMessage } from '#shared/formats/thrift/thrift-writer.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { findTraceIds, freshen, type Message } from './fresh-ids.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const A_REQUEST = 512
const A_DATAGRAM = 40
/** Datagrams in one burst: 10 ms of 200,000 spans a second. */
const MOST_AT_ONCE = 50
/** Different requests; they are sent over and over, with new trace ids each time. */
const DIFFERENT = 64
const CONNECTIONS = 4

interface Door {
  readonly encode: (spans: readonly Span[]) => Uint8Array
  /** Sends one message; resolves when it is answered. */
  readonly send: (server: ServerProcess, body: Uint8Array) => Promise<void>
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
const post =
  (port: (server: ServerProcess) => number, path: string, type: string): Door['send'] =>
  (server, body) =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          agent,
          host: '127.0.0.1',
          port: port(server),
          path,
          method: 'POST',
          headers: { 'content-type': type, 'content-length': body.length },
        },
        answer => {
          answer.resume()
          answer.on('end', () => {
            const status = answer.statusCode ?? 0
            if (status >= 200 && status < 300) resolve()
            else reject(new Error(`answered ${status}`))
          })
        },
      )
      request.on('error', reject)
      request.end(body)
    })

let session: ClientHttp2Session | undefined
const call =
  (port: (server: ServerProcess) => number, path: string): Door['send'] =>
  (server, body) =>
    new Promise((resolve, reject) => {
      session ??= connect(`http://127.0.0.1:${port(server)}`)
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      const head = Buffer.alloc(5)
      head.writeUInt32BE(body.length, 1)
      stream.on('error', reject)
      stream.on('trailers', trailers => {
        if (trailers['grpc-status'] === '0') resolve()
        else reject(new Error(`grpc-status ${String(trailers['grpc-status'])}`))
      })
      stream.resume()
      stream.end(Buffer.concat([head, body]))
    })

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

const doors: Readonly<Record<string, Door>> = {
  'otlp-http': {
    encode: spans =>
      encodeOtlpProtobuf(
        spans[0].table,
        spans.map(({ row }) => row),
      ),
    send: post(server => server.otlpHttpPort, '/v1/traces', 'application/x-protobuf'),
  },
  'jaeger-http-thrift': {
    encode: spans => encodeThrift('binary', jaegerThriftBatch(spans)),
    send: post(server => server.jaegerHttpPort, '/api/traces', 'application/x-thrift'),
  },
  'otlp-grpc': {
    encode: spans =>
      encodeOtlpProtobuf(
        spans[0].table,
        spans.map(({ row }) => row),
      ),
    send: call(server => server.otlpGrpcPort, '/opentelemetry.proto.collector.trace.v1.TraceService/Export'),
  },
  'jaeger-grpc': {
    encode: jaegerPostSpans,
    send: call(server => server.jaegerGrpcPort, '/jaeger.api_v2.CollectorService/PostSpans'),
  },
  'zipkin-v2-json': {
    encode: spans => json(spans.map(zipkinSpan)),
    send: post(server => server.zipkinPort, '/api/v2/spans', 'application/json'),
  },
  'zipkin-v2-protobuf': {
    encode: zipkinList,
    send: post(server => server.zipkinPort, '/api/v2/spans', 'application/x-protobuf'),
  },
  'zipkin-v1-thrift': {
    encode: spans => encodeThrift('binary', zipkinThriftList(spans)),
    send: post(server => server.zipkinPort, '/api/v1/spans', 'application/x-thrift'),
  },
}
const UDP = 'jaeger-udp-compact'

/** Messages of traffic of one service, `each` spans in each. */
function messages(each: number, encode: Door['encode']): Message[] {
  const table = new SpanTableBuilder()
  const traffic = new Traffic(table, {})
  while (table.rowCount < each * DIFFERENT) traffic.addTrace(BigInt(Date.now()) * 1_000_000n)
  return Array.from({ length: DIFFERENT }, (_, i) => {
    const spans = Array.from({ length: each }, (__, k) => new Span(table, i * each + k))
    return findTraceIds(encode(spans), new Set(spans.map(({ traceId }) => traceId)))
  })
}

function pin(pid: number, core: number): void {
  if (availableParallelism() < 2 || !existsSync('/usr/bin/taskset')) return
  spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)])
}

async function measure(name: string, door: Door, spans: number, storage: string): Promise<void> {
  const bodies = messages(A_REQUEST, door.encode)
  const directory = mkdtempSync(join(tmpdir(), 'spoor-bench-'))
  const server = await startServer([
    '--storage',
    storage,
    '--data-dir',
    join(directory, 'data'),
    '--ingest-workers',
    '1',
  ])
  pin(server.pid, 0)
  pin(process.pid, 1)
  let sent = 0
  const run = async (requests: number): Promise<void> => {
    const until = sent + requests
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (sent < until) {
          const body = bodies[sent % DIFFERENT]
          freshen(body, ++sent)
          await door.send(server, body.bytes)
        }
      }),
    )
  }
  // The first third warms up.
  const requests = Math.ceil(spans / A_REQUEST)
  await run(Math.ceil(requests / 3))
  const rates: number[] = []
  for (let round = 0; round < 3; round++) {
    const before = server.cpuSeconds()
    await run(requests)
    rates.push((requests * A_REQUEST) / (server.cpuSeconds() - before))
  }
  session?.destroy()
  session = undefined
  const { total } = (await statusOf(server)).ledger
  if (total.stored !== sent * A_REQUEST) throw new Error(`${sent * A_REQUEST} sent, ${total.stored} stored`)
  await server.stop()
  rmSync(directory, { recursive: true })
  const bytes = bodies.reduce((sum, body) => sum + body.bytes.length, 0) / (DIFFERENT * A_REQUEST)
  rates.sort((a, b) => a - b)
  console.log(
    `  ${name.padEnd(20)} ${kilo(rates[1])} k spans per CPU second (${kilo(rates[0]).trim()} … ${kilo(rates[2]).trim()}), ${Math.round(bytes)} bytes a span`,
  )
  compare(
    name,
    bodies.map(body => body.bytes),
  )
}

const kilo = (rate: number): string =>
  Math.round(rate / 1000)
    .toString()
    .padStart(5)

// ---- other people's parsers on the same bytes ----

/** Packages of the peers' tests: `npm run test:peers` installs them. */
function peersPackage(name: string): unknown {
  try {
    const folder = new URL('../.cache/peers/old-clients/package.json', import.meta.url)
    return createRequire(folder)(name)
  } catch {
    return undefined
  }
}

function compare(name: string, bodies: readonly Uint8Array[]): void {
  const [other, parse] = name.endsWith('json')
    ? ['JSON.parse', (body: Uint8Array) => JSON.parse(new TextDecoder().decode(body)) as unknown]
    : name === 'jaeger-http-thrift'
      ? ['npm thrift', thriftParser()]
      : name === 'jaeger-grpc'
        ? ['protobufjs', protobufParser()]
        : ['', undefined]
  if (parse === undefined) {
    if (other !== '') console.log(`    ${other}: not installed (npm run test:peers installs it)`)
    return
  }
  const rates: number[] = []
  for (let round = 0; round < 6; round++) {
    const before = process.cpuUsage()
    for (const body of bodies) parse(body)
    const { user, system } = process.cpuUsage(before)
    if (round > 1) rates.push((DIFFERENT * A_REQUEST) / ((user + system) / 1e6))
  }
  rates.sort((a, b) => a - b)
  console.log(`    ${`${other}, reading alone`.padEnd(26)} ${kilo(rates[rates.length >> 1]).trim()} k`)
}

/** npm thrift's protocol object, driven over the whole message as generated code drives it, into plain objects. */
function thriftParser(): ((body: Uint8Array) => unknown) | undefined {
  interface Protocol {
    readStructBegin(): void
    readStructEnd(): void
    readFieldBegin(): { ftype: number; fid: number }
    readFieldEnd(): void
    readListBegin(): { etype: number; size: number }
    readListEnd(): void
    readBool(): boolean
    readByte(): number
    readI16(): number
    readI32(): number
    readI64(): unknown
    readDouble(): number
    readString(): string
  }
  interface Thrift {
    readonly TBinaryProtocol: new (transport: unknown) => Protocol
    readonly TFramedTransport: new (bytes: Buffer) => unknown
  }
  const thrift = peersPackage('thrift') as Thrift | undefined
  if (thrift === undefined) return undefined
  const read = (p: Protocol, type: number): unknown => {
    switch (type) {
      case 2:
        return p.readBool()
      case 3:
        return p.readByte()
      case 4:
        return p.readDouble()
      case 6:
        return p.readI16()
      case 8:
        return p.readI32()
      case 10:
        return p.readI64()
      case 11:
        return p.readString()
      case 12: {
        const fields: Record<number, unknown> = {}
        p.readStructBegin()
        for (let field = p.readFieldBegin(); field.ftype !== 0; field = p.readFieldBegin()) {
          fields[field.fid] = read(p, field.ftype)
          p.readFieldEnd()
        }
        p.readStructEnd()
        return fields
      }
      default: {
        const { etype, size } = p.readListBegin()
        const list = Array.from({ length: size }, () => read(p, etype))
        p.readListEnd()
        return list
      }
    }
  }
  return body => read(new thrift.TBinaryProtocol(new thrift.TFramedTransport(Buffer.from(body))), 12)
}

function protobufParser(): ((body: Uint8Array) => unknown) | undefined {
  interface Protobufjs {
    parse(source: string): { root: { lookupType(name: string): { decode(bytes: Uint8Array): unknown } } }
  }
  try {
    const protobufjs = createRequire(import.meta.url)('protobufjs') as Protobufjs
    const type = protobufjs.parse(API_V2).root.lookupType('PostSpansRequest')
    return body => type.decode(body)
  } catch {
    return undefined
  }
}

const API_V2 = `syntax = "proto3";
message Time { int64 seconds = 1; int32 nanos = 2; }
message KeyValue { string key = 1; int32 v_type = 2; string v_str = 3; bool v_bool = 4; int64 v_int64 = 5; double v_float64 = 6; bytes v_binary = 7; }
message Log { Time timestamp = 1; repeated KeyValue fields = 2; }
message SpanRef { bytes trace_id = 1; bytes span_id = 2; int32 ref_type = 3; }
message Process { string service_name = 1; repeated KeyValue tags = 2; }
message Span { bytes trace_id = 1; bytes span_id = 2; string operation_name = 3; repeated SpanRef references = 4; uint32 flags = 5;
  Time start_time = 6; Time duration = 7; repeated KeyValue tags = 8; repeated Log logs = 9; Process process = 10; string process_id = 11; repeated string warnings = 12; }
message Batch { repeated Span spans = 1; Process process = 2; }
message PostSpansRequest { Batch batch = 1; }`

// ---- datagrams ----

interface Status {
  readonly ledger: { readonly total: { readonly stored: number; readonly received: number } }
  readonly listeners: readonly {
    readonly name: string
    readonly requests: number
    readonly refused: Readonly<Record<string, number>>
    readonly receiveBuffer?: { readonly asked: number; readonly granted: number }
  }[]
}

async function statusOf(server: ServerProcess): Promise<Status> {
  return (await (await fetch(`http://127.0.0.1:${server.queryPort}/api/spoor/status`)).json()) as Status
}

async function flood(rate: number, seconds: number, storage: string): Promise<void> {
  const bodies = messages(A_DATAGRAM, spans =>
    encodeThriftMessage('compact', 'emitBatch', [1, jaegerThriftBatch(spans)]),
  )
  const directory = mkdtempSync(join(tmpdir(), 'spoor-bench-'))
  const server = await startServer([
    '--storage',
    storage,
    '--data-dir',
    join(directory, 'data'),
    '--ingest-workers',
    '1',
  ])
  pin(server.pid, 0)
  pin(process.pid, 1)
  const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * 2 ** 20 })
  let number = 0
  const sendAt = async (perSecond: number, duration: number): Promise<number> => {
    const begun = performance.now()
    let sent = 0
    let behind = 0
    for (;;) {
      const elapsed = performance.now() - begun
      if (elapsed >= duration * 1000) return sent
      const due = Math.floor((elapsed / 1000) * (perSecond / A_DATAGRAM)) - behind
      // What this process could not send while the machine had no time for it is not made up for in one burst.
      behind += Math.max(0, due - sent - MOST_AT_ONCE)
      const until = Math.min(due, sent + MOST_AT_ONCE)
      while (sent < until) {
        const body = bodies[sent++ % DIFFERENT]
        freshen(body, ++number)
        // The socket keeps the bytes until they are sent, in the same turn mostly: MOST_AT_ONCE and more messages lie between two uses of one.
        socket.send(body.bytes, server.jaegerCompactPort, '127.0.0.1')
      }
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  const warm = await sendAt(rate / 4, 3)
  await new Promise(resolve => setTimeout(resolve, 500))
  const before = server.cpuSeconds()
  const sent = await sendAt(rate, seconds)
  await new Promise(resolve => setTimeout(resolve, 2000))
  const cpu = server.cpuSeconds() - before
  const { ledger, listeners } = await statusOf(server)
  const door = listeners.find(({ name }) => name === 'jaeger-compact')
  socket.close()
  await server.stop()
  rmSync(directory, { recursive: true })
  const spans = (warm + sent) * A_DATAGRAM
  console.log(
    `  ${UDP} ${rate} spans/s for ${seconds} s, ${A_DATAGRAM} a datagram of ${bodies[0].bytes.length} bytes: ` +
      `${spans - ledger.total.received} of ${spans} lost; sent ${Math.round((sent * A_DATAGRAM) / seconds)}/s; ` +
      `${kilo((sent * A_DATAGRAM) / cpu).trim()} k spans per CPU second; ` +
      `buffer asked ${door?.receiveBuffer?.asked}, granted ${door?.receiveBuffer?.granted}; refused ${JSON.stringify(door?.refused)}`,
  )
}

/** Runs what the arguments ask for. */
export async function benchDoors(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      protocol: { type: 'string', default: 'all' },
      storage: { type: 'string', default: 'discard' },
      spans: { type: 'string', default: '400000' },
      rate: { type: 'string' },
      seconds: { type: 'string', default: '5' },
    },
  })
  const names = values.protocol === 'all' ? [...Object.keys(doors), UDP] : values.protocol.split(',')
  console.log(`ingest by door, --storage ${values.storage}, load ${loadavg()[0].toFixed(1)}`)
  for (const name of names) {
    if (name === UDP) {
      const rate = Number(values.rate ?? (values.storage === 'discard' ? 200_000 : 80_000))
      await flood(rate, Number(values.seconds), values.storage)
      continue
    }
    const door = doors[name]
    if (door === undefined) throw new Error(`no door ${name}; there are ${[...Object.keys(doors), UDP].join(', ')}`)
    await measure(name, door, Number(values.spans), values.storage)
  }
  agent.destroy()
}
