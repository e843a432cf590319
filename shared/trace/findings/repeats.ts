/** The same work again and again below one span: because there is one query an item, or because it fails. */
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import { SPAN_ERROR, SPAN_ERROR_BELOW, spanDuration, type Trace } from '#shared/trace/trace.ts'
import { firstCause } from './errors.ts'
import { cost, type Finding, type FindingsInput, type Found, isWithin } from './finding.ts'

/** So many equal calls one after another are worth a word: fewer are ordinary (a handful of shards, a page of rows). */
const IN_ROW_FROM = 10
/** So many at once: asking a few dozen partitions at a time is how such systems work. */
const AT_ONCE_FROM = 40

/** One group of equal children while the children of a span are gone through. */
interface Group {
  first: number
  count: number
  totalNs: number
  /** ns on the critical path, with all below. */
  spentNs: number
  oneByOne: boolean
  /** When the last one ended. */
  end: number
  /** The failed attempts that are going on: first of them, how many, whom they call (−1: not known), when they ended. */
  failedFrom: number
  failed: number
  callee: number
  failedTo: number
  /** The longest such row so far. */
  retries: { from: number; failed: number; recovered: boolean; to: number } | undefined
}

/** Repeated and retried children of every span, at most one of each kind a span. */
export function repeats(input: FindingsInput): readonly Found[] {
  const { trace } = input
  const numbers = groupNumbers(trace)
  const groups = new Map<number, Group>()
  const found: Found[] = []
  const many = new Map<string, Repetition>()
  for (let parent = 0; parent < trace.size; parent++) {
    const failing = (trace.marks[parent] & SPAN_ERROR_BELOW) !== 0
    if (trace.childCount[parent] < (failing ? 2 : IN_ROW_FROM)) continue
    groups.clear()
    for (let i = parent + 1; i < trace.subtreeEnd[parent]; i = trace.subtreeEnd[i]) {
      const number = numbers[i]
      let group = groups.get(number)
      if (group === undefined) groups.set(number, (group = newGroup(i)))
      addTo(group, input, i, calleeOf(trace, numbers, i))
    }
    let [most, longest]: [Group | undefined, Group | undefined] = [undefined, undefined]
    for (const group of groups.values()) {
      closeRetries(group, false, group.failedTo)
      if (isRetried(trace, parent, group) && (group.retries?.failed ?? 0) > (longest?.retries?.failed ?? 0))
        longest = group
      if (group.count < (group.oneByOne ? IN_ROW_FROM : AT_ONCE_FROM)) continue
      if (!group.oneByOne && mostAtOnce(trace, numbers, parent, group) < AT_ONCE_FROM) continue
      if (most === undefined || group.spentNs > most.spentNs) most = group
    }
    if (longest !== undefined) found.push(retriesOf(input, parent, longest))
    if (most !== undefined && most !== longest) addRepetition(many, numbers[most.first], parent, most)
  }
  for (const repetition of many.values()) found.push(repeatedOf(input, repetition))
  return found
}

function newGroup(first: number): Group {
  return {
    first,
    count: 0,
    totalNs: 0,
    spentNs: 0,
    oneByOne: true,
    end: -Infinity,
    failedFrom: -1,
    failed: 0,
    callee: -1,
    failedTo: -Infinity,
    retries: undefined,
  }
}

function addTo(group: Group, { trace, below }: FindingsInput, i: number, callee: number): void {
  if (trace.start[i] < group.end) group.oneByOne = false
  group.count++
  group.totalNs += Math.max(0, spanDuration(trace, i))
  group.spentNs += below[i]
  group.end = Math.max(group.end, trace.end[i])
  // What runs beside an attempt is another call, not the next attempt.
  if (group.failed > 0 && trace.start[i] < group.failedTo) return
  if (group.failed > 0 && callee >= 0 && group.callee >= 0 && callee !== group.callee) {
    closeRetries(group, false, group.failedTo)
  }
  if ((trace.marks[i] & SPAN_ERROR) === 0) {
    closeRetries(group, true, trace.end[i])
    return
  }
  if (group.failed === 0) [group.failedFrom, group.callee] = [i, -1]
  if (callee >= 0) group.callee = callee
  group.failed++
  group.failedTo = trace.end[i]
}

/** Ends a row of failed attempts; one that nothing follows is a retry only when it has two. */
function closeRetries(group: Group, recovered: boolean, to: number): void {
  const { failed, failedFrom: from } = group
  group.failed = 0
  if (failed === 0 || (!recovered && failed < 2) || failed <= (group.retries?.failed ?? 0)) return
  group.retries = { from, failed, recovered, to }
}

/** One failure with the same done again is a retry unless the parent failed all the same: then they are two calls. */
function isRetried(trace: Trace, parent: number, { retries }: Group): boolean {
  return retries !== undefined && (retries.failed > 1 || (trace.marks[parent] & SPAN_ERROR) === 0)
}

/** The group number of the only child of a span: whom a call calls; −1 when there is none or are several. */
function calleeOf({ childCount }: Trace, numbers: Uint32Array, i: number): number {
  return childCount[i] === 1 ? numbers[i + 1] : -1
}

/** How many of a group run at one time. */
function mostAtOnce({ start, end, subtreeEnd }: Trace, numbers: Uint32Array, parent: number, group: Group): number {
  const starts = new Float64Array(group.count)
  const ends = new Float64Array(group.count)
  const number = numbers[group.first]
  let n = 0
  for (let i = group.first; i < subtreeEnd[parent]; i = subtreeEnd[i]) {
    if (numbers[i] !== number) continue
    starts[n] = start[i]
    ends[n++] = end[i]
  }
  starts.sort()
  ends.sort()
  let [most, ended] = [0, 0]
  for (let k = 0; k < n; k++) {
    while (ended < n && ends[ended] <= starts[k]) ended++
    most = Math.max(most, k + 1 - ended)
  }
  return most
}

function retriesOf(input: FindingsInput, parent: number, group: Group): Found {
  const { trace, below, path } = input
  const {
    from: span,
    failed,
    recovered,
    to,
  } = group.retries ?? { from: group.first, failed: 0, recovered: false, to: 0 }
  let ns = 0
  for (let i = span; i < trace.subtreeEnd[parent] && trace.start[i] < to; i = trace.subtreeEnd[i]) {
    if (trace.parent[i] === parent && (trace.marks[i] & SPAN_ERROR) !== 0) ns += below[i]
  }
  // The pauses between attempts are the parent's own time.
  for (let k = firstFrom(path, trace.start[span]); k < path.count && path.bounds[k + 1] <= to; k++) {
    if (path.span[k] === parent) ns += path.bounds[k + 1] - path.bounds[k]
  }
  const { share, ...rest } = cost(input, ns)
  const origin = firstCause(trace, span)
  const finding = {
    kind: 'retries',
    span,
    parent,
    attempts: failed + (recovered ? 1 : 0),
    failed,
    recovered,
    origin,
    share,
    ...rest,
  } as const
  // Not recovered, its parent failed with it, and so on up: then this is why the request failed.
  const fatal = !recovered && (trace.marks[input.root] & SPAN_ERROR) !== 0
  const inside = (other: number): boolean =>
    other > parent &&
    isWithin(trace, other, parent) &&
    trace.start[other] >= trace.start[span] &&
    trace.start[other] < to
  const explains = (other: Finding): boolean =>
    other.kind === 'error'
      ? inside(other.span)
      : (other.kind === 'slow_span' && inside(other.span)) ||
        (other.kind === 'repeated' && inside(other.span)) ||
        (other.kind === 'retries' && other.span !== span && inside(other.span)) ||
        (other.kind === 'gap' &&
          (inside(other.span) || (other.span === parent && other.from >= trace.start[span] && other.to <= to)))
  return { finding, weight: (fatal ? 2.5 : failed >= 2 ? 0.6 : 0.4) + share, explains }
}

/** The first stretch that begins at `time` or later. */
function firstFrom({ bounds, count }: CriticalPath, time: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}

/** The same below one span or several. */
interface Repetition {
  parent: number
  group: Group
  readonly parents: number[]
  count: number
  totalNs: number
  spentNs: number
}

function addRepetition(all: Map<string, Repetition>, number: number, parent: number, group: Group): void {
  const key = `${number} ${group.oneByOne}`
  const known = all.get(key)
  const { count, totalNs, spentNs } = group
  if (known === undefined) {
    all.set(key, { parent, group, parents: [parent], count, totalNs, spentNs })
    return
  }
  if (spentNs > known.group.spentNs) [known.parent, known.group] = [parent, group]
  known.parents.push(parent)
  known.count += count
  known.totalNs += totalNs
  known.spentNs += spentNs
}

function repeatedOf(input: FindingsInput, { parent, group, parents, count, totalNs, spentNs }: Repetition): Found {
  const { trace } = input
  const finding = {
    kind: 'repeated',
    span: group.first,
    parent,
    parents: parents.length,
    count,
    totalNs,
    oneByOne: group.oneByOne,
    ...cost(input, spentNs),
  } as const
  return {
    finding,
    weight: 0.3 + finding.share,
    // What repeats inside of what repeats is the same story.
    explains: other => other.kind === 'repeated' && other.parent > parent && isWithin(trace, other.parent, parent),
  }
}

/** A number for each service and name together, by span; names that differ in numbers and quoted texts count as one. */
function groupNumbers(trace: Trace): Uint32Array {
  const group = new Uint32Array(trace.size)
  const { name, dictionary } = trace.table
  const templates = new Map<string, number>()
  const byName = new Map<number, number>()
  for (let i = 0; i < trace.size; i++) {
    const id = name[trace.row[i]]
    let template = byName.get(id)
    if (template === undefined) {
      const text = nameTemplate(dictionary.text(id))
      template = templates.get(text) ?? templates.size
      templates.set(text, template)
      byName.set(id, template)
    }
    group[i] = template * trace.services.length + trace.service[i]
  }
  return group
}

/** Longer names are told apart by their beginning: names come from the network. */
const MOST_NAME = 500

/** A name with its literals as `?`: `user:17` and `user:18` are one. */
export function nameTemplate(name: string): string {
  return name
    .slice(0, MOST_NAME)
    .replace(/'[^']*'|"[^"]*"|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]*\d[0-9a-f]*\b|\d+/giu, '?')
}
