import { expect, test } from 'vitest'
import { compileLinks, isSafeAddress, type LinkPattern } from './link-patterns.ts'

const lookup =
  (values: Readonly<Record<string, string>>) =>
  (name: string): string | undefined =>
    Object.hasOwn(values, name) ? values[name] : undefined

function linksOf(url: string, text: string, values: Readonly<Record<string, string>>) {
  const pattern: LinkPattern = { place: 'span', keys: ['k'], url, text }
  return compileLinks([pattern]).ofValue('span', 'k', lookup(values))
}

test('values stand encoded in the address and plain in the text', () => {
  expect(linksOf('https://logs.example/?id=#{k}', 'Logs of #{k}', { k: 'a b/c&d' })).toEqual([
    { href: 'https://logs.example/?id=a%20b%2Fc%26d', text: 'Logs of a b/c&d' },
  ])
})

test('a name without a value makes no link, not half of one', () => {
  expect(linksOf('https://x.example/#{k}/#{other}', 'x', { k: '1' })).toEqual([])
  expect(linksOf('https://x.example/#{k}', '#{__proto__}', { k: '1' })).toEqual([])
})

test.each([
  ['#{t | epoch_micros_to_date_iso}', '2018-12-13T15:11:00.000Z'],
  ['#{t|add 60000000|epoch_micros_to_date_iso}', '2018-12-13T15:12:00.000Z'],
  ['#{id | pad_start 8 0}', '00000abc'],
  ['#{id | pad_start 5}', '  abc'],
  ['#{n | add -2.5}', '4.5'],
])('%s is written %s', (text, expected) => {
  const values = { k: '1', t: '1544713860000000', id: 'abc', n: '7' }
  expect(linksOf('https://x.example/', text, values)).toEqual([{ href: 'https://x.example/', text: expected }])
})

test.each([
  '#{id | frob}',
  '#{id | add}',
  '#{id | add 1}',
  '#{id | epoch_micros_to_date_iso}',
  '#{id | pad_start 1e9 0}',
])('%s makes no link', text => {
  expect(linksOf('https://x.example/', text, { id: 'abc' })).toEqual([])
})

test('only what stands at the place and under one of the keys is linked', () => {
  const links = compileLinks([
    { place: 'resource', keys: ['host', 'pod'], url: 'https://r.example/#{pod}', text: 'r' },
    { place: 'events', keys: ['host'], url: 'https://e.example/', text: 'e' },
    { place: 'traces', keys: [], url: 'https://t.example/#{traceID}', text: 't' },
  ])
  const values = lookup({ pod: '7', traceID: 'abc' })
  expect(links.ofValue('resource', 'pod', values).map(({ href }) => href)).toEqual(['https://r.example/7'])
  expect(links.ofValue('span', 'pod', values)).toEqual([])
  expect(links.ofValue('events', 'host', values).map(({ text }) => text)).toEqual(['e'])
  expect(links.ofTrace(values).map(({ href }) => href)).toEqual(['https://t.example/abc'])
})

test.each([
  ['https://x.example/', true],
  ['http://x', true],
  ['mailto:a@b.example', true],
  ['javascript:alert(1)', false],
  ['data:text/html,x', false],
  ['//x.example', false],
  ['/path', false],
  [' javascript:alert(1)', false],
  ['', false],
])('%s may be linked: %s', (href, expected) => {
  expect(isSafeAddress(href)).toBe(expected)
})

test('a value can’t change where a link leads', () => {
  expect(linksOf('#{k}', 'x', { k: 'javascript:alert(1)' })).toEqual([])
  expect(linksOf('https://#{k}', 'x', { k: 'evil.example/' })).toEqual([])
})
