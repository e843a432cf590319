import { createServer } from 'node:net'
import { once } from 'node:events'
import * as grpc from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { OverloadedError } from '#server/errors.ts'
import type { Listener } from '#server/transport/listener.ts'
import { steadyPort } from '#server/transport/steady-port.ts'
import { ExportTraceServiceRequest } from '#shared/formats/otlp/generated/trace-request.ts'
import { linesOfMessage, linesOfTable, randomRequest, seededRandom } from '#shared/formats/otlp/oracle.ts'
import { createOtlpProtocol } from './otlp.ts'
import { anyPorts, loopbackContext, TableIngest } from '#server/protocols/table-ingest.ts'

const opened: Listener[] = []
const clients: grpc.Client[] = []
afterEach(async () => {
  for (const each of clients.splice(0)) each.close()
  for (const each of opened.splice(0)) await each.close(100)
})

const trace = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const metrics = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const logs = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'

async function listening() {
  const rows = new TableIngest()
  const notKept: unknown[] = []
  const listeners = await createOtlpProtocol({ onNotKept: (...what) => notKept.push(what) }).listen(
    loopbackContext(rows.ingest),
  )
  opened.push(...listeners)
  const [listener] = listeners
  const client = new grpc.Client(`127.0.0.1:${listener.port}`, grpc.credentials.createInsecure())
  clients.push(client)
  const bytes = (value: Buffer) => value
  const send = (path: string, message: Uint8Array) =>
    new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(path, bytes, bytes, Buffer.from(message), (error: Error | null, answer?: Buffer) => {
        if (answer === undefined) reject(error ?? new Error('no answer'))
        else resolve(answer)
      })
    })
  return { rows, notKept, listeners, send }
}

const seed = Number(process.env['SPOOR_SEED'] ?? Date.now() % 1e9)

test(`random requests over gRPC arrive as they are (seed ${seed})`, async () => {
  const { rows, send, listeners } = await listening()
  expect(listeners.map(each => each.name)).toEqual(['otlp-grpc', 'otlp-http'])
  const random = seededRandom(seed)
  const expected: string[] = []
  for (let round = 0; round < 50; round++) {
    const bytes = ExportTraceServiceRequest.encode(randomRequest(random)).finish()
    await send(trace, bytes)
    expected.push(...linesOfMessage(ExportTraceServiceRequest.decode(bytes)))
  }
  expect(linesOfTable(rows.table)).toEqual(expected)
  expect(new Set(rows.messages.map(each => each.protocol))).toEqual(new Set(['otlp_grpc']))
})

test('partial success, bad bytes, overload, other signals', async () => {
  const { rows, send, notKept } = await listening()
  // One span with no ids at all: resource_spans { scope_spans { spans {} } }.
  const partial = await send(trace, Buffer.from([10, 4, 18, 2, 18, 0]))
  // partial_success { rejected_spans: 1, error_message }.
  expect([...partial.subarray(2, 5)]).toEqual([8, 1, 18])
  expect(String(partial)).toContain('1 of 1 spans were not kept: 1 with an invalid trace id')
  expect(await send(trace, Buffer.alloc(0))).toHaveLength(0)
  await expect(send(trace, Buffer.from([10, 9, 1]))).rejects.toMatchObject({
    code: 3,
    details: expect.stringContaining('a length of 9 bytes; 1 bytes are left'),
  })
  rows.refusal = new OverloadedError('later', 'memory_budget', 1500)
  const busy = (await send(trace, Buffer.alloc(0)).catch((error: unknown) => error)) as grpc.ServiceError
  expect([busy.code, busy.details]).toEqual([14, 'later'])
  expect(String(busy.metadata.get('grpc-status-details-bin')[0])).toContain('google.rpc.RetryInfo')
  expect(await send(metrics, Buffer.from([10, 0]))).toHaveLength(0)
  expect(await send(logs, Buffer.from([10, 0]))).toHaveLength(0)
  expect(notKept).toEqual([
    ['metrics', 'otlp_grpc', 7],
    ['logs', 'otlp_grpc', 7],
  ])
})

test('a port in use names its setting, and the other is closed again', async () => {
  const taken = await steadyPort()
  const other = createServer().listen(taken, '127.0.0.1')
  await once(other, 'listening')
  const grpcPort = await steadyPort()
  const ports = anyPorts({ 'otlp-grpc-port': grpcPort, 'otlp-http-port': taken })
  const listen = () => createOtlpProtocol().listen(loopbackContext(new TableIngest().ingest, { ports }))
  await expect(listen()).rejects.toMatchObject({
    name: 'PortError',
    setting: 'otlp-http-port',
    port: taken,
    host: '127.0.0.1',
    code: 'EADDRINUSE',
  })
  other.close()
  await once(other, 'close')
  opened.push(...(await listen()))
  expect(opened.map(each => each.port)).toEqual([grpcPort, taken])
})
