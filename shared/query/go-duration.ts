/** Durations as Go writes and reads them (`time.ParseDuration`): what Jaeger's parameters carry. */

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
])

/** Nanoseconds of `1.5s`, `2h45m`, `-3ms`, `0`; or the error text that Go would give. */
export function parseGoDuration(text: string): { readonly ns: number } | { readonly error: string } {
  const quoted = quote(text)
  const sign = text.startsWith('-') ? -1 : 1
  let rest = text.replace(/^[+-]/u, '')
  if (rest === '0') return { ns: 0 }
  if (rest === '') return { error: `time: invalid duration ${quoted}` }
  let ns = 0
  while (rest !== '') {
    const [, number = ''] = /^(\d+\.?\d*|\.\d+)/u.exec(rest) ?? []
    if (number === '') return { error: `time: invalid duration ${quoted}` }
    rest = rest.slice(number.length)
    const [unit] = /^[^\d.]*/u.exec(rest) ?? ['']
    if (unit === '') return { error: `time: missing unit in duration ${quoted}` }
    const factor = UNITS.get(unit)
    if (factor === undefined) return { error: `time: unknown unit ${quote(unit)} in duration ${quoted}` }
    ns += Number(number) * factor
    rest = rest.slice(unit.length)
  }
  // Go's durations end at 292 years.
  return ns >= 2 ** 63 ? { error: `time: invalid duration ${quoted}` } : { ns: Math.round(ns) * sign }
}

/** Quotes as Go's time package does: what is not printable ASCII byte by byte. */
function quote(text: string): string {
  let quoted = ''
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte)
    if (byte < 32 || byte >= 128) quoted += `\\x${byte.toString(16).padStart(2, '0')}`
    else quoted += character === '"' || character === '\\' ? `\\${character}` : character
  }
  return `"${quoted}"`
}
