/** Spans as plain values with nothing left out: what tests compare when two tables must hold the same. */
import type { AttributeType } from '#shared/spans/attribute-value.ts'
import { ATTRIBUTE_BOOL, ATTRIBUTE_EMPTY, isDictionaryType } from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { rangeStart, type SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'

export type PlainAttribute = readonly [key: string, type: AttributeType, value: string]

/** Everything of one row; bytes and keys as latin-1 text of their bytes, numbers as their bits. */
export function describeSpan(table: SpanTable, row: number) {
  const text = (id: number) => (id === undefined ? '' : String.fromCharCode(...table.dictionary.bytes(id)))
  const list = (attributes: Attributes, owner: number): PlainAttribute[] => {
    const found: PlainAttribute[] = []
    attributes.forOwner(owner, (key, type, low, high) => {
      const value = isDictionaryType(type)
        ? text(low)
        : type === ATTRIBUTE_BOOL
          ? String(low !== 0)
          : type === ATTRIBUTE_EMPTY
            ? ''
            : `${high.toString(16)}:${low.toString(16)}`
      found.push([text(key), type, value])
    })
    return found
  }
  const resource = table.resource[row]
  const scope = table.scope[row]
  const indices = (end: Uint32Array) =>
    Array.from({ length: end[row] - rangeStart(end, row) }, (_, i) => rangeStart(end, row) + i)
  return {
    traceId: formatTraceId(table.traceId, row),
    spanId: formatSpanId(table.spanId, row),
    parentSpanId: formatSpanId(table.parentSpanId, row),
    startTime: timeAt(table.startTime, row),
    endTime: timeAt(table.endTime, row),
    name: text(table.name[row]),
    kind: table.kind[row],
    status: table.status[row],
    statusMessage: text(table.statusMessage[row]),
    traceState: text(table.traceState[row]),
    flags: table.flags[row],
    marks: table.marks[row],
    dropped: [table.droppedAttributes[row], table.droppedEvents[row], table.droppedLinks[row]],
    attributes: list(table.attributes, row),
    events: indices(table.eventEnd).map(i => ({
      time: timeAt(table.eventTime, i),
      name: text(table.eventName[i]),
      dropped: table.eventDroppedAttributes[i],
      attributes: list(table.eventAttributes, i),
    })),
    links: indices(table.linkEnd).map(i => ({
      traceId: formatTraceId(table.linkTraceId, i),
      spanId: formatSpanId(table.linkSpanId, i),
      traceState: text(table.linkTraceState[i]),
      flags: table.linkFlags[i],
      dropped: table.linkDroppedAttributes[i],
      attributes: list(table.linkAttributes, i),
    })),
    resource: {
      attributes: list(table.resourceAttributes, resource),
      schemaUrl: text(table.resourceSchemaUrl[resource] ?? 0),
      dropped: table.resourceDroppedAttributes[resource] ?? 0,
      service:
        resource >= table.resourceCount || table.resourceService[resource] === NO_SERVICE
          ? undefined
          : text(table.resourceService[resource] ?? 0),
    },
    scope: {
      attributes: list(table.scopeAttributes, scope),
      name: text(table.scopeName[scope] ?? 0),
      version: text(table.scopeVersion[scope] ?? 0),
      schemaUrl: text(table.scopeSchemaUrl[scope] ?? 0),
      dropped: table.scopeDroppedAttributes[scope] ?? 0,
    },
  }
}

/** Every row, in order. */
export function describeSpans(table: SpanTable) {
  return Array.from({ length: table.rowCount }, (_, row) => describeSpan(table, row))
}
