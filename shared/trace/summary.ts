/**
 * What the first line of the trace page says: a few facts that are true of any trace. Each names the span that it leads to.
 */
import { selfTimes } from './self-time.ts'
import { mainRoot, SPAN_ERROR, SPAN_ERROR_BELOW, spanDuration, type Trace } from './trace.ts'

export interface TraceSummary {
  readonly spanCount: number
  readonly serviceCount: number
  /** Spans whose own status is error. */
  readonly errorCount: number
  /** The span the trace is called after; −1 for an empty trace. */
  readonly root: number
  /** How long that span takes: what the caller waited for. */
  readonly answeredNs: number
  /** The first error that no error below it explains. */
  readonly firstError: ErrorFact | undefined
  /** The service with the most self time. */
  readonly heaviest: ServiceFact | undefined
  /** Children of one span that do the same again and again, the costliest such group. */
  readonly repeated: RepeatedFact | undefined
  /** What begins after the answer. */
  readonly followUp: FollowUpFact | undefined
}

export interface ErrorFact {
  readonly span: number
  /** Index into `services`. */
  readonly service: number
  readonly message: string
}

export interface ServiceFact {
  readonly service: number
  readonly selfNs: number
  /** Of the self time of all spans, 0 … 1. */
  readonly share: number
  /** Its span with the most self time. */
  readonly span: number
}

export interface RepeatedFact {
  /** The first of them. */
  readonly span: number
  readonly parent: number
  readonly count: number
  readonly totalNs: number
  /** None begins before the one before it has ended. */
  readonly oneByOne: boolean
}

export interface FollowUpFact {
  readonly span: number
  readonly service: number
  /** From the end of the answer to its start. */
  readonly afterNs: number
}

/** So many equal siblings are worth a word: fewer are ordinary (a handful of shards, retries). */
const REPEATED_FROM = 10

/** `self`: of `selfTimes`, when the caller has it already. */
export function summarizeTrace(trace: Trace, self = selfTimes(trace)): TraceSummary {
  const root = mainRoot(trace)
  let errorCount = 0
  let first = -1
  for (let i = 0; i < trace.size; i++) {
    if ((trace.marks[i] & SPAN_ERROR) === 0) continue
    errorCount++
    if ((trace.marks[i] & SPAN_ERROR_BELOW) !== 0) continue
    if (first < 0 || trace.end[i] < trace.end[first]) first = i
  }
  return {
    spanCount: trace.size,
    serviceCount: trace.services.length,
    errorCount,
    root,
    answeredNs: root < 0 ? 0 : spanDuration(trace, root),
    firstError:
      first < 0
        ? undefined
        : {
            span: first,
            service: trace.service[first],
            message: trace.table.dictionary.text(trace.table.statusMessage[trace.row[first]]),
          },
    heaviest: heaviestService(trace, self),
    repeated: repeatedSiblings(trace),
    followUp: root < 0 ? undefined : followUpOf(trace, root),
  }
}

function heaviestService(trace: Trace, self: Float64Array): ServiceFact | undefined {
  const byService = new Float64Array(trace.services.length)
  const longest = new Int32Array(trace.services.length).fill(-1)
  let total = 0
  for (let i = 0; i < trace.size; i++) {
    const service = trace.service[i]
    total += self[i]
    byService[service] += self[i]
    if (longest[service] < 0 || self[i] > self[longest[service]]) longest[service] = i
  }
  let service = 0
  for (let s = 1; s < byService.length; s++) if (byService[s] > byService[service]) service = s
  if (total === 0) return undefined
  return { service, selfNs: byService[service], share: byService[service] / total, span: longest[service] }
}

function repeatedSiblings(trace: Trace): RepeatedFact | undefined {
  const group = groupNumbers(trace)
  const groups = group.length === 0 ? 0 : group.reduce((most, one) => (one > most ? one : most), 0) + 1
  const count = new Uint32Array(groups)
  const total = new Float64Array(groups)
  const last = new Float64Array(groups)
  const inRow = new Uint8Array(groups)
  const firstOf = new Uint32Array(groups)
  let best: RepeatedFact | undefined
  const consider = (parent: number, from: number, to: number): void => {
    for (let i = from; i < to; i = trace.subtreeEnd[i]) {
      const g = group[i]
      const duration = Math.max(0, spanDuration(trace, i))
      if (count[g] === 0) {
        firstOf[g] = i
        inRow[g] = 1
      } else if (trace.start[i] < last[g]) inRow[g] = 0
      count[g]++
      total[g] += duration
      last[g] = Math.max(trace.end[i], count[g] === 1 ? trace.end[i] : last[g])
    }
    for (let i = from; i < to; i = trace.subtreeEnd[i]) {
      const g = group[i]
      if (count[g] >= REPEATED_FROM && (best === undefined || total[g] > best.totalNs)) {
        best = { span: firstOf[g], parent, count: count[g], totalNs: total[g], oneByOne: inRow[g] === 1 }
      }
      count[g] = total[g] = 0
    }
  }
  for (let i = 0; i < trace.size; i++) {
    if (trace.childCount[i] >= REPEATED_FROM) consider(i, i + 1, trace.subtreeEnd[i])
  }
  return best
}

/** A number for each service and name together, by span. */
function groupNumbers(trace: Trace): Uint32Array {
  const group = new Uint32Array(trace.size)
  const numbers = new Map<number, number>()
  const { name } = trace.table
  for (let i = 0; i < trace.size; i++) {
    const key = name[trace.row[i]] * trace.services.length + trace.service[i]
    let number = numbers.get(key)
    if (number === undefined) {
      number = numbers.size
      numbers.set(key, number)
    }
    group[i] = number
  }
  return group
}

function followUpOf(trace: Trace, root: number): FollowUpFact | undefined {
  let span = -1
  for (let i = 0; i < trace.size; i++) {
    if (trace.start[i] > trace.end[root] && (span < 0 || trace.start[i] < trace.start[span])) span = i
  }
  if (span < 0) return undefined
  return { span, service: trace.service[span], afterNs: trace.start[span] - trace.end[root] }
}
