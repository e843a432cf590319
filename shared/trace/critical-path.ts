/**
 * Which spans the caller waited for: every moment of the root span's time is given to exactly one span.
 *
 * The rule. Walk back from the end of the root. At a point in a span's time, the child that ends last at or before the
 * point is what the span waited for: the time between that child's end and the point is the span's own, then the walk goes
 * on inside the child from its end, and when it has come to the child's start, in the span again from there. When no
 * child is left, the rest down to the span's start is its own.
 *
 * Who is waited for:
 * - not a consumer: who put the message went on;
 * - not a child that begins after the span's end, or ends before its start;
 * - a child that ends after the span only when it is a server (whoever called waits for the answer) or when it overruns
 *   by no more than clocks and rounding explain; then up to the span's end. Others went on by themselves;
 * - of a child that begins before the span only the part from the span's start on;
 * - nobody who takes no time.
 *
 * Of children that end together the one that began first is taken: it alone held the span up all the time.
 *
 * Jaeger UI walks the same way, but leaves out a child that ends exactly where the one after it begins, counts children
 * that outlive their parent as waited for, and recurses.
 */
import { orderByNumber } from './order-by-number.ts'
import { mainRoot, type Trace } from './trace.ts'

/** What the rule needs of a trace; indices as in TraceColumns. */
export interface TimedTree {
  readonly subtreeEnd: Uint32Array
  /** ns. */
  readonly start: Float64Array
  /** ns; before the start when a span ends early: such a span takes no time. */
  readonly end: Float64Array
  /** OTLP's number of the span's kind, by span. */
  readonly kind: Uint8Array
}

/**
 * Stretches of time, ascending, each longer than nothing and one beginning where the one before ends: `span[k]` held the
 * root up from `bounds[k]` to `bounds[k + 1]`. Together they are the root's time: `bounds[0]` is its start, `bounds[count]`
 * its end. Two neighbours may be of one span only when a child that takes no time stands between.
 */
export interface CriticalPath {
  readonly count: number
  readonly span: Uint32Array
  /** ns, of the tree's times: one more than there are stretches; none without any. Narrower where none is above 4.29 s. */
  readonly bounds: Float64Array | Uint32Array
}

const KIND_SERVER = 2
const KIND_CONSUMER = 5

/** A child may end so much of its own time after its parent and still be waited for: clocks drift, and times are rounded. */
const OVERRUN_SHARE = 0.01
/** Times in whole microseconds are off by up to two. */
const OVERRUN_NS = 2000

/**
 * The critical path below `root`: of a trace its main root, since spans beside it did not hold it up. Empty for −1 and for
 * a root that takes no time. Costs the children of the spans on the path, and sorting them; no recursion.
 */
export function criticalPath(tree: TimedTree, root: number): CriticalPath {
  const out = new Segments()
  if (root < 0 || !(tree.end[root] > tree.start[root])) return out.ascending()
  /** Spans entered and not left: from the root down to where the walk is. */
  const path: Entered[] = [enter(tree, root, tree.start[root], tree.end[root])]
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const child = nextChild(tree, at)
    if (child < 0) {
      out.add(at.span, at.from, at.point)
      path.pop()
      const above = path.at(-1)
      if (above !== undefined) above.point = at.from
      continue
    }
    const to = Math.min(tree.end[child], at.to)
    out.add(at.span, to, at.point)
    const from = Math.max(tree.start[child], at.from)
    // One with nothing below is not entered: a million of them would be as many objects.
    if (tree.subtreeEnd[child] === child + 1) {
      out.add(child, from, to)
      at.point = from
      continue
    }
    at.point = to
    path.push(enter(tree, child, from, to))
  }
  return out.ascending()
}

/** The critical path of a trace's main root. */
export function criticalPathOf(trace: Trace): CriticalPath {
  return criticalPath({ ...trace, kind: spanKinds(trace) }, mainRoot(trace))
}

/** How long each span holds its root up, ns, by span; the sum is the root's duration. */
export function criticalTimes(path: CriticalPath, size: number): Float64Array {
  const times = new Float64Array(size)
  for (let k = 0; k < path.count; k++) times[path.span[k]] += path.bounds[k + 1] - path.bounds[k]
  return times
}

/** OTLP's number of each span's kind, by span. */
export function spanKinds({ size, row, table }: Trace): Uint8Array {
  const kind = new Uint8Array(size)
  for (let i = 0; i < size; i++) kind[i] = table.kind[row[i]]
  return kind
}

/** A span on the way, with the part of its time that counts. */
interface Entered {
  readonly span: number
  readonly from: number
  readonly to: number
  /** Where the walk is in it; what is later has been given away. */
  point: number
  /** Children that may be waited for, those that end last first; `next` is the first not yet looked at. */
  readonly children: Uint32Array
  next: number
}

const NONE = new Uint32Array(0)
/** From here on sorting by digits is quicker than by comparing. */
const FEW = 4096

function enter(tree: TimedTree, span: number, from: number, to: number): Entered {
  return { span, from, to, point: to, children: waitedFor(tree, span, from, to), next: 0 }
}

/** Whether a span that counts from `from` to `to` waits for this child of it: the rule's second part. */
export function isWaitedFor(
  { start, end, kind }: Pick<TimedTree, 'start' | 'end' | 'kind'>,
  child: number,
  from: number,
  to: number,
): boolean {
  if (kind[child] === KIND_CONSUMER || end[child] <= from || start[child] >= to || end[child] <= start[child])
    return false
  const late = end[child] - to
  return (
    late <= 0 ||
    kind[child] === KIND_SERVER ||
    late <= OVERRUN_NS ||
    late <= (end[child] - start[child]) * OVERRUN_SHARE
  )
}

function waitedFor(tree: TimedTree, span: number, from: number, to: number): Uint32Array {
  const { subtreeEnd, end } = tree
  const last = subtreeEnd[span]
  if (last === span + 1) return NONE
  let found = new Uint32Array(8)
  let count = 0
  /** Whether they stand by end already, first to last: one after another they do, and need no sorting. */
  let ordered = true
  for (let child = span + 1; child < last; child = subtreeEnd[child]) {
    if (!isWaitedFor(tree, child, from, to)) continue
    if (count === found.length) {
      const wider = new Uint32Array(count * 2)
      wider.set(found)
      found = wider
    }
    if (count > 0 && end[child] <= end[found[count - 1]]) ordered = false
    found[count++] = child
  }
  const children = found.subarray(0, count)
  if (ordered) return children.reverse()
  if (count <= FEW) return children.sort((a, b) => end[b] - end[a] || tree.start[a] - tree.start[b] || a - b)
  // From behind, so that equal ends stand from behind too, and all is right when it is turned round.
  const ends = new Float64Array(count)
  for (let k = 0; k < count; k++) ends[k] = Math.max(0, Math.round(end[children[count - 1 - k]] - from))
  return orderByNumber(ends)
    .map(k => children[count - 1 - k])
    .reverse()
}

/** The child that ends last at or before the point; −1 when none is left. */
function nextChild({ start, end }: TimedTree, at: Entered): number {
  while (at.next < at.children.length) {
    const child = at.children[at.next++]
    // What ends after the point ran beside what was waited for.
    if (Math.min(end[child], at.to) <= at.point && start[child] < at.point && end[child] > at.from) return child
  }
  return -1
}

/** Collects the stretches from the last to the first. */
class Segments {
  #span = new Uint32Array(64)
  /** Where each begins; one ends where the one before it in here begins. */
  #from = new Float64Array(64)
  #end = 0
  #count = 0

  add(span: number, from: number, to: number): void {
    if (!(to > from)) return
    if (this.#count === 0) this.#end = to
    const k = this.#count++
    if (k === this.#span.length) {
      this.#span = wider(this.#span, new Uint32Array(k * 2))
      this.#from = wider(this.#from, new Float64Array(k * 2))
    }
    this.#span[k] = span
    this.#from[k] = from
  }

  ascending(): CriticalPath {
    const count = this.#count
    const bounds = new Float64Array(count === 0 ? 0 : count + 1)
    for (let k = 0; k < count; k++) bounds[k] = this.#from[count - 1 - k]
    if (count > 0) bounds[count] = this.#end
    return { count, span: this.#span.slice(0, count).reverse(), bounds }
  }
}

function wider<T extends Uint32Array | Float64Array>(from: T, into: T): T {
  into.set(from)
  return into
}
