/**
 * The words of Jaeger's UI JSON (WIRE.md 3): what `/api/traces` answers and what people save as files. Times are integer
 * µs; ids are hex of 16 or 32 digits when we write, anything at all when we read.
 */

export interface JaegerTag {
  readonly key: string
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary'
  /** int64 beyond 2^53 − 1 in magnitude as text; binary as base64; NaN and infinities as text. */
  readonly value: string | number | boolean
}

export interface JaegerReference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM'
  readonly traceID: string
  readonly spanID: string
}

export interface JaegerLog {
  /** µs since the epoch. */
  readonly timestamp: number
  readonly fields: readonly JaegerTag[]
}

export interface JaegerSpan {
  readonly traceID: string
  readonly spanID: string
  readonly operationName: string
  readonly references: readonly JaegerReference[]
  readonly startTime: number
  readonly duration: number
  readonly tags: readonly JaegerTag[]
  readonly logs: readonly JaegerLog[]
  readonly processID: string
  readonly warnings: readonly string[] | null
}

export interface JaegerProcess {
  readonly serviceName: string
  readonly tags: readonly JaegerTag[]
}

/** One entry of the envelope's `errors`. */
export interface JaegerError {
  readonly code?: number
  readonly msg: string
  readonly traceID?: string
}

/** What Jaeger shows for a resource without `service.name`. */
export const NO_SERVICE_NAME = 'OTLPResourceNoServiceName'

/** Attribute that carries a span's warnings (an array of strings) inside Jaeger 2.x. */
export const WARNINGS_ATTRIBUTE = '@jaeger@warnings'
