/**
 * A made-up request as the work it does: a span does some work itself, then waits for a stage of children that run at once,
 * then works again, and so on. Times follow from the work, so that a change anywhere moves everything behind it.
 */
import type { SpanKind } from '#shared/spans/span-table.ts'
import type { Random } from './random.ts'

/** Children that run at once; the parent goes on when the last has ended. */
export type Stage = readonly Made[]

/** One span. Depth is bounded by construction (MOST_DEPTH and what a change adds), so that walking it may recurse. */
export interface Made {
  service: string
  name: string
  readonly kind: SpanKind
  error?: string
  /** ns of its own work before each stage and after the last: one more than there are stages. */
  pieces: number[]
  stages: Stage[]
  /** Starts so long after the end of this one and is not waited for, ns. */
  readonly later?: { readonly afterNs: number; readonly made: Made }
  /** ns after the start of the request; set by `layOut`. */
  start: number
  end: number
  /** The same in a copy: tells which one it is a copy of. */
  readonly number: number
}

const SERVICES = [
  'edge-gateway storefront checkout payments pricing catalog search cart inventory dispatch',
  'fraud-check ledger accounts mailer recommender reviews sessions shipping taxes vouchers',
]
  .join(' ')
  .split(' ')
const NOUNS = 'order item user price rule quote entry account stock route basket voucher review session token'.split(
  ' ',
)
const VERBS = 'load score reserve price check list render plan merge verify'.split(' ')

/** Levels of services below the first, and spans of a request. */
const MOST_DEPTH = 4
const MOST_SPANS = 300

/** Draws a request of a few to a few hundred spans. */
export function randomRequest(random: Random): Made {
  return new Draw(random).request()
}

export function made(
  number: number,
  service: string,
  name: string,
  kind: SpanKind,
  pieces: number[],
  stages: Stage[] = [],
): Made {
  return { service, name, kind, pieces, stages, start: 0, end: 0, number }
}

class Draw {
  readonly #random: Random
  readonly #services: readonly string[]
  #count = 0

  constructor(random: Random) {
    this.#random = random
    const first = random.below(SERVICES.length)
    this.#services = Array.from({ length: 3 + random.below(6) }, (_, i) => SERVICES[(first + i * 7) % SERVICES.length])
  }

  request(): Made {
    return this.#handler(this.#services[0], 0)
  }

  #next(): number {
    return ++this.#count
  }

  #work(medianMs: number): number {
    return Math.max(1000, Math.round(this.#random.logNormal(medianMs * 1e6, 0.8)))
  }

  #handler(service: string, depth: number): Made {
    const number = this.#next()
    const name = `${this.#random.pick(['GET', 'POST'])} /${this.#random.pick(NOUNS)}s`
    const stages = this.#stages(service, depth, 1 + this.#random.below(5))
    return made(number, service, name, 'server', this.#pieces(stages.length), stages)
  }

  #pieces(stages: number): number[] {
    return Array.from({ length: stages + 1 }, () => this.#work(0.6))
  }

  #stages(service: string, depth: number, count: number): Stage[] {
    const random = this.#random
    const stages: Stage[] = []
    for (let k = 0; k < count && this.#count < MOST_SPANS; k++) {
      const one = this.#call(service, depth)
      if (random.chance(0.15))
        stages.push([one, ...Array.from({ length: 1 + random.below(3) }, () => this.#call(service, depth))])
      else stages.push([one])
      if (one.stages.length > 0 || random.chance(0.8)) continue
      for (let again = random.below(8); again > 0; again--) {
        stages.push([made(this.#next(), service, one.name, one.kind, [this.#work(3)])])
      }
    }
    return stages
  }

  #call(service: string, depth: number): Made {
    const random = this.#random
    const draw = random.unit()
    const noun = random.pick(NOUNS)
    if (draw < 0.35 || this.#count >= MOST_SPANS) {
      const verb = random.pick(['SELECT', 'INSERT', 'UPDATE'])
      return made(this.#next(), service, `${verb} ${noun}`, 'client', [this.#work(4)])
    }
    if (draw < 0.5) return made(this.#next(), service, `GET ${noun}:*`, 'client', [this.#work(0.8)])
    if (draw < 0.55) {
      const consumer = made(this.#next(), random.pick(this.#services), `${noun} process`, 'consumer', [this.#work(50)])
      const producer = made(this.#next(), service, `${noun} publish`, 'producer', [this.#work(1)])
      return { ...producer, later: { afterNs: this.#work(200), made: consumer } }
    }
    if (draw < 0.75 || depth >= MOST_DEPTH) {
      const number = this.#next()
      const stages = depth >= MOST_DEPTH ? [] : this.#stages(service, depth + 1, random.below(3))
      return made(number, service, `${random.pick(VERBS)} ${noun}`, 'internal', this.#pieces(stages.length), stages)
    }
    const number = this.#next()
    const called = this.#handler(random.pick(this.#services), depth + 1)
    return made(number, service, called.name.split(' ')[0], 'client', [this.#work(0.3), this.#work(0.2)], [[called]])
  }
}

/** Sets all times; returns the end. */
export function layOut(one: Made, at: number): number {
  one.start = at
  let now = at + one.pieces[0]
  for (const [k, stage] of one.stages.entries()) {
    let last = now
    for (const child of stage) last = Math.max(last, layOut(child, now))
    now = last + one.pieces[k + 1]
  }
  one.end = now
  if (one.later !== undefined) layOut(one.later.made, one.end + one.later.afterNs)
  return one.end
}

/** A copy with each piece of work as `change` makes it. */
export function copyOf(one: Made, change: (piece: number) => number): Made {
  return {
    ...one,
    pieces: one.pieces.map(change),
    stages: one.stages.map(stage => stage.map(child => copyOf(child, change))),
    later: one.later === undefined ? undefined : { ...one.later, made: copyOf(one.later.made, change) },
  }
}

/** A span and where it hangs; no parent: the first. */
export interface Placed {
  readonly made: Made
  readonly parent: Made | undefined
  /** Index of its stage in the parent. */
  readonly stage: number
}

/** Spans that the end of the request waits for: of each stage the one that ends last. Times must be laid out. */
export function onLongestWay(root: Made): Placed[] {
  const found: Placed[] = [{ made: root, parent: undefined, stage: -1 }]
  for (let k = 0; k < found.length; k++) {
    const parent = found[k].made
    for (const [stage, children] of parent.stages.entries()) {
      let last = children[0]
      for (const child of children) if (child.end > last.end) last = child
      found.push({ made: last, parent, stage })
    }
  }
  return found
}

/** Every span, parents first. */
export function everySpan(root: Made): readonly { readonly made: Made; readonly parent: Made | undefined }[] {
  const all: { readonly made: Made; readonly parent: Made | undefined }[] = [{ made: root, parent: undefined }]
  for (let k = 0; k < all.length; k++) {
    const parent = all[k].made
    for (const stage of parent.stages) for (const child of stage) all.push({ made: child, parent })
    if (parent.later !== undefined) all.push({ made: parent.later.made, parent })
  }
  return all
}
