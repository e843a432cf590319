import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { LimitError } from '#server/errors.ts'
import { BodyInterruptedError, giveBack, readBody, type Body } from './body.ts'
import type { Reservation } from './byte-budget.ts'
import { UnsupportedEncodingError } from './http-error.ts'
import { parseEncoding } from './inflate.ts'
import type { ListenerContext } from './listener.ts'

/** A request as a handler sees it. */
export interface HttpRequest {
  readonly method: string
  /** Without query. */
  readonly path: string
  /** What follows the `?`; empty without. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  readonly remoteAddress: string
  /** `content-type` without its parameters, lower case; empty when absent. */
  readonly contentType: string
  /** Aborted when the sender leaves before it is answered. */
  readonly signal: AbortSignal
  /** The body, unpacked; once. Rejects as `readBody` of body.ts does: let it pass, the listener answers. */
  readBody(): Promise<Body>
}

/** A request in progress. What it holds of the budget is given back by `release`, after its answer. */
export class ReceivedRequest implements HttpRequest {
  readonly message: IncomingMessage
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: IncomingHttpHeaders
  wireBytes = 0
  readonly #context: ListenerContext
  readonly #response: ServerResponse
  #left: AbortController | undefined
  #reservation: Reservation | undefined
  #memory: Uint8Array | undefined

  constructor(message: IncomingMessage, response: ServerResponse, context: ListenerContext) {
    const url = message.url ?? '/'
    const mark = url.indexOf('?')
    this.message = message
    this.method = message.method ?? 'GET'
    this.path = mark < 0 ? url : url.slice(0, mark)
    this.query = mark < 0 ? '' : url.slice(mark + 1)
    this.headers = message.headers
    this.#context = context
    this.#response = response
  }

  get signal(): AbortSignal {
    if (this.#left === undefined) {
      const left = new AbortController()
      this.#left = left
      const leave = (): void =>
        left.abort(new BodyInterruptedError('disconnected', 'the sender left before it was answered'))
      if (this.message.socket.destroyed) leave()
      else
        this.#response.once('close', () => {
          if (!this.#response.writableFinished) leave()
        })
    }
    return this.#left.signal
  }

  get remoteAddress(): string {
    return this.message.socket.remoteAddress ?? ''
  }

  get contentType(): string {
    return (this.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase()
  }

  async readBody(maxBytes: number = this.#context.limits.maxRequestBytes): Promise<Body> {
    const { budget, limits } = this.#context
    const header = this.headers['content-encoding']
    const encoding = parseEncoding(header)
    if (encoding === undefined) throw new UnsupportedEncodingError(header ?? '')
    const length = Number(this.headers['content-length'] ?? 0)
    if (length > maxBytes)
      throw new LimitError(
        `body of ${length} bytes, expected at most ${maxBytes} (max-request-bytes)`,
        'max-request-bytes',
      )
    this.#reservation = await budget.admit(this.signal)
    const body = await readBody(this.message, {
      maxBytes,
      encoding,
      timeoutMs: limits.bodyTimeoutMs,
      reservation: this.#reservation,
      budget,
    })
    this.wireBytes = body.wireBytes
    this.#memory = body.memory
    return body
  }

  release(): void {
    this.#reservation?.release()
    if (this.#memory !== undefined) giveBack(this.#memory)
  }
}
