/**
 * The short, closed list of errors that a caller can act on. Each protocol and each API turns them into its own status in one
 * place; anything else that is thrown is a bug: logged with its stack and answered 500 / INTERNAL. Bytes that cannot be decoded are
 * a `DecodeError` (shared/spans/decode-error.ts), because shared code throws it.
 *
 * Messages are for the person who sent the request: what was seen, what was expected, where. They never hold values of spans.
 */

/** A query that cannot be run as it was asked: the sender must change it. Never worth a retry. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  /** The parameter at fault, in the words of the API that was called; empty when it is the query as a whole. */
  readonly field: string
  /** What stood there, shortened; undefined when it was absent. */
  readonly seen: string | undefined
  /** What would have been taken: a range, a list, a form. */
  readonly expected: string | undefined
  /** Where in a query text, in characters from its start; undefined when there is no text. */
  readonly position: number | undefined

  constructor(
    problem: string,
    details: { field?: string; seen?: string; expected?: string; position?: number; cause?: unknown } = {},
  ) {
    super(problem, { cause: details.cause })
    this.field = details.field ?? ''
    this.seen = details.seen
    this.expected = details.expected
    this.position = details.position
  }
}

/** Too much at once: nothing of this request was kept, the same request will be taken later. 503 / UNAVAILABLE with a delay. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError'
  /** How long the sender should wait, milliseconds, > 0. */
  readonly retryAfterMs: number
  /** A word for the counter of refused requests: `memory_budget`, `connections`, `queries`, … */
  readonly reason: string

  constructor(problem: string, reason: string, retryAfterMs = 1000) {
    super(problem)
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }
}

/** The store cannot keep or answer now (disk full, a backend that is down); the same request may work later. 503 / UNAVAILABLE. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
  /** How long the sender should wait, milliseconds, > 0. */
  readonly retryAfterMs: number

  constructor(problem: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(problem, { cause: options.cause })
    this.retryAfterMs = options.retryAfterMs ?? 5000
  }
}

/** What was asked for by name or id is not there. 404 / NOT_FOUND. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

/** Nobody showed who sends, or showed what is not known. 401 / UNAUTHENTICATED. The message never holds what was shown. */
export class UnauthenticatedError extends Error {
  override readonly name = 'UnauthenticatedError'
  /** What would be taken, as `WWW-Authenticate` says it. */
  readonly challenge: string

  constructor(problem: string, challenge: string) {
    super(problem)
    this.challenge = challenge
  }
}

/** One message passes a limit and would pass it again: 413 / RESOURCE_EXHAUSTED without a delay, never worth a retry. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  /** The setting or constant that set the limit, so that the message can be acted upon: `max-request-bytes`. */
  readonly limit: string

  constructor(problem: string, limit: string) {
    super(problem)
    this.limit = limit
  }
}
