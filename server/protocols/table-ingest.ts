/** For tests: an `Ingest` into one table in this process, and a context that listens on a free port of loopback. */
import type { Ingest, MessageInfo } from '#server/pipeline/ingest.ts'
import { portSettings, type ProtocolContext } from './protocol.ts'
import { ByteBudget, createSharedByteBudget } from '#server/transport/byte-budget.ts'
import { type RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** Keeps what is decoded in a growing table, and the messages as they were announced. */
export class TableIngest {
  readonly table = new SpanTableBuilder()
  readonly messages: MessageInfo[] = []
  /** When set, the next messages are decoded, undone and refused with it. */
  refusal: Error | undefined

  readonly ingest: Ingest = (message, decode) => {
    const { table } = this
    const from = table.mark()
    const rejected = new Map<RejectReason, number>()
    table.onReject = (_, reason) => void rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
    try {
      decode(table)
      if (this.refusal !== undefined) throw this.refusal
    } catch (error) {
      table.rollback(from)
      return Promise.reject(error as Error)
    }
    this.messages.push(message)
    const stored = table.rowCount - from.rows
    const received = [...rejected.values()].reduce((sum, count) => sum + count, stored)
    return Promise.resolve({ received, stored, duplicate: 0, rejected, dropped: new Map() })
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
