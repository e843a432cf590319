/**
 * Attribute values: OTLP's AnyValue (opentelemetry/proto/common/v1). In columns a value is a type and two u32 words:
 * a dictionary id for text, bytes and (as raw protobuf) arrays and maps; the value itself for the rest.
 */

export const ATTRIBUTE_EMPTY = 0
export const ATTRIBUTE_STRING = 1
export const ATTRIBUTE_BOOL = 2
export const ATTRIBUTE_INT = 3
export const ATTRIBUTE_DOUBLE = 4
export const ATTRIBUTE_BYTES = 5
/** The dictionary holds the protobuf encoding of an ArrayValue. */
export const ATTRIBUTE_ARRAY = 6
/** The dictionary holds the protobuf encoding of a KeyValueList. */
export const ATTRIBUTE_MAP = 7

export type AttributeType = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

/** True when the first word of a value of this type is a dictionary id. */
export function isDictionaryType(type: number): boolean {
  return type === ATTRIBUTE_STRING || type >= ATTRIBUTE_BYTES
}

/** A value as a person or a JSON writer wants it. Integers are exact; a double keeps NaN, infinities and −0. */
export type AttributeValue =
  | { readonly type: 'empty' }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'array'; readonly values: readonly AttributeValue[] }
  | { readonly type: 'map'; readonly entries: readonly Attribute[] }

/** Keys may repeat, be empty, or be `__proto__`: never put them into a plain object. */
export interface Attribute {
  readonly key: string
  readonly value: AttributeValue
}

const SCRATCH = new DataView(new ArrayBuffer(8))

/** The double with these bits. */
export function doubleOf(low: number, high: number): number {
  SCRATCH.setUint32(0, low, true)
  SCRATCH.setUint32(4, high, true)
  return SCRATCH.getFloat64(0, true)
}

/** The low and high word of a double's bits. A NaN's payload survives only where the engine keeps it. */
export function doubleWords(value: number): readonly [low: number, high: number] {
  SCRATCH.setFloat64(0, value, true)
  return [SCRATCH.getUint32(0, true), SCRATCH.getUint32(4, true)]
}

/** The signed 64-bit integer with these words. */
export function intOf(low: number, high: number): bigint {
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
}

/** The words of a signed 64-bit integer; higher bits are lost. */
export function intWords(value: bigint): readonly [low: number, high: number] {
  const bits = BigInt.asUintN(64, value)
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)]
}
