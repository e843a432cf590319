import { expect, test } from 'vitest'
import { axisTicks } from './time-axis.ts'
import { timeScale } from './time-scale.ts'

/** 6 pixels a letter. */
const measure = (text: string): number => text.length * 6

test('labels stand behind their ticks, the last before its own where the ruler ends', () => {
  const ticks = axisTicks(timeScale({ start: 0, end: 1000e6 }, 500), measure)
  expect(ticks.map(({ x, label }) => [Math.abs(x), label?.text, label?.left])).toEqual([
    [0, '0', 4],
    [100, '200\u202Fms', 104],
    [200, '400\u202Fms', 204],
    [300, '600\u202Fms', 304],
    [400, '800\u202Fms', 404],
    [500, '1.0\u202Fs', 466],
  ])
})

test.each([
  [0, 1e9, 860],
  [1_024_999_999.5, 1_025_000_000.5, 860],
  [3_600_000_000_000, 3_600_000_000_005, 300],
])('no label of %d to %d ns over %d px covers another or leaves the ruler', (start, end, width) => {
  const labels = axisTicks(timeScale({ start, end }, width), measure).flatMap(({ label }) => label ?? [])
  expect(labels.length).toBeGreaterThan(0)
  expect(labels.every(({ left, right }, k) => left >= (k === 0 ? 0 : labels[k - 1].right + 4) && right <= width)).toBe(
    true,
  )
})
