/** Links into a trace from spans of other traces: found in span tables, told newest first. */
import { formatSpanId, formatTraceId, type SpanId, type TraceId } from './ids.ts'
import { serviceNameOf } from './span.ts'
import { SPAN_KINDS, type SpanKind, type SpanTable, STATUS_ERROR } from './span-table.ts'
import { timeAt, timeDifference } from './time.ts'

/** A span that has a link to a span of another trace, which is the one asked about. */
export interface IncomingLink {
  readonly traceId: TraceId
  readonly spanId: SpanId
  /** Undefined when its resource names no service. */
  readonly service: string | undefined
  readonly name: string
  readonly kind: SpanKind
  readonly error: boolean
  /** ns since the epoch. */
  readonly startTime: bigint
  /** ns; negative when it ends before it starts. */
  readonly durationNs: number
  /** The span that it links to, as the link has it: it may not be there. */
  readonly linkedSpanId: SpanId
}

export interface IncomingLinks {
  /** Newest start first, ties by ids. */
  readonly links: readonly IncomingLink[]
  /** How many there are, each (linking span, linked span) once. */
  readonly total: number
  /** False: counting ended at `total`, there are more, and newer ones may be among those. */
  readonly exact: boolean
}

/** More are not gathered: of a trace that so many spans link to, a list has the first few. */
const MOST_GATHERED = 10_000

/** Gathers links, equal ones once. */
export class IncomingLinkList {
  readonly #links = new Map<string, IncomingLink>()
  #exact = true

  /** True: further links are not taken. */
  get full(): boolean {
    return !this.#exact
  }

  add(link: IncomingLink): void {
    const key = `${link.traceId}${link.spanId}${link.linkedSpanId}`
    if (this.#links.has(key)) return
    if (this.#links.size === MOST_GATHERED) this.#exact = false
    else this.#links.set(key, link)
  }

  /** At most `limit` of them, 1 or more. */
  newest(limit: number): IncomingLinks {
    const links = [...this.#links]
      .sort(([keyA, a], [keyB, b]) =>
        a.startTime === b.startTime ? (keyA < keyB ? -1 : 1) : a.startTime < b.startTime ? 1 : -1,
      )
      .slice(0, limit)
      .map(([, link]) => link)
    return { links, total: this.#links.size, exact: this.#exact }
  }
}

/**
 * Gathers the links to a trace (its 4 words, ids.ts) of the first `rowCount` rows of a table; those of the trace's own spans are left out.
 * One pass over the links: spans without any cost nothing.
 */
export function gatherLinksTo(table: SpanTable, rowCount: number, id: Uint32Array, into: IncomingLinkList): void {
  const { linkEnd, linkTraceId, linkSpanId, traceId } = table
  const count = rowCount === 0 ? 0 : linkEnd[rowCount - 1]
  for (let link = 0; link < count; link++) {
    if (!isTrace(linkTraceId, link, id)) continue
    const row = firstAbove(linkEnd, link, rowCount)
    if (isTrace(traceId, row, id)) continue
    into.add({
      traceId: formatTraceId(traceId, row),
      spanId: formatSpanId(table.spanId, row),
      service: serviceNameOf(table, row),
      name: table.dictionary.text(table.name[row]),
      kind: SPAN_KINDS[table.kind[row]] ?? 'unspecified',
      error: table.status[row] === STATUS_ERROR,
      startTime: timeAt(table.startTime, row),
      durationNs: timeDifference(table.endTime, row, table.startTime, row),
      linkedSpanId: formatSpanId(linkSpanId, link),
    })
    if (into.full) return
  }
}

/** Whether place `at` of ids of 4 words each has this one. */
export function isTrace(ids: Uint32Array, at: number, id: Uint32Array): boolean {
  const from = at * 4
  return ids[from + 3] === id[3] && ids[from + 2] === id[2] && ids[from + 1] === id[1] && ids[from] === id[0]
}

/** The first of `count` ascending values that is above one; by halving. */
export function firstAbove(values: Uint32Array, value: number, count: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}
