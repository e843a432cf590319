/** What the main thread and a query worker tell each other. */
import type { SharedTable } from '#shared/spans/span-table-view.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import type {
  AttributeKey,
  AttributeValueCount,
  DurationBucket,
  Operation,
  OperationName,
  ServiceEdge,
  TimeRange,
  TraceSummaries,
} from '#server/storage/store.ts'
import type { BlockRef } from './block-shelf.ts'
import type { OpenTableInfo } from './write/messages.ts'

export interface QueryWorkerData {
  readonly directory: string | undefined
  /** Of unpacked pages. */
  readonly cacheBytes: number
}

/** Where an archived copy of a trace is: the name of its file, or its bytes (the memory form). */
export type ArchivedCopy = string | Uint8Array

/** A question of TraceReader and, below, its answer. */
export type Question =
  | { readonly kind: 'readTrace'; readonly traceId: TraceId; readonly archived?: ArchivedCopy }
  /** The same as the bytes of an archived file. */
  | { readonly kind: 'packTrace'; readonly traceId: TraceId; readonly archived?: ArchivedCopy }
  | { readonly kind: 'findTraces'; readonly query: TraceQuery }
  | { readonly kind: 'serviceNames' }
  | { readonly kind: 'operations'; readonly service: string | undefined }
  | {
      readonly kind: 'attributeKeys'
      readonly options: { readonly service?: string; readonly prefix?: string; readonly limit: number }
    }
  | {
      readonly kind: 'attributeValues'
      readonly options: {
        readonly key: string
        readonly service?: string
        readonly prefix?: string
        readonly limit: number
      }
    }
  | { readonly kind: 'serviceEdges'; readonly range: TimeRange }
  | { readonly kind: 'operationDurations'; readonly operation: OperationName; readonly range: TimeRange }
  | { readonly kind: 'linksTo'; readonly traceId: TraceId; readonly limit: number }

export interface Answers {
  /** Its memory changes hands. */
  readonly readTrace: TraceRead
  /** Empty: there are no spans. Its memory changes hands. Or why the archived copy, which would be replaced, could not be read. */
  readonly packTrace: Uint8Array<ArrayBuffer> | { readonly problem: string }
  readonly findTraces: TraceSummaries
  readonly serviceNames: readonly string[]
  readonly operations: readonly Operation[]
  readonly attributeKeys: readonly AttributeKey[]
  readonly attributeValues: readonly AttributeValueCount[]
  readonly serviceEdges: readonly ServiceEdge[]
  readonly operationDurations: readonly DurationBucket[]
  readonly linksTo: IncomingLinks
}

export interface TraceRead extends SharedTable {
  /** Why the archived copy could not be read; the rest is there. */
  readonly archiveProblem?: string
}

export type Answer = Answers[Question['kind']]

/** What readers see from now on: all of it at once. */
export interface ReadUpdate {
  readonly addBlocks?: readonly BlockRef[]
  readonly removeBlocks?: readonly string[]
  readonly addTables?: readonly OpenTableInfo[]
  readonly removeTables?: readonly string[]
}

export type ToQueryWorker =
  | { readonly kind: 'update'; readonly update: ReadUpdate }
  | {
      readonly kind: 'ask'
      readonly question: Question
      /** One number: not 0 once nobody waits for the answer any more. */
      readonly stop: Int32Array<SharedArrayBuffer>
      /** ms since the epoch: a search answers what it has then. */
      readonly deadline: number
      readonly deadlineMs: number
    }
  | { readonly kind: 'close' }

export type FromQueryWorker =
  | { readonly kind: 'updated' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'damaged'; readonly block: string; readonly reason: string }
  /** The asker left, or the time was up with nothing to show. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'wrong'; readonly problem: string; readonly field: string; readonly seen: string | undefined }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined }
