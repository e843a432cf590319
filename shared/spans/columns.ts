/**
 * Every column of a span table, once. The table lives in one block of memory (an ArrayBuffer, or a SharedArrayBuffer
 * that other threads read): a header of counts, then the columns one after the other, each 64-byte aligned at the place
 * that `layoutOf` computes from the capacities. Allocation, growth, the write-ahead log's slices and the views of other
 * threads all follow from this list.
 *
 * A column belongs to a pool; all columns of a pool have the same number of entries. Rows own ranges of entries in
 * other pools by their exclusive ends (`attributeEnd[row]`; a range begins where the one before ends).
 */

export const POOLS = [
  'rows',
  'attributes',
  'events',
  'eventAttributes',
  'links',
  'linkAttributes',
  'resources',
  'resourceAttributes',
  'scopes',
  'scopeAttributes',
  'dictionary',
  'dictionaryBytes',
] as const

export type Pool = (typeof POOLS)[number]

/** How many entries each pool has, or has room for. */
export type PoolCounts = { -readonly [P in Pool]: number }

interface ColumnSpec {
  readonly pool: Pool
  readonly element: 'u8' | 'u32'
  /** Elements an entry. */
  readonly width: number
}

const u8 = (pool: Pool) => ({ pool, element: 'u8', width: 1 }) as const
const u32 = (pool: Pool, width = 1) => ({ pool, element: 'u32', width }) as const

export const COLUMNS = {
  traceId: u32('rows', 4),
  spanId: u32('rows', 2),
  /** Zero: no parent. */
  parentSpanId: u32('rows', 2),
  startTime: u32('rows', 2),
  endTime: u32('rows', 2),
  /** Dictionary id. */
  name: u32('rows'),
  /** OTLP's SpanKind, 0 … 5. */
  kind: u8('rows'),
  /** OTLP's StatusCode: 0 unset, 1 ok, 2 error. */
  status: u8('rows'),
  /** Bits of MARK_*: what was changed on the way in. */
  marks: u8('rows'),
  statusMessage: u32('rows'),
  traceState: u32('rows'),
  flags: u32('rows'),
  resource: u32('rows'),
  scope: u32('rows'),
  attributeEnd: u32('rows'),
  eventEnd: u32('rows'),
  linkEnd: u32('rows'),
  droppedAttributes: u32('rows'),
  droppedEvents: u32('rows'),
  droppedLinks: u32('rows'),

  attributeKey: u32('attributes'),
  attributeType: u8('attributes'),
  attributeValue: u32('attributes', 2),

  eventTime: u32('events', 2),
  eventName: u32('events'),
  eventAttributeEnd: u32('events'),
  eventDroppedAttributes: u32('events'),
  eventAttributeKey: u32('eventAttributes'),
  eventAttributeType: u8('eventAttributes'),
  eventAttributeValue: u32('eventAttributes', 2),

  linkTraceId: u32('links', 4),
  linkSpanId: u32('links', 2),
  linkTraceState: u32('links'),
  linkFlags: u32('links'),
  linkAttributeEnd: u32('links'),
  linkDroppedAttributes: u32('links'),
  linkAttributeKey: u32('linkAttributes'),
  linkAttributeType: u8('linkAttributes'),
  linkAttributeValue: u32('linkAttributes', 2),

  /** Dictionary id of `service.name` as text, NO_SERVICE when the resource has none (or none that is a string). */
  resourceService: u32('resources'),
  resourceSchemaUrl: u32('resources'),
  resourceDroppedAttributes: u32('resources'),
  resourceAttributeEnd: u32('resources'),
  resourceAttributeKey: u32('resourceAttributes'),
  resourceAttributeType: u8('resourceAttributes'),
  resourceAttributeValue: u32('resourceAttributes', 2),

  scopeName: u32('scopes'),
  scopeVersion: u32('scopes'),
  scopeSchemaUrl: u32('scopes'),
  scopeDroppedAttributes: u32('scopes'),
  scopeAttributeEnd: u32('scopes'),
  scopeAttributeKey: u32('scopeAttributes'),
  scopeAttributeType: u8('scopeAttributes'),
  scopeAttributeValue: u32('scopeAttributes', 2),

  dictionaryOffset: u32('dictionary'),
  dictionaryLength: u32('dictionary'),
  dictionaryHash: u32('dictionary'),
  /** 1 when the bytes were checked to be UTF-8. */
  dictionaryIsText: u8('dictionary'),
  /** Every entry begins at a multiple of 4. */
  dictionaryBytes: u8('dictionaryBytes'),
} as const satisfies Record<string, ColumnSpec>

export type ColumnName = keyof typeof COLUMNS
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[]

export type ColumnArrays = {
  -readonly [N in ColumnName]: (typeof COLUMNS)[N]['element'] extends 'u8' ? Uint8Array : Uint32Array
}

/** An attribute value was longer than the limit and was cut. */
export const MARK_VALUE_CUT = 1
/** Attributes, events or links above the limit were left out and counted in the dropped counts. */
export const MARK_ENTRIES_DROPPED = 2

/** `resourceService` of a resource without a `service.name`. Distinct from the empty name, which is dictionary id 0. */
export const NO_SERVICE = 0xffffffff

/** 32-bit words at the start of the memory: one count a pool (in order of POOLS), the rest for the owner's use. */
export const HEADER_WORDS = 64

const ALIGN = 64

export interface TableLayout {
  readonly bytes: number
  readonly offsets: { readonly [N in ColumnName]: number }
}

/** Where each column stands in a memory with these capacities. */
export function layoutOf(capacity: Readonly<PoolCounts>): TableLayout {
  const offsets = {} as { [N in ColumnName]: number }
  let at = HEADER_WORDS * 4
  for (const name of COLUMN_NAMES) {
    const { pool, element, width } = COLUMNS[name]
    offsets[name] = at
    at += capacity[pool] * width * (element === 'u8' ? 1 : 4)
    at = Math.ceil(at / ALIGN) * ALIGN
  }
  return { bytes: at, offsets }
}

/** The columns of a memory as fixed-length views (a length-tracking view is fifty times slower). */
export function viewColumns(buffer: ArrayBufferLike, capacity: Readonly<PoolCounts>): ColumnArrays {
  const { offsets } = layoutOf(capacity)
  const arrays: Partial<Record<ColumnName, Uint8Array | Uint32Array>> = {}
  for (const name of COLUMN_NAMES) {
    const { pool, element, width } = COLUMNS[name]
    const length = capacity[pool] * width
    arrays[name] =
      element === 'u8' ? new Uint8Array(buffer, offsets[name], length) : new Uint32Array(buffer, offsets[name], length)
  }
  return arrays as ColumnArrays
}

const ZERO = Object.fromEntries(POOLS.map(pool => [pool, 0])) as PoolCounts

/** A count of 0 for every pool. */
export function zeroCounts(): PoolCounts {
  return { ...ZERO }
}
