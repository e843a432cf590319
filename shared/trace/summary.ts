/**
 * What the first line of the trace page says: how long the caller waited, where that time went, and what is special about
 * the trace, the true cause first. Facts, not words; each names the span that it leads to. A healthy trace has no findings.
 */
import { criticalPathOf, criticalTimes, type CriticalPath } from './critical-path.ts'
import { lostCaches } from './findings/cache.ts'
import { errorCause } from './findings/errors.ts'
import type { Finding, FindingKind, FindingsInput, Found } from './findings/finding.ts'
import { missingParents } from './findings/missing.ts'
import { repeats } from './findings/repeats.ts'
import { longGaps, slowSpans } from './findings/slow.ts'
import { mainRoot, SPAN_ERROR, spanDuration, type Trace } from './trace.ts'

export interface TraceSummary {
  readonly spanCount: number
  readonly serviceCount: number
  /** Spans whose own status is error. */
  readonly errorCount: number
  /** The span the trace is called after; −1 for an empty trace. */
  readonly root: number
  /** How long that span takes: what the caller waited for. */
  readonly answeredNs: number
  /** The service that the caller waited for longest. */
  readonly heaviest: ServiceFact | undefined
  /** What is special, by weight, at most MOST_FINDINGS; empty: nothing is. */
  readonly findings: readonly Finding[]
  /** What begins after the answer. */
  readonly followUp: FollowUpFact | undefined
}

export interface ServiceFact {
  /** Index into `services`. */
  readonly service: number
  /** On the critical path. */
  readonly ns: number
  /** The same of the whole time, 0 … 1. */
  readonly share: number
  /** Its span with the most time on the critical path. */
  readonly span: number
}

export interface FollowUpFact {
  readonly span: number
  readonly service: number
  /** From the end of the answer to its start. */
  readonly afterNs: number
}

/** More than a person reads in one line. */
export const MOST_FINDINGS = 4

/** So many of the heaviest are compared with each other: a batch job repeats itself below thousands of spans. */
const MOST_WEIGHED = 200

/** Beside something weightier, what cost less than this share of the time is not worth a word. */
const WORTH_ADDING = 0.02
/** Kinds that are about time alone. */
const COSTS: ReadonlySet<FindingKind> = new Set(['repeated', 'cache', 'retries', 'gap', 'slow_span'])

/**
 * Linear in the spans but for sorting children on the critical path. With only the core of a table, caches, whose outcomes
 * are attributes, are not told of: summarize again when the rest has come. `path`: of `criticalPathOf`, when it is known.
 */
export function summarizeTrace(trace: Trace, path = criticalPathOf(trace)): TraceSummary {
  const root = mainRoot(trace)
  const own = criticalTimes(path, trace.size)
  let errorCount = 0
  for (let i = 0; i < trace.size; i++) if ((trace.marks[i] & SPAN_ERROR) !== 0) errorCount++
  return {
    spanCount: trace.size,
    serviceCount: trace.services.length,
    errorCount,
    root,
    answeredNs: root < 0 ? 0 : spanDuration(trace, root),
    heaviest: heaviestService(trace, own),
    findings: root < 0 ? [] : findingsOf(trace, path, own, root),
    followUp: root < 0 ? undefined : followUpOf(trace, root),
  }
}

function findingsOf(trace: Trace, path: CriticalPath, own: Float64Array, root: number): readonly Finding[] {
  const below = own.slice()
  for (let i = trace.size - 1; i > 0; i--) if (trace.parent[i] >= 0) below[trace.parent[i]] += below[i]
  const input: FindingsInput = { trace, path, own, below, root, wholeNs: Math.max(1, spanDuration(trace, root)) }
  return ranked([
    ...errorCause(input),
    ...repeats(input),
    ...lostCaches(input),
    ...missingParents(input),
    ...slowSpans(input),
    ...longGaps(input),
  ])
}

/** By weight, without those that another one explains. */
function ranked(found: readonly Found[]): readonly Finding[] {
  const left = [...found].sort((a, b) => b.weight - a.weight).slice(0, MOST_WEIGHED)
  const kept: Found[] = []
  for (const one of left) {
    if (kept.length === MOST_FINDINGS) break
    // The first is said however little it cost; what comes after it must have cost something.
    if (kept.length > 0 && one.finding.share < WORTH_ADDING && COSTS.has(one.finding.kind)) continue
    const isExplained = left.some(other => other !== one && other.explains?.(one.finding) === true)
    if (!isExplained) kept.push(one)
  }
  // That something failed is told, unless what is told says so: the retry that it was part of may not be worth a word.
  const failure = left.find(({ finding }) => finding.kind === 'error')
  if (failure !== undefined && !kept.some(one => one === failure || one.explains?.(failure.finding) === true)) {
    kept.splice(MOST_FINDINGS - 1)
    kept.push(failure)
  }
  return kept.map(({ finding }) => finding)
}

function heaviestService(trace: Trace, own: Float64Array): ServiceFact | undefined {
  const byService = new Float64Array(trace.services.length)
  const longest = new Int32Array(trace.services.length).fill(-1)
  let total = 0
  for (let i = 0; i < trace.size; i++) {
    const service = trace.service[i]
    total += own[i]
    byService[service] += own[i]
    if (longest[service] < 0 || own[i] > own[longest[service]]) longest[service] = i
  }
  if (total === 0) return undefined
  let service = 0
  for (let s = 1; s < byService.length; s++) if (byService[s] > byService[service]) service = s
  return { service, ns: byService[service], share: byService[service] / total, span: longest[service] }
}

function followUpOf(trace: Trace, root: number): FollowUpFact | undefined {
  let span = -1
  for (let i = 0; i < trace.size; i++) {
    if (trace.start[i] > trace.end[root] && (span < 0 || trace.start[i] < trace.start[span])) span = i
  }
  if (span < 0) return undefined
  return { span, service: trace.service[span], afterNs: trace.start[span] - trace.end[root] }
}
