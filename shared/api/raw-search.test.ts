import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_PAIRS, allOf, firstOf, formatRawSearch, parseRawSearch } from './raw-search.ts'

test('Jaeger’s addresses read as they are written', () => {
  const raw = parseRawSearch('?service=edge-gateway&tag=http.status_code:504&tag=error%3Atrue&lookback=1h&empty=&bare')
  expect({ ...raw }).toEqual({
    service: 'edge-gateway',
    tag: ['http.status_code:504', 'error:true'],
    lookback: '1h',
    empty: '',
    bare: '',
  })
  expect(firstOf(raw, 'tag')).toBe('http.status_code:504')
  expect(allOf(raw, 'tag')).toEqual(['http.status_code:504', 'error:true'])
  expect(allOf(raw, 'nothing')).toEqual([])
})

test('hostile keys are keys like others', () => {
  const raw = parseRawSearch('__proto__=1&constructor=2&toString=3')
  expect(Object.keys(raw)).toEqual(['__proto__', 'constructor', 'toString'])
  expect(firstOf(parseRawSearch(''), 'toString')).toBeUndefined()
})

test('a broken escape stays as it is', () => {
  expect(firstOf(parseRawSearch('a=100%'), 'a')).toBe('100%')
})

test('an endless address is read up to its limit', () => {
  expect(Object.keys(parseRawSearch(Array.from({ length: 5000 }, (_, n) => `k${n}=1`).join('&')))).toHaveLength(
    MAX_PAIRS,
  )
})

test('absent values are left out, readable ones stay readable', () => {
  expect(formatRawSearch({})).toBe('')
  expect(formatRawSearch({ a: undefined, b: [], tag: ['x:1', 'y/2'], q: 'a b&c' })).toBe('?tag=x:1&tag=y/2&q=a+b%26c')
})

test('whatever is written is read back', () => {
  const value = fc.string({ unit: 'binary', maxLength: 20 }).map(text => text.toWellFormed())
  const record = fc.dictionary(value, fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 4 })), { maxKeys: 8 })
  fc.assert(
    fc.property(record, raw => {
      expect({ ...parseRawSearch(formatRawSearch(raw)) }).toEqual({ ...raw })
    }),
  )
})
