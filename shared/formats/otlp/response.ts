/**
 * What an OTLP receiver answers: ExportTraceServiceResponse (and its siblings of metrics and logs, which have the same
 * numbers), and google.rpc.Status for a request that was refused. WIRE.md 5.4, 6.8;
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp-response.
 */
import { ProtobufWriter } from './protobuf-writer.ts'

export type OtlpSignal = 'traces' | 'metrics' | 'logs'

/** What of a request was not kept, and why. Nothing rejected but a message: a warning. */
export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

const REJECTED: Readonly<Record<OtlpSignal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
}

/** The answer to an export in protobuf, the same for every signal; no bytes at all when everything was kept. */
export function encodeExportResponse(partial?: PartialSuccess): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter(64)
  if (partial !== undefined) {
    const begun = writer.begin(10)
    if (partial.rejected > 0) {
      writer.uint32(8)
      writer.uint64(partial.rejected >>> 0, Math.floor(partial.rejected / 4_294_967_296))
    }
    if (partial.message !== '') writer.text(18, partial.message)
    writer.end(begun)
  }
  return writer.finish()
}

/** The answer to an export in JSON: `{}` when everything was kept. */
export function encodeExportResponseJson(signal: OtlpSignal, partial?: PartialSuccess): string {
  if (partial === undefined) return '{}'
  const { rejected, message } = partial
  return JSON.stringify({
    partialSuccess: {
      ...(rejected > 0 ? { [REJECTED[signal]]: String(rejected) } : {}),
      ...(message === '' ? {} : { errorMessage: message }),
    },
  })
}

/** A google.rpc.Status: `code` is gRPC's (3 invalid argument, 8 resource exhausted, 14 unavailable). */
export interface RpcStatus {
  readonly code: number
  readonly message: string
}

/** A status in protobuf. */
export function encodeRpcStatus({ code, message }: RpcStatus): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter(64)
  if (code !== 0) {
    writer.uint32(8)
    writer.uint32(code)
  }
  if (message !== '') writer.text(18, message)
  return writer.finish()
}

/** A status in JSON. */
export function encodeRpcStatusJson({ code, message }: RpcStatus): string {
  return JSON.stringify({ code, message })
}
