import { openAll, openPort, type Protocol } from '#server/protocols/protocol.ts'
import { listenUdp } from '#server/transport/udp-listener.ts'
import { createZipkinDecoders } from './decoders.ts'
import { listenZipkinHttp } from './zipkin-http.ts'

/** What Zipkin's reporters send over HTTP, and Zipkin's spans as the oldest of Jaeger's clients send them over UDP. */
export function createZipkinProtocol(): Protocol {
  return {
    name: 'zipkin',
    listen(context) {
      const { ingest } = context
      const decoders = createZipkinDecoders()
      return openAll([
        () => openPort(context, 'zipkin-port', port => listenZipkinHttp(context, port, ingest, decoders)),
        () =>
          openPort(context, 'zipkin-compact-port', port =>
            listenUdp(context, {
              name: 'zipkin-compact',
              port,
              receive: async (datagrams, peer) => {
                const decode = await decoders('thriftMessage')
                let bytes = 0
                for (const datagram of datagrams) bytes += datagram.length
                await ingest({ protocol: 'zipkin_udp_compact', wireBytes: bytes, bytes, peer }, rows => {
                  for (const datagram of datagrams) decode(datagram, rows)
                })
              },
            }),
          ),
      ])
    },
  }
}
