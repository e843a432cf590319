import { describe, expect, test } from 'vitest'
import { timeScale } from '#app/canvas/time-scale.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { makeLanes } from '#shared/trace/flame-lanes.ts'
import { ABOVE, flameAt, FlameBars, LANE, layoutFlame, layoutRails } from './flame-layout.ts'

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

describe('the critical path', () => {
  const M = 1_000_000
  /** In turn of the parent and of one child after the other, as a fan of calls one after the other has it. */
  const path = { count: M, bounds: Float64Array.from({ length: M + 1 }, (_, i) => i), lane: (k: number) => k & 1 }
  const all = timeScale({ start: 0, end: M }, 1000)

  test('of a million stretches costs pixels and is drawn from one end to the other', () => {
    let asked = 0
    const lane = (k: number): number => {
      asked++
      return k & 1
    }
    const rails = layoutRails({ ...path, lane }, all, 0, 400)
    expect(asked).toBeLessThan(20_000)
    expect(rails.length).toBeLessThanOrEqual(2002)
    for (const y of [ABOVE, ABOVE + LANE]) {
      const covered = new Uint8Array(1000)
      for (const rail of rails.filter(one => one.y === y)) {
        for (let x = Math.floor(rail.x); x < Math.min(1000, rail.x + Math.max(1, rail.width)); x++) covered[x] = 1
      }
      expect(covered.indexOf(0)).toBe(-1)
    }
  })

  test('near enough each stretch is its own, and ends where it ends', () => {
    const near = timeScale({ start: 500_000, end: 500_004 }, 400)
    expect(layoutRails(path, near, 0, 400)).toEqual([
      { x: 0, y: ABOVE, width: 100 },
      { x: 100, y: ABOVE + LANE, width: 100 },
      { x: 200, y: ABOVE, width: 100 },
      { x: 300, y: ABOVE + LANE, width: 100 },
    ])
    // Scrolled away, or before all of it.
    expect(layoutRails(path, near, 10 * LANE, 400)).toEqual([])
    expect(layoutRails(path, timeScale({ start: -10, end: -1 }, 400), 0, 400)).toEqual([])
  })
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
