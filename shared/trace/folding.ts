/**
 * What is collapsed, folded and shown against a filter, said in few words that fit into an address: a level from which on
 * everything is closed, subtrees opened whole, and single rows that are the other way round. Pure values; the rows follow
 * (`visibleRows`).
 */
import type { TraceColumns } from './trace.ts'
import { answerInRow, ROW_FOLD, ROW_HIDDEN, type RowChoices, rowOfSpan, type VisibleRows } from './visible-rows.ts'

export interface Folding {
  /** Spans of this depth and deeper are collapsed; undefined: none are. */
  readonly level: number | undefined
  /** Spans open with all below them, whatever the level says. Indices. */
  readonly openBelow: readonly number[]
  /** Spans the other way round. Indices. */
  readonly toggled: readonly number[]
  /** Whether repeated siblings fold into one row. */
  readonly folds: boolean
  /** First spans of folds that are open. */
  readonly unfolded: readonly number[]
  /** First spans of stretches that a filter hides and that show all the same. */
  readonly revealed: readonly number[]
}

export const ALL_OPEN: Folding = {
  level: undefined,
  openBelow: [],
  toggled: [],
  folds: true,
  unfolded: [],
  revealed: [],
}

/** 1 for each span that is collapsed (only such as have children), by span. */
export function collapsedSpans(trace: TraceColumns, folding: Folding): Uint8Array {
  const collapsed = new Uint8Array(trace.size)
  const { level } = folding
  if (level !== undefined) {
    for (let i = 0; i < trace.size; i++) if (trace.depth[i] >= level && trace.childCount[i] > 0) collapsed[i] = 1
  }
  for (const i of folding.openBelow) if (i >= 0 && i < trace.size) collapsed.fill(0, i, trace.subtreeEnd[i])
  for (const i of folding.toggled) if (i >= 0 && i < trace.size && trace.childCount[i] > 0) collapsed[i] ^= 1
  return collapsed
}

/** What `visibleRows` asks for: what is said of rows beside their folding. */
export type RowLimits = Pick<RowChoices, 'hidden' | 'within' | 'merged'>

export function rowChoices(trace: TraceColumns, folding: Folding, limits: RowLimits = {}): RowChoices {
  return {
    collapsed: collapsedSpans(trace, folding),
    ...limits,
    folds: folding.folds,
    unfolded: new Set(folding.unfolded),
    revealed: new Set(folding.revealed),
  }
}

/** Opens a collapsed span, closes an open one. */
export function toggleSpan(folding: Folding, i: number): Folding {
  return { ...folding, toggled: withOrWithout(folding.toggled, i) }
}

/** Opens the row that span `i` begins or stands in: a fold, a hidden stretch, else the span is toggled. */
export function toggleRow(folding: Folding, rows: VisibleRows, i: number): Folding {
  const row = rowOfSpan(rows, i)
  if (rows.kind[row] === ROW_FOLD) return { ...folding, unfolded: [...folding.unfolded, rows.span[row]] }
  if (rows.kind[row] === ROW_HIDDEN) return { ...folding, revealed: [...folding.revealed, rows.span[row]] }
  // What is below an answer in its call's row opens and closes with the answer.
  const answer = answerInRow(rows, row)
  return toggleSpan(folding, answer < 0 ? i : answer)
}

/** Folds again, or hides again, what begins with span `i`. */
export function closeRun(folding: Folding, i: number): Folding {
  const without = (list: readonly number[]): readonly number[] => list.filter(one => one !== i)
  return { ...folding, unfolded: without(folding.unfolded), revealed: without(folding.revealed) }
}

function withOrWithout(list: readonly number[], i: number): readonly number[] {
  const rest = list.filter(one => one !== i)
  return rest.length === list.length ? [...list, i] : rest
}

/** Opens span `i` and all below it. */
export function openAllBelow(trace: TraceColumns, folding: Folding, i: number): Folding {
  const inside = (one: number): boolean => one >= i && one < trace.subtreeEnd[i]
  const toggled = folding.toggled.filter(one => !inside(one))
  const openBelow = folding.openBelow.filter(one => !inside(one))
  return { ...folding, toggled, openBelow: folding.level === undefined ? openBelow : [...openBelow, i] }
}

/**
 * Opens every collapsed span above `i`, so that nothing collapsed hides it; the same folding when nothing does. Folds and
 * hidden stretches around it open with `toggleRow` once its row is theirs.
 */
export function openPathTo(trace: TraceColumns, folding: Folding, collapsed: Uint8Array, i: number): Folding {
  let result = folding
  for (let above = trace.parent[i]; above >= 0; above = trace.parent[above]) {
    if (collapsed[above] === 1) result = toggleSpan(result, above)
  }
  return result
}

/** Only roots show. */
export function closeAll(folding: Folding): Folding {
  return { ...ALL_OPEN, folds: folding.folds, level: 0 }
}

/** Nothing is collapsed; repeated siblings stay folded. */
export function openAll(folding: Folding): Folding {
  return { ...ALL_OPEN, folds: folding.folds }
}

/** One level more is closed (from the deepest one up), or opened again; single choices are forgotten. */
export function foldLevel(trace: TraceColumns, folding: Folding, by: -1 | 1): Folding {
  const now = folding.level ?? trace.maxDepth
  const level = Math.max(0, now + by)
  return { ...openAll(folding), level: level >= trace.maxDepth ? undefined : level }
}
