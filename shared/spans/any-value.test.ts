import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { randomAttributes, randomValue } from '#shared/generator/random-spans.ts'
import {
  decodeAnyValue,
  decodeArrayValue,
  decodeKeyValueList,
  encodeAnyValue,
  encodeArrayValue,
  encodeKeyValueList,
} from './any-value.ts'
import type { AttributeValue } from './attribute-value.ts'
import { DecodeError } from './decode-error.ts'
import { SpanTableBuilder } from './span-table-builder.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

test(`every value comes back from its words (seed ${SEED})`, () => {
  const random = new Random(SEED)
  const table = new SpanTableBuilder()
  for (let i = 0; i < 500; i++) {
    const value = randomValue(random, 4)
    const [type, low, high] = encodeAnyValue(table, value)
    expect(decodeAnyValue(table.dictionary, type, low, high)).toEqual(value)
  }
})

test('the bytes are those of OTLP', () => {
  const text = { type: 'string', value: 'a' } as const
  expect([...encodeArrayValue([text, { type: 'int', value: -1n }, { type: 'empty' }])]).toEqual([
    10, 3, 10, 1, 97, 10, 11, 24, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 10, 0,
  ])
  expect([...encodeKeyValueList([{ key: 'k', value: { type: 'bool', value: true } }])]).toEqual([
    10, 7, 10, 1, 107, 18, 2, 16, 1,
  ])
})

test(`changed bytes: a value or DecodeError (seed ${SEED})`, () => {
  const random = new Random(SEED)
  let refused = 0
  for (let i = 0; i < 3000; i++) {
    const bytes = encodeKeyValueList(randomAttributes(random, 5))
    for (let k = 0; k < 2 && bytes.length > 0; k++) bytes[random.below(bytes.length)] = random.below(256)
    for (const decode of [decodeArrayValue, decodeKeyValueList]) {
      try {
        decode(bytes.subarray(0, random.below(bytes.length + 1)))
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        refused++
      }
    }
  }
  expect(refused).toBeGreaterThan(500)
})

test('nesting without end is refused, and shows as bytes', () => {
  let bytes = new Uint8Array(0)
  for (let depth = 0; depth < 300; depth++) {
    const values = Uint8Array.from([10, ...varint(bytes.length), ...bytes])
    bytes = Uint8Array.from([42, ...varint(values.length), ...values])
  }
  bytes = Uint8Array.from([10, ...varint(bytes.length), ...bytes])
  expect(() => decodeArrayValue(bytes)).toThrow(DecodeError)
  const table = new SpanTableBuilder()
  const id = table.internBytes(bytes, new DataView(bytes.buffer), 0, bytes.length)
  expect(decodeAnyValue(table.dictionary, 6, id, 0)).toEqual({ type: 'bytes', value: bytes } satisfies AttributeValue)
})

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}
