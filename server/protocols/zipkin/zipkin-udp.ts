/** Zipkin's spans in compact Thrift over UDP, as the oldest of Jaeger's clients send them. WIRE.md 5.1. */
import type { Ingest } from '#server/pipeline/ingest.ts'
import type { Listener, ListenerContext } from '#server/transport/listener.ts'
import { listenUdp } from '#server/transport/udp-listener.ts'
import type { ZipkinDecoders } from './decoders.ts'

/** Opens the listener. Rejects with the system's error. */
export function listenZipkinUdp(
  context: ListenerContext,
  port: number,
  ingest: Ingest,
  decoders: ZipkinDecoders,
): Promise<Listener> {
  return listenUdp(context, {
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
  })
}
