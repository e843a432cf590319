/** A duration as Go prints it: `1h2m3.5s`, `12.5ms`, `100µs`, `0s`. Whole ns; negative with a sign. */
export function formatGoDuration(ns: number): string {
  const sign = ns < 0 ? '-' : ''
  const n = Math.abs(Math.round(ns))
  if (n === 0) return '0s'
  if (n < 1000) return `${sign}${n}ns`
  if (n < 1_000_000) return `${sign}${decimal(n, 1000)}µs`
  if (n < 1_000_000_000) return `${sign}${decimal(n, 1_000_000)}ms`
  const seconds = Math.floor(n / 1_000_000_000)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = decimal((seconds % 60) * 1_000_000_000 + (n % 1_000_000_000), 1_000_000_000)
  if (hours > 0) return `${sign}${hours}h${minutes}m${rest}s`
  return minutes > 0 ? `${sign}${minutes}m${rest}s` : `${sign}${rest}s`
}

/** `n / unit` exactly, without trailing zeros. */
function decimal(n: number, unit: number): string {
  const digits = String(unit).length - 1
  const fraction = String(n % unit)
    .padStart(digits, '0')
    .replace(/0+$/, '')
  return fraction === '' ? String(Math.floor(n / unit)) : `${Math.floor(n / unit)}.${fraction}`
}
