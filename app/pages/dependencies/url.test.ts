import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatRawSearch, parseRawSearch } from '#shared/api/raw-search.ts'
import { LOOKBACKS, format, parse, rangeOf } from './url.ts'
import type { MapView } from './url.ts'

test('a view goes through the address and back', () => {
  const time = fc.option(fc.nat().map(String), { nil: undefined })
  const view: fc.Arbitrary<MapView> = fc
    .record({
      view: fc.constantFrom('graph' as const, 'table' as const),
      focus: fc.option(
        fc.string({ minLength: 1 }).map(text => text.toWellFormed()),
        { nil: undefined },
      ),
      lookback: fc.option(fc.constantFrom(...LOOKBACKS), { nil: undefined }),
      start: time,
      end: time,
    })
    .map(one => (one.start === undefined && one.end === undefined ? one : { ...one, lookback: undefined }))
  fc.assert(
    fc.property(view, one => {
      expect(parse(parseRawSearch(formatRawSearch(format(one))))).toEqual(one)
    }),
  )
})

test('what is no time and no preset is all that is kept; exact times win over a preset', () => {
  expect(rangeOf(parse({ lookback: 'soon', start: 'x' }))).toEqual({ start: undefined, end: undefined })
  expect(rangeOf(parse({ lookback: '1h' }))).toEqual({ lookbackNs: 3600e9 })
  expect(rangeOf(parse({ lookback: '1h', end: '17' }))).toEqual({ start: undefined, end: '17' })
})
