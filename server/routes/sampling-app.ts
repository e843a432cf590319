/**
 * What clients ask about sampling and baggage on the ports of agent and collector (Jaeger 1.76: cmd/agent/app/httpserver,
 * cmd/collector/app/server). Never listens itself: the ports are those of protocols, which hand such requests on.
 */
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { legacyStrategyJson, strategyJson, type SamplingStrategy, type StrategyOf } from '#server/sampling/strategy.ts'
import type { Log } from '#server/telemetry/logger.ts'

/** Paths that a protocol hands on; `/` of the agent's port becomes `legacy`. */
export const SAMPLING_PATHS = {
  collector: '/api/sampling',
  agent: '/sampling',
  legacy: '/legacy-sampling',
  collectorBaggage: '/api/baggageRestrictions',
  agentBaggage: '/baggageRestrictions',
} as const

export interface SamplingAppOptions {
  readonly strategyOf: StrategyOf
  readonly log: Log
}

/** Longer names of services are no names. */
const MOST_NAME = 4096

export function buildSamplingApp({ strategyOf, log }: SamplingAppOptions): FastifyInstance {
  const app = fastify({ logger: false, routerOptions: { maxParamLength: MOST_NAME } })
  const answer =
    (form: (strategy: SamplingStrategy) => Record<string, unknown>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const service = serviceOf(request)
      if (service === undefined) return askedWrong(reply)
      try {
        const body = JSON.stringify(form(await strategyOf(service)))
        return await reply.type('application/json').send(body)
      } catch (error) {
        log.error({ err: error }, 'a sampling strategy was not found')
        const text = error instanceof Error ? error.message : String(error)
        return await reply.code(500).type('text/plain; charset=utf-8').send(`collector error: ${text}\n`)
      }
    }
  app.get(SAMPLING_PATHS.collector, answer(strategyJson))
  app.get(SAMPLING_PATHS.agent, answer(strategyJson))
  app.get(SAMPLING_PATHS.legacy, answer(legacyStrategyJson))
  for (const path of [SAMPLING_PATHS.collectorBaggage, SAMPLING_PATHS.agentBaggage]) {
    // Nobody ever configured them in a Jaeger that was released: every key may carry baggage.
    app.get(path, (request, reply) =>
      serviceOf(request) === undefined ? askedWrong(reply) : reply.type('application/json').send('[]'),
    )
  }
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n'),
  )
  return app
}

/** The service that is asked for; undefined when the parameter is not there exactly once. */
function serviceOf(request: FastifyRequest): string | undefined {
  const values = new URL(request.url, 'http://localhost').searchParams.getAll('service')
  return values.length === 1 && values[0].length <= MOST_NAME ? values[0] : undefined
}

function askedWrong(reply: FastifyReply): FastifyReply {
  return reply.code(400).type('text/plain; charset=utf-8').send("'service' parameter must be provided once\n")
}
