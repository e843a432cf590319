/**
 * What a writer (in an ingest worker) and the store (in the main thread) tell each other over one MessagePort, and what a writer is
 * made from. One writer, and one port, for each worker and span class.
 *
 * The life of a table: `table-opened` · rows become visible in its memory by themselves · `table-full` (nothing is added any more,
 * everything in it is acknowledged) · the store seals it into a block · `table-sealed` (the writer removes the log).
 */
import type { SharedTable } from '#shared/spans/span-table-view.ts'
import type { SpanClass } from '#server/storage/store.ts'

/** When a commit resolves: the disk has it, the system has it (a power cut can undo it), the process has it (no log at all). */
export type Durability = 'synced' | 'buffered' | 'memory'

/** What a writer is made from; survives structured cloning. */
export interface WriterInit {
  /** The store's directory, which exists; undefined: the memory form, without a log. */
  readonly directory: string | undefined
  readonly durability: Durability
  /** A table with rows is given to the seal worker when its first row is this old, ms. Default 300,000. */
  readonly maxTableAgeMs?: number
  /** Bytes that must stay free on the disk; 0 or absent: the larger of 5 % and 1 GiB. */
  readonly diskReserveBytes?: number
  /** Tables of one writer that wait to be sealed; beyond, new spans are refused until one is. Default 3. */
  readonly maxUnsealedTables?: number
  /** Rows of a usual table. Default 262,144. */
  readonly tableRows?: number
}

/** A table as other threads get to know it. */
export interface OpenTableInfo {
  /** Also the name of its log: `log/<id>.log`. Ids sort by the time of opening. */
  readonly id: string
  readonly spanClass: SpanClass
  /** View it with `viewSpanTable`; the last receipt stands in it: `lastReceivedMs(shared)` (open-table.ts). */
  readonly shared: SharedTable
  /** ms since the epoch: when its first row came in. */
  readonly firstReceivedMs: number
}

export type WriterMessage =
  /** Before its first row is visible. */
  | { readonly kind: 'table-opened'; readonly table: OpenTableInfo }
  /** No more rows: full, old enough, asked for by `rotate`, or left because its log failed (then only what was acknowledged is in it). */
  | { readonly kind: 'table-full'; readonly id: string }
  /** Whether spans are taken: undefined when they are, else why not. Sent when it changes. */
  | { readonly kind: 'refusing'; readonly reason: string | undefined }
  /** Everything is settled; no message follows. Tables that were not sealed are in the log. */
  | { readonly kind: 'writer-closed' }

export type StoreMessage =
  /** The rows are elsewhere for good: the writer removes the log and lets go of the table. */
  | { readonly kind: 'table-sealed'; readonly id: string }
  /** Give the open table to the seal worker now; nothing happens when it is empty. */
  | { readonly kind: 'rotate' }
  /** Spans are refused with this reason until `accept`. */
  | { readonly kind: 'refuse'; readonly reason: string }
  | { readonly kind: 'accept' }
