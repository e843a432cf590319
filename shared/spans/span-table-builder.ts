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
 * Memory: private tables double when a pool is full; a table over shared memory never moves and throws TableFullError,
 * upon which its owner undoes the request, opens a fresh table and decodes again.
 */
import { AttributeEntries } from './attributes.ts'
import { ATTRIBUTE_STRING, type AttributeType } from './attribute-value.ts'
import {
  COLUMN_NAMES,
  COLUMNS,
  type ColumnArrays,
  HEADER_WORDS,
  layoutOf,
  MARK_ENTRIES_DROPPED,
  NO_SERVICE,
  type Pool,
  type PoolCounts,
  POOLS,
  viewColumns,
  zeroCounts,
} from './columns.ts'
import { ColumnDictionary, type Dictionary, encodeText, hashBytes, isUtf8 } from './dictionary.ts'
import { DecodeError } from './decode-error.ts'
import type { SpanTable } from './span-table.ts'

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

/** A state to return to: the counts of all pools but the dictionary's, which only grow. */
export type RowMark = Readonly<PoolCounts>

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

export interface BuilderOptions {
  /** Room at the start (private) or for ever (shared). Missing pools get a default. */
  readonly capacity?: Partial<PoolCounts>
  /** True: a SharedArrayBuffer of fixed size. Default: private and growing. */
  readonly shared?: boolean
  readonly limits?: SpanLimits
  /** Asked by `endSpan` for each row that the decoder found sound. */
  readonly accept?: (row: number, table: SpanTableBuilder) => RejectReason | undefined
  /** Told of each row that was not kept, while its columns can still be read. */
  readonly onReject?: (row: number, reason: RejectReason, table: SpanTableBuilder) => void
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

/**
 * Places of the hash table at first, a power of two. It doubles as it fills: made for all that a table may get, it would be so large that
 * nearly every look-up of a new text touched a page of its own (a tenth of what ingest costs).
 */
const FIRST_PLACES = 2 ** 17

/** Longer entries are copied by the engine, whose call costs as much as copying so many bytes here. */
const COPIED_BY_WORDS = 512

export class SpanTableBuilder implements SpanTable {
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
  accept: ((row: number, table: SpanTableBuilder) => RejectReason | undefined) | undefined
  onReject: ((row: number, reason: RejectReason, table: SpanTableBuilder) => void) | undefined

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

  #header!: Uint32Array
  /** The dictionary's bytes as words: entries begin at multiples of 4. */
  #dictionaryWords!: Int32Array
  /** Open addressing: pairs of (hash, id); id 0 is an empty place. Private even when the table is shared. */
  #hashTable: Uint32Array
  #hashMask: number
  #reader: ColumnDictionary | undefined
  readonly #ascii = new Uint8Array(256)
  readonly #asciiView = new DataView(this.#ascii.buffer)
  #building = false
  #fault: RejectReason | undefined
  /** The event or link added last was above the limit: its attributes go with it. */
  #eventLeftOut = false
  #linkLeftOut = false
  #rowStart: PoolCounts = zeroCounts()
  /** Content hash -> indices, to find an equal resource or scope. */
  #resourcesByHash = new Map<number, number[]>()
  #scopesByHash = new Map<number, number[]>()
  readonly #serviceNameKey: number

  constructor(options: BuilderOptions = {}) {
    this.capacity = { ...SMALL, ...options.capacity }
    this.shared = options.shared ?? false
    this.limits = options.limits ?? DEFAULT_SPAN_LIMITS
    this.accept = options.accept
    this.onReject = options.onReject
    this.buffer = this.#allocate(this.capacity)
    this.#attach()
    const places = Math.min(FIRST_PLACES, 2 ** Math.ceil(Math.log2(Math.max(this.capacity.dictionary, 8) * 2)))
    this.#hashTable = new Uint32Array(places * 2)
    this.#hashMask = places - 1
    this.dictionaryIsText[0] = 1
    this.dictionaryCount = 1
    this.#serviceNameKey = this.internText('service.name')
  }

  #allocate(capacity: PoolCounts): ArrayBufferLike {
    const { bytes } = layoutOf(capacity)
    return this.shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
  }

  #attach(): void {
    Object.assign(this, viewColumns(this.buffer, this.capacity) satisfies ColumnArrays)
    this.#header = new Uint32Array(this.buffer, 0, HEADER_WORDS)
    this.#dictionaryWords = new Int32Array(
      this.buffer,
      this.dictionaryBytes.byteOffset,
      this.dictionaryBytes.byteLength >>> 2,
    )
    this.#reader = undefined
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

  // ---- room ----

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
        // The row under construction counts: its columns are already written to.
        return this.#building ? this.rowCount + 1 : this.rowCount
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

  // ---- dictionary ----

  /** The read side of the dictionary. */
  get dictionary(): Dictionary {
    const known = this.#reader
    if (known !== undefined) {
      known.size = this.dictionaryCount
      return known
    }
    return (this.#reader = new BuilderDictionary(this, text => this.#find(text)))
  }

  /** Id of a byte string, entered when new. `view` covers the same memory as `bytes`; the range must lie inside. */
  internBytes(bytes: Uint8Array, view: DataView, at: number, length: number): number {
    if (length === 0) return 0
    const hash = hashBytes(bytes, view, at, length)
    const mask = this.#hashMask
    const table = this.#hashTable
    let place = hash & mask
    let id: number
    while ((id = table[place * 2 + 1]) !== 0) {
      if (table[place * 2] === hash && this.entryEquals(id, bytes, view, at, length)) return id
      place = (place + 1) & mask
    }
    return this.#enter(hash, place, bytes, view, at, length)
  }

  /** As `internBytes`, for text: bytes that are not UTF-8 make the current span (if any) be rejected as `invalid_utf8`. */
  intern(bytes: Uint8Array, view: DataView, at: number, length: number): number {
    const id = this.internBytes(bytes, view, at, length)
    if (this.dictionaryIsText[id] === 0) {
      if (isUtf8(bytes, at, at + length)) this.dictionaryIsText[id] = 1
      else this.fault('invalid_utf8')
    }
    return id
  }

  /** As `intern` for an attribute's text: longer than the limit is cut between characters, marked and counted. */
  internValue(bytes: Uint8Array, view: DataView, at: number, length: number): number {
    if (length <= this.limits.valueBytes) return this.intern(bytes, view, at, length)
    let cut = this.limits.valueBytes
    while (cut > 0 && (bytes[at + cut] & 0xc0) === 0x80) cut--
    this.markCut()
    return this.intern(bytes, view, at, cut)
  }

  /** Id of a text that is at hand as a string. */
  internText(text: string): number {
    const { length } = text
    if (length === 0) return 0
    // ASCII of usual length is written here: an encoder's call costs several times as much.
    const ascii = this.#ascii
    if (length <= ascii.length) {
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 127) break
        ascii[i] = code
      }
      if (i === length) return this.intern(ascii, this.#asciiView, 0, length)
    }
    const bytes = encodeText(text)
    return this.intern(bytes, new DataView(bytes.buffer), 0, bytes.length)
  }

  /** True when entry `id` is exactly these bytes: the test of a predicted value. False for id 0 and a length above 0. */
  entryEquals(id: number, bytes: Uint8Array, view: DataView, at: number, length: number): boolean {
    if (this.dictionaryLength[id] !== length) return false
    const words = this.#dictionaryWords
    let word = this.dictionaryOffset[id] >>> 2
    const wordsEnd = at + (length & ~3)
    let i = at
    for (; i < wordsEnd; i += 4, word++) if (words[word] !== view.getInt32(i, true)) return false
    for (let from = word * 4, end = at + length; i < end; i++, from++) {
      if (this.dictionaryBytes[from] !== bytes[i]) return false
    }
    return true
  }

  #find(text: string): number {
    if (text === '') return 0
    const bytes = encodeText(text)
    const view = new DataView(bytes.buffer)
    const hash = hashBytes(bytes, view, 0, bytes.length)
    let place = hash & this.#hashMask
    let id: number
    while ((id = this.#hashTable[place * 2 + 1]) !== 0) {
      if (this.#hashTable[place * 2] === hash && this.entryEquals(id, bytes, view, 0, bytes.length)) return id
      place = (place + 1) & this.#hashMask
    }
    return -1
  }

  /** `place`: the empty one where the look-up ended. */
  #enter(hash: number, place: number, bytes: Uint8Array, view: DataView, at: number, length: number): number {
    const padded = (length + 3) & ~3
    if (this.dictionaryCount >= this.dictionaryOffset.length) this.reserve('dictionary', 1)
    if (this.dictionaryByteCount + padded > this.dictionaryBytes.length) this.reserve('dictionaryBytes', padded)
    const id = this.dictionaryCount++
    const offset = this.dictionaryByteCount
    this.dictionaryByteCount = offset + padded
    this.dictionaryOffset[id] = offset
    this.dictionaryLength[id] = length
    this.dictionaryHash[id] = hash
    if (length > COPIED_BY_WORDS) {
      this.dictionaryBytes.set(bytes.subarray(at, at + length), offset)
      this.dictionaryIsText[id] = 0
    } else {
      // Most entries are ASCII, which the copying sees: those need no other check for UTF-8.
      const words = this.#dictionaryWords
      let seen = 0
      let word = offset >>> 2
      let i = at
      for (const end = at + (length & ~3); i < end; i += 4) {
        const four = view.getInt32(i, true)
        seen |= four
        words[word++] = four
      }
      for (const end = at + length; i < end; i++) {
        const byte = bytes[i]
        seen |= byte
        this.dictionaryBytes[offset + i - at] = byte
      }
      this.dictionaryIsText[id] = (seen & 0x80808080) === 0 ? 1 : 0
    }
    if (this.dictionaryCount * 2 > this.#hashMask + 1) this.#rehash((this.#hashMask + 1) * 2)
    else {
      this.#hashTable[place * 2] = hash
      this.#hashTable[place * 2 + 1] = id
    }
    return id
  }

  #place(hash: number, id: number): void {
    let place = hash & this.#hashMask
    while (this.#hashTable[place * 2 + 1] !== 0) place = (place + 1) & this.#hashMask
    this.#hashTable[place * 2] = hash
    this.#hashTable[place * 2 + 1] = id
  }

  #rehash(places: number): void {
    this.#hashTable = new Uint32Array(places * 2)
    this.#hashMask = places - 1
    for (let id = 1; id < this.dictionaryCount; id++) this.#place(this.dictionaryHash[id], id)
  }

  // ---- spans ----

  /** Starts a row: all its columns are zero, it owns no entries yet. Returns its index. */
  beginSpan(): number {
    if (this.#building) this.#dropEntries()
    this.#building = false
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
    this.#building = true
    this.#fault = undefined
    return row
  }

  /** Marks the row under construction as not to be kept; the first fault stands. Outside a row it does nothing. */
  fault(reason: RejectReason): void {
    if (this.#building) this.#fault ??= reason
  }

  /** Notes that a value of the row under construction was cut. */
  markCut(): void {
    this.cutValueCount++
    if (this.#building) this.marks[this.rowCount] |= 1
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
    let reason = this.#fault
    if (reason === undefined) {
      const four = row * 4
      if ((this.traceId[four] | this.traceId[four + 1] | this.traceId[four + 2] | this.traceId[four + 3]) === 0) {
        reason = 'invalid_trace_id'
      } else if ((this.spanId[row * 2] | this.spanId[row * 2 + 1]) === 0) reason = 'invalid_span_id'
      else reason = this.accept?.(row, this)
    }
    if (reason === undefined) {
      this.#building = false
      this.rowCount = row + 1
      return true
    }
    this.rejectedCount++
    this.onReject?.(row, reason, this)
    this.#building = false
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

  // ---- resources and scopes ----

  /** Appends an attribute to the resource under construction. */
  addResourceAttribute(key: number, type: AttributeType, low: number, high: number): void {
    this.reserve('resourceAttributes', 1)
    const i = this.resourceAttributeCount++
    this.resourceAttributeKey[i] = key
    this.resourceAttributeType[i] = type
    this.resourceAttributeValue[i * 2] = low
    this.resourceAttributeValue[i * 2 + 1] = high
  }

  /** Ends the resource whose attributes were just added. Returns its index: that of an equal one when there is one. */
  endResource(schemaUrl: number, droppedAttributes: number): number {
    this.reserve('resources', 1)
    const from = this.resourceCount === 0 ? 0 : this.resourceAttributeEnd[this.resourceCount - 1]
    const to = this.resourceAttributeCount
    const hash = this.#hashEntries('resource', from, to, schemaUrl ^ Math.imul(droppedAttributes, 31))
    for (const other of this.#resourcesByHash.get(hash) ?? []) {
      if (
        this.resourceSchemaUrl[other] === schemaUrl &&
        this.resourceDroppedAttributes[other] === droppedAttributes &&
        this.#entriesEqual('resource', other, from, to)
      ) {
        this.resourceAttributeCount = from
        return other
      }
    }
    const index = this.resourceCount++
    this.resourceSchemaUrl[index] = schemaUrl
    this.resourceDroppedAttributes[index] = droppedAttributes
    this.resourceAttributeEnd[index] = to
    this.resourceService[index] = NO_SERVICE
    for (let i = from; i < to; i++) {
      if (this.resourceAttributeKey[i] !== this.#serviceNameKey) continue
      if (this.resourceAttributeType[i] !== ATTRIBUTE_STRING) continue
      this.resourceService[index] = this.resourceAttributeValue[i * 2]
      break
    }
    push(this.#resourcesByHash, hash, index)
    return index
  }

  /** Appends an attribute to the scope under construction. */
  addScopeAttribute(key: number, type: AttributeType, low: number, high: number): void {
    this.reserve('scopeAttributes', 1)
    const i = this.scopeAttributeCount++
    this.scopeAttributeKey[i] = key
    this.scopeAttributeType[i] = type
    this.scopeAttributeValue[i * 2] = low
    this.scopeAttributeValue[i * 2 + 1] = high
  }

  /** Ends the scope whose attributes were just added. Returns its index: that of an equal one when there is one. */
  endScope(name: number, version: number, schemaUrl: number, droppedAttributes: number): number {
    this.reserve('scopes', 1)
    const from = this.scopeCount === 0 ? 0 : this.scopeAttributeEnd[this.scopeCount - 1]
    const to = this.scopeAttributeCount
    const seed = name ^ Math.imul(version, 31) ^ Math.imul(schemaUrl, 961) ^ Math.imul(droppedAttributes, 29791)
    const hash = this.#hashEntries('scope', from, to, seed)
    for (const other of this.#scopesByHash.get(hash) ?? []) {
      if (
        this.scopeName[other] === name &&
        this.scopeVersion[other] === version &&
        this.scopeSchemaUrl[other] === schemaUrl &&
        this.scopeDroppedAttributes[other] === droppedAttributes &&
        this.#entriesEqual('scope', other, from, to)
      ) {
        this.scopeAttributeCount = from
        return other
      }
    }
    const index = this.scopeCount++
    this.scopeName[index] = name
    this.scopeVersion[index] = version
    this.scopeSchemaUrl[index] = schemaUrl
    this.scopeDroppedAttributes[index] = droppedAttributes
    this.scopeAttributeEnd[index] = to
    push(this.#scopesByHash, hash, index)
    return index
  }

  #hashEntries(owner: 'resource' | 'scope', from: number, to: number, seed: number): number {
    const keys = this[`${owner}AttributeKey`]
    const types = this[`${owner}AttributeType`]
    const values = this[`${owner}AttributeValue`]
    let h = seed | 0
    for (let i = from; i < to; i++) {
      h = Math.imul(h ^ keys[i], 0x85ebca6b) ^ types[i]
      h = Math.imul(h ^ values[i * 2], 0xc2b2ae35)
      h = Math.imul(h ^ values[i * 2 + 1] ^ (h >>> 13), 0x9e3779b1)
    }
    return h >>> 0
  }

  #entriesEqual(owner: 'resource' | 'scope', other: number, from: number, to: number): boolean {
    const end = this[`${owner}AttributeEnd`]
    const keys = this[`${owner}AttributeKey`]
    const types = this[`${owner}AttributeType`]
    const values = this[`${owner}AttributeValue`]
    let k = other === 0 ? 0 : end[other - 1]
    if (end[other] - k !== to - from) return false
    for (let i = from; i < to; i++, k++) {
      if (keys[i] !== keys[k] || types[i] !== types[k]) return false
      if (values[i * 2] !== values[k * 2] || values[i * 2 + 1] !== values[k * 2 + 1]) return false
    }
    return true
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
    this.#building = false
    this.#fault = undefined
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
    const header = this.#header
    for (let i = 1; i < POOLS.length; i++) header[i] = this.countOf(POOLS[i])
    // The row count last: who sees it sees everything that the rows refer to.
    Atomics.store(header, 0, rows)
  }

  /** Takes over the columns' content after it was written from outside (log replay): counts, hash table, resources. */
  adopt(counts: Readonly<PoolCounts>): void {
    this.#building = false
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
    this.dictionaryCount = counts.dictionary
    this.dictionaryByteCount = counts.dictionaryBytes
    this.#reader = undefined
    let places = this.#hashMask + 1
    while (places < counts.dictionary * 2) places *= 2
    this.#rehash(places)
    this.#resourcesByHash.clear()
    for (let i = 0; i < this.resourceCount; i++) {
      const from = i === 0 ? 0 : this.resourceAttributeEnd[i - 1]
      const seed = this.resourceSchemaUrl[i] ^ Math.imul(this.resourceDroppedAttributes[i], 31)
      push(this.#resourcesByHash, this.#hashEntries('resource', from, this.resourceAttributeEnd[i], seed), i)
    }
    this.#scopesByHash.clear()
    for (let i = 0; i < this.scopeCount; i++) {
      const from = i === 0 ? 0 : this.scopeAttributeEnd[i - 1]
      const seed =
        this.scopeName[i] ^
        Math.imul(this.scopeVersion[i], 31) ^
        Math.imul(this.scopeSchemaUrl[i], 961) ^
        Math.imul(this.scopeDroppedAttributes[i], 29791)
      push(this.#scopesByHash, this.#hashEntries('scope', from, this.scopeAttributeEnd[i], seed), i)
    }
  }
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** The dictionary of a growing table: finds by its hash table. */
class BuilderDictionary extends ColumnDictionary {
  readonly #find: (text: string) => number
  constructor(table: SpanTableBuilder, find: (text: string) => number) {
    super(table.dictionaryCount, table.dictionaryOffset, table.dictionaryLength, table.dictionaryBytes)
    this.#find = find
  }
  override find(text: string): number {
    return this.#find(text)
  }
}
