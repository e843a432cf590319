import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  durationFigure,
  formatBytes,
  formatCount,
  formatCountDifference,
  formatDifference,
  formatDuration,
  formatLargeCount,
  formatRate,
  formatShare,
} from './format.ts'

/** Tests are read by people: `_` stands for U+202F. */
const seen = (text: string): string => text.replaceAll('\u202F', '_')

test.each([
  [0, '0_s'],
  [1, '1_ns'],
  [870, '870_ns'],
  [999, '999_ns'],
  [999.6, '1.00_µs'],
  [1000, '1.00_µs'],
  [412_000, '412_µs'],
  [999_499, '999_µs'],
  [999_500, '1.00_ms'],
  [2_330_000, '2.33_ms'],
  [9_994_999, '9.99_ms'],
  [9_995_000, '10.0_ms'],
  [38_000_000, '38.0_ms'],
  [99_950_000, '100_ms'],
  [734_000_000, '734_ms'],
  [1_840_000_000, '1.84_s'],
  [59_949_000_000, '59.9_s'],
  [59_950_000_000, '1_min'],
  [252e9, '4_min 12_s'],
  [3599.6e9, '1_h'],
  [3780e9, '1_h 3_min'],
  [31 * 3600e9 + 58 * 60e9, '31_h 58_min'],
  [48 * 3600e9, '2_d'],
  [76 * 3600e9, '3_d 4_h'],
  [-38_000_000, '−38.0_ms'],
  [Number.NaN, '–'],
  [Number.POSITIVE_INFINITY, '–'],
])('a duration of %d ns reads %s', (nanoseconds, text) => {
  expect(seen(formatDuration(nanoseconds))).toBe(text)
})

test('below 60 s a duration always shows between 1 and 999 of its unit and is off by less than half a percent', () => {
  const units: Record<string, number> = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }
  fc.assert(
    fc.property(fc.double({ min: 1, max: 59.9e9, noNaN: true }), nanoseconds => {
      const { number, unit } = durationFigure(nanoseconds)
      const value = Number(number)
      expect(value).toBeGreaterThanOrEqual(1)
      expect(value).toBeLessThanOrEqual(999)
      expect(Math.abs(value * units[unit] - nanoseconds) / nanoseconds).toBeLessThan(0.0051)
    }),
  )
})

test('number and unit apart make the same text as together', () => {
  expect(durationFigure(218e6)).toEqual({ number: '218', unit: 'ms' })
  expect(durationFigure(-218e6)).toEqual({ number: '−218', unit: 'ms' })
  expect(durationFigure(252e9)).toEqual({ number: formatDuration(252e9), unit: '' })
})

test('differences carry a sign, and none when there is none', () => {
  expect(seen(formatDifference(1.11e9))).toBe('+1.11_s')
  expect(seen(formatDifference(-38e6))).toBe('−38.0_ms')
  expect(seen(formatDifference(0))).toBe('0_s')
  expect(formatCountDifference(411)).toBe('+411')
  expect(formatCountDifference(-2)).toBe('−2')
  expect(formatCountDifference(0)).toBe('0')
})

test.each([
  [0, '0'],
  [999, '999'],
  [1204, '1_204'],
  [18_402_117, '18_402_117'],
  [-1204, '−1_204'],
  [8_520_000_000n, '8_520_000_000'],
  [2n ** 64n, '18_446_744_073_709_551_616'],
  [Number.NaN, '–'],
])('a count of %s reads %s', (count, text) => {
  expect(seen(formatCount(count))).toBe(text)
})

test.each([
  [99_949, 'en', '99_949'],
  [18_400_000, 'en', '18.4_M'],
  [640_000_000, 'en', '640_M'],
  [8.52e9, 'en', '8.52_B'],
  [18_400_000, 'zh-CN', '1_840_万'],
  [434_000_000, 'zh-CN', '4.34_亿'],
  [8.52e9, 'zh-CN', '85.2_亿'],
  [100_000, 'zh-CN', '10.0_万'],
])('a large count of %d in %s reads %s', (count, locale, text) => {
  expect(seen(formatLargeCount(count, locale))).toBe(text)
})

test.each([
  [0.71, 0, '71_%'],
  [0.713, 1, '71.3_%'],
  [0, 0, '0_%'],
  [1, 0, '100_%'],
  [0.0001, 0, '<1_%'],
  [0.9999, 0, '>99_%'],
  [0.9999, 1, '>99.9_%'],
  [0.0002, 1, '<0.1_%'],
  [-0.25, 0, '−25_%'],
  [0.995, 0, '100_%'],
] as const)('a share of %d with %d decimals reads %s', (share, decimals, text) => {
  expect(seen(formatShare(share, decimals))).toBe(text)
})

test.each([
  [36.1, '36.1/s'],
  [9530, '9_530/s'],
  [0.3, '0.30/s'],
  [0, '0/s'],
])('a rate of %d reads %s', (rate, text) => {
  expect(seen(formatRate(rate))).toBe(text)
})

test.each([
  [0, 'decimal', '0_B'],
  [402, 'decimal', '402_B'],
  [31.8, 'decimal', '31.8_B'],
  [271e9, 'decimal', '271_GB'],
  [1.12e9, 'decimal', '1.12_GB'],
  [64 * 1024 * 1024, 'binary', '64_MiB'],
  [4.2 * 1024 * 1024, 'binary', '4.20_MiB'],
  [65_536, 'binary', '64_KiB'],
  [1023, 'binary', '1.00_KiB'],
] as const)('%d bytes (%s) read %s', (bytes, system, text) => {
  expect(seen(formatBytes(bytes, system))).toBe(text)
})
