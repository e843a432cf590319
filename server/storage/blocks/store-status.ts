/** What the store says of itself: counted when it is asked. */
import type { BlocksArchive } from './archive/blocks-archive.ts'
import type { StoreLimit, StoreStatus } from '#server/storage/store.ts'
import { type BlockList, rowsOf } from './block-list.ts'
import { REACH_NS } from './block-maker.ts'
import type { Files } from './files.ts'
import { blockFile } from './manifest.ts'
import type { OpenStoreOptions } from './open-store.ts'
import { type OpenTables, usedBytes, visibleRows } from './open-tables.ts'
import { quarantinePath } from './quarantine.ts'
import type { QuestionPool } from './query-pool.ts'
import { logBytes } from './start.ts'
import { freeBytes } from './upkeep.ts'
import { diskReserve } from './write/disk-guard.ts'
import { lastReceivedMs } from './write/open-table.ts'
import { MAX_UNSEALED_TABLES } from './write/table-writer.ts'

export interface StatusParts {
  readonly options: OpenStoreOptions
  /** Undefined: the memory form. */
  readonly files: Files | undefined
  readonly list: BlockList
  readonly tables: OpenTables
  readonly archive: BlocksArchive
  readonly pool: QuestionPool
  /** Bytes that blocks may have. */
  readonly limitBytes: number
  readonly waitingTables: number
  readonly sealProblem: string | undefined
  /** Files set aside that no block is known of. */
  readonly asideFiles: readonly { readonly file: string; readonly reason: string }[]
}

export function storeStatus(parts: StatusParts): StoreStatus {
  const { options, files, list, tables, archive, pool, limitBytes } = parts
  const { settings } = options
  const inMemory = files === undefined
  const { blocks } = list
  const open = tables.all()
  const rows = open.map(({ info }) => visibleRows(info.shared))
  const openRows = rows.reduce((sum, count) => sum + count, 0)
  const demoRows = rows.reduce((sum, count, i) => (open[i].info.spanClass === 'demo' ? sum + count : sum), 0)
  const tableBytes = open.reduce((sum, { info }) => sum + usedBytes(info.shared), 0)
  const logs = inMemory ? 0 : logBytes(files)
  const spanCount = openRows + rowsOf(blocks)
  const free = inMemory ? undefined : freeBytes(files)
  const received = [
    ...blocks.flatMap(({ summary }) => [summary.firstReceivedMs, summary.lastReceivedMs]),
    ...open.flatMap(({ info }) => [info.firstReceivedMs, lastReceivedMs(info.shared)]),
  ].filter(ms => ms > 0)
  const refusal = tables.refusal()
  const { running, waiting } = pool.load
  const full = tables.mostUnsealed
  const limits: StoreLimit[] = inMemory
    ? [
        { name: 'memory-store-spans', unit: 'spans', used: spanCount, limit: settings.memoryStoreSpans },
        { name: 'memory-store-bytes', unit: 'bytes', used: list.bytes + tableBytes, limit: limitBytes },
      ]
    : [{ name: 'retention-bytes', unit: 'bytes', used: list.bytes, limit: Math.floor(limitBytes) }, ...reserve(parts)]
  limits.push(
    { name: 'archive-bytes', unit: 'bytes', used: archive.bytes, limit: archive.limitBytes },
    { name: 'full tables of one writer', unit: 'tables', used: full, limit: MAX_UNSEALED_TABLES },
    { name: 'query-concurrency', unit: 'queries', used: running, limit: settings.queryConcurrency },
  )
  return {
    name: inMemory ? 'memory' : 'blocks',
    place: options.directory ?? 'memory',
    spanCount,
    demoSpans: demoRows + rowsOf(blocks.filter(({ summary }) => summary.spanClass === 'demo')),
    copiesRemoved: list.copiesRemoved,
    expiredSpans: list.expiredSpans,
    bytes: list.bytes + (inMemory ? tableBytes : logs),
    oldestReceived: nanoseconds(received.reduce((a, b) => Math.min(a, b), Infinity)),
    newestReceived: nanoseconds(received.reduce((a, b) => Math.max(a, b), -Infinity)),
    retentionAgeMs: settings.retentionAgeMs,
    retentionBytes: Math.floor(limitBytes),
    freeBytes: free,
    quarantined: [
      ...list.quarantined.map(({ id, reason }) => ({ file: quarantinePath(blockFile(id)), reason })),
      ...parts.asideFiles,
    ],
    writable: refusal === undefined,
    writableReason: parts.sealProblem ?? refusal,
    limits,
    details: [
      { name: 'blocks', value: blocks.length },
      { name: 'archived traces', value: archive.size },
      { name: 'open tables', value: open.length },
      { name: 'spans in open tables', value: openRows },
      { name: 'bytes in open tables', value: tableBytes },
      ...(inMemory ? [] : [{ name: 'bytes of logs', value: logs }]),
      { name: 'tables that wait to be sealed', value: parts.waitingTables },
      { name: 'queries running', value: running },
      { name: 'queries waiting', value: waiting },
      { name: 'calls across blocks are counted up to, hours apart', value: Number(REACH_NS / 3_600_000_000_000n) },
    ],
  }
}

/** How much of the disk is in use, of what may be before spans are refused. */
function reserve({ files, options }: StatusParts): StoreLimit[] {
  try {
    const space = files?.space()
    if (space === undefined) return []
    const limit = space.total - diskReserve(space.total, options.settings.diskReserveBytes)
    return [{ name: 'disk-reserve', unit: 'bytes', used: space.total - space.free, limit }]
  } catch {
    // The disk does not answer; the writers say so.
    return []
  }
}

function nanoseconds(ms: number): bigint | undefined {
  return Number.isFinite(ms) ? BigInt(Math.floor(ms)) * 1_000_000n : undefined
}
