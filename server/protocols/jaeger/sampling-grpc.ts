/**
 * `SamplingManager/GetSamplingStrategy` over gRPC, which agents and later clients ask: main answers, as over HTTP; here is
 * the other form of question and answer. WIRE.md 6.6, 13.2.
 */
import type { GrpcHandler } from '#server/transport/grpc-call.ts'
import { listenGrpc } from '#server/transport/grpc-server.ts'
import { grpcCodes, GrpcStatusError } from '#server/transport/grpc-status.ts'
import type { Listener, ListenerContext } from '#server/transport/listener.ts'
import { decodeSamplingParameters, encodeSamplingResponse } from '#shared/formats/jaeger/sampling-protobuf.ts'
import type { SamplingResponse } from '#shared/formats/jaeger/sampling-protobuf.ts'

const GET_STRATEGY = '/jaeger.api_v2.SamplingManager/GetSamplingStrategy'
/** Asked by clients that have no credentials. */
export const OPEN_METHODS: ReadonlySet<string> = new Set([GET_STRATEGY])

/** The method by its path, for a listener that has it beside others. */
export function samplingMethods({ forward }: ListenerContext): Readonly<Record<string, GrpcHandler>> {
  return {
    [GET_STRATEGY]: async (bytes, { signal }) => {
      const path = `/api/sampling?service=${encodeURIComponent(decodeSamplingParameters(bytes))}`
      const answer = await forward({ method: 'GET', path, headers: {}, body: new Uint8Array(0) }, signal)
      const body = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body)
      if (answer.status === 200) return encodeSamplingResponse(JSON.parse(body) as SamplingResponse)
      const code = answer.status === 503 ? grpcCodes.unavailable : grpcCodes.internal
      throw new GrpcStatusError(code, body.trim())
    },
  }
}

/** Opens a port for it alone. Rejects with the system's error. */
export function listenSamplingGrpc(context: ListenerContext, port: number): Promise<Listener> {
  return listenGrpc(context, { name: 'sampling-grpc', port, methods: samplingMethods(context), open: OPEN_METHODS })
}
