import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonLines } from './json-lines.ts'

function shown(text: string): string {
  const lines = jsonLines(text)
  return Array.from({ length: lines.count }, (_, i) => '  '.repeat(lines.indent(i)) + lines.text(i)).join('\n')
}

test('compact and indented JSON come out as JSON.stringify indents them', () => {
  fc.assert(
    fc.property(fc.json(), text => {
      const value: unknown = JSON.parse(text)
      expect(shown(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
      expect(shown(JSON.stringify(value, null, 4))).toBe(JSON.stringify(value, null, 2))
    }),
  )
})

test('a place leads to its line; what is no JSON is shown all the same', () => {
  const text = '{"a":[1,{"b":"x, \\"{"}],"c":{}}'
  const lines = jsonLines(text)
  expect(lines.text(lines.lineAt(text.indexOf('"b"')))).toBe('"b": "x, \\"{"')
  expect(lines.text(lines.lineAt(0))).toBe('{')
  expect(jsonLines('').count).toBe(0)
  expect(shown('no json')).toBe('no json')
  expect(shown(']]"open')).toBe(']\n]"open')
})
