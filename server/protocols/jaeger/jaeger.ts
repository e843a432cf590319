import { openAll, openPort, type Protocol } from '#server/protocols/protocol.ts'
import { listenAgentHttp } from './agent-http.ts'
import { createJaegerDecoders } from './decoders.ts'
import { listenJaegerGrpc } from './jaeger-grpc.ts'
import { listenJaegerHttp } from './jaeger-http.ts'
import { listenJaegerUdp } from './jaeger-udp.ts'
import { listenSamplingGrpc } from './sampling-grpc.ts'

/** What Jaeger's clients and agents send: gRPC, Thrift over HTTP, Thrift over UDP, and the agent's questions. */
export function createJaegerProtocol(): Protocol {
  return {
    name: 'jaeger',
    listen(context) {
      const { ingest } = context
      const decoders = createJaegerDecoders()
      return openAll([
        () => openPort(context, 'jaeger-grpc-port', port => listenJaegerGrpc(context, port, ingest, decoders)),
        () => openPort(context, 'jaeger-http-port', port => listenJaegerHttp(context, port, ingest, decoders)),
        () =>
          openPort(context, 'jaeger-compact-port', port => listenJaegerUdp(context, port, 'compact', ingest, decoders)),
        () =>
          openPort(context, 'jaeger-binary-port', port => listenJaegerUdp(context, port, 'binary', ingest, decoders)),
        () => openPort(context, 'sampling-port', port => listenAgentHttp(context, port)),
        () => openPort(context, 'sampling-grpc-port', port => listenSamplingGrpc(context, port)),
      ])
    },
  }
}
