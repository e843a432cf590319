/** Files that failed a check are moved aside and kept, so that what is left in them can still be looked at. */
import { errorCode, type Files } from './files.ts'
import { BLOCK_FOLDER } from './manifest.ts'
import { QUARANTINE_FOLDER } from './write/recovery.ts'

/** Where a file comes to lie. */
export function quarantinePath(file: string): string {
  return `${QUARANTINE_FOLDER}/${file.slice(file.lastIndexOf('/') + 1)}`
}

/** Moves a file of a block to `quarantine/`; nothing when it is gone. Durable when it returns. */
export function moveToQuarantine(files: Files, file: string): void {
  files.makeDirectory(QUARANTINE_FOLDER)
  try {
    files.rename(file, quarantinePath(file))
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
  files.syncDirectory('')
  files.syncDirectory(QUARANTINE_FOLDER)
  files.syncDirectory(BLOCK_FOLDER)
}
