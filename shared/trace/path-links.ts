/** Links between spans of one trace, by path: what a graph of paths draws beside its roads. Links that lead elsewhere are not in it. */
import { rangeStart } from '#shared/spans/span-table.ts'
import type { TracePaths } from './path-graph.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'
import type { Trace } from './trace.ts'

export interface PathLink {
  /** Path of the span that is linked to. */
  readonly from: number
  /** Path of the span that has the link. */
  readonly to: number
  /** How many links of this kind there are. */
  readonly count: number
}

/** Links that are looked at: a span of a batch may have a million. */
const MOST_LINKS = 200_000
/** Pairs of paths that are told, the most frequent first; more lines are a blot. */
const MOST_PAIRS = 400

/** The most frequent first, then in order of paths. Links from a path to itself are left out. Linear in spans and links. */
export function* pathLinks(trace: Trace, { pathOf }: TracePaths): SlicedWork<readonly PathLink[]> {
  const { table, row, size } = trace
  const { linkEnd, linkSpanId, linkTraceId, spanId, traceId } = table
  // Who is linked to, by id: texts are made for those few only.
  const wanted = new Map<string, number[]>()
  const lows = new Set<number>()
  let links = 0
  for (let i = 0; i < size && links < MOST_LINKS; i++) {
    if ((i & BREATH) === BREATH) yield
    const own = row[i]
    for (let k = rangeStart(linkEnd, own); k < linkEnd[own] && links < MOST_LINKS; k++) {
      let inside = true
      for (let word = 0; word < 4; word++) inside &&= linkTraceId[k * 4 + word] === traceId[own * 4 + word]
      if (!inside) continue
      links++
      const id = `${linkSpanId[k * 2]} ${linkSpanId[k * 2 + 1]}`
      const linking = wanted.get(id)
      if (linking === undefined) wanted.set(id, [i])
      else linking.push(i)
      lows.add(linkSpanId[k * 2])
    }
  }
  if (links === 0) return []
  const counts = new Map<number, number>()
  const found = new Set<string>()
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    const at = row[i] * 2
    if (!lows.has(spanId[at])) continue
    const id = `${spanId[at]} ${spanId[at + 1]}`
    // Of spans that share an id the first is meant.
    if (found.has(id)) continue
    found.add(id)
    for (const linking of wanted.get(id) ?? []) {
      if (pathOf[i] === pathOf[linking]) continue
      // Paths are below 2^26: a pair is one exact number.
      const pair = pathOf[i] * 2 ** 26 + pathOf[linking]
      counts.set(pair, (counts.get(pair) ?? 0) + 1)
    }
  }
  return [...counts]
    .map(([pair, count]) => ({ from: Math.floor(pair / 2 ** 26), to: pair % 2 ** 26, count }))
    .sort((x, y) => y.count - x.count || x.from - y.from || x.to - y.to)
    .slice(0, MOST_PAIRS)
}
