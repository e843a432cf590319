import type { ListenAddress } from '#server/config/listening.ts'
import type { Log } from '#server/telemetry/logger.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { Credentials } from './credentials.ts'
import type { DoorTls } from './tls.ts'

/**
 * What all listeners have in common: what they are opened with, and what an open one can be asked.
 */

/** What every listener limits. Bytes and milliseconds, all > 0. */
export interface TransportLimits {
  /** The largest request, on the wire and again inflated. */
  readonly maxRequestBytes: number
  readonly headerTimeoutMs: number
  readonly bodyTimeoutMs: number
  /** Open connections of one listener in this thread. */
  readonly maxConnections: number
}

/** A request that an ingest port does not answer itself, as it goes to the main thread. */
export interface ForwardedRequest {
  readonly method: string
  /** Path with query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** At most 64 KiB. */
  readonly body: Uint8Array
}

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

/** What every listener of a thread is opened with. */
export interface ListenerContext {
  readonly hosts: readonly ListenAddress[]
  /** Whether the listeners of several threads share one port; Linux only. */
  readonly reusePort: boolean
  readonly limits: TransportLimits
  readonly budget: ByteBudget
  /** Origins whose pages may send; `*` for any; empty for none. */
  readonly corsOrigins: readonly string[]
  /** Names that a `Host` header may carry, without port; `*` for any. */
  readonly allowedHosts: readonly string[]
  /** Answers in the main thread what is not ingest. Rejects with OverloadedError when too many wait there. */
  readonly forward: (request: ForwardedRequest, signal: AbortSignal) => Promise<HttpAnswer>
  /** By listener; those that are not in it speak no TLS. */
  readonly tls?: ReadonlyMap<string, DoorTls>
  /** Who may send; absent: anyone. */
  readonly credentials?: Credentials
  readonly log: Log
  /** Aborted when the process begins to stop. */
  readonly signal: AbortSignal
}

/** An open port. */
export interface Listener {
  /** The protocol and its transport: `otlp-grpc`. */
  readonly name: string
  readonly address: string
  /** The port as bound: never 0. */
  readonly port: number
  /** Stops accepting, lets requests in progress end for at most `drainMs`, then closes what is left. */
  close(drainMs: number): Promise<void>
  stats(): ListenerStats
}

/** Counts since the listener was opened; `connections` is the present number. */
export interface ListenerStats {
  readonly connections: number
  readonly refusedConnections: number
  readonly requests: number
  /** Bytes of bodies as they came over the wire. */
  readonly wireBytes: number
  /** Requests refused before anything was decoded, by reason: `memory_budget`, `too_large`, `body_timeout`, `host`, … */
  readonly refused: Readonly<Record<string, number>>
  /** Of a listener of datagrams; its `requests` are datagrams, `refused` those that were lost here. */
  readonly udp?: UdpStats
}

export interface UdpStats {
  /** Datagrams that the system dropped because the buffer was full, of all threads together; undefined where it does not say. */
  readonly kernelDrops: number | undefined
  /** Bytes of the receive buffer: asked for, and granted. */
  readonly bufferAsked: number
  readonly bufferGranted: number
}
