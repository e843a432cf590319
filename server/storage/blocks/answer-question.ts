/** Answers the questions of TraceReader from what one thread sees of the store: its blocks and its views of the open tables. */
import type { PoolCounts } from '#shared/spans/columns.ts'
import { hasRepeatedIds } from '#shared/spans/distinct-spans.ts'
import { idWords, type TraceId } from '#shared/spans/ids.ts'
import { addMissingSpans, mergeTables } from '#shared/spans/merge-tables.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import { encodeArchived } from './archive/archived-file.ts'
import { type ArchivedRead, readArchived } from './archive/read-archived.ts'
import { attributeKeys, attributeValues, operations, serviceNames } from './block/aggregate.ts'
import { linksTo } from './block/links-to.ts'
import { operationDurations } from './block/operation-durations.ts'
import { searchSegments } from './block/search.ts'
import type { Segment, Stop } from './block/segment.ts'
import { serviceEdges } from './block/service-edges.ts'
import { AS_STORED } from './block/settle.ts'
import { TableSegment } from './block/table-segment.ts'
import { BlockShelf } from './block-shelf.ts'
import { collectSoon } from './collect-soon.ts'
import type { Files } from './files.ts'
import type { Answer, ArchivedCopy, Question, ReadUpdate, TraceRead } from './query-messages.ts'

export class StoreView {
  readonly #files: Files | undefined
  readonly #shelf: BlockShelf
  /** In the order of opening. */
  readonly #tables = new Map<string, TableSegment>()

  constructor(files: Files | undefined, cacheBytes: number) {
    this.#files = files
    this.#shelf = new BlockShelf(files, cacheBytes)
  }

  update({ addBlocks = [], removeBlocks = [], addTables = [], removeTables = [] }: ReadUpdate): void {
    if (addBlocks.length + removeBlocks.length > 0) this.#shelf.update(addBlocks, removeBlocks)
    for (const id of removeTables) this.#tables.delete(id)
    if (removeTables.length > 0) collectSoon()
    for (const { id, shared } of addTables) this.#tables.set(id, new TableSegment(id, viewSpanTable(shared)))
  }

  /** DamagedBlockError names the block to ask without; QueryError: the question can't be run. */
  answer(question: Question, stop: Stop, now: bigint): Answer {
    const segments = this.#segments()
    switch (question.kind) {
      case 'readTrace':
        return this.#readTrace(question.traceId, segments, stop, question.archived)
      case 'packTrace': {
        const { archiveProblem, ...shared } = this.#readTrace(question.traceId, segments, stop, question.archived)
        if (archiveProblem !== undefined) return { problem: archiveProblem }
        const table = viewSpanTable(shared)
        stop()
        return table.rowCount === 0 ? new Uint8Array(0) : encodeArchived(table, Number(now / 1_000_000n))
      }
      case 'findTraces':
        return searchSegments(segments, question.query, { now, stop })
      case 'serviceNames':
        return serviceNames(segments, stop)
      case 'operations':
        return operations(segments, question.service, stop)
      case 'attributeKeys':
        return attributeKeys(segments, question.options, stop)
      case 'attributeValues':
        return attributeValues(segments, question.options, stop)
      case 'serviceEdges':
        return serviceEdges(segments, question.range, stop)
      case 'operationDurations':
        return operationDurations(segments, question.operation, question.range, stop)
      case 'linksTo':
        return linksTo(segments, idWords(question.traceId), question.limit, stop)
    }
  }

  close(): void {
    this.#shelf.close()
  }

  /** Blocks in order of sealing, then tables in order of opening. */
  #segments(): Segment[] {
    return [...this.#shelf.blocks.map(({ segment }) => segment), ...this.#tables.values()]
  }

  /** All parts go into one table: what would have to be moved of a million spans costs more than reading them. */
  #readTrace(traceId: TraceId, segments: readonly Segment[], stop: Stop, copy: ArchivedCopy | undefined): TraceRead {
    const id = idWords(traceId)
    const parts: { readonly segment: Segment; readonly trace: number }[] = []
    let rows = 0
    segments.forEach((segment, i) => {
      if (i % 64 === 63) stop()
      segment.refresh()
      const trace = segment.findTrace(id)
      if (trace < 0) return
      parts.push({ segment, trace })
      rows += segment.rowCountOf(trace)
    })
    const read = new SpanTableBuilder({ limits: AS_STORED, capacity: roomFor(rows) })
    for (const { segment, trace } of parts) {
      stop()
      segment.copyTrace(trace, read)
    }
    const archived: ArchivedRead = copy === undefined ? {} : readArchived(this.#files, copy)
    const distinct = hasRepeatedIds(read) ? mergeTables([read]) : read
    if (!(distinct instanceof SpanTableBuilder)) throw new Error('merging gives a table that can be sent')
    stop()
    if (archived.table !== undefined) addMissingSpans(distinct, archived.table)
    distinct.publish()
    const { buffer, capacity } = distinct
    return archived.problem === undefined
      ? { buffer, capacity }
      : { buffer, capacity, archiveProblem: archived.problem }
  }
}

/** A table of fewer rows grows as it is filled; room for more is not guessed, so that it stays below what a table may have. */
const GUESSED_ROWS = { least: 1000, most: 2_000_000 }

/** What spans of usual traffic have; memory that is not written to is not taken. */
function roomFor(wanted: number): Partial<PoolCounts> {
  if (wanted < GUESSED_ROWS.least) return {}
  const rows = Math.min(wanted, GUESSED_ROWS.most)
  return {
    rows: rows + 1,
    attributes: rows * 10,
    events: rows >>> 2,
    eventAttributes: rows >>> 1,
    dictionary: rows * 2,
    dictionaryBytes: rows * 32,
  }
}
