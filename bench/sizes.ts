/**
 * Bytes a span in a sealed block, of real traces: HotROD's, as a real Jaeger answered them, and those of the corpus of trace files.
 * Small sets of many kinds: what a block costs by itself counts more than in a store that fills.
 *
 *   node bench/sizes.ts [files or folders]
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { encodeBlock } from '#server/storage/blocks/block/block-writer.ts'
import { FileError } from '#shared/formats/files/file-problem.ts'
import { readTraceFile } from '#shared/formats/files/read-trace-file.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { tellFigure } from './figures.ts'

async function addFile(table: SpanTableBuilder, file: string): Promise<boolean> {
  try {
    await readTraceFile([readFileSync(file)], {
      onTable(part) {
        const copier = new RowCopier(part, table)
        for (let row = 0; row < part.rowCount; row++) copier.copy(row)
      },
      unpack: (packing, chunks) =>
        Readable.from(chunks).pipe(
          packing === 'gzip' ? createGunzip() : createZstdDecompress(),
        ) as AsyncIterable<Uint8Array>,
    })
    return true
  } catch (error) {
    if (error instanceof FileError) return false
    throw error
  }
}

async function measure(name: string, places: readonly string[]): Promise<void> {
  const table = new SpanTableBuilder()
  const files = places.flatMap(place =>
    statSync(place).isDirectory()
      ? readdirSync(place, { recursive: true }).map(one => join(place, String(one)))
      : [place],
  )
  let read = 0
  for (const file of files) if (statSync(file).isFile() && (await addFile(table, file))) read++
  const { summary } = encodeBlock({ tables: [table], firstReceivedMs: 0, lastReceivedMs: 0 }, { spanClass: 'main' })
  const value = (summary?.bytes ?? 0) / (summary?.rowCount ?? table.rowCount)
  console.log(`${name}: ${value.toFixed(1)} bytes a span (${table.rowCount} spans of ${read} files)`)
  tellFigure({
    name: `bytes a span on disk, ${name}`,
    value,
    unit: 'bytes',
    reach: 'printed',
    script: 'bench/sizes.ts',
  })
}

const root = join(import.meta.dirname, '..')
const asked = process.argv.slice(2)
if (asked.length > 0) await measure('the given files', asked)
else {
  await measure('HotROD', [join(root, 'server/routes/jaeger/fixtures/traces-frontend-limit20.json.gz')])
  await measure('the corpus of trace files', [join(root, 'shared/formats/corpus/fixtures')])
}
