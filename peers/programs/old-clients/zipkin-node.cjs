// npm zipkin over HTTP in the version named first (v1, v2), to the address named second: a server span and its client span.
const { Tracer, BatchRecorder, ExplicitContext, jsonEncoder, Annotation, InetAddress } = require('zipkin')
const { HttpLogger } = require('zipkin-transport-http')

const [version, origin] = process.argv.slice(2)
const logger = new HttpLogger({
  endpoint: `${origin}/api/${version}/spans`,
  jsonEncoder: version === 'v1' ? jsonEncoder.JSON_V1 : jsonEncoder.JSON_V2,
  httpInterval: 100,
})
const tracer = new Tracer({
  ctxImpl: new ExplicitContext(),
  recorder: new BatchRecorder({ logger }),
  localServiceName: `zipkin-node-${version}`,
  traceId128Bit: true,
})
const root = tracer.createRootId()
tracer.scoped(() => {
  tracer.setId(root)
  tracer.recordServiceName(tracer.localEndpoint.serviceName)
  tracer.recordRpc('get /cart')
  tracer.recordBinary('http.path', '/cart')
  tracer.recordAnnotation(new Annotation.ServerRecv())
  tracer.scoped(() => {
    tracer.setId(tracer.createChildId())
    tracer.recordServiceName(tracer.localEndpoint.serviceName)
    tracer.recordRpc('select')
    tracer.recordAnnotation(new Annotation.ClientSend())
    tracer.recordAnnotation(
      new Annotation.ServerAddr({ serviceName: 'mysql', host: new InetAddress('10.9.8.7'), port: 3306 }),
    )
    tracer.recordMessage('cache miss')
    tracer.recordBinary('error', 'gone')
    tracer.recordAnnotation(new Annotation.ClientRecv())
  })
  tracer.recordAnnotation(new Annotation.ServerSend())
})
console.log(root.traceId)
setTimeout(() => process.exit(0), 1000)
