// One checkout of a small shop, as a program with OpenTelemetry's JavaScript SDK sends it.
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const host = process.env.SPOOR_HOST ?? '127.0.0.1'
const http = `http://${host}:${process.env.SPOOR_HTTP_PORT ?? 4318}/v1/traces`
const exporters = {
  'http-protobuf': () => new ProtobufExporter({ url: http }),
  'http-protobuf-gzip': () => new ProtobufExporter({ url: http, compression: 'gzip' }),
  'http-json': () => new JsonExporter({ url: http }),
  'http-json-gzip': () => new JsonExporter({ url: http, compression: 'gzip' }),
  grpc: () => new GrpcExporter({ url: `http://${host}:${process.env.SPOOR_GRPC_PORT ?? 4317}` }),
  'grpc-gzip': () =>
    new GrpcExporter({ url: `http://${host}:${process.env.SPOOR_GRPC_PORT ?? 4317}`, compression: 'gzip' }),
}
const transport = process.argv[2] ?? 'http-protobuf'
if (!(transport in exporters)) {
  console.error(`transport ${transport}: expected one of ${Object.keys(exporters).join(', ')}`)
  process.exit(2)
}

const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': process.argv[3] ?? 'checkout-js', 'host.name': 'example' }),
  spanProcessors: [new SimpleSpanProcessor({ exporter: exporters[transport]() })],
})
const tracer = provider.getTracer('example', '1.0.0')

const root = tracer.startSpan('POST /checkout', { kind: SpanKind.SERVER, attributes: { 'user.id': 'ada' } })
const inside = trace.setSpan(context.active(), root)
const query = tracer.startSpan('SELECT orders', { kind: SpanKind.CLIENT, attributes: { rows: 3 } }, inside)
query.addEvent('cache miss', { key: 'orders:ada' })
query.end()
const charge = tracer.startSpan('charge card', {}, inside)
charge.recordException(new Error('card declined'))
charge.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' })
charge.end()
root.end()

await provider.forceFlush()
await provider.shutdown()
console.log(root.spanContext().traceId)
