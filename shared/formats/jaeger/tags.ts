/** Attribute values as Jaeger's tags (WIRE.md 2, 7.2), and its JSON text as Go writes it. */
import { compareText } from '#shared/spans/compare-text.ts'
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { decodeText } from '#shared/spans/dictionary.ts'
import type { JaegerTag } from './ui-json.ts'

const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** A tag of any value: arrays and maps become text that holds JSON, a value without type an empty text. */
export function tagOf({ key, value }: Attribute): JaegerTag {
  switch (value.type) {
    case 'string':
      return { key, type: 'string', value: value.value }
    case 'bool':
      return { key, type: 'bool', value: value.value }
    case 'int': {
      const safe = value.value <= MOST_SAFE && value.value >= -MOST_SAFE
      return { key, type: 'int64', value: safe ? Number(value.value) : value.value.toString() }
    }
    case 'double':
      return { key, type: 'float64', value: Number.isFinite(value.value) ? value.value : String(value.value) }
    case 'bytes':
      return { key, type: 'binary', value: base64(value.value) }
    case 'array':
    case 'map':
      return { key, type: 'string', value: escapeLikeGo(jsonOf(value)) }
    case 'empty':
      return { key, type: 'string', value: '' }
  }
}

/** JSON of a value: maps sorted by key, the last of repeated keys, bytes as base64, exact integers. */
function jsonOf(value: AttributeValue): string {
  switch (value.type) {
    case 'string':
      return JSON.stringify(value.value)
    case 'bool':
    case 'int':
      return String(value.value)
    case 'double':
      return Number.isFinite(value.value) ? JSON.stringify(value.value) : `"${value.value}"`
    case 'bytes':
      return `"${base64(value.value)}"`
    case 'array':
      return `[${value.values.map(jsonOf).join(',')}]`
    case 'map': {
      const entries = new Map(value.entries.map(entry => [entry.key, entry.value]))
      const keys = [...entries.keys()].sort(compareText)
      return `{${keys.map(key => `${JSON.stringify(key)}:${jsonOf(entries.get(key) ?? { type: 'empty' })}`).join(',')}}`
    }
    case 'empty':
      return 'null'
  }
}

const TYPES: readonly JaegerTag['type'][] = ['string', 'bool', 'int64', 'float64', 'binary']

/** Order of tags as Jaeger sorts them: by key, then type, then value. */
export function compareTags(a: JaegerTag, b: JaegerTag): number {
  if (a.key !== b.key) return compareText(a.key, b.key)
  if (a.type !== b.type) return TYPES.indexOf(a.type) - TYPES.indexOf(b.type)
  if (a.type === 'string' || a.type === 'binary') return compareText(String(a.value), String(b.value))
  return Number(a.value) - Number(b.value)
}

/** The text of an IPv4 address in 32 bits, the first part in the highest. */
export function dottedAddress(n: number): string {
  return `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`
}

const ESCAPED: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/** JSON text with the characters escaped that Go's encoder escapes; they occur inside strings only. */
export function escapeLikeGo(json: string): string {
  return /[<>&\u2028\u2029]/.test(json) ? json.replace(/[<>&\u2028\u2029]/g, c => ESCAPED[c]) : json
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 with padding. */
export function base64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(61)
  let to = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const digits = Math.min(4, bytes.length - i + 1)
    for (let k = 0; k < digits; k++) text[to + k] = DIGITS.charCodeAt((three >>> (18 - k * 6)) & 63)
    to += 4
  }
  return decodeText(text)
}
