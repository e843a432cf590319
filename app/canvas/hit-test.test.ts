import { expect, test } from 'vitest'
import { intervalAt, rowAt } from './hit-test.ts'
import { fitText } from './marks.ts'
import { deviceSize } from './surface.ts'

const starts = [0, 50, 51, 200]
const ends = [20, 50, 90, 300]

test.each([
  [10, 0, 0],
  [20, 0, 0],
  [21, 0, -1],
  [22, 3, 0],
  [48, 3, 1],
  [50.5, 1, 1],
  [150, 5, -1],
  [300, 0, 3],
  [303, 3, 3],
  [-2, 3, 0],
])('at %d with a slack of %d lies interval %d', (x, slack, index) => {
  expect(intervalAt(starts, ends, x, slack)).toBe(index)
})

test('nothing lies in no intervals', () => {
  expect(intervalAt([], [], 5, 100)).toBe(-1)
})

test('rows are found under scroll, and not above or below', () => {
  expect(rowAt(28, 28, 24, 0, 10)).toBe(0)
  expect(rowAt(27, 28, 24, 240, 10)).toBe(-1)
  expect(rowAt(52, 28, 24, 48, 10)).toBe(3)
  expect(rowAt(500, 28, 24, 0, 10)).toBe(-1)
})

test('text is cut with an ellipsis, never through a surrogate pair', () => {
  const measure = (text: string): number => Array.from(text).length * 10
  expect(fitText('checkout', 80, measure)).toBe('checkout')
  expect(fitText('checkout', 50, measure)).toBe('chec…')
  expect(fitText('😀😀😀😀', 30, measure)).toBe('😀😀…')
  expect(fitText('checkout', 20, measure)).toBe('')
  expect(fitText('checkout', 13, measure)).toBe('')
})

test('a canvas has whole device pixels within what browsers draw', () => {
  expect(deviceSize(100.4, 1.5)).toBe(151)
  expect(deviceSize(100.4, 1.5, 150)).toBe(150)
  expect(deviceSize(0, 2)).toBe(1)
  expect(deviceSize(20_000, 2)).toBe(16_384)
})
