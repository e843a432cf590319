/** Spans that are not here: somebody calls, somebody below was called, and nobody between them reported. */
import { formatSpanId } from '#shared/spans/ids.ts'
import { calleeOf } from '#shared/trace/calls.ts'
import { SPAN_ORPHAN, type Trace } from '#shared/trace/trace.ts'
import { cost, type FindingsInput, type Found, isWithin } from './finding.ts'

const KIND_CLIENT = 3
const KIND_CONSUMER = 5

/** More orphans than these are counted, not looked at: each is compared with all calls. */
const MOST_ORPHANS = 100

/** Missing parents as one finding; its share is what the calls into the dark took. */
export function missingParents(input: FindingsInput): readonly Found[] {
  const { trace } = input
  const orphans: number[] = []
  let count = 0
  for (const root of trace.roots) {
    if ((trace.marks[root] & SPAN_ORPHAN) === 0) continue
    count++
    if (orphans.length < MOST_ORPHANS) orphans.push(root)
  }
  if (count === 0) return []
  const calls = callsAround(trace, orphans)
  let ns = 0
  for (const call of calls) ns += input.own[call]
  const span = calls.reduce((best, call) => (best < 0 || input.own[call] > input.own[best] ? call : best), -1)
  const finding = {
    kind: 'missing',
    span: span < 0 ? orphans[0] : span,
    count,
    service: span < 0 ? undefined : calleeOf(trace, span),
    ...cost(input, ns),
  } as const
  return [
    {
      finding,
      weight: 0.5 + finding.share,
      explains: other =>
        (other.kind === 'slow_span' || other.kind === 'gap') &&
        (calls.some(call => isWithin(trace, other.span, call)) ||
          (finding.service !== undefined && calleeOf(trace, other.span) === finding.service)),
    },
  ]
}

/** Spans that lack the same parent, and when they ran. */
interface Lost {
  from: number
  to: number
  readonly service: number
  call: number
}

/** Whether a call goes to a database, which has no spans to lose. */
function asksStore({ table, row }: Trace, call: number): boolean {
  let asks = false
  table.attributes.forOwner(row[call], key => {
    const name = table.dictionary.text(key)
    if (name === 'db.system.name' || name === 'db.system') asks = true
  })
  return asks
}

/** For each missing span the shortest call without a callee in whose time all its children lie; each call once. */
function callsAround(trace: Trace, orphans: readonly number[]): number[] {
  const { size, childCount, start, end, row, table, service } = trace
  const byParent = new Map<string, Lost>()
  for (const orphan of orphans) {
    // Consumers need not lie within anything.
    if (table.kind[row[orphan]] === KIND_CONSUMER) continue
    const parent = formatSpanId(table.parentSpanId, row[orphan])
    const lost = byParent.get(parent) ?? { from: Infinity, to: -Infinity, service: service[orphan], call: -1 }
    lost.from = Math.min(lost.from, start[orphan])
    lost.to = Math.max(lost.to, end[orphan])
    byParent.set(parent, lost)
  }
  for (let i = 0; i < size; i++) {
    if (childCount[i] > 0 || table.kind[row[i]] !== KIND_CLIENT) continue
    for (const lost of byParent.values()) {
      if (start[i] > lost.from || end[i] < lost.to) continue
      if (lost.call >= 0 && end[i] - start[i] >= end[lost.call] - start[lost.call]) continue
      if (!asksStore(trace, i)) lost.call = i
    }
  }
  return [...new Set([...byParent.values()].map(({ call }) => call))].filter(call => call >= 0)
}
