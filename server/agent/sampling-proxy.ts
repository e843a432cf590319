/**
 * What clients ask the agent about sampling: the collector is asked by gRPC, and its answer kept for a moment, so that a hundred processes
 * of one service ask it once. While no collector answers, the last answer stands. Baggage: no Jaeger that was released ever restricted it.
 */
import type { Log } from '#server/telemetry/logger.ts'
import type { ForwardedRequest, HttpAnswer } from '#server/transport/listener.ts'
import { legacyStrategyJson, type SamplingStrategy, strategyJson } from '#server/sampling/strategy.ts'
import {
  decodeSamplingResponse,
  encodeSamplingParameters,
  type SamplingResponse,
} from '#shared/formats/jaeger/sampling-protobuf.ts'
import type { Collectors } from './collectors.ts'

const GET_STRATEGY = '/jaeger.api_v2.SamplingManager/GetSamplingStrategy'
/** An answer is as good as new for so long, ms: clients ask once a minute. */
const FRESH_MS = 10_000
/** Services whose answers are kept; the one that was not asked for longest goes. */
const MOST_SERVICES = 1000
/** Longer names of services are no names. */
const MOST_NAME = 4096

export interface ProxyCounts {
  samplingOk: number
  samplingFailed: number
  baggageOk: number
  /** Answered from what was kept, while no collector answered. */
  samplingStale: number
}

interface Kept {
  strategy: SamplingStrategy | undefined
  /** ms of the clock given. */
  at: number
  asking: Promise<SamplingStrategy> | undefined
}

export class SamplingProxy {
  readonly counts: ProxyCounts = { samplingOk: 0, samplingFailed: 0, baggageOk: 0, samplingStale: 0 }
  /** In order of the last question. */
  readonly #kept = new Map<string, Kept>()
  readonly #collectors: Collectors
  readonly #log: Log
  readonly #now: () => number
  #failing = false

  constructor(collectors: Collectors, log: Log, now: () => number = () => performance.now()) {
    this.#collectors = collectors
    this.#log = log
    this.#now = now
  }

  /** Answers what `listenAgentHttp` hands on. */
  readonly answer = async ({ path }: ForwardedRequest): Promise<HttpAnswer> => {
    const { pathname, searchParams } = new URL(path, 'http://localhost')
    const legacy = pathname === '/legacy-sampling'
    if (!legacy && pathname !== '/sampling' && pathname !== '/baggageRestrictions') {
      return { status: 404, body: '404 page not found\n' }
    }
    const services = searchParams.getAll('service')
    if (services.length !== 1 || services[0].length > MOST_NAME) {
      return { status: 400, body: "'service' parameter must be provided once\n" }
    }
    if (pathname === '/baggageRestrictions') {
      this.counts.baggageOk++
      return json('[]')
    }
    try {
      const strategy = await this.#strategyOf(services[0])
      return json(JSON.stringify(legacy ? legacyStrategyJson(strategy) : strategyJson(strategy)))
    } catch (error) {
      return { status: 500, body: `collector error: ${error instanceof Error ? error.message : String(error)}\n` }
    }
  }

  async #strategyOf(service: string): Promise<SamplingStrategy> {
    const kept: Kept = this.#kept.get(service) ?? { strategy: undefined, at: -Infinity, asking: undefined }
    this.#kept.delete(service)
    this.#kept.set(service, kept)
    if (this.#kept.size > MOST_SERVICES) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest)
        break
      }
    }
    if (kept.strategy !== undefined && this.#now() - kept.at < FRESH_MS) return kept.strategy
    kept.asking ??= this.#ask(service)
      .then(strategy => {
        kept.strategy = strategy
        kept.at = this.#now()
        return strategy
      })
      .finally(() => (kept.asking = undefined))
    try {
      return await kept.asking
    } catch (error) {
      if (kept.strategy === undefined) throw error
      this.counts.samplingStale++
      return kept.strategy
    }
  }

  async #ask(service: string): Promise<SamplingStrategy> {
    const collector = await this.#collectors.next()
    try {
      if (typeof collector === 'number') throw new Error('no collector answers at the moment')
      const answer = await collector.client.call(GET_STRATEGY, encodeSamplingParameters(service))
      const strategy = strategyOf(decodeSamplingResponse(answer))
      this.#collectors.succeeded(collector)
      this.counts.samplingOk++
      this.#failing = false
      return strategy
    } catch (error) {
      this.counts.samplingFailed++
      if (!this.#failing) this.#log.warn({ err: error }, 'the collector does not say how to sample')
      this.#failing = true
      throw error
    }
  }
}

function json(body: string): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

function strategyOf(response: SamplingResponse): SamplingStrategy {
  const { strategyType, probabilisticSampling, rateLimitingSampling, operationSampling } = response
  return {
    service:
      strategyType === 'RATE_LIMITING'
        ? { kind: 'ratelimiting', perSecond: rateLimitingSampling?.maxTracesPerSecond ?? 0 }
        : { kind: 'probabilistic', rate: probabilisticSampling?.samplingRate ?? 0 },
    ...(operationSampling === undefined
      ? {}
      : {
          operations: {
            defaultRate: operationSampling.defaultSamplingProbability ?? 0,
            leastPerSecond: operationSampling.defaultLowerBoundTracesPerSecond ?? 0,
            rates: (operationSampling.perOperationStrategies ?? []).map(
              ({ operation, probabilisticSampling: own }) => ({
                operation: operation ?? '',
                rate: own?.samplingRate ?? 0,
              }),
            ),
          },
        }),
  }
}
