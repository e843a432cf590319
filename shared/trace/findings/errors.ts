/** Errors by their first cause. */
import { SPAN_ERROR, SPAN_ERROR_BELOW, type Trace } from '#shared/trace/trace.ts'
import { cost, type Finding, type FindingsInput, type Found } from './finding.ts'

/** From `top` down to the error that no error below it explains: of several below one span the first to end. */
export function firstCause(trace: Trace, top: number): number {
  let at = top
  for (;;) {
    let next = -1
    if ((trace.marks[at] & SPAN_ERROR_BELOW) !== 0) {
      for (let i = at + 1; i < trace.subtreeEnd[at]; i = trace.subtreeEnd[i]) {
        const marks = trace.marks[i]
        if ((marks & (SPAN_ERROR | SPAN_ERROR_BELOW)) === 0) continue
        if (next < 0 || isSooner(trace, i, next)) next = i
      }
    }
    if (next < 0) return at
    at = next
  }
}

/** An error of its own explains more than one somewhere below; then what ended first. */
function isSooner({ marks, end }: Trace, a: number, b: number): boolean {
  const own = (marks[a] & SPAN_ERROR) - (marks[b] & SPAN_ERROR)
  return own > 0 || (own === 0 && end[a] < end[b])
}

/** The errors that matter most, as one finding: those that made the request fail, else the chain of most levels. */
export function errorCause(input: FindingsInput): readonly Found[] {
  const { trace, root, below } = input
  const { marks, parent, size, depth } = trace
  let count = 0
  for (let i = 0; i < size; i++) if ((marks[i] & SPAN_ERROR) !== 0) count++
  if (count === 0) return []
  let reached = (marks[root] & SPAN_ERROR) !== 0 ? root : -1
  let levels = 0
  let span = reached < 0 ? -1 : firstCause(trace, root)
  if (reached < 0) {
    // Tops of chains: errors whose parent is none. Chains end where no error is below, so each is walked once.
    for (let i = 0; i < size; i++) {
      if ((marks[i] & SPAN_ERROR) === 0 || (parent[i] >= 0 && (marks[parent[i]] & SPAN_ERROR) !== 0)) continue
      const cause = firstCause(trace, i)
      const long = depth[cause] - depth[i] + 1
      if (long > levels || (long === levels && trace.end[cause] < trace.end[span])) {
        ;[reached, span, levels] = [i, cause, long]
      }
    }
  } else levels = depth[span] - depth[reached] + 1
  const failed = reached === root
  const finding = { kind: 'error', span, count, reached, levels, failed, ...cost(input, below[span]) } as const
  return [
    {
      finding,
      weight: (failed ? 2 : 0.4 + Math.min(0.2, levels * 0.04)) + finding.share,
      explains: (other: Finding) => other.kind === 'slow_span' && other.span === span,
    },
  ]
}
