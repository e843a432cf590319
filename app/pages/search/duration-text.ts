// Durations as people type them: Go's form (`1.2s`, `100ms`, `1h30m`), which is what Jaeger's parameters take. Pure.

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

/** Days and weeks, which only time ranges take: Jaeger's lookbacks go up to `2w`. */
const LONG: Readonly<Record<string, number>> = { ...NANOSECONDS, d: 86_400e9, w: 7 * 86_400e9 }

/** Nanoseconds of a duration in Go's form, `undefined` for anything else; not negative. */
export function parseDurationText(text: string): number | undefined {
  return parseParts(text, NANOSECONDS)
}

/** Nanoseconds of a time range: as `parseDurationText`, and `d` and `w`; above 0. */
export function parseSpan(text: string): number | undefined {
  const span = parseParts(text, LONG)
  return span === 0 ? undefined : span
}

function parseParts(text: string, units: Readonly<Record<string, number>>): number | undefined {
  if (text === '0') return 0
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+$/u.test(text)) return undefined
  let total = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)([a-zµμ]+)/gu)) {
    if (!Object.hasOwn(units, unit)) return undefined
    total += Number(number) * units[unit]
  }
  return Number.isFinite(total) ? total : undefined
}
