/** Links between spans of one trace, by path: what a graph of paths draws beside its roads. Links that lead elsewhere are not in it. */
import type { TracePaths } from './path-graph.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'
import { spanLinks } from './span-links.ts'
import type { Trace } from './trace.ts'

export interface PathLink {
  /** Path of the span that is linked to. */
  readonly from: number
  /** Path of the span that has the link. */
  readonly to: number
  /** How many links of this kind there are. */
  readonly count: number
}

/** Pairs of paths that are told, the most frequent first; more lines are a blot. */
const MOST_PAIRS = 400

/** The most frequent first, then in order of paths. Links from a path to itself are left out. Linear in spans and links. */
export function* pathLinks(trace: Trace, { pathOf }: TracePaths): SlicedWork<readonly PathLink[]> {
  const { count, from, to } = yield* spanLinks(trace)
  const counts = new Map<number, number>()
  for (let k = 0; k < count; k++) {
    if ((k & BREATH) === BREATH) yield
    const [own, other] = [pathOf[to[k]], pathOf[from[k]]]
    if (own === other) continue
    // Paths are below 2^26: a pair is one exact number.
    const pair = other * 2 ** 26 + own
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  return [...counts]
    .map(([pair, count]) => ({ from: Math.floor(pair / 2 ** 26), to: pair % 2 ** 26, count }))
    .sort((x, y) => y.count - x.count || x.from - y.from || x.to - y.to)
    .slice(0, MOST_PAIRS)
}
