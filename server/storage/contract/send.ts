/** A request, sent as the pipeline sends it. */
import { OverloadedError } from '#server/errors.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { type SpanTableBuilder, TableFullError } from '#shared/spans/span-table-builder.ts'
import type { SpanWriter, WriteResult } from '#server/storage/store.ts'

/** Decodes, makes room when there is none and decodes again, commits. Comes back, as a sender does, when there is too much at once. */
export async function send(writer: SpanWriter, decode: (table: SpanTableBuilder) => void): Promise<WriteResult> {
  for (;;) {
    try {
      return await sendOnce(writer, decode)
    } catch (error) {
      if (!(error instanceof OverloadedError)) throw error
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}

async function sendOnce(writer: SpanWriter, decode: (table: SpanTableBuilder) => void): Promise<WriteResult> {
  for (;;) {
    const table = writer.open()
    const mark = table.mark()
    try {
      decode(table)
    } catch (error) {
      writer.rollback(mark)
      if (!(error instanceof TableFullError)) throw error
      await writer.makeRoom()
      continue
    }
    return writer.commit(mark)
  }
}

/** Sends some rows of a table (all by default) as one request. */
export function sendRows(writer: SpanWriter, from: SpanTable, first = 0, end = from.rowCount): Promise<WriteResult> {
  return send(writer, table => {
    const copier = new RowCopier(from, table)
    for (let row = first; row < end; row++) copier.copy(row)
  })
}
