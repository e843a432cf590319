// OpenTelemetry for Node through the exporter named first (jaeger-http, jaeger-udp, zipkin), to the address named second.
const { trace, context, SpanKind, SpanStatusCode } = require('@opentelemetry/api')
const { TracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace')
const { resourceFromAttributes } = require('@opentelemetry/resources')

const [how, where] = process.argv.slice(2)
const makeExporter = () => {
  if (how === 'zipkin') {
    const { ZipkinExporter } = require('@opentelemetry/exporter-zipkin')
    return new ZipkinExporter({ url: where })
  }
  const { JaegerExporter } = require('@opentelemetry/exporter-jaeger')
  const [host, port] = where.split(':')
  return new JaegerExporter(
    how === 'jaeger-http' ? { endpoint: where } : { host, port: Number(port), flushTimeout: 500 },
  )
}
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': `otel-node-${how}` }),
  spanProcessors: [new SimpleSpanProcessor({ exporter: makeExporter() })],
})
const tracer = provider.getTracer('example', '1.0.0')
const root = tracer.startSpan('POST /checkout', { kind: SpanKind.SERVER, attributes: { 'user.id': 'ada' } })
const child = tracer.startSpan('charge card', { kind: SpanKind.CLIENT }, trace.setSpan(context.active(), root))
child.addEvent('declined', { code: 51 })
child.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' })
child.end()
root.end()
console.log(root.spanContext().traceId)
void provider.forceFlush().then(() => provider.shutdown())
