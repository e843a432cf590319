/** A body that is handed on while it comes, chunk by chunk, where readBody (body.ts) waits for all of it. */
import type { Readable } from 'node:stream'
import { LimitError } from '#server/errors.ts'
import { BodyInterruptedError } from './body.ts'

export interface BodyChunksOptions {
  /** Of the body as it comes. */
  readonly maxBytes: number
  /** What the limit is called where it is set. */
  readonly limit: string
  /** A sender that is waited for and silent for so long is given up, ms. */
  readonly silenceMs: number
}

/**
 * The chunks of a stream, read no faster than they are taken. `next` rejects with LimitError or BodyInterruptedError; after that, and after
 * `return`, the rest of the stream flows off unread, so that the connection can be answered.
 */
export function bodyChunks(stream: Readable, options: BodyChunksOptions): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new BodyChunks(stream, options) }
}

type Result = IteratorResult<Uint8Array, undefined>
const DONE: Result = { done: true, value: undefined }

class BodyChunks implements AsyncIterator<Uint8Array, undefined> {
  readonly #stream: Readable
  readonly #options: BodyChunksOptions
  #bytes = 0
  #ready: Uint8Array | undefined
  #end: { readonly error?: Error } | undefined
  #waiting: { resolve: (result: Result) => void; reject: (error: Error) => void } | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(stream: Readable, options: BodyChunksOptions) {
    this.#stream = stream
    this.#options = options
    stream.pause()
    stream.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).on('error', this.#onClose)
    if (stream.destroyed) this.#onClose()
  }

  next(): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#settle()
      if (this.#waiting === undefined) return
      const { silenceMs } = this.#options
      this.#timer = setTimeout(() => {
        const problem = `nothing came for ${silenceMs} ms after ${this.#bytes} bytes of the body`
        this.#finish(new BodyInterruptedError('body_timeout', problem))
      }, silenceMs)
      this.#stream.resume()
    })
  }

  return(): Promise<Result> {
    this.#finish()
    return Promise.resolve(DONE)
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#stream.pause()
    this.#bytes += chunk.length
    const { maxBytes, limit } = this.#options
    if (this.#bytes > maxBytes) {
      this.#finish(new LimitError(`body is longer than ${maxBytes} bytes (${limit})`, limit))
      return
    }
    this.#ready = chunk
    this.#settle()
  }
  readonly #onEnd = (): void => this.#finish()
  readonly #onClose = (): void => {
    this.#finish(new BodyInterruptedError('disconnected', `sender left after ${this.#bytes} bytes of the body`))
  }

  #finish(error?: Error): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    const stream = this.#stream
    stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose).off('error', this.#onClose)
    // An error of the socket after this has nobody to tell.
    stream.on('error', () => {})
    stream.resume()
    this.#settle()
  }

  #settle(): void {
    const waiting = this.#waiting
    if (waiting === undefined || (this.#ready === undefined && this.#end === undefined)) return
    clearTimeout(this.#timer)
    this.#waiting = undefined
    const chunk = this.#ready
    this.#ready = undefined
    if (chunk !== undefined) waiting.resolve({ done: false, value: chunk })
    else if (this.#end?.error === undefined) waiting.resolve(DONE)
    else waiting.reject(this.#end.error)
  }
}
