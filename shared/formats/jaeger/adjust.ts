/**
 * What Jaeger 1.76 does to a trace when its UI asks for it (WIRE.md 11), in its order: server spans that share an id with
 * a client get their own, equal spans count once, clocks are moved where allowed. Nothing is changed in the table: the
 * result says per row what to write instead. Sorting of tags, IP tags, library tags and references are the writer's when
 * a trace is adjusted (span-json.ts). Never fails; what is odd becomes a warning of its span.
 */
import { attributesOf } from '#shared/spans/span.ts'
import { DistinctSpans } from '#shared/spans/distinct-spans.ts'
import { formatSpanId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { timeDifference } from '#shared/spans/time.ts'
import { formatGoDuration } from './go-duration.ts'
import { dottedAddress } from './tags.ts'

/** Rows between two pauses: two or three milliseconds. */
const PAUSE_ROWS = 4096
const KIND_SERVER = 2
const KIND_CLIENT = 3

export interface AdjustOptions {
  /** ns; a larger difference between clocks is reported and left. Default 0: all are, as in Jaeger since 1.17. */
  readonly maxClockSkewNs?: number
}

/** What to write instead of what stands in the row; rows that are not named are written as they are. */
export interface Adjustments {
  /** The rows to write, in their order. */
  readonly rows: readonly number[]
  /** Hex, 16 digits. */
  readonly spanId: ReadonlyMap<number, string>
  readonly parentSpanId: ReadonlyMap<number, string>
  /** ns to add to the start and the logs. */
  readonly shiftNs: ReadonlyMap<number, number>
  readonly warnings: ReadonlyMap<number, readonly string[]>
}

/** Adjusts one trace: the given rows of the table. */
export function adjustTrace(table: SpanTable, rows: readonly number[], options: AdjustOptions = {}): Adjustments {
  const work = adjustInSteps(table, rows, options)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** As `adjustTrace`, with a pause every few milliseconds: hundreds of thousands of spans take a second. */
export function* adjustInSteps(
  table: SpanTable,
  rows: readonly number[],
  options: AdjustOptions = {},
): Generator<undefined, Adjustments> {
  const distinct = yield* distinctRows(table, rows)
  const spanId = new Map<number, string>()
  const parentSpanId = new Map<number, string>()
  const warnings = new Map<number, string[]>()
  yield* splitSharedIds(table, distinct, spanId, parentSpanId)
  const trace: Trace = { table, rows: distinct, spanId, parentSpanId, warnings }
  const shiftNs = yield* adjustClocks(trace, options.maxClockSkewNs ?? 0)
  return { rows: distinct, spanId, parentSpanId, shiftNs, warnings }
}

interface Trace {
  readonly table: SpanTable
  readonly rows: readonly number[]
  readonly spanId: Map<number, string>
  readonly parentSpanId: Map<number, string>
  readonly warnings: Map<number, string[]>
}

function idOf({ table, spanId }: Trace, row: number): string {
  return spanId.get(row) ?? formatSpanId(table.spanId, row)
}

/** Undefined for a span without parent. */
function parentOf({ table, parentSpanId }: Trace, row: number): string | undefined {
  const changed = parentSpanId.get(row)
  if (changed !== undefined) return changed
  if ((table.parentSpanId[row * 2] | table.parentSpanId[row * 2 + 1]) === 0) return undefined
  return formatSpanId(table.parentSpanId, row)
}

/** The same values, with a pause after every so many. */
function* pausing<T>(values: Iterable<T>, take: (value: T) => void): Generator<undefined, void> {
  let taken = 0
  for (const value of values) {
    take(value)
    if (++taken % PAUSE_ROWS === 0) yield
  }
}

function* distinctRows(table: SpanTable, rows: readonly number[]): Generator<undefined, readonly number[]> {
  const distinct = new DistinctSpans(table)
  const known = distinct.ask(table)
  const kept: number[] = []
  yield* pausing(rows, row => {
    if (known(row)) return
    distinct.add(row)
    kept.push(row)
  })
  return kept.length === rows.length ? rows : kept
}

/** Zipkin's shared ids: the server span gets the smallest free id and becomes the child of the client span. */
function* splitSharedIds(
  table: SpanTable,
  rows: readonly number[],
  spanId: Map<number, string>,
  parentSpanId: Map<number, string>,
): Generator<undefined, void> {
  const ids = new Set<string>()
  const clientIds = new Set<string>()
  yield* pausing(rows, row => {
    const id = formatSpanId(table.spanId, row)
    ids.add(id)
    if (table.kind[row] === KIND_CLIENT) clientIds.add(id)
  })
  const newIds = new Map<string, string>()
  let last = 0
  yield* pausing(rows, row => {
    if (table.kind[row] !== KIND_SERVER) return
    const id = formatSpanId(table.spanId, row)
    if (!clientIds.has(id)) return
    let free: string
    do free = (++last).toString(16).padStart(16, '0')
    while (ids.has(free))
    newIds.set(id, free)
    spanId.set(row, free)
    parentSpanId.set(row, id)
  })
  if (newIds.size === 0) return
  yield* pausing(rows, row => {
    const parent = parentSpanId.get(row) ?? formatSpanId(table.parentSpanId, row)
    const moved = newIds.get(parent)
    if (moved !== undefined && (spanId.get(row) ?? formatSpanId(table.spanId, row)) !== moved) {
      parentSpanId.set(row, moved)
    }
  })
}

/** ns to add to each row whose host's clock differs from its parent's, where the limit allows it. */
function* adjustClocks(trace: Trace, limitNs: number): Generator<undefined, Map<number, number>> {
  const { table, rows } = trace
  const rowOf = new Map<string, number>()
  yield* pausing(rows, row => {
    const id = idOf(trace, row)
    if (rowOf.has(id)) warn(trace, row, 'duplicate span IDs; skipping clock skew adjustment')
    else rowOf.set(id, row)
  })
  const children = new Map<number, number[]>()
  /** Rows to visit, with the parent's row (−1) and the difference that holds for the parent's host. */
  const work: { row: number; parent: number; delta: number }[] = []
  yield* pausing(rowOf.values(), row => {
    const parentId = parentOf(trace, row)
    const parent = parentId === undefined ? undefined : rowOf.get(parentId)
    if (parent !== undefined) {
      const list = children.get(parent)
      if (list === undefined) children.set(parent, [row])
      else list.push(row)
      return
    }
    if (parentId !== undefined) {
      warn(trace, row, `invalid parent span IDs=${parentId}; skipping clock skew adjustment`)
    }
    work.push({ row, parent: -1, delta: 0 })
  })
  const hosts = new Hosts(table)
  const shift = new Map<number, number>()
  yield* pausing(taken(work), next => {
    const { row, parent } = next
    let { delta } = next
    const host = hosts.of(row)
    if (parent >= 0 && (host === '' || host !== hosts.of(parent))) {
      delta = skewOf(table, row, parent, shift.get(parent) ?? 0)
    }
    if (delta !== 0) {
      if (Math.abs(delta) <= limitNs) {
        shift.set(row, delta)
        warn(trace, row, `This span's timestamps were adjusted by ${formatGoDuration(delta)}`)
      } else if (limitNs === 0) {
        warn(trace, row, `clock skew adjustment disabled; not applying calculated delta of ${formatGoDuration(delta)}`)
      } else {
        const [most, found] = [formatGoDuration(limitNs), formatGoDuration(delta)]
        warn(
          trace,
          row,
          `max clock skew adjustment delta of ${most} exceeded; not applying calculated delta of ${found}`,
        )
      }
    }
    for (const child of children.get(row) ?? []) work.push({ row: child, parent: row, delta })
  })
  return shift
}

/** What is on the stack, and what is put there meanwhile. */
function* taken<T>(stack: T[]): Generator<T> {
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) yield next
}

/** How far the child's clock is behind, if its span is not inside its (already moved) parent. */
function skewOf(table: SpanTable, child: number, parent: number, parentShift: number): number {
  const childDuration = timeDifference(table.endTime, child, table.startTime, child)
  const parentDuration = timeDifference(table.endTime, parent, table.startTime, parent)
  const startsAfter = timeDifference(table.startTime, child, table.startTime, parent) - parentShift
  // Longer than its parent: asynchronous, or the parent gave up. Only a start before the parent's is surely wrong.
  if (childDuration > parentDuration) return startsAfter < 0 ? -startsAfter : 0
  if (startsAfter >= 0 && startsAfter + childDuration <= parentDuration) return 0
  return Math.trunc((parentDuration - childDuration) / 2) - startsAfter
}

function warn({ warnings }: Trace, row: number, text: string): void {
  const list = warnings.get(row)
  if (list === undefined) warnings.set(row, [text])
  else list.push(text)
}

/** The host of a row: the tag `ip` of its process in text form; empty when unknown, as it is for OpenTelemetry's. */
class Hosts {
  readonly #table: SpanTable
  readonly #byResource = new Map<number, string>()

  constructor(table: SpanTable) {
    this.#table = table
  }

  of(row: number): string {
    const resource = this.#table.resource[row]
    let host = this.#byResource.get(resource)
    if (host === undefined) this.#byResource.set(resource, (host = this.#find(resource)))
    return host
  }

  #find(resource: number): string {
    const attributes = attributesOf(this.#table, this.#table.resourceAttributes, resource)
    const value = attributes.find(({ key }) => key === 'ip')?.value
    if (value?.type === 'string') return value.value
    if (value?.type === 'int') return dottedAddress(Number(BigInt.asUintN(32, value.value)))
    return value?.type === 'bytes' && (value.value.length === 4 || value.value.length === 16)
      ? value.value.join('.')
      : ''
  }
}
