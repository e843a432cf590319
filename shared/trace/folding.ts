/**
 * What is collapsed, said in few words that fit into an address: a level from which on everything is closed, subtrees
 * opened whole, and single spans that are the other way round. Pure values; the rows follow (`visibleRows`).
 */
import type { TraceColumns } from './trace.ts'

export interface Folding {
  /** Spans of this depth and deeper are collapsed; undefined: none are. */
  readonly level: number | undefined
  /** Spans open with all below them, whatever the level says. Indices. */
  readonly openBelow: readonly number[]
  /** Spans the other way round. Indices. */
  readonly toggled: readonly number[]
}

export const ALL_OPEN: Folding = { level: undefined, openBelow: [], toggled: [] }

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

/** Opens a collapsed span, closes an open one. */
export function toggleSpan(folding: Folding, i: number): Folding {
  const toggled = folding.toggled.filter(one => one !== i)
  return { ...folding, toggled: toggled.length === folding.toggled.length ? [...toggled, i] : toggled }
}

/** Opens span `i` and all below it. */
export function openAllBelow(trace: TraceColumns, folding: Folding, i: number): Folding {
  const inside = (one: number): boolean => one >= i && one < trace.subtreeEnd[i]
  const toggled = folding.toggled.filter(one => !inside(one))
  const openBelow = folding.openBelow.filter(one => !inside(one))
  return { ...folding, toggled, openBelow: folding.level === undefined ? openBelow : [...openBelow, i] }
}

/** Opens every span above `i`, so that it has a row; the same folding when it has one. */
export function openPathTo(trace: TraceColumns, folding: Folding, collapsed: Uint8Array, i: number): Folding {
  let result = folding
  for (let above = trace.parent[i]; above >= 0; above = trace.parent[above]) {
    if (collapsed[above] === 1) result = toggleSpan(result, above)
  }
  return result
}

/** Only roots show. */
export function closeAll(): Folding {
  return { level: 0, openBelow: [], toggled: [] }
}

/** One level more is closed (from the deepest one up), or opened again; single choices are forgotten. */
export function foldLevel(trace: TraceColumns, folding: Folding, by: -1 | 1): Folding {
  const now = folding.level ?? trace.maxDepth
  const level = Math.max(0, now + by)
  return { level: level >= trace.maxDepth ? undefined : level, openBelow: [], toggled: [] }
}
