import { expect, test } from 'vitest'
import { formatRawSearch, parseRawSearch } from '#shared/api/raw-search.ts'
import { formatTraceUrl, parseTraceUrl } from './url.ts'

const plain = parseTraceUrl(parseRawSearch(''))

test.each([[[]], [['~']], [['~~']], [['~', 'a', '~a', '~~a']], [['a']]])('columns %j come back', columns => {
  const address = formatRawSearch(formatTraceUrl({ ...plain, columns, opened: columns }))
  const back = parseTraceUrl(parseRawSearch(address))
  expect([back.columns, back.opened]).toEqual([columns, columns])
})

test('a pill of an attribute that is called as the sign for none', () => {
  const address = formatRawSearch(formatTraceUrl({ ...plain, pills: ['~'] }))
  expect(parseTraceUrl(parseRawSearch(address)).pills).toEqual(['~'])
})

test('an address from before is read as it was meant', () => {
  expect(parseTraceUrl(parseRawSearch('?column=~&pill=~a')).columns).toEqual([])
  expect(parseTraceUrl(parseRawSearch('?column=~&pill=~a')).pills).toEqual(['~a'])
})
