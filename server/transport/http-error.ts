import {
  LimitError,
  NotFoundError,
  OverloadedError,
  QueryError,
  StoreUnavailableError,
  UnauthenticatedError,
} from '#server/errors.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { BodyInterruptedError } from './body.ts'
import { encodings } from './inflate.ts'
import type { HttpAnswer } from './listener.ts'

/** A `Content-Encoding` that is not taken: 415. */
export class UnsupportedEncodingError extends Error {
  override readonly name = 'UnsupportedEncodingError'

  constructor(seen: string, expected: readonly string[] = encodings) {
    super(`content encoding ${JSON.stringify(seen.slice(0, 100))}, expected ${expected.join(', ')}`)
  }
}

/** The HTTP answer to an error, as plain text, and the word it is counted under; `internal` is a bug that the caller logs. */
export function httpErrorAnswer(error: unknown): { readonly answer: HttpAnswer; readonly reason: string } {
  if (error instanceof DecodeError) return told(400, error, 'undecodable')
  if (error instanceof QueryError) return told(400, error, 'query')
  if (error instanceof UnauthenticatedError) {
    const headers = { 'www-authenticate': error.challenge }
    return { answer: { status: 401, headers, body: `${error.message}\n` }, reason: 'unauthenticated' }
  }
  if (error instanceof NotFoundError) return told(404, error, 'not_found')
  if (error instanceof BodyInterruptedError) return told(408, error, error.reason)
  if (error instanceof LimitError) return told(413, error, 'too_large')
  if (error instanceof UnsupportedEncodingError) return told(415, error, 'encoding')
  if (error instanceof OverloadedError) return told(503, error, error.reason, error.retryAfterMs)
  if (error instanceof StoreUnavailableError) return told(503, error, 'store_unavailable', error.retryAfterMs)
  return { answer: { status: 500, body: 'internal error\n' }, reason: 'internal' }
}

function told(status: number, error: Error, reason: string, retryAfterMs?: number) {
  const headers: Record<string, string> =
    retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }
  return { answer: { status, headers, body: `${error.message}\n` }, reason }
}
