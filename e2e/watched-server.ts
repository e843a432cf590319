/**
 * A Spoor put together in this process out of the same parts as server/all-in-one.ts, with somebody standing at each door on the server's
 * side of it: each part is handed what it asks for, and what it was handed looks on. For e2e/nine-doors.spec.ts.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addLedgers, Ledger } from '#server/pipeline/ledger.ts'
import { createIngest } from '#server/pipeline/pipeline.ts'
import { Senders } from '#server/pipeline/senders.ts'
import { listenOtlpHttp } from '#server/protocols/otlp/otlp-http.ts'
import { loopbackContext } from '#server/protocols/table-ingest.ts'
import { openTestApp } from '#server/routes/test-app.ts'
import { bytesAsFile } from '#server/storage/blocks/block/block-file.ts'
import { BlockReader } from '#server/storage/blocks/block/block-reader.ts'
import { PageCache } from '#server/storage/blocks/block/page-cache.ts'
import { openTestStore } from '#server/storage/blocks/test-blocks-store.ts'
import type { SpanWriter, TraceReader } from '#server/storage/store.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { idWords, type TraceId } from '#shared/spans/ids.ts'
import { Span } from '#shared/spans/span.ts'
import { DEFAULT_SPAN_LIMITS, type RowMark, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** What was seen, each as a text in which a value can be looked for. */
export interface Seen {
  /** Bodies as the transport handed them over. */
  bytes: string
  /** Rows as the decoder left them. */
  decoded: string
  /** Rows that the pipeline gave to be written. */
  accepted: string
}

export interface WatchedServer {
  readonly seen: Readonly<Seen>
  /** Of OTLP over HTTP. */
  readonly otlp: string
  /** Of the query port. */
  readonly origin: string
  readonly ledger: Ledger
  readonly reader: TraceReader
  /** All logs of open tables, as bytes. */
  logs(): string
  /** The open tables become blocks. */
  seal(): Promise<void>
  /** Attributes of a trace as the blocks on the disk have it, read past the store. */
  inBlocks(traceId: TraceId): string
  stop(): Promise<void>
}

/** Every attribute of the rows from `first` on, as text. */
export function attributesOfRows(table: SpanTableBuilder, first = 0): string {
  const rows = Array.from({ length: table.rowCount - first }, (_, k) => new Span(table, first + k).attributes)
  return JSON.stringify(rows.flat().map(({ key, value }) => ('value' in value ? [key, String(value.value)] : [key])))
}

/** The decoder of protobuf, with somebody who sees what goes in and what comes out. */
class WatchedDecoder extends OtlpProtobufDecoder {
  readonly #seen: Seen

  constructor(seen: Seen) {
    super()
    this.#seen = seen
  }

  override decode(bytes: Uint8Array, table: SpanTableBuilder): void {
    this.#seen.bytes += Buffer.from(bytes).toString('latin1')
    const first = table.rowCount
    super.decode(bytes, table)
    this.#seen.decoded += attributesOfRows(table, first)
  }
}

/** A writer that looks at the rows before it passes them on. */
function watchedWriter(writer: SpanWriter, seen: Seen): SpanWriter {
  let table: SpanTableBuilder
  return {
    open: () => (table = writer.open()),
    makeRoom: () => writer.makeRoom(),
    commit: (from: RowMark, onCopy) => {
      seen.accepted += attributesOfRows(table, from.rows)
      return writer.commit(from, onCopy)
    },
    rollback: to => writer.rollback(to),
    close: () => writer.close(),
  }
}

function filesOf(folder: string): Buffer[] {
  return readdirSync(folder).map(name => readFileSync(join(folder, name)))
}

export async function startWatchedServer(): Promise<WatchedServer> {
  const directory = mkdtempSync(join(tmpdir(), 'spoor-doors-'))
  const seen: Seen = { bytes: '', decoded: '', accepted: '' }
  const store = await openTestStore({ directory })
  const ledger = new Ledger()
  const ingest = createIngest({
    writers: new Map([['main', watchedWriter(store.writer, seen)]]),
    limits: DEFAULT_SPAN_LIMITS,
    ledger,
    senders: new Senders(),
    now: Date.now,
  })
  const decoders = { protobuf: new WatchedDecoder(seen), json: new OtlpJsonDecoder() }
  const otlp = await listenOtlpHttp(loopbackContext(ingest), 0, { ingest, decoders })
  const { app } = await openTestApp(store.reader, {
    allowedHosts: ['127.0.0.1'],
    appDirectory: join(import.meta.dirname, '../dist/app'),
  })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    seen,
    otlp: `http://127.0.0.1:${otlp.port}/v1/traces`,
    origin,
    ledger,
    reader: store.reader,
    logs: () => Buffer.concat(filesOf(join(directory, 'log'))).toString('latin1'),
    seal: () => store.seal(),
    inBlocks(traceId) {
      const found = new SpanTableBuilder()
      for (const bytes of filesOf(join(directory, 'blocks'))) {
        const block = BlockReader.open(bytesAsFile([bytes]), { cache: new PageCache(), name: 'a block' })
        block.readTrace(idWords(traceId), found)
      }
      return attributesOfRows(found)
    },
    async stop() {
      await app.close()
      await otlp.close(0)
      await store.close()
      rmSync(directory, { recursive: true, force: true })
      const faults = ledgerFaults(addLedgers([ledger.report()]))
      if (faults.length > 0) throw new Error(`the ledger does not add up: ${faults.join('; ')}`)
    },
  }
}
