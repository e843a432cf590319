/** The agent's store: rows are decoded into a table of its own, encoded for the collector at once, and the table is used again. */
import { OverloadedError } from '#server/errors.ts'
import type { SpanWriter } from '#server/storage/store.ts'
import { JaegerProtobufEncoder } from '#shared/formats/jaeger/encode-protobuf.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { Reporter } from './reporter.ts'

/** Texts and resources of a table are only added to: with so many it is replaced. About 1 MiB. */
const MOST_TEXTS = 8192
const MOST_TEXT_BYTES = 512 * 1024
const MOST_RESOURCES = 256

export interface ReporterWriter extends SpanWriter {
  /** What found no room in the reporter's buffer. */
  refused(): { readonly messages: number; readonly spans: number }
}

/** `tags`: of every process. */
export function createReporterWriter(
  reporter: Reporter,
  tags: readonly (readonly [key: string, value: string])[],
): ReporterWriter {
  let table = new SpanTableBuilder()
  let refusedMessages = 0
  let refusedSpans = 0
  const encoder = new JaegerProtobufEncoder()
  return {
    open() {
      const large =
        table.dictionaryCount > MOST_TEXTS ||
        table.dictionaryByteCount > MOST_TEXT_BYTES ||
        table.resourceCount > MOST_RESOURCES
      if (large) {
        reporter.seal()
        table = new SpanTableBuilder()
      }
      return table
    },
    // A private table grows by itself.
    async makeRoom() {},
    commit(from) {
      const spans = table.rowCount - from.rows
      if (!reporter.hasRoom) {
        table.rollback(from)
        refusedMessages++
        refusedSpans += spans
        return Promise.reject(new OverloadedError('too many spans wait for the collector', 'reporter_buffer'))
      }
      encoder.begin(table)
      for (let row = from.rows; row < table.rowCount;) {
        const resource = table.resource[row]
        const first = row
        while (row < table.rowCount && table.resource[row] === resource) row++
        const end = row
        reporter.add(
          resource,
          end - first,
          () => encoder.process(resource, tags),
          writer => {
            for (let each = first; each < end; each++) encoder.span(each, writer)
          },
        )
      }
      table.rollback(from)
      return Promise.resolve({ stored: spans, duplicate: 0 })
    },
    rollback(to) {
      table.rollback(to)
    },
    async close() {},
    refused: () => ({ messages: refusedMessages, spans: refusedSpans }),
  }
}
