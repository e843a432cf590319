/** Spans by hand for the contract: ids are small numbers, what is not said is the same for all. */
import { addResource, addScope, addSpan, type SpanValues } from '#shared/generator/add-span.ts'
import { parseSpanId, parseTraceId, type SpanId, type TraceId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { BASE, UNLIMITED } from './random-traces.ts'

export interface PlainSpan extends Partial<Pick<SpanValues, 'name' | 'kind' | 'status' | 'attributes'>> {
  readonly trace: number
  readonly span: number
  /** 0 or absent: none. */
  readonly parent?: number
  /** Absent: `a`. Undefined: none. */
  readonly service?: string | undefined
  readonly start?: bigint
  readonly end?: bigint
  /** [trace, span] of each link. */
  readonly links?: readonly (readonly [number, number])[]
}

function words(count: number, number: number): Uint32Array {
  const id = new Uint32Array(count)
  // The number in the last four bytes, big-endian.
  new DataView(id.buffer).setUint32(count * 4 - 4, number)
  return id
}

export function hex(trace: number): string {
  return trace.toString(16).padStart(32, '0')
}

export function spanId(span: number): SpanId {
  const id = parseSpanId(span.toString(16))
  if (id === undefined) throw new Error('no span has the id 0')
  return id
}

export function traceId(text: string): TraceId {
  const id = parseTraceId(text)
  if (id === undefined) throw new Error(`${text} is no trace id`)
  return id
}

export function addTo(table: SpanTableBuilder, list: readonly PlainSpan[]): void {
  const scope = addScope(table, 'contract')
  for (const given of list) {
    const { trace, span, parent = 0, name = 'n', kind = 'internal', start = BASE } = given
    const { status, attributes, end = start + 1n, links = [] } = given
    const resource = addResource(table, 'service' in given ? given.service : 'a')
    addSpan(table, {
      traceId: words(4, trace),
      spanId: words(2, span),
      parentSpanId: words(2, parent),
      name,
      kind,
      status,
      attributes,
      links: links.map(([of, to]) => ({ traceId: words(4, of), spanId: words(2, to), attributes: [] })),
      startTime: start,
      endTime: end,
      resource,
      scope,
    })
  }
}

export function spans(list: readonly PlainSpan[]): SpanTable {
  const table = new SpanTableBuilder({ limits: UNLIMITED })
  addTo(table, list)
  return table
}
