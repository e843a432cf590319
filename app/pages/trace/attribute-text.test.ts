import { expect, test } from 'vitest'
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { groupAttributes, valueText } from './attribute-text.ts'

const text = (value: string): AttributeValue => ({ type: 'string', value })
const int = (value: bigint): AttributeValue => ({ type: 'int', value })

test.each([
  [text('plain'), 'plain'],
  [text('{"a":[1]}'), '{"a":[1]}'],
  [int(9_223_372_036_854_775_807n), '9223372036854775807'],
  [{ type: 'double', value: -0 }, '-0'],
  [{ type: 'double', value: Number.NaN }, 'NaN'],
  [{ type: 'bool', value: false }, 'false'],
  [{ type: 'bytes', value: Uint8Array.of(0, 255) }, '00ff'],
  [{ type: 'empty' }, ''],
  [{ type: 'array', values: [text('a'), int(1n)] }, '[\n  "a",\n  1\n]'],
  [{ type: 'map', entries: [{ key: '__proto__', value: { type: 'array', values: [] } }] }, '{\n  "__proto__": []\n}'],
] as const)('%o', (value, line) => {
  expect(valueText(value)).toBe(line)
})

test('keys group by their first part, loners stand last', () => {
  const keys = ['rpc.system', 'user', 'server.address', 'rpc.method', '.odd', '']
  expect(
    groupAttributes(keys.map(key => ({ key, value: int(1n) }))).map(({ prefix, attributes }) => [
      prefix,
      ...attributes.map(({ key }) => key),
    ]),
  ).toEqual([
    ['rpc', 'rpc.system', 'rpc.method'],
    ['', 'user', '.odd', '', 'server.address'],
  ])
})
