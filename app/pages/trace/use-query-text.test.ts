import { expect, test } from 'vitest'
import { filterOfBraces } from './use-query-text.ts'

test.each([
  ['{ span.a = 1 }', '{ span.a = 1 }'],
  ['{resource.host.name="a"}', '{ resource.host.name="a" }'],
  ['  {a=1 && b=2', '{ a=1 && b=2 }'],
  ['{ duration > 10ms }', '{ duration > 10ms }'],
  ['{status=error||kind=server}', '{ status=error||kind=server }'],
  ['{ !(status=error) }', '{ !(status=error) }'],
  ['{ span:name="a" }', '{ span:name="a" }'],
  ['{name!="SELECT ledger" duration>=80ms}', 'name!="SELECT ledger" duration>=80ms'],
  ['{ a=1 }', 'a=1'],
  ['{', ''],
  ['{ }', ''],
])('%s is the filter %j', (text, filter) => {
  expect(filterOfBraces(text)).toBe(filter)
})
