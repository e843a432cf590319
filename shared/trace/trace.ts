/**
 * One trace: its rows in depth-first order as flat columns beside the span table. Index i is a span's place in that order,
 * not its row: `row[i]` leads to the table. `parent[i] < i`; the spans below i are i + 1 up to `subtreeEnd[i]`; siblings
 * stand by start, then row. Algorithms are loops over indices: a trace may have 100,000 levels and a million siblings.
 */
import { formatSpanId, idWords, parseSpanId, type SpanId, type TraceId } from '#shared/spans/ids.ts'
import type { Numbers, SpanTable } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'

/** The span itself has status error. */
export const SPAN_ERROR = 1
/** A span below has status error. */
export const SPAN_ERROR_BELOW = 2
/** Names a parent that is not in the table; stands as a root. */
export const SPAN_ORPHAN = 4
/** Another span, with other content, has the same id (not Zipkin's pair of client and server). */
export const SPAN_SAME_ID = 8
/** Ends before it starts. */
export const SPAN_ENDS_EARLY = 16
/** Was cut out of a ring of parents, or named itself; stands as a root. */
export const SPAN_RING = 32
/** Its id alone does not name it: another span has it too, a different one or the other half of a call of Zipkin's. */
export const SPAN_TWIN = 64

/** What `buildTrace` met and what it did about it; the page shows it. */
export type TraceProblemKind =
  /** The parent is not there: the span stands as a root. */
  | 'missing_parent'
  /** Spans that are their own ancestors: the first of them to start stands as a root. */
  | 'ring'
  | 'self_parent'
  /** The same span came twice (ids and content): counted once. */
  | 'duplicate'
  /** Different spans under one id: all kept. */
  | 'same_id'
  | 'ends_before_start'
  /** More than one span names no parent: the trace is called after the first of them. */
  | 'several_roots'
  /** Rows of other traces in the table: left out. */
  | 'other_traces'
  /** Answers outside their calls: moved into them (clock-skew.ts), or, with `rawClocks`, left as sent. */
  | 'clock_skew'

export interface TraceProblem {
  readonly kind: TraceProblemKind
  readonly count: number
  /** The first spans concerned (indices, ascending), at most MOST_LISTED; none for `other_traces`. */
  readonly spans: readonly number[]
  /** `clock_skew`: the farthest move, ns. */
  readonly mostNs?: number
}

/** As many spans are listed a problem; `count` has them all. */
export const MOST_LISTED = 1000

/** The columns of a trace: plain values and typed arrays, so that another thread gets them by structured clone. */
export interface TraceColumns {
  /** Undefined for a table without rows. */
  readonly traceId: TraceId | undefined
  /** How many spans. */
  readonly size: number
  /** Row of span i in the table. */
  readonly row: Uint32Array
  /** −1 for a root. */
  readonly parent: Int32Array
  /** 0 for a root. */
  readonly depth: Numbers
  /** One behind the last span below i; i + 1 for a leaf. */
  readonly subtreeEnd: Uint32Array
  readonly childCount: Numbers
  /** Place among its siblings (roots: among roots), from 0. */
  readonly position: Numbers
  /** ns since `startTime`: 0 or more. */
  readonly start: Float64Array
  /** ns since `startTime`; before the start when the span ends early. */
  readonly end: Float64Array
  /** Index into `services`. */
  readonly service: Numbers
  /** By their first span; undefined: the resource names none. */
  readonly services: readonly (string | undefined)[]
  /** Bits of SPAN_*. */
  readonly marks: Uint8Array
  /** Indices of the roots, ascending: by start. */
  readonly roots: Uint32Array
  readonly maxDepth: number
  /** First start of all, ns since the epoch. */
  readonly startTime: bigint
  /** From the first start to the last start or end; 0 or more. */
  readonly durationNs: number
  /** ns that were added to the times of each span because clocks disagree; undefined: `start` and `end` are as sent. */
  readonly shift?: Float64Array
  readonly problems: readonly TraceProblem[]
}

export interface Trace extends TraceColumns {
  readonly table: SpanTable
}

/** The span that a trace is called after: the first root with no missing parent, else the first root; −1 without spans. */
export function mainRoot(trace: TraceColumns): number {
  for (const root of trace.roots) if ((trace.marks[root] & SPAN_ORPHAN) === 0) return root
  return trace.roots[0] ?? -1
}

/** Nanoseconds from start to end of span i; negative when it ends early. */
export function spanDuration(trace: TraceColumns, i: number): number {
  return trace.end[i] - trace.start[i]
}

/** When span i began by its sender's clock, ns since the epoch. */
export function sentStart(trace: Trace, i: number): bigint {
  const since = trace.start[i] - (trace.shift?.[i] ?? 0)
  // What is farther away is not exact.
  return Number.isSafeInteger(since) ? trace.startTime + BigInt(since) : timeAt(trace.table.startTime, trace.row[i])
}

export function spanName(trace: Trace, i: number): string {
  return trace.table.dictionary.text(trace.table.name[trace.row[i]])
}

/** What the sender says of a span's status; empty when nothing, and while only the core of the table is there. */
export function statusMessageOf(trace: Trace, i: number): string {
  return trace.table.dictionary.text(trace.table.statusMessage[trace.row[i]] ?? 0)
}

export function spanIdOf(trace: Trace, i: number): SpanId {
  return formatSpanId(trace.table.spanId, trace.row[i])
}

/** First span with this id in depth-first order; −1 when none has it. Linear: ask once an action. */
export function indexOfSpan(trace: Trace, id: string): number {
  return nextWithId(trace, id, 0)
}

/** From `from` on. */
function nextWithId(trace: Trace, id: string, from: number): number {
  const parsed = parseSpanId(id)
  if (parsed === undefined) return -1
  const [low, high] = idWords(parsed)
  const { spanId } = trace.table
  for (let i = from; i < trace.size; i++) {
    const at = trace.row[i] * 2
    if (spanId[at] === low && spanId[at + 1] === high) return i
  }
  return -1
}

/** What names span i within its trace: its id, and behind a point its place among those with that id, from the second on. */
export function spanRefOf(trace: Trace, i: number): string {
  const id = spanIdOf(trace, i)
  if ((trace.marks[i] & SPAN_TWIN) === 0) return id
  let place = 1
  for (let k = indexOfSpan(trace, id); k >= 0 && k < i; k = nextWithId(trace, id, k + 1)) place++
  return place === 1 ? id : `${id}.${place}`
}

/** A name of `spanRefOf` as it is written there, of up to 999,999 places; undefined for any other text. */
export function parseSpanRef(text: string): string | undefined {
  const [, head = '', place] = /^([^.]+)(?:\.([2-9]|[1-9]\d{1,5}))?$/u.exec(text) ?? []
  const id = parseSpanId(head)
  return id === undefined || place === undefined ? id : `${id}.${place}`
}

/** The span that a name of `spanRefOf` is of; −1 when there is none. Linear: ask once an action. */
export function spanOfRef(trace: Trace, ref: string): number {
  const [id, place = '1'] = ref.split('.')
  let span = indexOfSpan(trace, id)
  for (let left = Number(place); left > 1 && span >= 0; left--) span = nextWithId(trace, id, span + 1)
  return span
}
