/**
 * OTLP over gRPC: the Export methods of the three collector services. WIRE.md 5.4; https://opentelemetry.io/docs/specs/otlp/#otlpgrpc.
 */
import type { GrpcHandler } from '#server/transport/grpc-call.ts'
import { listenGrpc } from '#server/transport/grpc-server.ts'
import type { Listener, ListenerContext } from '#server/transport/listener.ts'
import { encodeExportResponse, type OtlpSignal } from '#shared/formats/otlp/response.ts'
import { type OtlpReceiver, receiveOtlp } from './receive.ts'

/** Opens the listener. Rejects with the system's error. */
export function listenOtlpGrpc(context: ListenerContext, port: number, receiver: OtlpReceiver): Promise<Listener> {
  const exporting =
    (signal: OtlpSignal): GrpcHandler =>
    async (bytes, { wireBytes, remoteAddress, metadata }) => {
      const partial = await receiveOtlp(receiver, {
        signal,
        door: 'otlp_grpc',
        bytes,
        wireBytes,
        peer: remoteAddress,
        userAgent: metadata['user-agent'],
      })
      return encodeExportResponse(partial)
    }
  const path = (package_: string, service: string) => `/opentelemetry.proto.collector.${package_}.v1.${service}/Export`
  return listenGrpc(context, {
    name: 'otlp-grpc',
    port,
    methods: {
      [path('trace', 'TraceService')]: exporting('traces'),
      [path('metrics', 'MetricsService')]: exporting('metrics'),
      [path('logs', 'LogsService')]: exporting('logs'),
    },
  })
}
