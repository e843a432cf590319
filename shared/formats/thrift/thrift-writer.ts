/**
 * Writing Thrift in both encodings (WIRE.md 4), for tests and benchmarks: a value is written as the fields of a struct
 * that say their types. Not for hot paths.
 */
import { encodeText } from '#shared/spans/dictionary.ts'
import { BOOL, DOUBLE, I16, I32, I64, I8, LIST, STRING, STRUCT } from './thrift-cursor.ts'

export type ThriftValue =
  | { readonly type: typeof BOOL; readonly value: boolean }
  | { readonly type: typeof I8 | typeof I16 | typeof I32 | typeof DOUBLE; readonly value: number }
  | { readonly type: typeof I64; readonly value: bigint }
  | { readonly type: typeof STRING; readonly value: string | Uint8Array }
  | { readonly type: typeof STRUCT; readonly fields: readonly ThriftField[] }
  | { readonly type: typeof LIST; readonly of: number; readonly elements: readonly ThriftValue[] }

/** A field's id, and its value. */
export type ThriftField = readonly [id: number, value: ThriftValue]

export const i16 = (value: number): ThriftValue => ({ type: I16, value })
export const i32 = (value: number): ThriftValue => ({ type: I32, value })
export const i64 = (value: bigint | number): ThriftValue => ({ type: I64, value: BigInt(value) })
export const double = (value: number): ThriftValue => ({ type: DOUBLE, value })
export const bool = (value: boolean): ThriftValue => ({ type: BOOL, value })
export const text = (value: string | Uint8Array): ThriftValue => ({ type: STRING, value })
export const struct = (...fields: readonly ThriftField[]): ThriftValue => ({ type: STRUCT, fields })
export const structs = (elements: readonly ThriftValue[]): ThriftValue => ({ type: LIST, of: STRUCT, elements })

/** The numbers of types in the compact encoding; of bools, that of a list's elements. */
const COMPACT: Readonly<Record<number, number>> = {
  [BOOL]: 2,
  [I8]: 3,
  [I16]: 4,
  [I32]: 5,
  [I64]: 6,
  [DOUBLE]: 7,
  [STRING]: 8,
  [LIST]: 9,
  [STRUCT]: 12,
}

class Bytes {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  length = 0

  room(more: number): number {
    if (this.length + more > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more))
      grown.set(this.#bytes)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.length += more
    return this.length - more
  }

  u8(value: number): void {
    const at = this.room(1)
    this.#view.setUint8(at, value & 255)
  }

  i16(value: number): void {
    const at = this.room(2)
    this.#view.setInt16(at, value)
  }

  i32(value: number): void {
    const at = this.room(4)
    this.#view.setInt32(at, value)
  }

  i64(value: bigint): void {
    const at = this.room(8)
    this.#view.setBigInt64(at, value)
  }

  f64(value: number, littleEndian: boolean): void {
    const at = this.room(8)
    this.#view.setFloat64(at, value, littleEndian)
  }

  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    for (; rest > 127n; rest >>= 7n) this.u8(Number(rest & 127n) | 128)
    this.u8(Number(rest))
  }

  zigzag(value: bigint): void {
    this.varint((value << 1n) ^ (value >> 63n))
  }

  raw(bytes: Uint8Array): void {
    const at = this.room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length)
  }
}

/** A value without any head: a struct's fields, a list with its count. */
export function encodeThrift(encoding: 'binary' | 'compact', value: ThriftValue): Uint8Array<ArrayBuffer> {
  const out = new Bytes()
  write(out, encoding === 'compact', value)
  return out.finish()
}

/** A message that calls `name` one-way with these arguments: strict in the binary encoding. */
export function encodeThriftMessage(
  encoding: 'binary' | 'compact',
  name: string,
  ...args: readonly ThriftField[]
): Uint8Array<ArrayBuffer> {
  const out = new Bytes()
  const bytes = encodeText(name)
  if (encoding === 'binary') {
    out.i32(0x80010004 | 0)
    out.i32(bytes.length)
    out.raw(bytes)
    out.i32(0)
  } else {
    out.u8(0x82)
    out.u8((4 << 5) | 1)
    out.varint(0n)
    out.varint(BigInt(bytes.length))
    out.raw(bytes)
  }
  write(out, encoding === 'compact', struct(...args))
  return out.finish()
}

function write(out: Bytes, compact: boolean, value: ThriftValue): void {
  switch (value.type) {
    case BOOL:
      out.u8(value.value ? 1 : compact ? 2 : 0)
      return
    case I8:
      out.u8(value.value)
      return
    case I16:
      if (compact) out.zigzag(BigInt(value.value))
      else out.i16(value.value)
      return
    case I32:
      if (compact) out.zigzag(BigInt(value.value))
      else out.i32(value.value)
      return
    case I64:
      if (compact) out.zigzag(value.value)
      else out.i64(value.value)
      return
    case DOUBLE:
      out.f64(value.value, compact)
      return
    case STRING: {
      const bytes = typeof value.value === 'string' ? encodeText(value.value) : value.value
      if (compact) out.varint(BigInt(bytes.length))
      else out.i32(bytes.length)
      out.raw(bytes)
      return
    }
    case LIST: {
      const { length } = value.elements
      if (!compact) {
        out.u8(value.of)
        out.i32(length)
      } else if (length < 15) out.u8((length << 4) | COMPACT[value.of])
      else {
        out.u8(0xf0 | COMPACT[value.of])
        out.varint(BigInt(length))
      }
      for (const element of value.elements) write(out, compact, element)
      return
    }
    case STRUCT: {
      let last = 0
      for (const [id, field] of value.fields) {
        if (!compact) {
          out.u8(field.type)
          out.i16(id)
          write(out, false, field)
          continue
        }
        const type = field.type === BOOL ? (field.value ? 1 : 2) : COMPACT[field.type]
        if (id > last && id - last < 16) out.u8(((id - last) << 4) | type)
        else {
          out.u8(type)
          out.zigzag(BigInt(id))
        }
        last = id
        if (field.type !== BOOL) write(out, true, field)
      }
      out.u8(0)
    }
  }
}
