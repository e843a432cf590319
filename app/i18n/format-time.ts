// Points in time as text. The zone is always an argument, named once per page by the page; an hour without a zone never
// appears alone. Nanoseconds since the Unix epoch in, text out; Intl's formatters are the only thing that knows zones.

/** `UTC` or an IANA zone name (`Europe/Amsterdam`). */
export type TimeZone = string

/** Parts of a point in time on the clock of a zone; all numbers, months from 1. */
export interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0…999_999_999 within the second. */
  readonly nanosecond: number
}

const NANOSECONDS_IN_MILLISECOND = 1_000_000n

/** Splits off what Intl can't carry; rounds toward the past, so times before 1970 keep their order. */
function split(nanoseconds: bigint): { readonly milliseconds: number; readonly rest: number } {
  let milliseconds = nanoseconds / NANOSECONDS_IN_MILLISECOND
  let rest = nanoseconds % NANOSECONDS_IN_MILLISECOND
  if (rest < 0n) {
    milliseconds -= 1n
    rest += NANOSECONDS_IN_MILLISECOND
  }
  return { milliseconds: Number(milliseconds), rest: Number(rest) }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** One formatter for each, for ever: making one costs about a hundred times as much as using it. */
function formatter(
  form: string,
  locale: string,
  zone: TimeZone,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${form} ${locale} ${zone}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
  formatters.set(key, made)
  return made
}

const CLOCK: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  era: 'short',
}

/** The clock of `zone` at `nanoseconds`. Throws RangeError for an unknown zone or a time beyond ±8.64e15 ms. */
export function wallClock(nanoseconds: bigint, zone: TimeZone): WallClock {
  const { milliseconds, rest } = split(nanoseconds)
  const parts: Record<string, string> = {}
  for (const { type, value } of formatter('clock', 'en-US', zone, CLOCK).formatToParts(milliseconds))
    parts[type] = value
  const inSecond = ((milliseconds % 1000) + 1000) % 1000
  return {
    year: parts.era.startsWith('B') ? 1 - Number(parts.year) : Number(parts.year),
    month: Number(parts.month),
    day: Number(parts.day),
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
    nanosecond: inSecond * 1_000_000 + rest,
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `14:06:41.218`: hour to millisecond (cut, not rounded, so that a time never reads later than it was). */
export function formatClock(nanoseconds: bigint, zone: TimeZone): string {
  const { hour, minute, second, nanosecond } = wallClock(nanoseconds, zone)
  return `${two(hour)}:${two(minute)}:${two(second)}.${String(Math.floor(nanosecond / 1e6)).padStart(3, '0')}`
}

/** `14:06`: hour and minute, for axes and notes. */
export function formatHour(nanoseconds: bigint, zone: TimeZone): string {
  const { hour, minute } = wallClock(nanoseconds, zone)
  return `${two(hour)}:${two(minute)}`
}

/** `2026-11-25`: the day, for fields and sorting. */
export function formatIsoDay(nanoseconds: bigint, zone: TimeZone): string {
  const { year, month, day } = wallClock(nanoseconds, zone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** `2026-11-25 13:06:41.218000`: day and clock to the microsecond, as the time fields show and take it. */
export function formatExact(nanoseconds: bigint, zone: TimeZone): string {
  const { hour, minute, second, nanosecond } = wallClock(nanoseconds, zone)
  const micro = String(Math.floor(nanosecond / 1000)).padStart(6, '0')
  return `${formatIsoDay(nanoseconds, zone)} ${two(hour)}:${two(minute)}:${two(second)}.${micro}`
}

/** A day for people: `25 Nov 2026` in English, `2026年11月25日` in Chinese. */
export function formatDay(nanoseconds: bigint, zone: TimeZone, locale: string): string {
  const { milliseconds } = split(nanoseconds)
  return formatter('day', locale === 'en' ? 'en-GB' : locale, zone, {
    day: 'numeric',
    month: locale === 'en' ? 'short' : 'long',
    year: 'numeric',
  }).format(milliseconds)
}

/** The zone's name as the page says it once: `UTC+1`, `UTC−4:30`, `UTC`, at `nanoseconds` (summer time moves it). */
export function formatZone(nanoseconds: bigint, zone: TimeZone): string {
  const { milliseconds } = split(nanoseconds)
  const parts = formatter('zone', 'en-US', zone, { timeZoneName: 'shortOffset' }).formatToParts(milliseconds)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
  const named = name.replace('GMT', 'UTC').replace('-', '\u2212')
  return named === 'UTC+0' ? 'UTC' : named
}

/** The zone of this browser and when it was asked for, ms: people travel, but not within a minute. */
let local: { readonly zone: TimeZone; readonly askedMs: number } | undefined
const KEPT_MS = 60_000

/** The zone of this browser, as an IANA name; at most a minute old. */
export function localTimeZone(): TimeZone {
  const now = performance.now()
  if (local === undefined || now - local.askedMs > KEPT_MS) {
    local = { zone: new Intl.DateTimeFormat().resolvedOptions().timeZone, askedMs: now }
  }
  return local.zone
}
