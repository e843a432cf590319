import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { OverloadedError } from '#server/errors.ts'
import { loopbackContext, TableIngest } from '#server/protocols/table-ingest.ts'
import type { Listener } from '#server/transport/listener.ts'
import { encodeThriftMessage, i64, struct, structs, text } from '#shared/formats/thrift/thrift-writer.ts'
import { Span } from '#shared/spans/span.ts'
import { createZipkinProtocol } from './zipkin.ts'

/** Messages of real clients; its README.md says whose. */
const fixture = (name: string) =>
  readFileSync(new URL(`../../../shared/formats/zipkin/fixtures/wire/${name}`, import.meta.url))

const opened: Listener[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(each => each.close(0)))
})

async function listening() {
  const rows = new TableIngest()
  opened.push(...(await createZipkinProtocol().listen(loopbackContext(rows.ingest))))
  const port = (name: string) => opened.find(each => each.name === name)?.port ?? 0
  const post = async (path: string, body: Uint8Array, headers: Record<string, string>) => {
    const answer = await fetch(`http://127.0.0.1:${port('zipkin')}${path}`, {
      method: 'POST',
      body: body as Uint8Array<ArrayBuffer>,
      headers,
    })
    return [answer.status, await answer.text()]
  }
  return { rows, port, post }
}

test.each([
  ['/api/v1/spans', 'py-zipkin.v1.thrift.bin', 'application/x-thrift', 'zipkin_v1_thrift', 'pyzipkin-v1-thrift'],
  ['/api/v1/spans', 'py-zipkin.v1.json', 'application/json; charset=utf-8', 'zipkin_v1_json', 'pyzipkin-v1-json'],
  ['/api/v2/spans', 'py-zipkin.v2.json', 'application/json', 'zipkin_v2_json', 'pyzipkin-v2-json'],
  ['/api/v2/spans', 'py-zipkin.v2.proto.bin', 'application/x-protobuf', 'zipkin_v2_protobuf', 'pyzipkin-v2-proto'],
])('%s takes %s, packed and not', async (path, name, type, door, service) => {
  const { rows, post } = await listening()
  const body = fixture(name)
  expect(await post(path, body, { 'content-type': type })).toEqual([202, ''])
  const packed = { 'content-type': type, 'content-encoding': 'gzip' }
  expect(await post(path, gzipSync(body), packed)).toEqual([202, ''])
  expect(rows.table.rowCount).toBe(4)
  expect(new Span(rows.table, 0).serviceName).toBe(service)
  expect(rows.messages.map(({ protocol, bytes }) => [protocol, bytes])).toEqual([
    [door, body.length],
    [door, body.length],
  ])
})

test('what is refused, in Jaeger’s words', async () => {
  const { rows, post } = await listening()
  const json = fixture('py-zipkin.v2.json')
  expect(await post('/api/v2/spans', json, { 'content-type': 'text/plain' })).toEqual([
    400,
    'Unsupported Content-Type: text/plain, expected application/json or application/x-protobuf\n',
  ])
  expect(await post('/api/v2/spans', Buffer.from('[{]'), { 'content-type': 'application/json' })).toEqual([
    400,
    'Unable to process request body: [0]: seen ]; expected a key in quotes (byte 2)\n',
  ])
  rows.refusal = new OverloadedError('later', 'memory_budget', 1500)
  expect(await post('/api/v2/spans', json, {})).toEqual([503, 'later\n'])
  expect(rows.table.rowCount).toBe(0)
})

test('datagrams of Zipkin’s spans', async () => {
  const { rows, port } = await listening()
  const span = struct([1, i64(1)], [3, text('get')], [4, i64(2)], [10, i64(5)], [6, structs([])])
  const socket = createSocket('udp4')
  socket.send(
    encodeThriftMessage('compact', 'emitZipkinBatch', [1, structs([span])]),
    port('zipkin-compact'),
    '127.0.0.1',
  )
  while (rows.table.rowCount === 0) await new Promise(resolve => setTimeout(resolve, 5))
  socket.close()
  expect(rows.messages[0].protocol).toBe('zipkin_udp_compact')
  expect(new Span(rows.table, 0).name).toBe('get')
})
