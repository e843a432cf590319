/**
 * Attribute values as text: what `any.` compares with and what value lists show. Numbers as JavaScript prints them (−0 as `-0`), bytes in
 * base64, arrays and maps as JSON.
 */
import type { AttributeValue } from '#shared/spans/attribute-value.ts'

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The empty value has the empty text. */
export function attributeText(value: AttributeValue): string {
  switch (value.type) {
    case 'empty':
      return ''
    case 'string':
      return value.value
    case 'bool':
    case 'int':
      return String(value.value)
    case 'double':
      return doubleText(value.value)
    case 'bytes':
      return base64(value.value)
    case 'array':
    case 'map':
      return json(value)
  }
}

export function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Keys may repeat and may be `__proto__`: written, never collected in an object. */
function json(value: AttributeValue): string {
  switch (value.type) {
    case 'empty':
      return 'null'
    case 'bool':
    case 'int':
      return String(value.value)
    case 'double':
      return Number.isFinite(value.value) ? doubleText(value.value) : `"${value.value}"`
    case 'array':
      return `[${value.values.map(json).join(',')}]`
    case 'map':
      return `{${value.entries.map(({ key, value: inner }) => `${JSON.stringify(key)}:${json(inner)}`).join(',')}}`
    default:
      return JSON.stringify(attributeText(value))
  }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    text += BASE64[a >>> 2] + BASE64[((a & 3) << 4) | ((b ?? 0) >>> 4)]
    text += b === undefined ? '=' : BASE64[((b & 15) << 2) | ((c ?? 0) >>> 6)]
    text += c === undefined ? '=' : BASE64[c & 63]
  }
  return text
}
