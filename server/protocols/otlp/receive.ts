/**
 * OTLP without its transports: bytes of an export, in protobuf or JSON, to the fate of its spans, told as OTLP tells it. Metrics and
 * logs are taken and thrown away, so that an SDK pointed here with one variable goes on working. The answer is plain success: the
 * SDKs of Go and Node log every partial success as an error or a warning, at each export, even with nothing rejected. That they are
 * not kept stands in our log, on the status page and in the metrics instead.
 * https://opentelemetry.io/docs/specs/otlp/
 */
import type { Fate, Ingest, MessageInfo } from '#server/pipeline/ingest.ts'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import type { OtlpSignal, PartialSuccess } from '#shared/formats/otlp/response.ts'
import type { RejectReason } from '#shared/spans/span-table-builder.ts'

/** The doors of OTLP as they stand in the ledger. */
export type OtlpDoor = 'otlp_http_protobuf' | 'otlp_http_json' | 'otlp_grpc'

/** Signals that are answered and not kept. */
export type NotKeptSignal = Exclude<OtlpSignal, 'traces'>

/** What receiving needs. */
export interface OtlpReceiver {
  readonly ingest: Ingest
  /** Told of every request of a signal that is not kept. */
  readonly onNotKept?: (signal: NotKeptSignal, door: OtlpDoor, wireBytes: number) => void
  /** Kept decoders, which remember what spans look like; made anew for every request when absent. */
  readonly decoders?: OtlpDecoders
}

/** The decoders of one thread, 70 KiB each; not for two requests at the same time, which a thread never has. */
export interface OtlpDecoders {
  readonly protobuf: OtlpProtobufDecoder
  readonly json: OtlpJsonDecoder
}

/** Decoders to keep. */
export function createOtlpDecoders(): OtlpDecoders {
  return { protobuf: new OtlpProtobufDecoder(), json: new OtlpJsonDecoder() }
}

/** One export. */
export interface OtlpExport extends Pick<MessageInfo, 'wireBytes' | 'peer' | 'userAgent'> {
  readonly signal: OtlpSignal
  readonly door: OtlpDoor
  /** Unpacked. */
  readonly bytes: Uint8Array
}

/**
 * Takes one export; resolves once its spans are durable, with what was not kept, or undefined when everything was. Rejects as `Ingest`
 * does. Metrics and logs are not looked into.
 */
export async function receiveOtlp(receiver: OtlpReceiver, message: OtlpExport): Promise<PartialSuccess | undefined> {
  const { signal, door, bytes, wireBytes } = message
  if (signal !== 'traces') {
    receiver.onNotKept?.(signal, door, wireBytes)
    return undefined
  }
  const json = door === 'otlp_http_json'
  const decoder =
    receiver.decoders?.[json ? 'json' : 'protobuf'] ?? (json ? new OtlpJsonDecoder() : new OtlpProtobufDecoder())
  const fate = await receiver.ingest(
    { protocol: door, wireBytes, bytes: bytes.length, peer: message.peer, userAgent: message.userAgent },
    rows => decoder.decode(bytes, rows),
  )
  return partialSuccess(fate)
}

const inWords: Readonly<Record<RejectReason, string>> = {
  invalid_trace_id: 'with an invalid trace id (expected 16 bytes, not all zero)',
  invalid_span_id: 'with an invalid span id (expected 8 bytes, not all zero)',
  invalid_utf8: 'with text that is not UTF-8',
  time_out_of_range: 'with a time out of range',
  nesting_too_deep: 'with values nested too deep',
  not_sampled: 'that sampling left out',
}

/** The rejected spans of a message as OTLP tells them; undefined without any. Spans that were dropped on purpose are not rejected. */
export function partialSuccess({
  received,
  rejected,
}: Pick<Fate, 'received' | 'rejected'>): PartialSuccess | undefined {
  let spans = 0
  const parts: string[] = []
  for (const [reason, count] of rejected) {
    spans += count
    parts.push(`${count} ${inWords[reason]}`)
  }
  if (spans === 0) return undefined
  return { rejected: spans, message: `${spans} of ${received} spans were not kept: ${parts.join(', ')}` }
}
