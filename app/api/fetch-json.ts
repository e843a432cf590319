// One way to ask the server for JSON: with a signal, a schema for the answer, and errors a page can act on.

import * as z from 'zod/mini'
import { PROBLEM_MEDIA_TYPE, Problem } from '#shared/api/problem.ts'
import type { ProblemCode } from '#shared/api/problem.ts'

/**
 * Why there is no answer. `network`: none came (server gone, connection cut). `unreadable`: one came that is not what the
 * endpoint promises (another program on this port, a proxy's page). The rest are the server's own codes.
 */
export type ApiErrorCode = ProblemCode | 'network' | 'unreadable'

export interface ApiErrorParts {
  readonly code: ApiErrorCode
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** One sentence: seen, expected, where. In the server's words (English). */
  readonly detail: string
  readonly field?: string
  readonly seen?: string
  readonly expected?: string
  readonly position?: number
  /** The whole problem, for what only one page asks for (retention of a trace that is not there). */
  readonly problem?: Problem
}

/** An answer that is an error, or none. Pages show `detail` beside what failed. */
export class ApiError extends Error {
  readonly parts: ApiErrorParts

  constructor(parts: ApiErrorParts, cause?: unknown) {
    super(parts.detail, { cause })
    this.name = 'ApiError'
    this.parts = parts
  }

  get code(): ApiErrorCode {
    return this.parts.code
  }

  /** Whether asking the same again can help. */
  get retryable(): boolean {
    return ['network', 'overloaded', 'store_unavailable', 'deadline_exceeded'].includes(this.parts.code)
  }
}

/** Whether there is a server to ask and to send to; the single file has none (app/single). */
export const HAS_SERVER: boolean = true

/** Longest error body that is read, in characters: our problems are under 2 KB, a proxy's page may be anything. */
const MAX_ERROR_CHARACTERS = 64 * 1024

/**
 * The address of an endpoint under the base path: `apiUrl('/api/spoor/status')`. `<base href>` carries the base path, so
 * every request stays on our own origin and below it. `search` pairs with `undefined` are left out.
 */
export function apiUrl(path: string, search: Readonly<Record<string, string | number | undefined>> = {}): URL {
  const url = new URL(path.replace(/^\//u, ''), document.baseURI)
  for (const [key, value] of Object.entries(search))
    if (value !== undefined) url.searchParams.append(key, String(value))
  return url
}

/**
 * The JSON at `url`, checked against `schema`. Rejects with ApiError for every answer that is not 2xx, for no answer and
 * for one that the schema refuses; with the signal's reason when it is aborted.
 */
export async function fetchJson<T>(
  url: URL,
  schema: z.ZodMiniType<T>,
  signal: AbortSignal | undefined,
  init: Omit<RequestInit, 'signal'> = {},
): Promise<T> {
  const response = await fetchOk(url, { ...init, headers: withAccept(init.headers) }, signal)
  let body: unknown
  try {
    body = await response.json()
  } catch (error) {
    signal?.throwIfAborted()
    throw unreadable(response, 'the answer is not JSON', error)
  }
  const parsed = schema.safeParse(body)
  if (!parsed.success) throw unreadable(response, `the answer is not as promised: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

function withAccept(headers: HeadersInit | undefined): Headers {
  const all = new Headers(headers)
  if (!all.has('accept')) all.set('accept', 'application/json')
  return all
}

/** A 2xx response, its body not yet read (binary tables, downloads). Rejects as `fetchJson` does. */
export async function fetchOk(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { ...init, signal: signal ?? null, credentials: 'same-origin' })
  } catch (error) {
    signal?.throwIfAborted()
    throw new ApiError({ code: 'network', status: 0, detail: `no answer from ${url.origin}${url.pathname}` }, error)
  }
  if (response.ok) return response
  const text = await response.text().then(
    body => body.slice(0, MAX_ERROR_CHARACTERS),
    () => '',
  )
  throw new ApiError(errorParts(response.status, response.headers.get('content-type') ?? '', text))
}

function unreadable(response: Response, detail: string, cause?: unknown): ApiError {
  return new ApiError(
    { code: 'unreadable', status: response.status, detail: `${new URL(response.url).pathname}: ${detail}` },
    cause,
  )
}

/** What stands in for a problem's code where an answer has none. */
function codeOf(status: number): ApiErrorCode {
  switch (status) {
    case 400:
    case 422:
      return 'invalid_parameter'
    case 401:
    case 403:
      return 'forbidden'
    case 404:
      return 'not_found'
    case 405:
      return 'method_not_allowed'
    case 413:
      return 'too_large'
    case 415:
      return 'unsupported_media_type'
    case 429:
      return 'overloaded'
    case 503:
      return 'store_unavailable'
    case 504:
      return 'deadline_exceeded'
    default:
      return status >= 500 ? 'internal' : 'unreadable'
  }
}

/** Jaeger's envelope: `{ data, total, limit, offset, errors: [{ code, msg, traceID? }] }`. */
const JaegerErrors = z.object({ errors: z.array(z.object({ code: z.optional(z.number()), msg: z.string() })) })

/**
 * What an error answer says, from its status, media type and text: a problem of ours, Jaeger's envelope, or anything else
 * (a proxy's page), of which only the status is taken.
 */
export function errorParts(status: number, mediaType: string, text: string): ApiErrorParts {
  const type = mediaType.split(';')[0].trim().toLowerCase()
  if (type === PROBLEM_MEDIA_TYPE || type === 'application/json') {
    const body = parseJson(text)
    const problem = Problem.safeParse(body)
    if (problem.success) {
      const { code, detail, field, seen, expected, position } = problem.data
      return { code, status, detail, field, seen, expected, position, problem: problem.data }
    }
    const jaeger = JaegerErrors.safeParse(body)
    if (jaeger.success && jaeger.data.errors.length > 0) {
      return { code: codeOf(status), status, detail: jaeger.data.errors.map(({ msg }) => msg).join('; ') }
    }
  }
  return { code: codeOf(status), status, detail: `the server answered ${status}` }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
