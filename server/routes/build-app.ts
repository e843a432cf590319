/** The query port: Jaeger's API, ours, OTLP for those who have only one port, and the page. Built apart from listening. */
import { fastify, type FastifyInstance } from 'fastify'
import { NotFoundError } from '#server/errors.ts'
import type { TraceReader } from '#server/storage/store.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { inflate, parseEncoding } from '#server/transport/inflate.ts'
import { httpErrorAnswer, UnsupportedEncodingError } from '#server/transport/http-error.ts'
import type { Credentials } from '#server/transport/credentials.ts'
import type { HttpAnswer } from '#server/transport/listener.ts'
import type { DoorTls } from '#server/transport/tls.ts'
import { PATHS, type StatusAnswer } from '#shared/api/spoor.ts'
import type { UiConfig } from '#shared/api/ui-config.ts'
import { guardAccess, REFUSALS } from './access.ts'
import { sendErrorAsProblem, sendJaegerError } from './answers.ts'
import { compressAnswers } from './compress-answers.ts'
import { jaegerRoutes } from './jaeger/jaeger-routes.ts'
import { jaegerV3Routes } from './jaeger/jaeger-v3-routes.ts'
import { openApiDocument } from './openapi.ts'
import { spoorRoutes } from './spoor/spoor-routes.ts'
import { importRoute, type ImportFile } from './spoor/import-route.ts'
import { serveApp } from './static-files.ts'

export interface OtlpBody {
  readonly signal: 'traces' | 'metrics' | 'logs'
  readonly contentType: string
  readonly body: Uint8Array
  readonly wireBytes: number
  readonly peer: string
  readonly userAgent: string
}

export interface AppOptions {
  readonly version: string
  readonly reader: TraceReader
  readonly log: Log
  readonly status: () => Promise<StatusAnswer>
  readonly uiConfig: () => UiConfig
  readonly demo: { load(): Promise<number>; remove(): Promise<number> }
  /** Takes what came in on `/v1/…` of this port. */
  readonly otlp: (body: OtlpBody) => Promise<HttpAnswer>
  /** Takes a trace file that came in on `PATHS.import`. */
  readonly importFile: ImportFile
  /** How long a sender of one may be silent, ms. */
  readonly bodyTimeoutMs: number
  readonly allowedHosts: readonly string[]
  /** Origins whose pages may show ours inside of them; default: none. */
  readonly embedOrigins?: readonly string[]
  /** `/` or `/spoor`. */
  readonly basePath: string
  readonly maxRequestBytes: number
  /** What the port speaks TLS with; absent: it speaks none. */
  readonly tls?: DoorTls
  /** Who may send spans here; absent: anyone. */
  readonly credentials?: Credentials
  /** The built page. */
  readonly appDirectory: string
  /** ns since the epoch. */
  readonly now?: () => bigint
}

/** Most characters of an address: a long `tags` object fits, an attack does not. */
const MOST_URL = 16_384

export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, reader, basePath } = options
  const prefix = basePath === '/' ? '' : basePath
  const app = fastify({
    bodyLimit: options.maxRequestBytes,
    logger: false,
    routerOptions: { maxParamLength: MOST_URL },
    forceCloseConnections: 'idle',
    ...REFUSALS,
    ...(options.tls === undefined ? {} : { https: options.tls.options }),
  })
  guardAccess(app, options.allowedHosts, options.embedOrigins)
  await compressAnswers(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, _request, reply) => sendErrorAsProblem(reply, error, log))
  const now = options.now ?? (() => BigInt(Date.now()) * 1_000_000n)

  await app.register(
    async scope => {
      await scope.register(jaegerRoutes, { reader, log, now })
      await scope.register(jaegerV3Routes, { reader, log, now })
      await scope.register(spoorRoutes, options)
      await scope.register(importRoute, options)
      otlpRoutes(scope, options)
      const document = openApiDocument(options.version)
      scope.get(PATHS.openapi, () => document)
      const sendPage = await serveApp(scope, options.appDirectory, basePath)
      scope.get('/', (_request, reply) => sendPage(reply))
      scope.setNotFoundHandler((request, reply) => {
        const path = request.url.split('?')[0].slice(prefix.length)
        if (path.startsWith('/api/spoor/')) {
          return sendErrorAsProblem(reply, new NotFoundError(`${request.method} ${path} is not answered here`), log)
        }
        if (path.startsWith('/api/'))
          return sendJaegerError(reply, 404, `${request.method} ${path} is not answered here`)
        if (['GET', 'HEAD'].includes(request.method) && isPage(path)) return sendPage(reply)
        return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n')
      })
    },
    { prefix },
  )
  if (prefix !== '') app.get('/', (_request, reply) => reply.redirect(`${prefix}/`))
  return app
}

/** Whether the app may have a page at a path: it looks like no file (`a.js`, `.vite/a`), unlike `/trace/1...2` and `/trace/...2`. */
function isPage(path: string): boolean {
  const parts = path.split('/')
  if (parts.some(part => /^\.(?!\.\.)|^[^.]+\.[a-z]\w*$/iu.test(part))) return false
  return !['assets', 'static', 'v1'].includes(parts[1])
}

function otlpRoutes(app: FastifyInstance, options: AppOptions): void {
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    app.post<{ Body: Buffer | undefined }>(`/v1/${signal}`, async (request, reply) => {
      const wire = request.body ?? Buffer.alloc(0)
      let answer: HttpAnswer
      try {
        options.credentials?.check(request.headers.authorization)
        const encoding = parseEncoding(request.headers['content-encoding'])
        if (encoding === undefined) throw new UnsupportedEncodingError(String(request.headers['content-encoding']))
        const body = inflate(wire, encoding, options.maxRequestBytes, () => true)
        answer = await options.otlp({
          signal,
          contentType: (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase(),
          // A copy of its own: what crosses to a worker may not drag Node's shared pool along.
          body: Uint8Array.from(body),
          wireBytes: wire.length,
          peer: request.ip,
          userAgent: request.headers['user-agent'] ?? '',
        })
      } catch (error) {
        const told = httpErrorAnswer(error)
        if (told.reason === 'internal') throw error
        answer = told.answer
      }
      const { status, headers, body } = answer
      const bytes = body === undefined || typeof body === 'string' ? body : Buffer.from(body)
      return await reply
        .code(status)
        .headers({ ...headers })
        .send(bytes)
    })
  }
}
