import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dotRadius, layoutScatter } from './layout.ts'
import type { ScatterPoint } from './layout.ts'

const at = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n
const point = (start: string, duration: number, spans = 10, hasErrors = false): ScatterPoint => ({
  id: `${start} ${duration}`,
  start: at(start),
  duration,
  spans,
  hasErrors,
})
const words = (labels: readonly { readonly label: string }[]): readonly string[] =>
  labels.map(({ label }) => label.replaceAll('\u202F', '_'))

test('two minutes of traces from 15 ms to 1.84 s', () => {
  const layout = layoutScatter(
    [point('2026-11-25T14:04:43Z', 15e6), point('2026-11-25T14:06:41Z', 1842e6, 536, true)],
    900,
    208,
    'UTC',
  )
  expect(words(layout.lines)).toEqual(['10_ms', '100_ms', '1_s'])
  expect(words(layout.ticks)).toEqual([
    '14:04:45',
    '14:05:00',
    '14:05:15',
    '14:05:30',
    '14:05:45',
    '14:06:00',
    '14:06:15',
    '14:06:30',
  ])
  const [largest, smallest] = layout.dots
  expect(largest).toMatchObject({ index: 1, hasErrors: true, x: 878 })
  expect(smallest).toMatchObject({ index: 0, hasErrors: false, x: 54 })
  expect(largest.y).toBeLessThan(smallest.y)
})

test.each([
  ['2026-11-25T14:00:00Z', '2026-11-25T14:00:00.040Z', ['14:00:00.000', '14:00:00.005']],
  ['2026-11-25T10:00:00Z', '2026-11-25T16:00:00Z', ['10:00', '11:00']],
  ['2026-11-24T18:00:00Z', '2026-11-25T18:00:00Z', ['18:00', '21:00', '11-25', '03:00']],
  ['2026-11-18T14:00:00Z', '2026-11-25T14:00:00Z', ['11-19', '11-20']],
])('ticks from %s to %s begin %j', (from, to, first) => {
  const { ticks } = layoutScatter([point(from, 1e6), point(to, 1e6)], 900, 200, 'UTC')
  expect(words(ticks).slice(0, first.length)).toEqual(first)
})

test('a single trace, and none, have a place and a scale', () => {
  const one = layoutScatter([point('2026-11-25T14:00:00Z', 0)], 400, 132, 'UTC')
  expect(one.dots).toHaveLength(1)
  expect(one.dots[0].x).toBe((44 + 10 + 400 - 12 - 10) / 2)
  expect(words(one.lines)[0]).toBe('1_µs')
  expect(layoutScatter([], 400, 132, 'UTC').dots).toEqual([])
})

test('the axis has room for its labels: seconds above a minute too', () => {
  const { lines } = layoutScatter(
    [point('2026-11-25T14:00:00Z', 1e9), point('2026-11-25T14:01:00Z', 4e12)],
    900,
    208,
    'UTC',
  )
  expect(words(lines)).toEqual(['1_s', '10_s', '100_s', '1_000_s'])
})

test('the size grows with the logarithm of the spans', () => {
  expect([1, 10, 1000].map(spans => dotRadius(spans).toFixed(1))).toEqual(['2.4', '3.3', '7.1'])
})

test('every dot lies in the plot, and is hit at its middle unless a smaller one lies there', () => {
  const points = fc.array(
    fc.record({
      id: fc.uuid(),
      start: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }),
      duration: fc.double({ min: -1e9, max: 1e15, noNaN: true }),
      spans: fc.integer({ min: 1, max: 1_000_000 }),
      hasErrors: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(points, fc.integer({ min: 200, max: 2000 }), (some, width) => {
      const layout = layoutScatter(some, width, 208, 'UTC')
      expect(layout.dots).toHaveLength(some.length)
      for (const dot of layout.dots) {
        expect(dot.x >= layout.left && dot.x <= layout.right).toBe(true)
        expect(dot.y >= layout.top && dot.y <= layout.bottom).toBe(true)
        const hit = layout.dotOf(layout.hit(dot) ?? -1)
        expect(hit === undefined ? Number.NaN : hit.radius).toBeLessThanOrEqual(dot.radius)
      }
      expect(layout.lines.length).toBeLessThan(9)
    }),
  )
})
