/**
 * From a directory to what the store consists of, whatever a crash left: the manifest says which blocks count, what it does not name is
 * removed, logs that it does not call sealed become tables again. Without a manifest that can be read the blocks tell of themselves.
 * Blocking; the caller holds the lock.
 */
import { BlockReader } from './block/block-reader.ts'
import { PageCache } from './block/page-cache.ts'
import { type Files } from './files.ts'
import {
  BLOCK_FOLDER,
  blockFile,
  EMPTY_MANIFEST,
  encodeManifest,
  type Manifest,
  MANIFEST_FILE,
  type QuarantinedBlock,
  readManifest,
  sealingsOf,
  type StoredBlock,
  writeManifest,
} from './manifest.ts'
import { moveToQuarantine, quarantinePath } from './quarantine.ts'
import { LOG_FOLDER } from './write/log-format.ts'
import { QUARANTINE_FOLDER, type RecoveredTable, type RecoveryProblem, recoverTables } from './write/recovery.ts'

export interface Started {
  /** As it now stands on the disk. */
  readonly manifest: Manifest
  /** In the order of their opening; none of their rows are in a block. */
  readonly tables: readonly RecoveredTable[]
  readonly problems: readonly RecoveryProblem[]
  /** The manifest had to be made anew from the blocks. */
  readonly rebuilt: boolean
}

const FILE_NAME = /^([0-9]{10}-[0-9]{10})\.block$/

/** Throws StoreUnavailableError for a directory of another version of the program, and has changed nothing then. */
export function startFromFiles(files: Files): Started {
  const read = readManifest(files)
  const names = files.list(BLOCK_FOLDER)
  const rebuilt = read === 'damaged' || (read === undefined && names.some(name => FILE_NAME.test(name)))
  const before = read === 'damaged' || read === undefined ? EMPTY_MANIFEST : read
  const sealed = new Set(before.sealedTables)
  // First of all: it refuses logs of another version before anything is changed.
  const { tables, problems } = recoverTables(files, id => sealed.has(id))
  files.makeDirectory(BLOCK_FOLDER)
  files.makeDirectory(LOG_FOLDER)
  files.syncDirectory('')
  // The logs that were removed must be gone for good before the manifest forgets them.
  files.syncDirectory(LOG_FOLDER)
  if (read === 'damaged') moveToQuarantine(files, MANIFEST_FILE)
  const { blocks, damaged, nextNumber } = rebuilt ? findBlocks(files, names) : checkBlocks(files, before)
  const sound = before.quarantined.filter(block => isSound(files, block))
  const manifest: Manifest = {
    ...before,
    nextNumber,
    blocks: [...blocks, ...sound.map(({ id, summary }) => ({ id, summary }))].sort((a, b) => (a.id < b.id ? -1 : 1)),
    quarantined: [...before.quarantined.filter(block => !sound.includes(block)), ...damaged],
    sealedTables: [],
  }
  writeManifest(files, encodeManifest(manifest))
  removeRest(files, manifest)
  return { manifest, tables, problems, rebuilt }
}

interface Found {
  readonly blocks: readonly StoredBlock[]
  readonly damaged: readonly QuarantinedBlock[]
  readonly nextNumber: number
}

/** A file that is missing or of another length is known at once; what is in it is checked when it is read. */
function checkBlocks(files: Files, { blocks, nextNumber }: Manifest): Found {
  const damaged: QuarantinedBlock[] = []
  const present = new Set(files.list(BLOCK_FOLDER))
  const sound = blocks.filter(block => {
    const size = present.has(`${block.id}.block`) ? sizeOf(files, blockFile(block.id)) : undefined
    if (size === block.summary.bytes) return true
    const reason = size === undefined ? 'its file is missing' : `its file has ${size} bytes of ${block.summary.bytes}`
    damaged.push({ ...block, reason })
    return false
  })
  return { blocks: sound, damaged, nextNumber }
}

/**
 * A block that was set aside because it could not be read then (a folder that was away, a disk that did not answer), and now every byte of
 * it is right: it comes back to its place.
 */
function isSound(files: Files, { id, summary }: QuarantinedBlock): boolean {
  const aside = quarantinePath(blockFile(id))
  try {
    // A crash may have come before it was moved.
    const isAside = files.list(QUARANTINE_FOLDER).includes(`${id}.block`)
    const reader = openBlock(files, isAside ? aside : blockFile(id), id)
    const found = reader.summary()
    if (found.rowCount !== summary.rowCount || found.firstStart !== summary.firstStart) return false
    reader.verify()
    if (isAside) {
      files.rename(aside, blockFile(id))
      files.syncDirectory(BLOCK_FOLDER)
      files.syncDirectory(QUARANTINE_FOLDER)
    }
    return true
  } catch {
    return false
  }
}

/** A block of a file, of which each read opens the file anew. */
function openBlock(files: Files, name: string, id: string): BlockReader {
  const read = (at: number, length: number): Uint8Array => {
    const file = files.open(name, 'read')
    try {
      const bytes = new Uint8Array(length)
      file.readAt(bytes, at)
      return bytes
    } finally {
      file.close()
    }
  }
  return BlockReader.open({ size: sizeOf(files, name), read }, { cache: new PageCache(), name: id })
}

/** From the blocks alone. Of blocks that were merged and the merged one the merged one counts. */
function findBlocks(files: Files, names: readonly string[]): Found {
  const found: StoredBlock[] = []
  let nextNumber = 1
  for (const name of names) {
    const id = FILE_NAME.exec(name)?.[1]
    if (id === undefined) continue
    nextNumber = Math.max(nextNumber, (sealingsOf(id)?.last ?? 0) + 1)
    try {
      found.push({ id, summary: openBlock(files, blockFile(id), id).summary() })
    } catch {
      // What it held can't be told; the file is kept.
      moveToQuarantine(files, blockFile(id))
    }
  }
  const blocks = found.filter(block => !found.some(other => other !== block && holds(other, block)))
  return { blocks, damaged: [], nextNumber }
}

function holds(outer: StoredBlock, inner: StoredBlock): boolean {
  const [out, own] = [sealingsOf(outer.id), sealingsOf(inner.id)]
  if (out === undefined || own === undefined || outer.summary.spanClass !== inner.summary.spanClass) return false
  return out.first <= own.first && out.last >= own.last
}

/** What no manifest names: made before a crash and not yet part of the store, or no part of it any more. */
function removeRest(files: Files, { blocks, quarantined }: Manifest): void {
  const wanted = new Set(blocks.map(({ id }) => `${id}.block`))
  const aside = new Set(quarantined.map(({ id }) => `${id}.block`))
  for (const name of files.list(BLOCK_FOLDER)) {
    const file = `${BLOCK_FOLDER}/${name}`
    if (aside.has(name)) moveToQuarantine(files, file)
    else if (!wanted.has(name)) files.remove(file)
  }
}

function sizeOf(files: Files, name: string): number {
  const file = files.open(name, 'read')
  try {
    return file.size()
  } finally {
    file.close()
  }
}

/** Bytes of the logs. */
export function logBytes(files: Files): number {
  let bytes = 0
  for (const name of files.list(LOG_FOLDER)) {
    try {
      bytes += sizeOf(files, `${LOG_FOLDER}/${name}`)
    } catch {
      // Its writer has just removed it.
    }
  }
  return bytes
}
