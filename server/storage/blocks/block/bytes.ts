/** Variable-length numbers and texts one after the other, for what is read whole: the footer and the catalogue of a block. */
import { decodeText, encodeText } from '#shared/spans/dictionary.ts'

export class ByteWriter {
  #bytes = new Uint8Array(4096)
  #length = 0

  /** A whole number from 0 to 2^53 − 1. */
  number(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8)
    let rest = value
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  /** 4 bytes. */
  word(word: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow(4)
    for (let k = 0; k < 4; k++) this.#bytes[this.#length + k] = word >>> (k * 8)
    this.#length += 4
  }

  /** Two words, 8 bytes. */
  words(low: number, high: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8)
    for (let k = 0; k < 4; k++) {
      this.#bytes[this.#length + k] = low >>> (k * 8)
      this.#bytes[this.#length + 4 + k] = high >>> (k * 8)
    }
    this.#length += 8
  }

  big(value: bigint): void {
    this.words(Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn))
  }

  bytes(bytes: Uint8Array): void {
    this.number(bytes.length)
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  text(text: string): void {
    this.bytes(encodeText(text))
  }

  /** What was written: a view. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }
}

/** Reads what ByteWriter wrote. Throws Error when the bytes end early. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  number(): number {
    let value = 0
    let scale = 1
    for (let k = 0; k < 8; k++) {
      if (this.#at >= this.#bytes.length) throw new Error('the bytes end early')
      const byte = this.#bytes[this.#at++]
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw new Error('a number of more than 8 bytes')
  }

  /** A number of things that take at least a byte each: no more than bytes are left. */
  count(): number {
    const count = this.number()
    if (count > this.#bytes.length - this.#at)
      throw new Error(`${count} entries in ${this.#bytes.length - this.#at} bytes`)
    return count
  }

  word(): number {
    if (this.#at + 4 > this.#bytes.length) throw new Error('the bytes end early')
    const b = this.#bytes
    const at = this.#at
    this.#at += 4
    return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0
  }

  big(): bigint {
    const low = this.word()
    return (BigInt(this.word()) << 32n) | BigInt(low)
  }

  /** A view. */
  bytes(): Uint8Array {
    const length = this.count()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  text(): string {
    return decodeText(this.bytes())
  }
}
