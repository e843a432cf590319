import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatRawSearch, parseRawSearch } from '#shared/api/raw-search.ts'
import { ROW_GROUPS } from '#shared/trace/diff/diff-rows.ts'
import { MEASURES, ORDERS, TABS, format, formatPair, parse, parsePair } from './url.ts'

test('reads Jaeger’s address: short ids, upper case, a side that is missing, a side that is no id', () => {
  expect(parsePair('ABC...12')).toMatchObject({
    a: '00000000000000000000000000000abc',
    b: '00000000000000000000000000000012',
  })
  expect(parsePair('abc...')).toEqual({ a: '00000000000000000000000000000abc', b: undefined, textA: 'abc', textB: '' })
  expect(parsePair('...abc')).toMatchObject({ a: undefined, b: '00000000000000000000000000000abc', textA: '' })
  expect(parsePair('zebra...0')).toEqual({ a: undefined, b: undefined, textA: 'zebra', textB: '0' })
})

test('a pair is written as it is read', () => {
  const ids = fc.stringMatching(/^[1-9a-f][0-9a-f]{31}$/u)
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      const pair = parsePair(decodeURIComponent(formatPair(a, b)).slice('/trace/'.length))
      expect(pair).toMatchObject({ a, b })
    }),
  )
})

test('a view goes through the address and back', () => {
  const view = fc.record({
    tab: fc.constantFrom(...TABS),
    all: fc.boolean(),
    rows: fc.constantFrom(...ROW_GROUPS),
    measure: fc.constantFrom(...MEASURES),
    order: fc.constantFrom(...ORDERS),
    reversed: fc.boolean(),
    counts: fc.boolean(),
    chosen: fc.option(
      fc.record({
        side: fc.constantFrom('a' as const, 'b' as const),
        spanId: fc.stringMatching(/^[1-9a-f][0-9a-f]{15}(?:\.[2-9])?$/u),
        exact: fc.constantFrom(true as const, undefined),
      }),
      { nil: undefined },
    ),
    cohort: fc.array(fc.string({ minLength: 1 }).map(text => text.toWellFormed())),
    instead: fc.option(fc.stringMatching(/^(?:[0-9a-f]{32})?$/u), { nil: undefined }),
    findTypical: fc.boolean(),
  })
  fc.assert(
    fc.property(view, one => {
      expect(parse(parseRawSearch(formatRawSearch(format(one))))).toEqual(one)
    }),
  )
  expect(formatRawSearch(format(parse({})))).toBe('')
})

test('what is not understood counts as not there', () => {
  const odd = { view: 'x', rows: 'y', order: 'z', measure: '', at: 'c:12', cohort: ['1', '2'] }
  expect(parse(odd)).toEqual({ ...parse({}), cohort: ['1', '2'] })
  expect(parse({ at: 'a:zebra' }).chosen).toBeUndefined()
})
