/** Finds the other segments that hold a trace. */
import type { Segment } from './segment.ts'

/** So many traces are looked up one by one; then the ids that several segments have are gathered once. */
const FEW = 500

export class SplitFinder {
  readonly #segments: readonly Segment[]
  #asked = 0
  /** Last id words that occur in more than one segment (or twice in one). */
  #shared: Set<number> | undefined

  constructor(segments: readonly Segment[]) {
    this.#segments = segments
  }

  /** The segments but `own` with the trace, and its number in each. */
  others(id: Uint32Array, own: Segment): { readonly segment: Segment; readonly trace: number }[] {
    if (this.#segments.length === 1) return []
    if (++this.#asked > FEW) {
      this.#shared ??= sharedWords(this.#segments)
      if (!this.#shared.has(id[3])) return []
    }
    const found: { segment: Segment; trace: number }[] = []
    for (const segment of this.#segments) {
      if (segment === own) continue
      const trace = segment.findTrace(id)
      if (trace >= 0) found.push({ segment, trace })
    }
    return found
  }
}

function sharedWords(segments: readonly Segment[]): Set<number> {
  const lists = segments.map(segment => segment.lastIdWords())
  const all = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  all.sort()
  const shared = new Set<number>()
  for (let i = 1; i < all.length; i++) if (all[i] === all[i - 1]) shared.add(all[i])
  return shared
}
