import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { grpcCodes, GrpcStatusError, parseGrpcTimeout } from './grpc-status.ts'

/** A call as a handler sees it. */
export interface GrpcCall {
  /** `/package.Service/Method`. */
  readonly path: string
  /** The headers of the request, `:path` and the like among them. */
  readonly metadata: IncomingHttpHeaders
  readonly remoteAddress: string
  /** Bytes of the message as they came, with the prefix. */
  readonly wireBytes: number
  /** Aborted when nobody waits for the answer any more: the caller left, or its deadline passed. */
  readonly signal: AbortSignal
}

/**
 * Answers one message with one message. What it throws becomes a status as `grpcErrorStatus` says; a `GrpcStatusError` its own. After
 * `call.signal` was aborted its result is dropped.
 */
export type GrpcHandler = (message: Uint8Array, call: GrpcCall) => Promise<Uint8Array> | Uint8Array

/** A call in progress: when its sender leaves or its deadline passes, its signal says so. */
export class ReceivedCall implements GrpcCall {
  readonly path: string
  readonly metadata: IncomingHttpHeaders
  readonly remoteAddress: string
  wireBytes = 0
  /** The deadline has passed and was answered. */
  expired = false
  left = false
  readonly #stream: ServerHttp2Stream
  readonly #controller = new AbortController()
  readonly #onExpired: () => void
  #timer: NodeJS.Timeout | undefined

  /** `onExpired` is called when the deadline passes, before the signal is aborted. */
  constructor(stream: ServerHttp2Stream, metadata: IncomingHttpHeaders, remoteAddress: string, onExpired: () => void) {
    this.path = String(metadata[':path'] ?? '')
    this.metadata = metadata
    this.remoteAddress = remoteAddress
    this.#stream = stream
    this.#onExpired = onExpired
    stream.once('close', this.#onClose)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Throws GrpcStatusError when `grpc-timeout` is none. */
  startDeadline(): void {
    const header = this.metadata['grpc-timeout']
    const timeoutMs = parseGrpcTimeout(Array.isArray(header) ? header.join() : header)
    if (timeoutMs === undefined) return
    if (Number.isNaN(timeoutMs)) {
      throw new GrpcStatusError(
        grpcCodes.invalidArgument,
        `grpc-timeout ${JSON.stringify(String(header).slice(0, 50))}, expected up to 8 digits and a unit of H, M, S, m, u, n`,
      )
    }
    // Longer than a timer can be is no deadline.
    if (timeoutMs < 2 ** 31) this.#timer = setTimeout(this.#expire, timeoutMs)
  }

  /** The handler is done; nothing is aborted from here on. */
  finish(): void {
    clearTimeout(this.#timer)
    this.#stream.off('close', this.#onClose)
  }

  readonly #expire = (): void => {
    this.expired = true
    this.#onExpired()
    this.#controller.abort(new GrpcStatusError(grpcCodes.deadlineExceeded, 'the deadline of the call has passed'))
  }

  readonly #onClose = (): void => {
    this.left = true
    if (!this.expired) this.#controller.abort(new GrpcStatusError(grpcCodes.cancelled, 'the caller left'))
  }
}
