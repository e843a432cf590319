/**
 * The growing span table: what decoders write to, what the write-ahead log records, what the open table of the store is.
 *
 * Hot decoders write straight into the column arrays between `beginSpan` and `endSpan`; everything is append-only, so a
 * mark is a set of counts, undoing is setting them back, and a log record is a slice of every column.
 *
 *   const row = table.beginSpan()            // all columns of the row are zero or empty
 *   table.traceId[row * 4] = …               // after table.reserve*(…), arrays may have been replaced: read them anew
 *   table.addAttribute(key, type, low, high)
 *   table.endSpan()                          // kept, or undone with its reason counted by the pipeline
 *
 * Its parts: growing-columns.ts (memory), growing-dictionary.ts, growing-resources.ts; here are rows, their entries, and marks.
 */
import type { AttributeType } from './attribute-value.ts'
import { MARK_ENTRIES_DROPPED, type PoolCounts, POOLS, zeroCounts } from './columns.ts'
import { type ColumnOptions, type RejectReason } from './growing-columns.ts'
import { GrowingResources } from './growing-resources.ts'
import type { SpanTable } from './span-table.ts'

export { DEFAULT_SPAN_LIMITS, type RejectReason, type SpanLimits, TableFullError } from './growing-columns.ts'

/** A state to return to: the counts of all pools but the dictionary's, which only grow. */
export type RowMark = Readonly<PoolCounts>

export interface BuilderOptions extends ColumnOptions {
  /** Asked by `endSpan` for each row that the decoder found sound. */
  readonly accept?: (row: number, table: SpanTableBuilder) => RejectReason | undefined
  /** Told of each row that was not kept, while its columns can still be read. */
  readonly onReject?: (row: number, reason: RejectReason, table: SpanTableBuilder) => void
}

export class SpanTableBuilder extends GrowingResources implements SpanTable {
  accept: ((row: number, table: SpanTableBuilder) => RejectReason | undefined) | undefined
  onReject: ((row: number, reason: RejectReason, table: SpanTableBuilder) => void) | undefined

  /** The event or link added last was above the limit: its attributes go with it. */
  #eventLeftOut = false
  #linkLeftOut = false
  #rowStart: PoolCounts = zeroCounts()

  constructor(options: BuilderOptions = {}) {
    super(options)
    this.accept = options.accept
    this.onReject = options.onReject
  }

  /** Starts a row: all its columns are zero, it owns no entries yet. Returns its index. */
  beginSpan(): number {
    if (this.building) this.#dropEntries()
    this.building = false
    if (this.rowCount >= this.name.length) this.reserve('rows', 1)
    const row = this.rowCount
    const two = row * 2
    const four = row * 4
    this.traceId[four] = this.traceId[four + 1] = this.traceId[four + 2] = this.traceId[four + 3] = 0
    this.spanId[two] = this.spanId[two + 1] = 0
    this.parentSpanId[two] = this.parentSpanId[two + 1] = 0
    this.startTime[two] = this.startTime[two + 1] = 0
    this.endTime[two] = this.endTime[two + 1] = 0
    this.name[row] = 0
    this.kind[row] = this.status[row] = this.marks[row] = 0
    this.statusMessage[row] = this.traceState[row] = this.flags[row] = 0
    this.resource[row] = this.scope[row] = 0
    this.droppedAttributes[row] = this.droppedEvents[row] = this.droppedLinks[row] = 0
    const start = this.#rowStart
    start.attributes = this.attributeCount
    start.events = this.eventCount
    start.eventAttributes = this.eventAttributeCount
    start.links = this.linkCount
    start.linkAttributes = this.linkAttributeCount
    this.building = true
    this.rowFault = undefined
    return row
  }

  /** Appends an attribute to the row under construction; above the limit it is counted as dropped. */
  addAttribute(key: number, type: AttributeType, low: number, high: number): void {
    if (this.attributeCount - this.#rowStart.attributes >= this.limits.attributes) {
      this.droppedAttributes[this.rowCount]++
      this.marks[this.rowCount] |= MARK_ENTRIES_DROPPED
      return
    }
    if (this.attributeCount >= this.attributeKey.length) this.reserve('attributes', 1)
    const i = this.attributeCount++
    this.attributeKey[i] = key
    this.attributeType[i] = type
    this.attributeValue[i * 2] = low
    this.attributeValue[i * 2 + 1] = high
  }

  /** Appends an event; its attributes follow by `addEventAttribute`. Returns its index, or -1 when above the limit. */
  addEvent(timeLow: number, timeHigh: number, name: number, droppedAttributes: number): number {
    this.#eventLeftOut = this.eventCount - this.#rowStart.events >= this.limits.events
    if (this.#eventLeftOut) {
      this.droppedEvents[this.rowCount]++
      this.marks[this.rowCount] |= MARK_ENTRIES_DROPPED
      return -1
    }
    this.reserve('events', 1)
    const i = this.eventCount++
    this.eventTime[i * 2] = timeLow
    this.eventTime[i * 2 + 1] = timeHigh
    this.eventName[i] = name
    this.eventDroppedAttributes[i] = droppedAttributes
    this.eventAttributeEnd[i] = this.eventAttributeCount
    return i
  }

  /** Appends an attribute to the event added last; nothing when that was above the limit. */
  addEventAttribute(key: number, type: AttributeType, low: number, high: number): void {
    if (this.#eventLeftOut) return
    const event = this.eventCount - 1
    if (this.eventAttributeCount - (event === 0 ? 0 : this.eventAttributeEnd[event - 1]) >= this.limits.attributes) {
      this.eventDroppedAttributes[event]++
      this.marks[this.rowCount] |= MARK_ENTRIES_DROPPED
      return
    }
    if (this.eventAttributeCount >= this.eventAttributeKey.length) this.reserve('eventAttributes', 1)
    const i = this.eventAttributeCount++
    this.eventAttributeKey[i] = key
    this.eventAttributeType[i] = type
    this.eventAttributeValue[i * 2] = low
    this.eventAttributeValue[i * 2 + 1] = high
    this.eventAttributeEnd[event] = this.eventAttributeCount
  }

  /**
   * Appends a link; its attributes follow by `addLinkAttribute`. Ids as words (ids.ts): 4 of `traceId` at `traceAt`, 2
   * of `spanId` at `spanAt`. Returns its index, or -1 when above the limit.
   */
  addLink(
    traceId: Uint32Array,
    traceAt: number,
    spanId: Uint32Array,
    spanAt: number,
    traceState: number,
    flags: number,
    droppedAttributes: number,
  ): number {
    this.#linkLeftOut = this.linkCount - this.#rowStart.links >= this.limits.links
    if (this.#linkLeftOut) {
      this.droppedLinks[this.rowCount]++
      this.marks[this.rowCount] |= MARK_ENTRIES_DROPPED
      return -1
    }
    this.reserve('links', 1)
    const i = this.linkCount++
    for (let k = 0; k < 4; k++) this.linkTraceId[i * 4 + k] = traceId[traceAt + k]
    this.linkSpanId[i * 2] = spanId[spanAt]
    this.linkSpanId[i * 2 + 1] = spanId[spanAt + 1]
    this.linkTraceState[i] = traceState
    this.linkFlags[i] = flags
    this.linkDroppedAttributes[i] = droppedAttributes
    this.linkAttributeEnd[i] = this.linkAttributeCount
    return i
  }

  /** Appends an attribute to the link added last; nothing when that was above the limit. */
  addLinkAttribute(key: number, type: AttributeType, low: number, high: number): void {
    if (this.#linkLeftOut) return
    const link = this.linkCount - 1
    if (this.linkAttributeCount - (link === 0 ? 0 : this.linkAttributeEnd[link - 1]) >= this.limits.attributes) {
      this.linkDroppedAttributes[link]++
      this.marks[this.rowCount] |= MARK_ENTRIES_DROPPED
      return
    }
    this.reserve('linkAttributes', 1)
    const i = this.linkAttributeCount++
    this.linkAttributeKey[i] = key
    this.linkAttributeType[i] = type
    this.linkAttributeValue[i * 2] = low
    this.linkAttributeValue[i * 2 + 1] = high
    this.linkAttributeEnd[link] = this.linkAttributeCount
  }

  /** Ends the row under construction. True when it was kept; otherwise it is undone and the next row takes its place. */
  endSpan(): boolean {
    const row = this.rowCount
    this.attributeEnd[row] = this.attributeCount
    this.eventEnd[row] = this.eventCount
    this.linkEnd[row] = this.linkCount
    let reason = this.rowFault
    if (reason === undefined) {
      const four = row * 4
      if ((this.traceId[four] | this.traceId[four + 1] | this.traceId[four + 2] | this.traceId[four + 3]) === 0) {
        reason = 'invalid_trace_id'
      } else if ((this.spanId[row * 2] | this.spanId[row * 2 + 1]) === 0) reason = 'invalid_span_id'
      else reason = this.accept?.(row, this)
    }
    if (reason === undefined) {
      this.building = false
      this.rowCount = row + 1
      return true
    }
    this.rejectedCount++
    this.onReject?.(row, reason, this)
    this.building = false
    this.#dropEntries()
    return false
  }

  /** Takes back the entries of the row under construction. */
  #dropEntries(): void {
    const start = this.#rowStart
    this.attributeCount = start.attributes
    this.eventCount = start.events
    this.eventAttributeCount = start.eventAttributes
    this.linkCount = start.links
    this.linkAttributeCount = start.linkAttributes
  }

  // ---- marks ----

  /** The present state, to roll back to or to log from. */
  mark(): RowMark {
    const counts = zeroCounts()
    for (const pool of POOLS) counts[pool] = this.countOf(pool)
    counts.rows = this.rowCount
    return counts
  }

  /**
   * Drops everything added since the mark but dictionary entries, resources and scopes, which only grow (a log record
   * must therefore cover those from the last *logged* mark on). Also ends a row or resource left half-built.
   */
  rollback(to: RowMark): void {
    this.building = false
    this.rowFault = undefined
    this.rowCount = to.rows
    this.attributeCount = to.attributes
    this.eventCount = to.events
    this.eventAttributeCount = to.eventAttributes
    this.linkCount = to.links
    this.linkAttributeCount = to.linkAttributes
    this.resourceAttributeCount = this.resourceCount === 0 ? 0 : this.resourceAttributeEnd[this.resourceCount - 1]
    this.scopeAttributeCount = this.scopeCount === 0 ? 0 : this.scopeAttributeEnd[this.scopeCount - 1]
  }

  /** Makes all rows up to `rows` (default: all) visible to other threads' views of the same memory (`SpanTableView`). */
  publish(rows = this.rowCount): void {
    const header = this.header
    for (let i = 1; i < POOLS.length; i++) header[i] = this.countOf(POOLS[i])
    // The row count last: who sees it sees everything that the rows refer to.
    Atomics.store(header, 0, rows)
  }

  /** Takes over the columns' content after it was written from outside (log replay): counts, hash table, resources. */
  adopt(counts: Readonly<PoolCounts>): void {
    this.building = false
    this.rowCount = counts.rows
    this.attributeCount = counts.attributes
    this.eventCount = counts.events
    this.eventAttributeCount = counts.eventAttributes
    this.linkCount = counts.links
    this.linkAttributeCount = counts.linkAttributes
    this.resourceCount = counts.resources
    this.resourceAttributeCount = counts.resourceAttributes
    this.scopeCount = counts.scopes
    this.scopeAttributeCount = counts.scopeAttributes
    this.adoptDictionary(counts)
    this.adoptResources()
  }
}
