/**
 * What comparing needs of a trace: plain values and typed arrays, small enough to be sent to another thread. Attributes
 * stay behind; they are compared a pair at a time (attribute-changes.ts).
 */
import { BREATH, finishWork, type SlicedWork } from '#shared/trace/sliced-work.ts'
import { mainRoot, SPAN_ERROR, SPAN_ORPHAN, type Trace, type TraceColumns } from '#shared/trace/trace.ts'

/** A service and a span name; undefined service: none is named. */
export interface SpanKey {
  readonly service: string | undefined
  readonly name: string
}

export interface DiffInput {
  readonly size: number
  /** As in TraceColumns: −1 for a root, `parent[i] < i`. */
  readonly parent: Int32Array
  readonly subtreeEnd: Uint32Array
  /** ns since the first start of the trace. */
  readonly start: Float64Array
  readonly end: Float64Array
  readonly roots: Uint32Array
  /** Span kind, OTLP's numbers. */
  readonly kind: Uint8Array
  /** 1: the span's own status is error. */
  readonly error: Uint8Array
  /** Index into `keys`, by span. */
  readonly key: Uint32Array
  /** Each service and name once, by their first span. */
  readonly keys: readonly SpanKey[]
  /**
   * What is compared, ns since the first start: the root span's time when there is one root (what the caller waited for),
   * else first start to last end.
   */
  readonly from: number
  readonly to: number
  /** That root; −1 when all roots count. */
  readonly root: number
}

/** One pass over the spans; the trace's own columns are shared, not copied. */
export function diffInput(trace: Trace): DiffInput {
  return finishWork(diffInputWork(trace))
}

/** The same with breaths. */
export function* diffInputWork(trace: Trace): SlicedWork<DiffInput> {
  const { size, parent, subtreeEnd, start, end, roots, row, service, services, table } = trace
  const kind = new Uint8Array(size)
  const error = new Uint8Array(size)
  const key = new Uint32Array(size)
  const keys: SpanKey[] = []
  const known = new Map<number, number>()
  for (let i = 0; i < size; i++) {
    if ((i & BREATH) === BREATH) yield
    kind[i] = table.kind[row[i]]
    error[i] = trace.marks[i] & SPAN_ERROR
    const pair = table.name[row[i]] * services.length + service[i]
    let number = known.get(pair)
    if (number === undefined) {
      number = keys.length
      known.set(pair, number)
      keys.push({ service: services[service[i]], name: table.dictionary.text(table.name[row[i]]) })
    }
    key[i] = number
  }
  return { size, parent, subtreeEnd, start, end, roots, kind, error, key, keys, ...comparedRange(trace) }
}

/** What is compared of a trace; see DiffInput. */
export function comparedRange(trace: TraceColumns): {
  readonly from: number
  readonly to: number
  readonly root: number
} {
  const root = singleRoot(trace)
  if (root < 0) return { from: 0, to: trace.durationNs, root }
  const from = trace.start[root]
  return { from, to: Math.max(from, trace.end[root]), root }
}

/** The one root that lacks no parent; −1 when there are several, or none. */
function singleRoot(trace: TraceColumns): number {
  const root = mainRoot(trace)
  if (root < 0 || (trace.marks[root] & SPAN_ORPHAN) !== 0) return -1
  for (const other of trace.roots) if (other !== root && (trace.marks[other] & SPAN_ORPHAN) === 0) return -1
  return root
}
