import { expect, test } from 'vitest'
import { formatClock, formatDay, formatExact, formatHour, formatIsoDay, formatZone, wallClock } from './format-time.ts'

// 2026-11-25 13:06:41.218999123 UTC
const time = BigInt(Date.UTC(2026, 10, 25, 13, 6, 41, 218)) * 1_000_000n + 999_123n

test('a time reads to the millisecond in the zone asked for, cut and not rounded', () => {
  expect(formatClock(time, 'UTC')).toBe('13:06:41.218')
  expect(formatClock(time, 'Europe/Amsterdam')).toBe('14:06:41.218')
  expect(formatHour(time, 'Asia/Kolkata')).toBe('18:36')
})

test('midnight is 00, not 24', () => {
  expect(formatClock(0n, 'UTC')).toBe('00:00:00.000')
})

test('a day and an exact time keep microseconds', () => {
  expect(formatExact(time, 'UTC')).toBe('2026-11-25 13:06:41.218999')
  expect(formatIsoDay(time, 'Pacific/Auckland')).toBe('2026-11-26')
})

test('times before 1970 keep their order and their parts', () => {
  expect(formatExact(-1n, 'UTC')).toBe('1969-12-31 23:59:59.999999')
  expect(wallClock(-1n, 'UTC').nanosecond).toBe(999_999_999)
})

test('an unknown zone is an error, not the local zone', () => {
  expect(() => formatClock(0n, 'Mars/Olympus')).toThrow(RangeError)
})

test('days are written in the language', () => {
  expect(formatDay(time, 'UTC', 'en')).toBe('25 Nov 2026')
  expect(formatDay(time, 'UTC', 'zh-CN')).toBe('2026年11月25日')
})

test('the zone is named by its offset, with a true minus', () => {
  expect(formatZone(time, 'UTC')).toBe('UTC')
  expect(formatZone(time, 'Europe/Amsterdam')).toBe('UTC+1')
  expect(formatZone(time, 'America/St_Johns')).toBe('UTC−3:30')
})
