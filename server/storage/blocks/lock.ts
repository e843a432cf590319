/**
 * One writer for each directory. The lock is SQLite's exclusive lock on `lock.db`: the operating system's own, so it is free the moment
 * its holder is gone, kill -9 included, holds between containers that share a volume, and needs no clean-up. `lock.pid` beside it is
 * only for the message.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreUnavailableError } from '#server/errors.ts'

/** Locks that are held: a database that nobody refers to would be collected as garbage, and its lock with it. */
const held = new Set<DatabaseSync>()

export interface DirectoryLock {
  /** Lets others in. Once. */
  release(): void
}

/**
 * Takes the directory for this process, creating it when it is missing. Does not wait. Throws StoreUnavailableError naming the holder
 * when another process (or this one) has it, or the reason when it cannot be written to.
 */
export function lockDirectory(directory: string): DirectoryLock {
  let database: DatabaseSync
  try {
    mkdirSync(directory, { recursive: true })
    database = new DatabaseSync(path.join(directory, 'lock.db'), { timeout: 0 })
  } catch (error) {
    throw new StoreUnavailableError(`${directory} cannot be used: ${messageOf(error)}`, { cause: error })
  }
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    const busy = /locked|busy/i.test(messageOf(error))
    const problem = busy ? `is in use by ${holderOf(directory)}` : `cannot be used: ${messageOf(error)}`
    throw new StoreUnavailableError(`${directory} ${problem}`, { cause: error })
  }
  try {
    writeFileSync(path.join(directory, 'lock.pid'), `${process.pid} ${hostname()} ${new Date().toISOString()}\n`)
  } catch (error) {
    database.close()
    throw new StoreUnavailableError(`${directory} cannot be written to: ${messageOf(error)}`, { cause: error })
  }
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
    },
  }
}

function holderOf(directory: string): string {
  try {
    const [pid, host, since] = readFileSync(path.join(directory, 'lock.pid'), 'utf8').trim().split(' ')
    return `process ${pid} on ${host} (since ${since})`
  } catch {
    return 'another process'
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
