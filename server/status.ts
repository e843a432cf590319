/** The status of this moment, put together from the workers' counters, the store and the process. */
import { availableParallelism } from 'node:os'
import { formatBytes, formatDuration } from '#server/config/quantities.ts'
import type { Settings } from '#server/config/settings-table.ts'
import { addLedgers } from '#server/pipeline/ledger.ts'
import { addSenders } from '#server/pipeline/senders.ts'
import type { StoreStatus, TraceReader } from '#server/storage/store.ts'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import type { IngestReport } from './ingest-protocol.ts'

export interface StatusSources {
  readonly version: string
  readonly settings: Settings
  readonly reader: TraceReader
  readonly reports: () => Promise<readonly IngestReport[]>
  /** Listeners of the main thread. */
  readonly listeners: () => StatusAnswer['listeners']
  readonly queryWorkers: number
}

const STARTED_MS = Date.now()

const nanoseconds = (ms: number): string => `${Math.round(ms)}000000`
const optional = (time: bigint | undefined): string | null => (time === undefined ? null : String(time))

export async function readStatus(sources: StatusSources): Promise<StatusAnswer> {
  const [reports, store] = await Promise.all([sources.reports(), sources.reader.status()])
  const ledger = addLedgers(reports.map(report => report.ledger))
  const notKept = new Map<string, number>()
  for (const report of reports) {
    for (const [signal, requests] of Object.entries(report.notKept)) {
      notKept.set(signal, (notKept.get(signal) ?? 0) + requests)
    }
  }
  const { user, system } = process.cpuUsage()
  return {
    version: sources.version,
    startedAt: nanoseconds(STARTED_MS),
    now: nanoseconds(Date.now()),
    process: {
      pid: process.pid,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      cores: availableParallelism(),
      ingestWorkers: reports.length,
      queryWorkers: sources.queryWorkers,
    },
    listeners: [...sources.listeners(), ...addListeners(reports)],
    ledger: {
      total: ledger.total,
      lines: [...ledger.lines],
      valuesCut: ledger.valuesCut,
      entriesDropped: ledger.entriesDropped,
    },
    notKept: Object.fromEntries(notKept),
    senders: addSenders(reports.map(report => report.senders)),
    store: storeJson(store, sources.reader.capabilities.durable),
    limits: limits(sources.settings),
    durability: sources.settings.durability,
  }
}

/** The workers share their ports: one line a listener. */
function addListeners(reports: readonly IngestReport[]): StatusAnswer['listeners'] {
  const byName = new Map<string, StatusAnswer['listeners'][number]>()
  for (const { name, address, port, stats } of reports.flatMap(({ listeners }) => listeners)) {
    const known = byName.get(name)
    const refused = new Map(Object.entries(known?.refused ?? {}))
    for (const [reason, times] of Object.entries(stats.refused)) refused.set(reason, (refused.get(reason) ?? 0) + times)
    byName.set(name, {
      name,
      address,
      port,
      requests: (known?.requests ?? 0) + stats.requests,
      refused: Object.fromEntries(refused),
    })
  }
  return [...byName.values()]
}

function storeJson(store: StoreStatus, durable: boolean): StatusAnswer['store'] {
  return {
    name: store.name,
    place: store.place,
    durable,
    spanCount: store.spanCount,
    copiesRemoved: store.copiesRemoved,
    expiredSpans: store.expiredSpans,
    bytes: store.bytes,
    oldestReceived: optional(store.oldestReceived),
    newestReceived: optional(store.newestReceived),
    retentionAgeMs: store.retentionAgeMs,
    retentionBytes: store.retentionBytes,
    freeBytes: store.freeBytes ?? null,
    quarantined: [...store.quarantined],
    writable: store.writable,
    writableReason: store.writableReason ?? null,
    details: [...store.details],
    demoLoaded: store.demoSpans > 0,
  }
}

function limits(settings: Settings): StatusAnswer['limits'] {
  return [
    { name: 'max-request-bytes', value: formatBytes(settings.maxRequestBytes) },
    { name: 'memory-budget', value: formatBytes(settings.memoryBudgetBytes) },
    { name: 'max-connections', value: String(settings.maxConnections) },
    { name: 'max-attributes', value: String(settings.maxAttributes) },
    { name: 'max-events', value: String(settings.maxEvents) },
    { name: 'max-links', value: String(settings.maxLinks) },
    { name: 'max-value-bytes', value: formatBytes(settings.maxValueBytes) },
    { name: 'max-nesting', value: String(settings.maxNesting) },
    { name: 'query-concurrency', value: String(settings.queryConcurrency) },
    { name: 'query-deadline', value: formatDuration(settings.queryDeadlineMs) },
  ]
}
