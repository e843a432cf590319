/** For tests: a whole store with writers in this thread, and the means to bring what was written into each state that spans live in. */
import { MessageChannel } from 'node:worker_threads'
import type { SpanWriter, TraceReader } from '#server/storage/store.ts'
import { openBlocksStore } from './blocks-store.ts'
import { diskFiles } from './files.ts'
import { localEnvironment } from './local-store.ts'
import type { BlocksStoreSettings, OpenStore, StoreLog } from './open-store.ts'
import { createBlocksWriter } from './write/table-writer.ts'

/** open: in tables · sealed: in blocks · merged: in blocks made of several · recovered: read back from the logs after the store was left. */
export type TestStoreState = 'open' | 'sealed' | 'merged' | 'recovered'

export interface TestBlocksStore {
  readonly writer: SpanWriter
  readonly demoWriter: SpanWriter
  readonly reader: TraceReader
  readonly log: TestLog
  /** Brings what was written into the state. */
  settle(): Promise<void>
  /** Every table becomes a block. */
  seal(): Promise<void>
  /** Leaves the store without sealing anything and opens it again. */
  reopen(): Promise<void>
  close(): Promise<void>
}

export interface TestLog extends StoreLog {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: object }[]
}

export function testLog(): TestLog {
  const lines: TestLog['lines'] = []
  const write =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push({ level, message, fields })
    }
  return { lines, info: write('info'), warn: write('warn'), error: write('error') }
}

export const TEST_SETTINGS: BlocksStoreSettings = {
  durability: 'synced',
  retentionAgeMs: 7 * 86_400_000,
  retentionBytes: 0,
  archiveBytes: 2 ** 30,
  diskReserveBytes: 1,
  memoryStoreSpans: 1_000_000,
  memoryStoreBytes: 512 * 2 ** 20,
  queryWorkers: 1,
  queryDeadlineMs: 30_000,
  queryConcurrency: 16,
  queryQueueMs: 10_000,
  tableRows: 1024,
}

export async function openTestStore(options: {
  readonly directory: string | undefined
  readonly state?: TestStoreState
  readonly settings?: Partial<BlocksStoreSettings>
  /** Without threads and without a lock: quicker to open. */
  readonly local?: boolean
}): Promise<TestBlocksStore> {
  const { directory, state = 'open' } = options
  // Many small tables become many small blocks, which are merged.
  const tableRows = state === 'merged' ? 8 : TEST_SETTINGS.tableRows
  const settings = { ...TEST_SETTINGS, tableRows, ...options.settings }
  const log = testLog()
  const onFailure = (error: Error): void => {
    throw error
  }
  let opened: OpenStore
  let writer: SpanWriter
  let demoWriter: SpanWriter

  const open = async (): Promise<void> => {
    const files = directory === undefined ? undefined : diskFiles(directory)
    const environment =
      options.local === true ? localEnvironment(files, { holdsTables: state === 'recovered' }) : undefined
    opened = await openBlocksStore({ directory, settings, log, onFailure }, environment)
    const connect = (spanClass: 'main' | 'demo'): SpanWriter => {
      const { port1, port2 } = new MessageChannel()
      return createBlocksWriter(opened.connectWriter(port1), port2, spanClass)
    }
    writer = connect('main')
    demoWriter = connect('demo')
  }
  const closeWriters = async (): Promise<void> => {
    await Promise.all([writer.close(), demoWriter.close()])
  }
  /** Closed writers leave their tables to the store, which seals them; new ones take over. */
  const seal = async (): Promise<void> => {
    await closeWriters()
    await until(async () => (await detail(opened, 'open tables')) === 0)
    const connect = (spanClass: 'main' | 'demo'): SpanWriter => {
      const { port1, port2 } = new MessageChannel()
      return createBlocksWriter(opened.connectWriter(port1), port2, spanClass)
    }
    writer = connect('main')
    demoWriter = connect('demo')
  }
  /** The store hears nothing of the writers' end: what they had stands in their logs. */
  const reopen = async (): Promise<void> => {
    await opened.close()
    await closeWriters()
    await open()
  }
  await open()
  return {
    log,
    get writer() {
      return writer
    },
    get demoWriter() {
      return demoWriter
    },
    get reader() {
      return opened.reader
    },
    seal,
    reopen,
    async settle() {
      if (state === 'sealed') await seal()
      if (state === 'recovered') await reopen()
      if (state === 'merged') await seal()
    },
    async close() {
      await closeWriters()
      await opened.close()
    },
  }
}

export async function detail(store: OpenStore | { readonly reader: TraceReader }, name: string): Promise<unknown> {
  const { details } = await store.reader.status()
  return details.find(entry => entry.name === name)?.value
}

/** Waits for something that happens by itself. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, 5))
}
