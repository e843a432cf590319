// One span as OTLP JSON, for reading and copying: the words and forms of the OTLP specification (ids in hex, 64-bit numbers as
// strings, bytes in base64), resource and scope beside it.

import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { Span } from '#shared/spans/span.ts'
import { SPAN_KINDS, STATUS_CODES } from '#shared/spans/span-table.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

/** Indented text of `{ resource, scope, span }`. */
export function spanJson(table: SpanTable, row: number): string {
  const span = new Span(table, row)
  const { resource, scope } = span
  const value = {
    resource: { attributes: attributesJson(resource.attributes), schemaUrl: resource.schemaUrl || undefined },
    scope: {
      name: scope.name,
      version: scope.version || undefined,
      attributes: scope.attributes.length === 0 ? undefined : attributesJson(scope.attributes),
    },
    span: {
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      traceState: span.traceState || undefined,
      flags: span.flags || undefined,
      name: span.name,
      kind: SPAN_KINDS.indexOf(span.kind),
      startTimeUnixNano: String(span.startTime),
      endTimeUnixNano: String(span.endTime),
      attributes: attributesJson(span.attributes),
      droppedAttributesCount: span.droppedAttributesCount || undefined,
      events: span.events.map(event => ({
        timeUnixNano: String(event.time),
        name: event.name,
        attributes: attributesJson(event.attributes),
        droppedAttributesCount: event.droppedAttributesCount || undefined,
      })),
      droppedEventsCount: span.droppedEventsCount || undefined,
      links: span.links.map(link => ({
        traceId: link.traceId,
        spanId: link.spanId,
        traceState: link.traceState || undefined,
        flags: link.flags || undefined,
        attributes: attributesJson(link.attributes),
        droppedAttributesCount: link.droppedAttributesCount || undefined,
      })),
      droppedLinksCount: span.droppedLinksCount || undefined,
      status: {
        code: STATUS_CODES.indexOf(span.status) || undefined,
        message: span.statusMessage || undefined,
      },
    },
  }
  return JSON.stringify(value, null, 2)
}

function attributesJson(attributes: readonly Attribute[]): unknown[] {
  return attributes.map(({ key, value }) => ({ key, value: valueJson(value) }))
}

function valueJson(value: AttributeValue): unknown {
  switch (value.type) {
    case 'empty':
      return {}
    case 'string':
      return { stringValue: value.value }
    case 'bool':
      return { boolValue: value.value }
    case 'int':
      return { intValue: String(value.value) }
    case 'double':
      return { doubleValue: Number.isFinite(value.value) ? value.value : String(value.value) }
    case 'bytes':
      return { bytesValue: btoa(Array.from(value.value, byte => String.fromCharCode(byte)).join('')) }
    case 'array':
      return { arrayValue: { values: value.values.map(valueJson) } }
    case 'map':
      return { kvlistValue: { values: attributesJson(value.entries) } }
  }
}
