/** Thrift's compact encoding: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md; WIRE.md 4.2. */
import { decodeText } from '#shared/spans/dictionary.ts'
import { BOOL, DOUBLE, I16, I32, I64, I8, LIST, MAP, SET, STOP, STRING, STRUCT, ThriftCursor } from './thrift-cursor.ts'

/** Compact type numbers -> ours; 1 and 2 are the values true and false of a bool field. */
const TYPES = Uint8Array.from([STOP, BOOL, BOOL, I8, I16, I32, I64, DOUBLE, STRING, LIST, SET, MAP, STRUCT])
const TRUE = 1

const MOST_NAME = 256

export class CompactCursor extends ThriftCursor {
  #lastId = 0
  /** 1 true, 2 false: the bool that stood in the field's head; 0 when none is waiting. */
  #bool = 0

  override open(bytes: Uint8Array): void {
    super.open(bytes)
    this.#lastId = 0
    this.#bool = 0
  }

  override enterStruct(): number {
    const outer = this.#lastId
    this.#lastId = 0
    return outer
  }

  override leaveStruct(outer: number): void {
    this.#lastId = outer
  }

  override nextField(): number {
    this.need(1)
    const head = this.bytes[this.at++]
    if (head === 0) return STOP
    const delta = head >>> 4
    this.fieldId = this.#lastId = delta === 0 ? this.readI16() : this.#lastId + delta
    const type = head & 15
    if (type === 1 || type === 2) this.#bool = type
    return this.#type(type)
  }

  #type(type: number): number {
    const known = type < TYPES.length ? TYPES[type] : STOP
    if (known === STOP) this.fail(`a value of type ${type}, which there is not`)
    return known
  }

  override readBool(): boolean {
    if (this.#bool !== 0) {
      const value = this.#bool === TRUE
      this.#bool = 0
      return value
    }
    this.need(1)
    return this.bytes[this.at++] === TRUE
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
    const value = this.readI32()
    if (value !== (value << 16) >> 16) this.fail(`${value} where a number of 16 bits stands`)
    return value
  }

  override readI32(): number {
    const value = this.#varint32()
    return (value >>> 1) ^ -(value & 1)
  }

  /** Up to 32 bits; a negative number never is longer, as it is zigzag. */
  #varint32(): number {
    const { bytes } = this
    let value = bytes[this.at]
    if (value < 128 && this.at < bytes.length) {
      this.at++
      return value
    }
    value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      this.need(1)
      const byte = bytes[this.at++]
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
    this.fail('a number of 32 bits in more than 5 bytes')
  }

  override readI64(): void {
    const { bytes } = this
    const end = bytes.length
    let { at } = this
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) this.fail('ends inside a number', at)
      const byte = bytes[at++]
      const bits = byte & 127
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 64) high |= bits << (shift - 32)
      if (byte < 128) {
        this.at = at
        const sign = -(low & 1)
        this.low = (((low >>> 1) | (high << 31)) ^ sign) >>> 0
        this.high = ((high >>> 1) ^ sign) >>> 0
        return
      }
    }
    this.fail('a number of 64 bits in more than 10 bytes', at)
  }

  override readDouble(): void {
    this.need(8)
    this.low = this.view.getUint32(this.at, true)
    this.high = this.view.getUint32(this.at + 4, true)
    this.at += 8
  }

  override readText(): void {
    const from = this.at
    const length = this.#varint32()
    if (length > this.bytes.length - this.at) {
      this.fail(`a text of ${length} bytes; ${this.bytes.length - this.at} are left`, from)
    }
    this.textAt = this.at
    this.textLength = length
    this.at += length
  }

  override readListHead(): void {
    this.need(1)
    const head = this.bytes[this.at++]
    const count = head >>> 4 === 15 ? this.#varint32() : head >>> 4
    const type = count === 0 ? STOP : this.#type(head & 15)
    this.checkCount(count, type)
    this.elementType = type
    this.elementCount = count
  }

  protected override readMapHead() {
    const count = this.#varint32()
    if (count === 0) return { key: STOP, value: STOP, count }
    this.need(1)
    const types = this.bytes[this.at++]
    const key = this.#type(types >>> 4)
    const value = this.#type(types & 15)
    this.checkCount(count, key)
    this.checkCount(count, value)
    return { key, value, count }
  }

  protected override leastBytes(type: number): number {
    return type === DOUBLE ? 8 : 1
  }

  override readMessageHead() {
    this.need(2)
    if (this.bytes[this.at] !== 0x82) {
      this.fail(`a message that begins with ${this.bytes[this.at].toString(16)}; expected 82 (compact)`)
    }
    const head = this.bytes[this.at + 1]
    if ((head & 31) !== 1) this.fail(`a message of version ${head & 31}; expected 1`, this.at + 1)
    this.at += 2
    this.#varint32()
    this.readText()
    if (this.textLength > MOST_NAME) this.fail(`a name of a method of ${this.textLength} bytes; at most ${MOST_NAME}`)
    return { kind: head >>> 5, name: decodeText(this.bytes.subarray(this.textAt, this.textAt + this.textLength)) }
  }
}
