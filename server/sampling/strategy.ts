/** What a client that asks is told about sampling (Jaeger's `SamplingStrategyResponse`, jaeger-idl `sampling.proto`). */

export interface SamplingStrategy {
  /** Keeps each trace with this probability, or so many a second; both of a service as a whole. */
  readonly service:
    | { readonly kind: 'probabilistic'; readonly rate: number }
    | { readonly kind: 'ratelimiting'; readonly perSecond: number }
  /** By operation; undefined when the service has none. */
  readonly operations?: OperationStrategies
}

export interface OperationStrategies {
  /** For operations that are not listed. */
  readonly defaultRate: number
  /** Traces a second that are kept of an operation whatever its rate. */
  readonly leastPerSecond: number
  readonly rates: readonly { readonly operation: string; readonly rate: number }[]
}

/** Whoever knows the strategy of a service. May reject when a store does not answer. */
export type StrategyOf = (service: string) => SamplingStrategy | Promise<SamplingStrategy>

/** Jaeger's default for a collector that was told nothing. */
export const COLLECTOR_RATE = 0.001

/** The answer of every HTTP address but one: the kind as a word, parts that are absent left out, zeros printed. */
export function strategyJson({ service, operations }: SamplingStrategy): Record<string, unknown> {
  const part =
    service.kind === 'probabilistic'
      ? { probabilisticSampling: { samplingRate: service.rate } }
      : { rateLimitingSampling: { maxTracesPerSecond: service.perSecond } }
  return {
    strategyType: service.kind === 'probabilistic' ? 'PROBABILISTIC' : 'RATE_LIMITING',
    ...part,
    ...(operations === undefined ? {} : { operationSampling: operationsJson(operations) }),
  }
}

/** The agent's answer at `/`, which clients of before 2017 read: the kind as a number, absent parts as null. */
export function legacyStrategyJson({ service, operations }: SamplingStrategy): Record<string, unknown> {
  const probabilistic = service.kind === 'probabilistic'
  return {
    strategyType: probabilistic ? 0 : 1,
    probabilisticSampling: probabilistic ? { samplingRate: service.rate } : null,
    rateLimitingSampling: probabilistic ? null : { maxTracesPerSecond: service.perSecond },
    operationSampling: operations === undefined ? null : operationsJson(operations),
  }
}

function operationsJson({ defaultRate, leastPerSecond, rates }: OperationStrategies): Record<string, unknown> {
  return {
    defaultSamplingProbability: defaultRate,
    defaultLowerBoundTracesPerSecond: leastPerSecond,
    perOperationStrategies: rates.map(({ operation, rate }) => ({
      operation,
      probabilisticSampling: { samplingRate: rate },
    })),
    defaultUpperBoundTracesPerSecond: 0,
  }
}
