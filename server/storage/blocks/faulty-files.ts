/** Files whose disk fails when it is told to, and files that only seem to be made durable: what the store must cope with, and a mutant. */
import type { Files, OpenFile } from './files.ts'

export type Act = 'create' | 'write' | 'truncate' | 'sync' | 'syncDirectory' | 'rename' | 'remove'

/** A failure by Node's code; of a write, the bytes that got through before. */
export interface Fault {
  readonly code: 'EIO' | 'ENOSPC' | 'EMFILE' | 'EROFS'
  readonly written?: number
}

export interface FaultyFilesOptions {
  /** Asked before each act; `bytes` of a write. */
  readonly fault?: (act: Act, file: string, bytes: number) => Fault | undefined
  /** Instead of the disk's. */
  readonly space?: () => { readonly free: number; readonly total: number }
}

export function faultyFiles(files: Files, options: FaultyFilesOptions): Files {
  const check = (act: Act, file: string, bytes = 0): void => {
    const fault = options.fault?.(act, file, bytes)
    if (fault !== undefined) throw failure(fault, act, file)
  }
  return {
    place: files.place,
    makeDirectory: folder => files.makeDirectory(folder),
    list: folder => files.list(folder),
    space: () => options.space?.() ?? files.space(),
    open(file, mode) {
      if (mode === 'create') check('create', file)
      return faultyFile(files.open(file, mode), options, check)
    },
    rename(from, to) {
      check('rename', from)
      files.rename(from, to)
    },
    remove(file) {
      check('remove', file)
      files.remove(file)
    },
    syncDirectory(folder) {
      check('syncDirectory', folder)
      files.syncDirectory(folder)
    },
  }
}

function faultyFile(
  file: OpenFile,
  options: FaultyFilesOptions,
  check: (act: Act, file: string, bytes?: number) => void,
): OpenFile {
  return {
    file: file.file,
    size: () => file.size(),
    readAt: (into, at) => file.readAt(into, at),
    writeAt(bytes, at) {
      const fault = options.fault?.('write', file.file, bytes.length)
      if (fault === undefined) {
        file.writeAt(bytes, at)
        return
      }
      if (fault.written !== undefined) file.writeAt(bytes.subarray(0, fault.written), at)
      throw failure(fault, 'write', file.file)
    },
    truncate(size) {
      check('truncate', file.file)
      file.truncate(size)
    },
    async sync() {
      await file.sync()
      check('sync', file.file)
    },
    syncNow() {
      check('sync', file.file)
      file.syncNow()
    },
    close: () => file.close(),
  }
}

function failure(fault: Fault, act: Act, file: string): Error {
  return Object.assign(new Error(`${fault.code}: ${act} of ${file}`), { code: fault.code })
}

/** The mutants: a store over these must fail the power-cut test. */
export function withoutSync(files: Files, left: 'files' | 'directories'): Files {
  if (left === 'directories') return { ...files, syncDirectory() {} }
  return {
    ...files,
    open(file, mode) {
      const opened = files.open(file, mode)
      return {
        file: opened.file,
        size: () => opened.size(),
        readAt: (into, at) => opened.readAt(into, at),
        writeAt: (bytes, at) => opened.writeAt(bytes, at),
        truncate: size => opened.truncate(size),
        sync: () => Promise.resolve(),
        syncNow() {},
        close: () => opened.close(),
      }
    },
  }
}
