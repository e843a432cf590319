import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatExact } from '#app/i18n/format-time.ts'
import { parseTimeText } from './time-text.ts'

const iso = (text: string, zone: string): string | undefined => {
  const time = parseTimeText(text, zone)
  return time === undefined ? undefined : new Date(Number(time / 1000n)).toISOString()
}

test.each([
  ['2026-11-25 13:06:41.218000', 'UTC', '2026-11-25T13:06:41.218Z'],
  ['2026-11-25 14:06:41.218', 'Europe/Amsterdam', '2026-11-25T13:06:41.218Z'],
  ['2026-06-25 14:06', 'Europe/Amsterdam', '2026-06-25T12:06:00.000Z'],
  ['2026-11-25', 'America/New_York', '2026-11-25T05:00:00.000Z'],
  ['2026-11-25T13:06:41Z', 'Asia/Tokyo', '2026-11-25T13:06:41.000Z'],
  ['2026-11-25T13:06:41+05:30', 'UTC', '2026-11-25T07:36:41.000Z'],
  // The hour that summer time skips, and the one that it repeats.
  ['2026-03-29 02:30', 'Europe/Amsterdam', '2026-03-29T01:30:00.000Z'],
  ['2026-10-25 02:30', 'Europe/Amsterdam', '2026-10-25T00:30:00.000Z'],
])('%s in %s is %s', (text, zone, expected) => {
  expect(iso(text, zone)).toBe(expected)
})

test.each([
  '',
  'now',
  'yesterday',
  '2026-13-01',
  '2026-02-30',
  '2026-11-25 25:00',
  '13:06',
  '1764076001',
  '1969-01-01',
])('%s is no time', text => {
  expect(parseTimeText(text, 'UTC')).toBeUndefined()
})

test('what the field shows is read back to the microsecond', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Amsterdam', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia')
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 4_000_000_000_000_000n }), zones, (micros, zone) => {
      const shown = formatExact(micros * 1000n, zone)
      const back = parseTimeText(shown, zone)
      // In the hour that comes twice the same text stands for two instants: the text is what must agree.
      expect(back === undefined ? undefined : formatExact(back * 1000n, zone)).toBe(shown)
    }),
  )
})
