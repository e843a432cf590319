/**
 * Reading protobuf's wire format: https://protobuf.dev/programming-guides/encoding. A position in bytes that moves on;
 * everything is checked against the end of the message it stands in, and what can't be read is a DecodeError that says
 * what was seen and where. Groups are refused: no message of ours ever had one.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'

const NOTHING = new Uint8Array(0)

export class ProtobufCursor {
  bytes: Uint8Array = NOTHING
  /** Covers the same memory as `bytes`. */
  view: DataView = new DataView(NOTHING.buffer)
  /** The next byte to read. */
  at = 0
  /** The words of the varint read last. */
  low = 0
  high = 0

  /** Starts at the first of these bytes. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = 0
  }

  /** Lets go of the bytes, so that a kept decoder keeps no message alive. */
  close(): void {
    this.open(NOTHING)
  }

  /** Where in the message's structure the cursor stands; `field` is the last step. Decoders that know say more. */
  path(field: string): string {
    return field
  }

  /** Throws the DecodeError of something seen at byte `at`. */
  fail(problem: string, field = '', at = this.at): never {
    throw new DecodeError(problem, this.path(field), at)
  }

  /** Reads a field's tag: its number times eight plus its wire type. */
  tag(end: number, field = ''): number {
    const first = this.bytes[this.at]
    if (first < 128 && this.at < end) {
      this.at++
      return first
    }
    const at = this.at
    this.varint(end, field)
    if (this.high !== 0) this.fail('a field number above 536870911', field, at)
    return this.low >>> 0
  }

  /** Reads a varint of up to ten bytes into `low` and `high`; bits above the 64th are lost, as in other decoders. */
  varint(end: number, field = ''): void {
    const { bytes } = this
    let at = this.at
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) this.fail('ends inside a number', field, at)
      const byte = bytes[at++]
      const bits = byte & 127
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 64) high |= bits << (shift - 32)
      if (byte < 128) {
        this.at = at
        this.low = low >>> 0
        this.high = high >>> 0
        return
      }
    }
    this.fail('a number of more than 10 bytes', field)
  }

  /** Reads the length of a length-delimited field and returns its end. */
  delimited(end: number, field = ''): number {
    const { at } = this
    let length = this.bytes[at]
    if (length < 128 && at < end) this.at = at + 1
    else {
      this.varint(end, field)
      length = this.high === 0 ? this.low : Infinity
    }
    const left = end - this.at
    if (length > left) {
      const seen = length === Infinity ? 'more than 4 GiB' : `${length} bytes`
      this.fail(`a length of ${seen}; ${left} bytes are left`, field, at)
    }
    return this.at + length
  }

  /** Moves over a fixed-width field of `size` bytes and returns where it began. */
  fixed(size: number, end: number, field = ''): number {
    const { at } = this
    if (end - at < size) this.fail(`a number of ${size} bytes; ${end - at} are left`, field)
    this.at = at + size
    return at
  }

  /** Moves over the field whose tag was just read. */
  skip(tag: number, end: number): void {
    if (tag < 8) this.fail('field number 0')
    switch (tag & 7) {
      case 0:
        this.varint(end)
        return
      case 1:
        this.fixed(8, end)
        return
      case 2:
        this.at = this.delimited(end)
        return
      case 5:
        this.fixed(4, end)
        return
      default:
        this.fail(`field ${tag >>> 3} has wire type ${tag & 7}; expected 0, 1, 2 or 5`)
    }
  }
}
