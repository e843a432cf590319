/**
 * One row of a span table as an object, for the few places that want one (a detail panel, a document of an external
 * store). Lazy: nothing is read before it is asked for. Not for loops over many rows.
 */
import { decodeAnyValue } from './any-value.ts'
import type { AttributeEntries } from './attributes.ts'
import type { Attribute } from './attribute-value.ts'
import type { Attributes } from './attributes.ts'
import { NO_SERVICE } from './columns.ts'
import { formatSpanId, formatTraceId, type SpanId, type TraceId } from './ids.ts'
import { rangeStart, SPAN_KINDS, type SpanKind, type SpanTable, STATUS_CODES, type StatusCode } from './span-table.ts'
import { timeAt, timeDifference } from './time.ts'

export interface SpanEvent {
  /** ns since the epoch. */
  readonly time: bigint
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
}

export interface SpanLink {
  /** May be all zero or of another trace: as sent. */
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly flags: number
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
}

export interface Resource {
  /** `service.name`; undefined when the resource has none. */
  readonly serviceName: string | undefined
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
  readonly schemaUrl: string
}

export interface Scope {
  readonly name: string
  readonly version: string
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
  readonly schemaUrl: string
}

/** The attributes of one owner as objects. */
export function attributesOf(table: SpanTable, attributes: Attributes | AttributeEntries, owner: number): Attribute[] {
  const list: Attribute[] = []
  attributes.forOwner(owner, (key, type, low, high) => {
    list.push({ key: table.dictionary.text(key), value: decodeAnyValue(table.dictionary, type, low, high) })
  })
  return list
}

/** How a service without a name is called where a name is needed: OpenTelemetry's own word. */
export const UNKNOWN_SERVICE = 'unknown_service'

/** The service of a row as text; undefined when its resource names none. */
export function serviceNameOf(table: SpanTable, row: number): string | undefined {
  const resource = table.resource[row]
  if (resource >= table.resourceCount) return undefined
  const id = table.resourceService[resource]
  return id === NO_SERVICE ? undefined : table.dictionary.text(id)
}

export class Span {
  readonly table: SpanTable
  readonly row: number

  constructor(table: SpanTable, row: number) {
    this.table = table
    this.row = row
  }

  get traceId(): TraceId {
    return formatTraceId(this.table.traceId, this.row)
  }
  get spanId(): SpanId {
    return formatSpanId(this.table.spanId, this.row)
  }
  /** Undefined for a span without parent. */
  get parentSpanId(): SpanId | undefined {
    const i = this.row * 2
    return (this.table.parentSpanId[i] | this.table.parentSpanId[i + 1]) === 0
      ? undefined
      : formatSpanId(this.table.parentSpanId, this.row)
  }
  get name(): string {
    return this.table.dictionary.text(this.table.name[this.row])
  }
  get kind(): SpanKind {
    return SPAN_KINDS[this.table.kind[this.row]] ?? 'unspecified'
  }
  get status(): StatusCode {
    return STATUS_CODES[this.table.status[this.row]] ?? 'unset'
  }
  get statusMessage(): string {
    return this.table.dictionary.text(this.table.statusMessage[this.row])
  }
  get traceState(): string {
    return this.table.dictionary.text(this.table.traceState[this.row])
  }
  get flags(): number {
    return this.table.flags[this.row]
  }
  get startTime(): bigint {
    return timeAt(this.table.startTime, this.row)
  }
  get endTime(): bigint {
    return timeAt(this.table.endTime, this.row)
  }
  /** Nanoseconds; negative when the span ends before it starts. */
  get durationNs(): number {
    return timeDifference(this.table.endTime, this.row, this.table.startTime, this.row)
  }
  get droppedAttributesCount(): number {
    return this.table.droppedAttributes[this.row]
  }
  get droppedEventsCount(): number {
    return this.table.droppedEvents[this.row]
  }
  get droppedLinksCount(): number {
    return this.table.droppedLinks[this.row]
  }
  get attributes(): readonly Attribute[] {
    return attributesOf(this.table, this.table.attributes, this.row)
  }
  get serviceName(): string | undefined {
    return serviceNameOf(this.table, this.row)
  }

  get resource(): Resource {
    const { table } = this
    const i = table.resource[this.row]
    return {
      serviceName: this.serviceName,
      attributes: attributesOf(table, table.resourceAttributes, i),
      droppedAttributesCount: table.resourceDroppedAttributes[i],
      schemaUrl: table.dictionary.text(table.resourceSchemaUrl[i]),
    }
  }

  get scope(): Scope {
    const { table } = this
    const i = table.scope[this.row]
    return {
      name: table.dictionary.text(table.scopeName[i]),
      version: table.dictionary.text(table.scopeVersion[i]),
      attributes: attributesOf(table, table.scopeAttributes, i),
      droppedAttributesCount: table.scopeDroppedAttributes[i],
      schemaUrl: table.dictionary.text(table.scopeSchemaUrl[i]),
    }
  }

  get events(): readonly SpanEvent[] {
    const { table, row } = this
    const events: SpanEvent[] = []
    for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) {
      events.push({
        time: timeAt(table.eventTime, i),
        name: table.dictionary.text(table.eventName[i]),
        attributes: attributesOf(table, table.eventAttributes, i),
        droppedAttributesCount: table.eventDroppedAttributes[i],
      })
    }
    return events
  }

  get links(): readonly SpanLink[] {
    const { table, row } = this
    const links: SpanLink[] = []
    for (let i = rangeStart(table.linkEnd, row); i < table.linkEnd[row]; i++) {
      links.push({
        traceId: formatTraceId(table.linkTraceId, i),
        spanId: formatSpanId(table.linkSpanId, i),
        traceState: table.dictionary.text(table.linkTraceState[i]),
        flags: table.linkFlags[i],
        attributes: attributesOf(table, table.linkAttributes, i),
        droppedAttributesCount: table.linkDroppedAttributes[i],
      })
    }
    return links
  }
}
