/**
 * Zipkin's collector over HTTP: `POST /api/v1/spans` in JSON and Thrift, `POST /api/v2/spans` in JSON and protobuf, answered
 * 202 with nothing. WIRE.md 5.5. What else comes is main's to answer.
 */
import type { Ingest } from '#server/pipeline/ingest.ts'
import { httpErrorAnswer } from '#server/transport/http-error.ts'
import { listenHttp, type HttpRoute } from '#server/transport/http-listener.ts'
import type { HttpAnswer, Listener, ListenerContext } from '#server/transport/listener.ts'
import type { ZipkinDecoders, ZipkinForm } from './decoders.ts'

/** The forms of each version by media type. Senders without one mean JSON. */
const V1: Readonly<Record<string, ZipkinForm>> = {
  'application/json': 'json',
  'application/x-thrift': 'thrift',
  '': 'json',
}
const V2: Readonly<Record<string, ZipkinForm>> = {
  'application/json': 'json',
  'application/x-protobuf': 'protobuf',
  '': 'json',
}

/** Opens the listener. Rejects with the system's error. */
export function listenZipkinHttp(
  context: ListenerContext,
  port: number,
  ingest: Ingest,
  decoders: ZipkinDecoders,
): Promise<Listener> {
  const route = (version: 'v1' | 'v2', forms: Readonly<Record<string, ZipkinForm>>): HttpRoute => ({
    method: 'POST',
    path: `/api/${version}/spans`,
    handle: async request => {
      const { contentType, remoteAddress, headers } = request
      const form = Object.hasOwn(forms, contentType) ? forms[contentType] : undefined
      if (form === undefined) {
        const expected = Object.keys(forms).filter(type => type !== '')
        return {
          status: 400,
          body: `Unsupported Content-Type: ${contentType.slice(0, 100)}, expected ${expected.join(' or ')}\n`,
        }
      }
      const { bytes, wireBytes } = await request.readBody()
      const decode = await decoders(form)
      await ingest(
        {
          protocol: `zipkin_${version}_${form}`,
          wireBytes,
          bytes: bytes.length,
          peer: remoteAddress,
          userAgent: headers['user-agent'],
        },
        rows => decode(bytes, rows),
      )
      return { status: 202 }
    },
    answerError,
  })
  return listenHttp(context, { name: 'zipkin', port, routes: [route('v1', V1), route('v2', V2)] })
}

/** Jaeger's words before ours for a body that can't be decoded; the rest as everywhere. */
function answerError(error: unknown): HttpAnswer {
  const { answer, reason } = httpErrorAnswer(error)
  if (reason !== 'undecodable') return answer
  return { ...answer, body: `Unable to process request body: ${String(answer.body)}` }
}
