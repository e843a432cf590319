/** The body of `/api/transform`: a trace file, read on the main thread in small steps. */
import { setImmediate } from 'node:timers/promises'
import { FileError, placeText } from '#shared/formats/files/file-problem.ts'
import { readTraceFile } from '#shared/formats/files/read-trace-file.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { ParameterError } from '#shared/query/search-parameters.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

/** Some milliseconds of decoding. */
const STEP_BYTES = 256 * 1024

/**
 * All spans of a file in any form that opens on the page; of one that ends half-way nothing. Equal ones count once where a file is so
 * large that it takes several tables. Throws ParameterError with what is wrong and where; the signal's reason.
 */
export async function tableOfFile(bytes: Uint8Array, signal: AbortSignal): Promise<SpanTable> {
  const tables: SpanTable[] = []
  try {
    const report = await readTraceFile(steps(bytes), {
      onTable: table => void tables.push(table),
      wholeBytes: STEP_BYTES,
      signal,
    })
    if (report.stopped !== undefined) throw refused(placeText(report.stopped))
  } catch (error) {
    // OTLP without a span in it is one all the same.
    const isEmpty =
      error instanceof FileError && error.problem.kind === 'no_spans' && error.problem.format === 'otlp-json'
    if (isEmpty) return new SpanTableBuilder()
    if (error instanceof FileError) throw refused(error.message)
    throw error
  }
  return tables.length === 1 ? tables[0] : mergeTables(tables)
}

function refused(why: string): ParameterError {
  return new ParameterError(`the body can't be read: ${why}`, 'body', undefined, 'OTLP JSON: {"resourceSpans":[…]}')
}

/** Others get their turn between two. */
async function* steps(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += STEP_BYTES) {
    yield bytes.subarray(at, at + STEP_BYTES)
    await setImmediate()
  }
}
