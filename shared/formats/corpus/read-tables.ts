/** The tables of a file whose bytes are at hand. For tests. */
import type { SpanTable } from '#shared/spans/span-table.ts'
import { type FileReport, readTraceFile, type ReadTraceFileOptions } from '#shared/formats/files/read-trace-file.ts'

/** Reads the bytes, cut into chunks of `chunkBytes`. Throws as `readTraceFile`. */
export async function readTables(
  bytes: Uint8Array,
  { chunkBytes = 65_536, ...options }: Partial<ReadTraceFileOptions> & { readonly chunkBytes?: number } = {},
): Promise<{ readonly tables: readonly SpanTable[]; readonly report: FileReport }> {
  const tables: SpanTable[] = []
  const report = await readTraceFile(cut(bytes, chunkBytes), { onTable: table => void tables.push(table), ...options })
  return { tables, report }
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
