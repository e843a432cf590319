import { openAll, openPort, type Protocol } from '#server/protocols/protocol.ts'
import { createZipkinDecoders } from './decoders.ts'
import { listenZipkinHttp } from './zipkin-http.ts'
import { listenZipkinUdp } from './zipkin-udp.ts'

/** What Zipkin's reporters send over HTTP, and Zipkin's spans as the oldest of Jaeger's clients send them over UDP. */
export function createZipkinProtocol(): Protocol {
  return {
    name: 'zipkin',
    listen(context) {
      const { ingest } = context
      const decoders = createZipkinDecoders()
      return openAll([
        () => openPort(context, 'zipkin-port', port => listenZipkinHttp(context, port, ingest, decoders)),
        () => openPort(context, 'zipkin-compact-port', port => listenZipkinUdp(context, port, ingest, decoders)),
      ])
    },
  }
}
