import type { Listener } from '#server/transport/listener.ts'
import { openPort, type Protocol } from '#server/protocols/protocol.ts'
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
      const opened: Listener[] = []
      try {
        opened.push(await openPort(context, 'otlp-grpc-port', port => listenOtlpGrpc(context, port, receiver)))
        opened.push(await openPort(context, 'otlp-http-port', port => listenOtlpHttp(context, port, receiver)))
        return opened
      } catch (error) {
        await Promise.all(opened.map(each => each.close(0)))
        throw error
      }
    },
  }
}
