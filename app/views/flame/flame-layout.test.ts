import { expect, test } from 'vitest'
import { timeScale } from '#app/canvas/time-scale.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { makeLanes } from '#shared/trace/flame-lanes.ts'
import { ABOVE, flameAt, FlameBars, LANE, layoutFlame } from './flame-layout.ts'

/** Two lanes: one long item over a hundred thousand short ones. */
const N = 100_000
const from = Float64Array.from({ length: N + 1 }, (_, i) => (i === 0 ? 0 : (i - 1) * 10))
const to = Float64Array.from({ length: N + 1 }, (_, i) => (i === 0 ? N * 10 : (i - 1) * 10 + (i === 500 ? 9 : 5)))
const lanes = finishWork(
  makeLanes(
    Uint32Array.of(0, 1, N + 1),
    Uint32Array.from({ length: N + 1 }, (_, i) => i),
    from,
    to,
  ),
)

test('a frame costs pixels: at most two bars a pixel, and nothing is left out', () => {
  const bars = new FlameBars()
  layoutFlame(lanes, timeScale({ start: 0, end: N * 10 }, 1000), 0, 400, bars)
  expect(bars.count).toBeLessThanOrEqual(2002)
  const items = bars.items.subarray(0, bars.count)
  expect(items.reduce((sum, n) => sum + n, 0)).toBe(N + 1)
  expect(Math.min(...bars.width.subarray(0, bars.count))).toBeGreaterThanOrEqual(1)
})

test('near enough each has its own bar; lanes out of view have none', () => {
  const bars = new FlameBars()
  const near = timeScale({ start: 4950, end: 5050 }, 1000)
  layoutFlame(lanes, near, 0, 400, bars)
  expect([...bars.item.subarray(0, bars.count)]).toEqual([0, 496, 497, 498, 499, 500, 501, 502, 503, 504, 505])
  layoutFlame(lanes, near, ABOVE + LANE, 400, bars)
  expect(bars.item[0]).toBe(496)
})

test('what is clicked is what is drawn', () => {
  const far = timeScale({ start: 0, end: N * 10 }, 1000)
  // The 500th stands with its neighbours; it is the longest of them and what the bar shows.
  expect(flameAt(lanes, far, 0, far.x(4995), ABOVE + LANE + 4, 2)).toMatchObject({ item: 500 })
  const near = timeScale({ start: 4950, end: 5050 }, 1000)
  expect(flameAt(lanes, near, 0, near.x(5002), ABOVE + LANE + 4, 2)).toEqual({ item: 501, items: 1 })
  expect(flameAt(lanes, near, 0, near.x(5007.5), ABOVE + LANE + 4, 2)).toBeUndefined()
  expect(flameAt(lanes, near, 0, 500, ABOVE + 2 * LANE + 4, 2)).toBeUndefined()
  expect(flameAt(lanes, near, 0, 500, 2, 2)).toBeUndefined()
})
