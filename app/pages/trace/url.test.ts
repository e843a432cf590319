import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatRawSearch, parseRawSearch } from '#shared/api/raw-search.ts'
import { DETAIL_PANELS, formatTraceUrl, parseTraceUrl, TRACE_VIEWS } from './url.ts'
import type { TraceUrl } from './url.ts'
import { SHADES, SHAPES } from './views-url.ts'

const spanId = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(id => id.toString(16).padStart(16, '0'))
const ns = fc.integer({ min: 0, max: 10 ** 12 }).map(n => n / 1000)
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
/** Names of groups, keys, events. */
const text = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('~', '~~', '~a'))
const url: fc.Arbitrary<TraceUrl> = fc.record({
  span: maybe(spanId),
  window: maybe(
    fc.tuple(ns, fc.integer({ min: 1, max: 10 ** 12 })).map(([start, length]) => ({ start, end: start + length })),
  ),
  level: maybe(fc.nat(1e9)),
  openBelow: fc.uniqueArray(spanId, { maxLength: 5 }),
  toggled: fc.uniqueArray(spanId, { maxLength: 5 }),
  folds: fc.boolean(),
  unfolded: fc.uniqueArray(spanId, { maxLength: 5 }),
  revealed: fc.uniqueArray(spanId, { maxLength: 5 }),
  focus: maybe(spanId),
  filter: fc.uniqueArray(
    fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map(text => text.trim())
      .filter(text => text !== ''),
    { maxLength: 5 },
  ),
  colourBy: fc.oneof(
    fc.constantFrom({ kind: 'service' as const }, { kind: 'self' as const }, { kind: 'percentile' as const }),
    fc.string({ unit: 'grapheme', minLength: 1 }).map(key => ({ kind: 'attribute' as const, key })),
  ),
  fullGaps: fc.boolean(),
  mergeCalls: fc.boolean(),
  critical: fc.boolean(),
  rawClocks: fc.boolean(),
  find: fc.string({ unit: 'grapheme' }),
  view: fc.constantFrom(...TRACE_VIEWS),
  panel: fc.constantFrom(...DETAIL_PANELS),
  dock: fc.constantFrom('side' as const, 'inline' as const),
  form: fc.constantFrom('otlp' as const, 'jaeger' as const, 'jaeger-raw' as const),
  nameWidth: maybe(fc.integer({ min: 100, max: 2000 })),
  detailWidth: maybe(fc.integer({ min: 100, max: 2000 })),
  group: maybe(text),
  sub: maybe(text),
  opened: maybe(fc.uniqueArray(text, { maxLength: 5 })),
  wide: fc.boolean(),
  sort: maybe(text),
  columns: maybe(fc.uniqueArray(text, { maxLength: 5 })),
  pills: maybe(fc.uniqueArray(text, { minLength: 1, maxLength: 5 })),
  event: maybe(text),
  entry: maybe(fc.nat(1e6)),
  clock: fc.boolean(),
  shape: maybe(fc.constantFrom(...SHAPES)),
  shade: fc.constantFrom(...SHADES),
  smallPaths: fc.boolean(),
  work: maybe(
    fc.tuple(fc.nat(1e9), fc.integer({ min: 1, max: 1e9 })).map(([start, length]) => ({ start, end: start + length })),
  ),
  side: fc.boolean(),
  other: fc.constantFrom(parseRawSearch(''), parseRawSearch('?uiEmbed=v0&cohort=1&cohort=2')),
})

test('any state comes back from its address', () => {
  fc.assert(
    fc.property(url, state => {
      const back = parseTraceUrl(parseRawSearch(formatRawSearch(formatTraceUrl(state))))
      const rounded = state.window && {
        start: Number(state.window.start.toFixed(3)),
        end: Number(state.window.end.toFixed(3)),
      }
      expect(back).toEqual({ ...state, window: rounded })
    }),
  )
})

test('a plain page has a plain address, nonsense counts as not there', () => {
  const plain = parseTraceUrl(parseRawSearch('?from=9&to=3&level=x&span=zz&view=no&panel=&toggle=,q,&names=5'))
  expect(formatRawSearch(formatTraceUrl(plain))).toBe('')
})

test('Jaeger’s link to a span', () => {
  const state = parseTraceUrl(parseRawSearch('?uiFind=00f067aa0ba902b7&svcFilter=a.b'))
  expect(state.find).toBe('00f067aa0ba902b7')
  expect(formatRawSearch(formatTraceUrl({ ...state, span: '00f067aa0ba902b7' }))).toBe(
    '?uiFind=00f067aa0ba902b7&span=00f067aa0ba902b7&svcFilter=a.b',
  )
})
