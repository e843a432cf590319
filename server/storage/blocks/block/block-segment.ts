/** A block as a segment; see segment.ts. */
import type { Condition } from '#shared/query/tree.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { SPAN_KINDS, STATUS_ERROR } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { TraceSummary } from '#server/storage/store.ts'
import { PAGE } from './block-format.ts'
import { matchGroup } from './block-match.ts'
import { planBlock } from './block-plan.ts'
import type { BlockReader } from './block-reader.ts'
import { words } from './read-rows.ts'
import type { GroupMatcher, GroupMatches, Segment, SegmentGroup, TracePart } from './segment.ts'
import { ServiceCounts } from './trace-summary.ts'

const NOTHING: GroupMatches = { traces: new Uint32Array(0), matched: new Uint32Array(0) }

export class BlockSegment implements Segment {
  readonly kind = 'block'
  readonly reader: BlockReader

  constructor(reader: BlockReader) {
    this.reader = reader
  }

  get name(): string {
    return this.reader.name
  }

  /** A block never changes. */
  refresh(): void {}

  groups(): readonly SegmentGroup[] {
    return Array.from({ length: this.reader.groupCount }, (_, index) => {
      const { rowCount, firstStart, lastTraceStart, lastStart } = this.reader.groupEntry(index)
      return { index, rowCount, firstStart, lastTraceStart, lastStart }
    })
  }

  matcher(where: Condition): GroupMatcher | undefined {
    const operands = this.reader.pages.guard('the catalogue', () => planBlock(this.reader, where))
    if (operands === undefined) return undefined
    return {
      match: (index, from, to) =>
        this.reader.pages.guard(`group ${index}`, () => {
          const group = this.reader.group(index)
          const selected = matchGroup(group, operands, from, to)
          return selected === undefined ? NOTHING : byTrace(selected, group.rowStarts(), group.entry.firstTrace)
        }),
    }
  }

  findTrace(id: Uint32Array): number {
    return this.reader.findTrace(id)
  }

  lastIdWords(): Uint32Array {
    return this.reader.fingerprints()
  }

  traceId(trace: number): Uint32Array {
    const { group, trace: at } = this.reader.locate(trace)
    return this.reader.traceId(group, at)
  }

  rowCountOf(trace: number): number {
    const { group, trace: at } = this.reader.locate(trace)
    return group.rowStarts()[at + 1] - group.rowStarts()[at]
  }

  part(trace: number): TracePart {
    const { group, trace: at } = this.reader.locate(trace)
    const { start, end } = group.traceTimes()
    return {
      start: (BigInt(start.high[at]) << 32n) | BigInt(start.low[at]),
      end: (BigInt(end.high[at]) << 32n) | BigInt(end.low[at]),
      // Equal rows were removed when the block was written.
      repeated: false,
    }
  }

  summarise(trace: number, matchedCount: number): TraceSummary {
    const { group, trace: at } = this.reader.locate(trace)
    const { texts, pairs } = group.catalogue
    const [from, to] = [group.rowStarts()[at], group.rowStarts()[at + 1]]
    const pairOf = group.rows(PAGE.pair)
    const status = group.rows(PAGE.status, true)
    const services = new ServiceCounts()
    const service = (pair: number): string | undefined =>
      pairs.service[pair] < 0 ? undefined : texts.text(pairs.service[pair])
    for (let row = from; row < to; row++) services.add(service(pairOf[row]), status[row] === STATUS_ERROR)
    const root = from + group.traces(PAGE.traceRoot)[at]
    const part = this.part(trace)
    return {
      traceId: formatTraceId(this.reader.traceId(group, at), 0),
      startTime: part.start,
      endTime: part.end,
      spanCount: to - from,
      errorCount: services.errors,
      matchedCount,
      root: {
        spanId: formatSpanId(words(group.pages.bytes(group.page, PAGE.spanId)), root),
        service: service(pairOf[root]),
        name: texts.text(pairs.name[pairOf[root]]),
        kind: SPAN_KINDS[pairs.kind[pairOf[root]]] ?? 'unspecified',
        error: status[root] === STATUS_ERROR,
        orphan: group.rows(PAGE.parent)[root] === 1,
      },
      services: services.list(),
    }
  }

  copyTrace(trace: number, into: SpanTableBuilder): void {
    this.reader.readTrace(this.traceId(trace), into)
  }
}

/** Traces with selected rows, the last (latest) first. */
function byTrace(selected: Uint8Array, rowStarts: Uint32Array, firstTrace: number): GroupMatches {
  const traces: number[] = []
  const matched: number[] = []
  for (let trace = rowStarts.length - 2; trace >= 0; trace--) {
    let count = 0
    for (let row = rowStarts[trace]; row < rowStarts[trace + 1]; row++) count += selected[row]
    if (count === 0) continue
    traces.push(firstTrace + trace)
    matched.push(count)
  }
  return { traces: Uint32Array.from(traces), matched: Uint32Array.from(matched) }
}
