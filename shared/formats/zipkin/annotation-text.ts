/**
 * What OpenTelemetry's exporters pack into Zipkin's plain texts (WIRE.md 7.5): events with attributes as
 * `name|json|dropped`, links as `traceId|spanId|state|json|dropped`. Any other text is taken as it is.
 */
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { idWords, parseSpanId, parseTraceId } from '#shared/spans/ids.ts'

type Attributes = readonly (readonly [key: string, value: AttributeValue])[]

export interface EventText {
  readonly name: string
  readonly attributes: Attributes
  readonly dropped: number
}

/** The event that an annotation tells: without attributes unless the text has the exporters' form. */
export function readEventText(text: string): EventText {
  const first = text.indexOf('|')
  const last = text.lastIndexOf('|')
  if (first >= 0 && last > first) {
    const attributes = readAttributes(text.slice(first + 1, last))
    const dropped = readCount(text.slice(last + 1))
    if (attributes !== undefined && dropped !== undefined) return { name: text.slice(0, first), attributes, dropped }
  }
  return { name: text, attributes: [], dropped: 0 }
}

export interface LinkText {
  readonly traceId: Uint32Array
  readonly spanId: Uint32Array
  readonly traceState: string
  readonly attributes: Attributes
  readonly dropped: number
}

/** The link that a tag `otlp.link.<n>` tells; undefined for another form. */
export function readLinkText(text: string): LinkText | undefined {
  const match = /^([^|]*)\|([^|]*)\|([^|]*)\|(.*)\|(\d+)$/su.exec(text)
  if (match === null) return undefined
  const traceId = parseTraceId(match[1])
  const spanId = parseSpanId(match[2])
  const attributes = readAttributes(match[4])
  const dropped = readCount(match[5])
  if (traceId === undefined || spanId === undefined || attributes === undefined || dropped === undefined)
    return undefined
  return { traceId: idWords(traceId), spanId: idWords(spanId), traceState: match[3], attributes, dropped }
}

function readCount(text: string): number | undefined {
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined
}

function readAttributes(json: string): Attributes | undefined {
  if (json === '') return []
  if (!json.startsWith('{')) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined
  return Object.entries(parsed).map(([key, value]) => [key, attributeValue(value)] as const)
}

function attributeValue(value: unknown): AttributeValue {
  if (typeof value === 'string') return { type: 'string', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'double', value }
  }
  return value === null ? { type: 'empty' } : { type: 'string', value: JSON.stringify(value) }
}
