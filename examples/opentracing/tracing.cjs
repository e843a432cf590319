// What the three processes share: a tracer of Jaeger's client, and calls that carry the span's context.
const { createServer, request } = require('node:http')
const { initTracer, opentracing } = require('jaeger-client')
const { FORMAT_HTTP_HEADERS, Tags } = opentracing

// A tracer that samples everything and sends to JAEGER_AGENT_HOST:JAEGER_AGENT_PORT (127.0.0.1:6832).
function tracerFor(serviceName) {
  const reporter = {
    agentHost: process.env.JAEGER_AGENT_HOST ?? '127.0.0.1',
    agentPort: Number(process.env.JAEGER_AGENT_PORT ?? 6832),
    flushIntervalMs: 200,
  }
  return initTracer({ serviceName, sampler: { type: 'const', param: 1 }, reporter })
}

// The context of a span as headers.
function headersOf(tracer, span) {
  const headers = {}
  tracer.inject(span, FORMAT_HTTP_HEADERS, headers)
  return headers
}

// POSTs within a client span; resolves with the JSON of the answer.
function call(tracer, parent, port, path, body) {
  const span = tracer.startSpan(`POST ${path}`, {
    childOf: parent,
    tags: { [Tags.SPAN_KIND]: Tags.SPAN_KIND_RPC_CLIENT },
  })
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method: 'POST', headers: headersOf(tracer, span) }
    const sent = request(options, answer => {
      span.setTag(Tags.HTTP_STATUS_CODE, answer.statusCode)
      span.finish()
      textOf(answer).then(text => resolve(JSON.parse(text)), reject)
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

async function textOf(stream) {
  let text = ''
  for await (const part of stream) text += part
  return text
}

// A server whose every request is a span that goes on with the caller's context; the process says its port to the one that started it.
function serve(tracer, handle) {
  const serveOne = async (asked, answer) => {
    const caller = tracer.extract(FORMAT_HTTP_HEADERS, asked.headers)
    const tags = { [Tags.SPAN_KIND]: Tags.SPAN_KIND_RPC_SERVER, [Tags.HTTP_METHOD]: asked.method }
    const span = tracer.startSpan(`${asked.method} ${asked.url}`, { childOf: caller, tags })
    const body = JSON.parse(await textOf(asked))
    const result = await handle(span, body)
    span.setTag(Tags.HTTP_STATUS_CODE, 200)
    span.finish()
    answer.end(JSON.stringify(result))
  }
  const server = createServer((asked, answer) => void serveOne(asked, answer))
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('disconnect', () => tracer.close(() => process.exit(0)))
}

module.exports = { call, headersOf, opentracing, serve, tracerFor }
