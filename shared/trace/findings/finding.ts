/**
 * What may be special about a trace, as facts: each names the span that it leads to and what it cost. Words are the page's.
 * Shares are of the time that the caller waited for (the main root's duration), along the critical path.
 */
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import type { Trace } from '#shared/trace/trace.ts'

interface Fact {
  /** Index of the span that it leads to. */
  readonly span: number
  /** What it cost the caller, ns on the critical path. */
  readonly ns: number
  /** The same of the whole, 0 … 1. */
  readonly share: number
}

/** One span that calls nothing took a large part of the time. */
export interface SlowSpan extends Fact {
  readonly kind: 'slow_span'
}

/** For a long stretch of `span`, which calls others, nothing that it calls ran: nobody accounts for the time. */
export interface LongGap extends Fact {
  readonly kind: 'gap'
  /** ns since the start of the trace. */
  readonly from: number
  readonly to: number
  /** The child that begins at the end of it; −1: the gap lasts to the end of `span`. */
  readonly before: number
}

/** Children of one span that do the same again and again, or of several spans alike. `span`: the first of the costliest. */
export interface Repeated extends Fact {
  readonly kind: 'repeated'
  /** Where they cost most. */
  readonly parent: number
  /** Below how many spans the same repeats. */
  readonly parents: number
  /** Of all these parents. */
  readonly count: number
  /** Their durations added up, ns. */
  readonly totalNs: number
  /** None begins before the one before it has ended. */
  readonly oneByOne: boolean
}

/** The same work tried again after it had failed. `span`: the first failed attempt. */
export interface Retries extends Fact {
  readonly kind: 'retries'
  readonly parent: number
  readonly attempts: number
  readonly failed: number
  /** The last attempt did not fail. */
  readonly recovered: boolean
  /** The failure that began it: an error below `span` that no error below it explains, or `span`. */
  readonly origin: number
}

/** A cache that mostly did not have what was asked of it. `span`: the first lookup in vain. */
export interface LostCache extends Fact {
  readonly kind: 'cache'
  readonly lookups: number
  readonly misses: number
}

/** Errors, by their first cause. `span`: the deepest error that no error below it explains. */
export interface ErrorCause extends Fact {
  readonly kind: 'error'
  /** All spans of the trace whose own status is error. */
  readonly count: number
  /** The highest span that failed with it: from `span` up to it all are errors. */
  readonly reached: number
  /** How many spans failed with it, `span` among them. */
  readonly levels: number
  /** The main root is one of them. */
  readonly failed: boolean
}

/** Spans name parents that are not here. `span`: the call whose callee is missing, else the first that lacks its parent. */
export interface MissingParents extends Fact {
  readonly kind: 'missing'
  readonly count: number
  /** The service whose spans are missing as the call names it; undefined when no call does. */
  readonly service: string | undefined
}

export type Finding = SlowSpan | LongGap | Repeated | Retries | LostCache | ErrorCause | MissingParents
export type FindingKind = Finding['kind']

/** A finding with how much it weighs, and what it explains: findings about those spans are left out. */
export interface Found {
  readonly finding: Finding
  /** Above 2: why the request failed. Below: about the share of the time, 0.5 more for a cause that is certain. */
  readonly weight: number
  readonly explains?: (other: Finding) => boolean
}

/** What every search for findings needs, computed once. */
export interface FindingsInput {
  readonly trace: Trace
  readonly path: CriticalPath
  /** ns on the critical path, by span, and with all below it. */
  readonly own: Float64Array
  readonly below: Float64Array
  readonly root: number
  /** Duration of the root, ns: 1 or more. */
  readonly wholeNs: number
}

/** Nanoseconds on the critical path as a finding states them. */
export function cost({ wholeNs }: FindingsInput, ns: number): { readonly ns: number; readonly share: number } {
  return { ns, share: Math.min(1, ns / wholeNs) }
}

/** Whether `span` is `top` or below it. */
export function isWithin({ subtreeEnd }: Trace, span: number, top: number): boolean {
  return span >= top && span < subtreeEnd[top]
}
