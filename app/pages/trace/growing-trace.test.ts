import { expect, test } from 'vitest'
import { askAgainIn } from './growing-trace.ts'

const trace = (endMs: number, size: number) => ({
  startTime: BigInt(endMs - 500) * 1_000_000n,
  durationNs: 500e6,
  size,
})

test.each([
  ['just ended', 1000, 10, 3000],
  ['ended a minute ago', 61_000, 10, false],
  ['of a clock that is a little ahead', -5000, 10, 3000],
  ['of a clock that is hours ahead', -3_600_000, 10, false],
  ['large', 1000, 100_000, 10_000],
  ['huge', 1000, 1_000_000, false],
] as const)('a trace %s is asked for again after %s', (_, agoMs, size, expected) => {
  const now = 1_800_000_000_000
  expect(askAgainIn(trace(now - agoMs, size), now)).toBe(expected)
})
