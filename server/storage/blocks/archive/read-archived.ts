/** An archived copy of a trace, read by whoever answers a question. */
import type { SpanTable } from '#shared/spans/span-table.ts'
import { errorCode, type Files } from '#server/storage/blocks/files.ts'
import type { ArchivedCopy } from '#server/storage/blocks/query-messages.ts'
import { decodeArchived } from './archived-file.ts'

export interface ArchivedRead {
  readonly table?: SpanTable
  /** Why it could not be read. */
  readonly problem?: string
}

/** Neither: it is archived no more. */
export function readArchived(files: Files | undefined, copy: ArchivedCopy): ArchivedRead {
  try {
    return { table: decodeArchived(typeof copy === 'string' ? bytesOf(files, copy) : copy) }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {}
    return {
      problem: `the archived copy of the trace can't be read: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

function bytesOf(files: Files | undefined, name: string): Uint8Array {
  if (files === undefined) throw new Error('a store in memory has no files')
  const file = files.open(name, 'read')
  try {
    const bytes = new Uint8Array(file.size())
    return bytes.subarray(0, file.readAt(bytes, 0))
  } finally {
    file.close()
  }
}
