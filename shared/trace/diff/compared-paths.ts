/**
 * The critical path of each of two traces, walked so that the two can be subtracted. The rule is critical-path.ts's. Where
 * several children run at once, a change in one of them may move the path to another, and a plain subtraction would then
 * call the one much slower and the other much faster. So the longer trace is walked first, preferring what both have, and the
 * shorter one follows it where it can; a time that the shorter one waits for something else beyond that is that span's.
 * Each path covers its trace from end to end, whole nanoseconds: their difference is the difference, exactly.
 */
import { isWaitedFor } from '#shared/trace/critical-path.ts'
import { orderByNumber } from '#shared/trace/order-by-number.ts'
import type { DiffInput } from './diff-input.ts'

/** Stretches of time, each spent in one span itself, from the last to the first. */
export interface PathSegments {
  readonly count: number
  /** −1: in no span, between roots. */
  readonly span: Int32Array
  /** ns since the first start of the trace; `from < to`. */
  readonly from: Float64Array
  readonly to: Float64Array
  /** Child of the span that ends where the stretch begins, on the path; −1: none. */
  readonly before: Int32Array
  /** Child that starts where it ends. */
  readonly after: Int32Array
}

/** `matchA`, `matchB`: span of the other trace; `layerA`, `layerB`: whether a span belongs to a layer of one trace only. */
export function comparedPaths(
  a: DiffInput,
  b: DiffInput,
  matchA: Int32Array,
  matchB: Int32Array,
  layerA: (span: number) => boolean,
  layerB: (span: number) => boolean,
): { readonly a: PathSegments; readonly b: PathSegments } {
  const bIsLonger = b.to - b.from >= a.to - a.from
  const [long, short] = bIsLonger ? [b, a] : [a, b]
  const [matchLong, matchShort] = bIsLonger ? [matchB, matchA] : [matchA, matchB]
  const [layerLong, layerShort] = bIsLonger ? [layerB, layerA] : [layerA, layerB]
  const path = walk(long, span => matchLong[span] >= 0 || layerLong(span))
  const onPath = new Uint8Array(long.size)
  for (let k = 0; k < path.count; k++) {
    for (let span = path.span[k]; span >= 0 && onPath[span] === 0; span = long.parent[span]) onPath[span] = 1
  }
  const followed = walk(short, span => layerShort(span) || (matchShort[span] >= 0 && onPath[matchShort[span]] === 1))
  return bIsLonger ? { a: followed, b: path } : { a: path, b: followed }
}

class SegmentList {
  #count = 0
  #span = new Int32Array(64)
  #before = new Int32Array(64)
  #after = new Int32Array(64)
  #from = new Float64Array(64)
  #to = new Float64Array(64)

  add(span: number, from: number, to: number, before: number, after: number): void {
    if (to <= from) return
    if (this.#count === this.#span.length) this.#grow()
    const at = this.#count++
    this.#span[at] = span
    this.#from[at] = from
    this.#to[at] = to
    this.#before[at] = before
    this.#after[at] = after
  }

  done(): PathSegments {
    const count = this.#count
    return {
      count,
      span: this.#span.slice(0, count),
      from: this.#from.slice(0, count),
      to: this.#to.slice(0, count),
      before: this.#before.slice(0, count),
      after: this.#after.slice(0, count),
    }
  }

  #grow(): void {
    const size = this.#span.length * 2
    const wider = <T extends Int32Array | Float64Array>(old: T, fresh: T): T => {
      fresh.set(old)
      return fresh
    }
    this.#span = wider(this.#span, new Int32Array(size))
    this.#before = wider(this.#before, new Int32Array(size))
    this.#after = wider(this.#after, new Int32Array(size))
    this.#from = wider(this.#from, new Float64Array(size))
    this.#to = wider(this.#to, new Float64Array(size))
  }
}

interface Frame {
  /** −1 above all roots. */
  readonly span: number
  readonly from: number
  /** Not later than the span's own end: where the path entered it. */
  readonly to: number
  /** Back to here the path is known. */
  point: number
  /** Next child to look at: place in `byEnd`, going down to the first. */
  cursor: number
  readonly first: number
  after: number
  /** Child that is only here and runs on before what was taken in its stead; −1: none. */
  pending: number
}

/** `preferred`: a child that is taken before one that ends later, when the two overlap. Linear after sorting by end. */
function walk(input: DiffInput, preferred: (span: number) => boolean): PathSegments {
  const { start, end } = input
  const { byEnd, childStart } = childrenByEnd(input)
  const segments = new SegmentList()
  const open = (span: number, from: number, to: number): Frame => {
    const first = childStart[span + 1]
    return { span, from, to, point: to, cursor: childStart[span + 2] - 1, first, after: -1, pending: -1 }
  }
  const stack = [open(input.root, input.from, input.to)]
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const { span, from, to } = frame
    const endOf = (child: number): number => Math.min(end[child], to)
    const begin = (child: number): number => Math.max(start[child], from)
    const waitedFor = (child: number): boolean =>
      span < 0 ? endOf(child) > begin(child) : isWaitedFor(input, child, from, to)
    let child = frame.pending
    if (child < 0 || begin(child) >= frame.point) {
      child = -1
      while (frame.cursor >= frame.first && child < 0) {
        const one = byEnd[frame.cursor--]
        if (endOf(one) <= frame.point && waitedFor(one)) child = one
      }
      if (child < 0) {
        segments.add(span, from, frame.point, -1, frame.after)
        stack.pop()
        continue
      }
      segments.add(span, endOf(child), frame.point, child, frame.after)
      frame.point = endOf(child)
    }
    frame.pending = -1
    if (!preferred(child)) {
      // What both have comes first, wherever it runs beside; the rest of the time is the child's.
      for (let k = frame.cursor; k >= frame.first && endOf(byEnd[k]) > begin(child); k--) {
        const other = byEnd[k]
        if (!preferred(other) || !waitedFor(other) || endOf(other) > frame.point) continue
        segments.add(child, endOf(other), frame.point, -1, -1)
        frame.point = endOf(other)
        frame.cursor = k - 1
        frame.pending = child
        child = other
        break
      }
    }
    const until = frame.point
    frame.point = begin(child)
    frame.after = child
    stack.push(open(child, frame.point, until))
  }
  return segments.done()
}

/**
 * Children by parent, ascending by end; of those that end together the first to begin stands last, as the rule takes it first.
 * Slot 0 is the virtual parent of roots: slot of span s is s + 1.
 */
function childrenByEnd(input: DiffInput): { readonly byEnd: Uint32Array; readonly childStart: Uint32Array } {
  const { size, parent, end } = input
  let least = 0
  for (let i = 0; i < size; i++) if (end[i] < least) least = end[i]
  const fromBehind = new Float64Array(size)
  for (let i = 0; i < size; i++) fromBehind[i] = end[size - 1 - i] - least
  const order = orderByNumber(fromBehind)
  const childStart = new Uint32Array(size + 2)
  for (let i = 0; i < size; i++) childStart[parent[i] + 2]++
  for (let i = 1; i < childStart.length; i++) childStart[i] += childStart[i - 1]
  const byEnd = new Uint32Array(size)
  const next = childStart.slice()
  for (let k = 0; k < size; k++) {
    const span = size - 1 - order[k]
    byEnd[next[parent[span] + 1]++] = span
  }
  return { byEnd, childStart }
}
