/**
 * One search over many segments, exact: newest trace first by its first start in any segment, ties by id, every distinct span once.
 *
 * Row groups are walked by the latest start of a trace's part in them. A part never starts before its trace, so when the wanted number of
 * traces has been found and the next group's latest start lies before the last of them, nothing left can displace it.
 */
import { rowTest } from '#shared/query/evaluate.ts'
import { unsupportedNode } from '#shared/query/unsupported.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import { formatTraceId, idWords, parseTraceId } from '#shared/spans/ids.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { timeAt } from '#shared/spans/time.ts'
import { QueryError } from '#server/errors.ts'
import type { TraceSummaries, TraceSummary } from '#server/storage/store.ts'
import { compareIds } from './order.ts'
import type { GroupMatcher, Segment, SegmentGroup } from './segment.ts'
import { AS_STORED } from './settle.ts'
import { SplitFinder } from './split-finder.ts'
import { summariseRows } from './trace-summary.ts'

export interface SearchOptions {
  /** The moment of the question: ns since the epoch. */
  readonly now: bigint
  /**
   * Asked between row groups (about every millisecond). A reason ends the search with what was found and `incomplete` set to it. May throw
   * (a cancelled query): passed on.
   */
  readonly stop?: () => string | undefined
}

interface Found {
  readonly start: bigint
  readonly id: Uint32Array
  readonly summary: () => TraceSummary
}

/** Traces between two looks at `stop`. */
const TRACES_A_LOOK = 256

/** Synchronous. QueryError: unsupported node or malformed cursor. DamagedBlockError: of a block; search again without it. */
export function searchSegments(
  segments: readonly Segment[],
  query: TraceQuery,
  options: SearchOptions,
): TraceSummaries {
  const unsupported = unsupportedNode(query.where)
  if (unsupported !== undefined) throw new QueryError(`this store can't run ${unsupported}`, { field: 'where' })
  const search = new Search(segments, query)
  const incomplete = search.run(options.stop ?? (() => undefined))
  const kept = search.best.slice(0, query.limit)
  const last = search.best.length > query.limit ? kept[kept.length - 1] : undefined
  return {
    traces: kept.map(({ summary }) => summary()),
    cursor: last === undefined ? undefined : formatCursor(last),
    incomplete,
    spansRead: search.spansRead,
    asOf: options.now,
  }
}

class Search {
  /** Best first; one more than asked for, to know whether there are more. */
  readonly best: Found[] = []
  spansRead = 0
  readonly #segments: readonly Segment[]
  readonly #query: TraceQuery
  readonly #after: { readonly start: bigint; readonly id: Uint32Array } | undefined
  readonly #splits: SplitFinder
  readonly #seen = new Set<string>()

  constructor(segments: readonly Segment[], query: TraceQuery) {
    for (const segment of segments) segment.refresh()
    this.#segments = segments
    this.#query = query
    this.#after = query.cursor === undefined ? undefined : parseCursor(query.cursor)
    this.#splits = new SplitFinder(segments)
  }

  /** Returns why it ended early. */
  run(stop: () => string | undefined): string | undefined {
    const { from, to, where } = this.#query
    const todo: { segment: Segment; group: SegmentGroup }[] = []
    for (const segment of this.#segments) {
      for (const group of segment.groups()) {
        if (group.lastStart >= from && group.firstStart <= to) todo.push({ segment, group })
      }
    }
    todo.sort((a, b) => (a.group.lastTraceStart < b.group.lastTraceStart ? 1 : -1))
    const matchers = new Map<Segment, GroupMatcher | undefined>()
    for (const { segment, group } of todo) {
      if (this.#cannotEnter(group.lastTraceStart)) return undefined
      const reason = stop()
      if (reason !== undefined) return reason
      if (!matchers.has(segment)) matchers.set(segment, segment.matcher(where))
      const matcher = matchers.get(segment)
      if (matcher === undefined) continue
      this.spansRead += group.rowCount
      const { traces, matched } = matcher.match(group.index, from, to)
      for (let i = 0; i < traces.length; i++) {
        if (i % TRACES_A_LOOK === TRACES_A_LOOK - 1) {
          const why = stop()
          if (why !== undefined) return why
        }
        if (!this.#consider(segment, traces[i], matched[i])) break
      }
    }
    return undefined
  }

  /** True when a trace that starts then or before can't be among the best. */
  #cannotEnter(start: bigint): boolean {
    const { best } = this
    return best.length > this.#query.limit && start < best[best.length - 1].start
  }

  /** False when no trace that starts before this one's part needs to be considered. */
  #consider(segment: Segment, trace: number, matched: number): boolean {
    const part = segment.part(trace)
    if (this.#cannotEnter(part.start)) return false
    const most = this.#query.traceDuration?.max
    if (most !== undefined && Number(part.end - part.start) > most) return true
    const id = segment.traceId(trace)
    const others = this.#splits.others(id, segment)
    if (others.length === 0 && !part.repeated) {
      this.#offer(part.start, part.end, id, () => segment.summarise(trace, matched))
      return true
    }
    const key = formatTraceId(id, 0)
    if (this.#seen.has(key)) return true
    this.#seen.add(key)
    const summary = this.#merged([{ segment, trace }, ...others])
    if (summary !== undefined) this.#offer(summary.startTime, summary.endTime, id, () => summary)
    return true
  }

  /** The summary over the distinct spans of all parts; undefined when none of them matches. */
  #merged(parts: readonly { readonly segment: Segment; readonly trace: number }[]): TraceSummary | undefined {
    const copies = parts.map(({ segment, trace }) => {
      const copy = new SpanTableBuilder({ limits: AS_STORED })
      segment.copyTrace(trace, copy)
      return copy
    })
    const table = mergeTables(copies)
    const holds = rowTest(this.#query.where, table)
    let matched = 0
    for (let row = 0; row < table.rowCount; row++) {
      const start = timeAt(table.startTime, row)
      if (start >= this.#query.from && start <= this.#query.to && holds(row)) matched++
    }
    if (matched === 0) return undefined
    return summariseRows(
      table,
      Uint32Array.from({ length: table.rowCount }, (_, row) => row),
      matched,
    )
  }

  #offer(start: bigint, end: bigint, id: Uint32Array, summary: () => TraceSummary): void {
    const duration = Number(end - start)
    const { min, max } = this.#query.traceDuration ?? {}
    if ((min !== undefined && duration < min) || (max !== undefined && duration > max)) return
    if (this.#after !== undefined && compareFound({ start, id }, this.#after) <= 0) return
    const { best } = this
    let low = 0
    let high = best.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareFound(best[middle], { start, id }) < 0) low = middle + 1
      else high = middle
    }
    best.splice(low, 0, { start, id, summary })
    if (best.length > this.#query.limit + 1) best.pop()
  }
}

type Key = Pick<Found, 'start' | 'id'>

/** < 0: the left one comes first. */
function compareFound(left: Key, right: Key): number {
  if (left.start !== right.start) return left.start > right.start ? -1 : 1
  return compareIds(left.id, 0, right.id, 0, 4)
}

function formatCursor({ start, id }: Key): string {
  return `${start}-${formatTraceId(id, 0)}`
}

function parseCursor(text: string): Key {
  const parts = /^([0-9]{1,20})-([0-9a-f]{32})$/.exec(text)
  const id = parts === null ? undefined : parseTraceId(parts[2])
  if (parts === null || id === undefined) {
    throw new QueryError('the cursor is not one that a former answer gave', {
      field: 'cursor',
      seen: text.slice(0, 80),
    })
  }
  return { start: BigInt(parts[1]), id: idWords(id) }
}
