import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTick, panWindow, tickStep, timeScale, timeTicks, zoomWindow } from './time-scale.ts'

const labels = (start: number, end: number, width: number): readonly string[] =>
  timeTicks(timeScale({ start, end }, width), 80).map(({ label }) => label.replaceAll('\u202F', '_'))

test('pixels and times are each other’s inverse, outside the window too', () => {
  const scale = timeScale({ start: 1000, end: 3000 }, 400)
  expect(scale.x(2000)).toBe(200)
  expect(scale.time(200)).toBe(2000)
  expect(scale.x(0)).toBe(-200)
  expect(scale.pixelsPerNanosecond).toBe(0.2)
})

test.each([
  [0, 1.84e9, 800, ['0', '200_ms', '400_ms', '600_ms', '800_ms', '1.0_s', '1.2_s', '1.4_s', '1.6_s', '1.8_s']],
  [0, 10, 500, ['0', '2_ns', '4_ns', '6_ns', '8_ns', '10_ns']],
  [0, 1, 500, ['0', '0.2_ns', '0.4_ns', '0.6_ns', '0.8_ns', '1.0_ns']],
  [5e6, 5.000_4e6, 400, ['5.0000_ms', '5.0001_ms', '5.0002_ms', '5.0003_ms', '5.0004_ms']],
  [-2e6, 2e6, 400, ['−2_ms', '−1_ms', '0', '1_ms', '2_ms']],
  [0, 600e9, 480, ['0', '2_min', '4_min', '6_min', '8_min', '10_min']],
  [0, 8 * 3600e9, 480, ['0', '2_h', '4_h', '6_h', '8_h']],
  [0, 10 * 86_400e9, 480, ['0', '2_d', '4_d', '6_d', '8_d', '10_d']],
])('the ruler from %d to %d ns over %d px', (start, end, width, expected) => {
  expect(labels(start, end, width)).toEqual(expected)
})

test('deep in a long trace neighbours still read differently', () => {
  const seen = labels(3_600_000_000_000, 3_600_000_000_005, 500)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.at(-1)).toBe('3_600_000_000_005_ns')
})

test('ticks are round, in order, inside the window, apart, and never two alike', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 86_400_000_000_000 }),
      fc.integer({ min: 1, max: 86_400_000_000_000 }),
      fc.integer({ min: 120, max: 3000 }),
      (start, span, width) => {
        const scale = timeScale({ start, end: start + span }, width)
        const ticks = timeTicks(scale, 80)
        expect(ticks.length).toBeLessThanOrEqual(width / 80 + 2)
        const places = ticks.map(({ time }) => scale.x(time))
        expect(places.every(x => x > -1 && x < width + 1)).toBe(true)
        expect(places.slice(1).every((x, i) => x - places[i] > 79)).toBe(true)
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
      },
    ),
  )
})

test('a window of a nanosecond hours after the start has ticks as far apart as numbers tell them', () => {
  const scale = timeScale({ start: 2 ** 43, end: 2 ** 43 + 1 }, 1600)
  const places = timeTicks(scale, 80).map(({ time }) => scale.x(time))
  expect(places.length).toBeGreaterThan(1)
  expect(places.slice(1).every((x, i) => x - places[i] > 79)).toBe(true)
})

test('steps are 1, 2 or 5 times a power of ten below a minute', () => {
  for (const span of [3, 70, 999, 12_345, 8e6, 3.3e9, 59e9]) {
    const step = tickStep({ start: 0, end: span }, 8)
    const leading = Number((step / 10 ** Math.floor(Math.log10(step) + 1e-9)).toFixed(6))
    expect([1, 2, 5]).toContain(leading)
  }
})

test('zooming keeps the time under the pointer in its place', () => {
  const bounds = { start: 0, end: 1e9 }
  const zoomed = zoomWindow({ start: 0, end: 1e9 }, 4, 25e7, bounds)
  expect(zoomed).toEqual({ start: 187_500_000, end: 437_500_000 })
  expect((25e7 - zoomed.start) / (zoomed.end - zoomed.start)).toBe(0.25)
})

test('zooming ends at 1 ns and at the whole, and never leaves it', () => {
  const bounds = { start: 0, end: 1e9 }
  let window = bounds
  for (let i = 0; i < 60; i++) window = zoomWindow(window, 2, 5e8, bounds)
  expect(window.end - window.start).toBeCloseTo(1, 6)
  expect(zoomWindow({ start: 0, end: 10 }, 0.000_000_001, 5, bounds)).toEqual(bounds)
  expect(zoomWindow({ start: 0, end: 10 }, 0.1, 9, bounds).start).toBe(0)
})

test('panning stops at the ends with the length kept', () => {
  const bounds = { start: 0, end: 100 }
  expect(panWindow({ start: 10, end: 30 }, -50, bounds)).toEqual({ start: 0, end: 20 })
  expect(panWindow({ start: 10, end: 30 }, 500, bounds)).toEqual({ start: 80, end: 100 })
  expect(panWindow({ start: 10, end: 30 }, 5, bounds)).toEqual({ start: 15, end: 35 })
})

test('a tick at a minute or more reads in whole units', () => {
  expect(formatTick(90 * 60e9, 30 * 60e9)).toBe('1\u202Fh 30\u202Fmin')
})
