/**
 * Writing protobuf's wire format, the shortest encoding of everything: https://protobuf.dev/programming-guides/encoding.
 * A message's length stands before its content, so `begin` leaves one byte for it and `end` moves the content when the
 * length needs more.
 */
import { encodeText } from '#shared/spans/dictionary.ts'

export class ProtobufWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView
  /** Bytes written. */
  length = 0

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** The memory, of which the first `length` bytes are written; another one after the next write. */
  get memory(): Uint8Array<ArrayBuffer> {
    return this.#bytes
  }

  /** Covers `memory`. */
  get view(): DataView {
    return this.#view
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length)
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more))
    bytes.set(this.#bytes.subarray(0, this.length))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }

  /** A varint of up to 32 bits: tags, lengths, counts. */
  uint32(value: number): void {
    this.#room(5)
    let rest = value >>> 0
    while (rest > 127) {
      this.#bytes[this.length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.length++] = rest
  }

  /** A varint of two words. */
  uint64(low: number, high: number): void {
    if (high === 0) {
      this.uint32(low)
      return
    }
    this.#room(10)
    let lo = low >>> 0
    let hi = high >>> 0
    while (hi !== 0 || lo > 127) {
      this.#bytes[this.length++] = (lo & 127) | 128
      lo = ((lo >>> 7) | (hi << 25)) >>> 0
      hi >>>= 7
    }
    this.#bytes[this.length++] = lo
  }

  /** Four bytes, low first; two of these make a fixed64 or a double. */
  fixed32(value: number): void {
    this.#room(4)
    this.#view.setUint32(this.length, value, true)
    this.length += 4
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** A length-delimited field: tag, length, bytes. */
  field(tag: number, bytes: Uint8Array): void {
    this.uint32(tag)
    this.uint32(bytes.length)
    this.raw(bytes)
  }

  /** As `field`, of a part of `bytes`: a short one is copied here, which costs less than a view of it. */
  part(tag: number, bytes: Uint8Array, from: number, length: number): void {
    this.uint32(tag)
    this.uint32(length)
    if (length > 64) {
      this.raw(bytes.subarray(from, from + length))
      return
    }
    this.#room(length)
    const to = this.#bytes
    let at = this.length
    for (let i = from; i < from + length; i++) to[at++] = bytes[i]
    this.length = at
  }

  text(tag: number, value: string): void {
    this.field(tag, encodeText(value))
  }

  /** Starts a message inside this one; hand the result to `end`. */
  begin(tag: number): number {
    this.uint32(tag)
    this.#room(1)
    return this.length++
  }

  /** Ends the message that `begin` started. */
  end(begun: number): void {
    const from = begun + 1
    const size = this.length - from
    if (size < 128) {
      this.#bytes[begun] = size
      return
    }
    const extra = size < 16_384 ? 1 : size < 2_097_152 ? 2 : size < 268_435_456 ? 3 : 4
    this.#room(extra)
    this.#bytes.copyWithin(from + extra, from, this.length)
    let rest = size
    for (let i = 0; i < extra; i++) {
      this.#bytes[begun + i] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[begun + extra] = rest
    this.length += extra
  }
}
