/** Links between spans of one trace. Links that lead elsewhere are not in it. */
import { rangeStart } from '#shared/spans/span-table.ts'
import { BREATH, type SlicedWork } from './sliced-work.ts'
import type { Trace } from './trace.ts'

/** Pairs of spans, in order of the linking span, then of the linked one. */
export interface LinkPairs {
  readonly count: number
  /** The span that is linked to: it comes before, if anything does. */
  readonly from: Uint32Array
  /** The span that has the link. */
  readonly to: Uint32Array
}

/** Links that are looked at: a span of a batch may have a million. */
const MOST_LINKS = 200_000

/** Each link once, also when a span has it twice; links of a span to itself are left out. Linear in spans and links. */
export function* spanLinks(trace: Trace): SlicedWork<LinkPairs> {
  const { table, row, size } = trace
  const { linkEnd, linkSpanId, linkTraceId, spanId } = table
  // Who is linked to, by id: texts are made for those few only.
  const wanted = new Map<string, number[]>()
  const lows = new Set<number>()
  let links = 0
  for (let i = 0; i < size && links < MOST_LINKS; i++) {
    if ((i & BREATH) === BREATH) yield
    const own = row[i]
    for (let k = rangeStart(linkEnd, own); k < linkEnd[own] && links < MOST_LINKS; k++) {
      let inside = true
      for (let word = 0; word < 4; word++) inside &&= linkTraceId[k * 4 + word] === table.traceId[own * 4 + word]
      if (!inside) continue
      links++
      const id = `${linkSpanId[k * 2]} ${linkSpanId[k * 2 + 1]}`
      const linking = wanted.get(id)
      if (linking === undefined) wanted.set(id, [i])
      else if (linking.at(-1) !== i) linking.push(i)
      lows.add(linkSpanId[k * 2])
    }
  }
  if (links === 0) return { count: 0, from: new Uint32Array(0), to: new Uint32Array(0) }
  const pairs: (readonly [from: number, to: number])[] = []
  const found = new Set<string>()
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    const at = row[i] * 2
    if (!lows.has(spanId[at])) continue
    const id = `${spanId[at]} ${spanId[at + 1]}`
    // Of spans that share an id the first is meant.
    if (found.has(id)) continue
    found.add(id)
    for (const linking of wanted.get(id) ?? []) if (linking !== i) pairs.push([i, linking])
  }
  yield
  pairs.sort((a, b) => a[1] - b[1] || a[0] - b[0])
  return { count: pairs.length, from: Uint32Array.from(pairs, ([i]) => i), to: Uint32Array.from(pairs, ([, i]) => i) }
}

/** Spans that a span links to, and those that link to it; each ascending. */
export function linkedWith(
  links: LinkPairs,
  span: number,
): { readonly to: readonly number[]; readonly by: readonly number[] } {
  const to: number[] = []
  const by: number[] = []
  for (let k = 0; k < links.count; k++) {
    if (links.to[k] === span) to.push(links.from[k])
    else if (links.from[k] === span) by.push(links.to[k])
  }
  return { to, by }
}
