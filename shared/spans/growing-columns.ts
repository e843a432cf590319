/**
 * The memory of a growing span table: its columns, how many entries each has, and how they get more room. Private tables double when a
 * pool is full; a table over shared memory never moves and throws TableFullError, upon which its owner undoes the request, opens a fresh
 * table and decodes again. What is written into the columns: growing-dictionary.ts, growing-resources.ts, span-table-builder.ts.
 */
import { AttributeEntries } from './attributes.ts'
import {
  COLUMN_NAMES,
  COLUMNS,
  type ColumnArrays,
  HEADER_WORDS,
  layoutOf,
  type Pool,
  type PoolCounts,
  viewColumns,
} from './columns.ts'
import { DecodeError } from './decode-error.ts'

/** A fixed-size table has no room for what is being written. Nothing is damaged: roll back to the last mark. */
export class TableFullError extends Error {
  override readonly name = 'TableFullError'
  readonly pool: Pool
  constructor(pool: Pool) {
    super(`the span table has no room for more ${pool}`)
    this.pool = pool
  }
}

/** Why a row was not kept. The first two are the decoder's, the rest the pipeline's (`accept`). */
export type RejectReason =
  | 'invalid_trace_id'
  | 'invalid_span_id'
  | 'invalid_utf8'
  | 'time_out_of_range'
  | 'nesting_too_deep'
  | 'not_sampled'

/** Most entries one span may own, most bytes one value may have; above: cut or left out, marked and counted. */
export interface SpanLimits {
  readonly attributes: number
  readonly events: number
  readonly links: number
  readonly valueBytes: number
  /** Arrays and maps inside each other. */
  readonly depth: number
}

/** INGEST.md's defaults: far above what SDKs send (128 by default), low enough that one span can't fill a table. */
export const DEFAULT_SPAN_LIMITS: SpanLimits = {
  attributes: 1024,
  events: 1024,
  links: 1024,
  valueBytes: 65_536,
  depth: 32,
}

export interface ColumnOptions {
  /** Room at the start (private) or for ever (shared). Missing pools get a default. */
  readonly capacity?: Partial<PoolCounts>
  /** True: a SharedArrayBuffer of fixed size. Default: private and growing. */
  readonly shared?: boolean
  readonly limits?: SpanLimits
}

const SMALL: PoolCounts = {
  rows: 256,
  attributes: 2048,
  events: 64,
  eventAttributes: 128,
  links: 16,
  linkAttributes: 16,
  resources: 16,
  resourceAttributes: 128,
  scopes: 16,
  scopeAttributes: 16,
  dictionary: 1024,
  dictionaryBytes: 32_768,
}

const MOST_BYTES = 2 ** 31

export class GrowingColumns {
  rowCount = 0
  attributeCount = 0
  eventCount = 0
  eventAttributeCount = 0
  linkCount = 0
  linkAttributeCount = 0
  resourceCount = 0
  resourceAttributeCount = 0
  scopeCount = 0
  scopeAttributeCount = 0
  dictionaryCount = 0
  dictionaryByteCount = 0

  /** Rows that `endSpan` did not keep since the table was made, and values cut. */
  rejectedCount = 0
  cutValueCount = 0

  limits: SpanLimits

  /** The memory of all columns (layoutOf(capacity)); replaced when a private table grows. */
  buffer: ArrayBufferLike
  capacity: PoolCounts
  readonly shared: boolean

  // The columns, as fields so that decoders reach them in one step. See columns.ts for each.
  traceId!: Uint32Array
  spanId!: Uint32Array
  parentSpanId!: Uint32Array
  startTime!: Uint32Array
  endTime!: Uint32Array
  name!: Uint32Array
  kind!: Uint8Array
  status!: Uint8Array
  marks!: Uint8Array
  statusMessage!: Uint32Array
  traceState!: Uint32Array
  flags!: Uint32Array
  resource!: Uint32Array
  scope!: Uint32Array
  attributeEnd!: Uint32Array
  eventEnd!: Uint32Array
  linkEnd!: Uint32Array
  droppedAttributes!: Uint32Array
  droppedEvents!: Uint32Array
  droppedLinks!: Uint32Array
  attributeKey!: Uint32Array
  attributeType!: Uint8Array
  attributeValue!: Uint32Array
  eventTime!: Uint32Array
  eventName!: Uint32Array
  eventAttributeEnd!: Uint32Array
  eventDroppedAttributes!: Uint32Array
  eventAttributeKey!: Uint32Array
  eventAttributeType!: Uint8Array
  eventAttributeValue!: Uint32Array
  linkTraceId!: Uint32Array
  linkSpanId!: Uint32Array
  linkTraceState!: Uint32Array
  linkFlags!: Uint32Array
  linkAttributeEnd!: Uint32Array
  linkDroppedAttributes!: Uint32Array
  linkAttributeKey!: Uint32Array
  linkAttributeType!: Uint8Array
  linkAttributeValue!: Uint32Array
  resourceService!: Uint32Array
  resourceSchemaUrl!: Uint32Array
  resourceDroppedAttributes!: Uint32Array
  resourceAttributeEnd!: Uint32Array
  resourceAttributeKey!: Uint32Array
  resourceAttributeType!: Uint8Array
  resourceAttributeValue!: Uint32Array
  scopeName!: Uint32Array
  scopeVersion!: Uint32Array
  scopeSchemaUrl!: Uint32Array
  scopeDroppedAttributes!: Uint32Array
  scopeAttributeEnd!: Uint32Array
  scopeAttributeKey!: Uint32Array
  scopeAttributeType!: Uint8Array
  scopeAttributeValue!: Uint32Array
  dictionaryOffset!: Uint32Array
  dictionaryLength!: Uint32Array
  dictionaryHash!: Uint32Array
  dictionaryIsText!: Uint8Array
  dictionaryBytes!: Uint8Array

  attributes!: AttributeEntries
  eventAttributes!: AttributeEntries
  linkAttributes!: AttributeEntries
  resourceAttributes!: AttributeEntries
  scopeAttributes!: AttributeEntries

  protected header!: Uint32Array
  /** The dictionary's bytes as words: entries begin at multiples of 4. */
  protected dictionaryWords!: Int32Array
  /** A row is under construction: its columns are already written to. */
  protected building = false
  /** Why that row is not to be kept. */
  protected rowFault: RejectReason | undefined

  constructor(options: ColumnOptions) {
    this.capacity = { ...SMALL, ...options.capacity }
    this.shared = options.shared ?? false
    this.limits = options.limits ?? DEFAULT_SPAN_LIMITS
    this.buffer = this.#allocate(this.capacity)
    this.#attach()
  }

  #allocate(capacity: PoolCounts): ArrayBufferLike {
    const { bytes } = layoutOf(capacity)
    return this.shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
  }

  #attach(): void {
    Object.assign(this, viewColumns(this.buffer, this.capacity) satisfies ColumnArrays)
    this.header = new Uint32Array(this.buffer, 0, HEADER_WORDS)
    this.dictionaryWords = new Int32Array(
      this.buffer,
      this.dictionaryBytes.byteOffset,
      this.dictionaryBytes.byteLength >>> 2,
    )
    const entries = (
      owners: () => number,
      end: Uint32Array,
      key: Uint32Array,
      type: Uint8Array,
      value: Uint32Array,
    ): AttributeEntries => new AttributeEntries(owners, { end, key, type, value })
    this.attributes = entries(
      () => this.rowCount,
      this.attributeEnd,
      this.attributeKey,
      this.attributeType,
      this.attributeValue,
    )
    this.eventAttributes = entries(
      () => this.eventCount,
      this.eventAttributeEnd,
      this.eventAttributeKey,
      this.eventAttributeType,
      this.eventAttributeValue,
    )
    this.linkAttributes = entries(
      () => this.linkCount,
      this.linkAttributeEnd,
      this.linkAttributeKey,
      this.linkAttributeType,
      this.linkAttributeValue,
    )
    this.resourceAttributes = entries(
      () => this.resourceCount,
      this.resourceAttributeEnd,
      this.resourceAttributeKey,
      this.resourceAttributeType,
      this.resourceAttributeValue,
    )
    this.scopeAttributes = entries(
      () => this.scopeCount,
      this.scopeAttributeEnd,
      this.scopeAttributeKey,
      this.scopeAttributeType,
      this.scopeAttributeValue,
    )
  }

  /** Makes room for `more` entries of a pool. Arrays are replaced when a private table grows. */
  reserve(pool: Pool, more: number): void {
    const needed = this.countOf(pool) + more
    if (needed <= this.capacity[pool]) return
    if (this.shared) throw new TableFullError(pool)
    this.#grow(pool, needed)
  }

  #grow(pool: Pool, needed: number): void {
    const capacity = { ...this.capacity, [pool]: Math.max(needed, this.capacity[pool] * 2) }
    const bytes = layoutOf(capacity).bytes
    if (bytes > MOST_BYTES) throw new DecodeError(`the spans need ${bytes} bytes of memory; at most ${MOST_BYTES}`)
    const before = this.#columns()
    this.buffer = this.#allocate(capacity)
    this.capacity = capacity
    this.#attach()
    for (const name of COLUMN_NAMES) {
      const { pool: of, width } = COLUMNS[name]
      this[name].set(before[name].subarray(0, this.countOf(of) * width))
    }
  }

  #columns(): ColumnArrays {
    return viewColumns(this.buffer, this.capacity)
  }

  /** Entries in use. */
  countOf(pool: Pool): number {
    switch (pool) {
      case 'rows':
        return this.building ? this.rowCount + 1 : this.rowCount
      case 'attributes':
        return this.attributeCount
      case 'events':
        return this.eventCount
      case 'eventAttributes':
        return this.eventAttributeCount
      case 'links':
        return this.linkCount
      case 'linkAttributes':
        return this.linkAttributeCount
      case 'resources':
        return this.resourceCount
      case 'resourceAttributes':
        return this.resourceAttributeCount
      case 'scopes':
        return this.scopeCount
      case 'scopeAttributes':
        return this.scopeAttributeCount
      case 'dictionary':
        return this.dictionaryCount
      case 'dictionaryBytes':
        return this.dictionaryByteCount
    }
  }

  /** Marks the row under construction as not to be kept; the first fault stands. Outside a row it does nothing. */
  fault(reason: RejectReason): void {
    if (this.building) this.rowFault ??= reason
  }

  /** Notes that a value of the row under construction was cut. */
  markCut(): void {
    this.cutValueCount++
    if (this.building) this.marks[this.rowCount] |= 1
  }
}
