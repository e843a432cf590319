/**
 * The same messages of real clients, sent to a Jaeger 1.76 and decoded here: the answers of `/api/traces` compared field by
 * field, tags as sets. What differs on purpose stands in DIFFERENT, with its reason in docs/compatibility.md.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { ZipkinJsonDecoder } from '#shared/formats/zipkin/zipkin-json-decoder.ts'
import { ZipkinProtobufDecoder } from '#shared/formats/zipkin/zipkin-protobuf-decoder.ts'
import { ZipkinThriftDecoder } from '#shared/formats/zipkin/zipkin-thrift-decoder.ts'
import { JaegerProtobufDecoder } from './decode-protobuf.ts'
import { JaegerThriftDecoder } from './decode-thrift.ts'
import { encodeUiJson } from './encode-ui-json.ts'
import type { JaegerProcess, JaegerSpan, JaegerTag } from './ui-json.ts'

interface Trace {
  readonly spans: readonly JaegerSpan[]
  readonly processes: Readonly<Record<string, JaegerProcess>>
}

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, import.meta.url)))
const answers = JSON.parse(readFileSync(new URL('fixtures/doors/answers.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly Trace[]>
>

type Decode = (bytes: Uint8Array, table: SpanTableBuilder) => void
const binary: Decode = (bytes, table) => new JaegerThriftDecoder('binary').decodeBatch(bytes, table)
const datagram =
  (encoding: 'binary' | 'compact'): Decode =>
  (bytes, table) =>
    new JaegerThriftDecoder(encoding).decodeMessage(bytes, table)
const json: Decode = (bytes, table) => new ZipkinJsonDecoder().decode(bytes, table)
const protobuf: Decode = (bytes, table) => new ZipkinProtobufDecoder().decode(bytes, table)

const messages: readonly (readonly [service: string, file: string, decode: Decode])[] = [
  [
    'otel-jaeger-grpc',
    'otel-python.grpc.bin',
    (bytes, table) => new JaegerProtobufDecoder().decodeRequest(bytes, table),
  ],
  ['node-http', 'jaeger-client-node.http.bin', binary],
  ['otel-jaeger-thrift-http', 'otel-python.http.bin', binary],
  ['python-udp', 'jaeger-client-python.udp-compact.bin', datagram('compact')],
  ['otel-jaeger-thrift-udp', 'otel-python.udp-compact.bin', datagram('compact')],
  ['node-udp', 'jaeger-client-node.udp-binary.bin', datagram('binary')],
  ['java-http', 'jaeger-client-java.http.bin', binary],
  ['java-udp', 'jaeger-client-java.udp-compact.bin', datagram('compact')],
  ['go-http', 'jaeger-client-go.http.bin', binary],
  ['go-udp', 'jaeger-client-go.udp-compact.bin', datagram('compact')],
  ['ruby-http', 'jaeger-client-ruby.http.bin', binary],
  ['ruby-udp', 'jaeger-client-ruby.udp-compact.bin', datagram('compact')],
  [
    'pyzipkin-v1-thrift',
    '../zipkin/py-zipkin.v1.thrift.bin',
    (bytes, table) => new ZipkinThriftDecoder('binary').decodeList(bytes, table),
  ],
  ['pyzipkin-v2-json', '../zipkin/py-zipkin.v2.json', json],
  ['zipkin-node-v2', '../zipkin/zipkin-node.v2.json', json],
  ['otel-zipkin-v2', '../zipkin/otel-python.v2.json', json],
  ['otel-node-zipkin', '../zipkin/otel-node.v2.json', json],
  ['otel-zipkin-proto', '../zipkin/otel-python.v2.proto.bin', protobuf],
  ['pyzipkin-v2-proto', '../zipkin/py-zipkin.v2.proto.bin', protobuf],
]

/** By service: each path at which ours differs. */
const SCOPE_TWICE = ['charge card.tags.otel.library.name', 'charge card.tags.otel.library.version']
const ADDRESSES = ['net.host.ip', 'net.host.port', 'net.peer.ip', 'net.peer.port', 'peer.service', 'sa']
const DIFFERENT: Readonly<Record<string, readonly string[]>> = {
  // The exporter writes the scope under its old and its new name; here it is the span's scope, under the new one.
  'otel-jaeger-grpc': SCOPE_TWICE,
  'otel-jaeger-thrift-http': SCOPE_TWICE,
  'otel-jaeger-thrift-udp': SCOPE_TWICE,
  // Jaeger makes a span of no length one nanosecond long and says so.
  'node-http': ['SELECT.warnings'],
  'node-udp': ['SELECT.warnings'],
  // v1's endpoints get the names that v2's have; Jaeger drops the peer and puts the host's into the process.
  'pyzipkin-v1-thrift': [
    ...ADDRESSES.map(key => `select.tags.${key}`),
    ...['net.host.ip', 'net.host.port'].map(key => `get /cart.tags.${key}`),
    ...['get /cart', 'select'].flatMap(span => [`${span}.process.ipv4`, `${span}.process.port`]),
  ],
}

const byKey = (tags: readonly JaegerTag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ key, type, value }) => [key, `${type} ${String(value)}`]))

/** Spans by name, without the ids of processes and the order of tags. */
function plain(traces: readonly Trace[]): Record<string, unknown> {
  return Object.fromEntries(
    traces.flatMap(({ spans, processes }) =>
      spans.map(({ processID, tags, logs, warnings, ...rest }) => [
        rest.operationName,
        {
          ...rest,
          tags: byKey(tags),
          warnings: warnings ?? [],
          logs: logs.map(({ timestamp, fields }) => ({ timestamp, fields: byKey(fields) })),
          service: processes[processID].serviceName,
          process: byKey(processes[processID].tags),
        },
      ]),
    ),
  )
}

function differences(ours: unknown, theirs: unknown, path = ''): string[] {
  if (typeof ours === 'object' && ours !== null && typeof theirs === 'object' && theirs !== null) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)])
    if (path.endsWith('.warnings')) return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [path]
    return [...keys].flatMap(key =>
      differences(Reflect.get(ours, key), Reflect.get(theirs, key), path === '' ? key : `${path}.${key}`),
    )
  }
  return ours === theirs ? [] : [path]
}

test.each(messages)('%s', (service, file, decode) => {
  const table = new SpanTableBuilder()
  const path = file.startsWith('../zipkin/')
    ? `../zipkin/fixtures/wire/${file.slice('../zipkin/'.length)}`
    : `fixtures/wire/${file}`
  decode(read(path), table)
  const { data } = JSON.parse([...encodeUiJson(table)].join('')) as { readonly data: readonly Trace[] }
  const found = differences(plain(data), plain(answers[service]))
  expect(found.toSorted()).toEqual((DIFFERENT[service] ?? []).toSorted())
})
