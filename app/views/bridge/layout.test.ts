import { expect, test } from 'vitest'
import { layoutBridge } from './layout.ts'

test('each step begins where the one before it ended, and the last ends where the end does', () => {
  const { from, steps, to } = layoutBridge(
    60,
    [
      { key: 'a', value: 50 },
      { key: 'b', value: -10 },
    ],
    100,
  )
  const range = 110
  expect(from).toEqual({ key: 'from', left: 0, width: 60 / range, end: 60 / range })
  expect(steps).toEqual([
    { key: 'a', left: 60 / range, width: 50 / range, end: 1 },
    { key: 'b', left: 100 / range, width: 10 / range, end: 100 / range },
  ])
  expect(to.end).toBe(steps[1].end)
})

test('below zero and nothing at all', () => {
  const below = layoutBridge(
    10,
    [
      { key: 'a', value: -30 },
      { key: 'b', value: 40 },
    ],
    20,
  )
  expect(below.steps[0]).toEqual({ key: 'a', left: 0, width: 30 / 40, end: 0 })
  expect(below.from.left).toBe(0.5)
  expect(layoutBridge(0, [], 0).to).toEqual({ key: 'to', left: 0, width: 0, end: 0 })
})
