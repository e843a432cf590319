/**
 * What a store promises. Adapters implement `SpanWriter`, `TraceReader` or both; `storage/contract` holds each adapter
 * to every promise here. The pipeline and the routes know this file and no adapter.
 */
import type { AttributeScope, TraceQuery } from '#shared/query/tree.ts'
import type { SpanId, TraceId } from '#shared/spans/ids.ts'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import type { SpanKind, SpanTable } from '#shared/spans/span-table.ts'
import type { RowMark, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** What a commit kept. */
export interface WriteResult {
  readonly stored: number
  /** Rows equal (ids and content) to rows that the same open table already held: they count once. */
  readonly duplicate: number
}

/** What rows are kept as. The bundled demo lies apart from people's own spans, so that it can be taken away whole. */
export type SpanClass = 'main' | 'demo'

/**
 * Where rows go, for one class of spans. Lives in an ingest worker, used by that thread alone. One request is one contiguous range of rows:
 * `open`, decode, then `commit` or `rollback` before anything else is decoded (commits may overlap in waiting).
 */
export interface SpanWriter {
  /** The table to append to. May be another one after each commit or rollback: ask for every request. */
  open(): SpanTableBuilder
  /**
   * Called when `open()`'s table threw TableFullError during a request, after `rollback`: gives a table with more room.
   * Throws LimitError when the request can't fit into any table.
   */
  makeRoom(): Promise<void>
  /**
   * Takes the rows since `from`. Resolves once they survive a restart of the process and of the machine (with the
   * default durability), rejects otherwise, so that the sender can retry: StoreUnavailableError, OverloadedError.
   * Resolved rows are found by id at once and by search within a second.
   *
   * `onCopy` is told, before this returns, of each row that the table already holds; its columns can be read then.
   */
  commit(from: RowMark, onCopy?: (row: number) => void): Promise<WriteResult>
  /** Undoes a request that failed half-way. */
  rollback(to: RowMark): void
  /** Resolves when every commit is settled and nothing is held any more. */
  close(): Promise<void>
}

/** What a store can run itself. What is missing is refused by name before a query runs. */
export interface Capabilities {
  readonly name: string
  /** False: spans are gone with the process. */
  readonly durable: boolean
  readonly conditions: readonly ('compare' | 'exists' | 'or' | 'not')[]
  readonly operators: readonly string[]
  readonly attributeScopes: readonly AttributeScope[]
}

/** One trace in a list of results. Counts are of distinct spans. */
export interface TraceSummary {
  readonly traceId: TraceId
  /** ns since the epoch: the earliest start and the latest end of its spans. */
  readonly startTime: bigint
  readonly endTime: bigint
  readonly spanCount: number
  readonly errorCount: number
  /** Spans of the trace that matched the query. */
  readonly matchedCount: number
  /** The root (the earliest span without a parent in the store; else the earliest span). */
  readonly root: {
    readonly spanId: SpanId
    /** Undefined when its resource names no service. */
    readonly service: string | undefined
    readonly name: string
    readonly kind: SpanKind
    readonly error: boolean
    /** True when the root names a parent that the store does not have. */
    readonly orphan: boolean
  }
  /** Services by number of spans, most first, ties by name. `undefined` name: spans without one. */
  readonly services: readonly {
    readonly name: string | undefined
    readonly spanCount: number
    readonly errorCount: number
  }[]
}

export interface TraceSummaries {
  /** In the query's order. */
  readonly traces: readonly TraceSummary[]
  /** Where to continue; undefined when there is no more. */
  readonly cursor: string | undefined
  /** Why the answer is not complete (a deadline, a damaged block); undefined when it is. */
  readonly incomplete: string | undefined
  /** Spans looked at to answer. */
  readonly spansRead: number
  /** The moment that the answer holds for: ns since the epoch. */
  readonly asOf: bigint
}

export interface Operation {
  readonly name: string
  readonly kind: SpanKind
}

/** Calls from one service to another: children of another service than their parent's. */
export interface ServiceEdge {
  readonly parent: string
  readonly child: string
  readonly callCount: number
  readonly errorCount: number
}

export interface AttributeKey {
  readonly scope: Exclude<AttributeScope, 'any'>
  readonly key: string
  /** Values' types as they occur. */
  readonly types: readonly ('string' | 'bool' | 'int' | 'double' | 'bytes' | 'array' | 'map' | 'empty')[]
  /** Spans (or other owners) that have it, in what was looked at. */
  readonly count: number
}

export interface AttributeValueCount {
  /** As text, the way `any.` compares. */
  readonly value: string
  readonly count: number
}

/** Half-open or not, ns since the epoch: spans that start in [from, to]. */
export interface TimeRange {
  readonly from: bigint
  readonly to: bigint
}

export interface StoreLimit {
  /** As the setting is called, or in the store's words. */
  readonly name: string
  /** `bytes`, or what is counted: `spans`. */
  readonly unit: string
  readonly used: number
  readonly limit: number
}

/** What the store holds and how it is: for the status page. Times in ns since the epoch. */
export interface StoreStatus {
  readonly name: string
  /** Directory, address or `memory`. */
  readonly place: string
  readonly spanCount: number
  /** Spans of the class `demo` among them. */
  readonly demoSpans: number
  /** Copies recognised at sealing, merging or reading and removed. */
  readonly copiesRemoved: number
  readonly expiredSpans: number
  readonly bytes: number
  readonly oldestReceived: bigint | undefined
  readonly newestReceived: bigint | undefined
  readonly retentionAgeMs: number
  readonly retentionBytes: number
  readonly freeBytes: number | undefined
  /** Blocks that failed a check and are left aside. */
  readonly quarantined: readonly { readonly file: string; readonly reason: string }[]
  /** False while the store refuses new spans, with the reason (disk reserve reached, …). */
  readonly writable: boolean
  readonly writableReason: string | undefined
  /** What the store limits, and how much of it is in use. */
  readonly limits: readonly StoreLimit[]
  /** Anything else, in the store's own words and numbers. */
  readonly details: readonly { readonly name: string; readonly value: string | number }[]
}

/** One operation of a service. */
export interface OperationName {
  /** Undefined: of resources that name no service. */
  readonly service: string | undefined
  readonly name: string
  /** Undefined: of every kind. */
  readonly kind: SpanKind | undefined
}

/** Spans that took from `fromNs` up to before `toNs`; the bucket of those that took no time has both 0. */
export interface DurationBucket {
  readonly fromNs: number
  readonly toNs: number
  readonly count: number
}

/**
 * Told, before an answer is given, why it may not be complete: `4 spans lie in 1 damaged block left aside`. Not called for a complete
 * answer. (TraceSummaries has the same in `incomplete`.)
 */
export type OnIncomplete = (reason: string) => void

/** A trace that is kept from retention. */
export interface ArchivedTrace {
  readonly traceId: TraceId
  /** ns since the epoch: when it was archived, the last time. */
  readonly archivedAt: bigint
  /** As they were then. */
  readonly spanCount: number
  readonly bytes: number
}

/**
 * Traces that are kept for good: retention does not touch them, by age or by size, and they are there again after a restart (where the
 * store is durable). An archived trace is read by its id like any other, together with what the store has of it besides, equal spans
 * once; searches, operations and edges know only what is not archived alone.
 */
export interface TraceArchive {
  /**
   * Keeps what there is of the trace now. Once resolved it survives what a commit survives. Again: what came since is kept too, and nothing
   * that was kept goes. Undefined: there is no span of it. Rejects with LimitError when the archive is full, StoreUnavailableError when it
   * can't be written to, and as reading does.
   */
  keep(traceId: TraceId, signal: AbortSignal): Promise<ArchivedTrace | undefined>
  find(traceId: TraceId): ArchivedTrace | undefined
  /** From now on retention takes it like any other; false: it was not archived. */
  release(traceId: TraceId): Promise<boolean>
}

/**
 * What can be asked. Lives in the main thread. Every method may reject with QueryError (the question is wrong or can't
 * be run), StoreUnavailableError, OverloadedError (too many queries at once) or the signal's reason.
 * Equal spans (ids and content) count once everywhere; different spans under one id are both kept.
 * Answers are complete, or say why they may not be: by `onIncomplete`, a search in its answer.
 * A signal ends the work too, not just the wait for it.
 */
export interface TraceReader {
  readonly capabilities: Capabilities
  /** Undefined: the store has none. */
  readonly archive?: TraceArchive
  /** All spans of one trace, equal ones once, in no particular order; an empty table when there are none. */
  readTrace(traceId: TraceId, signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<SpanTable>
  /** Exact order, cursor; never silently incomplete. */
  findTraces(query: TraceQuery, signal: AbortSignal): Promise<TraceSummaries>
  /** Sorted by code point. */
  serviceNames(signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<readonly string[]>
  /** Distinct (name, kind) pairs of a service, sorted by name, then kind; of all services when undefined. */
  operations(
    service: string | undefined,
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly Operation[]>
  /** Keys that occur, most frequent first. `prefix` is compared without case. */
  attributeKeys(
    options: { readonly service?: string; readonly prefix?: string; readonly limit: number },
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly AttributeKey[]>
  /** Values of one key in any scope, most frequent first. `prefix` is compared without case. */
  attributeValues(
    options: { readonly key: string; readonly service?: string; readonly prefix?: string; readonly limit: number },
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly AttributeValueCount[]>
  /**
   * Edges of spans (children) that start in the range, in no particular order. Spans whose resource names no service count as those of
   * `unknown_service`.
   */
  serviceEdges(range: TimeRange, signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<readonly ServiceEdge[]>
  /**
   * How long the spans of one operation take that start in the range, to the minute: buckets that hold something, ascending. From what is
   * counted when spans are written, so: a span that is held twice counts twice, one that ends before its start or lasts longer than a
   * store counts (54 minutes at least) is left out, and so are operations that a store does not list by themselves because it has too many.
   */
  operationDurations(
    operation: OperationName,
    range: TimeRange,
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly DurationBucket[]>
  /**
   * Spans of other traces whose links name this one, newest first, at most `limit` (1 or more): of all that searches know, whenever they
   * started. Undefined: the store can't look for them.
   */
  linksTo?(traceId: TraceId, limit: number, signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<IncomingLinks>
  /** Removes everything that was written under the class `demo`, and nothing else; what is archived stays. Resolves with the spans removed. */
  removeDemo(): Promise<number>
  status(): Promise<StoreStatus>
  close(): Promise<void>
}
