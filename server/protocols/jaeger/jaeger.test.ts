import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import * as grpc from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { OverloadedError } from '#server/errors.ts'
import { loopbackContext, TableIngest } from '#server/protocols/table-ingest.ts'
import type { Listener } from '#server/transport/listener.ts'
import { Span } from '#shared/spans/span.ts'
import { createJaegerProtocol } from './jaeger.ts'

/** Messages of real clients; its README.md says whose. */
const fixture = (name: string) =>
  readFileSync(new URL(`../../../shared/formats/jaeger/fixtures/wire/${name}`, import.meta.url))

const opened: Listener[] = []
const clients: grpc.Client[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(opened.splice(0).map(each => each.close(0)))
})

async function listening(changes: Parameters<typeof loopbackContext>[1] = {}) {
  const rows = new TableIngest()
  opened.push(...(await createJaegerProtocol().listen(loopbackContext(rows.ingest, changes))))
  const port = (name: string) => opened.find(each => each.name === name)?.port ?? 0
  return { rows, port }
}

function post(port: number, body: Uint8Array, contentType: string | undefined, path = '/api/traces') {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    headers: contentType === undefined ? {} : { 'content-type': contentType },
  })
}

function call(port: number, message: Uint8Array, method = 'CollectorService/PostSpans'): Promise<Buffer> {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
  clients.push(client)
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      `/jaeger.api_v2.${method}`,
      (value: Uint8Array) => Buffer.from(value),
      (value: Buffer) => value,
      message,
      (error, answer) => (error === null ? resolve(answer ?? Buffer.alloc(0)) : reject(error as Error)),
    )
  })
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(resolve => setTimeout(resolve, 5))
}

test('Thrift over HTTP: 202 and nothing else', async () => {
  const { rows, port } = await listening()
  const body = fixture('jaeger-client-node.http.bin')
  for (const type of ['application/x-thrift', 'application/vnd.apache.thrift.binary; charset=x']) {
    const answer = await post(port('jaeger-http'), body, type, '/api/traces?format=jaeger.thrift')
    expect([answer.status, await answer.text()]).toEqual([202, ''])
  }
  expect(rows.table.rowCount).toBe(6)
  expect(new Span(rows.table, 0).serviceName).toBe('node-http')
  expect(rows.messages[0]).toMatchObject({ protocol: 'jaeger_http_thrift', bytes: body.length, peer: '127.0.0.1' })
})

test('Thrift over HTTP: what is refused, in Jaeger’s words', async () => {
  const { rows, port } = await listening()
  const answer = async (body: Uint8Array, type: string | undefined) => {
    const got = await post(port('jaeger-http'), body, type)
    return [got.status, (await got.text()).trim()]
  }
  expect(await answer(Buffer.alloc(0), undefined)).toEqual([400, 'Cannot parse content type: mime: no media type'])
  expect(await answer(Buffer.alloc(0), 'application/json')).toEqual([400, 'Unsupported content type: application/json'])
  expect(await answer(Buffer.from([12, 0]), 'application/x-thrift')).toEqual([
    400,
    'Unable to process request body: needs 2 more bytes; 1 are left (byte 1)',
  ])
  rows.refusal = new OverloadedError('later', 'memory_budget', 1500)
  const busy = await post(port('jaeger-http'), fixture('otel-python.http.bin'), 'application/x-thrift')
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '2'])
  expect(rows.table.rowCount).toBe(0)
})

test('gRPC: PostSpans', async () => {
  const { rows, port } = await listening()
  expect(await call(port('jaeger-grpc'), fixture('otel-python.grpc.bin'))).toHaveLength(0)
  expect(new Span(rows.table, 0).name).toBe('charge card')
  expect(rows.messages[0]).toMatchObject({ protocol: 'jaeger_grpc' })
  await expect(call(port('jaeger-grpc'), Buffer.from([10, 9, 1]))).rejects.toMatchObject({ code: 3 })
  rows.refusal = new OverloadedError('later', 'memory_budget', 1500)
  await expect(call(port('jaeger-grpc'), Buffer.alloc(0))).rejects.toMatchObject({ code: 14, details: 'later' })
})

test('UDP in both encodings, and datagrams that are neither', async () => {
  const { rows, port } = await listening()
  const socket = createSocket('udp4')
  const send = (bytes: Uint8Array, to: string) => socket.send(bytes, port(to), '127.0.0.1')
  send(fixture('jaeger-client-python.udp-compact.bin'), 'jaeger-compact')
  send(fixture('jaeger-client-node.udp-binary.bin'), 'jaeger-binary')
  send(Buffer.from('GET / HTTP/1.1\r\n'), 'jaeger-compact')
  const refused = () => opened.find(each => each.name === 'jaeger-compact')?.stats().refused['undecodable']
  await until(() => rows.table.rowCount === 5 && refused() === 1)
  socket.close()
  expect(rows.messages.map(({ protocol }) => protocol).sort()).toEqual(['jaeger_udp_binary', 'jaeger_udp_compact'])
})

test('questions about sampling and baggage go on to main', async () => {
  const asked: string[] = []
  const { port } = await listening({
    forward: ({ method, path }) => {
      asked.push(`${method} ${path}`)
      return Promise.resolve({ status: 200, body: 'answer' })
    },
  })
  const get = async (name: string, path: string) => (await fetch(`http://127.0.0.1:${port(name)}${path}`)).text()
  expect(await get('sampling', '/sampling?service=a')).toBe('answer')
  await get('sampling', '/?service=a')
  await get('sampling', '/baggageRestrictions?service=a')
  await get('jaeger-http', '/api/sampling?service=a')
  await get('jaeger-http', '/api/baggageRestrictions?service=a')
  expect(asked).toEqual([
    'GET /sampling?service=a',
    'GET /legacy-sampling?service=a',
    'GET /baggageRestrictions?service=a',
    'GET /api/sampling?service=a',
    'GET /api/baggageRestrictions?service=a',
  ])
})

test('sampling over gRPC, on its own port and the collector’s', async () => {
  const asked: string[] = []
  let status = 200
  const { port } = await listening({
    forward: ({ path }) => {
      asked.push(path)
      return Promise.resolve({
        status,
        body: '{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}',
      })
    },
  })
  const question = Buffer.from([10, 3, 97, 32, 98])
  const ask = (name: string) => call(port(name), question, 'SamplingManager/GetSamplingStrategy')
  for (const name of ['jaeger-grpc', 'sampling-grpc']) {
    expect((await ask(name)).toString('hex')).toBe('120909000000000000f03f')
  }
  expect(asked).toEqual(['/api/sampling?service=a%20b', '/api/sampling?service=a%20b'])
  status = 503
  await expect(ask('sampling-grpc')).rejects.toMatchObject({ code: 14 })
})
