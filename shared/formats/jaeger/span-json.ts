/** One row as a span of Jaeger's UI JSON (WIRE.md 3, 7.2), and its resource as a process. */
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { attributesOf } from '#shared/spans/span.ts'
import { rangeStart, SPAN_KINDS, type SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import type { Adjustments } from './adjust.ts'
import { compareText, tagOf } from './tags.ts'
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
      const own = process
      process = withLibraryTags(own, tags, warnings)
      if (process !== own) tags = tags.filter(tag => !LIBRARY_KEYS.has(tag.key) || conflicts(process, tag))
      tags = sortedTags(tags).map(withDottedAddress)
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
    const references: JaegerReference[] = []
    const parent = this.#adjustments?.parentSpanId.get(row)
    if (parent !== undefined || (table.parentSpanId[row * 2] | table.parentSpanId[row * 2 + 1]) !== 0) {
      const spanID = parent ?? formatSpanId(table.parentSpanId, row)
      references.push({ refType: 'CHILD_OF', traceID: jaegerTraceId(table.traceId, row), spanID })
    }
    for (let i = rangeStart(table.linkEnd, row); i < table.linkEnd[row]; i++) {
      const four = i * 4
      const { linkTraceId: t, linkSpanId: s } = table
      const broken = (t[four] | t[four + 1] | t[four + 2] | t[four + 3]) === 0 || (s[i * 2] | s[i * 2 + 1]) === 0
      if (broken && this.#adjustments !== undefined) {
        warnings.push('Invalid span link removed')
        continue
      }
      const childOf = attributesOf(table, table.linkAttributes, i).some(
        ({ key, value }) => key === 'opentracing.ref_type' && value.type === 'string' && value.value === 'child_of',
      )
      const refType = childOf ? 'CHILD_OF' : 'FOLLOWS_FROM'
      references.push({ refType, traceID: jaegerTraceId(t, i), spanID: formatSpanId(s, i) })
    }
    return references
  }

  #logs(row: number, shift: bigint): JaegerLog[] {
    const table = this.#table
    const logs: JaegerLog[] = []
    for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) {
      let fields = attributesOf(table, table.eventAttributes, i).map(tagOf)
      if (this.#adjustments !== undefined) fields = sortedTags(fields)
      const name = table.dictionary.text(table.eventName[i])
      if (name !== '') fields.unshift({ key: 'event', type: 'string', value: name })
      logs.push({ timestamp: Number((timeAt(table.eventTime, i) + shift) / 1000n), fields })
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
      tags: this.#adjustments === undefined ? tags : sortedTags(tags).map(withDottedAddress),
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

function sortedTags(tags: readonly JaegerTag[]): JaegerTag[] {
  return [...tags].sort((a, b) => compareText(a.key, b.key))
}

/** The process with the span's library tags; the same one when it has none. */
function withLibraryTags(process: JaegerProcess, tags: readonly JaegerTag[], warnings: string[]): JaegerProcess {
  const moved = tags.filter(tag => LIBRARY_KEYS.has(tag.key))
  if (moved.length === 0) return process
  const kept = moved.filter(tag => {
    if (!conflicts(process, tag)) return true
    warnings.push(`conflicting values between Span and Resource for attribute ${tag.key}`)
    return false
  })
  const fresh = kept.filter(tag => !process.tags.some(({ key }) => key === tag.key))
  return { serviceName: process.serviceName, tags: sortedTags([...process.tags, ...fresh]) }
}

function conflicts(process: JaegerProcess, tag: JaegerTag): boolean {
  return process.tags.some(({ key, value }) => key === tag.key && value !== tag.value)
}

/** Old clients send addresses as numbers: 2130706433 is 127.0.0.1. */
function withDottedAddress(tag: JaegerTag): JaegerTag {
  if ((tag.key !== 'ip' && tag.key !== 'peer.ipv4') || tag.type !== 'int64' || typeof tag.value !== 'number') return tag
  const n = tag.value >>> 0
  return { key: tag.key, type: 'string', value: `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}` }
}
