// A flame graph as folded stacks, the text that flamegraph.pl, speedscope and others read: a line a path, its frames from the root on with `;`
// between, and its self time in ns.

import type { CountedTrace } from '#app/views/table/counted-trace.ts'
import type { TracePaths } from '#shared/trace/path-graph.ts'
import { BREATH, type SlicedWork } from '#shared/trace/sliced-work.ts'
import { spanName } from '#shared/trace/trace.ts'

/** Deeper paths keep their last frames only: each line names all above it, and a chain of 100,000 whole would be gigabytes. */
const MOST_FRAMES = 200

/** Parts of the text, to be put together. `self`: of each path, ns; a path without any has no line. */
export function* foldedStacks(
  { trace, services }: CountedTrace,
  { count, parent, first }: TracePaths,
  self: Float64Array,
): SlicedWork<readonly string[]> {
  const lines: string[] = []
  const names: (string | undefined)[] = Array.from({ length: count })
  const frameOf = (path: number): string => {
    const span = first[path]
    // The form has no way to write these in a frame.
    const text = (): string => `${services[trace.service[span]]} ${spanName(trace, span)}`
    return (names[path] ??= text()
      .replace(/[;\r\n]/gu, ' ')
      .trim())
  }
  let steps = 0
  for (let path = 0; path < count; path++) {
    const ns = Math.round(self[path])
    if (ns <= 0) continue
    const frames: string[] = []
    let at = path
    for (; at >= 0 && frames.length < MOST_FRAMES; at = parent[at]) frames.push(frameOf(at))
    if (at >= 0) frames.push('…')
    steps += frames.length
    if (steps > BREATH) {
      steps = 0
      yield
    }
    lines.push(`${frames.reverse().join(';')} ${ns}\n`)
  }
  return lines
}
