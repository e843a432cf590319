/**
 * Records what is done to files, and makes of the record every state that a disk may be in after a power cut. `power-cut.ts` of the
 * tests opens those states: kill -9 alone proves little, because the system's page cache outlives the process.
 *
 * The disk that is modelled keeps what a sync of the file has covered; of later writes any part may be there, in sectors of 512 bytes,
 * in any order, and the file may have its new length with zeros inside. Names are as they were at the last sync of their folder; of later
 * creations, renames and removals each may have happened or not.
 */
import type { Random } from '#shared/generator/random.ts'
import type { Files, OpenFile } from './files.ts'

export type FileOperation =
  | { readonly kind: 'create'; readonly file: string; readonly inode: number }
  | { readonly kind: 'write'; readonly inode: number; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly inode: number; readonly size: number }
  /** Returned well; covers the operations before number `from`. */
  | { readonly kind: 'sync'; readonly inode: number; readonly from: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly file: string }
  | { readonly kind: 'syncDirectory'; readonly folder: string }
  /** Not the disk's: something that the test wants to find in the order of things. */
  | { readonly kind: 'note'; readonly value: number }

/** Passes everything on to `files` and appends what changes them to `operations`. Starts with no files. */
export function recordFiles(files: Files, operations: FileOperation[]): Files {
  const inodes = new Map<string, number>()
  let count = 0
  return {
    place: files.place,
    makeDirectory: folder => files.makeDirectory(folder),
    list: folder => files.list(folder),
    space: () => files.space(),
    open(file, mode) {
      const opened = files.open(file, mode)
      if (mode === 'create') {
        inodes.set(file, count)
        operations.push({ kind: 'create', file, inode: count++ })
      }
      const inode = inodes.get(file)
      if (inode === undefined) throw new Error(`${file} was there before the recording`)
      return recordedFile(opened, inode, operations)
    },
    rename(from, to) {
      files.rename(from, to)
      operations.push({ kind: 'rename', from, to })
      const inode = inodes.get(from)
      inodes.delete(from)
      if (inode !== undefined) inodes.set(to, inode)
    },
    remove(file) {
      files.remove(file)
      if (inodes.delete(file)) operations.push({ kind: 'remove', file })
    },
    syncDirectory(folder) {
      files.syncDirectory(folder)
      operations.push({ kind: 'syncDirectory', folder })
    },
  }
}

function recordedFile(file: OpenFile, inode: number, operations: FileOperation[]): OpenFile {
  return {
    file: file.file,
    size: () => file.size(),
    readAt: (into, at) => file.readAt(into, at),
    writeAt(bytes, at) {
      file.writeAt(bytes, at)
      operations.push({ kind: 'write', inode, at, bytes: bytes.slice() })
    },
    truncate(size) {
      file.truncate(size)
      operations.push({ kind: 'truncate', inode, size })
    },
    async sync() {
      const from = operations.length
      await file.sync()
      operations.push({ kind: 'sync', inode, from })
    },
    syncNow() {
      file.syncNow()
      operations.push({ kind: 'sync', inode, from: operations.length })
    },
    close: () => file.close(),
  }
}

/** What of the operations that were not made durable is on the disk: nothing, everything, all but a torn last one, anything. */
export type Survival = 'none' | 'all' | 'torn' | 'any'

const SECTOR = 512

/** What is on the disk when the power goes before operation `cut`: files by path. */
export function afterPowerCut(
  operations: readonly FileOperation[],
  cut: number,
  survival: Survival,
  random: Random,
): Map<string, Uint8Array> {
  const names = namesAfter(operations, cut, survival, random)
  const found = new Map<string, Uint8Array>()
  for (const [file, inode] of names) found.set(file, contentAfter(operations, cut, inode, survival, random))
  return found
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf('/')
  return slash < 0 ? '' : file.slice(0, slash)
}

function namesAfter(
  operations: readonly FileOperation[],
  cut: number,
  survival: Survival,
  random: Random,
): Map<string, number> {
  /** For each folder, up to where its names are durable. */
  const durable = new Map<string, number>()
  for (let i = 0; i < cut; i++) {
    const operation = operations[i]
    if (operation.kind === 'syncDirectory') durable.set(operation.folder, i)
  }
  const isDurable = (file: string, i: number): boolean => i < (durable.get(folderOf(file)) ?? -1)
  const happens = (): boolean => survival === 'all' || survival === 'torn' || (survival === 'any' && random.chance(0.5))
  const names = new Map<string, number>()
  for (let i = 0; i < cut; i++) {
    const operation = operations[i]
    if (operation.kind === 'create') {
      if (isDurable(operation.file, i) || happens()) names.set(operation.file, operation.inode)
    } else if (operation.kind === 'remove') {
      if (isDurable(operation.file, i) || happens()) names.delete(operation.file)
    } else if (operation.kind === 'rename') {
      const inode = names.get(operation.from)
      // One act of the journal: durable with either folder.
      if (inode === undefined) continue
      if (!isDurable(operation.from, i) && !isDurable(operation.to, i) && !happens()) continue
      names.delete(operation.from)
      names.set(operation.to, inode)
    }
  }
  return names
}

function contentAfter(
  operations: readonly FileOperation[],
  cut: number,
  inode: number,
  survival: Survival,
  random: Random,
): Uint8Array {
  let synced = 0
  let last = -1
  for (let i = 0; i < cut; i++) {
    const operation = operations[i]
    if (operation.kind === 'sync' && operation.inode === inode) synced = operation.from
    if (operation.kind === 'write' && operation.inode === inode) last = i
  }
  let bytes = new Uint8Array(0)
  const resize = (size: number): void => {
    const other = new Uint8Array(size)
    other.set(bytes.subarray(0, size))
    bytes = other
  }
  for (let i = 0; i < cut; i++) {
    const operation = operations[i]
    if (operation.kind === 'truncate' && operation.inode === inode) {
      if (i < synced || survival === 'all' || survival === 'torn' || (survival === 'any' && random.chance(0.5))) {
        resize(operation.size)
      }
    }
    if (operation.kind !== 'write' || operation.inode !== inode) continue
    const end = operation.at + operation.bytes.length
    if (i < synced || survival === 'all' || (survival === 'torn' && i !== last)) {
      if (end > bytes.length) resize(end)
      bytes.set(operation.bytes, operation.at)
    } else if (survival === 'torn') {
      const kept = random.below(operation.bytes.length)
      if (operation.at + kept > bytes.length) resize(operation.at + kept)
      bytes.set(operation.bytes.subarray(0, kept), operation.at)
    } else if (survival === 'any') {
      if (end > bytes.length && random.chance(0.5)) resize(end)
      // Sectors are places on the disk, not parts of a write.
      for (let from = operation.at; from < end;) {
        const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR)
        if (random.chance(0.5)) {
          if (to > bytes.length) resize(to)
          bytes.set(operation.bytes.subarray(from - operation.at, to - operation.at), from)
        }
        from = to
      }
    }
  }
  return bytes
}
