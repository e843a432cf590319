// Points in time as people type them into From and To: `2026-11-25 13:06:41.218000`, shorter forms of it, ISO 8601 with a
// zone of its own, `now`. Pure.

import { wallClock } from '#app/i18n/format-time.ts'
import type { TimeZone } from '#app/i18n/format-time.ts'

const FORM =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/iu

/** Microseconds since the epoch of a day and clock in `zone`; `undefined` for a text that is none. */
export function parseTimeText(text: string, zone: TimeZone): bigint | undefined {
  const match = FORM.exec(text.trim().replace('\u2212', '-'))
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const back = new Date(wall)
  // Date.UTC carries the 31st of June over into July, and 25:00 into the next day.
  if (back.getUTCMonth() !== Number(month) - 1 || back.getUTCDate() !== Number(day)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const epoch = offset === undefined ? instantOf(wall, zone) : wall - offsetMs(offset)
  if (epoch < 0) return undefined
  return BigInt(epoch) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'))
}

/**
 * The instant at which the clock of `zone` shows `wall` (ms, read as UTC). An hour that is skipped in spring reads as the
 * hour after it, one that comes twice in autumn as the first.
 */
function instantOf(wall: number, zone: TimeZone): number {
  const first = wall - zoneOffset(wall - zoneOffset(wall, zone), zone)
  const earlier = wall - zoneOffset(first - 3_600_000, zone)
  return zoneOffset(earlier, zone) === wall - earlier ? Math.min(first, earlier) : first
}

/** How far the clock of `zone` is ahead of UTC at an instant, ms. */
function zoneOffset(instant: number, zone: TimeZone): number {
  const { year, month, day, hour, minute, second } = wallClock(BigInt(instant) * 1_000_000n, zone)
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  return wall - Math.floor(instant / 1000) * 1000
}

function offsetMs(text: string): number {
  if (/^(?:Z|UTC)$/iu.test(text)) return 0
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replaceAll(/\D/gu, '')
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
}
