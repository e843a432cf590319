/** How routes answer: streams that leave room for others, problems and Jaeger's errors, a signal that ends with the client. */
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LimitError, NotFoundError, OverloadedError, QueryError, StoreUnavailableError } from '#server/errors.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { PROBLEM_MEDIA_TYPE, type Problem, type ProblemCode } from '#shared/api/problem.ts'
import { ParameterError } from '#shared/query/search-parameters.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'

/** A generator may work this long before others get their turn. */
const TURN_MS = 5

/** The pieces as a stream: made when the reader wants them, with a break for others every few milliseconds. */
export function streamOf(pieces: Iterable<string | Uint8Array>): Readable {
  return Readable.from(taking(pieces), { objectMode: false })
}

async function* taking(pieces: Iterable<string | Uint8Array>): AsyncGenerator<string | Uint8Array> {
  let turn = performance.now()
  for (const piece of pieces) {
    yield piece
    if (performance.now() - turn < TURN_MS) continue
    await setImmediate()
    turn = performance.now()
  }
}

/** Aborted when the client leaves before its answer is complete. */
export function clientSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error(`the client of ${request.method} has left`))
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
  return reply.code(status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem))
}

/** The one place where errors become problems. Unknown ones are bugs: logged with their stack, answered 500. */
export function sendErrorAsProblem(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  if (error instanceof ParameterError) {
    const { parameter, seen, expected } = error
    return sendProblem(reply, 400, 'invalid_parameter', error.message, { field: parameter, seen, expected })
  }
  if (error instanceof QueryError) {
    const { field, seen, expected, position } = error
    return sendProblem(reply, 400, 'invalid_query', error.message, { field, seen, expected, position })
  }
  if (error instanceof DecodeError) return sendProblem(reply, 400, 'undecodable', error.message)
  if (error instanceof NotFoundError) return sendProblem(reply, 404, 'not_found', error.message)
  if (error instanceof LimitError) return sendProblem(reply, 413, 'too_large', error.message, { expected: error.limit })
  if (error instanceof OverloadedError || error instanceof StoreUnavailableError) {
    void reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
    const code = error instanceof OverloadedError ? 'overloaded' : 'store_unavailable'
    return sendProblem(reply, 503, code, error.message)
  }
  const status = statusOf(error)
  if (status !== undefined && status < 500) {
    return sendProblem(reply, status, status === 413 ? 'too_large' : 'invalid_parameter', (error as Error).message)
  }
  log.error({ err: error }, 'a request failed')
  return sendProblem(reply, 500, 'internal', 'The server has a fault here; its log says more.')
}

/** As `sendErrorAsProblem` in Jaeger's form: the envelope as text (WIRE.md 8). */
export function sendErrorAsJaeger(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  if (error instanceof ParameterError || error instanceof QueryError) return sendJaegerError(reply, 400, error.message)
  if (error instanceof NotFoundError) return sendJaegerError(reply, 404, error.message)
  if (error instanceof OverloadedError || error instanceof StoreUnavailableError) {
    void reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
    return sendJaegerError(reply, 503, error.message)
  }
  const status = statusOf(error)
  if (status !== undefined && status < 500) return sendJaegerError(reply, status, (error as Error).message)
  log.error({ err: error }, 'a request failed')
  return sendJaegerError(reply, 500, 'internal error')
}

/** Jaeger's error envelope. */
export function sendJaegerError(reply: FastifyReply, status: number, message: string): FastifyReply {
  const envelope = { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: status, msg: message }] }
  return reply
    .code(status)
    .type('text/plain; charset=utf-8')
    .send(`${JSON.stringify(envelope)}\n`)
}

/** The status of an error of Fastify's own. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
}
