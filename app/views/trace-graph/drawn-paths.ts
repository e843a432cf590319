// Everything the drawing and the table of paths need, computed from a counted trace in slices.

import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import { pathChildren, tracePaths, withBelow } from '#shared/trace/path-graph.ts'
import type { TracePaths } from '#shared/trace/path-graph.ts'
import { pathLinks } from '#shared/trace/path-links.ts'
import type { PathLink } from '#shared/trace/path-links.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'
import { groupFigures } from '#shared/trace/statistics.ts'
import type { GroupFigures } from '#shared/trace/statistics.ts'
import { mainRoot, spanDuration } from '#shared/trace/trace.ts'
import type { NodeLink } from './draw.ts'
import { layOutPaths } from './layout.ts'
import type { PathGraphLayout } from './layout.ts'

/** Kind of a span that takes something from a queue. */
export const CONSUMER = 5

export interface DrawnPaths {
  readonly counted: CountedTrace
  readonly paths: TracePaths
  readonly figures: GroupFigures
  readonly layout: PathGraphLayout
  readonly work: number
  readonly mostSelf: number
  readonly mostTotal: number
  readonly criticalBelow: Float64Array
  readonly answer: number
  readonly links: readonly NodeLink[]
}

/** `smallPaths`: none of them folds. */
export function* drawnPaths(counted: CountedTrace, smallPaths: boolean): SlicedWork<DrawnPaths> {
  const { trace, included } = counted
  const paths = yield* tracePaths(trace)
  const figures = yield* groupFigures(counted.figures, paths.pathOf, paths.count, included)
  const children = yield* pathChildren(paths)
  const below = {
    work: withBelow(paths, figures.self),
    errors: withBelow(paths, figures.errors),
    counted: withBelow(paths, figures.count),
  }
  const layout = yield* layOutPaths(paths, children, below, smallPaths)
  const links = nodeLinks(yield* pathLinks(trace, paths), layout)
  let [work, mostSelf, mostTotal] = [0, 0, 0]
  for (let p = 0; p < paths.count; p++) {
    work += figures.self[p]
    mostSelf = Math.max(mostSelf, figures.self[p])
    mostTotal = Math.max(mostTotal, figures.total[p])
  }
  const root = mainRoot(trace)
  return {
    counted,
    paths,
    figures,
    layout,
    work,
    mostSelf,
    mostTotal,
    criticalBelow: withBelow(paths, figures.critical),
    answer: root < 0 ? 1 : Math.max(1, spanDuration(trace, root)),
    links,
  }
}

/** Links between nodes that are drawn; what lies within one fold is none. */
function nodeLinks(links: readonly PathLink[], layout: PathGraphLayout): readonly NodeLink[] {
  const sums = new Map<string, NodeLink>()
  for (const { from, to, count } of links) {
    const [a, b] = [layout.nodeOf(from), layout.nodeOf(to)]
    if (a < 0 || b < 0 || a === b) continue
    const key = `${a} ${b}`
    sums.set(key, { from: a, to: b, count: count + (sums.get(key)?.count ?? 0) })
  }
  return [...sums.values()]
}
