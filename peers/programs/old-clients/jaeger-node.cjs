// jaeger-client for Node: a span with everything that the client can say, and its child. `udp HOST PORT` or `http URL`.
const { initTracer } = require('jaeger-client')
const opentracing = require('opentracing')

const [how, where, port] = process.argv.slice(2)
const reporter = { logSpans: false, flushIntervalMs: 100 }
if (how === 'udp') Object.assign(reporter, { agentHost: where, agentPort: Number(port) })
else reporter.collectorEndpoint = where
const tracer = initTracer(
  { serviceName: `node-${how}`, sampler: { type: 'const', param: 1 }, reporter, traceId128bit: true },
  { tags: { 'shop.city': 'Genève', 'process.nice': 3 } },
)
const other = tracer.startSpan('earlier')
const root = tracer.startSpan('GET /cart', {
  tags: { 'span.kind': 'server', 'http.status_code': 200, ratio: 0.25, big: 2 ** 40, cached: false },
})
const child = tracer.startSpan('SELECT', {
  references: [opentracing.childOf(root.context()), opentracing.followsFrom(other.context())],
  tags: { 'span.kind': 'client', 'peer.service': 'mysql', error: true },
})
child.log({ event: 'error', 'error.object': new Error('gone'), retries: 2 })
child.finish()
root.setBaggageItem('user', 'ada')
root.finish()
other.finish()
console.log(root.context().traceIdStr)
tracer.close(() => setTimeout(() => process.exit(0), 200))
