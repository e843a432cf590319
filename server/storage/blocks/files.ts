/**
 * The thin layer between the embedded store and the disk. Everything that the store keeps goes through it, so that tests can record
 * it (recorded-files.ts: power cuts), make it fail (faulty-files.ts) or keep it in memory (memory-files.ts).
 *
 * What a disk promises, and no more: bytes survive a power cut once a `sync` of their file that began after the write has returned; a
 * name survives once `syncDirectory` of its folder has. Before that, anything may be on the disk: old, new, torn. A failed sync is
 * never repeated: the system may have dropped the pages and call the next one a success.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
} from 'node:fs'
import { fstatSync, readSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs'
import path from 'node:path'

/** Paths are relative to the store's directory, with `/`: `log/0190….log`. Errors are Node's, with their `code`. */
export interface Files {
  /** Where the store is, for messages. */
  readonly place: string
  /** Makes a folder and those above it; nothing when it is there. Durable after `syncDirectory` of the folder above. */
  makeDirectory(folder: string): void
  /** Names of the files in a folder, sorted; empty when there is no such folder. */
  list(folder: string): string[]
  /** `create` fails with EEXIST when it is there, `read` and `write` with ENOENT when it is not. */
  open(file: string, mode: 'create' | 'read' | 'write'): OpenFile
  /** Atomic, replaces what was there. Durable after `syncDirectory` of both folders. */
  rename(from: string, to: string): void
  /** Removes a file; nothing when it is not there. */
  remove(file: string): void
  /** Makes the names in a folder durable ('' is the store's directory itself). Blocks: a millisecond, not every request. */
  syncDirectory(folder: string): void
  /** Bytes: what is free to us on the disk, and its size. */
  space(): { readonly free: number; readonly total: number }
}

export interface OpenFile {
  readonly file: string
  /** Bytes. */
  size(): number
  /** Fills `into` from `at` on; returns how many bytes there were, fewer only at the end of the file. Shared memory is welcome. */
  readAt(into: Uint8Array, at: number): number
  /** Writes all of it or throws; then any part of it may have been written. Shared memory is welcome. */
  writeAt(bytes: Uint8Array, at: number): void
  /** Cuts the file to `size` bytes. */
  truncate(size: number): void
  /** Resolves when everything written before the call is on the disk. Other work of the thread goes on meanwhile. */
  sync(): Promise<void>
  /** The same, blocking: for threads with nothing else to do. */
  syncNow(): void
  close(): void
}

/** The code of a file system error (`ENOSPC`), or undefined when it is something else. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** True for errors that pass when somebody makes room: a full disk, a used-up quota. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** The files under a directory of this machine; the directory must exist. */
export function diskFiles(directory: string): Files {
  const at = (name: string): string => path.join(directory, name)
  return {
    place: directory,
    makeDirectory(folder) {
      mkdirSync(at(folder), { recursive: true })
    },
    list(folder) {
      try {
        return readdirSync(at(folder), { withFileTypes: true })
          .filter(entry => entry.isFile())
          .map(entry => entry.name)
          .sort()
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return []
        throw error
      }
    },
    open(file, mode) {
      const flags = mode === 'create' ? 'wx+' : mode === 'read' ? 'r' : 'r+'
      return new DiskFile(file, openSync(at(file), flags, 0o640))
    },
    rename(from, to) {
      renameSync(at(from), at(to))
    },
    remove(file) {
      rmSync(at(file), { force: true })
    },
    syncDirectory(folder) {
      // Windows has no such thing for folders; its file systems log names by themselves.
      if (process.platform === 'win32') return
      const fd = openSync(at(folder), 'r')
      try {
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
    },
    space() {
      const { bavail, bsize, blocks } = statfsSync(directory)
      return { free: bavail * bsize, total: blocks * bsize }
    },
  }
}

class DiskFile implements OpenFile {
  readonly file: string
  readonly #fd: number

  constructor(file: string, fd: number) {
    this.file = file
    this.#fd = fd
  }

  size(): number {
    return fstatSync(this.#fd).size
  }

  readAt(into: Uint8Array, at: number): number {
    let done = 0
    while (done < into.length) {
      const read = readSync(this.#fd, into, done, into.length - done, at + done)
      if (read === 0) break
      done += read
    }
    return done
  }

  writeAt(bytes: Uint8Array, at: number): void {
    // A disk that fills up takes a part first and fails at the next call.
    let done = 0
    while (done < bytes.length) done += writeSync(this.#fd, bytes, done, bytes.length - done, at + done)
  }

  truncate(size: number): void {
    ftruncateSync(this.#fd, size)
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#fd, error => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  }

  syncNow(): void {
    fdatasyncSync(this.#fd)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
