/**
 * The one message of a unary call: a byte whether it is packed, four of length, its bytes, and the end of the stream.
 * Read in place and not by `readBody`, because the length stands in front: a message over the limit is refused at its first bytes.
 */
import type { Readable } from 'node:stream'
import { LimitError } from '#server/errors.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { BodyInterruptedError, giveBack, leastChunkBytes, type Body } from './body.ts'
import { BodyPace } from './body-pace.ts'
import type { ByteBudget, Reservation } from './byte-budget.ts'
import { inflate, type Encoding } from './inflate.ts'

const prefixBytes = 5

/** How to read a message. */
export interface GrpcMessageOptions {
  /** The most bytes of the message on the wire, and again unpacked. */
  readonly maxBytes: number
  /** What `grpc-encoding` names. */
  readonly encoding: Encoding
  /** From now to the end of the stream, milliseconds. */
  readonly timeoutMs: number
  /** Grows by what is held. Released by the caller. */
  readonly reservation: Reservation
  readonly budget: ByteBudget
}

/**
 * Reads the message, unpacked, and the end of its stream. Rejects with LimitError, OverloadedError, DecodeError (no message, several,
 * or not what its encoding says) or BodyInterruptedError; the stream is paused then and its rest unread.
 */
export async function readGrpcMessage(stream: Readable, options: GrpcMessageOptions): Promise<Body> {
  const framed = await readFramed(stream, options)
  const packed = framed.subarray(prefixBytes)
  const flag = framed[0]
  if (flag === 0) return { bytes: packed, memory: framed, wireBytes: framed.length }
  if (options.encoding === 'identity') {
    throw new DecodeError('the message is marked as packed, expected grpc-encoding to say how')
  }
  const bytes = inflate(packed, options.encoding, options.maxBytes, more => {
    if (!options.reservation.grow(more)) throw options.budget.overloaded()
  })
  const wireBytes = framed.length
  giveBack(framed)
  return { bytes, memory: bytes, wireBytes }
}

function readFramed(stream: Readable, options: GrpcMessageOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    /** Bytes of prefix and message; unknown until five came. */
    let expected = -1
    const finish = (error: Error | undefined): void => {
      clearTimeout(timer)
      pace.stop()
      stream.off('data', onData).off('end', onEnd).off('close', onClose)
      if (error === undefined) resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length))
      else {
        stream.pause()
        reject(error)
      }
    }
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      pace.more(chunk.length)
      if (!options.reservation.grow(Math.max(chunk.length, leastChunkBytes))) return finish(options.budget.overloaded())
      chunks.push(chunk)
      if (expected < 0 && length >= prefixBytes) {
        const prefix = chunks.length === 1 ? chunk : Buffer.concat(chunks, length)
        const size = prefix.readUInt32BE(1)
        expected = size + prefixBytes
        if (prefix[0] > 1) return finish(new DecodeError(`message flag ${prefix[0]}, expected 0 or 1`))
        if (size > options.maxBytes) {
          return finish(
            new LimitError(
              `message of ${size} bytes, expected at most ${options.maxBytes} (max-request-bytes)`,
              'max-request-bytes',
            ),
          )
        }
      }
      if (expected >= 0 && length > expected) finish(new DecodeError('more than one message, expected one'))
    }
    const onEnd = (): void => {
      // A reset stream ends before it closes; what is whole is kept.
      if (length === expected) finish(undefined)
      else if (stream.destroyed || (stream as { aborted?: boolean }).aborted === true) onClose()
      else if (expected < 0) finish(new DecodeError(`${length} bytes, expected one message with its prefix of five`))
      else finish(new DecodeError(`${length - prefixBytes} bytes of a message of ${expected - prefixBytes}`))
    }
    const onClose = (): void =>
      finish(new BodyInterruptedError('disconnected', `sender left after ${length} bytes of the message`))
    const pace = new BodyPace(options.budget, problem => finish(new BodyInterruptedError('body_timeout', problem)))
    const timer = setTimeout(
      () =>
        finish(
          new BodyInterruptedError(
            'body_timeout',
            `message incomplete after ${options.timeoutMs} ms (${length} bytes), expected it within body-timeout`,
          ),
        ),
      options.timeoutMs,
    )
    stream.on('data', onData).on('end', onEnd).on('close', onClose)
    if (stream.destroyed) onClose()
  })
}
