/** One span from plain values into a table: for what makes up a few thousand spans, not for hot loops (traffic.ts). */
import { encodeAnyValue } from '#shared/spans/any-value.ts'
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { SPAN_KINDS, type SpanKind, STATUS_CODES, type StatusCode } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime } from '#shared/spans/time.ts'

export interface EventValues {
  /** ns since the epoch. */
  readonly time: bigint
  readonly name: string
  readonly attributes?: readonly Attribute[]
}

export interface LinkValues {
  /** Column words of the ids (ids.ts). */
  readonly traceId: Uint32Array
  readonly spanId: Uint32Array
  readonly attributes?: readonly Attribute[]
}

export interface SpanValues {
  readonly traceId: Uint32Array
  readonly spanId: Uint32Array
  readonly parentSpanId?: Uint32Array
  readonly name: string
  readonly kind?: SpanKind
  readonly status?: StatusCode
  readonly statusMessage?: string
  readonly startTime: bigint
  readonly endTime: bigint
  /** Index into the table's resources (`addResource`). */
  readonly resource: number
  /** Index into the table's scopes. */
  readonly scope: number
  readonly attributes?: readonly Attribute[]
  readonly events?: readonly EventValues[]
  readonly links?: readonly LinkValues[]
}

/** Appends the span. Returns its row, or −1 when the table's owner rejected it. */
export function addSpan(table: SpanTableBuilder, span: SpanValues): number {
  const name = table.internText(span.name)
  const message = table.internText(span.statusMessage ?? '')
  const row = table.beginSpan()
  table.traceId.set(span.traceId, row * 4)
  table.spanId.set(span.spanId, row * 2)
  if (span.parentSpanId !== undefined) table.parentSpanId.set(span.parentSpanId, row * 2)
  setTime(table.startTime, row, span.startTime)
  setTime(table.endTime, row, span.endTime)
  table.name[row] = name
  table.statusMessage[row] = message
  table.kind[row] = SPAN_KINDS.indexOf(span.kind ?? 'unspecified')
  table.status[row] = STATUS_CODES.indexOf(span.status ?? 'unset')
  table.resource[row] = span.resource
  table.scope[row] = span.scope
  eachValue(table, span.attributes, (key, [type, low, high]) => table.addAttribute(key, type, low, high))
  for (const event of span.events ?? []) {
    const low = Number(event.time & 0xffffffffn)
    table.addEvent(low, Number(event.time >> 32n), table.internText(event.name), 0)
    eachValue(table, event.attributes, (key, [type, l, h]) => table.addEventAttribute(key, type, l, h))
  }
  for (const link of span.links ?? []) {
    table.addLink(link.traceId, 0, link.spanId, 0, 0, 0, 0)
    eachValue(table, link.attributes, (key, [type, l, h]) => table.addLinkAttribute(key, type, l, h))
  }
  return table.endSpan() ? row : -1
}

/** Enters a resource: its index. Undefined service: none is named. */
export function addResource(
  table: SpanTableBuilder,
  service: string | undefined,
  attributes: readonly Attribute[] = [],
): number {
  const all = service === undefined ? attributes : [attribute('service.name', service), ...attributes]
  eachValue(table, all, (key, [type, low, high]) => table.addResourceAttribute(key, type, low, high))
  return table.endResource(0, 0)
}

/** Enters a scope without attributes: its index. */
export function addScope(table: SpanTableBuilder, name: string, version = ''): number {
  return table.endScope(table.internText(name), table.internText(version), 0, 0)
}

/** An attribute of a plain value: whole numbers are int, others double. */
export function attribute(key: string, value: string | number | boolean): Attribute {
  return { key, value: plainValue(value) }
}

function plainValue(value: string | number | boolean): AttributeValue {
  if (typeof value === 'string') return { type: 'string', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  return Number.isSafeInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'double', value }
}

function eachValue(
  table: SpanTableBuilder,
  attributes: readonly Attribute[] | undefined,
  add: (key: number, words: ReturnType<typeof encodeAnyValue>) => void,
): void {
  for (const { key, value } of attributes ?? []) {
    const id = table.internText(key)
    add(id, encodeAnyValue(table, value))
  }
}
