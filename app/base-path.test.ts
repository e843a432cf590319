import { expect, test } from 'vitest'
import { parseBasePath } from './base-path.ts'

test.each([
  ['', ''],
  ['/', ''],
  ['/jaeger', '/jaeger'],
  ['/jaeger/', '/jaeger'],
  ['/a/b', '/a/b'],
  ['jaeger', ''],
  ['//evil.example', ''],
  ['https://evil.example', ''],
  [undefined, ''],
  [null, ''],
])('%s is the base path %s', (content, path) => {
  expect(parseBasePath(content)).toBe(path)
})
