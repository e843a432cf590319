/**
 * The embedded store, in the main thread: knows the blocks and the open tables, and lets one thing after the other happen to them.
 *
 * Sealing a table: the seal worker writes the block · the manifest names it and calls the table sealed · readers see the block instead of
 * the table, in one step · the writer removes the log. A crash between any two of these loses nothing and doubles nothing: before the
 * manifest the log counts, after it the block.
 */
import type { MessagePort } from 'node:worker_threads'
import type { SpanClass, StoreStatus } from '#server/storage/store.ts'
import { type DamagedBlockError } from './block/damaged-block-error.ts'
import type { MadeBlock } from './block-maker.ts'
import type { BlockRef } from './block-shelf.ts'
import { BlockSealer, type Sealer, SealError } from './block-sealer.ts'
import { BlocksReader } from './blocks-reader.ts'
import { diskFiles, type Files, isDiskFull } from './files.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'
import { blockFile, blockId, encodeManifest, type Manifest, type QuarantinedBlock, sealingsOf } from './manifest.ts'
import type { OpenStore, OpenStoreOptions } from './open-store.ts'
import { type OpenTable, OpenTables, usedBytes, visibleRows } from './open-tables.ts'
import { quarantinePath } from './quarantine.ts'
import { QueryPool, type QuestionPool } from './query-pool.ts'
import type { SealRequest } from './seal-messages.ts'
import { expiredBlocks, mergeCandidates } from './retention.ts'
import { logBytes, startFromFiles, type Started } from './start.ts'
import { LOG_FOLDER } from './write/log-format.ts'
import type { WriterInit } from './write/messages.ts'
import { lastReceivedMs as lastReceived, TABLE_ROWS } from './write/open-table.ts'
import { QUARANTINE_FOLDER, releaseLog } from './write/recovery.ts'

/** Unpacked pages that all query workers together keep: the hot ones of some 10 M spans. */
const CACHE_BYTES = 128 * 1024 * 1024
/** How often age and size are looked at without traffic. */
const LOOK_EVERY_MS = 5000
/** Without a size to keep to: this part of what the store has plus what is free. */
const PART_OF_DISK = 0.8
/** After a failed sealing: first and longest pause. */
const RETRY_MS = 2000
const LONGEST_RETRY_MS = 300_000
/** The memory form drops an eighth of what it may hold at once, no more. */
const MEMORY_TABLES = 8
/** A span with its texts in an open table, about. */
const ROW_BYTES = 512
/** How long removing the demo waits for a table in use. */
const WAIT_FOR_TABLES_MS = 10_000
/** How long closing seals what has no log. */
const SEAL_AT_CLOSE_MS = 60_000

/** What tests put in the place of the disk and the threads. */
export interface StoreEnvironment {
  /** Undefined: the memory form. */
  readonly files: Files | undefined
  readonly sealer: Sealer
  readonly pool: QuestionPool
}

/**
 * Opens the store. Rejects with StoreUnavailableError when another process has the directory (naming it), when it can't be written to, or
 * when another version of the program made it.
 */
export async function openBlocksStore(options: OpenStoreOptions, environment?: StoreEnvironment): Promise<OpenStore> {
  const { directory } = options
  if (environment !== undefined) {
    const { files } = environment
    const started = files === undefined ? undefined : startFromFiles(files)
    return new BlocksStore(options, undefined, files, started, environment).ready()
  }
  if (directory === undefined) return new BlocksStore(options, undefined, undefined, undefined).ready()
  const lock = lockDirectory(directory)
  try {
    const files = diskFiles(directory)
    return await new BlocksStore(options, lock, files, startFromFiles(files)).ready()
  } catch (error) {
    lock.release()
    throw error
  }
}

const EMPTY: Pick<Manifest, 'nextNumber' | 'copiesRemoved' | 'expiredSpans'> = {
  nextNumber: 1,
  copiesRemoved: 0,
  expiredSpans: 0,
}

class BlocksStore implements OpenStore {
  readonly reader: BlocksReader
  readonly #options: OpenStoreOptions
  readonly #lock: DirectoryLock | undefined
  readonly #files: Files | undefined
  readonly #sealer: Sealer
  readonly #pool: QuestionPool
  readonly #tables: OpenTables
  readonly #timer: NodeJS.Timeout
  /** In order of sealing. Replaced, never changed. */
  #blocks: readonly BlockRef[]
  #quarantined: readonly QuarantinedBlock[]
  /** Files set aside that no block is known of. */
  #asideFiles: { readonly file: string; readonly reason: string }[] = []
  #sealedTables = new Set<string>()
  #nextNumber: number
  #copiesRemoved: number
  #expiredSpans: number
  /** Full tables in the order of their sealing. */
  #full: OpenTable[] = []
  /** Other things to be done, before the next sealing. */
  readonly #jobs: (() => Promise<void>)[] = []
  #working: Promise<void> | undefined
  #sealProblem: string | undefined
  #mergeAfter = 0
  #closing: Promise<void> | undefined
  readonly #ready: Promise<void>

  constructor(
    options: OpenStoreOptions,
    lock: DirectoryLock | undefined,
    files: Files | undefined,
    started: Started | undefined,
    environment?: StoreEnvironment,
  ) {
    const { directory, settings, log } = options
    const { nextNumber, copiesRemoved, expiredSpans } = started?.manifest ?? EMPTY
    this.#options = options
    this.#lock = lock
    this.#files = files
    this.#blocks = started?.manifest.blocks ?? []
    this.#quarantined = started?.manifest.quarantined ?? []
    this.#nextNumber = nextNumber
    this.#copiesRemoved = copiesRemoved
    this.#expiredSpans = expiredSpans
    const onFailure = (error: Error): void => this.#failed(error)
    this.#sealer = environment?.sealer ?? new BlockSealer(directory, onFailure)
    this.#pool =
      environment?.pool ??
      new QueryPool({
        directory,
        cacheBytes: Math.max(8 * 1024 * 1024, Math.floor(CACHE_BYTES / settings.queryWorkers)),
        count: settings.queryWorkers,
        concurrency: settings.queryConcurrency,
        queueMs: settings.queryQueueMs,
        deadlineMs: settings.queryDeadlineMs,
        onDamaged: (block, reason) => this.#quarantine(block, reason),
        onFailure,
      })
    this.#tables = new OpenTables({
      opened: ({ info }) => void this.#pool.update({ addTables: [info] }),
      full: table => {
        this.#full.push(table)
        this.#work()
      },
    })
    this.reader = new BlocksReader({
      name: directory === undefined ? 'memory' : 'blocks',
      durable: directory !== undefined && settings.durability !== 'memory',
      pool: this.#pool,
      beforeQuestion: () => this.#tables.drain(),
      quarantined: () => this.#quarantined,
      removeDemo: () => this.#removeDemo(),
      status: () => this.#status(),
      close: () => this.close(),
    })
    this.#ready = this.#update(this.#blocks, [])
    for (const problem of started?.problems ?? []) log.warn({ ...problem }, 'a log was not whole')
    if (started?.rebuilt === true) log.error({}, 'the manifest was damaged and has been made anew from the blocks')
    for (const { id, reason } of this.#quarantined) log.error({ block: id, reason }, 'a block lies aside')
    this.#findAside()
    for (const table of started?.tables ?? []) this.#tables.addFull(table, table.damaged)
    log.info(
      { place: this.#place, blocks: this.#blocks.length, tables: started?.tables.length ?? 0 },
      'the store is open',
    )
    this.#timer = setInterval(() => this.#work(), LOOK_EVERY_MS).unref()
    this.#work()
  }

  /** Resolves when all threads are there. */
  async ready(): Promise<this> {
    await this.#ready
    return this
  }

  connectWriter(port: MessagePort): WriterInit {
    const { directory, settings } = this.#options
    const { durability, maxTableAgeMs, diskReserveBytes } = settings
    this.#tables.connect(port)
    const { memoryStoreSpans, memoryStoreBytes } = settings
    const part = Math.min(memoryStoreSpans, Math.floor(memoryStoreBytes / ROW_BYTES)) / MEMORY_TABLES
    const rowsInMemory = Math.min(TABLE_ROWS, Math.max(256, Math.floor(part)))
    const tableRows = settings.tableRows ?? (directory === undefined ? rowsInMemory : undefined)
    return {
      directory,
      durability: directory === undefined ? 'memory' : durability,
      maxTableAgeMs,
      diskReserveBytes,
      tableRows,
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer)
    this.#tables.drain()
    await this.#pool.close()
    await this.#working
    // What has a log is sealed at the next start; what has none is sealed now.
    if (this.#files !== undefined && this.#options.settings.durability === 'memory') {
      const until = Date.now() + SEAL_AT_CLOSE_MS
      for (const table of this.#full.splice(0)) if (Date.now() < until) await this.#seal(table)
    }
    this.#tables.close()
    await this.#sealer.close()
    this.#lock?.release()
  }

  // ---- one thing after the other ----

  #work(): void {
    if (this.#working !== undefined || this.#closing !== undefined) return
    this.#working = this.#workAll().then(
      () => {
        this.#working = undefined
      },
      (error: unknown) => this.#failed(error instanceof Error ? error : new Error(String(error))),
    )
  }

  async #workAll(): Promise<void> {
    while (this.#closing === undefined) {
      const job = this.#jobs.shift()
      if (job !== undefined) {
        await job()
        continue
      }
      const now = Date.now()
      const next = this.#full.findIndex(({ retryAt }) => retryAt <= now)
      if (next >= 0) {
        const [table] = this.#full.splice(next, 1)
        await this.#seal(table)
        await this.#expire()
        continue
      }
      await this.#expire()
      if (this.#jobs.length === 0 && !(await this.#mergeSome())) return
    }
  }

  /** Something that must happen between sealings. */
  #between<T>(job: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push(() => job().then(resolve, reject))
      this.#work()
    })
  }

  #failed(error: Error): void {
    if (this.#closing !== undefined) return
    const { onFailure, log } = this.#options
    log.error({ err: error }, 'a thread of the store has failed')
    if (onFailure !== undefined) onFailure(error)
    else
      setImmediate(() => {
        throw error
      })
  }

  async #seal(table: OpenTable): Promise<void> {
    const { info } = table
    const id = blockId(this.#nextNumber, this.#nextNumber++)
    const rows = visibleRows(info.shared)
    try {
      const { summary, copiesRemoved, memory } = await this.#make({ kind: 'seal', table: info, block: id })
      const ref = summary === undefined ? undefined : { id, summary, memory }
      const blocks = ref === undefined ? this.#blocks : [...this.#blocks, ref]
      await this.#commit(blocks, { sealed: [info.id], copiesRemoved })
      void this.#update(ref === undefined ? [] : [ref], [], [info.id])
      this.#release(table)
      this.#sealProblem = undefined
      this.#options.log.info({ block: id, spans: rows - copiesRemoved, copiesRemoved }, 'a table became a block')
    } catch (error) {
      this.#full.unshift(table)
      if (this.#isDamage(error)) this.#quarantine(error.block, error.message)
      else this.#sealFailed(table, error)
    }
  }

  async #make(request: Extract<SealRequest, { kind: 'seal' | 'merge' }>): Promise<MadeBlock> {
    const made = await this.#sealer.ask(request)
    if (made === undefined) throw new Error('the seal worker made nothing')
    return made
  }

  #isDamage(error: unknown): error is DamagedBlockError {
    return error instanceof Error && error.name === 'DamagedBlockError' && 'block' in error
  }

  /** A full disk may have room at any time; anything else is less and less likely to pass. */
  #sealFailed(table: OpenTable, error: unknown): void {
    if (!(error instanceof SealError)) throw error
    table.failures++
    const pause = isDiskFull(error) ? RETRY_MS : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** table.failures)
    table.retryAt = Date.now() + pause
    this.#sealProblem = `a table could not be written to a block: ${error.message}`
    this.#options.log.error({ err: error, table: table.info.id, retryMs: pause }, 'a table could not be sealed')
    setTimeout(() => this.#work(), pause + 10).unref()
  }

  #release(table: OpenTable): void {
    if (this.#tables.remove(table) || this.#files === undefined) return
    try {
      releaseLog(this.#files, { id: table.info.id, damaged: table.damaged })
    } catch (error) {
      // The manifest calls it sealed: the next start removes it.
      this.#options.log.warn({ err: error }, 'a log could not be removed')
    }
  }

  /** Makes it durable that the store consists of these blocks. */
  async #commit(
    blocks: readonly BlockRef[],
    change: {
      readonly sealed?: readonly string[]
      readonly copiesRemoved?: number
      readonly expiredSpans?: number
      readonly quarantined?: readonly QuarantinedBlock[]
    } = {},
  ): Promise<void> {
    const { sealed = [], quarantined = this.#quarantined } = change
    const copiesRemoved = this.#copiesRemoved + (change.copiesRemoved ?? 0)
    const expiredSpans = this.#expiredSpans + (change.expiredSpans ?? 0)
    // A block may have been found damaged meanwhile.
    const aside = new Set(quarantined.map(({ id }) => id))
    const kept = blocks.filter(({ id }) => !aside.has(id))
    if (this.#files !== undefined) {
      const logs = new Set(this.#files.list(LOG_FOLDER))
      for (const id of this.#sealedTables) if (!logs.has(`${id}.log`)) this.#sealedTables.delete(id)
      for (const id of sealed) if (logs.has(`${id}.log`)) this.#sealedTables.add(id)
      const manifest: Manifest = {
        nextNumber: this.#nextNumber,
        blocks: kept.map(({ id, summary }) => ({ id, summary })),
        quarantined,
        sealedTables: [...this.#sealedTables],
        copiesRemoved,
        expiredSpans,
      }
      await this.#sealer.ask({ kind: 'write-manifest', bytes: encodeManifest(manifest) })
    }
    const now = new Set(this.#quarantined.map(({ id }) => id))
    this.#blocks = kept.filter(({ id }) => !now.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1))
    this.#copiesRemoved = copiesRemoved
    this.#expiredSpans = expiredSpans
  }

  /** Tells all threads. Resolves when none reads what was taken away. */
  async #update(
    add: readonly BlockRef[],
    remove: readonly string[],
    removeTables: readonly string[] = [],
  ): Promise<void> {
    const seen = this.#pool.update({ addBlocks: add, removeBlocks: remove, removeTables })
    const sealer = this.#sealer.ask({ kind: 'update', add, remove }).catch(() => undefined)
    await Promise.all([seen, sealer])
  }

  #removeFiles(blocks: readonly BlockRef[], unused: Promise<void>): void {
    if (this.#files === undefined || blocks.length === 0) return
    const files = blocks.map(({ id }) => blockFile(id))
    void unused
      .then(() => this.#sealer.ask({ kind: 'remove-files', files }))
      // They are removed at the next start.
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'files could not be removed'))
  }

  // ---- retention, merging ----

  async #expire(): Promise<void> {
    const { settings, log, directory } = this.#options
    const now = Date.now()
    const inMemory = directory === undefined
    const expired = expiredBlocks(this.#blocks, {
      now,
      ageMs: settings.retentionAgeMs,
      bytes: inMemory ? settings.memoryStoreBytes : this.#diskLimit(),
      spans: inMemory ? settings.memoryStoreSpans : Infinity,
      // Logs come and go and are ten times as large as what becomes of them: they count against the free space alone.
      otherBytes: inMemory ? this.#otherBytes() : 0,
      otherSpans: inMemory ? this.#openRows() : 0,
    })
    const ageMs = settings.retentionAgeMs
    const old = this.#quarantined.filter(({ summary }) => ageMs > 0 && summary.lastReceivedMs + ageMs < now)
    if (expired.length + old.length === 0) return
    const gone = new Set(expired)
    const quarantined = this.#quarantined.filter(block => !old.includes(block))
    const expiredSpans = rowsOf(expired)
    const remaining = this.#blocks.filter(block => !gone.has(block))
    try {
      await this.#commit(remaining, { expiredSpans, quarantined })
    } catch (error) {
      log.error({ err: error }, 'expired spans could not be removed')
      return
    }
    this.#quarantined = this.#quarantined.filter(block => !old.includes(block))
    this.#removeFiles(
      expired,
      this.#update(
        [],
        expired.map(({ id }) => id),
      ),
    )
    if (old.length > 0 && this.#files !== undefined) {
      const files = old.map(({ id }) => quarantinePath(blockFile(id)))
      await this.#sealer.ask({ kind: 'remove-files', files }).catch(() => undefined)
    }
    log.info({ blocks: expired.length, spans: expiredSpans }, 'spans have expired')
  }

  /** Bytes that blocks may have on the disk. */
  #diskLimit(): number {
    const { retentionBytes } = this.#options.settings
    if (retentionBytes > 0) return retentionBytes
    const free = this.#freeBytes()
    return free === undefined ? Infinity : (this.#blockBytes() + free) * PART_OF_DISK
  }

  /** False: there was nothing to merge. */
  async #mergeSome(): Promise<boolean> {
    const { settings, log } = this.#options
    if (Date.now() < this.#mergeAfter) return false
    const run = mergeCandidates(this.#blocks, settings.retentionAgeMs)
    const [first, last] = [sealingsOf(run?.[0]?.id ?? ''), sealingsOf(run?.at(-1)?.id ?? '')]
    if (run === undefined || first === undefined || last === undefined) return false
    const id = blockId(first.first, last.last)
    const ids = run.map(block => block.id)
    try {
      const made = await this.#make({ kind: 'merge', blocks: ids, block: id })
      const { summary, copiesRemoved, memory } = made
      const here = new Set(this.#blocks)
      if (!run.every(block => here.has(block))) return true
      const ref = summary === undefined ? undefined : { id, summary, memory }
      const others = this.#blocks.filter(block => !run.includes(block))
      await this.#commit(ref === undefined ? others : [...others, ref], { copiesRemoved })
      this.#removeFiles(run, this.#update(ref === undefined ? [] : [ref], ids))
      log.info({ blocks: run.length, spans: summary?.rowCount ?? 0, copiesRemoved }, 'blocks have been merged')
    } catch (error) {
      if (this.#isDamage(error)) this.#quarantine(error.block, error.message)
      else {
        this.#mergeAfter = Date.now() + LONGEST_RETRY_MS
        log.error({ err: error }, 'blocks could not be merged')
        return false
      }
    }
    return true
  }

  // ---- what went wrong ----

  /** Out of sight at once; the disk follows. */
  #quarantine(id: string, reason: string): void {
    const block = this.#blocks.find(known => known.id === id)
    if (block === undefined) return
    this.#options.log.error({ block: id, spans: block.summary.rowCount, reason }, 'a damaged block is left aside')
    this.#blocks = this.#blocks.filter(known => known !== block)
    this.#quarantined = [...this.#quarantined, { id, summary: block.summary, reason }]
    const unused = this.#update([], [id])
    this.#jobs.push(async () => {
      try {
        await this.#commit(this.#blocks)
        await unused
        await this.#sealer.ask({ kind: 'quarantine', file: blockFile(id) })
      } catch (error) {
        this.#options.log.error({ err: error }, 'a damaged block could not be moved')
      }
    })
    this.#work()
  }

  #findAside(): void {
    const known = new Set(this.#quarantined.map(({ id }) => `${id}.block`))
    for (const name of this.#files?.list(QUARANTINE_FOLDER) ?? []) {
      if (!known.has(name)) this.#asideFiles.push({ file: `${QUARANTINE_FOLDER}/${name}`, reason: 'was damaged' })
    }
  }

  // ---- asked by the reader ----

  async #removeDemo(): Promise<number> {
    const ended = await this.#tables.end('demo', WAIT_FOR_TABLES_MS)
    return this.#between(async () => {
      // A table that was being sealed meanwhile is a block now.
      const tables = ended.filter(({ info }) => this.#tables.get(info.id) !== undefined)
      const blocks = this.#blocks.filter(({ summary }) => summary.spanClass === 'demo')
      if (tables.length + blocks.length === 0) return 0
      const ids = tables.map(({ info }) => info.id)
      const remaining = this.#blocks.filter(block => !blocks.includes(block))
      await this.#commit(remaining, { sealed: ids })
      this.#full = this.#full.filter(table => !tables.includes(table))
      this.#removeFiles(
        blocks,
        this.#update(
          [],
          blocks.map(({ id }) => id),
          ids,
        ),
      )
      for (const table of tables) this.#release(table)
      return tables.reduce((sum, { info }) => sum + visibleRows(info.shared), rowsOf(blocks))
    })
  }

  async #status(): Promise<StoreStatus> {
    this.#tables.drain()
    const { settings } = this.#options
    const inMemory = this.#files === undefined
    const tables = this.#tables.all()
    const bytes = this.#blockBytes() + this.#otherBytes()
    const received = [
      ...this.#blocks.flatMap(({ summary }) => [summary.firstReceivedMs, summary.lastReceivedMs]),
      ...tables.flatMap(({ info }) => [info.firstReceivedMs, lastReceived(info.shared)]),
    ].filter(ms => ms > 0)
    const ns = (ms: number): bigint | undefined =>
      Number.isFinite(ms) ? BigInt(Math.floor(ms)) * 1_000_000n : undefined
    const least = received.reduce((a, b) => Math.min(a, b), Infinity)
    const most = received.reduce((a, b) => Math.max(a, b), -Infinity)
    const reason = this.#sealProblem ?? this.#tables.refusal()
    const { running, waiting } = this.#pool.load
    return {
      name: inMemory ? 'memory' : 'blocks',
      place: this.#place,
      spanCount: this.#openRows() + rowsOf(this.#blocks),
      demoSpans: this.#openRows('demo') + rowsOf(this.#blocks.filter(({ summary }) => summary.spanClass === 'demo')),
      copiesRemoved: this.#copiesRemoved,
      expiredSpans: this.#expiredSpans,
      bytes,
      oldestReceived: ns(least),
      newestReceived: ns(most),
      retentionAgeMs: settings.retentionAgeMs,
      retentionBytes: inMemory ? settings.memoryStoreBytes : Math.floor(this.#diskLimit()),
      freeBytes: this.#freeBytes(),
      quarantined: [
        ...this.#quarantined.map(({ id, reason: why }) => ({ file: quarantinePath(blockFile(id)), reason: why })),
        ...this.#asideFiles,
      ],
      writable: this.#tables.refusal() === undefined,
      writableReason: reason,
      details: [
        { name: 'blocks', value: this.#blocks.length },
        { name: 'open tables', value: tables.length },
        { name: 'spans in open tables', value: this.#openRows() },
        { name: 'tables that wait to be sealed', value: this.#full.length },
        { name: 'queries running', value: running },
        { name: 'queries waiting', value: waiting },
        ...(inMemory ? [{ name: 'most spans', value: settings.memoryStoreSpans }] : []),
      ],
    }
  }

  get #place(): string {
    return this.#options.directory ?? 'memory'
  }

  #blockBytes(): number {
    return this.#blocks.reduce((sum, { summary }) => sum + summary.bytes, 0)
  }

  /** Logs on disk; open tables in memory. */
  #otherBytes(): number {
    if (this.#files !== undefined) return logBytes(this.#files)
    return this.#tables.all().reduce((sum, { info }) => sum + usedBytes(info.shared), 0)
  }

  #openRows(spanClass?: SpanClass): number {
    const tables = this.#tables.all().filter(({ info }) => spanClass === undefined || info.spanClass === spanClass)
    return tables.reduce((sum, { info }) => sum + visibleRows(info.shared), 0)
  }

  #freeBytes(): number | undefined {
    try {
      return this.#files?.space().free
    } catch {
      return undefined
    }
  }
}

function rowsOf(blocks: readonly BlockRef[]): number {
  return blocks.reduce((sum, { summary }) => sum + summary.rowCount, 0)
}
