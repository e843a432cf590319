/**
 * What a gRPC call ends with: a code, a message, and for an overload the time after which to come again.
 * https://grpc.github.io/grpc/core/md_doc_statuscodes.html, https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
import {
  LimitError,
  NotFoundError,
  OverloadedError,
  QueryError,
  StoreUnavailableError,
  UnauthenticatedError,
} from '#server/errors.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { BodyInterruptedError } from './body.ts'
import { UnsupportedEncodingError } from './http-error.ts'

/** The codes that are answered here; google.rpc.Code has the same numbers. */
export const grpcCodes = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** An error whose status a handler chose itself. */
export class GrpcStatusError extends Error {
  override readonly name = 'GrpcStatusError'
  readonly code: number
  /** The delay of a RetryInfo, milliseconds; absent: no RetryInfo. */
  readonly retryAfterMs: number | undefined

  constructor(code: number, message: string, details: { readonly retryAfterMs?: number } = {}) {
    super(message)
    this.code = code
    this.retryAfterMs = details.retryAfterMs
  }
}

/** How a call ends when it fails. */
export interface GrpcStatus {
  readonly code: number
  readonly message: string
  readonly retryAfterMs?: number
}

/** The status of an error, and the word that it is counted under; `internal` is a bug that the caller logs. */
export function grpcErrorStatus(error: unknown): { readonly status: GrpcStatus; readonly reason: string } {
  if (error instanceof GrpcStatusError) {
    const { code, message, retryAfterMs } = error
    return { status: { code, message, retryAfterMs }, reason: `status_${code}` }
  }
  if (error instanceof DecodeError) return ended(grpcCodes.invalidArgument, error, 'undecodable')
  if (error instanceof QueryError) return ended(grpcCodes.invalidArgument, error, 'query')
  if (error instanceof UnauthenticatedError) return ended(grpcCodes.unauthenticated, error, 'unauthenticated')
  if (error instanceof NotFoundError) return ended(grpcCodes.notFound, error, 'not_found')
  if (error instanceof BodyInterruptedError) {
    const code = error.reason === 'disconnected' ? grpcCodes.cancelled : grpcCodes.deadlineExceeded
    return ended(code, error, error.reason)
  }
  if (error instanceof LimitError) return ended(grpcCodes.resourceExhausted, error, 'too_large')
  if (error instanceof UnsupportedEncodingError) return ended(grpcCodes.unimplemented, error, 'encoding')
  if (error instanceof OverloadedError) return ended(grpcCodes.unavailable, error, error.reason, error.retryAfterMs)
  if (error instanceof StoreUnavailableError) {
    return ended(grpcCodes.unavailable, error, 'store_unavailable', error.retryAfterMs)
  }
  return { status: { code: grpcCodes.internal, message: 'internal error' }, reason: 'internal' }
}

function ended(code: number, { message }: Error, reason: string, retryAfterMs?: number) {
  return { status: { code, message, retryAfterMs }, reason }
}

/** Longer messages are cut: headers have limits too, 8 KiB for most clients. */
const mostMessageBytes = 1024

/** The trailers of a failed call: `grpc-status`, `grpc-message`, and `grpc-status-details-bin` when there is a delay to tell. */
export function statusTrailers(status: GrpcStatus): Record<string, string> {
  const trailers: Record<string, string> = { 'grpc-status': String(status.code) }
  if (status.message !== '') trailers['grpc-message'] = formatGrpcMessage(status.message)
  if (status.retryAfterMs !== undefined) {
    trailers['grpc-status-details-bin'] = Buffer.from(encodeStatusWithRetry(status, status.retryAfterMs))
      .toString('base64')
      .replace(/=+$/, '')
  }
  return trailers
}

/** A message as `grpc-message` carries it: UTF-8, all but printable ASCII percent-encoded, cut to 1 KiB of text. */
export function formatGrpcMessage(message: string): string {
  let out = ''
  const bytes = Buffer.from(message)
  let end = Math.min(bytes.length, mostMessageBytes)
  // No half character at the end.
  while (end < bytes.length && end > 0 && (bytes[end] & 0xc0) === 0x80) end--
  for (let i = 0; i < end; i++) {
    const byte = bytes[i]
    out +=
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

/** google.rpc.Status with one google.rpc.RetryInfo. */
function encodeStatusWithRetry({ code, message }: GrpcStatus, retryAfterMs: number): Uint8Array {
  const writer = new ProtobufWriter(256)
  writer.uint32(8)
  writer.uint32(code)
  if (message !== '') writer.text(18, message.slice(0, mostMessageBytes))
  const any = writer.begin(26)
  writer.text(10, 'type.googleapis.com/google.rpc.RetryInfo')
  const info = writer.begin(18)
  const duration = writer.begin(10)
  const seconds = Math.floor(retryAfterMs / 1000)
  const nanos = Math.round((retryAfterMs - seconds * 1000) * 1e6)
  if (seconds > 0) {
    writer.uint32(8)
    writer.uint32(seconds)
  }
  if (nanos > 0) {
    writer.uint32(16)
    writer.uint32(nanos)
  }
  writer.end(duration)
  writer.end(info)
  writer.end(any)
  return writer.finish()
}

const unitsMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** A `grpc-timeout` in milliseconds; undefined when absent; NaN when it is none. */
export function parseGrpcTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const match = /^(\d{1,8})([HMSmun])$/.exec(header)
  return match === null ? Number.NaN : Number(match[1]) * unitsMs[match[2]]
}
