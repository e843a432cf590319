/**
 * A request as work: a span works itself, waits for a stage of calls that run at once, works again, and so on. Times follow
 * from the work, so that whatever is planted moves all that comes after it, as it would in a real system.
 */
import { addResource, addScope, addSpan, attribute } from '#shared/generator/add-span.ts'
import type { Random } from '#shared/generator/random.ts'
import type { Attribute } from '#shared/spans/attribute-value.ts'
import type { SpanKind } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

/** One span to be. Not deep (`Shop` sees to that), so that walking it may recurse. */
export interface Work {
  service: string
  name: string
  kind: SpanKind
  attributes: Attribute[]
  events: string[]
  /** Status error with this message. */
  error?: string
  /** ns of its own work before each stage and after the last: one more than there are stages. */
  pieces: number[]
  stages: Work[][]
  /** Not waited for; begins so many ns after the end. */
  later?: { readonly afterNs: number; readonly work: Work }
  /** Its service did not report it. */
  lost?: boolean
  /** Set by `layOut`, ns after the start of the trace. */
  start: number
  end: number
  /** Set by `writeWork`: words of the span's id. */
  id?: Uint32Array
}

export function work(service: string, name: string, kind: SpanKind, ns: number, attributes: Attribute[] = []): Work {
  return { service, name, kind, attributes, events: [], pieces: [ns], stages: [], start: 0, end: 0 }
}

/** Another one of the same, a little different in how long it takes. */
export function again(one: Work, random: Random, spread: number): Work {
  return {
    ...one,
    attributes: [...one.attributes],
    events: [...one.events],
    pieces: one.pieces.map(piece => Math.round(random.logNormal(piece, spread))),
    stages: one.stages.map(stage => stage.map(child => again(child, random, spread))),
  }
}

/** Sets all times; returns the end. */
export function layOut(one: Work, at: number): number {
  one.start = at
  let now = at + one.pieces[0]
  for (const [k, stage] of one.stages.entries()) {
    let last = now
    for (const child of stage) last = Math.max(last, layOut(child, now))
    now = last + one.pieces[k + 1]
  }
  one.end = now
  if (one.later !== undefined) layOut(one.later.work, one.end + one.later.afterNs)
  return now
}

export interface Placed {
  readonly work: Work
  readonly parent: Placed | undefined
  readonly depth: number
  /** The caller waits for it: it is the last of its stage, and so are those above it. */
  readonly waited: boolean
}

/** Every span, parents first. Times must be laid out. */
export function everyWork(root: Work): readonly Placed[] {
  const all: Placed[] = [{ work: root, parent: undefined, depth: 0, waited: true }]
  for (let k = 0; k < all.length; k++) {
    const parent = all[k]
    for (const stage of parent.work.stages) {
      const last = stage.reduce((best, child) => (child.end > best.end ? child : best), stage[0])
      for (const child of stage) {
        all.push({ work: child, parent, depth: parent.depth + 1, waited: parent.waited && child === last })
      }
    }
    const { later } = parent.work
    if (later !== undefined) all.push({ work: later.work, parent, depth: parent.depth + 1, waited: false })
  }
  return all
}

/** ns of 2026-01-01T00:00:00Z. */
const BEGIN = 1_767_225_600_000_000_000n

/** Appends the spans that were not lost, in no particular order, and gives each its id. */
export function writeWork(table: SpanTableBuilder, root: Work, random: Random): void {
  const traceId = Uint32Array.from({ length: 4 }, () => (random.u32() | 1) >>> 0)
  const all = everyWork(root)
  for (const { work: one } of all) one.id = Uint32Array.of((random.u32() | 1) >>> 0, random.u32())
  const resources = new Map<string, number>()
  const scope = addScope(table, 'instrumentation')
  const order = all.map((placed, k) => ({ placed, key: random.chance(0.5) ? k : random.below(all.length) }))
  for (const { placed } of order.sort((a, b) => a.key - b.key)) {
    const { work: one, parent } = placed
    if (one.lost === true || one.id === undefined) continue
    let resource = resources.get(one.service)
    if (resource === undefined) {
      resource = addResource(table, one.service, [attribute('host.name', `node-${resources.size % 3}`)])
      resources.set(one.service, resource)
    }
    addSpan(table, {
      traceId,
      spanId: one.id,
      parentSpanId: parent?.work.id,
      name: one.name,
      kind: one.kind,
      status: one.error === undefined ? 'unset' : 'error',
      statusMessage: one.error,
      startTime: BEGIN + BigInt(one.start),
      endTime: BEGIN + BigInt(one.end),
      resource,
      scope,
      attributes: one.attributes,
      events: one.events.map(name => ({ time: BEGIN + BigInt(one.end), name })),
    })
  }
}
