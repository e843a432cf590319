/** The exporters of OpenTelemetry's JavaScript SDK against the real listeners: every transport, with and without gzip. */
import { type Attributes, type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test, vi } from 'vitest'
import { LimitError, OverloadedError } from '#server/errors.ts'
import type { Ingest } from '#server/pipeline/ingest.ts'
import type { Listener } from '#server/transport/listener.ts'
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { Span } from '#shared/spans/span.ts'
import { createOtlpProtocol } from './otlp.ts'
import { loopbackContext, TableIngest } from '#server/protocols/table-ingest.ts'

const opened: Listener[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const each of opened.splice(0)) await each.close(100)
})

/** What an exporter is, whichever version of the SDK's types it was compiled against. */
interface Exporter {
  export(spans: ReadableSpan[], done: (result: { code: number; error?: Error }) => void): void
  shutdown(): Promise<void>
}

async function listening(wrap = (ingest: Ingest) => ingest) {
  const rows = new TableIngest()
  const listeners = await createOtlpProtocol().listen(loopbackContext(wrap(rows.ingest)))
  opened.push(...listeners)
  const portOf = (name: string) => listeners.find(each => each.name === name)?.port
  return {
    rows,
    grpc: `http://127.0.0.1:${portOf('otlp-grpc')}`,
    http: `http://127.0.0.1:${portOf('otlp-http')}/v1/traces`,
  }
}

/** Spans as the SDK makes them: `count` of them, the first with everything that it can say. */
async function makeSpans(count: number): Promise<ReadableSpan[]> {
  const kept = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'cart', 'service.instance.id': 'ä-1', weight: 2.5, cores: 2 }),
    spanProcessors: [new SimpleSpanProcessor({ exporter: kept })],
  })
  const tracer = provider.getTracer('shop', '1.2.3', { schemaUrl: 'https://opentelemetry.io/schemas/1.30.0' })
  const start = 1_760_000_000_000
  const other = { traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), traceFlags: TraceFlags.SAMPLED }
  const first = tracer.startSpan('POST /cart/{id} ✓', {
    kind: SpanKind.SERVER,
    startTime: [1_760_000_000, 123_456_789],
    attributes: {
      text: 'ü "quoted"\n',
      yes: true,
      int: -42,
      double: 0.1,
      big: 2 ** 40,
      list: ['a', 'b'],
      numbers: [1, 2],
    },
    links: [{ context: other, attributes: { why: 'batch' } }],
  })
  first.addEvent('exception', { 'exception.type': 'TypeError' }, [1_760_000_001, 1])
  first.addEvent('bare', [1_760_000_001, 2])
  first.setStatus({ code: SpanStatusCode.ERROR, message: 'no stock' })
  first.end([1_760_000_002, 987_654_321])
  for (let i = 1; i < count; i++) {
    const span = tracer.startSpan(`step ${i % 7}`, { kind: SpanKind.CLIENT, startTime: start + i, attributes: { i } })
    span.end(start + i + 10)
  }
  await provider.forceFlush()
  return kept.getFinishedSpans()
}

const nanos = ([seconds, rest]: HrTime) => BigInt(seconds) * 1_000_000_000n + BigInt(rest)

function valueOf(attribute: unknown): unknown {
  if (Array.isArray(attribute)) return attribute.map(valueOf)
  return typeof attribute === 'number' && Number.isInteger(attribute) ? BigInt(attribute) : attribute
}
const sentAttributes = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => [key, valueOf(value)] as const)

function arrivedValue(value: AttributeValue): unknown {
  return value.type === 'array' ? value.values.map(arrivedValue) : 'value' in value ? value.value : value
}
const arrivedAttributes = (attributes: readonly Attribute[]) =>
  attributes.map(({ key, value }) => [key, arrivedValue(value)] as const)

function sent(span: ReadableSpan) {
  return {
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    name: span.name,
    start: nanos(span.startTime),
    end: nanos(span.endTime),
    // The SDK counts kinds from 0 without UNSPECIFIED.
    kind: span.kind + 1,
    status: [span.status.code, span.status.message ?? ''],
    attributes: sentAttributes(span.attributes),
    events: span.events.map(event => [event.name, nanos(event.time), sentAttributes(event.attributes ?? {})]),
    links: span.links.map(link => [link.context.traceId, link.context.spanId, sentAttributes(link.attributes ?? {})]),
    resource: sentAttributes(span.resource.attributes),
    scope: [span.instrumentationScope.name, span.instrumentationScope.version],
  }
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const statuses = ['unset', 'ok', 'error']

function arrived(span: Span) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    name: span.name,
    start: span.startTime,
    end: span.endTime,
    kind: kinds.indexOf(span.kind),
    status: [statuses.indexOf(span.status), span.statusMessage],
    attributes: arrivedAttributes(span.attributes),
    events: span.events.map(event => [event.name, event.time, arrivedAttributes(event.attributes)]),
    links: span.links.map(link => [link.traceId, link.spanId, arrivedAttributes(link.attributes)]),
    resource: arrivedAttributes(span.resource.attributes),
    scope: [span.scope.name, span.scope.version],
  }
}

function exporting(exporter: Exporter, spans: ReadableSpan[]): Promise<void> {
  return new Promise((resolve, reject) => {
    exporter.export(spans, ({ code, error }) =>
      code === 0 ? resolve() : reject(error ?? new Error(`export ended with ${code}`)),
    )
  })
}

function exporterOf(door: string, grpc: string, http: string): Exporter {
  if (door === 'otlp_grpc') return new GrpcExporter({ url: grpc })
  return door === 'otlp_http_json' ? new JsonExporter({ url: http }) : new ProtobufExporter({ url: http })
}

test.each([
  ['otlp_grpc', 'none'],
  ['otlp_grpc', 'gzip'],
  ['otlp_http_protobuf', 'none'],
  ['otlp_http_protobuf', 'gzip'],
  ['otlp_http_json', 'none'],
  ['otlp_http_json', 'gzip'],
])('%s, compression %s: the spans arrive as sent', async (door, compression) => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', compression)
  const { rows, grpc, http } = await listening()
  const exporter = exporterOf(door, grpc, http)
  const spans = await makeSpans(600)
  await exporting(exporter, spans.slice(0, 1))
  await exporting(exporter, spans.slice(1))
  await exporter.shutdown()
  expect(Array.from({ length: rows.table.rowCount }, (_, row) => arrived(new Span(rows.table, row)))).toEqual(
    spans.map(sent),
  )
  const last = rows.messages.at(-1)
  expect(rows.messages.map(each => each.protocol)).toEqual([door, door])
  expect(last?.peer).toBe('127.0.0.1')
  expect(last?.userAgent).toMatch(/^OTel-OTLP-Exporter-JavaScript/)
  // Whether what should have been packed was: 599 spans pack more than twice.
  expect(Number(last?.bytes) > Number(last?.wireBytes) * 2).toBe(compression === 'gzip')
})

// The SDK's exporter over gRPC sends nothing again, whatever it is told.
test.each(['otlp_http_protobuf', 'otlp_http_json'])(
  '%s: what is refused for overload is sent again, what is too much is not',
  async door => {
    const errors: Error[] = [
      new OverloadedError('later', 'memory_budget', 100),
      new LimitError('too many', 'table size'),
    ]
    const asked: number[] = []
    const { rows, grpc, http } = await listening(ingest => (message, decode) => {
      asked.push(message.bytes)
      const error = errors.shift()
      return error === undefined ? ingest(message, decode) : Promise.reject(error)
    })
    const exporter = exporterOf(door, grpc, http)
    const spans = await makeSpans(3)
    // The first is refused twice: try later, and then for good.
    await expect(exporting(exporter, spans)).rejects.toThrow('Payload Too Large')
    expect(asked).toHaveLength(2)
    errors.push(new OverloadedError('later', 'memory_budget', 100))
    await exporting(exporter, spans)
    await exporter.shutdown()
    expect(asked).toHaveLength(4)
    expect(rows.table.rowCount).toBe(3)
  },
)
