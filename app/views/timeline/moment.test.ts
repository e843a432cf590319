import { expect, test } from 'vitest'
import { formatMoment } from './moment.ts'

test.each([
  ['a pixel of 48 ms', 12_967_654_321, 48e6, '12.97\u202Fs'],
  ['a pixel of 1 ms', 12_967_654_321, 1e6, '12.968\u202Fs'],
  ['a pixel of a thousandth of a nanosecond', 12_967_654_321.25, 0.001, '12\u202F967\u202F654\u202F321.250\u202Fns'],
  ['the start', 0, 1e6, '0'],
  ['before the start', -2_500_000, 1e4, '\u22122.50\u202Fms'],
  ['a pixel of more than an hour', 518_400.005e9, 5184e9, '6\u202Fd'],
  ['a pixel of two minutes', 12_000e9, 120e9, '3\u202Fh 20\u202Fmin'],
  ['a precision of nothing', 5, 0, '5.000\u202Fns'],
])('%s', (_, time, precision, text) => {
  expect(formatMoment(time, precision)).toBe(text)
})
