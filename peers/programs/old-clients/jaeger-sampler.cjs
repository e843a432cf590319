// jaeger-client for Node with each of its samplers. Arguments: the collector's URL, the service, the sampler's configuration as JSON. For each
// line of standard input, `NUMBER OPERATION`, so many traces are begun; printed is how many were sampled, what they say of it, and which sampler
// is in force.
const readline = require('node:readline')
const { initTracer } = require('jaeger-client')

const [collectorEndpoint, serviceName, sampler] = process.argv.slice(2)
const reporter = { logSpans: false, flushIntervalMs: 50, collectorEndpoint }
const silent = { info() {}, error() {} }
const tracer = initTracer(
  { serviceName, sampler: JSON.parse(sampler), reporter, traceId128bit: true },
  { logger: silent },
)

readline
  .createInterface({ input: process.stdin })
  .on('line', line => {
    const space = line.indexOf(' ')
    const operation = line.slice(space + 1)
    let sampled = 0
    let tags
    for (let i = 0; i < Number(line.slice(0, space)); i++) {
      const span = tracer.startSpan(operation)
      if (span.context().isSampled()) {
        sampled++
        tags = Object.fromEntries(span._tags.map(({ key, value }) => [key, value]))
      }
      span.finish()
    }
    const { _sampler: outer } = tracer
    console.log(JSON.stringify({ sampled, tags, sampler: String(outer._sampler ?? outer) }))
  })
  .on('close', () => tracer.close(() => setTimeout(() => process.exit(0), 200)))
