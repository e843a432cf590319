/**
 * Traces of which it is known what is wrong with them: a healthy request (shop.ts) with one cause planted. What, where, how
 * much and under which names is drawn from the seed; nothing here knows how causes are looked for.
 */
import { attribute } from '#shared/generator/add-span.ts'
import { Random } from '#shared/generator/random.ts'
import { formatSpanId, type SpanId } from '#shared/spans/ids.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { Shop } from './shop.ts'
import { again, everyWork, layOut, type Placed, work, type Work, writeWork } from './work.ts'

export const CAUSES = [
  'slow_span',
  'n_plus_one',
  'flood',
  'retry_storm',
  'lost_cache',
  'long_gap',
  'error_cascade',
  'missing_service',
] as const
export type Cause = (typeof CAUSES)[number]

export interface PlantedTrace {
  readonly cause: Cause
  readonly table: SpanTableBuilder
  /** The spans that are the cause, or, where it is that something is not there, those beside it. */
  readonly spans: ReadonlySet<SpanId>
  /** Drawn for the reader of a failed test. */
  readonly about: string
}

/** A healthy trace. */
export function healthyTrace(seed: number): SpanTableBuilder {
  const random = new Random(seed)
  const root = new Shop(random).request()
  layOut(root, 0)
  const table = new SpanTableBuilder()
  writeWork(table, root, random)
  return table
}

/** The same for the same seed; causes take turns unless one is asked for. */
export function plantedTrace(seed: number, cause: Cause = CAUSES[seed % CAUSES.length]): PlantedTrace {
  const random = new Random(seed)
  for (;;) {
    const shop = new Shop(random, { tellsOfCaches: cause === 'lost_cache' })
    const root = shop.request()
    const whole = layOut(root, 0)
    const planted = PLANT[cause](new Ground(random, shop, root, whole))
    // Not every request has a place for every cause.
    if (planted === undefined) continue
    layOut(root, 0)
    const table = new SpanTableBuilder()
    writeWork(table, root, random)
    const spans = new Set<SpanId>()
    for (const { id } of planted.spans) if (id !== undefined) spans.add(formatSpanId(id, 0))
    return { cause, table, spans, about: planted.about }
  }
}

interface Planting {
  readonly spans: readonly Work[]
  readonly about: string
}

/** Where something is planted. */
class Ground {
  readonly random: Random
  readonly shop: Shop
  readonly all: readonly Placed[]
  /** What the caller waits for in all, ns. */
  readonly whole: number

  constructor(random: Random, shop: Shop, root: Work, whole: number) {
    this.random = random
    this.shop = shop
    this.whole = whole
    this.all = everyWork(root)
  }

  /** One that fits, of those that the caller waits for. */
  waited(fits: (placed: Placed) => boolean): Placed | undefined {
    const some = this.all.filter(placed => placed.waited && fits(placed))
    return some.length === 0 ? undefined : this.random.pick(some)
  }

  /** One that calls others: a handler or a step of one. */
  caller(): Placed | undefined {
    return this.waited(({ work: { kind, stages } }) => (kind === 'server' || kind === 'internal') && stages.length > 0)
  }

  /** Puts calls one after another into a span, at any place, with pauses between them. */
  insert(parent: Work, calls: readonly Work[], pause: () => number): void {
    const at = this.random.below(parent.stages.length + 1)
    parent.stages.splice(at, 0, ...calls.map(call => [call]))
    parent.pieces.splice(at + 1, 0, ...calls.map(pause))
  }

  /** From `from` to `to`, small ones as often as large ones of ten times the size. */
  size(from: number, to: number): number {
    return from * (to / from) ** this.random.unit()
  }
}

const PLANT: Readonly<Record<Cause, (ground: Ground) => Planting | undefined>> = {
  slow_span(ground) {
    const at = ground.waited(
      ({ work: { stages, kind }, depth }) => stages.length === 0 && depth > 0 && kind !== 'producer',
    )
    if (at === undefined) return undefined
    const times = ground.size(1, 10)
    at.work.pieces[0] += Math.round(ground.whole * times)
    return { spans: [at.work], about: `${at.work.name} by ${times.toFixed(1)} times the whole` }
  },

  n_plus_one(ground) {
    const { random, shop } = ground
    const parent = ground.caller()?.work
    if (parent === undefined) return undefined
    const count = Math.round(ground.size(12, 300))
    const query = shop.query(parent.service)
    const form = random.pick(['plain', 'plain', 'literal', 'pairs', 'wrapped', 'call'] as const)
    const calls: Work[] = []
    const one = (k: number): Work[] => {
      const next = again(query, random, 0.3)
      if (form === 'literal') next.name = `${query.name.replace(/ WHERE.*/u, '')} WHERE id = ${1000 + k * 7}`
      if (form === 'pairs') return [next, again({ ...query, name: `${query.name} detail` }, random, 0.3)]
      if (form === 'wrapped') {
        const item = work(parent.service, `fetch ${shop.noun()}`, 'internal', shop.ns(0.2))
        item.name = `fetch one ${query.name.split(' ').at(1) ?? 'row'}`
        item.stages.push([next])
        item.pieces.push(shop.ns(0.2))
        return [item]
      }
      if (form === 'call') {
        const callee = work('lookup', `GET /lookup/{id}`, 'server', shop.ns(1))
        return [{ ...shop.call(parent.service, callee), name: 'GET /lookup' }]
      }
      return [next]
    }
    for (let k = 0; k < count; k++) calls.push(...one(k))
    ground.insert(parent, calls, () => shop.ns(0.1))
    return { spans: calls, about: `${count} ${form} of ${query.name} in ${parent.name}` }
  },

  flood(ground) {
    const { random, shop } = ground
    const parent = ground.caller()?.work
    if (parent === undefined) return undefined
    const count = Math.round(ground.size(50, 400))
    const query = shop.query(parent.service)
    const calls = Array.from({ length: count }, () => again(query, random, 0.4))
    parent.stages.push(calls)
    parent.pieces.push(shop.ns(0.4))
    return { spans: calls, about: `${count} at once of ${query.name} in ${parent.name}` }
  },

  retry_storm(ground) {
    const { random, shop } = ground
    const at = ground.waited(
      ({ work: { kind, stages }, parent }) => kind === 'client' && parent !== undefined && stages.length < 2,
    )
    const parent = at?.parent
    if (at === undefined || parent === undefined) return undefined
    const stage = parent.work.stages.findIndex(calls => calls.includes(at.work))
    const attempts = 3 + random.below(8)
    const isGivenUp = random.chance(0.35)
    const message = random.pick(['deadline exceeded', 'connection reset by peer', '503 Service Unavailable', 'timeout'])
    const pause = shop.ns(8)
    const growth = random.between(1, 2)
    const slower = ground.size(0.5, 8)
    const failed: Work[] = []
    for (let k = 0; k < attempts; k++) {
      const attempt = again(at.work, random, 0.2)
      attempt.error = message
      attempt.pieces = attempt.pieces.map(piece => Math.round(piece * slower))
      for (const callee of attempt.stages.flat()) {
        if (random.chance(0.6)) callee.error = message
        // What fails early does not do the rest.
        if (random.chance(0.5)) [callee.stages, callee.pieces] = [[], [callee.pieces[0]]]
      }
      if (random.chance(0.3)) attempt.attributes.push(attribute('http.request.resend_count', k))
      failed.push(attempt)
    }
    const others = parent.work.stages[stage].filter(one => one !== at.work)
    const stages = failed.map(one => [one])
    if (!isGivenUp) stages.push([at.work])
    stages[0].push(...others)
    parent.work.stages.splice(stage, 1, ...stages)
    parent.work.pieces.splice(
      stage + 1,
      0,
      ...Array.from({ length: stages.length - 1 }, (_, k) => Math.round(pause * growth ** k)),
    )
    if (isGivenUp) failUpwards(parent, random, `${message} after ${attempts} attempts`, 0.85)
    return { spans: failed, about: `${attempts} of ${at.work.name}, ${isGivenUp ? 'given up' : 'recovered'}` }
  },

  lost_cache(ground) {
    const { random, shop } = ground
    const parent = ground.caller()?.work
    if (parent === undefined) return undefined
    const count = Math.round(ground.size(4, 40))
    const noun = shop.noun()
    const query = shop.query(parent.service)
    query.pieces = [shop.ns(6)]
    const isDown = random.chance(0.2)
    const isWrapped = random.chance(0.3)
    const isStored = random.chance(0.3)
    const calls: Work[] = []
    const lookups: Work[] = []
    for (let k = 0; k < count; k++) {
      const lookup = shop.lookup(parent.service, noun, false)
      if (isDown) {
        lookup.error = 'connection refused'
        lookup.attributes = lookup.attributes.slice(0, 1)
        lookup.events = []
      }
      lookups.push(lookup)
      const steps = [lookup, again(query, random, 0.4)]
      if (isStored) steps.push(work(parent.service, `SET ${noun}:*`, 'client', shop.ns(0.6)))
      if (isWrapped) {
        const item = work(parent.service, `get ${noun}`, 'internal', shop.ns(0.1))
        for (const step of steps) {
          item.stages.push([step])
          item.pieces.push(shop.ns(0.1))
        }
        calls.push(item)
      } else calls.push(...steps)
    }
    ground.insert(parent, calls, () => shop.ns(0.1))
    return { spans: lookups, about: `${count} of ${noun}${isDown ? ', down' : ''}${isWrapped ? ', wrapped' : ''}` }
  },

  long_gap(ground) {
    const at = ground.waited(({ work: { stages } }) => stages.length > 0)
    if (at === undefined) return undefined
    const times = ground.size(0.6, 8)
    const piece = ground.random.below(at.work.pieces.length)
    at.work.pieces[piece] += Math.round(ground.whole * times)
    return { spans: [at.work], about: `in ${at.work.name}, ${times.toFixed(1)} times the whole` }
  },

  error_cascade(ground) {
    const { random } = ground
    const at = ground.waited(({ depth, work: { kind } }) => depth >= 2 && kind !== 'producer')
    if (at === undefined || at.parent === undefined) return undefined
    const message = random.pick(['relation does not exist', 'connection refused', 'permission denied', 'invalid state'])
    at.work.error = message
    // What fails calls nothing more; it may fail at once or after having waited.
    at.work.stages = []
    at.work.pieces = [Math.round(at.work.pieces[0] * ground.size(0.2, 20))]
    const levels = failUpwards(at.parent, random, message, 0.9)
    if (levels < 1) return undefined
    return { spans: [at.work], about: `${at.work.name}, ${levels + 1} levels` }
  },

  missing_service(ground) {
    const { random, all } = ground
    const root = all[0].work.service
    const named = new Set<string>()
    // A service in the middle: called by others, and calling others that do report.
    for (const { work: one, parent } of all) {
      if (parent !== undefined && parent.work.service !== one.service) named.add(parent.work.service)
    }
    named.delete(root)
    if (named.size === 0) return undefined
    const service = random.pick([...named])
    const beside: Work[] = []
    for (const { work: one, parent } of all) {
      if (one.service === service) {
        one.lost = true
        if (parent !== undefined && parent.work.service !== service) beside.push(parent.work)
      } else if (parent?.work.service === service) beside.push(one)
    }
    return { spans: beside, about: service }
  },
}

/** An error goes up from `from` as long as nobody handles it; what would have come after it is not done. Returns how far. */
function failUpwards(from: Placed, random: Random, message: string, onward: number): number {
  let levels = 0
  let text = message
  for (let at: Placed | undefined = from; at !== undefined && (levels === 0 || random.chance(onward)); at = at.parent) {
    at.work.error = text
    levels++
    if (random.chance(0.4)) text = random.pick(['upstream failed', 'internal error', `500: ${message}`])
    const failing = at.work.stages.findIndex(stage => stage.some(one => one.error !== undefined))
    const last = at.work.stages.findLastIndex(stage => stage.some(one => one.error !== undefined))
    if (failing >= 0 && random.chance(0.7)) {
      at.work.stages = at.work.stages.slice(0, last + 1)
      at.work.pieces = at.work.pieces.slice(0, last + 2)
    }
  }
  return levels
}
