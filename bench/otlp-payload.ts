/**
 * Requests as a shop of twenty services sends them, for the decoder benchmarks: server, client, messaging and internal
 * spans by OpenTelemetry's conventions, ten attributes a span, eight a resource; an event on 18 % of the spans (one in six of them with a
 * stack trace), a link on 5 %. Ids, addresses and statements differ from span to span; the same seed gives the same bytes.
 */
import {
  type AnyValue,
  type ExportTraceServiceRequest,
  type KeyValue,
  type Span,
} from '#shared/formats/otlp/generated/trace-request.ts'

const LANGUAGES = ['go', 'java', 'nodejs', 'python', 'dotnet', 'ruby', 'php']
const NOUNS =
  'cart checkout payment shipping email ad catalog currency quote search review stock user auth gateway web mobile audit order price'.split(
    ' ',
  )

/** Numbers from 0 up to `below`; mulberry32. */
export type Random = (below: number) => number

export function seeded(seed: number): Random {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = random(256)
  bytes[length - 1] |= 1
  return bytes
}

const text = (value: string): AnyValue => ({ value: { $case: 'stringValue', value } })
const int = (value: number): AnyValue => ({ value: { $case: 'intValue', value: BigInt(value) } })
const attributes = (entries: Record<string, AnyValue>): KeyValue[] =>
  Object.entries(entries).map(([key, value]) => ({ key, value }))

const uuid = (random: Random) => toHex(randomBytes(random, 16)).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

function attributesOf(random: Random, shape: number, noun: string): KeyValue[] {
  const ip = `10.${random(4)}.${random(256)}.${random(256)}`
  switch (shape) {
    case 0:
      return attributes({
        'http.request.method': text('GET'),
        'url.path': text(`/api/${noun}/${random(5000)}`),
        'url.scheme': text('https'),
        'http.route': text(`/api/${noun}/:id`),
        'http.response.status_code': int(random(20) === 0 ? 500 : 200),
        'server.address': text(`${noun}.shop.svc.cluster.local`),
        'server.port': int(8080),
        'client.address': text(ip),
        'user_agent.original': text(
          'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36',
        ),
        'session.id': text(uuid(random)),
        'network.protocol.version': text('1.1'),
      })
    case 1:
      return attributes({
        'db.system.name': text('postgresql'),
        'db.namespace': text('shop'),
        'db.operation.name': text('SELECT'),
        'db.collection.name': text(noun),
        'db.query.text': text(`SELECT id, name, price, stock FROM ${noun} WHERE id = $1 AND deleted_at IS NULL`),
        'server.address': text('postgres-0.postgres'),
        'server.port': int(5432),
        'db.response.returned_rows': int(random(100)),
        'thread.id': int(random(64)),
      })
    case 2:
      return attributes({
        'rpc.system': text('grpc'),
        'rpc.service': text(`shop.${noun}.v1.Service`),
        'rpc.method': text('Get'),
        'rpc.grpc.status_code': int(0),
        'server.address': text(`${noun}-${random(3)}`),
        'server.port': int(50051),
        'network.peer.address': text(ip),
        'network.peer.port': int(1024 + random(60000)),
        'app.cache.hit': { value: { $case: 'boolValue', value: random(2) === 1 } },
        'app.ratio': { value: { $case: 'doubleValue', value: random(1e9) / 1e9 } },
      })
    default:
      return attributes({
        'messaging.system': text('kafka'),
        'messaging.destination.name': text(`${noun}.events`),
        'messaging.operation.type': text('process'),
        'messaging.kafka.offset': int(random(1e9)),
        'messaging.destination.partition.id': text(String(random(12))),
        'messaging.message.id': text(uuid(random)),
        'messaging.message.body.size': int(random(100_000)),
        'messaging.consumer.group.name': text(`${noun}-worker`),
        'thread.name': text(`worker-${random(16)}`),
        'app.user.id': text(`user-${random(10_000)}`),
      })
  }
}

function span(random: Random, noun: string, at: bigint): Span {
  const shape = random(4)
  const start = at + BigInt(random(1_000_000_000))
  const failed = random(30) === 0
  return {
    traceId: randomBytes(random, 16),
    spanId: randomBytes(random, 8),
    traceState: '',
    parentSpanId: random(8) === 0 ? new Uint8Array(0) : randomBytes(random, 8),
    name: [`GET /api/${noun}/:id`, `SELECT ${noun}`, `shop.${noun}.v1.Service/Get`, `process ${noun}.events`][shape],
    kind: [2, 3, 3, 5][shape],
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(random(50_000_000)),
    attributes: attributesOf(random, shape, noun),
    droppedAttributesCount: 0,
    events:
      random(100) >= 18
        ? []
        : [
            {
              timeUnixNano: start + 1000n,
              name: 'exception',
              attributes: attributes({
                'exception.type': text('TimeoutError'),
                'exception.message': text(`no answer within ${random(5000)} ms`),
                ...(random(6) === 0
                  ? { 'exception.stacktrace': text(`at call (${noun}.ts:${random(900)})\n`.repeat(30)) }
                  : {}),
              }),
              droppedAttributesCount: 0,
            },
          ],
    droppedEventsCount: 0,
    links:
      random(20) > 0
        ? []
        : [
            {
              traceId: randomBytes(random, 16),
              spanId: randomBytes(random, 8),
              traceState: '',
              attributes: [],
              droppedAttributesCount: 0,
              flags: 1,
            },
          ],
    droppedLinksCount: 0,
    status: failed ? { message: 'upstream timed out', code: 2 } : undefined,
    flags: 0x101,
  }
}

/** One request with `spans` spans of one service. */
export function request(random: Random, spans: number): ExportTraceServiceRequest {
  const service = random(NOUNS.length)
  const noun = NOUNS[service]
  const at = 1_764_000_000_000_000_000n + BigInt(random(3_600_000)) * 1_000_000n
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributes({
            'service.name': text(noun),
            'service.version': text(`1.${service}.0`),
            'service.instance.id': text(`${noun}-${random(3)}`),
            'telemetry.sdk.language': text(LANGUAGES[service % LANGUAGES.length]),
            'telemetry.sdk.name': text('opentelemetry'),
            'telemetry.sdk.version': text('1.40.0'),
            'host.name': text(`node-${random(5)}`),
            'deployment.environment.name': text('production'),
          }),
          droppedAttributesCount: 0,
        },
        scopeSpans: [
          {
            scope: { name: `@shop/${noun}`, version: '2.0.1', attributes: [], droppedAttributesCount: 0 },
            spans: Array.from({ length: spans }, () => span(random, noun, at)),
            schemaUrl: '',
          },
        ],
        schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
      },
    ],
  }
}

/** Bytes in lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** A request as OTLP JSON, in the form that SDKs send: no white space, 64-bit numbers as strings. */
export function toJson(message: ExportTraceServiceRequest): string {
  return JSON.stringify(message, (key, value: unknown) => {
    if (value instanceof Uint8Array) return key === 'bytesValue' || value.length === 0 ? undefined : toHex(value)
    if (typeof value === 'bigint') return value.toString()
    if (typeof value === 'object' && value !== null && '$case' in value && 'value' in value) {
      return { [value.$case as string]: value.value }
    }
    // AnyValue's own wrapper: { value: { $case, value } } became { value: { stringValue } } one level too deep.
    if (key === 'value' && typeof value === 'object' && value !== null && 'value' in value)
      return value.value === undefined ? {} : unwrap(value.value)
    if (Array.isArray(value) && value.length === 0) return undefined
    if (value === '' || value === 0) return undefined
    return value
  })
}

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$case' in value) || !('value' in value)) return value
  return { [value.$case as string]: value.value }
}
