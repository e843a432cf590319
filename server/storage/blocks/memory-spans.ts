/**
 * Spans kept in this process alone, in one growing table: found by id, searched and listed by the same code as blocks.
 * Gone with the process.
 */
import { idWords, type TraceId } from '#shared/spans/ids.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import type { TraceSummaries } from '#server/storage/store.ts'
import { serviceNames } from './block/aggregate.ts'
import { searchSegments } from './block/search.ts'
import { TableSegment } from './block/table-segment.ts'

export class MemorySpans {
  readonly table = new SpanTableBuilder()
  readonly #segment = new TableSegment('memory', this.table)

  /** Appends what `decode` writes; nothing of it stays when it throws. Returns the rows kept and rejected. */
  add(decode: (table: SpanTableBuilder) => void): { readonly stored: number; readonly rejected: number } {
    const mark = this.table.mark()
    const rejectedBefore = this.table.rejectedCount
    try {
      decode(this.table)
    } catch (error) {
      this.table.rollback(mark)
      throw error
    }
    return {
      stored: this.table.rowCount - mark.rows,
      rejected: this.table.rejectedCount - rejectedBefore,
    }
  }

  /** All spans of a trace, equal ones once; no rows when there are none. */
  readTrace(traceId: TraceId): SpanTable {
    const copy = new SpanTableBuilder()
    this.#segment.refresh()
    const trace = this.#segment.findTrace(idWords(traceId))
    if (trace >= 0) this.#segment.copyTrace(trace, copy)
    return mergeTables([copy])
  }

  find(query: TraceQuery, now: bigint): TraceSummaries {
    this.#segment.refresh()
    return searchSegments([this.#segment], query, { now })
  }

  serviceNames(): string[] {
    return serviceNames([this.#segment])
  }
}
