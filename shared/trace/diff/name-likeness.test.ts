import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameLikeness, nameWords } from './name-likeness.ts'

test.each([
  ['fetchUserV2', ['fetch', 'user', 'v', '#']],
  ['GET /users/4711/orders', ['get', 'users', '#', 'orders']],
  ['HTTPServer.handleHTTP', ['http', 'server', 'handle']],
  ['item 0af7651916cd43dd', ['item', '#']],
  ['cafe deadbeef', ['cafe', 'deadbeef']],
  ['SELECT * FROM a WHERE b = 7', ['select', 'from', 'a', 'where', 'b', '#']],
  ['grüßeÖl2 注文', ['grüße', 'öl', '#', '注文']],
  ['--', []],
  ['', []],
])('%s', (name, words) => {
  expect(nameWords(name)).toEqual({ words, text: words.join(' ') })
})

test('names of ASCII are read as all others', () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('abfzABFZ019 ./-_')), maxLength: 40 })
  fc.assert(
    fc.property(text, name => {
      // The last word sends the whole name the general way.
      expect([...nameWords(name).words, 'é']).toEqual(nameWords(`${name} é`).words)
    }),
  )
})

test('likeness is the share of words in common', () => {
  const like = (a: string, b: string): number => nameLikeness(nameWords(a), nameWords(b))
  expect(like('getUser 7', 'get user 12')).toBe(1)
  expect(like('getUser', 'getOrder')).toBe(0.5)
  expect(like('get', 'put')).toBe(0)
})
