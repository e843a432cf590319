// Numbers as the design writes them, the same in every language: three significant digits, a narrow no-break space
// (U+202F) before the unit and between thousands, a true minus (U+2212), SI symbols. Pure; everything is text out.

/** U+202F, between a number and its unit and between groups of thousands. */
export const THIN_SPACE = '\u202F'
/** U+2212, the sign of a negative difference. */
export const MINUS = '\u2212'

/** A number and its unit apart, for places that set the unit in a fainter tone. `unit` is empty where there is none. */
export interface Figure {
  readonly number: string
  readonly unit: string
}

/**
 * `value` in three significant digits, without exponent, for 0 ≤ value < 999.5: `1.84`, `38.0`, `412`. Rounds half away
 * from zero as `toFixed` does; 0 is `0`.
 */
function threeDigits(value: number): string {
  if (value === 0) return '0'
  if (value >= 99.95) return value.toFixed(0)
  if (value >= 9.995) return value.toFixed(1)
  return value.toFixed(2)
}

const MICRO = 1e3
const MILLI = 1e6
const SECOND = 1e9
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Sign and magnitude; −0 and NaN count as 0. */
function signed(value: number): { readonly sign: string; readonly size: number } {
  if (value < 0) return { sign: MINUS, size: -value }
  return { sign: '', size: Number.isNaN(value) ? 0 : value }
}

/** Two units, the smaller one rounded and carried: 59 min 59.7 s is `1 h 0 min`, so the caller rounds first. */
function pair(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0
    ? `${groupThousands(String(whole))}${THIN_SPACE}${unit}`
    : `${groupThousands(String(whole))}${THIN_SPACE}${unit} ${rest}${THIN_SPACE}${restUnit}`
}

/**
 * A duration in nanoseconds: `870 ns`, `412 µs`, `2.33 ms`, `1.84 s`; from 60 s `4 min 12 s`, from 60 min `1 h 3 min`,
 * from 48 h `3 d 4 h`. Whole nanoseconds below 1 µs have no decimals. A negative one carries U+2212; not finite is `–`.
 */
export function formatDuration(nanoseconds: number): string {
  if (!Number.isFinite(nanoseconds)) return '–'
  const { sign, size } = signed(nanoseconds)
  const short = shortDuration(size)
  if (short !== undefined) return `${sign}${short.number}${THIN_SPACE}${short.unit}`
  const seconds = Math.round(size / SECOND)
  if (seconds < 3600) return sign + pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(size / MINUTE)
  if (minutes < 48 * 60) return sign + pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(size / HOUR)
  return sign + pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function shortDuration(size: number): Figure | undefined {
  if (size === 0) return { number: '0', unit: 's' }
  if (size < 999.5) return { number: Number.isInteger(size) ? String(size) : threeDigits(size), unit: 'ns' }
  if (size < 999.5 * MICRO) return { number: threeDigits(size / MICRO), unit: 'µs' }
  if (size < 999.5 * MILLI) return { number: threeDigits(size / MILLI), unit: 'ms' }
  if (size < 59.95 * SECOND) return { number: threeDigits(size / SECOND), unit: 's' }
  return undefined
}

/** As `formatDuration`, number and unit apart; from 60 s the whole text stands in `number`. */
export function durationFigure(nanoseconds: number): Figure {
  if (!Number.isFinite(nanoseconds)) return { number: '–', unit: '' }
  const { sign, size } = signed(nanoseconds)
  const short = shortDuration(size)
  return short === undefined
    ? { number: formatDuration(nanoseconds), unit: '' }
    : { number: sign + short.number, unit: short.unit }
}

/** A difference of durations with its sign: `+1.11 s`, `−38.0 ms`, and `0 s` when there is none. */
export function formatDifference(nanoseconds: number): string {
  return nanoseconds > 0 ? `+${formatDuration(nanoseconds)}` : formatDuration(nanoseconds)
}

/** Digits of `text` (`-1234.5`, `1234`) grouped by U+202F, from four digits on. */
function groupThousands(text: string): string {
  return text.replace(/\B(?=(\d{3})+(?!\d))/gu, THIN_SPACE)
}

/** A count: `18 402 117`. Fractions are rounded; −7 is `−7`; not finite is `–`. bigint stays exact. */
export function formatCount(count: number | bigint): string {
  if (typeof count === 'number' && !Number.isFinite(count)) return '–'
  const whole = typeof count === 'bigint' ? count : BigInt(Math.round(count))
  return whole < 0n ? MINUS + groupThousands(String(-whole)) : groupThousands(String(whole))
}

/** A difference of counts with its sign: `+411`, `−2`, `0`. */
export function formatCountDifference(count: number): string {
  return count > 0 ? `+${formatCount(count)}` : formatCount(count)
}

const LARGE_EN = [
  { from: 999.5e9, by: 1e12, unit: 'T' },
  { from: 999.5e6, by: 1e9, unit: 'B' },
  { from: 99_950, by: 1e6, unit: 'M' },
]
const LARGE_ZH = [
  { from: 9_995e4, by: 1e8, unit: '亿' },
  { from: 99_950, by: 1e4, unit: '万' },
]

/**
 * A large count in prose: `18.4 M` in English, `1840 万` in Chinese (`zh…`); below 100 000 as `formatCount`. Where the
 * exact number matters use `formatCount`.
 */
export function formatLargeCount(count: number, locale: string): string {
  const chinese = locale.startsWith('zh')
  const step = (chinese ? LARGE_ZH : LARGE_EN).find(({ from }) => count >= from)
  if (step === undefined) return formatCount(count)
  const value = count / step.by
  const number = value >= 999.5 ? formatCount(value) : threeDigits(value)
  return `${number}${THIN_SPACE}${step.unit}`
}

/**
 * A share of a whole, 0…1: `71 %`; with one decimal in tables: `71.3 %`. What is there but would round to 0 says
 * `<1 %`, what lacks something but would round to 100 says `>99 %`, because a share that is not whole must not look it.
 */
export function formatShare(share: number, decimals: 0 | 1 = 0): string {
  if (!Number.isFinite(share)) return '–'
  const percent = share * 100
  const step = decimals === 0 ? 1 : 0.1
  if (percent > 0 && percent < step / 2) return `<${step}${THIN_SPACE}%`
  if (percent < 100 && percent > 100 - step / 2) return `>${(100 - step).toFixed(decimals)}${THIN_SPACE}%`
  const text = Math.abs(percent).toFixed(decimals)
  return `${percent < 0 && Number(text) !== 0 ? MINUS : ''}${groupThousands(text)}${THIN_SPACE}%`
}

/** A rate a second: `36.1/s`, `9 530/s`, `0/s`. */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '–'
  const { sign, size } = signed(perSecond)
  return `${sign}${size >= 999.5 ? formatCount(size) : threeDigits(size)}/s`
}

/**
 * A number of bytes: decimal (`271 GB`, what disks are sold in) or binary (`64 MiB`, what memory and limits are set in).
 * Three significant digits, whole bytes below 1 000; a whole multiple of a unit has no decimals (`64 MiB`).
 */
export function formatBytes(bytes: number, system: 'decimal' | 'binary'): string {
  if (!Number.isFinite(bytes)) return '–'
  const { sign, size } = signed(bytes)
  const by = system === 'decimal' ? 1000 : 1024
  const units = system === 'decimal' ? ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] : ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let value = size
  let at = 0
  while (value >= 999.5 && at < units.length - 1) {
    value /= by
    at++
  }
  const number = Number.isInteger(value) ? formatCount(value) : value >= 999.5 ? formatCount(value) : threeDigits(value)
  return `${sign}${number}${THIN_SPACE}${units[at]}`
}
