import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonNode, parseJsonTree, treeOfValue } from './json-tree.ts'

/** Back to what JSON.parse gives. */
function plain(node: JsonNode | undefined): unknown {
  switch (node?.kind) {
    case 'object':
      return JSON.parse(
        `{${node.entries.map(one => `${JSON.stringify(one.key)}:${JSON.stringify(plain(one.value))}`).join()}}`,
      )
    case 'array':
      return node.items.map(plain)
    case 'string':
      return node.text
    case 'word':
      return JSON.parse(node.text)
    case undefined:
      return undefined
  }
}

test('the tree of any JSON is that JSON, compact or indented', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
      fc.nat(4),
      (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(plain(parseJsonTree(text))).toEqual(JSON.parse(text))
      },
    ),
  )
})

test('digits stay, repeated keys are all there, no key is special', () => {
  expect(parseJsonTree('{"n": 9007199254740993, "n": 1.50, "__proto__": [null, true]}')).toEqual({
    kind: 'object',
    entries: [
      { key: 'n', value: { kind: 'word', text: '9007199254740993' } },
      { key: 'n', value: { kind: 'word', text: '1.50' } },
      {
        key: '__proto__',
        value: {
          kind: 'array',
          items: [
            { kind: 'word', text: 'null' },
            { kind: 'word', text: 'true' },
          ],
        },
      },
    ],
  })
})

test.each([
  '',
  'plain',
  '"a"',
  '7',
  '{broken',
  '[1,]',
  `[${' '.repeat(1024 * 1024)}]`,
  `${'['.repeat(200)}${']'.repeat(200)}`,
])('no tree of %s', text => {
  expect(parseJsonTree(text)).toBe(undefined)
})

test('arrays and maps of attributes are trees, other values are not', () => {
  const value = {
    type: 'map',
    entries: [
      { key: 'bytes', value: { type: 'bytes', value: Uint8Array.of(0, 255) } },
      { key: 'list', value: { type: 'array', values: [{ type: 'empty' }, { type: 'int', value: 2n ** 63n - 1n }] } },
    ],
  } as const
  expect(treeOfValue(value)).toEqual({
    kind: 'object',
    entries: [
      { key: 'bytes', value: { kind: 'string', text: '00ff' } },
      {
        key: 'list',
        value: {
          kind: 'array',
          items: [
            { kind: 'word', text: 'null' },
            { kind: 'word', text: '9223372036854775807' },
          ],
        },
      },
    ],
  })
  expect(treeOfValue({ type: 'bool', value: true })).toBe(undefined)
})
