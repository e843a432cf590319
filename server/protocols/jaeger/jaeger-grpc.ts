/** Jaeger's collector over gRPC: `CollectorService/PostSpans`, which clients and agents call. WIRE.md 5.3. */
import type { Ingest } from '#server/pipeline/ingest.ts'
import { listenGrpc } from '#server/transport/grpc-server.ts'
import type { Listener, ListenerContext } from '#server/transport/listener.ts'
import type { JaegerDecoders } from './decoders.ts'
import { OPEN_METHODS, samplingMethods } from './sampling-grpc.ts'

const NOTHING = new Uint8Array(0)

/**
 * Opens the listener. Rejects with the system's error. The answer has no place for spans that were rejected: it is the
 * empty PostSpansResponse once the others are durable.
 */
export function listenJaegerGrpc(
  context: ListenerContext,
  port: number,
  ingest: Ingest,
  decoders: JaegerDecoders,
): Promise<Listener> {
  return listenGrpc(context, {
    name: 'jaeger-grpc',
    port,
    open: OPEN_METHODS,
    methods: {
      ...samplingMethods(context),
      '/jaeger.api_v2.CollectorService/PostSpans': async (bytes, { wireBytes, remoteAddress, metadata }) => {
        const decoder = await decoders.protobuf()
        await ingest(
          {
            protocol: 'jaeger_grpc',
            wireBytes,
            bytes: bytes.length,
            peer: remoteAddress,
            userAgent: metadata['user-agent'],
          },
          rows => decoder.decodeRequest(bytes, rows),
        )
        return NOTHING
      },
    },
  })
}
