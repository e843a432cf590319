/**
 * Adaptive sampling: each operation's probability follows its traffic, so that about as many traces a second are kept of a
 * busy one as of a quiet one. Collectors count the root spans that were sampled by probability; one of them, the leader,
 * computes a probability for each operation in rounds; all answer with the latest. The algorithm is Jaeger's
 * (plugin/samplingstrategy/adaptive of 1.76); unlike there the leader answers with what it computed at once.
 */
import type { OperationProbability, OperationSamples, SamplingStore } from './store.ts'
import type { SamplingStrategy } from './strategy.ts'

export interface AdaptiveOptions {
  /** Traces a second that each operation should have. */
  readonly targetPerSecond: number
  /** A deviation from the target up to this share changes nothing. */
  readonly tolerance: number
  /** Rounds that a calculation looks at, the newest with the most weight. */
  readonly roundsUsed: number
  /** Rounds that are remembered. */
  readonly roundsKept: number
  /** Length of a round, ms. */
  readonly roundMs: number
  /** Rounds younger than this are left for later, ms: other collectors may be late. */
  readonly delayMs: number
  readonly initialProbability: number
  readonly leastProbability: number
  /** Told to clients as the rate that an operation has at least, traces a second. */
  readonly leastPerSecond: number
  /** How long a leader leads without a word, ms. */
  readonly leaseMs: number
}

/** Jaeger's defaults (its flags `sampling.*`). */
export const ADAPTIVE_DEFAULTS: AdaptiveOptions = {
  targetPerSecond: 1,
  tolerance: 0.3,
  roundsUsed: 1,
  roundsKept: 10,
  roundMs: 60_000,
  delayMs: 120_000,
  initialProbability: 0.001,
  leastProbability: 1e-5,
  leastPerSecond: 1 / 60,
  leaseMs: 60_000,
}

/** A root span with what its sampler told. */
export interface SampledRoot {
  readonly service: string
  readonly operation: string
  readonly samplerType: string
  /** `sampler.param`; NaN when it is no number. */
  readonly samplerParam: number
}

/** Probabilities that are remembered of an operation in a round. */
const MOST_PROBABILITIES = 10
/** Operations that are counted in a round, of all services: a client that makes up names can't fill the memory. */
export const MOST_OPERATIONS = 100_000
/** A probability grows at most so fast in a round; it falls at once. */
const MOST_GROWTH = 2

interface Counted {
  count: number
  readonly probabilities: Set<string>
}

type Round = ReadonlyMap<string, { readonly count: number; readonly probabilities: ReadonlySet<string> }>

/** One collector's part. Time comes from outside: nothing here waits. */
export class AdaptiveSampling {
  readonly #options: AdaptiveOptions
  readonly #store: SamplingStore
  readonly #collector: string
  #counted = new Map<string, Counted>()
  #overflow = 0
  /** Newest first. */
  #rounds: { readonly round: Round; readonly seconds: number }[] = []
  #readUntil: number | undefined
  /** By service, then operation. */
  #probabilities = new Map<string, Map<string, OperationProbability>>()

  /** `collector` is unique among those that share the store. */
  constructor(store: SamplingStore, collector: string, options: AdaptiveOptions = ADAPTIVE_DEFAULTS) {
    this.#store = store
    this.#collector = collector
    this.#options = options
  }

  /** Roots that were not counted because too many operations were named in one round. */
  get overflow(): number {
    return this.#overflow
  }

  /** Operations that have a probability of their own. */
  get operations(): number {
    let all = 0
    for (const { size } of this.#probabilities.values()) all += size
    return all
  }

  /** Counts a root, or `times` of them. Those whose sampler told nothing, or tells another type, say nothing about the probability. */
  observe({ service, operation, samplerType, samplerParam }: SampledRoot, times = 1): void {
    if (service === '' || operation === '' || !Number.isFinite(samplerParam)) return
    if (samplerType !== 'probabilistic' && samplerType !== 'lowerbound') return
    const key = keyOf(service, operation)
    let counted = this.#counted.get(key)
    if (counted === undefined) {
      if (this.#counted.size >= MOST_OPERATIONS) {
        this.#overflow += times
        return
      }
      counted = { count: 0, probabilities: new Set() }
      this.#counted.set(key, counted)
    }
    // A trace that the lower bound kept is there whatever the probability.
    if (samplerType === 'probabilistic') counted.count += times
    if (counted.probabilities.size < MOST_PROBABILITIES) counted.probabilities.add(samplerParam.toFixed(6))
  }

  /** Ends a round at `now` (ms since the epoch): stores what was counted, computes when this collector leads. */
  async endRound(now: number): Promise<void> {
    const samples: OperationSamples[] = []
    for (const [key, { count, probabilities }] of this.#counted) {
      samples.push({ ...namesOf(key), count, probabilities: [...probabilities] })
    }
    this.#counted = new Map()
    await this.#store.addRound({ at: now, collector: this.#collector, samples })
    await this.#readRounds(now)
    if (await this.#store.takeLead(this.#collector, this.#options.leaseMs, now)) {
      this.#calculate()
      await this.#store.setProbabilities([...this.#probabilities.values()].flatMap(one => [...one.values()]))
    } else {
      const latest = await this.#store.probabilities()
      if (latest !== undefined) this.#take(latest)
    }
  }

  /** What a client of `service` is told. */
  strategyOf(service: string): SamplingStrategy {
    const { initialProbability, leastPerSecond } = this.#options
    const known = this.#probabilities.get(service)
    const rates = [...(known?.values() ?? [])].map(({ operation, probability }) => ({ operation, rate: probability }))
    return {
      service: { kind: 'probabilistic', rate: initialProbability },
      operations: { defaultRate: initialProbability, leastPerSecond, rates },
    }
  }

  async #readRounds(now: number): Promise<void> {
    const { delayMs, roundMs, roundsKept } = this.#options
    const until = now - delayMs
    const after = this.#readUntil ?? until - roundMs
    if (until <= after) return
    this.#readUntil = until
    const added = new Map<string, Counted>()
    for (const { samples } of await this.#store.rounds(after, until)) {
      for (const { service, operation, count, probabilities } of samples) {
        const key = keyOf(service, operation)
        const sum = added.get(key) ?? { count: 0, probabilities: new Set<string>() }
        sum.count += count
        for (const probability of probabilities) sum.probabilities.add(probability)
        added.set(key, sum)
      }
    }
    this.#rounds = [{ round: added, seconds: (until - after) / 1000 }, ...this.#rounds].slice(0, roundsKept)
  }

  #calculate(): void {
    const keys = new Set<string>()
    for (const { round } of this.#rounds) for (const key of round.keys()) keys.add(key)
    for (const key of keys) {
      const { service, operation } = namesOf(key)
      const before = this.#probabilities.get(service)?.get(operation)
      const perSecond = this.#perSecond(key)
      const old = before?.probability ?? this.#options.initialProbability
      const probability = this.#next(key, old, perSecond, before === undefined)
      let operations = this.#probabilities.get(service)
      if (operations === undefined) this.#probabilities.set(service, (operations = new Map()))
      operations.set(operation, { service, operation, probability, perSecond })
    }
  }

  #next(key: string, old: number, perSecond: number, first: boolean): number {
    const { targetPerSecond, tolerance, leastProbability } = this.#options
    if (Math.abs(perSecond - targetPerSecond) / targetPerSecond < tolerance) return old
    if (!first && !this.#follows(key, old)) return old
    const wanted = perSecond === 0 ? old * MOST_GROWTH : (old * targetPerSecond) / perSecond
    return Math.min(1, Math.max(leastProbability, Math.min(wanted, old * MOST_GROWTH)))
  }

  /** Whether the senders of an operation use what they were told: the probability in force is among those they reported. */
  #follows(key: string, probability: number): boolean {
    for (const { round } of this.#rounds.slice(0, 2)) {
      const seen = round.get(key)
      if (seen !== undefined) return seen.probabilities.has(probability.toFixed(6))
    }
    return false
  }

  #perSecond(key: string): number {
    const used = this.#rounds.slice(0, this.#options.roundsUsed)
    let weights = 0
    let sum = 0
    for (const [age, { round, seconds }] of used.entries()) {
      const weight = (used.length - age) ** 4
      weights += weight
      sum += weight * ((round.get(key)?.count ?? 0) / seconds)
    }
    return weights === 0 ? 0 : sum / weights
  }

  #take(latest: readonly OperationProbability[]): void {
    this.#probabilities = new Map()
    for (const one of latest) {
      const operations = this.#probabilities.get(one.service) ?? new Map<string, OperationProbability>()
      operations.set(one.operation, one)
      this.#probabilities.set(one.service, operations)
    }
  }
}

/** Names hold any character; the length of the first tells where it ends. */
function keyOf(service: string, operation: string): string {
  return `${service.length}:${service}${operation}`
}

function namesOf(key: string): { readonly service: string; readonly operation: string } {
  const colon = key.indexOf(':')
  const end = colon + 1 + Number(key.slice(0, colon))
  return { service: key.slice(colon + 1, end), operation: key.slice(end) }
}
