/** The admin port: health at `/` as Jaeger's (WIRE.md 16.1), `/metrics` for Prometheus, `/version`. */
import { fastify, type FastifyInstance } from 'fastify'
import type { Log } from '#server/telemetry/logger.ts'
import { formatMetrics } from '#server/telemetry/metrics.ts'
import type { QueryCounts } from '#server/telemetry/query-counts.ts'
import type { DoorTls } from '#server/transport/tls.ts'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import { guardAccess, REFUSALS } from './access.ts'
import { sendErrorAsProblem } from './answers.ts'

export interface AdminOptions {
  readonly version: string
  readonly log: Log
  readonly status: () => Promise<StatusAnswer>
  /** What was asked on the query port. */
  readonly queries: QueryCounts
  /** False while starting and stopping. */
  readonly available: () => boolean
  readonly allowedHosts: readonly string[]
  readonly startedMs: number
  /** What the port speaks TLS with; absent: it speaks none. */
  readonly tls?: DoorTls
}

export function buildAdminApp(options: AdminOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    forceCloseConnections: 'idle',
    ...REFUSALS,
    ...(options.tls === undefined ? {} : { https: options.tls.options }),
  })
  guardAccess(app, options.allowedHosts)
  app.setErrorHandler((error, _request, reply) => sendErrorAsProblem(reply, error, options.log))
  app.get('/', (_request, reply) => {
    const available = options.available()
    const upSince = new Date(options.startedMs).toISOString()
    const uptime = `${((Date.now() - options.startedMs) / 1000).toFixed(3)}s`
    return reply
      .code(available ? 200 : 503)
      .send({ status: available ? 'Server available' : 'Server not available', upSince, uptime })
  })
  app.get('/metrics', async (_request, reply) =>
    reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(await formatMetrics(await options.status(), options.queries)),
  )
  app.get('/version', () => ({ version: options.version }))
  return app
}
