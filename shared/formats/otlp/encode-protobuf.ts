/**
 * Rows of a span table as OTLP protobuf (ExportTraceServiceRequest, WIRE.md 6.8), in one canonical form: fields in order
 * of their numbers, nothing that has its default value, the shortest numbers; arrays and maps as the table holds them. Rows are grouped
 * by resource, then by scope, in order of first appearance.
 */
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_MAP,
  ATTRIBUTE_STRING,
} from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { rangeStart, type SpanTable } from '#shared/spans/span-table.ts'
import { groupRows, type ScopeGroup } from './group-rows.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

/** A request with the given rows (default: all), as one piece of memory. */
export function encodeOtlpProtobuf(table: SpanTable, rows?: Iterable<number>): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter(65_536)
  const encoder = new RowEncoder(table, writer)
  let resource = -1
  let begun = -1
  for (const group of groupRows(table, rows)) {
    if (group.resource !== resource) {
      if (begun >= 0) encoder.endResourceSpans(begun, resource)
      resource = group.resource
      begun = encoder.beginResourceSpans(resource)
    }
    encoder.scopeSpans(group)
  }
  if (begun >= 0) encoder.endResourceSpans(begun, resource)
  return writer.finish()
}

/**
 * The rows as several requests, one after the other; each is complete in itself, and all of them together, too, are one
 * request (protobuf joins lists). None is above `mostBytes`, but for one that holds a single larger span.
 */
export function* encodeOtlpProtobufChunks(
  table: SpanTable,
  rows?: Iterable<number>,
  mostBytes = 65_536,
): Generator<Uint8Array<ArrayBuffer>> {
  const writer = new ProtobufWriter(mostBytes)
  const encoder = new RowEncoder(table, writer)
  for (const group of groupRows(table, rows)) {
    // Lengths of the messages around the spans: at most 5 bytes and a tag each.
    const around = encoder.contextSize(group) + 32
    let size = around
    let batch: number[] = []
    for (const row of group.rows) {
      const bytes = encoder.spanSize(row)
      if (batch.length > 0 && size + bytes > mostBytes) {
        yield encoder.request({ ...group, rows: batch })
        batch = []
        size = around
      }
      batch.push(row)
      size += bytes
    }
    yield encoder.request({ ...group, rows: batch })
  }
}

/**
 * One row with its scope and resource, canonically: two rows hold the same span exactly when these bytes are equal,
 * whichever tables they are in.
 */
export function encodeSpanContent(table: SpanTable, row: number): Uint8Array<ArrayBuffer> {
  const encoder = new RowEncoder(table, new ProtobufWriter())
  return encoder.request({ resource: table.resource[row], scope: table.scope[row], rows: [row] })
}

class RowEncoder {
  readonly #table: SpanTable
  readonly #writer: ProtobufWriter
  /** Bytes of dictionary entries, each copied out of the table once. */
  readonly #texts: (Uint8Array | undefined)[] = []

  constructor(table: SpanTable, writer: ProtobufWriter) {
    this.#table = table
    this.#writer = writer
  }

  request(group: ScopeGroup): Uint8Array<ArrayBuffer> {
    this.#writer.length = 0
    const begun = this.beginResourceSpans(group.resource)
    this.scopeSpans(group)
    this.endResourceSpans(begun, group.resource)
    return this.#writer.finish()
  }

  contextSize(group: ScopeGroup): number {
    return this.request({ ...group, rows: [] }).length
  }

  /** Bytes of a row as a field of its ScopeSpans. */
  spanSize(row: number): number {
    this.#writer.length = 0
    this.#span(row)
    return this.#writer.length
  }

  beginResourceSpans(resource: number): number {
    const writer = this.#writer
    const table = this.#table
    const begun = writer.begin(10)
    const message = writer.begin(10)
    this.#attributes(10, table.resourceAttributes, resource)
    this.#count(16, table.resourceDroppedAttributes[resource])
    writer.end(message)
    return begun
  }

  endResourceSpans(begun: number, resource: number): void {
    this.#text(26, this.#table.resourceSchemaUrl[resource])
    this.#writer.end(begun)
  }

  scopeSpans({ scope, rows }: ScopeGroup): void {
    const writer = this.#writer
    const table = this.#table
    const begun = writer.begin(18)
    const message = writer.begin(10)
    this.#text(10, table.scopeName[scope])
    this.#text(18, table.scopeVersion[scope])
    this.#attributes(26, table.scopeAttributes, scope)
    this.#count(32, table.scopeDroppedAttributes[scope])
    writer.end(message)
    for (const row of rows) this.#span(row)
    this.#text(26, table.scopeSchemaUrl[scope])
    writer.end(begun)
  }

  #span(row: number): void {
    const writer = this.#writer
    const table = this.#table
    const begun = writer.begin(18)
    this.#id(10, table.traceId, row * 4, 4)
    this.#id(18, table.spanId, row * 2, 2)
    this.#text(26, table.traceState[row])
    this.#id(34, table.parentSpanId, row * 2, 2)
    this.#text(42, table.name[row])
    this.#count(48, table.kind[row])
    this.#time(57, table.startTime, row)
    this.#time(65, table.endTime, row)
    this.#attributes(74, table.attributes, row)
    this.#count(80, table.droppedAttributes[row])
    for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) this.#event(i)
    this.#count(96, table.droppedEvents[row])
    for (let i = rangeStart(table.linkEnd, row); i < table.linkEnd[row]; i++) this.#link(i)
    this.#count(112, table.droppedLinks[row])
    if (table.status[row] !== 0 || table.statusMessage[row] !== 0) {
      const message = writer.begin(122)
      this.#text(18, table.statusMessage[row])
      this.#count(24, table.status[row])
      writer.end(message)
    }
    this.#fixed32(133, table.flags[row])
    writer.end(begun)
  }

  #event(event: number): void {
    const table = this.#table
    const begun = this.#writer.begin(90)
    this.#time(9, table.eventTime, event)
    this.#text(18, table.eventName[event])
    this.#attributes(26, table.eventAttributes, event)
    this.#count(32, table.eventDroppedAttributes[event])
    this.#writer.end(begun)
  }

  #link(link: number): void {
    const table = this.#table
    const begun = this.#writer.begin(106)
    this.#id(10, table.linkTraceId, link * 4, 4)
    this.#id(18, table.linkSpanId, link * 2, 2)
    this.#text(26, table.linkTraceState[link])
    this.#attributes(34, table.linkAttributes, link)
    this.#count(40, table.linkDroppedAttributes[link])
    this.#fixed32(53, table.linkFlags[link])
    this.#writer.end(begun)
  }

  #attributes(tag: number, attributes: Attributes, owner: number): void {
    const writer = this.#writer
    attributes.forOwner(owner, (key, type, low, high) => {
      const begun = writer.begin(tag)
      this.#text(10, key)
      const value = writer.begin(18)
      switch (type) {
        case ATTRIBUTE_STRING:
          writer.field(10, this.#bytes(low))
          break
        case ATTRIBUTE_BOOL:
          writer.uint32(16)
          writer.uint32(low)
          break
        case ATTRIBUTE_INT:
          writer.uint32(24)
          writer.uint64(low, high)
          break
        case ATTRIBUTE_DOUBLE:
          writer.uint32(33)
          writer.fixed32(low)
          writer.fixed32(high)
          break
        case ATTRIBUTE_ARRAY:
          writer.field(42, this.#bytes(low))
          break
        case ATTRIBUTE_MAP:
          writer.field(50, this.#bytes(low))
          break
        case ATTRIBUTE_BYTES:
          writer.field(58, this.#bytes(low))
          break
      }
      writer.end(value)
      writer.end(begun)
    })
  }

  #bytes(id: number): Uint8Array {
    return (this.#texts[id] ??= this.#table.dictionary.bytes(id))
  }

  #text(tag: number, id: number): void {
    const bytes = this.#bytes(id)
    if (bytes.length > 0) this.#writer.field(tag, bytes)
  }

  #count(tag: number, value: number): void {
    if (value === 0) return
    this.#writer.uint32(tag)
    this.#writer.uint32(value)
  }

  #time(tag: number, column: Uint32Array, index: number): void {
    const low = column[index * 2]
    const high = column[index * 2 + 1]
    if ((low | high) === 0) return
    this.#writer.uint32(tag)
    this.#writer.fixed32(low)
    this.#writer.fixed32(high)
  }

  #fixed32(tag: number, value: number): void {
    if (value === 0) return
    this.#writer.uint32(tag)
    this.#writer.fixed32(value)
  }

  /** An id as bytes; left out when it is zero. */
  #id(tag: number, column: Uint32Array, from: number, words: number): void {
    let any = 0
    for (let k = 0; k < words; k++) any |= column[from + k]
    if (any === 0) return
    this.#writer.uint32(tag)
    this.#writer.uint32(words * 4)
    for (let k = 0; k < words; k++) this.#writer.fixed32(column[from + k])
  }
}
