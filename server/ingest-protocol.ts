/** What the main thread and an ingest worker tell each other. Everything survives structured cloning. */
import type { MessagePort } from 'node:worker_threads'
import type { ListenAddress } from '#server/config/listening.ts'
import type { Settings } from '#server/config/settings-table.ts'
import type { LedgerReport } from '#server/pipeline/ledger.ts'
import type { SenderReport } from '#server/pipeline/senders.ts'
import type { PortSetting } from '#server/protocols/protocol.ts'
import type { SpanClass } from '#server/storage/store.ts'
import type { SharedByteBudget } from '#server/transport/byte-budget.ts'
import type { ForwardedRequest, HttpAnswer, ListenerStats } from '#server/transport/listener.ts'
import type { ImportedFile } from '#shared/api/import.ts'

/** What a worker is started with. */
export interface IngestWorkerData {
  readonly index: number
  readonly settings: Settings
  readonly hosts: readonly ListenAddress[]
  readonly allowedHosts: readonly string[]
  /** As probed by main: never 0. */
  readonly ports: Readonly<Record<PortSetting, number>>
  /** Several workers share the ports. */
  readonly reusePort: boolean
  readonly budget: SharedByteBudget
  /** The store's side of each class that this worker writes. */
  readonly writers: readonly { readonly spanClass: SpanClass; readonly init: unknown; readonly port: MessagePort }[]
}

export interface ListenerReport {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly stats: ListenerStats
}

/** A worker's counters since it was started. */
export interface IngestReport {
  readonly ledger: LedgerReport
  readonly senders: readonly SenderReport[]
  readonly listeners: readonly ListenerReport[]
  /** OTLP requests of signals that are not kept, by signal. */
  readonly notKept: Readonly<Record<string, number>>
}

/** A request body that came in on the query port and is decoded in a worker like any other. */
export interface OtlpRequest {
  readonly signal: 'traces' | 'metrics' | 'logs'
  /** Without parameters, lower case. */
  readonly contentType: string
  readonly body: Uint8Array
  readonly wireBytes: number
  readonly peer: string
  readonly userAgent: string
}

/** A file that came in on the query port; its bytes follow over the port (chunk-channel.ts). */
export interface ImportMessage {
  readonly name: string
  readonly peer: string
  readonly userAgent: string
  readonly port: MessagePort
}

/** What became of it. Errors that a sender can act on cross by name; anything else is a fault. */
export type ImportOutcome =
  | { readonly kind: 'file'; readonly file: ImportedFile }
  | { readonly kind: 'overloaded'; readonly message: string; readonly reason: string; readonly retryAfterMs: number }
  | { readonly kind: 'unavailable'; readonly message: string; readonly retryAfterMs: number }
  | { readonly kind: 'limit'; readonly message: string; readonly limit: string }
  /** The bytes ended before the file did. */
  | { readonly kind: 'interrupted'; readonly message: string }

export type ToWorker =
  | { readonly kind: 'report'; readonly id: number }
  /** For adaptive sampling: the roots that came in since this was asked last. */
  | { readonly kind: 'roots'; readonly id: number }
  | { readonly kind: 'otlp'; readonly id: number; readonly request: OtlpRequest }
  | { readonly kind: 'import'; readonly id: number; readonly message: ImportMessage }
  | { readonly kind: 'load-demo'; readonly id: number; readonly now: bigint }
  | { readonly kind: 'forwarded'; readonly id: number; readonly answer: HttpAnswer }
  | { readonly kind: 'stop'; readonly drainMs: number }

export type FromWorker =
  | { readonly kind: 'listening'; readonly listeners: readonly ListenerReport[] }
  /** A port could not be opened; the line to print. `taken`: another program has it. */
  | { readonly kind: 'failed'; readonly message: string; readonly setting: PortSetting; readonly taken: boolean }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }
  | { readonly kind: 'forward'; readonly id: number; readonly request: ForwardedRequest }
  | { readonly kind: 'forward-cancelled'; readonly id: number }
  | { readonly kind: 'stopped' }
