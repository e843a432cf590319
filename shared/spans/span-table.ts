/**
 * The span table as everything reads it: a growing table, another thread's, a decoded one. Columns are typed arrays,
 * indexed by row; they may be longer than `rowCount`. Nothing here is a span object; `spanAt` (span.ts) makes a lazy one.
 */
import type { Attributes } from './attributes.ts'
import type { Dictionary } from './dictionary.ts'

/** Kinds and states by their OTLP numbers. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export type SpanKind = (typeof SPAN_KINDS)[number]
export const STATUS_CODES = ['unset', 'ok', 'error'] as const
export type StatusCode = (typeof STATUS_CODES)[number]
export const STATUS_ERROR = 2

/** Numbers of something: indices or ids, in elements as wide as the largest needs. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array

export interface SpanTable {
  readonly rowCount: number
  readonly dictionary: Dictionary

  /** 4 words a row; see ids.ts. */
  readonly traceId: Uint32Array
  /** 2 words a row. */
  readonly spanId: Uint32Array
  /** 2 words a row, zero for none. */
  readonly parentSpanId: Uint32Array
  /** 2 words a row: ns since the epoch; see time.ts. */
  readonly startTime: Uint32Array
  /** 2 words a row; may stand before the start. */
  readonly endTime: Uint32Array
  /** Dictionary id. */
  readonly name: Numbers
  /** Index into SPAN_KINDS; a number above 5 came so from the sender and counts as unspecified. */
  readonly kind: Uint8Array
  /** Index into STATUS_CODES. */
  readonly status: Uint8Array
  /** Bits of MARK_* (columns.ts). */
  readonly marks: Uint8Array
  readonly statusMessage: Uint32Array
  readonly traceState: Uint32Array
  /** OTLP's flags as sent (fixed32). */
  readonly flags: Uint32Array
  /** Index into the resources. */
  readonly resource: Numbers
  /** Index into the scopes. */
  readonly scope: Numbers
  readonly droppedAttributes: Uint32Array
  readonly droppedEvents: Uint32Array
  readonly droppedLinks: Uint32Array
  readonly attributes: Attributes

  /** The events of row r are `eventEnd[r − 1]` (0 for the first row) up to `eventEnd[r]`, in the sender's order. */
  readonly eventEnd: Uint32Array
  readonly eventTime: Uint32Array
  readonly eventName: Uint32Array
  readonly eventDroppedAttributes: Uint32Array
  readonly eventAttributes: Attributes

  readonly linkEnd: Uint32Array
  readonly linkTraceId: Uint32Array
  readonly linkSpanId: Uint32Array
  readonly linkTraceState: Uint32Array
  readonly linkFlags: Uint32Array
  readonly linkDroppedAttributes: Uint32Array
  readonly linkAttributes: Attributes

  readonly resourceCount: number
  /** Dictionary id of `service.name`, or NO_SERVICE (columns.ts). */
  readonly resourceService: Uint32Array
  readonly resourceSchemaUrl: Uint32Array
  readonly resourceDroppedAttributes: Uint32Array
  readonly resourceAttributes: Attributes

  readonly scopeCount: number
  readonly scopeName: Uint32Array
  readonly scopeVersion: Uint32Array
  readonly scopeSchemaUrl: Uint32Array
  readonly scopeDroppedAttributes: Uint32Array
  readonly scopeAttributes: Attributes
}

/** First entry of the range that ends at `end[owner]`. */
export function rangeStart(end: Uint32Array, owner: number): number {
  return owner === 0 ? 0 : end[owner - 1]
}
