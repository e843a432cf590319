/**
 * Rows of a span table -> one trace. Copes with whatever came: orphans, rings, spans twice, ids twice, children before
 * parents, several roots, ends before starts, rows of other traces. Nothing is recursive, nothing but sorting is worse than
 * linear, and what was done about bad input stands in `problems`.
 */
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { DistinctSpans } from '#shared/spans/distinct-spans.ts'
import { formatTraceId, idWords, type TraceId } from '#shared/spans/ids.ts'
import { type SpanTable, STATUS_ERROR } from '#shared/spans/span-table.ts'
import { compareTimes, timeAt, timeDifference } from '#shared/spans/time.ts'
import { type ClockShifts, clockShifts } from './clock-skew.ts'
import { SpanIdIndex } from './id-index.ts'
import { orderByNumber } from './order-by-number.ts'
import {
  MOST_LISTED,
  SPAN_ENDS_EARLY,
  SPAN_ERROR,
  SPAN_ERROR_BELOW,
  SPAN_ORPHAN,
  SPAN_RING,
  SPAN_SAME_ID,
  SPAN_TWIN,
  type Trace,
  type TraceProblem,
  type TraceProblemKind,
} from './trace.ts'

/** SpanKind numbers of OTLP. */
const KIND_SERVER = 2
const KIND_CLIENT = 3

export interface BuildOptions {
  /** Times as they were sent, also where clocks disagree; the problem is told all the same. */
  readonly rawClocks?: boolean
}

/**
 * The trace `traceId` of the table, or that of its first row. An empty trace when no row has the id. The table is kept, not
 * copied, and must not change afterwards. With only the core sections of a table, spans that differ in attributes alone
 * count as one, and hosts are not known: build again when the rest has come and `duplicate` or `clock_skew` was reported.
 */
export function buildTrace(table: SpanTable, traceId?: TraceId, options: BuildOptions = {}): Trace {
  const { rows, others } = rowsOfTrace(table, traceId)
  const kept = keptRows(table, rows)
  const n = kept.rows.length
  const parents = findParents(table, kept.rows, kept.index)
  const sent = startsOf(table, kept.rows)
  const sentOrder = orderByNumber(sent.relative)
  const rings = breakRings(parents.parent, sentOrder)
  const clocks = clockShifts(table, kept.rows, parents.parent, sent.relative)
  const moved = options.rawClocks === true ? undefined : clocks?.shift
  const starts = moved === undefined ? sent : movedStarts(sent, moved)
  const tree = depthFirst(parents.parent, moved === undefined ? sentOrder : orderByNumber(starts.relative))
  return assemble(table, { traceId, n, others, kept, parents, starts, rings, tree, clocks, moved })
}

function rowsOfTrace(table: SpanTable, traceId: TraceId | undefined): { rows: Uint32Array; others: number } {
  const { rowCount, traceId: ids } = table
  if (rowCount === 0) return { rows: new Uint32Array(0), others: 0 }
  const [a, b, c, d] = traceId === undefined ? ids.subarray(0, 4) : idWords(traceId)
  const rows = new Uint32Array(rowCount)
  let n = 0
  for (let row = 0; row < rowCount; row++) {
    const at = row * 4
    if (ids[at + 3] === d && ids[at + 2] === c && ids[at + 1] === b && ids[at] === a) rows[n++] = row
  }
  return { rows: rows.subarray(0, n), others: rowCount - n }
}

/** The rows without second copies, and their entries (places in `rows`) by span id. */
interface KeptRows {
  readonly rows: Uint32Array
  readonly index: SpanIdIndex
  /** Copies left out, and the entries that they were copies of. */
  readonly duplicates: number
  readonly duplicated: readonly number[]
}

function keptRows(table: SpanTable, rows: Uint32Array): KeptRows {
  const ids = idsOf(table, rows)
  const all = new SpanIdIndex(ids, rows.length)
  // Asked only where an id comes again: first entries of such ids are what `repeated` holds.
  const repeated = new Set<number>()
  const distinct = new DistinctSpans(table)
  const known = distinct.ask(table)
  const out: number[] = []
  const copyOf: number[] = []
  for (let entry = 0; entry < rows.length; entry++) {
    const first = all.add(entry)
    if (first === entry) continue
    if (!repeated.has(first)) {
      repeated.add(first)
      distinct.add(rows[first])
    }
    if (known(rows[entry])) {
      out.push(entry)
      copyOf.push(first)
    } else distinct.add(rows[entry])
  }
  if (out.length === 0) return { rows, index: all, duplicates: 0, duplicated: [] }

  const kept = new Uint32Array(rows.length - out.length)
  const entryOf = new Map<number, number>()
  for (let entry = 0, k = 0, o = 0; entry < rows.length; entry++) {
    if (o < out.length && out[o] === entry) {
      o++
      continue
    }
    if (repeated.has(entry)) entryOf.set(entry, k)
    kept[k++] = rows[entry]
  }
  const index = new SpanIdIndex(idsOf(table, kept), kept.length)
  for (let entry = 0; entry < kept.length; entry++) index.add(entry)
  const duplicated = new Set(copyOf.map(entry => entryOf.get(entry) ?? 0))
  return { rows: kept, index, duplicates: out.length, duplicated: [...duplicated] }
}

function idsOf({ spanId }: SpanTable, rows: Uint32Array): Uint32Array {
  const ids = new Uint32Array(rows.length * 2)
  for (let i = 0; i < rows.length; i++) {
    ids[i * 2] = spanId[rows[i] * 2]
    ids[i * 2 + 1] = spanId[rows[i] * 2 + 1]
  }
  return ids
}

interface Parents {
  /** Entry of the parent, −1 for none. */
  readonly parent: Int32Array
  readonly orphans: readonly number[]
  readonly selfParents: readonly number[]
  /** Entries that share an id and are no pair of client and server. */
  readonly sameId: readonly number[]
  /** Those, and both halves of Zipkin's calls. */
  readonly twins: readonly number[]
}

function findParents(table: SpanTable, rows: Uint32Array, index: SpanIdIndex): Parents {
  const n = rows.length
  const parent = new Int32Array(n).fill(-1)
  const orphans: number[] = []
  const selfParents: number[] = []
  const sameId: number[] = []
  const twins: number[] = []
  const { spanId, parentSpanId } = table
  for (let entry = 0; entry < n; entry++) {
    const at = rows[entry] * 2
    const first = index.first(spanId[at], spanId[at + 1])
    if (index.next(first) >= 0) {
      twins.push(entry)
      const client = pairedClient(table, rows, index, first, entry)
      if (client !== undefined) {
        // Zipkin: the server's half of one call hangs below the client's half.
        if (client >= 0) {
          parent[entry] = client
          continue
        }
      } else sameId.push(entry)
    }
    const low = parentSpanId[at]
    const high = parentSpanId[at + 1]
    if ((low | high) === 0) continue
    if (low === spanId[at] && high === spanId[at + 1]) {
      selfParents.push(entry)
      continue
    }
    const found = index.first(low, high)
    if (found < 0) orphans.push(entry)
    else parent[entry] = index.next(found) < 0 ? found : closestParent(table, rows, index, found, entry)
  }
  return { parent, orphans, selfParents, sameId, twins }
}

/**
 * For an entry whose id others have: the client's entry when it is the server of a legal pair, −1 when it is that client,
 * undefined when the spans under this id are no such pair.
 */
function pairedClient(
  { kind }: SpanTable,
  rows: Uint32Array,
  index: SpanIdIndex,
  first: number,
  entry: number,
): number | undefined {
  const second = index.next(first)
  if (index.next(second) >= 0) return undefined
  const [a, b] = [kind[rows[first]], kind[rows[second]]]
  const client = a === KIND_CLIENT && b === KIND_SERVER ? first : a === KIND_SERVER && b === KIND_CLIENT ? second : -1
  if (client < 0) return undefined
  return entry === client ? -1 : client
}

/** So many spans of one id are compared as parents: thousands under one id must not make the work quadratic. */
const MOST_CANDIDATES = 64

/** Among several spans under the parent's id: the one of the same service, a server before others, else the first. */
function closestParent(table: SpanTable, rows: Uint32Array, index: SpanIdIndex, first: number, entry: number): number {
  const service = table.resourceService[table.resource[rows[entry]]]
  let best = first
  let bestRank = -1
  let looked = 0
  for (let one = first; one >= 0 && looked < MOST_CANDIDATES; one = index.next(one), looked++) {
    if (one === entry) continue
    const row = rows[one]
    const sameService = table.resourceService[table.resource[row]] === service
    const rank = (sameService ? 2 : 0) + (table.kind[row] === KIND_SERVER ? 1 : 0)
    if (rank > bestRank) {
      best = one
      bestRank = rank
    }
  }
  return best
}

interface Starts {
  /** The first of all, ns since the epoch. */
  readonly time: bigint
  /** ns since then, by entry. */
  readonly relative: Float64Array
}

function startsOf(table: SpanTable, rows: Uint32Array): Starts {
  let first = rows.length === 0 ? 0 : rows[0]
  for (let i = 1; i < rows.length; i++) {
    if (compareTimes(table.startTime, rows[i], table.startTime, first) < 0) first = rows[i]
  }
  const relative = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) relative[i] = timeDifference(table.startTime, rows[i], table.startTime, first)
  return { time: rows.length === 0 ? 0n : timeAt(table.startTime, first), relative }
}

function movedStarts({ time, relative }: Starts, shift: Float64Array): Starts {
  const moved = relative.map((start, entry) => start + shift[entry])
  const first = moved.reduce((least, start) => Math.min(least, start), Infinity)
  return { time: time + BigInt(first), relative: moved.map(start => start - first) }
}

/** Cuts each ring of parents open before its first member in `order`; returns those that became roots. */
function breakRings(parent: Int32Array, order: Uint32Array): number[] {
  const cut: number[] = []
  /** 0: not seen; otherwise the number of the walk that saw it. */
  const seen = new Uint32Array(parent.length)
  const place = new Uint32Array(parent.length)
  for (let i = 0; i < order.length; i++) place[order[i]] = i
  for (let from = 0; from < parent.length; from++) {
    let at = from
    while (at >= 0 && seen[at] === 0) {
      seen[at] = from + 1
      at = parent[at]
    }
    if (at < 0 || seen[at] !== from + 1) continue
    let earliest = at
    for (let one = parent[at]; one !== at; one = parent[one]) if (place[one] < place[earliest]) earliest = one
    parent[earliest] = -1
    cut.push(earliest)
  }
  return cut
}

interface Tree {
  /** Entries in depth-first order. */
  readonly entry: Uint32Array
  readonly parent: Int32Array
  readonly depth: Uint32Array
  readonly subtreeEnd: Uint32Array
  readonly childCount: Uint32Array
  readonly position: Uint32Array
  readonly roots: Uint32Array
  readonly maxDepth: number
}

function depthFirst(parent: Int32Array, order: Uint32Array): Tree {
  const n = parent.length
  // Child lists in order of start, as links; slot n is the parent of all roots.
  const firstChild = new Int32Array(n + 1).fill(-1)
  const lastChild = new Int32Array(n + 1).fill(-1)
  const sibling = new Int32Array(n).fill(-1)
  let rootCount = 0
  for (let k = 0; k < n; k++) {
    const entry = order[k]
    const above = parent[entry] < 0 ? n : parent[entry]
    if (above === n) rootCount++
    if (firstChild[above] < 0) firstChild[above] = entry
    else sibling[lastChild[above]] = entry
    lastChild[above] = entry
  }
  const tree = {
    entry: new Uint32Array(n),
    parent: new Int32Array(n).fill(-1),
    depth: new Uint32Array(n),
    subtreeEnd: new Uint32Array(n),
    childCount: new Uint32Array(n),
    position: new Uint32Array(n),
    roots: new Uint32Array(rootCount),
    maxDepth: 0,
  }
  let above = -1
  let count = 0
  let roots = 0
  let entry = firstChild[n]
  while (entry >= 0) {
    const i = count++
    tree.entry[i] = entry
    tree.parent[i] = above
    if (above < 0) {
      tree.position[i] = roots
      tree.roots[roots++] = i
    } else {
      tree.depth[i] = tree.depth[above] + 1
      if (tree.depth[i] > tree.maxDepth) tree.maxDepth = tree.depth[i]
      tree.position[i] = tree.childCount[above]++
    }
    const child = firstChild[entry]
    if (child >= 0) {
      above = i
      entry = child
      continue
    }
    tree.subtreeEnd[i] = count
    entry = sibling[entry]
    while (entry < 0 && above >= 0) {
      tree.subtreeEnd[above] = count
      entry = sibling[tree.entry[above]]
      above = tree.parent[above]
    }
  }
  return tree
}

interface Parts {
  readonly traceId: TraceId | undefined
  readonly n: number
  readonly others: number
  readonly kept: KeptRows
  readonly parents: Parents
  readonly starts: Starts
  readonly rings: readonly number[]
  readonly tree: Tree
  readonly clocks: ClockShifts | undefined
  /** What was added to `starts`, by entry. */
  readonly moved: Float64Array | undefined
}

function assemble(table: SpanTable, parts: Parts): Trace {
  const { traceId, n, others, kept, parents, starts, rings, tree, clocks, moved } = parts
  const row = new Uint32Array(n)
  const start = new Float64Array(n)
  const end = new Float64Array(n)
  const marks = new Uint8Array(n)
  const index = new Uint32Array(n)
  const skewed: number[] = []
  const early: number[] = []
  let durationNs = 0
  for (let i = 0; i < n; i++) {
    const entry = tree.entry[i]
    index[entry] = i
    row[i] = kept.rows[entry]
    if (clocks !== undefined && clocks.shift[entry] !== 0 && skewed.length < MOST_LISTED) skewed.push(i)
    start[i] = starts.relative[entry]
    const duration = timeDifference(table.endTime, row[i], table.startTime, row[i])
    end[i] = start[i] + duration
    if (duration < 0) {
      marks[i] |= SPAN_ENDS_EARLY
      early.push(i)
    }
    if (end[i] > durationNs) durationNs = end[i]
    if (start[i] > durationNs) durationNs = start[i]
    if (table.status[row[i]] === STATUS_ERROR) marks[i] |= SPAN_ERROR
  }
  // From the leaves up: a parent stands before its children.
  for (let i = n - 1; i > 0; i--) {
    if (tree.parent[i] >= 0 && (marks[i] & (SPAN_ERROR | SPAN_ERROR_BELOW)) !== 0)
      marks[tree.parent[i]] |= SPAN_ERROR_BELOW
  }
  const place = (entries: readonly number[], mark = 0): number[] => {
    const spans = entries.map(entry => index[entry])
    for (const i of spans) marks[i] |= mark
    return spans.sort((a, b) => a - b)
  }
  const problems: TraceProblem[] = []
  const report = (kind: TraceProblemKind, spans: readonly number[], count = spans.length): void => {
    if (count > 0) problems.push({ kind, count, spans: spans.slice(0, MOST_LISTED) })
  }
  report('missing_parent', place(parents.orphans, SPAN_ORPHAN))
  report('ring', place(rings, SPAN_RING))
  report('self_parent', place(parents.selfParents, SPAN_RING))
  report('duplicate', place(kept.duplicated), kept.duplicates)
  report('same_id', place(parents.sameId, SPAN_SAME_ID))
  place(parents.twins, SPAN_TWIN)
  report('ends_before_start', early)
  const plainRoots = [...tree.roots].filter(i => (marks[i] & (SPAN_ORPHAN | SPAN_RING)) === 0)
  if (plainRoots.length > 1) report('several_roots', plainRoots)
  report('other_traces', [], others)
  if (clocks !== undefined) {
    problems.push({ kind: 'clock_skew', count: clocks.count, spans: skewed, mostNs: clocks.mostNs })
  }
  const { service, services } = servicesOf(table, row)
  return {
    table,
    traceId: n === 0 ? traceId : formatTraceId(table.traceId, row[0]),
    size: n,
    row,
    parent: tree.parent,
    depth: tree.depth,
    subtreeEnd: tree.subtreeEnd,
    childCount: tree.childCount,
    position: tree.position,
    start,
    end,
    service,
    services,
    marks,
    roots: tree.roots,
    maxDepth: tree.maxDepth,
    startTime: starts.time,
    durationNs,
    shift: moved === undefined ? undefined : Float64Array.from(tree.entry, entry => moved[entry]),
    problems,
  }
}

/** Services numbered by their first span. Resources of one name are one service. */
function servicesOf(
  table: SpanTable,
  row: Uint32Array,
): { readonly service: Uint32Array; readonly services: (string | undefined)[] } {
  const service = new Uint32Array(row.length)
  const services: (string | undefined)[] = []
  const byName = new Map<number, number>()
  const byResource = new Int32Array(table.resourceCount + 1).fill(-1)
  for (let i = 0; i < row.length; i++) {
    const resource = Math.min(table.resource[row[i]], table.resourceCount)
    let number = byResource[resource]
    if (number < 0) {
      const name = resource < table.resourceCount ? table.resourceService[resource] : NO_SERVICE
      const known = byName.get(name)
      number = known ?? services.length
      if (known === undefined) {
        byName.set(name, number)
        services.push(name === NO_SERVICE ? undefined : table.dictionary.text(name))
      }
      byResource[resource] = number
    }
    service[i] = number
  }
  return { service, services }
}
