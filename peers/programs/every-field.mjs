// One span with everything that OpenTelemetry's JavaScript SDK can say of one: `node every-field.mjs TRANSPORT URL TRACE-ID`, below span bbbbbbbbbbbbbbbb.
import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const [, , transport, url, traceId] = process.argv
const compression = transport.endsWith('-gzip') ? 'gzip' : 'none'
const Exporter = { grpc: GrpcExporter, 'http-json': JsonExporter, 'http-protobuf': ProtobufExporter }[
  transport.replace('-gzip', '')
]
const provider = new TracerProvider({
  resource: resourceFromAttributes(
    { 'service.name': 'every field', 'service.version': '1.2', cores: 4, weight: 2.5, virtual: true },
    { schemaUrl: 'https://opentelemetry.io/schemas/1.30.0' },
  ),
  spanProcessors: [new SimpleSpanProcessor({ exporter: new Exporter({ url, compression }) })],
})
const tracer = provider.getTracer('the scope', '3.4.5', { schemaUrl: 'https://opentelemetry.io/schemas/1.29.0' })
const parent = {
  traceId,
  spanId: 'b'.repeat(16),
  traceFlags: 1,
  isRemote: true,
  traceState: createTraceState('vendor=a1,other=b2'),
}
const span = tracer.startSpan(
  'ünïcode ✓ "name"',
  {
    kind: SpanKind.PRODUCER,
    startTime: [1_760_000_000, 123_456_789],
    attributes: {
      text: 'grün\n"x"',
      empty: '',
      yes: true,
      no: false,
      int: -42,
      big: 2 ** 40,
      double: 0.1,
      small: -5e-300,
      texts: ['a', '', 'ß'],
      ints: [1, -2],
      doubles: [0.5, 1.5],
      bools: [true, false],
      none: [],
    },
    links: [
      {
        context: {
          traceId: 'c'.repeat(32),
          spanId: 'd'.repeat(16),
          traceFlags: 1,
          traceState: createTraceState('link=1'),
        },
        attributes: { why: 'batch', nth: 2 },
      },
      { context: { traceId: 'e'.repeat(32), spanId: 'f'.repeat(16), traceFlags: 0 } },
    ],
  },
  trace.setSpanContext(ROOT_CONTEXT, parent),
)
span.addEvent('first', { 'a.key': 'a value', n: 7 }, [1_760_000_001, 1])
span.addEvent('bare', undefined, [1_760_000_001, 999_999_999])
span.setStatus({ code: SpanStatusCode.ERROR, message: 'no stock ☹' })
span.end([1_760_000_002, 987_654_321])
await provider.forceFlush()
await provider.shutdown()
