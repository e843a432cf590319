/**
 * The embedded store, in the main thread: knows the blocks and the open tables, and lets one thing after the other happen to them.
 *
 * Sealing a table: the seal worker writes the block · the manifest names it and calls the table sealed · readers see the block instead of
 * the table, in one step · the writer removes the log. A crash between any two of these loses nothing and doubles nothing: before the
 * manifest the log counts, after it the block.
 */
import type { MessagePort } from 'node:worker_threads'
import type { StoreStatus } from '#server/storage/store.ts'
import { BlocksArchive } from './archive/blocks-archive.ts'
import { BlockList, rowsOf } from './block-list.ts'
import { BlockSealer, type Sealer, SealError } from './block-sealer.ts'
import { BlocksReader } from './blocks-reader.ts'
import { diskFiles, type Files, isDiskFull } from './files.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'
import type { OpenStore, OpenStoreOptions } from './open-store.ts'
import { type OpenTable, OpenTables, usedBytes, visibleRows } from './open-tables.ts'
import { QueryPool, type QuestionPool } from './query-pool.ts'
import { startFromFiles, type Started } from './start.ts'
import { storeStatus } from './store-status.ts'
import { isDamage, make, Upkeep } from './upkeep.ts'
import type { WriterInit } from './write/messages.ts'
import { TABLE_ROWS } from './write/open-table.ts'
import { QUARANTINE_FOLDER, releaseLog } from './write/recovery.ts'

/** Unpacked pages that all query workers together keep: the hot ones of some 10 M spans. */
const CACHE_BYTES = 128 * 1024 * 1024
/** How often age and size are looked at without traffic. */
const LOOK_EVERY_MS = 5000
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

class BlocksStore implements OpenStore {
  readonly reader: BlocksReader
  readonly #options: OpenStoreOptions
  readonly #lock: DirectoryLock | undefined
  readonly #files: Files | undefined
  readonly #sealer: Sealer
  readonly #pool: QuestionPool
  readonly #tables: OpenTables
  readonly #list: BlockList
  readonly #upkeep: Upkeep
  readonly #archive: BlocksArchive
  readonly #timer: NodeJS.Timeout
  /** Files set aside that no block is known of. */
  #asideFiles: { readonly file: string; readonly reason: string }[] = []
  /** Full tables in the order of their sealing. */
  #full: OpenTable[] = []
  /** Other things to be done, before the next sealing. */
  readonly #jobs: (() => Promise<void>)[] = []
  #working: Promise<void> | undefined
  #sealProblem: string | undefined
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
    this.#options = options
    this.#lock = lock
    this.#files = files
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
    const [sealer, pool, manifest] = [this.#sealer, this.#pool, started?.manifest]
    this.#list = new BlockList({ files, sealer, pool, log, manifest })
    this.#upkeep = new Upkeep({
      list: this.#list,
      sealer,
      files,
      settings,
      log,
      openTables: () => this.#inTables(),
      onDamaged: (block, reason) => this.#quarantine(block, reason),
    })
    this.#archive = new BlocksArchive({
      files,
      sealer,
      pool,
      limitBytes: settings.archiveBytes,
      diskReserveBytes: settings.diskReserveBytes,
      log,
      beforeQuestion: () => this.#tables.drain(),
    })
    this.reader = new BlocksReader({
      name: directory === undefined ? 'memory' : 'blocks',
      durable: directory !== undefined && settings.durability !== 'memory',
      pool,
      archive: this.#archive,
      beforeQuestion: () => this.#tables.drain(),
      quarantined: () => this.#list.quarantined,
      removeDemo: () => this.#removeDemo(),
      status: () => this.#status(),
      close: () => this.close(),
    })
    this.#ready = this.#list.update(this.#list.blocks, [])
    for (const problem of started?.problems ?? []) log.warn({ ...problem }, 'a log was not whole')
    if (started?.rebuilt === true) log.error({}, 'the manifest was damaged and has been made anew from the blocks')
    for (const { id, reason } of this.#list.quarantined) log.error({ block: id, reason }, 'a block lies aside')
    this.#findAside()
    for (const table of started?.tables ?? []) this.#tables.addFull(table, table.damaged)
    log.info(
      { place: this.#place, blocks: this.#list.blocks.length, tables: started?.tables.length ?? 0 },
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
        await this.#upkeep.expire()
        continue
      }
      await this.#upkeep.expire()
      if (this.#jobs.length === 0 && !(await this.#upkeep.mergeSome())) return
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
    const list = this.#list
    const id = list.nextId()
    const rows = visibleRows(info.shared)
    try {
      const { summary, copiesRemoved, memory } = await make(this.#sealer, {
        kind: 'seal',
        table: info,
        block: id,
      })
      const ref = summary === undefined ? undefined : { id, summary, memory }
      const blocks = ref === undefined ? list.blocks : [...list.blocks, ref]
      await list.commit(blocks, { sealed: [info.id], copiesRemoved })
      void list.update(ref === undefined ? [] : [ref], [], [info.id])
      this.#release(table)
      this.#sealProblem = undefined
      this.#options.log.info({ block: id, spans: rows - copiesRemoved, copiesRemoved }, 'a table became a block')
    } catch (error) {
      this.#full.unshift(table)
      if (isDamage(error)) this.#quarantine(error.block, error.message)
      else this.#sealFailed(table, error)
    }
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

  // ---- what went wrong ----

  #quarantine(id: string, reason: string): void {
    const followUp = this.#list.setAside(id, reason)
    if (followUp === undefined) return
    this.#jobs.push(followUp)
    this.#work()
  }

  #findAside(): void {
    const known = new Set(this.#list.quarantined.map(({ id }) => `${id}.block`))
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
      const list = this.#list
      const blocks = list.blocks.filter(({ summary }) => summary.spanClass === 'demo')
      if (tables.length + blocks.length === 0) return 0
      const ids = tables.map(({ info }) => info.id)
      const remaining = list.blocks.filter(block => !blocks.includes(block))
      await list.commit(remaining, { sealed: ids })
      this.#full = this.#full.filter(table => !tables.includes(table))
      const unused = list.update(
        [],
        blocks.map(({ id }) => id),
        ids,
      )
      list.removeFiles(blocks, unused)
      for (const table of tables) this.#release(table)
      return tables.reduce((sum, { info }) => sum + visibleRows(info.shared), rowsOf(blocks))
    })
  }

  async #status(): Promise<StoreStatus> {
    this.#tables.drain()
    return storeStatus({
      options: this.#options,
      files: this.#files,
      list: this.#list,
      tables: this.#tables,
      archive: this.#archive,
      pool: this.#pool,
      limitBytes: this.#upkeep.limitBytes(),
      waitingTables: this.#full.length,
      sealProblem: this.#sealProblem,
      asideFiles: [...this.#asideFiles, ...this.#archive.aside],
    })
  }

  #inTables(): { readonly bytes: number; readonly spans: number } {
    const tables = this.#tables.all()
    return {
      bytes: tables.reduce((sum, { info }) => sum + usedBytes(info.shared), 0),
      spans: tables.reduce((sum, { info }) => sum + visibleRows(info.shared), 0),
    }
  }

  get #place(): string {
    return this.#options.directory ?? 'memory'
  }
}
