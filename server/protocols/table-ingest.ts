/** For tests: the pipeline's `Ingest` into one table in this process, and a context that listens on a free port of loopback. */
import type { Ingest, MessageInfo } from '#server/pipeline/ingest.ts'
import { addLedgers, Ledger } from '#server/pipeline/ledger.ts'
import { createIngest } from '#server/pipeline/pipeline.ts'
import { Senders } from '#server/pipeline/senders.ts'
import type { SpanWriter } from '#server/storage/store.ts'
import { ByteBudget, createSharedByteBudget } from '#server/transport/byte-budget.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { DEFAULT_SPAN_LIMITS, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { portSettings, type ProtocolContext } from './protocol.ts'

/** Keeps what is decoded in a growing table, and the messages as they were announced. Fails a message after which the ledger does not add up. */
export class TableIngest {
  readonly table = new SpanTableBuilder()
  readonly messages: MessageInfo[] = []
  /** When set, the next messages are decoded, undone and refused with it. */
  refusal: Error | undefined
  readonly #ledger = new Ledger()
  readonly #writer: SpanWriter = {
    open: () => this.table,
    // A private table grows by itself.
    makeRoom: () => Promise.resolve(),
    commit: from => {
      if (this.refusal === undefined) return Promise.resolve({ stored: this.table.rowCount - from.rows, duplicate: 0 })
      this.table.rollback(from)
      return Promise.reject(this.refusal)
    },
    rollback: to => this.table.rollback(to),
    close: () => Promise.resolve(),
  }
  readonly #ingest = createIngest({
    writers: new Map([['main', this.#writer]]),
    limits: DEFAULT_SPAN_LIMITS,
    ledger: this.#ledger,
    senders: new Senders(),
    now: Date.now,
  })

  readonly ingest: Ingest = async (message, decode) => {
    const fate = await this.#ingest(message, decode)
    this.messages.push(message)
    const ledger = addLedgers([this.#ledger.report()])
    const faults = ledgerFaults(ledger)
    if (ledger.total.stored !== this.table.rowCount) {
      faults.push(`stored: ${ledger.total.stored} in the ledger, but ${this.table.rowCount} rows`)
    }
    if (faults.length > 0) throw new Error(`the ledger does not add up: ${faults.join('; ')}`)
    return fate
  }
}

/** Any free port for each door, but for those given. */
export function anyPorts(given: Partial<ProtocolContext['ports']> = {}): ProtocolContext['ports'] {
  return { ...(Object.fromEntries(portSettings.map(name => [name, 0])) as ProtocolContext['ports']), ...given }
}

/** A context for `ingest`, with changes. */
export function loopbackContext(ingest: Ingest, changes: Partial<ProtocolContext> = {}): ProtocolContext {
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log }
  return {
    hosts: [{ host: '127.0.0.1', required: true }],
    reusePort: false,
    limits: { maxRequestBytes: 64 * 2 ** 20, headerTimeoutMs: 5000, bodyTimeoutMs: 5000, maxConnections: 100 },
    budget: new ByteBudget(createSharedByteBudget(192 * 2 ** 20)),
    corsOrigins: [],
    allowedHosts: ['127.0.0.1'],
    forward: ({ method, path }) => Promise.resolve({ status: 404, body: `${method} ${path} is not here\n` }),
    log,
    signal: new AbortController().signal,
    ports: anyPorts(),
    ingest,
    ...changes,
  }
}
