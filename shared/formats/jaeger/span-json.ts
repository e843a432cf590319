/** One row as a span of Jaeger's UI JSON (WIRE.md 3, 7.2), and its resource as a process. */
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { attributesOf } from '#shared/spans/span.ts'
import { rangeStart, SPAN_KINDS, type SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import type { Adjustments } from './adjust.ts'
import { compareTags, dottedAddress, tagOf } from './tags.ts'
import {
  type JaegerLog,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  type JaegerTag,
  NO_SERVICE_NAME,
  WARNINGS_ATTRIBUTE,
} from './ui-json.ts'

/** A span before its process has a number: what the library tags of its own are moved to its process. */
export interface SpanAndProcess {
  readonly span: Omit<JaegerSpan, 'processID'>
  readonly process: JaegerProcess
}

/** Tags that belong to the process wherever a client put them. */
const LIBRARY_KEYS = new Set([
  'telemetry.sdk.language',
  'telemetry.sdk.name',
  'telemetry.sdk.version',
  'telemetry.distro.name',
  'telemetry.distro.version',
])

/** A trace id as Jaeger prints it: 16 digits when the high half is zero. */
export function jaegerTraceId(column: Uint32Array, row: number): string {
  const id = formatTraceId(column, row)
  return (column[row * 4] | column[row * 4 + 1]) === 0 ? id.slice(16) : id
}

/** Spans of one table; keep it for many rows: processes are made once a resource. `raw`: no adjustments. */
export class SpanJsonWriter {
  readonly #table: SpanTable
  readonly #adjustments: Adjustments | undefined
  readonly #processes = new Map<number, JaegerProcess>()

  constructor(table: SpanTable, adjustments: Adjustments | undefined) {
    this.#table = table
    this.#adjustments = adjustments
  }

  write(row: number): SpanAndProcess {
    const table = this.#table
    const adjustments = this.#adjustments
    const text = (id: number) => table.dictionary.text(id)
    const shift = BigInt(adjustments?.shiftNs.get(row) ?? 0)
    const start = timeAt(table.startTime, row)
    const warnings: string[] = []
    let process = this.#process(table.resource[row])
    let tags: JaegerTag[] = []
    const scope = table.scope[row]
    const addText = (key: string, value: string): void => {
      if (value !== '') tags.push({ key, type: 'string', value })
    }
    if (scope < table.scopeCount) {
      addText('otel.scope.name', text(table.scopeName[scope]))
      addText('otel.scope.version', text(table.scopeVersion[scope]))
    }
    for (const attribute of attributesOf(table, table.attributes, row)) {
      if (attribute.key === WARNINGS_ATTRIBUTE) warnings.push(...textsOf(attribute.value))
      else tags.push(tagOf(attribute))
    }
    const kind = table.kind[row]
    if (kind >= 1 && kind <= 5) addText('span.kind', SPAN_KINDS[kind])
    const status = table.status[row]
    if (status === 1) addText('otel.status_code', 'OK')
    if (status === 2) {
      addText('otel.status_code', 'ERROR')
      tags.push({ key: 'error', type: 'bool', value: true })
    }
    addText('otel.status_description', text(table.statusMessage[row]))
    addText('w3c.tracestate', text(table.traceState[row]))
    if (adjustments !== undefined) {
      const library = tags.filter(({ key }) => LIBRARY_KEYS.has(key))
      if (library.length > 0) {
        process = withTags(process, library)
        tags = tags.filter(({ key }) => !LIBRARY_KEYS.has(key))
      }
      tags = tags.toSorted(compareTags).map(withDottedAddress)
      warnings.push(...(adjustments.warnings.get(row) ?? []))
    }
    const references = this.#references(row, warnings)
    return {
      span: {
        traceID: jaegerTraceId(table.traceId, row),
        spanID: adjustments?.spanId.get(row) ?? formatSpanId(table.spanId, row),
        operationName: text(table.name[row]),
        references,
        startTime: Number((start + shift) / 1000n),
        duration: Number((timeAt(table.endTime, row) - start) / 1000n),
        tags,
        logs: this.#logs(row, shift),
        warnings: warnings.length === 0 ? null : warnings,
      },
      process,
    }
  }

  #references(row: number, warnings: string[]): JaegerReference[] {
    const table = this.#table
    const traceID = jaegerTraceId(table.traceId, row)
    const references: JaegerReference[] = []
    const changed = this.#adjustments?.parentSpanId.get(row)
    const own = formatSpanId(table.parentSpanId, row)
    const parent = (table.parentSpanId[row * 2] | table.parentSpanId[row * 2 + 1]) === 0 ? undefined : own
    if ((changed ?? parent) !== undefined) references.push({ refType: 'CHILD_OF', traceID, spanID: changed ?? own })
    for (let i = rangeStart(table.linkEnd, row); i < table.linkEnd[row]; i++) {
      const reference = this.#link(i)
      // A link to the parent says what kind of parent it is.
      if (parent !== undefined && reference.traceID === traceID && reference.spanID === parent) {
        references[0] = { ...references[0], refType: reference.refType }
      } else references.push(reference)
    }
    return this.#adjustments === undefined ? references : adjustedReferences(references, traceID, warnings)
  }

  #link(i: number): JaegerReference {
    const table = this.#table
    const childOf = attributesOf(table, table.linkAttributes, i).some(
      ({ key, value }) => key === 'opentracing.ref_type' && value.type === 'string' && value.value === 'child_of',
    )
    return {
      refType: childOf ? 'CHILD_OF' : 'FOLLOWS_FROM',
      traceID: jaegerTraceId(table.linkTraceId, i),
      spanID: formatSpanId(table.linkSpanId, i),
    }
  }

  #logs(row: number, shift: bigint): JaegerLog[] {
    const table = this.#table
    const logs: JaegerLog[] = []
    for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) {
      const fields = attributesOf(table, table.eventAttributes, i).map(tagOf)
      const name = table.dictionary.text(table.eventName[i])
      if (name !== '' && !fields.some(({ key }) => key === 'event')) {
        fields.unshift({ key: 'event', type: 'string', value: name })
      }
      logs.push({
        timestamp: Number((timeAt(table.eventTime, i) + shift) / 1000n),
        fields: this.#adjustments === undefined ? fields : sortedFields(fields),
      })
    }
    return logs
  }

  #process(resource: number): JaegerProcess {
    const known = this.#processes.get(resource)
    if (known !== undefined) return known
    const attributes = attributesOf(this.#table, this.#table.resourceAttributes, resource)
    const tags = attributes.filter(({ key }) => key !== 'service.name').map(tagOf)
    const process: JaegerProcess = {
      serviceName: serviceNameIn(attributes),
      tags: this.#adjustments === undefined ? tags : tags.map(withDottedAddress).toSorted(compareTags),
    }
    this.#processes.set(resource, process)
    return process
  }
}

function serviceNameIn(attributes: readonly Attribute[]): string {
  const value = attributes.find(({ key }) => key === 'service.name')?.value
  if (value === undefined) return NO_SERVICE_NAME
  return value.type === 'string' ? value.value : ''
}

function textsOf(value: AttributeValue): string[] {
  if (value.type !== 'array') return value.type === 'string' ? [value.value] : []
  return value.values.flatMap(one => (one.type === 'string' ? [one.value] : []))
}

/** The field `event` first, the others sorted. */
function sortedFields(fields: readonly JaegerTag[]): JaegerTag[] {
  const event = fields.find(({ key, type }) => key === 'event' && type === 'string')
  const others = fields.filter(field => field !== event).toSorted(compareTags)
  return event === undefined ? others : [event, ...others]
}

/** Those with a trace; in front the parent: the first CHILD_OF of this trace, else the first of this trace. */
function adjustedReferences(all: readonly JaegerReference[], traceID: string, warnings: string[]): JaegerReference[] {
  const references: JaegerReference[] = []
  for (const reference of all) {
    if (!/^0+$/.test(reference.traceID)) references.push(reference)
    else {
      const { refType, spanID } = reference
      const text = `{TraceID:${reference.traceID} SpanID:${spanID} RefType:${refType}}`
      warnings.push(`Invalid span reference removed ${text}`)
    }
  }
  const ofTrace = (reference: JaegerReference) => reference.traceID === traceID
  let parent = references.findIndex(reference => ofTrace(reference) && reference.refType === 'CHILD_OF')
  if (parent < 0) parent = references.findIndex(ofTrace)
  if (parent > 0) [references[0], references[parent]] = [references[parent], references[0]]
  return references
}

/** The process with the span's library tags, each once. */
function withTags(process: JaegerProcess, tags: readonly JaegerTag[]): JaegerProcess {
  const fresh = tags.filter(tag => !process.tags.some(({ key, value }) => key === tag.key && value === tag.value))
  return fresh.length === 0
    ? process
    : { serviceName: process.serviceName, tags: [...process.tags, ...fresh].toSorted(compareTags) }
}

/** Old clients send addresses as numbers: 2130706433 is 127.0.0.1. */
function withDottedAddress(tag: JaegerTag): JaegerTag {
  if ((tag.key !== 'ip' && tag.key !== 'peer.ipv4') || typeof tag.value !== 'number') return tag
  return { key: tag.key, type: 'string', value: dottedAddress(Math.trunc(tag.value) >>> 0) }
}
