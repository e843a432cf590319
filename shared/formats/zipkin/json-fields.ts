/** Fields that Zipkin's JSON has in several of its forms. */
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { base64Bytes } from '#shared/formats/jaeger/file-ids.ts'
import { isArray, isObject, jsonText, type Json, type JsonObject, seen } from '#shared/formats/jaeger/plain-json.ts'
import { wholeNumber } from '#shared/formats/whole-number.ts'
import type { ZipkinEndpoint } from './zipkin-span.ts'

/** Zipkin's tags are text; other values are taken as what JSON says they are. */
export function tagValue(value: Json | undefined): AttributeValue {
  if (typeof value === 'string') return { type: 'string', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'double', value }
  }
  return value === undefined || value === null ? { type: 'empty' } : { type: 'string', value: jsonText(value) }
}

/** A list of objects; missing and null count as empty. */
export function listOf(value: Json | undefined, path: string): readonly JsonObject[] {
  if (value === undefined || value === null) return []
  if (!isArray(value)) throw new DecodeError(`${seen(value)}; expected a list`, path)
  return value.map((one, i) => {
    if (!isObject(one)) throw new DecodeError(`${seen(one)}; expected an object`, `${path}[${i}]`)
    return one
  })
}

/** Longer texts are no times. */
const MOST_LENGTH = 100
/** Of 20 digits at most. */
const MOST_MICROSECONDS = 10n ** 20n

/** µs as a number or in a text; undefined for none. */
export function readMicroseconds(value: Json | undefined, path: string): bigint | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value))
  const whole = typeof value === 'string' && value.length <= MOST_LENGTH ? wholeNumber(value) : undefined
  if (whole !== undefined && whole > -MOST_MICROSECONDS && whole < MOST_MICROSECONDS) return whole
  throw new DecodeError(`${seen(value)}; expected a number of µs`, path)
}

/** An endpoint of v1, v2 or the protobuf's JSON; undefined when it says nothing. */
export function readEndpoint(value: Json | undefined): ZipkinEndpoint | undefined {
  if (!isObject(value)) return undefined
  const name = value.serviceName ?? value.service_name
  const endpoint = {
    serviceName: typeof name === 'string' ? name : '',
    ip: readAddress(value.ipv4, 4) || readAddress(value.ipv6, 16),
    port: typeof value.port === 'number' ? value.port : 0,
  }
  return endpoint.serviceName === '' && endpoint.ip === '' && endpoint.port === 0 ? undefined : endpoint
}

/** An address as text; the protobuf's JSON has its bytes in base64. */
function readAddress(value: Json | undefined, length: 4 | 16): string {
  if (typeof value !== 'string') return ''
  if (value.includes('.') || value.includes(':')) return value
  const bytes = base64Bytes(value, length)
  if (bytes === undefined) return value
  if (length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2] << 8) | bytes[i * 2 + 1]).toString(16))
  return groups.join(':')
}
