/**
 * The one function that every way in is handed. A protocol turns bytes into rows inside `decode` and turns the fate
 * that comes back into its own answer; it knows neither the pipeline nor a store.
 */
import type { SpanClass } from '#server/storage/store.ts'
import type { RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** What is known of a message before it is decoded. */
export interface MessageInfo {
  /** The door, as it stands in the ledger: `otlp_http_protobuf`, `otlp_http_json`, `otlp_grpc`, … */
  readonly protocol: string
  /** Bytes as they came over the wire. */
  readonly wireBytes: number
  /** Bytes after inflating. */
  readonly bytes: number
  /** Who sent it, as far as it says: peer address and user agent. For the senders list only. */
  readonly peer?: string
  readonly userAgent?: string
  /** What the spans are kept as; default `main`. */
  readonly spanClass?: SpanClass
  /** Spans that were read before `decode` runs and can't be kept: they enter the ledger with the rest. */
  readonly rejected?: readonly RejectedSpans[]
}

/** So many spans of a service, for one reason. */
export interface RejectedSpans {
  readonly service: string
  readonly reason: RejectReason
  readonly spans: number
}

/** What became of a message's spans. `received = stored + duplicate + rejected + dropped`, always. */
export interface Fate {
  readonly received: number
  readonly stored: number
  /** Equal spans that the write itself recognised. */
  readonly duplicate: number
  /** Spans that can't be kept whatever the state of the server, by reason. */
  readonly rejected: ReadonlyMap<RejectReason, number>
  /** Spans given up on purpose (head sampling), by reason. */
  readonly dropped: ReadonlyMap<string, number>
}

/**
 * Decodes one message and resolves with the fate of its spans once what was kept is durable.
 *
 * Rejects with DecodeError (nothing of the message was kept), LimitError (too large for the store's tables),
 * OverloadedError (try again later) or StoreUnavailableError (the store can't take spans now; nothing was kept).
 * `decode` runs synchronously, possibly twice (when the open table was full), and must append from scratch each time.
 */
export type Ingest = (message: MessageInfo, decode: (rows: SpanTableBuilder) => void) => Promise<Fate>
