/** What the embedded store is opened with, and what opening gives: words of all-in-one.ts and the store's, without anything of how it works. */
import type { MessagePort } from 'node:worker_threads'
import type { TraceReader } from '#server/storage/store.ts'
import type { Durability, WriterInit } from './write/messages.ts'

/** The settings of the store: `Settings` (server/config) has them all under these names. */
export interface BlocksStoreSettings {
  readonly durability: Durability
  /** ms after receipt; 0: never. */
  readonly retentionAgeMs: number
  /** 0: 80 % of what the store has plus what is free. */
  readonly retentionBytes: number
  /** Of all archived traces together, as they are kept. */
  readonly archiveBytes: number
  /** 0: the larger of 5 % of the disk and 1 GiB. */
  readonly diskReserveBytes: number
  /** Limits of the memory form. */
  readonly memoryStoreSpans: number
  readonly memoryStoreBytes: number
  /** Threads. */
  readonly queryWorkers: number
  readonly queryDeadlineMs: number
  readonly queryConcurrency: number
  readonly queryQueueMs: number
  /** Of an open table; both have good defaults (write/messages.ts). */
  readonly maxTableAgeMs?: number
  readonly tableRows?: number
}

/** What the store needs of a log; the program's has more. Fields never hold values of spans. */
export interface StoreLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface OpenStoreOptions {
  /** Undefined: the memory form. Created when it is missing. */
  readonly directory: string | undefined
  readonly settings: BlocksStoreSettings
  readonly log: StoreLog
  /** A thread of the store has died: nothing can go on. Default: thrown, so that the process ends and its next start recovers. */
  readonly onFailure?: (error: Error) => void
}

/** A store that is open. One for each process and directory. */
export interface OpenStore {
  readonly reader: TraceReader
  /**
   * Makes ready for a writer at the other end of the port, which stays open until that writer has closed. What is returned survives
   * structured cloning and is what `createBlocksWriter` takes in the writer's thread.
   */
  connectWriter(port: MessagePort): WriterInit
  /** Close the writers first. Resolves when all threads have ended and another process may open the directory. */
  close(): Promise<void>
}
