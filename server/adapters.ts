/** The one list of stores. Main opens one, ingest workers make their writers from what main's `connectWriter` gave. */
import type { MessagePort } from 'node:worker_threads'
import type { Settings } from './config/settings-table.ts'
import { openBlocksStore } from './storage/blocks/blocks-store.ts'
import type { OpenStore, StoreLog } from './storage/blocks/open-store.ts'
import type { WriterInit } from './storage/blocks/write/messages.ts'
import { createBlocksWriter } from './storage/blocks/write/table-writer.ts'
import { createDiscardWriter } from './storage/discard/discard-writer.ts'
import type { SpanClass, SpanWriter } from './storage/store.ts'

type StorageName = Settings['storage']

interface Adapter {
  /** In the main thread. Rejects with StoreUnavailableError, whose message is for the person who started the program. */
  open(settings: Settings, log: StoreLog): Promise<OpenStore>
  /** In an ingest worker: `init` is what `connectWriter` returned for the other end of the port. */
  createWriter(init: unknown, port: MessagePort, spanClass: SpanClass): SpanWriter
}

const adapters: Readonly<Record<StorageName, Adapter>> = {
  blocks: {
    open: (settings, log) => openBlocksStore({ directory: settings.dataDir, settings, log }),
    createWriter: (init, port, spanClass) => createBlocksWriter(init as WriterInit, port, spanClass),
  },
  memory: {
    open: (settings, log) => openBlocksStore({ directory: undefined, settings, log }),
    createWriter: (init, port, spanClass) => createBlocksWriter(init as WriterInit, port, spanClass),
  },
  discard: {
    // A store of nothing answers every question: with nothing.
    open: (settings, log) => openBlocksStore({ directory: undefined, settings, log }),
    createWriter: () => createDiscardWriter(),
  },
}

export function openStore(settings: Settings, log: StoreLog): Promise<OpenStore> {
  return adapters[settings.storage].open(settings, log)
}

export function createWriter(storage: StorageName, init: unknown, port: MessagePort, spanClass: SpanClass): SpanWriter {
  return adapters[storage].createWriter(init, port, spanClass)
}
