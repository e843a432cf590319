/**
 * OTLP over HTTP: `POST /v1/traces` in protobuf and JSON; `/v1/metrics` and `/v1/logs` are answered and not kept. WIRE.md 5.4;
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp.
 */
import { grpcErrorStatus } from '#server/transport/grpc-status.ts'
import { httpErrorAnswer } from '#server/transport/http-error.ts'
import { listenHttp, type HttpRoute } from '#server/transport/http-listener.ts'
import type { HttpAnswer, Listener, ListenerContext } from '#server/transport/listener.ts'
import {
  encodeExportResponse,
  encodeExportResponseJson,
  encodeRpcStatus,
  encodeRpcStatusJson,
  type OtlpSignal,
} from '#shared/formats/otlp/response.ts'
import { type OtlpReceiver, receiveOtlp } from './receive.ts'

const protobufType = 'application/x-protobuf'
const jsonType = 'application/json'

/** The media types taken. */
export const otlpContentTypes: readonly string[] = [protobufType, jsonType]

/** One export over HTTP, its body read and unpacked. */
export interface OtlpHttpRequest {
  readonly signal: OtlpSignal
  /** Without parameters, lower case. */
  readonly contentType: string
  /** Unpacked. */
  readonly body: Uint8Array
  /** Bytes of the body as they came. */
  readonly wireBytes: number
  /** Address of the sender; its `User-Agent`. */
  readonly peer?: string
  readonly userAgent?: string
}

/**
 * The answer to one export, whatever became of it: 200, 400, 413, 415 or 503 in the request's media type. For listeners of OTLP and
 * for whoever has read a body elsewhere. Rejects only with what is a bug.
 */
export async function handleOtlpHttp(receiver: OtlpReceiver, request: OtlpHttpRequest): Promise<HttpAnswer> {
  if (!otlpContentTypes.includes(request.contentType)) {
    const seen = JSON.stringify(request.contentType.slice(0, 100))
    return { status: 415, body: `content type ${seen}, expected ${otlpContentTypes.join(' or ')}\n` }
  }
  try {
    return await answerExport(receiver, request)
  } catch (error) {
    if (httpErrorAnswer(error).reason === 'internal') throw error
    return otlpErrorAnswer(error, request.contentType)
  }
}

/** The answer to an error, its body a google.rpc.Status in the media type of the request. */
export function otlpErrorAnswer(error: unknown, contentType: string): HttpAnswer {
  const { answer } = httpErrorAnswer(error)
  const { status } = grpcErrorStatus(error)
  return {
    ...answer,
    headers: { ...answer.headers, 'content-type': contentType },
    body: contentType === jsonType ? encodeRpcStatusJson(status) : encodeRpcStatus(status),
  }
}

/** As `handleOtlpHttp`, but rejects with every error. */
async function answerExport(receiver: OtlpReceiver, request: OtlpHttpRequest): Promise<HttpAnswer> {
  const { signal, contentType, body, wireBytes, peer, userAgent } = request
  const json = contentType === jsonType
  const door = json ? 'otlp_http_json' : 'otlp_http_protobuf'
  const partial = await receiveOtlp(receiver, { signal, door, bytes: body, wireBytes, peer, userAgent })
  return {
    status: 200,
    headers: { 'content-type': contentType },
    body: json ? encodeExportResponseJson(signal, partial) : encodeExportResponse(partial),
  }
}

/** Opens the listener; paths that are not of OTLP go on to `context.forward`. Rejects with the system's error. */
export function listenOtlpHttp(context: ListenerContext, port: number, receiver: OtlpReceiver): Promise<Listener> {
  const route = (signal: OtlpSignal): HttpRoute => ({
    method: 'POST',
    path: `/v1/${signal}`,
    contentTypes: otlpContentTypes,
    handle: async request => {
      const { bytes, wireBytes } = await request.readBody()
      const { contentType, remoteAddress, headers } = request
      const userAgent = headers['user-agent']
      return answerExport(receiver, { signal, contentType, body: bytes, wireBytes, peer: remoteAddress, userAgent })
    },
    answerError: (error, { contentType }) => otlpErrorAnswer(error, contentType),
  })
  return listenHttp(context, { name: 'otlp-http', port, routes: [route('traces'), route('metrics'), route('logs')] })
}
