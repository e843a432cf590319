/**
 * The search part of an address as a record, as the router keeps it and as a page's `url.ts` parses and formats it:
 * plain strings, repeated keys as arrays, in the order of the address. Nothing is decoded as JSON, so that Jaeger's links
 * (`?service=a&tag=x:1&tag=y:2`) read and write as they are.
 */

/** A key stands for one value, or for several when it is repeated. The record has no prototype. */
export type RawSearch = Readonly<Record<string, string | readonly string[]>>

/** The most pairs that are read; the rest of a longer address is left out (no page has that many). */
export const MAX_PAIRS = 1000

/** Reads `?a=1&b=2&b=3` (with or without `?`); `+` is a blank; a broken escape stays as it is. */
export function parseRawSearch(text: string): RawSearch {
  const raw: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>
  let pairs = 0
  for (const pair of text.replace(/^\?/u, '').split('&')) {
    if (pair === '') continue
    if (++pairs > MAX_PAIRS) break
    const at = pair.indexOf('=')
    const key = decode(at < 0 ? pair : pair.slice(0, at))
    const value = at < 0 ? '' : decode(pair.slice(at + 1))
    const old = raw[key]
    if (old === undefined) raw[key] = value
    else if (typeof old === 'string') raw[key] = [old, value]
    else old.push(value)
  }
  return raw
}

/** Writes a record as `?a=1&b=2&b=3`; '' for an empty one. `undefined` values and empty arrays are left out. */
export function formatRawSearch(raw: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const pairs: string[] = []
  for (const [key, value] of Object.entries(raw)) {
    if (value === undefined) continue
    for (const one of typeof value === 'string' ? [value] : value) pairs.push(`${encode(key)}=${encode(one)}`)
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** The first value of a key, `undefined` when it is absent. */
export function firstOf(raw: RawSearch, key: string): string | undefined {
  const value = raw[key]
  return typeof value === 'string' ? value : value?.[0]
}

/** All values of a key, in order. */
export function allOf(raw: RawSearch, key: string): readonly string[] {
  const value = raw[key]
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

/** Keeps readable what an address may carry: `:`, `,`, `/` and `=` in values. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%(?:3A|2C|2F)/gu, decodeURIComponent)
    .replaceAll('%20', '+')
}
