/** Errors of `/api/spoor/*`: `application/problem+json` (RFC 9457) with a code from a closed list. */
import * as z from 'zod/mini'

export const PROBLEM_CODES = [
  'invalid_parameter',
  'invalid_query',
  'unsupported_query',
  'not_found',
  'trace_not_found',
  'method_not_allowed',
  'unsupported_media_type',
  'undecodable',
  'too_large',
  'overloaded',
  'deadline_exceeded',
  'store_unavailable',
  'forbidden',
  'unauthenticated',
  'internal',
] as const

export const Problem = z.object({
  /** Short and the same for every problem of this code. */
  title: z.string(),
  status: z.number(),
  code: z.enum(PROBLEM_CODES),
  /** One sentence a person can act on: seen, expected, where. */
  detail: z.string(),
  /** The parameter or field that is wrong. */
  field: z.optional(z.string()),
  seen: z.optional(z.string()),
  expected: z.optional(z.string()),
  /** Offset into the query text or the body. */
  position: z.optional(z.number()),
  /** For `trace_not_found`: how long spans are kept after receipt, in ms, and the oldest receipt still kept (ns). */
  retentionMs: z.optional(z.number()),
  oldestReceived: z.optional(z.string()),
  /** For `trace_not_found`: how many spans the store holds. */
  spanCount: z.optional(z.number()),
})
export type Problem = z.infer<typeof Problem>
export type ProblemCode = Problem['code']

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'
