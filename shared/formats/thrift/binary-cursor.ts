/** Thrift's binary encoding: https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md; WIRE.md 4.1. */
import { decodeText } from '#shared/spans/dictionary.ts'
import { BOOL, DOUBLE, I16, I32, I64, I8, LIST, MAP, SET, STOP, STRING, STRUCT, ThriftCursor } from './thrift-cursor.ts'

/** Bytes of the shortest value of each type; -1 for what is no type. */
const LEAST_BYTES = new Int8Array(256).fill(-1)
for (const [type, bytes] of [
  [BOOL, 1],
  [I8, 1],
  [DOUBLE, 8],
  [I16, 2],
  [I32, 4],
  [I64, 8],
  [STRING, 4],
  [STRUCT, 1],
  [MAP, 6],
  [SET, 5],
  [LIST, 5],
]) {
  LEAST_BYTES[type] = bytes
}

/** Names of methods are a few letters. */
const MOST_NAME = 256

export class BinaryCursor extends ThriftCursor {
  override enterStruct(): number {
    return 0
  }

  override leaveStruct(): void {}

  override nextField(): number {
    const { bytes, at } = this
    if (at >= bytes.length) this.need(1)
    const type = bytes[at]
    this.at = at + 1
    if (type === STOP) return STOP
    if (bytes.length - at < 3) this.need(2)
    this.fieldId = ((bytes[at + 1] << 24) >> 16) | bytes[at + 2]
    this.at = at + 3
    return type
  }

  override readBool(): boolean {
    this.need(1)
    return this.bytes[this.at++] !== 0
  }

  protected override skipBoolElements(count: number): void {
    this.need(count)
    this.at += count
  }

  override readI8(): number {
    this.need(1)
    return this.view.getInt8(this.at++)
  }

  override readI16(): number {
    this.need(2)
    this.at += 2
    return this.view.getInt16(this.at - 2)
  }

  override readI32(): number {
    this.need(4)
    this.at += 4
    return this.view.getInt32(this.at - 4)
  }

  override readI64(): void {
    this.need(8)
    this.high = this.view.getUint32(this.at)
    this.low = this.view.getUint32(this.at + 4)
    this.at += 8
  }

  override readDouble(): void {
    this.readI64()
  }

  override readText(): void {
    const { at } = this
    const left = this.bytes.length - at - 4
    if (left < 0) this.need(4)
    const length = this.view.getInt32(at)
    if (length < 0 || length > left) this.fail(`a text of ${length} bytes; ${left} are left`, at)
    this.textAt = at + 4
    this.textLength = length
    this.at = at + 4 + length
  }

  override readListHead(): void {
    this.need(5)
    const type = this.bytes[this.at]
    const count = this.view.getInt32(this.at + 1)
    this.at += 5
    this.checkCount(count, type)
    this.elementType = type
    this.elementCount = count
  }

  protected override readMapHead() {
    this.need(6)
    const key = this.bytes[this.at]
    const value = this.bytes[this.at + 1]
    const count = this.view.getInt32(this.at + 2)
    this.at += 6
    this.checkCount(count, key)
    this.checkCount(count, value)
    return { key, value, count }
  }

  protected override leastBytes(type: number): number {
    return LEAST_BYTES[type]
  }

  /** Strict messages begin with a version whose first bit is set, old ones with the length of their name. */
  override readMessageHead() {
    const first = this.readI32()
    if (first < 0) {
      const version = first >>> 16
      if (version !== 0x8001) this.fail(`a message of version ${version.toString(16)}; expected 8001`, 0)
      const name = this.#name(this.readI32())
      this.readI32()
      return { kind: first & 255, name }
    }
    const name = this.#name(first)
    const kind = this.readI8()
    this.readI32()
    return { kind, name }
  }

  #name(length: number): string {
    if (length < 0 || length > MOST_NAME || length > this.bytes.length - this.at) {
      this.fail(`a name of a method of ${length} bytes; at most ${MOST_NAME}, ${this.bytes.length - this.at} are left`)
    }
    this.at += length
    return decodeText(this.bytes.subarray(this.at - length, this.at))
  }
}
