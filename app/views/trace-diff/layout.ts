/**
 * The bars of two traces over one another: for each place those of A above, those of B below, both from the start of what
 * is compared. Pure; pixels.
 */
import { placeSums, changeOf } from '#shared/trace/diff/diff-rows.ts'
import type { Change } from '#shared/trace/diff/diff-rows.ts'
import type { PlacedSpans, TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import type { TraceColumns } from '#shared/trace/trace.ts'

/** Height of a row, and of the bars in it, CSS pixels. */
export const ROW = 28
export const BAR_A = { top: 5, height: 7 } as const
export const BAR_B = { top: 14, height: 8 } as const
/** Room beside the bars. */
export const INSET = { left: 10, right: 16 } as const
/** No bar is narrower. */
const LEAST = 1.5

/** Left and right edges, in turn, ascending; what overlaps by pixels is one bar. */
export type Bars = Float32Array

export interface AlignedRow {
  readonly change: Change
  readonly a: Bars
  readonly b: Bars
  /** With one span on each side: where the shorter of the two would end from the start of B's. */
  readonly common: number | undefined
  /** With one span on each side that is shorter in B: where it would end if it were as long as in A. */
  readonly would: number | undefined
}

/** Pixel of a time after the start of what is compared, ns. */
export function pixelOf(ns: number, longest: number, width: number): number {
  return INSET.left + (ns / (longest || 1)) * Math.max(1, width - INSET.left - INSET.right)
}

/** The bars of one place in `width` pixels. Linear in its spans: keep it. */
export function alignedRow(
  diff: TraceDiff,
  a: TraceColumns,
  b: TraceColumns,
  place: number,
  width: number,
): AlignedRow {
  const longest = Math.max(diff.durationA, diff.durationB)
  const x = (ns: number): number => pixelOf(ns, longest, width)
  const change = changeOf(placeSums(diff.figuresA, place), placeSums(diff.figuresB, place))
  const spanA = onlySpan(diff.a, place)
  const spanB = onlySpan(diff.b, place)
  let common: number | undefined
  let would: number | undefined
  if (spanA >= 0 && spanB >= 0) {
    const lengthA = Math.max(0, a.end[spanA] - a.start[spanA])
    const lengthB = Math.max(0, b.end[spanB] - b.start[spanB])
    const from = b.start[spanB] - diff.fromB
    common = x(from + Math.min(lengthA, lengthB))
    if (change === 'faster') would = x(from + lengthA)
  }
  return {
    change,
    a: barsOf(diff.a, a, place, diff.fromA, x),
    b: barsOf(diff.b, b, place, diff.fromB, x),
    common,
    would,
  }
}

function onlySpan({ spanStart, spans }: PlacedSpans, place: number): number {
  return spanStart[place + 1] - spanStart[place] === 1 ? spans[spanStart[place]] : -1
}

function barsOf(
  { spanStart, spans }: PlacedSpans,
  trace: TraceColumns,
  place: number,
  from: number,
  x: (ns: number) => number,
): Bars {
  const edges: number[] = []
  for (let k = spanStart[place]; k < spanStart[place + 1]; k++) {
    const span = spans[k]
    const left = x(trace.start[span] - from)
    const right = Math.max(left + LEAST, x(trace.end[span] - from))
    const last = edges.length - 1
    // Spans stand by start within a parent; those of later parents may begin earlier and then only lengthen what is there.
    if (last > 0 && left < edges[last] + 0.5) edges[last] = Math.max(edges[last], right)
    else edges.push(left, right)
  }
  return Float32Array.from(edges)
}
