import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatRawSearch, parseRawSearch } from '#shared/api/raw-search.ts'
import { EMPTY_VIEW, format, isNarrowed, parse, questionOf } from './url.ts'
import type { SearchView } from './url.ts'

const open = (address: string): SearchView => parse(parseRawSearch(address))
const address = (view: SearchView): string => formatRawSearch(format(view))

test('a bare address is the newest traces of all services, and has a bare address', () => {
  expect(open('')).toEqual(EMPTY_VIEW)
  expect(address(EMPTY_VIEW)).toBe('')
  expect(questionOf(EMPTY_VIEW)).toEqual({ parameters: {}, lookbackNs: undefined })
})

test('Jaeger’s addresses mean here what they mean there', () => {
  const view = open(
    '?end=1764079601218000&limit=50&lookback=1h&maxDuration=2s&minDuration=100ms&operation=all&service=checkout' +
      '&start=1764076001218000&tags=%7B%22http.status_code%22%3A%22504%22%7D',
  )
  expect(view).toEqual({
    ...EMPTY_VIEW,
    service: 'checkout',
    attributes: [['http.status_code', '504']],
    range: { kind: 'exact', start: '1764076001218000', end: '1764079601218000' },
    minDuration: '100ms',
    maxDuration: '2s',
    limit: '50',
  })
  expect(questionOf(view).parameters).toEqual({
    service: 'checkout',
    tags: '{"http.status_code":"504"}',
    minDuration: '100ms',
    maxDuration: '2s',
    start: '1764076001218000',
    end: '1764079601218000',
    limit: '50',
  })
})

test('legacy tags are pairs split at the first colon; a bare one is true; the object wins', () => {
  expect(open('?tag=url:http://a/b&tag=error&tag=x:1&tags={"x":"2","n":7,"b":true}').attributes).toEqual([
    ['url', 'http://a/b'],
    ['error', 'true'],
    ['x', '2'],
    ['n', '7'],
    ['b', 'true'],
  ])
})

test.each(['not json', '[1]', '"text"', '{"a":{}}', 'null'])('tags=%s goes to the server as it is', tags => {
  const view = open(formatRawSearch({ tags }))
  expect(view.unreadableTags).toBe(tags)
  expect(questionOf(view).parameters.tags).toBe(tags)
})

test('a range before now is asked as a length; an unreadable one is none', () => {
  expect(questionOf(open('?lookback=2d'))).toEqual({ parameters: {}, lookbackNs: 2 * 86_400e9 })
  expect(open('?lookback=custom').range).toEqual({ kind: 'all' })
})

test('ticked traces are at most sixteen, belong to the address, and are not asked for', () => {
  const view = open('?pick=a1&pick=B2&pick=c3&pick=d4')
  expect(view.picked).toEqual(['a1', 'c3', 'd4'])
  expect(open(`?${Array.from({ length: 20 }, (_, i) => `pick=${i + 1}`).join('&')}`).picked).toHaveLength(16)
  expect(isNarrowed(view)).toBe(false)
  expect(questionOf(view).parameters).toEqual({})
})

test('whatever a view says is read back from its address', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 }).map(value => value.toWellFormed())
  // JSON.parse puts keys that look like array indices first; here they get a letter in front.
  const key = text.map(value => (/^\d+$/u.test(value) ? `k${value}` : value))
  const range = fc.oneof(
    fc.constant({ kind: 'all' } as const),
    fc.record({ kind: fc.constant('last' as const), lookback: fc.constantFrom('15m', '1h', '2w', '1.5h') }),
    fc.record({
      kind: fc.constant('exact' as const),
      start: fc.bigInt({ min: 0n, max: 10n ** 16n }).map(String),
      end: fc.oneof(fc.constant(''), fc.bigInt({ min: 0n, max: 10n ** 16n }).map(String)),
    }),
  )
  const views = fc.record({
    service: text,
    operation: text.filter(name => name !== 'all'),
    attributes: fc.uniqueArray(fc.tuple(key, text), { selector: ([name]) => name, maxLength: 4 }),
    unreadableTags: fc.constant(''),
    range,
    minDuration: text,
    maxDuration: text,
    minTraceDuration: text,
    maxTraceDuration: text,
    limit: text.filter(limit => limit !== '20'),
    picked: fc.uniqueArray(fc.constantFrom('1', 'ab', '0123456789abcdef0123456789abcdef'), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(views, view => {
      expect(open(address(view))).toEqual(view)
    }),
  )
})
