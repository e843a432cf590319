import type { Readable } from 'node:stream'
import { LimitError } from '#server/errors.ts'
import { BodyPace } from './body-pace.ts'
import type { ByteBudget, Reservation } from './byte-budget.ts'
import { inflate, type Encoding } from './inflate.ts'

/** The sender went away, or was silent for too long: nobody is left to answer, or only to be told of it. */
export class BodyInterruptedError extends Error {
  override readonly name = 'BodyInterruptedError'
  readonly reason: 'disconnected' | 'body_timeout'

  constructor(reason: 'disconnected' | 'body_timeout', problem: string) {
    super(problem)
    this.reason = reason
  }
}

/** What a piece of a body costs at least while it waits for the rest, so that a million pieces of one byte are no million bytes. */
export const leastChunkBytes = 256

/** The pieces as one, which is then the only one to have memory. */
function gather(pieces: readonly Buffer[], length: number): Buffer {
  if (pieces.length === 1) return pieces[0]
  const whole = Buffer.concat(pieces, length)
  for (const piece of pieces) giveBack(piece)
  return whole
}

/**
 * Gives the memory of bytes back at once when they have it for themselves; they are empty afterwards. Bodies are many times what else a
 * thread makes garbage of, and leaving them to the collector means a collection of everything for each few dozen megabytes that come in:
 * a sixth of what ingest costs.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0)
}

/** How to read one body. */
export interface BodyOptions {
  /** The most bytes on the wire, and again unpacked. */
  readonly maxBytes: number
  readonly encoding: Encoding
  /** From now to the last byte, milliseconds. */
  readonly timeoutMs: number
  /** Grows by what is held: the bytes as they come, and the unpacked ones. Released by the caller. */
  readonly reservation: Reservation
  readonly budget: ByteBudget
}

/** A body, unpacked. */
export interface Body {
  readonly bytes: Uint8Array
  /** Where `bytes` lie. Given back by the listener after the answer: nothing of them may be kept without copying. */
  readonly memory: Uint8Array
  /** Bytes as they came. */
  readonly wireBytes: number
}

/**
 * Reads a stream to its end and unpacks it. Rejects with LimitError (too large), OverloadedError (no room in the budget), DecodeError
 * (not what its encoding says), BodyInterruptedError (silence, or the sender left). After a rejection the stream is paused and its
 * rest unread; the caller answers and closes.
 */
export async function readBody(stream: Readable, options: BodyOptions): Promise<Body> {
  const packed = await readAll(stream, options)
  const bytes = inflate(packed, options.encoding, options.maxBytes, more => {
    if (!options.reservation.grow(more)) throw options.budget.overloaded()
  })
  const wireBytes = packed.length
  if (bytes !== packed) giveBack(packed)
  return { bytes, memory: bytes, wireBytes }
}

function readAll(stream: Readable, options: BodyOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const finish = (error: Error | undefined): void => {
      clearTimeout(timer)
      pace.stop()
      stream.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      if (error === undefined) {
        resolve(gather(chunks, length))
      } else {
        // An error of the socket after this has nobody to tell.
        stream.on('error', () => {})
        stream.pause()
        reject(error)
      }
    }
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      pace.more(chunk.length)
      if (length > options.maxBytes) {
        finish(new LimitError(`body is longer than ${options.maxBytes} bytes (max-request-bytes)`, 'max-request-bytes'))
      } else if (options.reservation.grow(Math.max(chunk.length, leastChunkBytes))) {
        chunks.push(chunk)
      } else {
        finish(options.budget.overloaded())
      }
    }
    const onEnd = (): void => finish(undefined)
    const onClose = (): void =>
      finish(new BodyInterruptedError('disconnected', `sender left after ${length} bytes of the body`))
    const pace = new BodyPace(options.budget, problem => finish(new BodyInterruptedError('body_timeout', problem)))
    const timer = setTimeout(
      () =>
        finish(
          new BodyInterruptedError(
            'body_timeout',
            `body incomplete after ${options.timeoutMs} ms (${length} bytes), expected it within body-timeout`,
          ),
        ),
      options.timeoutMs,
    )
    stream.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
    if (stream.destroyed) onClose()
  })
}
