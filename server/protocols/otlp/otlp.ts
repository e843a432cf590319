import { openAll, openPort, type Protocol } from '#server/protocols/protocol.ts'
import { listenOtlpGrpc } from './otlp-grpc.ts'
import { listenOtlpHttp } from './otlp-http.ts'
import { createOtlpDecoders, type OtlpReceiver } from './receive.ts'

/** OTLP over gRPC and over HTTP. */
export function createOtlpProtocol(options: Pick<OtlpReceiver, 'onNotKept'> = {}): Protocol {
  return {
    name: 'otlp',
    async listen(context) {
      const receiver: OtlpReceiver = {
        ingest: context.ingest,
        onNotKept: options.onNotKept,
        decoders: createOtlpDecoders(),
      }
      return openAll([
        () => openPort(context, 'otlp-grpc-port', port => listenOtlpGrpc(context, port, receiver)),
        () => openPort(context, 'otlp-http-port', port => listenOtlpHttp(context, port, receiver)),
      ])
    },
  }
}
