import { expect, test } from 'vitest'
import { parseGoDuration } from './go-duration.ts'

test.each([
  ['0', 0],
  ['-0', 0],
  ['1ns', 1],
  ['100us', 100_000],
  ['100µs', 100_000],
  ['100μs', 100_000],
  ['300ms', 300_000_000],
  ['1.5s', 1_500_000_000],
  ['.5s', 500_000_000],
  ['1.s', 1_000_000_000],
  ['+2s', 2_000_000_000],
  ['-3ms', -3_000_000],
  ['2h45m', 9_900_000_000_000],
  ['1h0m0.000000001s', 3_600_000_000_001],
  ['2562047h', 2562047 * 3600e9],
])('%s', (text, ns) => {
  expect(parseGoDuration(text)).toEqual({ ns })
})

// As time.ParseDuration of Go says it.
test.each([
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['.s', 'time: invalid duration ".s"'],
  ['abc', 'time: invalid duration "abc"'],
  ['1s ', 'time: unknown unit "s " in duration "1s "'],
  ['10', 'time: missing unit in duration "10"'],
  ['1.5', 'time: missing unit in duration "1.5"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['1µ', 'time: unknown unit "\\xc2\\xb5" in duration "1\\xc2\\xb5"'],
  ['"\\', 'time: invalid duration "\\"\\\\"'],
  ['1S', 'time: unknown unit "S" in duration "1S"'],
  ['3000000h', 'time: invalid duration "3000000h"'],
  ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
])('%s is refused', (text, error) => {
  expect(parseGoDuration(text)).toEqual({ error })
})

test('a long text is read in time that grows with its length', () => {
  expect(parseGoDuration('1ns'.repeat(5000))).toEqual({ ns: 5000 })
})
