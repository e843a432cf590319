/**
 * OTLP protobuf of any size (WIRE.md 6.8): a request is a list of ResourceSpans, which are decoded some at a time; and
 * files of requests with their length before each, as the OpenTelemetry Collector's file exporter writes them; and a request
 * inside Tempo's answer.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import { keepWholeRows } from '#shared/spans/keep-whole-rows.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { holdsOtherSignal } from '#shared/formats/sniff.ts'
import type { ByteSource } from './byte-source.ts'
import { bareMessage, moved, type Reading } from './reading.ts'

/** Bytes that are decoded at once. */
const BATCH = 1024 * 1024
/** One ResourceSpans, or one message, with more bytes is not read: all of it has to be at hand. */
const MOST_PART = 512 * 1024 * 1024

/** Tag of a field 1 with a length: `resource_spans` of a request, and `trace` around one. */
const RESOURCE_SPANS = 10
const TRACE = 10

export class ProtobufPieces {
  readonly #reading: Reading
  readonly #source: ByteSource
  readonly #decoder = new OtlpProtobufDecoder()
  #at = 0
  /** Position of the first byte that the decoder has. */
  #position = 0

  constructor(reading: Reading) {
    this.#reading = reading
    this.#source = reading.source
    this.#decoder.onBadSpan = error => {
      reading.passOver(bareMessage(error), error.offset < 0 ? -1 : this.#position + error.offset)
    }
  }

  /** Reads a file that is one request. Throws DecodeError with the byte. */
  async readRequest(): Promise<void> {
    await this.#request(Infinity)
  }

  /** Reads what Tempo answers from /api/v2/traces: a request in a field 1, figures of the query beside it. Throws likewise. */
  async readTempo(): Promise<void> {
    while (await this.#need(1, this.#at)) {
      const start = this.#at
      const tag = await this.#varint(start)
      if (tag !== TRACE) {
        await this.#skipField(tag, start, start)
        continue
      }
      const length = await this.#varint(start)
      await this.#request(this.#at + length)
    }
  }

  /** The fields of a request up to a position of the file, or to its end. */
  async #request(end: number): Promise<void> {
    let from = this.#at
    while (this.#at < end && (await this.#need(1, from))) {
      const start = this.#at
      const tag = await this.#varint(from)
      await this.#skipField(tag, start, from)
      if (tag !== RESOURCE_SPANS) {
        if (start > from) await this.#decode(from, start)
        from = this.#at
      } else if (this.#at - from >= BATCH) {
        await this.#decode(from, this.#at)
        from = this.#at
      }
    }
    if (end !== Infinity && this.#at !== end) {
      throw new DecodeError('the trace ends elsewhere than its length says', '', Math.min(this.#at, end))
    }
    if (this.#at > from) await this.#decode(from, this.#at)
  }

  /**
   * Reads requests that each come behind their length in four bytes, big-endian; those of metrics and logs, which a Collector
   * may write into the same file, are passed by. Throws DecodeError with the byte.
   */
  async readMessages(): Promise<void> {
    for (;;) {
      const message = await nextMessage(this.#source, this.#at)
      if (message === undefined) return
      if (!holdsOtherSignal(this.#source.slice(message.from, message.to))) await this.#decode(message.from, message.to)
      this.#at = message.to
    }
  }

  async #decode(from: number, to: number): Promise<void> {
    const { table } = this.#reading.run
    this.#position = from
    try {
      this.#decoder.decode(this.#source.slice(from, to), table)
    } catch (error) {
      keepWholeRows(table)
      throw moved(error, from)
    }
    await this.#reading.run.turn()
  }

  /** Moves over the value of a field whose tag has been read; only a field with a length is known at the top. */
  async #skipField(tag: number, start: number, keepFrom: number): Promise<void> {
    const type = tag & 7
    if (type === 0) await this.#varint(keepFrom)
    else if (type === 1) this.#at += 8
    else if (type === 5) this.#at += 4
    else if (type === 2) {
      const length = await this.#varint(keepFrom)
      if (length > MOST_PART)
        throw new DecodeError(`a field of ${length} bytes; expected at most ${MOST_PART}`, '', start)
      this.#at += length
    } else throw new DecodeError(`wire type ${type}; expected an OTLP request`, '', start)
    if (!(await this.#need(0, keepFrom))) {
      throw new DecodeError('the file ends inside the field that begins here', '', start)
    }
  }

  async #varint(keepFrom: number): Promise<number> {
    const start = this.#at
    let value = 0
    for (let i = 0; i < 10; i++) {
      if (!(await this.#need(1, keepFrom))) throw new DecodeError('the file ends inside a number', '', start)
      const byte = this.#source.bytes[this.#at++ - this.#source.base]
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return value
    }
    throw new DecodeError('a number of more than ten bytes', '', start)
  }

  /** Whether there are `count` bytes behind `#at`. */
  async #need(count: number, keepFrom: number): Promise<boolean> {
    const source = this.#source
    while (source.end < this.#at + count) if (!(await source.fill(keepFrom))) return false
    return true
  }
}

/** The message whose length stands at `at`, all of it at hand; undefined at the end of the file. */
export async function nextMessage(
  source: ByteSource,
  at: number,
): Promise<{ readonly from: number; readonly to: number } | undefined> {
  while (source.end < at + 4) {
    if (await source.fill(at)) continue
    if (source.end > at) throw new DecodeError('the file ends inside the length of a message', '', at)
    return undefined
  }
  const i = at - source.base
  const { bytes } = source
  const length = ((bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3]) >>> 0
  if (length > MOST_PART) throw new DecodeError(`a message of ${length} bytes; expected at most ${MOST_PART}`, '', at)
  while (source.end < at + 4 + length) {
    if (!(await source.fill(at))) {
      throw new DecodeError(`the file ends inside a message of ${length} bytes`, '', at)
    }
  }
  return { from: at + 4, to: at + 4 + length }
}
