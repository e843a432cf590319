/** How routes answer: streams that leave room for others, problems and Jaeger's errors, a signal that ends with the client. */
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  LimitError,
  NotFoundError,
  OverloadedError,
  QueryError,
  StoreUnavailableError,
  UnauthenticatedError,
} from '#server/errors.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { BodyInterruptedError } from '#server/transport/body.ts'
import { UnsupportedEncodingError } from '#server/transport/http-error.ts'
import { PROBLEM_MEDIA_TYPE, type Problem, type ProblemCode } from '#shared/api/problem.ts'
import { ParameterError } from '#shared/query/search-parameters.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'

/** A generator may work this long before others get their turn. */
const TURN_MS = 5

/** What a client's signal is aborted with when it leaves: nobody reads the answer, and nothing is wrong here. */
class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError'
}

/** Nginx's word in its logs for a client that left; nobody receives it. */
const CLIENT_GONE = 499

/**
 * The pieces as a stream: made when the reader wants them, with a break for others every few milliseconds. An answer has
 * begun when its pieces fail: the connection is cut, so that the client sees that it is not whole, and the log tells why.
 */
export function streamOf(
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  log: Log,
): Readable {
  return Readable.from(taking(pieces, log), { objectMode: false })
}

async function* taking(
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  log: Log,
): AsyncGenerator<string | Uint8Array> {
  let turn = performance.now()
  try {
    for await (const piece of pieces) {
      // An empty piece is a pause of the one who makes them.
      if (piece.length > 0) yield piece
      if (performance.now() - turn < TURN_MS) continue
      await setImmediate()
      turn = performance.now()
    }
  } catch (error) {
    if (!(error instanceof ClientGoneError)) log.error({ err: error }, 'an answer ended half-way')
    throw error
  }
}

/** Aborted when the client leaves before its answer is complete. */
export function clientSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new ClientGoneError(`the client of ${request.method} has left`))
  })
  return controller.signal
}

const TITLES: Readonly<Record<ProblemCode, string>> = {
  invalid_parameter: 'A parameter is wrong',
  invalid_query: 'The query is wrong',
  unsupported_query: 'The store can not run this query',
  not_found: 'Nothing is at this address',
  trace_not_found: 'No span of this trace is kept',
  method_not_allowed: 'The method does not fit the address',
  unsupported_media_type: 'The media type is not taken',
  undecodable: 'The body can not be read',
  too_large: 'The request is too large',
  overloaded: 'Too much at once',
  deadline_exceeded: 'The query took too long',
  store_unavailable: 'The store can not answer now',
  forbidden: 'Not allowed',
  unauthenticated: 'Who sends must show who it is',
  internal: 'A fault of the server',
}

/** Answers of `/api/spoor/*` to what went wrong. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  code: ProblemCode,
  detail: string,
  more: Partial<Problem> = {},
): FastifyReply {
  const problem: Problem = { title: TITLES[code], status, code, detail, ...more }
  // As bytes: to a text Fastify would add a charset, which this media type does not have.
  return reply
    .code(status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(Buffer.from(JSON.stringify(problem)))
}

/** What every API tells of an error, whatever its form. */
interface Fault {
  readonly status: number
  readonly code: ProblemCode
  readonly message: string
  readonly more?: Partial<Problem>
  readonly retryAfterMs?: number
  /** What would be taken, of credentials. */
  readonly challenge?: string
}

/** The one place where errors become answers. Unknown ones are bugs: logged with their stack, answered 500. */
function faultOf(error: unknown, reply: FastifyReply, log: Log): Fault {
  if (error instanceof ParameterError) {
    const more = { field: error.parameter, seen: error.seen, expected: error.expected }
    return { status: 400, code: 'invalid_parameter', message: error.message, more }
  }
  if (error instanceof QueryError) {
    const { field, seen, expected, position } = error
    return { status: 400, code: 'invalid_query', message: error.message, more: { field, seen, expected, position } }
  }
  if (error instanceof DecodeError) return { status: 400, code: 'undecodable', message: error.message }
  if (error instanceof NotFoundError) return { status: 404, code: 'not_found', message: error.message }
  if (error instanceof LimitError) {
    return { status: 413, code: 'too_large', message: error.message, more: { expected: error.limit } }
  }
  if (error instanceof UnauthenticatedError) {
    return { status: 401, code: 'unauthenticated', message: error.message, challenge: error.challenge }
  }
  if (error instanceof BodyInterruptedError) return { status: 408, code: 'undecodable', message: error.message }
  if (error instanceof UnsupportedEncodingError) {
    return { status: 415, code: 'unsupported_media_type', message: error.message }
  }
  if (error instanceof OverloadedError || error instanceof StoreUnavailableError) {
    const code = error instanceof OverloadedError ? 'overloaded' : 'store_unavailable'
    return { status: 503, code, message: error.message, retryAfterMs: error.retryAfterMs }
  }
  if (error instanceof ClientGoneError) return { status: CLIENT_GONE, code: 'internal', message: error.message }
  const status = statusOf(error)
  if (error instanceof Error && status !== undefined && status < 500) {
    return { status, code: status === 413 ? 'too_large' : 'invalid_parameter', message: error.message }
  }
  const { method, routeOptions } = reply.request
  log.error({ err: error, method, route: routeOptions.url }, 'a request failed')
  return { status: 500, code: 'internal', message: 'The server has a fault here; its log says more.' }
}

function sayHow(reply: FastifyReply, { retryAfterMs, challenge }: Fault): void {
  if (challenge !== undefined) void reply.header('www-authenticate', challenge)
  if (retryAfterMs !== undefined) void reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
}

/** In our own form, `application/problem+json`. */
export function sendErrorAsProblem(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const fault = faultOf(error, reply, log)
  sayHow(reply, fault)
  return sendProblem(reply, fault.status, fault.code, fault.message, fault.more)
}

/** In Jaeger's form: the envelope as text (WIRE.md 8). */
export function sendErrorAsJaeger(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const fault = faultOf(error, reply, log)
  sayHow(reply, fault)
  return sendJaegerError(reply, fault.status, fault.message)
}

/** In the form of Jaeger's API v3 (WIRE.md 9). */
export function sendErrorAsJaegerV3(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const fault = faultOf(error, reply, log)
  sayHow(reply, fault)
  return sendText(reply, fault.status, { error: { httpCode: fault.status, message: fault.message } })
}

/** Jaeger's error envelope. */
export function sendJaegerError(reply: FastifyReply, status: number, message: string): FastifyReply {
  const errors = [{ code: status, msg: message }]
  return sendText(reply, status, { data: null, total: 0, limit: 0, offset: 0, errors })
}

/** JSON that Jaeger calls text, with its line feed. */
function sendText(reply: FastifyReply, status: number, content: unknown): FastifyReply {
  return reply
    .code(status)
    .type('text/plain; charset=utf-8')
    .send(`${JSON.stringify(content)}\n`)
}

/** The status of an error of Fastify's own. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
}
