import { expect, test } from 'vitest'
import { completionAt, otherPairs, takeOffer } from './complete-attribute.ts'

/** `|` is the caret. */
const at = (marked: string): [text: string, caret: number] => [marked.replace('|', ''), marked.indexOf('|')]

test.each([
  ['|', { kind: 'key', prefix: '', from: 0, to: 0 }],
  ['us|', { kind: 'key', prefix: 'us', from: 0, to: 2 }],
  ['us|er.id=7', { kind: 'key', prefix: 'us', from: 0, to: 7 }],
  ['a=1 |', { kind: 'key', prefix: '', from: 4, to: 4 }],
  ['a=1 us| b=2', { kind: 'key', prefix: 'us', from: 4, to: 6 }],
  ['user.id=|', { kind: 'value', key: 'user.id', prefix: '', from: 8, to: 8 }],
  ['a=1 reason="no st|', { kind: 'value', key: 'reason', prefix: 'no st', from: 11, to: 17 }],
  ['a=12|34', { kind: 'value', key: 'a', prefix: '12', from: 2, to: 6 }],
])('%s', (marked, expected) => {
  expect(completionAt(...at(marked))).toEqual(expected)
})

test.each([
  ['us|', 'user.id', 'user.id=|'],
  ['a=1 us| b=2', 'user.id', 'a=1 user.id=| b=2'],
  ['us|er=7', 'user.id', 'user.id=|7'],
  ['reason=n|', 'no stock', 'reason="no stock" |'],
  ['a=|2 b=1', '504', 'a=504 |b=1'],
  ['|', 'odd key', '"odd key"=|'],
])('%s taking %s', (marked, offer, expected) => {
  const [text, caret] = at(marked)
  const taken = takeOffer(text, completionAt(text, caret), offer)
  expect(`${taken.text.slice(0, taken.caret)}|${taken.text.slice(taken.caret)}`).toBe(expected)
})

test('an offer stands beside the other pairs', () => {
  const [text, caret] = at('http.status_code=504 us| error=true bare')
  expect(otherPairs(text, completionAt(text, caret))).toBe('http.status_code=504 error=true')
})
