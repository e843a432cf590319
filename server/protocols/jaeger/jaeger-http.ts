/**
 * Jaeger's collector over HTTP: `POST /api/traces` with a bare Thrift Batch in the binary encoding, answered 202 with
 * nothing. WIRE.md 5.2. What else comes (`GET /api/sampling`, `/api/baggageRestrictions`) is main's to answer.
 */
import type { Ingest } from '#server/pipeline/ingest.ts'
import { httpErrorAnswer } from '#server/transport/http-error.ts'
import { listenHttp } from '#server/transport/http-listener.ts'
import type { HttpAnswer, Listener, ListenerContext } from '#server/transport/listener.ts'
import type { JaegerDecoders } from './decoders.ts'

/** Media types of Thrift's binary encoding: the one that clients send, and the one that it should be. */
const thriftTypes: readonly string[] = ['application/x-thrift', 'application/vnd.apache.thrift.binary']

/** Opens the listener. Rejects with the system's error. */
export function listenJaegerHttp(
  context: ListenerContext,
  port: number,
  ingest: Ingest,
  decoders: JaegerDecoders,
): Promise<Listener> {
  return listenHttp(context, {
    name: 'jaeger-http',
    port,
    routes: [
      {
        method: 'POST',
        path: '/api/traces',
        handle: async request => {
          const { contentType, remoteAddress, headers } = request
          if (!thriftTypes.includes(contentType)) {
            const seen = contentType.slice(0, 100)
            return contentType === ''
              ? { status: 400, body: 'Cannot parse content type: mime: no media type\n' }
              : { status: 400, body: `Unsupported content type: ${seen}\n` }
          }
          const { bytes, wireBytes } = await request.readBody()
          const decoder = await decoders.thrift('binary')
          await ingest(
            {
              protocol: 'jaeger_http_thrift',
              wireBytes,
              bytes: bytes.length,
              peer: remoteAddress,
              userAgent: headers['user-agent'],
            },
            rows => decoder.decodeBatch(bytes, rows),
          )
          return { status: 202 }
        },
        answerError,
      },
    ],
  })
}

/** Jaeger's words before ours for a body that can't be decoded; the rest as everywhere. */
function answerError(error: unknown): HttpAnswer {
  const { answer, reason } = httpErrorAnswer(error)
  if (reason !== 'undecodable') return answer
  return { ...answer, body: `Unable to process request body: ${String(answer.body)}` }
}
