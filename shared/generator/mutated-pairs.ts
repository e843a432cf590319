/**
 * Two traces of one request, alike but for one planted change and a little noise everywhere: what a comparison must find.
 * The request, the place of the change and its size are drawn from the seed.
 */
import type { SpanId } from '#shared/spans/ids.ts'
import { formatSpanId } from '#shared/spans/ids.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { addResource, addScope, addSpan } from './add-span.ts'
import { copyOf, everySpan, layOut, type Made, made, onLongestWay, type Placed, randomRequest } from './made-request.ts'
import { Random } from './random.ts'

/** What is changed. In a reversed pair the changed trace is the first, so that the second lacks it. */
export const MUTATIONS = [
  'slower_span',
  'extra_calls',
  'lost_cache',
  'inserted_layer',
  'renamed_and_slower',
  'gap',
  'retry',
  'reordered_and_slower',
  'failing_slowly',
  'added_call',
] as const
export type Mutation = (typeof MUTATIONS)[number]

export interface MutatedPair {
  readonly mutation: Mutation
  /** One trace each, all spans of it in no particular order. */
  readonly a: SpanTableBuilder
  readonly b: SpanTableBuilder
  /** What the change costs the second trace, ns; negative when the second is the one without it. */
  readonly plantedNs: number
  /** The changed span, or one of those that make the change. */
  readonly span: SpanId
  /** Of a gap: the span before which it is. */
  readonly before: SpanId | undefined
  /** The trace that these spans are of. */
  readonly changed: 'a' | 'b'
}

/** How much each piece of work differs between the traces: standard deviation of its logarithm. */
const NOISE = 0.01
/** 2026-01-01T00:00:00Z, ns. */
const BEGIN = 1_767_225_600_000_000_000n
/** Numbers of spans that a change adds begin here. */
const ADDED = 1_000_000

interface Planted {
  readonly ns: number
  readonly made: Made
  readonly before?: Made
  /** Another first span, when the change wraps the old one. */
  readonly root?: Made
}

/** The same for the same seed. Without `mutation` they take turns by seed. */
export function mutatedPair(seed: number, mutation: Mutation = MUTATIONS[seed % MUTATIONS.length]): MutatedPair {
  const random = new Random(seed)
  const reversed = random.chance(0.25)
  for (;;) {
    const plain = randomRequest(random)
    const durationNs = layOut(plain, 0)
    // A fifth of the request up to three times as long as it.
    const size = Math.round(durationNs * random.between(0.2, 3))
    const cached = mutation === 'lost_cache' ? addCache(plain, random) : undefined
    const changed = copyOf(plain, piece => Math.max(1, Math.round(random.logNormal(piece, NOISE))))
    layOut(plain, 0)
    layOut(changed, 0)
    const planted = new Change(changed, size, random).apply(mutation, cached)
    if (planted === undefined) continue
    const root = planted.root ?? changed
    layOut(root, 0)
    const [first, second] = reversed ? [root, plain] : [plain, root]
    const a = write(first, new Random(seed ^ 0x5eed), 1)
    const b = write(second, new Random(seed ^ 0xfeed), 2)
    const ids = reversed ? a.ids : b.ids
    return {
      mutation,
      a: a.table,
      b: b.table,
      plantedNs: reversed ? -planted.ns : planted.ns,
      span: idOf(ids, planted.made),
      before: planted.before === undefined ? undefined : idOf(ids, planted.before),
      changed: reversed ? 'a' : 'b',
    }
  }
}

/** Puts a lookup in a cache somewhere on the longest way; its number. */
function addCache(root: Made, random: Random): number {
  const { made: parent } = random.pick(
    onLongestWay(root).filter(one => one.made.kind !== 'client' && one.made.kind !== 'producer'),
  )
  const at = random.below(parent.pieces.length)
  insertStage(
    parent,
    at,
    made(ADDED, parent.service, 'GET profile:*', 'client', [Math.round(random.between(2e5, 2e6))]),
    50_000,
  )
  return ADDED
}

/** A new stage of one child before stage `at`, and `gap` ns of the parent's work before it. */
function insertStage(parent: Made, at: number, child: Made, gap: number): void {
  parent.stages.splice(at, 0, [child])
  parent.pieces.splice(at, 0, gap)
}

class Change {
  readonly #root: Made
  readonly #size: number
  readonly #random: Random
  readonly #way: readonly Placed[]
  #number = ADDED + 1

  constructor(root: Made, size: number, random: Random) {
    this.#root = root
    this.#size = size
    this.#random = random
    this.#way = onLongestWay(root)
  }

  /** Undefined when the request has no place for it. */
  apply(mutation: Mutation, cached: number | undefined): Planted | undefined {
    switch (mutation) {
      case 'slower_span':
        return this.#slower(this.#way)
      case 'extra_calls':
        return this.#extraCalls()
      case 'lost_cache':
        return this.#lostCache(cached)
      case 'inserted_layer':
        return this.#layer()
      case 'renamed_and_slower':
        return this.#renamed()
      case 'gap':
        return this.#gap()
      case 'retry':
        return this.#retry()
      case 'reordered_and_slower':
        return this.#reordered()
      case 'failing_slowly':
        return this.#failing()
      case 'added_call':
        return this.#added()
    }
  }

  #pick(list: readonly Placed[]): Placed | undefined {
    return list.length === 0 ? undefined : this.#random.pick(list)
  }

  #leaves(): readonly Placed[] {
    return this.#way.filter(({ made: one }) => one.stages.length === 0)
  }

  /** Those with a parent and no longer than the change: their own noise must not drown it. */
  #calls(): readonly (Placed & { readonly parent: Made })[] {
    return this.#way.flatMap(one =>
      one.parent !== undefined && one.made.end - one.made.start <= this.#size ? [{ ...one, parent: one.parent }] : [],
    )
  }

  #slower(list: readonly Placed[]): Planted | undefined {
    const picked = this.#pick(list.filter(({ made: one }) => one.pieces.reduce((x, y) => x + y) <= this.#size))
    if (picked === undefined) return undefined
    picked.made.pieces[this.#random.below(picked.made.pieces.length)] += this.#size
    return { ns: this.#size, made: picked.made }
  }

  #extraCalls(): Planted | undefined {
    const calls = this.#calls().filter(({ made: one }) => (one.end - one.start) * 2 <= this.#size)
    if (calls.length === 0) return undefined
    const { made: one, parent, stage } = this.#random.pick(calls)
    const gap = Math.round(this.#random.between(20_000, 100_000))
    const each = one.end - one.start + gap
    const more = Math.min(400, Math.round(this.#size / each))
    for (let k = 0; k < more; k++) insertStage(parent, stage + 1, this.#again(one), gap)
    return { ns: more * each, made: one }
  }

  /** The same work once more, with other numbers. */
  #again(one: Made): Made {
    return {
      ...one,
      number: this.#number++,
      pieces: [...one.pieces],
      stages: one.stages.map(stage => stage.map(child => this.#again(child))),
      later: undefined,
    }
  }

  #lostCache(cached: number | undefined): Planted | undefined {
    const lookup = everySpan(this.#root).find(({ made: one }) => one.number === cached)
    const parent = lookup?.parent
    if (lookup === undefined || parent === undefined) return undefined
    const stage = parent.stages.findIndex(children => children.includes(lookup.made))
    const gap = Math.round(this.#size * 0.004)
    const query = made(this.#number++, parent.service, 'SELECT profile', 'client', [Math.round(this.#size * 0.97)])
    const store = made(this.#number++, parent.service, 'SET profile:*', 'client', [Math.round(this.#size * 0.02)])
    insertStage(parent, stage + 1, store, gap)
    insertStage(parent, stage + 1, query, gap)
    return { ns: Math.round(this.#size * 0.97) + Math.round(this.#size * 0.02) + 2 * gap, made: query }
  }

  #layer(): Planted | undefined {
    const picked = this.#pick(this.#way)
    if (picked === undefined) return undefined
    const { made: one, parent, stage } = picked
    const service = this.#random.chance(0.5) ? (parent ?? one).service : 'mesh-proxy'
    const first = Math.round(this.#size * this.#random.unit())
    const layer = made(this.#number++, service, 'authorize', 'internal', [first, this.#size - first], [[one]])
    if (parent === undefined) return { ns: this.#size, made: layer, root: layer }
    parent.stages[stage] = parent.stages[stage].map(child => (child === one ? layer : child))
    return { ns: this.#size, made: layer }
  }

  #renamed(): Planted | undefined {
    const planted = this.#slower(this.#leaves().filter(({ made: one }) => one.kind !== 'producer'))
    if (planted === undefined) return undefined
    const { service, name } = planted.made
    // A new version calls it by another name wherever it does it.
    for (const { made: one } of everySpan(this.#root)) {
      if (one.service === service && one.name === name) one.name = `${name.split(' ')[0].toLowerCase()}AllV2`
    }
    return planted
  }

  #gap(): Planted | undefined {
    const picked = this.#pick(this.#way.filter(one => one.parent !== undefined))
    if (picked?.parent === undefined) return undefined
    picked.parent.pieces[picked.stage] += this.#size
    return { ns: this.#size, made: picked.parent, before: picked.made }
  }

  #retry(): Planted | undefined {
    const calls = this.#calls()
    if (calls.length === 0) return undefined
    const { made: one, parent, stage } = this.#random.pick(calls)
    const failing = Math.round(this.#size * this.#random.between(0.3, 0.95))
    const failed = made(this.#number++, one.service, one.name, one.kind, [failing])
    failed.error = 'deadline exceeded'
    insertStage(parent, stage, failed, parent.pieces[stage])
    parent.pieces[stage + 1] = this.#size - failing
    return { ns: this.#size, made: one }
  }

  #reordered(): Planted | undefined {
    const parent = this.#pick(this.#way.filter(({ made: one }) => one.stages.length > 1))?.made
    if (parent === undefined) return undefined
    for (let k = parent.stages.length - 1; k > 0; k--) {
      const other = this.#random.below(k + 1)
      ;[parent.stages[k], parent.stages[other]] = [parent.stages[other], parent.stages[k]]
    }
    return this.#slower(this.#leaves())
  }

  #failing(): Planted | undefined {
    const planted = this.#slower(this.#leaves())
    if (planted !== undefined) planted.made.error = 'deadline exceeded'
    return planted
  }

  #added(): Planted | undefined {
    const picked = this.#pick(this.#way.filter(({ made: one }) => one.stages.length > 0))
    if (picked === undefined) return undefined
    const parent = picked.made
    const part = (share: number): number => Math.max(1, Math.round(this.#size * share))
    const gap = part(0.01)
    const inner = made(
      this.#number++,
      'audit',
      'POST /audit',
      'server',
      [part(0.1), part(0.1)],
      [[made(this.#number++, 'audit', 'INSERT audit_event', 'client', [part(0.7)])]],
    )
    const outer = made(this.#number++, parent.service, 'record audit', 'client', [part(0.05), part(0.04)], [[inner]])
    const ns = layOut(outer, 0)
    insertStage(parent, this.#random.below(parent.pieces.length), outer, gap)
    return { ns: ns + gap, made: outer }
  }
}

interface Written {
  readonly table: SpanTableBuilder
  readonly ids: ReadonlyMap<number, SpanId>
}

function write(root: Made, random: Random, trace: number): Written {
  const table = new SpanTableBuilder()
  const scope = addScope(table, 'made')
  const resources = new Map<string, number>()
  const words = new Map<number, Uint32Array>()
  const ids = new Map<number, SpanId>()
  const traceId = Uint32Array.of(random.u32() | 1, random.u32(), random.u32(), trace)
  for (const { made: one, parent } of everySpan(root)) {
    const spanId = Uint32Array.of(random.u32() | 1, random.u32())
    words.set(one.number, spanId)
    ids.set(one.number, formatSpanId(spanId, 0))
    const resource = resources.get(one.service) ?? addResource(table, one.service)
    resources.set(one.service, resource)
    addSpan(table, {
      traceId,
      spanId,
      parentSpanId: parent === undefined ? undefined : words.get(parent.number),
      name: one.name,
      kind: one.kind,
      status: one.error === undefined ? 'unset' : 'error',
      statusMessage: one.error,
      startTime: BEGIN + BigInt(one.start),
      endTime: BEGIN + BigInt(one.end),
      resource,
      scope,
    })
  }
  return { table, ids }
}

function idOf(ids: ReadonlyMap<number, SpanId>, one: Made): SpanId {
  const id = ids.get(one.number)
  if (id === undefined) throw new Error(`span ${one.number} was not written`)
  return id
}
