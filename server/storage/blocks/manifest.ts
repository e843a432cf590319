/**
 * The list of what the store holds: one small file, replaced as a whole. It is the one place where something becomes part of the store
 * or stops being so: a block that it does not name is rubbish of a crash, a table that it calls sealed needs its log no more. Written
 * beside, synced, renamed, and the directory synced.
 */
import { crc32 } from 'node:zlib'
import { StoreUnavailableError } from '#server/errors.ts'
import { BLOCK_VERSION } from './block/block-format.ts'
import {
  type BlockSummary,
  blockSummaryFromJson,
  type BlockSummaryJson,
  blockSummaryToJson,
} from './block/block-summary.ts'
import { errorCode, type Files } from './files.ts'

export const MANIFEST_FILE = 'manifest.json'
const TEMPORARY_FILE = 'manifest.tmp'
export const BLOCK_FOLDER = 'blocks'
/** Stays 0 until the first release; another one is refused by name. */
const MANIFEST_VERSION = 0
const FORMAT = 'spoor-blocks'

/** A sealed block that is part of the store. */
export interface StoredBlock {
  /** `<first>-<last>`: the numbers of the sealings whose spans it holds, several after a merge. Ids in order are blocks in order of sealing. */
  readonly id: string
  readonly summary: BlockSummary
}

/** A block that failed a check and lies in `quarantine/`. */
export interface QuarantinedBlock extends StoredBlock {
  readonly reason: string
}

export interface Manifest {
  /** Number of the next sealing. */
  readonly nextNumber: number
  /** In order of sealing. */
  readonly blocks: readonly StoredBlock[]
  readonly quarantined: readonly QuarantinedBlock[]
  /** Open tables whose spans are in blocks (or gone for good) and whose logs may still be there. */
  readonly sealedTables: readonly string[]
  /** Since the store was made. */
  readonly copiesRemoved: number
  readonly expiredSpans: number
}

export const EMPTY_MANIFEST: Manifest = {
  nextNumber: 1,
  blocks: [],
  quarantined: [],
  sealedTables: [],
  copiesRemoved: 0,
  expiredSpans: 0,
}

const ID_DIGITS = 10

export function blockId(first: number, last: number): string {
  return `${String(first).padStart(ID_DIGITS, '0')}-${String(last).padStart(ID_DIGITS, '0')}`
}

/** The numbers of the sealings in a block; undefined when the text is no id of one. */
export function sealingsOf(id: string): { readonly first: number; readonly last: number } | undefined {
  const parts = /^([0-9]{10})-([0-9]{10})$/.exec(id)
  return parts === null ? undefined : { first: Number(parts[1]), last: Number(parts[2]) }
}

export function blockFile(id: string): string {
  return `${BLOCK_FOLDER}/${id}.block`
}

/** The manifest as the bytes of its file. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const body = JSON.stringify({
    format: FORMAT,
    version: MANIFEST_VERSION,
    ...manifest,
    blocks: manifest.blocks.map(block => ({ ...block, summary: blockSummaryToJson(block.summary) })),
    quarantined: manifest.quarantined.map(block => ({ ...block, summary: blockSummaryToJson(block.summary) })),
  })
  return Buffer.from(`${body}\n${checksum(body)}\n`)
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0')
}

/** Blocking. Durable when it returns. */
export function writeManifest(files: Files, bytes: Uint8Array): void {
  files.remove(TEMPORARY_FILE)
  const file = files.open(TEMPORARY_FILE, 'create')
  try {
    file.writeAt(bytes, 0)
    file.syncNow()
  } finally {
    file.close()
  }
  files.rename(TEMPORARY_FILE, MANIFEST_FILE)
  files.syncDirectory('')
}

/**
 * `undefined`: there is none; `damaged`: it is not what was written. Throws StoreUnavailableError when another version of the program
 * wrote it; nothing has been changed then.
 */
export function readManifest(files: Files): Manifest | 'damaged' | undefined {
  let bytes: Uint8Array
  try {
    const file = files.open(MANIFEST_FILE, 'read')
    try {
      bytes = new Uint8Array(file.size())
      file.readAt(bytes, 0)
    } finally {
      file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
  const text = Buffer.from(bytes).toString('utf8')
  const end = text.lastIndexOf('\n', text.length - 2)
  const body = text.slice(0, Math.max(end, 0))
  if (text !== `${body}\n${checksum(body)}\n`) return 'damaged'
  const json = JSON.parse(body) as ManifestJson
  if (json.format !== FORMAT || json.version !== MANIFEST_VERSION) {
    refuse(files, `has the format ${json.format} ${json.version}`, `${FORMAT} ${MANIFEST_VERSION}`)
  }
  const { nextNumber, sealedTables, copiesRemoved, expiredSpans } = json
  const blocks = json.blocks.map(block => ({ ...block, summary: blockSummaryFromJson(block.summary) }))
  const quarantined = json.quarantined.map(block => ({ ...block, summary: blockSummaryFromJson(block.summary) }))
  const foreign = blocks.find(({ summary }) => summary.version !== BLOCK_VERSION)
  if (foreign !== undefined) {
    refuse(files, `names ${blockFile(foreign.id)} of version ${foreign.summary.version}`, `version ${BLOCK_VERSION}`)
  }
  return { nextNumber, blocks, quarantined, sealedTables, copiesRemoved, expiredSpans }
}

function refuse(files: Files, seen: string, expected: string): never {
  throw new StoreUnavailableError(
    `${files.place}: ${MANIFEST_FILE} ${seen}; this program reads ${expected}. Nothing was changed.`,
  )
}

/** Trusted: its checksum was right. */
interface ManifestJson extends Omit<Manifest, 'blocks' | 'quarantined'> {
  readonly format: string
  readonly version: number
  readonly blocks: readonly { readonly id: string; readonly summary: BlockSummaryJson }[]
  readonly quarantined: readonly { readonly id: string; readonly reason: string; readonly summary: BlockSummaryJson }[]
}
