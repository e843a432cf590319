/**
 * Messages of real clients through every door of a whole server: found by search, drawn in the timeline, and the ledger adds
 * up. Whose messages they are stands in the README.md of their folders.
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import type { APIRequestContext } from '@playwright/test'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'
import { expect, type Spoor, test } from './server.ts'

const captured = (format: 'jaeger' | 'zipkin', name: string): Buffer =>
  readFileSync(new URL(`../shared/formats/${format}/fixtures/wire/${name}`, import.meta.url))

/** A port by its name in the line that says that the server is ready. */
function portOf(spoor: Spoor, name: string): number {
  for (const line of spoor.lines) {
    const entry = JSON.parse(line) as Record<string, unknown>
    if (entry['msg'] === 'ready') return Number(entry[name])
  }
  throw new Error('the server is not ready')
}

type Send = (spoor: Spoor, request: APIRequestContext) => Promise<void>

const http =
  (port: string, path: string, type: string, body: Buffer): Send =>
  async (spoor, request) => {
    const url = `http://127.0.0.1:${portOf(spoor, port)}${path}`
    const answer = await request.post(url, { data: body, headers: { 'content-type': type } })
    expect(answer.status()).toBe(202)
  }

const udp =
  (port: string, body: Buffer): Send =>
  spoor =>
    new Promise<void>((resolve, reject) => {
      const socket = createSocket('udp4')
      socket.send(body, portOf(spoor, port), '127.0.0.1', error => {
        socket.close()
        if (error === null) resolve()
        else reject(error)
      })
    })

const grpc =
  (port: string, path: string, body: Buffer): Send =>
  spoor =>
    new Promise<void>((resolve, reject) => {
      const session = connect(`http://127.0.0.1:${portOf(spoor, port)}`)
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' })
      const head = Buffer.alloc(5)
      head.writeUInt32BE(body.length, 1)
      stream.on('error', reject)
      stream.on('trailers', ({ 'grpc-status': status }) => {
        session.close()
        if (status === '0') resolve()
        else reject(new Error(`grpc-status ${String(status)}`))
      })
      stream.resume().end(Buffer.concat([head, body]))
    })

const thrift = 'application/x-thrift'
const json = 'application/json'
const doors: readonly (readonly [name: string, service: string, spans: number, span: string, send: Send])[] = [
  [
    'Jaeger gRPC',
    'otel-jaeger-grpc',
    1,
    'charge card',
    grpc('jaegerGrpcPort', '/jaeger.api_v2.CollectorService/PostSpans', captured('jaeger', 'otel-python.grpc.bin')),
  ],
  [
    'Jaeger Thrift over HTTP',
    'node-http',
    3,
    'GET /cart',
    http('jaegerHttpPort', '/api/traces', thrift, captured('jaeger', 'jaeger-client-node.http.bin')),
  ],
  [
    'Jaeger compact Thrift over UDP',
    'python-udp',
    2,
    'GET /cart',
    udp('jaegerCompactPort', captured('jaeger', 'jaeger-client-python.udp-compact.bin')),
  ],
  [
    'Jaeger binary Thrift over UDP',
    'node-udp',
    3,
    'GET /cart',
    udp('jaegerBinaryPort', captured('jaeger', 'jaeger-client-node.udp-binary.bin')),
  ],
  [
    'Zipkin’s Thrift over UDP',
    'python-zipkin-udp',
    2,
    'get /cart',
    udp('zipkinCompactPort', captured('zipkin', 'jaeger-client-python.udp-compact.bin')),
  ],
  [
    'Zipkin v1 Thrift',
    'pyzipkin-v1-thrift',
    2,
    'get /cart',
    http('zipkinPort', '/api/v1/spans', thrift, captured('zipkin', 'py-zipkin.v1.thrift.bin')),
  ],
  [
    'Zipkin v1 JSON',
    'zipkin-node-v1',
    2,
    'get /cart',
    http('zipkinPort', '/api/v1/spans', json, captured('zipkin', 'zipkin-node.v1.json')),
  ],
  [
    'Zipkin v2 JSON',
    'zipkin-node-v2',
    2,
    'get /cart',
    http('zipkinPort', '/api/v2/spans', json, captured('zipkin', 'zipkin-node.v2.json')),
  ],
  [
    'Zipkin v2 protobuf',
    'pyzipkin-v2-proto',
    2,
    'get /cart',
    http('zipkinPort', '/api/v2/spans', 'application/x-protobuf', captured('zipkin', 'py-zipkin.v2.proto.bin')),
  ],
]

interface JaegerTrace {
  readonly traceID: string
  readonly spans: readonly { readonly operationName: string }[]
}

for (const [name, service, spans, span, send] of doors) {
  test(`${name}: found by search, drawn in the timeline`, async ({ spoor, request, page }) => {
    await send(spoor, request)
    const find = async (): Promise<readonly JaegerTrace[]> => {
      const answer = await request.get(`${spoor.origin}/api/traces?service=${service}&start=0&end=4000000000000000`)
      return answer.ok() ? ((await answer.json()) as { readonly data: readonly JaegerTrace[] }).data : []
    }
    await expect.poll(async () => (await find()).flatMap(trace => trace.spans).length).toBe(spans)
    const trace = (await find()).find(one => one.spans.some(({ operationName }) => operationName === span))
    await page.goto(`${spoor.origin}/trace/${trace?.traceID ?? ''}`)
    const rows = page.getByRole('treegrid', { name: 'Spans' }).getByRole('row')
    await expect(rows.filter({ hasText: span }).first()).toBeVisible()
    const status = StatusAnswer.parse(await (await request.get(`${spoor.origin}/api/spoor/status`)).json())
    expect(ledgerFaults(status.ledger)).toEqual([])
    const lines = status.ledger.lines.filter(line => line.service === service)
    expect(lines).toMatchObject([{ received: spans, stored: spans, duplicate: 0, rejected: {}, dropped: {} }])
  })
}
