/** What clients that ask are told, whichever way it is decided: by the strategies file, by the traffic, or by the default for all. */
import { AdaptiveSampling, type AdaptiveOptions } from './adaptive.ts'
import type { SampledRoots } from './sampled-roots.ts'
import { memorySamplingStore, type SamplingStore } from './store.ts'
import type { SamplingStrategy } from './strategy.ts'
import { openStrategies, type StrategiesOptions } from './strategies-source.ts'

export interface SamplingState {
  readonly kind: 'fixed' | 'file' | 'adaptive'
  /** What clients are told that nothing says otherwise of. */
  readonly defaultRate: number
  /** The file or address; undefined without one. */
  readonly place: string | undefined
  /** Services that it names. */
  readonly services: number
  /** When it was read, ns since the epoch. */
  readonly readAt: bigint | undefined
  /** Why what was read last is not in force; undefined when it is. */
  readonly problem: string | undefined
  /** With adaptive sampling: operations with a probability of their own, and traces a second that each should have. */
  readonly operations: number
  readonly targetPerSecond: number | undefined
}

export interface Sampling {
  strategyOf(service: string): SamplingStrategy
  readonly state: SamplingState
  close(): void
}

/** By file or default. Rejects as `openStrategies` does. */
export async function openFileSampling(options: StrategiesOptions): Promise<Sampling> {
  const strategies = await openStrategies(options)
  return {
    strategyOf: service => strategies.strategyOf(service),
    get state() {
      const { state } = strategies
      const kind = state.place === undefined ? ('fixed' as const) : ('file' as const)
      return { kind, ...state, operations: 0, targetPerSecond: undefined }
    },
    close: () => strategies.close(),
  }
}

export interface AdaptiveSamplingOptions {
  readonly adaptive: AdaptiveOptions
  /** The roots that came in since it was called last, of all threads. */
  readonly takeRoots: () => Promise<readonly SampledRoots[]>
  /** Told of a round that could not be ended; the next one is tried. */
  readonly onProblem: (error: unknown) => void
  /** Unique among those that share the store. */
  readonly collector: string
  /** Default: one in memory. */
  readonly store?: SamplingStore
}

export interface RoundSampling extends Sampling {
  /** Ends a round at `now`, ms since the epoch: takes the roots, computes. What `start` does on a clock. */
  endRound(now: number): Promise<void>
  /** Ends a round each interval from now on, until `close`. */
  start(): void
}

/** By the traffic. */
export function openAdaptiveSampling(options: AdaptiveSamplingOptions): RoundSampling {
  const { adaptive, store = memorySamplingStore(), collector, takeRoots, onProblem } = options
  const sampling = new AdaptiveSampling(store, collector, adaptive)
  const endRound = async (now: number): Promise<void> => {
    for (const { count, ...root } of await takeRoots()) sampling.observe(root, count)
    await sampling.endRound(now)
  }
  let timer: NodeJS.Timeout | undefined
  let problem: string | undefined
  let readAt: bigint | undefined
  return {
    strategyOf: service => sampling.strategyOf(service),
    get state() {
      return {
        kind: 'adaptive' as const,
        defaultRate: adaptive.initialProbability,
        place: undefined,
        services: 0,
        readAt,
        problem,
        operations: sampling.operations,
        targetPerSecond: adaptive.targetPerSecond,
      }
    },
    endRound,
    start: () => {
      timer = setInterval(() => {
        const now = Date.now()
        endRound(now).then(
          () => {
            problem = undefined
            readAt = BigInt(now) * 1_000_000n
          },
          (error: unknown) => {
            problem = error instanceof Error ? error.message : String(error)
            onProblem(error)
          },
        )
      }, adaptive.roundMs)
      timer.unref()
    },
    close: () => clearInterval(timer),
  }
}
