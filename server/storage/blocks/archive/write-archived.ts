/** What the seal worker does for the archive. Blocking; what has returned is durable. */
import type { Files } from '#server/storage/blocks/files.ts'
import { ARCHIVE_FOLDER } from './archived-file.ts'

/** Whole or not at all; in the place of an earlier copy of the trace, if there is one. */
export function writeArchived(files: Files, name: string, bytes: Uint8Array): void {
  files.makeDirectory(ARCHIVE_FOLDER)
  files.syncDirectory('')
  const temporary = `${name}.tmp`
  files.remove(temporary)
  try {
    const file = files.open(temporary, 'create')
    try {
      file.writeAt(bytes, 0)
      file.syncNow()
    } finally {
      file.close()
    }
  } catch (error) {
    // What a full disk took of it would be in the way of everything else.
    files.remove(temporary)
    throw error
  }
  files.rename(temporary, name)
  files.syncDirectory(ARCHIVE_FOLDER)
}

export function removeArchived(files: Files, name: string): void {
  files.remove(name)
  files.syncDirectory(ARCHIVE_FOLDER)
}
