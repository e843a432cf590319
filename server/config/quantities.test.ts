import { expect, test } from 'vitest'
import { formatBytes, formatDuration, parseBytes, parseDuration } from './quantities.ts'

test.each([
  ['0', 0],
  ['7d', 604_800_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['250ms', 250],
  ['10us', 0.01],
  ['10µs', 0.01],
  ['1d2h3m4s5ms', 93_784_005],
])('duration %s', (text, milliseconds) => {
  expect(parseDuration(text)).toBeCloseTo(milliseconds, 9)
})

test.each(['', '7', '-1s', '1 h', 'h', '1h30', '1y', '1.s', '.5s', '1e3s', `${'9'.repeat(400)}d`])(
  'not a duration: %s',
  text => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

test('durations survive a round trip', () => {
  for (const milliseconds of [0, 1, 999, 1000, 61_000, 5_400_000, 604_800_000, 93_784_005]) {
    expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds)
  }
})

test.each([
  ['0', 0],
  ['1048576', 1_048_576],
  ['4MiB', 4_194_304],
  ['64 KiB', 65_536],
  ['512Mi', 536_870_912],
  ['10GB', 1e10],
  ['1.5kib', 1536],
  ['12B', 12],
])('size %s', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})

test.each(['', '-1', '1.5', 'MiB', '4 Mi B', '4MiBi', '0x10', '99999999TiB', '1e6'])('not a size: %s', text => {
  expect(parseBytes(text)).toBeUndefined()
})

test('sizes survive a round trip', () => {
  for (const bytes of [0, 1, 1023, 1024, 1536, 67_108_864, 2 ** 40]) expect(parseBytes(formatBytes(bytes))).toBe(bytes)
})
