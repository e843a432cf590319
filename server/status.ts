/** The status of this moment, put together from the workers' counters, the store and the process. */
import { availableParallelism } from 'node:os'
import { formatBytes, formatDuration } from '#server/config/quantities.ts'
import type { Settings } from '#server/config/settings-table.ts'
import { addLedgers } from '#server/pipeline/ledger.ts'
import { addSenders } from '#server/pipeline/senders.ts'
import type { SamplingState } from '#server/sampling/sampling.ts'
import type { StoreLimit, StoreStatus, TraceReader } from '#server/storage/store.ts'
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
  readonly sampling: () => SamplingState
  /** Bytes of requests that are being taken in, of all workers. */
  readonly budgetBytes: () => number
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
    limits: limits(sources.settings, {
      budgetBytes: sources.budgetBytes(),
      store: store.limits,
      connections: connections(reports, sources.settings.maxConnections),
    }),
    durability: sources.settings.durability,
    sampling: samplingJson(sources.sampling(), sources.settings.ingestSampleRate),
  }
}

function samplingJson(state: SamplingState, ingestRate: number): StatusAnswer['sampling'] {
  return {
    kind: state.kind,
    defaultRate: state.defaultRate,
    place: state.place ?? null,
    services: state.services,
    readAt: optional(state.readAt),
    problem: state.problem ?? null,
    operations: state.operations,
    targetPerSecond: state.targetPerSecond ?? null,
    ingestRate,
  }
}

/** Datagrams that never reached this process. */
const KERNEL_DROPS = 'kernel_buffer_full'

/** The workers share their ports: one line a listener. */
function addListeners(reports: readonly IngestReport[]): StatusAnswer['listeners'] {
  const byName = new Map<string, StatusAnswer['listeners'][number]>()
  for (const { name, address, port, stats } of reports.flatMap(({ listeners }) => listeners)) {
    const known = byName.get(name)
    const refused = new Map(Object.entries(known?.refused ?? {}))
    for (const [reason, times] of Object.entries(stats.refused)) refused.set(reason, (refused.get(reason) ?? 0) + times)
    // What the system dropped is told of all threads' sockets together.
    const drops = stats.udp?.kernelDrops ?? 0
    if (drops > 0) refused.set(KERNEL_DROPS, Math.max(drops, known?.refused[KERNEL_DROPS] ?? 0))
    byName.set(name, {
      name,
      address,
      port,
      requests: (known?.requests ?? 0) + stats.requests,
      refused: Object.fromEntries(refused),
      ...(stats.udp === undefined
        ? {}
        : { receiveBuffer: { asked: stats.udp.bufferAsked, granted: stats.udp.bufferGranted } }),
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

function limits(settings: Settings, used: InUse): StatusAnswer['limits'] {
  const fixed = (name: string, limit: number, unit: string): Limit => limitOf(name, unit, limit, null)
  return [
    limitOf('memory-budget', 'bytes', settings.memoryBudgetBytes, used.budgetBytes),
    ...used.store.map(({ name, unit, limit, used: now }) => limitOf(name, unit, limit, now)),
    ...Array.from(used.connections, ([listener, { limit, open }]) =>
      limitOf(`max-connections, ${listener}`, 'connections', limit, open),
    ),
    fixed('max-request-bytes', settings.maxRequestBytes, 'bytes'),
    fixed('max-attributes', settings.maxAttributes, 'attributes'),
    fixed('max-events', settings.maxEvents, 'events'),
    fixed('max-links', settings.maxLinks, 'links'),
    fixed('max-value-bytes', settings.maxValueBytes, 'bytes'),
    fixed('max-nesting', settings.maxNesting, 'levels'),
    fixed('query-deadline', settings.queryDeadlineMs, 'ms'),
  ]
}

type Limit = StatusAnswer['limits'][number]

interface InUse {
  readonly budgetBytes: number
  readonly store: readonly StoreLimit[]
  /** By listener: of all workers together. */
  readonly connections: ReadonlyMap<string, { readonly limit: number; readonly open: number }>
}

function limitOf(name: string, unit: string, limit: number, used: number | null): Limit {
  const text = (amount: number): string =>
    unit === 'bytes' ? bytesText(amount) : unit === 'ms' ? formatDuration(amount) : String(amount)
  return { name, value: text(limit), ...(used === null ? {} : { used: text(used) }), amount: { limit, used, unit } }
}

/** Exact where that is short: `64MiB`; else to a tenth: `842.7MB`. */
function bytesText(bytes: number): string {
  const exact = formatBytes(bytes)
  if (bytes < 1000 || /[A-Za-z]$/u.test(exact)) return exact
  const [unit, size] = BYTE_UNITS.find(([, least]) => bytes >= least) ?? ['B', 1]
  return `${(bytes / size).toFixed(1)}${unit}`
}

const BYTE_UNITS = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const

/** Each worker has a listener of its own on the shared port, with the whole limit. */
function connections(reports: readonly IngestReport[], each: number): InUse['connections'] {
  const sums = new Map<string, { limit: number; open: number }>()
  for (const { name, stats } of reports.flatMap(({ listeners }) => listeners)) {
    const { limit, open } = sums.get(name) ?? { limit: 0, open: 0 }
    sums.set(name, { limit: limit + each, open: open + stats.connections })
  }
  return sums
}
