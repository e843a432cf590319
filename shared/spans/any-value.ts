/**
 * Arrays and maps inside attribute values. A table keeps them as OTLP's protobuf (ArrayValue, KeyValueList:
 * opentelemetry/proto/common/v1/common.proto; WIRE.md 6.8) in its dictionary and decodes them when someone looks.
 */
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  ATTRIBUTE_MAP,
  ATTRIBUTE_STRING,
  type Attribute,
  type AttributeType,
  type AttributeValue,
  doubleOf,
  doubleWords,
  intOf,
  intWords,
} from './attribute-value.ts'
import { DecodeError } from './decode-error.ts'
import { decodeText, type Dictionary, encodeText } from './dictionary.ts'

/** Deeper nesting is not read (the default limit on the way in is 32, so this is never met by stored spans). */
const MOST_DEPTH = 100

/** The value of two column words. Raw bytes that are not what their type says come back as `bytes`. */
export function decodeAnyValue(
  dictionary: Pick<Dictionary, 'text' | 'bytes'>,
  type: AttributeType,
  low: number,
  high: number,
): AttributeValue {
  switch (type) {
    case ATTRIBUTE_STRING:
      return { type: 'string', value: dictionary.text(low) }
    case ATTRIBUTE_BOOL:
      return { type: 'bool', value: low !== 0 }
    case ATTRIBUTE_INT:
      return { type: 'int', value: intOf(low, high) }
    case ATTRIBUTE_DOUBLE:
      return { type: 'double', value: doubleOf(low, high) }
    case ATTRIBUTE_BYTES:
      return { type: 'bytes', value: dictionary.bytes(low) }
    case ATTRIBUTE_ARRAY:
    case ATTRIBUTE_MAP: {
      const bytes = dictionary.bytes(low)
      try {
        return type === ATTRIBUTE_ARRAY ? decodeArrayValue(bytes) : decodeKeyValueList(bytes)
      } catch (error) {
        if (error instanceof DecodeError) return { type: 'bytes', value: bytes }
        throw error
      }
    }
    default:
      return { type: 'empty' }
  }
}

/** Reads an ArrayValue message. */
export function decodeArrayValue(bytes: Uint8Array): Extract<AttributeValue, { type: 'array' }> {
  return readArray(new Reader(bytes), bytes.length, 0)
}

/** Reads a KeyValueList message. */
export function decodeKeyValueList(bytes: Uint8Array): Extract<AttributeValue, { type: 'map' }> {
  return readMap(new Reader(bytes), bytes.length, 0)
}

class Reader {
  at = 0
  readonly bytes: Uint8Array
  readonly view: DataView
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  varint(end: number): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.at >= end) throw new DecodeError('the value ends inside a number', '', this.at)
      const byte = this.bytes[this.at++]
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    throw new DecodeError('a number of more than 10 bytes', '', this.at)
  }

  /** The end of the length-delimited field that begins here. */
  fieldEnd(end: number): number {
    const length = Number(this.varint(end))
    if (length > end - this.at) throw new DecodeError(`a field of ${length} bytes; ${end - this.at} left`, '', this.at)
    return this.at + length
  }

  skip(wire: number, end: number): void {
    if (wire === 0) this.varint(end)
    else if (wire === 1) this.at += 8
    else if (wire === 2) this.at = this.fieldEnd(end)
    else if (wire === 5) this.at += 4
    else throw new DecodeError(`wire type ${wire}`, '', this.at)
    if (this.at > end) throw new DecodeError('a field reaches beyond its message', '', this.at)
  }
}

function readArray(r: Reader, end: number, depth: number): Extract<AttributeValue, { type: 'array' }> {
  const values: AttributeValue[] = []
  while (r.at < end) {
    const tag = Number(r.varint(end))
    if (tag === 10) values.push(readAny(r, r.fieldEnd(end), depth + 1))
    else r.skip(tag & 7, end)
  }
  return { type: 'array', values }
}

function readMap(r: Reader, end: number, depth: number): Extract<AttributeValue, { type: 'map' }> {
  const entries: Attribute[] = []
  while (r.at < end) {
    const tag = Number(r.varint(end))
    if (tag !== 10) {
      r.skip(tag & 7, end)
      continue
    }
    const entryEnd = r.fieldEnd(end)
    let key = ''
    let value: AttributeValue = { type: 'empty' }
    while (r.at < entryEnd) {
      const field = Number(r.varint(entryEnd))
      if (field === 10) {
        const to = r.fieldEnd(entryEnd)
        key = decodeText(r.bytes.subarray(r.at, to))
        r.at = to
      } else if (field === 18) value = readAny(r, r.fieldEnd(entryEnd), depth + 1)
      else r.skip(field & 7, entryEnd)
    }
    entries.push({ key, value })
  }
  return { type: 'map', entries }
}

function readAny(r: Reader, end: number, depth: number): AttributeValue {
  if (depth > MOST_DEPTH) throw new DecodeError(`values nested more than ${MOST_DEPTH} deep`, '', r.at)
  let value: AttributeValue = { type: 'empty' }
  while (r.at < end) {
    const tag = Number(r.varint(end))
    if (tag === 10) {
      const to = r.fieldEnd(end)
      value = { type: 'string', value: decodeText(r.bytes.subarray(r.at, to)) }
      r.at = to
    } else if (tag === 16) value = { type: 'bool', value: r.varint(end) !== 0n }
    else if (tag === 24) value = { type: 'int', value: BigInt.asIntN(64, r.varint(end)) }
    else if (tag === 33) {
      if (r.at + 8 > end) throw new DecodeError('the value ends inside a double', '', r.at)
      value = { type: 'double', value: r.view.getFloat64(r.at, true) }
      r.at += 8
    } else if (tag === 42) value = readArray(r, r.fieldEnd(end), depth)
    else if (tag === 50) value = readMap(r, r.fieldEnd(end), depth)
    else if (tag === 58) {
      const to = r.fieldEnd(end)
      value = { type: 'bytes', value: r.bytes.slice(r.at, to) }
      r.at = to
    } else r.skip(tag & 7, end)
  }
  return value
}

// ---- writing ----

/** Something that takes byte strings and gives numbers for them: a table under construction. */
export interface TextInterner {
  internText(text: string): number
  internBytes(bytes: Uint8Array, view: DataView, at: number, length: number): number
}

/** The type and words of a value, its text and bytes entered into the table's dictionary. */
export function encodeAnyValue(
  table: TextInterner,
  value: AttributeValue,
): readonly [type: AttributeType, low: number, high: number] {
  switch (value.type) {
    case 'empty':
      return [ATTRIBUTE_EMPTY, 0, 0]
    case 'string':
      return [ATTRIBUTE_STRING, table.internText(value.value), 0]
    case 'bool':
      return [ATTRIBUTE_BOOL, value.value ? 1 : 0, 0]
    case 'int':
      return [ATTRIBUTE_INT, ...intWords(value.value)]
    case 'double':
      return [ATTRIBUTE_DOUBLE, ...doubleWords(value.value)]
    case 'bytes':
      return [ATTRIBUTE_BYTES, internWhole(table, value.value), 0]
    case 'array':
      return [ATTRIBUTE_ARRAY, internWhole(table, encodeArrayValue(value.values)), 0]
    case 'map':
      return [ATTRIBUTE_MAP, internWhole(table, encodeKeyValueList(value.entries)), 0]
  }
}

function internWhole(table: TextInterner, bytes: Uint8Array): number {
  return table.internBytes(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length)
}

/** The protobuf encoding of an ArrayValue. */
export function encodeArrayValue(values: readonly AttributeValue[]): Uint8Array {
  return concat(values.map(value => delimited(10, encodeValueMessage(value))))
}

/** The protobuf encoding of a KeyValueList. */
export function encodeKeyValueList(entries: readonly Attribute[]): Uint8Array {
  return concat(
    entries.map(({ key, value }) =>
      delimited(10, concat([delimited(10, encodeText(key)), delimited(18, encodeValueMessage(value))])),
    ),
  )
}

/** The protobuf encoding of an AnyValue. */
export function encodeValueMessage(value: AttributeValue): Uint8Array {
  switch (value.type) {
    case 'empty':
      return new Uint8Array(0)
    case 'string':
      return delimited(10, encodeText(value.value))
    case 'bool':
      return Uint8Array.of(16, value.value ? 1 : 0)
    case 'int':
      return concat([Uint8Array.of(24), varint(BigInt.asUintN(64, value.value))])
    case 'double': {
      const bytes = new Uint8Array(9)
      bytes[0] = 33
      new DataView(bytes.buffer).setFloat64(1, value.value, true)
      return bytes
    }
    case 'array':
      return delimited(42, encodeArrayValue(value.values))
    case 'map':
      return delimited(50, encodeKeyValueList(value.entries))
    case 'bytes':
      return delimited(58, value.value)
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

function delimited(tag: number, bytes: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(tag), varint(BigInt(bytes.length)), bytes])
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
