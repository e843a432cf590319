/** For tests of the write path: a writer with the least of a store at the other end of its port, and spans told apart by content. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { decodeSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { SpanHasher } from '#shared/spans/equal-spans.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import type { SpanClass, SpanWriter, WriteResult } from '#server/storage/store.ts'
import type { Files } from '#server/storage/blocks/files.ts'
import type { OpenTableInfo, StoreMessage, WriterInit, WriterMessage } from './messages.ts'
import { type Recovered, recoverTables, releaseLog } from './recovery.ts'
import { createBlocksWriter, type WriterEnvironment } from './table-writer.ts'

const SEALED = 'sealed'

export interface TestStore {
  readonly writer: SpanWriter
  readonly messages: WriterMessage[]
  /** Tables opened and not sealed. */
  readonly tables: Map<string, OpenTableInfo>
  tell(message: StoreMessage): void
  /** Resolves when a message for which it holds has come, or has been there. */
  heard(wanted: (message: WriterMessage) => boolean): Promise<WriterMessage>
  close(): Promise<void>
}

export interface TestStoreOptions extends WriterEnvironment {
  readonly init?: Partial<WriterInit>
  readonly spanClass?: SpanClass
  /** Tables that are full become files of their own, made durable, and are told as sealed. Default: they wait. */
  readonly seals?: boolean
}

export function testStore(files: Files | undefined, options: TestStoreOptions = {}): TestStore {
  const { port1, port2 } = new MessageChannel()
  const messages: WriterMessage[] = []
  const tables = new Map<string, OpenTableInfo>()
  let listeners: (() => void)[] = []
  files?.makeDirectory(SEALED)
  files?.syncDirectory('')
  const tell = (message: StoreMessage): void => port1.postMessage(message)
  port1.on('message', (message: WriterMessage) => {
    messages.push(message)
    if (message.kind === 'table-opened') tables.set(message.table.id, message.table)
    if (message.kind === 'table-full' && options.seals === true && files !== undefined) {
      const table = tables.get(message.id)
      if (table !== undefined) sealToFile(files, table)
      tables.delete(message.id)
      tell({ kind: 'table-sealed', id: message.id })
    }
    for (const listener of listeners.splice(0)) listener()
  })
  const init: WriterInit = {
    directory: files === undefined ? undefined : files.place,
    durability: files === undefined ? 'memory' : 'synced',
    diskReserveBytes: 1,
    tableRows: 64,
    ...options.init,
  }
  const writer = createBlocksWriter(init, port2, options.spanClass ?? 'main', { files, ...options })
  return {
    writer,
    messages,
    tables,
    tell,
    async heard(wanted) {
      for (;;) {
        const found = messages.find(wanted)
        if (found !== undefined) return found
        const { promise, resolve } = Promise.withResolvers<void>()
        listeners = [...listeners, resolve]
        await promise
      }
    },
    async close() {
      await writer.close()
      await this.heard(message => message.kind === 'writer-closed')
      closePorts(port1, port2)
    },
  }
}

function closePorts(...ports: MessagePort[]): void {
  for (const port of ports) port.close()
}

function sealToFile(files: Files, table: OpenTableInfo): void {
  const temporary = `${SEALED}/${table.id}.tmp`
  const file = files.open(temporary, 'create')
  file.writeAt(Buffer.concat(encodeSpanTable(viewSpanTable(table.shared))), 0)
  file.syncNow()
  file.close()
  files.rename(temporary, `${SEALED}/${table.id}.spans`)
  files.syncDirectory(SEALED)
}

/** As the pipeline does it: decodes, makes room when there is none, decodes again, commits. */
export async function send(writer: SpanWriter, decode: (table: SpanTableBuilder) => void): Promise<WriteResult> {
  for (;;) {
    const table = writer.open()
    const mark = table.mark()
    try {
      decode(table)
    } catch (error) {
      writer.rollback(mark)
      if (!(error instanceof TableFullError)) throw error
      await writer.makeRoom()
      continue
    }
    return writer.commit(mark)
  }
}

/** The spans of batch `number` under a seed: the same each time. */
export function randomBatch(seed: number, number: number, spans: number): (table: SpanTableBuilder) => void {
  return table => addRandomSpans(table, new Random(Math.imul(seed, 31) + number), spans)
}

/** Each span by ids and content. */
export function spanKeys(table: SpanTable): string[] {
  const hasher = new SpanHasher(table)
  return Array.from(
    { length: table.rowCount },
    (_, row) => `${formatTraceId(table.traceId, row)}-${formatSpanId(table.spanId, row)}-${hasher.hash(row)}`,
  )
}

export function keysOf(decode: (table: SpanTableBuilder) => void): string[] {
  const table = new SpanTableBuilder()
  decode(table)
  return spanKeys(table)
}

/** Opens what is there: what was sealed, and what the logs still have. */
export function reopen(files: Files): Recovered & { readonly keys: string[] } {
  const sealed = files.list(SEALED).filter(name => name.endsWith('.spans'))
  const recovered = recoverTables(files, id => sealed.includes(`${id}.spans`))
  const keys = recovered.tables.flatMap(table => spanKeys(viewSpanTable(table.shared)))
  for (const name of sealed) {
    const file = files.open(`${SEALED}/${name}`, 'read')
    const bytes = new Uint8Array(file.size())
    file.readAt(bytes, 0)
    file.close()
    try {
      for (const key of spanKeys(decodeSpanTable(bytes))) keys.push(key)
    } catch (error) {
      // Its spans are missing then, which is what is asked for here.
      if (!(error instanceof DecodeError)) throw error
    }
  }
  return { ...recovered, keys }
}

/** As a store does it when it starts: what the logs have becomes sealed files, and the logs go. */
export function start(files: Files): void {
  const sealed = files.list(SEALED)
  for (const name of sealed) if (name.endsWith('.tmp')) files.remove(`${SEALED}/${name}`)
  for (const table of recoverTables(files, id => sealed.includes(`${id}.spans`)).tables) {
    sealToFile(files, table)
    releaseLog(files, table)
  }
}
