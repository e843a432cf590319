/**
 * Which rows a trace has while spans are collapsed, repeated siblings folded into one row, and spans hidden by a filter. Flat:
 * each row is a range of the depth-first order, ascending, so that a row leads to its spans at once and a span to its row
 * by halving. One pass over the spans.
 */
import { BREATH, finishWork, type SlicedWork } from './sliced-work.ts'
import type { Trace } from './trace.ts'

/** One span; with those inside when it is collapsed. */
export const ROW_SPAN = 0
/** A run of siblings of one service and name, with all below them. */
export const ROW_FOLD = 1
/** Siblings that a filter leaves out, with all below them. */
export const ROW_HIDDEN = 2

export interface VisibleRows {
  readonly count: number
  /** First span of each row. */
  readonly span: Uint32Array
  /** One behind the last span that the row stands for. */
  readonly end: Uint32Array
  /** ROW_*. */
  readonly kind: Uint8Array
  /** `shownSpans + foldedSpans + collapsedSpans + hiddenSpans + outsideSpans` = all spans. */
  readonly shownSpans: number
  readonly foldedSpans: number
  readonly collapsedSpans: number
  readonly hiddenSpans: number
  /** Beside the span that is looked at alone. */
  readonly outsideSpans: number
  /** 1 for each collapsed span that has children, by span. */
  readonly collapsed: Uint8Array
  /** 1 for each answer that may stand in the row of its call; undefined: each has its own. */
  readonly merged: Uint8Array | undefined
  /** Levels that spans stand higher because answers above or they themselves are merged; undefined: none do. */
  readonly lift: Uint32Array | undefined
}

/** So many siblings of one service and name in a row are folded; fewer are read sooner than a fold is opened. */
export const LEAST_FOLD = 5

/** Spans of a fold for each of its siblings, itself included, on average: work of many parts is no repetition to be passed over. */
const MOST_OF_ONE = 4

export interface RowChoices {
  /** 1 by span; counts only where there are children. Kept, not copied. */
  readonly collapsed: Uint8Array
  /** 1 by span: left out with all below it (`hiddenSpans` makes it so). */
  readonly hidden?: Uint8Array
  /** Whether repeated siblings fold. */
  readonly folds: boolean
  /** First spans of folds that are open. */
  readonly unfolded: ReadonlySet<number>
  /** First spans of hidden stretches that show all the same. */
  readonly revealed: ReadonlySet<number>
  /** Only this span and what is below it; undefined: all. */
  readonly within?: number
  /** 1 by span: an answer that stands in the row of its call (`answersOf`). Kept, not copied. */
  readonly merged?: Uint8Array
}

export function visibleRows(trace: Trace, choices: RowChoices): VisibleRows {
  return finishWork(visibleRowsWork(trace, choices))
}

/** As `visibleRows`, with breaths. */
export function* visibleRowsWork(trace: Trace, choices: RowChoices): SlicedWork<VisibleRows> {
  const { size, subtreeEnd, parent, depth, childCount, position } = trace
  const { collapsed, hidden, folds, unfolded, revealed, within, merged } = choices
  const first = within ?? 0
  const last = within === undefined ? size : subtreeEnd[within]
  // Rows stand without gaps: each ends where the next begins.
  const span = new Uint32Array(last - first + 1)
  const kind = new Uint8Array(last - first)
  const counts = [0, 0, 0]
  let count = 0
  let collapsedCount = 0
  /** Up to where hidden spans show. */
  let revealedEnd = 0
  /** By depth: up to where siblings are known not to fold (an open fold, or a run that was too short). */
  const plainEnd: number[] = []
  const emit = (from: number, what: number): void => {
    span[count] = from
    kind[count++] = what
  }
  for (let i = first; i < last;) {
    if ((count & BREATH) === BREATH) yield
    if (hidden !== undefined && hidden[i] === 1 && i >= revealedEnd) {
      let to = subtreeEnd[i]
      while (to < last && hidden[to] === 1 && parent[to] === parent[i]) to = subtreeEnd[to]
      if (revealed.has(i)) revealedEnd = to
      else {
        emit(i, ROW_HIDDEN)
        counts[ROW_HIDDEN] += to - i
        i = to
      }
      continue
    }
    // Most spans have too few siblings behind them: that is told without looking at these.
    const above = parent[i]
    const isFew = above >= 0 && childCount[above] - position[i] < LEAST_FOLD
    if (folds && !isFew && i !== within && i >= (plainEnd[depth[i]] ?? 0)) {
      const run = runFrom(trace, i, i < revealedEnd ? undefined : hidden)
      const small = run.end - i <= run.length * MOST_OF_ONE
      if (run.length >= LEAST_FOLD && small && !unfolded.has(i)) {
        emit(i, ROW_FOLD)
        counts[ROW_FOLD] += run.end - i
        i = run.end
        continue
      }
      plainEnd[depth[i]] = run.end
    }
    let to = collapsed[i] === 1 && childCount[i] > 0 ? subtreeEnd[i] : i + 1
    let told = 1
    if (merged?.[to] === 1 && to === i + 1 && to < last && (hidden?.[to] !== 1 || to < revealedEnd)) {
      told = 2
      to = collapsed[to] === 1 && childCount[to] > 0 ? subtreeEnd[to] : to + 1
    }
    emit(i, ROW_SPAN)
    counts[ROW_SPAN] += told
    collapsedCount += to - i - told
    i = to
  }
  span[count] = last
  // Where most spans have no row of their own their room is given back.
  const few = count < (last - first) / 2
  const bounds = few ? span.slice(0, count + 1) : span
  return {
    count,
    span: bounds.subarray(0, count),
    end: bounds.subarray(1, count + 1),
    kind: few ? kind.slice(0, count) : kind.subarray(0, count),
    shownSpans: counts[ROW_SPAN],
    foldedSpans: counts[ROW_FOLD],
    collapsedSpans: collapsedCount,
    hiddenSpans: counts[ROW_HIDDEN],
    outsideSpans: size - (last - first),
    collapsed,
    merged,
    lift: merged === undefined ? undefined : liftBy(trace, merged),
  }
}

function liftBy({ size, parent }: Trace, merged: Uint8Array): Uint32Array {
  const lift = new Uint32Array(size)
  for (let i = 0; i < size; i++) lift[i] = (parent[i] < 0 ? 0 : lift[parent[i]]) + merged[i]
  return lift
}

/** The answer that stands in the row of its call; −1 for none. */
export function answerInRow({ span, end, kind, collapsed, merged }: VisibleRows, row: number): number {
  const call = span[row]
  const has = merged?.[call + 1] === 1 && kind[row] === ROW_SPAN && end[row] > call + 1 && collapsed[call] === 0
  return has ? call + 1 : -1
}

/** Whether a row is that of span `i` itself, be it the answer in the row of its call. */
export function isRowOf(rows: VisibleRows, row: number, i: number): boolean {
  return i >= 0 && rows.kind[row] === ROW_SPAN && (rows.span[row] === i || answerInRow(rows, row) === i)
}

/** The siblings from `i` on that have its service and name, none left out in between. */
export function runFrom(
  trace: Trace,
  i: number,
  hidden: Uint8Array | undefined,
): { readonly length: number; readonly end: number } {
  const { size, subtreeEnd, parent, service, row, table } = trace
  const name = table.name[row[i]]
  let end = subtreeEnd[i]
  let length = 1
  while (
    end < size &&
    parent[end] === parent[i] &&
    service[end] === service[i] &&
    table.name[row[end]] === name &&
    hidden?.[end] !== 1
  ) {
    end = subtreeEnd[end]
    length++
  }
  return { length, end }
}

/** The siblings that a fold holds, in order: what its comb and its numbers are made of. */
export function foldMembers(trace: Trace, rows: VisibleRows, fold: number): Uint32Array {
  const members: number[] = []
  for (let i = rows.span[fold]; i < rows.end[fold]; i = trace.subtreeEnd[i]) members.push(i)
  return Uint32Array.from(members)
}

/** The row of span `i`, or, when it stands in a collapsed one, a fold or a hidden stretch, of that; −1 outside. O(log n). */
export function rowOfSpan(rows: VisibleRows, i: number): number {
  let low = 0
  let high = rows.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows.span[middle] <= i) low = middle + 1
    else high = middle
  }
  return low > 0 && i < rows.end[low - 1] ? low - 1 : -1
}

/**
 * 1 for each span that a filter leaves out: those that don't match and have nothing below that does, so that what is
 * left is still a tree. `matches`: 1 by span.
 */
export function hiddenByFilter(trace: Trace, matches: Uint8Array): Uint8Array {
  const hidden = new Uint8Array(trace.size)
  // Children stand behind their parents: from the end, whoever is shown keeps its parent.
  hidden.fill(1)
  for (let i = trace.size - 1; i >= 0; i--) {
    if (matches[i] === 1) hidden[i] = 0
    if (hidden[i] === 0 && trace.parent[i] >= 0) hidden[trace.parent[i]] = 0
  }
  return hidden
}
