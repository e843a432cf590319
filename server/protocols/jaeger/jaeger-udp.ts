/** Jaeger's agent over UDP: a datagram is one Thrift message that calls `emitBatch`. WIRE.md 5.1. */
import type { Ingest } from '#server/pipeline/ingest.ts'
import type { Listener, ListenerContext } from '#server/transport/listener.ts'
import { listenUdp } from '#server/transport/udp-listener.ts'
import type { ThriftEncoding } from '#shared/formats/jaeger/decode-thrift.ts'
import type { JaegerDecoders } from './decoders.ts'

/** Opens the listener. Rejects with the system's error. */
export function listenJaegerUdp(
  context: ListenerContext,
  port: number,
  encoding: ThriftEncoding,
  ingest: Ingest,
  decoders: JaegerDecoders,
): Promise<Listener> {
  return listenUdp(context, {
    name: `jaeger-${encoding}`,
    port,
    receive: async (datagrams, peer) => {
      const decoder = await decoders.thrift(encoding)
      let bytes = 0
      for (const datagram of datagrams) bytes += datagram.length
      await ingest({ protocol: `jaeger_udp_${encoding}`, wireBytes: bytes, bytes, peer }, rows => {
        for (const datagram of datagrams) decoder.decodeMessage(datagram, rows)
      })
    },
  })
}
