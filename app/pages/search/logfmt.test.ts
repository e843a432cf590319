import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLogfmt, logfmtTokens, parseLogfmt } from './logfmt.ts'

test.each([
  ['', []],
  ['  ', []],
  ['error=true', [['error', 'true']]],
  [
    'http.response.status_code=504 error',
    [
      ['http.response.status_code', '504'],
      ['error', 'true'],
    ],
  ],
  [
    'reason="no stock" a=',
    [
      ['reason', 'no stock'],
      ['a', ''],
    ],
  ],
  [String.raw`q="say \"hi\" \\ there"`, [['q', String.raw`say "hi" \ there`]]],
  ['url=http://a/b?x=1', [['url', 'http://a/b?x=1']]],
  ['"odd key"=1', [['odd key', '1']]],
  ['a=1 a=1', [['a', '1']]],
  ['__proto__=1', [['__proto__', '1']]],
])('%s', (text, pairs) => {
  expect(parseLogfmt(text)).toEqual({ kind: 'pairs', pairs })
})

test.each([
  ['a=1 b="open', { kind: 'unclosed-quote', at: 4, seen: 'b="open' }],
  ['=5', { kind: 'no-key', at: 0, seen: '=5' }],
  ['a=1 a=2', { kind: 'repeated-key', at: 4, seen: 'a=2' }],
])('%s says what is wrong and where', (text, problem) => {
  expect(parseLogfmt(text)).toEqual({ kind: 'problem', problem })
})

test('words know where they stand', () => {
  expect(logfmtTokens(' a="x y" us')).toEqual([
    { start: 1, end: 8, key: 'a', value: 'x y', valueStart: 3, closed: true },
    { start: 9, end: 11, key: 'us', value: undefined, valueStart: -1, closed: true },
  ])
})

test('whatever is written is read back', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const pairs = fc.uniqueArray(
    fc.tuple(
      text.filter(key => key !== ''),
      text,
    ),
    { selector: ([key]) => key, maxLength: 5 },
  )
  fc.assert(
    fc.property(pairs, written => {
      expect(parseLogfmt(formatLogfmt(written))).toEqual({ kind: 'pairs', pairs: written })
    }),
  )
})
