// What a row that stands for many spans is drawn and told from: computed once a row, then in pixels, whatever the number of spans.

import type { TimeScale } from '#app/canvas/time-scale.ts'
import { SPAN_ERROR, SPAN_ERROR_BELOW } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { foldMembers } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'

export interface FoldRun {
  /** The siblings, by start; not what is below them. */
  readonly members: Uint32Array
  /** First start and last end of all of them, ns. */
  readonly from: number
  readonly to: number
  /** Durations added up, ns. */
  readonly sum: number
  /** The longest of them, ns. */
  readonly longest: number
  /** Members whose own status is error. */
  readonly errors: number
  /** SPAN_ERROR when a member has it, SPAN_ERROR_BELOW when something below does. */
  readonly marks: number
  /** Of each member. */
  readonly start: Float64Array
  readonly duration: Float64Array
  /** The longest duration of each BLOCK members. */
  readonly blocks: Float64Array
}

/** Members summed up together, so that a pixel with a hundred thousand of them is looked at in a few hundred steps. */
const BLOCK = 256

/** The runs of one trace's rows, made when they come into view and kept while the rows stay the same. */
export type FoldRuns = (rows: VisibleRows, row: number) => FoldRun

export function foldRuns(trace: Trace): FoldRuns {
  let known = new Map<number, FoldRun>()
  let of: VisibleRows | undefined
  return (rows, row) => {
    if (of !== rows) {
      known = new Map()
      of = rows
    }
    const found = known.get(row) ?? runOf(trace, foldMembers(trace, rows, row))
    known.set(row, found)
    return found
  }
}

function runOf(trace: Trace, members: Uint32Array): FoldRun {
  const count = members.length
  const start = new Float64Array(count)
  const duration = new Float64Array(count)
  const blocks = new Float64Array(Math.ceil(count / BLOCK))
  let [from, to, sum, longest, errors, marks] = [Infinity, -Infinity, 0, 0, 0, 0]
  for (let k = 0; k < count; k++) {
    const i = members[k]
    start[k] = Math.min(trace.start[i], trace.end[i])
    duration[k] = Math.abs(trace.end[i] - trace.start[i])
    sum += duration[k]
    from = Math.min(from, start[k])
    to = Math.max(to, start[k] + duration[k])
    longest = Math.max(longest, duration[k])
    blocks[Math.floor(k / BLOCK)] = Math.max(blocks[Math.floor(k / BLOCK)], duration[k])
    if ((trace.marks[i] & SPAN_ERROR) !== 0) errors++
    marks |= trace.marks[i] & (SPAN_ERROR | SPAN_ERROR_BELOW)
  }
  return { members, from, to, sum, longest, errors, marks, start, duration, blocks }
}

/** A piece of a fold's comb: `share` of the bar's height, by how long the longest span there is beside the longest of all. */
export interface Tooth {
  readonly x: number
  readonly width: number
  readonly share: number
}

/** Teeth are this share of the bar's height at least: a short span among long ones does not vanish. */
const LEAST_SHARE = 0.35

/** The comb of a run: a tooth a span where there is room, a tooth a pixel where there is none. Costs the pixels. */
export function combOf(run: FoldRun, scale: TimeScale): readonly Tooth[] {
  const { start, duration, longest } = run
  const share = (ns: number): number => LEAST_SHARE + (1 - LEAST_SHARE) * (longest > 0 ? ns / longest : 1)
  // Members that begin before the window may reach into it.
  const first = firstFrom(start, scale.start - longest)
  const behind = firstFrom(start, scale.end)
  const teeth: Tooth[] = []
  const put = (k: number, ns: number): void => {
    const x = scale.x(start[k])
    const to = Math.min(scale.width, scale.x(start[k] + ns))
    if (to < 0) return
    // Neighbours stay apart where a tooth is more than a hairline.
    const width = Math.max(1, to - Math.max(0, x))
    teeth.push({ x: Math.max(0, x), width: width > 3 ? width - 1 : width, share: share(ns) })
  }
  if (behind - first <= scale.width) {
    for (let k = first; k < behind; k++) put(k, duration[k])
    return teeth
  }
  for (let k = first; k < behind;) {
    const next = Math.max(
      k + 1,
      Math.min(behind, firstFrom(start, scale.time(Math.floor(scale.x(start[k]) + 1e-6) + 1 - 1e-6))),
    )
    put(k, longestIn(run, k, next))
    k = next
  }
  return teeth
}

function firstFrom(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

function longestIn({ duration, blocks }: FoldRun, from: number, to: number): number {
  let longest = 0
  for (let k = from; k < to;) {
    if (k % BLOCK === 0 && k + BLOCK <= to) {
      longest = Math.max(longest, blocks[k / BLOCK])
      k += BLOCK
    } else longest = Math.max(longest, duration[k++])
  }
  return longest
}

/** The middle and the 95th of a hundred durations, ns; of very many members of a sample. */
export function percentiles({ duration }: FoldRun): { readonly p50: number; readonly p95: number } {
  const step = Math.max(1, Math.floor(duration.length / 100_000))
  const sample = duration.filter((_, k) => k % step === 0).sort()
  const at = (share: number): number => sample[Math.min(sample.length - 1, Math.floor(share * sample.length))]
  return { p50: at(0.5), p95: at(0.95) }
}
