/** The spans of some places side by side: what a row of the table with many spans is made of. */
import type { TraceColumns } from '#shared/trace/trace.ts'
import type { TraceDiff } from './diff-traces.ts'

/** Pairs by place in the list; a span that the other trace lacks stands alone, with −1 beside it. */
export interface SpanPairs {
  readonly a: Int32Array
  readonly b: Int32Array
}

/**
 * All spans of the places, each once, as pairs: those that differ most in duration first (a span alone differs by all of
 * its own), equal ones in order of B, then of A. n log n in the number of spans.
 */
export function spanPairs(diff: TraceDiff, a: TraceColumns, b: TraceColumns, places: Iterable<number>): SpanPairs {
  const inA: number[] = []
  const inB: number[] = []
  for (const place of places) {
    for (let k = diff.b.spanStart[place]; k < diff.b.spanStart[place + 1]; k++) {
      const span = diff.b.spans[k]
      inA.push(diff.matchOfB[span])
      inB.push(span)
    }
    for (let k = diff.a.spanStart[place]; k < diff.a.spanStart[place + 1]; k++) {
      const span = diff.a.spans[k]
      if (diff.matchOfA[span] >= 0) continue
      inA.push(span)
      inB.push(-1)
    }
  }
  const size = Float64Array.from(inA, (_, k) => Math.abs(pairDifference(a, b, inA[k], inB[k])))
  const order = Uint32Array.from(inA.keys()).sort((x, y) => size[y] - size[x] || x - y)
  return { a: Int32Array.from(order, k => inA[k]), b: Int32Array.from(order, k => inB[k]) }
}

/** Duration in B less that in A, ns; a span that is not there (−1) takes none. */
export function pairDifference(a: TraceColumns, b: TraceColumns, spanA: number, spanB: number): number {
  const inA = spanA < 0 ? 0 : a.end[spanA] - a.start[spanA]
  const inB = spanB < 0 ? 0 : b.end[spanB] - b.start[spanB]
  return inB - inA
}

/** The places that a row of the table holds: itself, or all with its service and name (`name` undefined: any name). */
export function placesOfRow(
  diff: TraceDiff,
  row: { readonly place: number; readonly service: string | undefined; readonly name: string | undefined },
  by: 'name' | 'path' | 'service',
): readonly number[] {
  if (by === 'path') return [row.place]
  const places: number[] = []
  for (let place = 0; place < diff.places.size; place++) {
    const { service, name } = diff.keys[diff.key[place]]
    if (service === row.service && (row.name === undefined || name === row.name)) places.push(place)
  }
  return places
}
