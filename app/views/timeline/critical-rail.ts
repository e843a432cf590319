// Where the critical path runs under the bars: a rail under each span that holds the caller up, joined by an upright where it
// goes down into a row further below. A row that stands for many carries one rail for all it holds. Costs pixels and rows
// in view, whatever the number of stretches.

import type { TimeScale } from '#app/canvas/time-scale.ts'
import type { CriticalPath } from '#shared/trace/critical-path.ts'
import { BREATH, orderInSlices } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { answerInRow, ROW_SPAN, rowOfSpan } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'
import type { RowMetrics } from './layout.ts'
import { rowY } from './row-places.ts'
import type { RowSlice } from './row-places.ts'

/** A path by span; made once a trace. Most spans are not on it: it costs its stretches, not the spans. */
export interface SpanRails {
  readonly path: CriticalPath
  /** Indices of the path's stretches by their span, those of one span ascending. */
  readonly stretches: Uint32Array
  /** Of each `BLOCK` of them, when it begins and ends: in a deep trace most rows hold most of the path. */
  readonly blockFrom: Float64Array
  readonly blockTo: Float64Array
}

const BLOCK = 256

/** When the path is in some spans, ns; `from` > `to`: never. */
interface Extent {
  readonly from: number
  readonly to: number
}

export function* spanRails(path: CriticalPath): SlicedWork<SpanRails> {
  const stretches = yield* orderInSlices(path.span)
  const blocks = Math.floor(stretches.length / BLOCK)
  const blockFrom = new Float64Array(blocks).fill(Infinity)
  const blockTo = new Float64Array(blocks).fill(-Infinity)
  for (let k = 0; k < blocks * BLOCK; k++) {
    const block = Math.floor(k / BLOCK)
    blockFrom[block] = Math.min(blockFrom[block], path.bounds[stretches[k]])
    blockTo[block] = Math.max(blockTo[block], path.bounds[stretches[k] + 1])
    if ((k & BREATH) === BREATH) yield
  }
  return { path, stretches, blockFrom, blockTo }
}

/** The first place in `stretches` whose span is `span` or a later one. */
function firstOf({ path, stretches }: SpanRails, span: number): number {
  let [low, high] = [0, stretches.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (path.span[stretches[middle]] < span) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether the caller waited for a span, or for something below it. */
export function isCritical(rails: SpanRails, { subtreeEnd }: Pick<Trace, 'subtreeEnd'>, span: number): boolean {
  const { path, stretches } = rails
  const first = firstOf(rails, span)
  return first < stretches.length && path.span[stretches[first]] < subtreeEnd[span]
}

/** Pixels, within what is in view. */
export interface Rail {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** From one rail down to another. */
export interface Joint {
  readonly x: number
  readonly y: number
  readonly height: number
}

/** Rail and uprights are as thick. */
export const RAIL = { height: 2, below: 1 } as const
/** A phone has room for the longer ones only. */
const LEAST_ON_PHONE = 3

export function layoutRails(
  rails: SpanRails,
  rows: VisibleRows,
  slice: RowSlice,
  scale: TimeScale,
  metrics: RowMetrics,
  trace: Trace,
  phone: boolean,
): { readonly rails: readonly Rail[]; readonly joints: readonly Joint[] } {
  const out: Rail[] = []
  const joints: Joint[] = []
  const railY = (row: number): number => rowY(slice, row, metrics.row) + metrics.barTop + metrics.bar + RAIL.below
  for (let row = slice.first; row < slice.end; row++) {
    const span = rows.span[row]
    const y = railY(row)
    const whole = extentOf(rails, rows, row, trace)
    if (whole.from > whole.to) continue
    const put = (from: number, to: number): number => {
      const [left, right] = [Math.max(0, scale.x(from)), Math.min(scale.width, scale.x(to))]
      if (right < 0 || left > scale.width) return right
      if (!phone || right - left >= LEAST_ON_PHONE) out.push({ x: left, y, width: Math.max(1, right - left) })
      return Math.max(right, left + 1)
    }
    const answer = answerInRow(rows, row)
    const last = answer < 0 ? span : answer
    const isOpen = rows.kind[row] === ROW_SPAN && rows.end[row] === last + 1
    if (isOpen) for (let one = span; one <= last; one++) putStretches(rails, one, scale, put)
    else put(whole.from, whole.to)
    const x = Math.round(scale.x(whole.from))
    if (phone || x < 0 || x > scale.width) continue
    const before = rowBefore(rails, rows, whole.from)
    if (before < 0 || before >= row) continue
    const top = Math.max(0, railY(before) + RAIL.height)
    if (y > top) joints.push({ x, y: top, height: y - top })
  }
  return { rails: out, joints }
}

/** When the path is in the spans of a row and below them. */
function extentOf(rails: SpanRails, rows: VisibleRows, row: number, { subtreeEnd }: Trace): Extent {
  const span = rows.span[row]
  const end = rows.kind[row] === ROW_SPAN ? subtreeEnd[span] : rows.end[row]
  const { stretches, path, blockFrom, blockTo } = rails
  let [from, to] = [Infinity, -Infinity]
  const stop = firstOf(rails, end)
  for (let k = firstOf(rails, span); k < stop;) {
    if (k % BLOCK === 0 && k + BLOCK <= stop) {
      from = Math.min(from, blockFrom[k / BLOCK])
      to = Math.max(to, blockTo[k / BLOCK])
      k += BLOCK
    } else {
      from = Math.min(from, path.bounds[stretches[k]])
      to = Math.max(to, path.bounds[stretches[k] + 1])
      k++
    }
  }
  return { from, to }
}

/** The stretches of one span in view; of those within one pixel only the first. */
function putStretches(
  rails: SpanRails,
  span: number,
  scale: TimeScale,
  put: (from: number, to: number) => number,
): void {
  const { path, stretches } = rails
  const end = firstOf(rails, span + 1)
  const from = (time: number, low: number): number => {
    let high = end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (path.bounds[stretches[middle] + 1] <= time) low = middle + 1
      else high = middle
    }
    return low
  }
  for (let k = from(scale.start, firstOf(rails, span)); k < end && path.bounds[stretches[k]] < scale.end;) {
    const right = put(path.bounds[stretches[k]], path.bounds[stretches[k] + 1])
    k = Math.max(k + 1, from(scale.time(right), k))
  }
}

/** The row in which the path was before it came to a time; −1 at its beginning. */
function rowBefore({ path }: SpanRails, rows: VisibleRows, time: number): number {
  let [low, high] = [0, path.count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (path.bounds[middle] < time) low = middle + 1
    else high = middle
  }
  return low === 0 ? -1 : rowOfSpan(rows, path.span[low - 1])
}
