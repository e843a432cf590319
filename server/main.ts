/**
 * The command line. Today: the thin path from OTLP/HTTP (on the query port) to memory to the API and the page, in one
 * thread. Ingest workers, the durable store and the other doors hang on here as they come.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { fastify, type FastifyReply } from 'fastify'
import { describeListenError, listenAddresses, refusedBinding } from '#server/config/listening.ts'
import { loadSettings } from '#server/config/load-settings.ts'
import type { Settings } from '#server/config/settings-table.ts'
import { MemorySpans } from '#server/storage/blocks/memory-spans.ts'
import { createLogger } from '#server/telemetry/logger.ts'
import { CONTENT_SECURITY_POLICY, formatContentSecurityPolicy } from '#shared/api/content-security-policy.ts'
import { PROBLEM_MEDIA_TYPE } from '#shared/api/problem.ts'
import { PATHS, SPANS_MEDIA_TYPE } from '#shared/api/spoor.ts'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import {
  encodeExportResponse,
  encodeExportResponseJson,
  encodeRpcStatus,
  encodeRpcStatusJson,
} from '#shared/formats/otlp/response.ts'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { parseTraceId } from '#shared/spans/ids.ts'

/** google.rpc.Code INVALID_ARGUMENT. */
const INVALID_ARGUMENT = 3

const loaded = loadSettings({
  argv: process.argv.slice(2),
  env: process.env,
  readFile: path => readFileSync(path, 'utf8'),
})
if (loaded.kind === 'settings') await serve(loaded.settings)
else if (loaded.kind === 'help') process.stdout.write(loaded.text)
else if (loaded.kind === 'version') process.stdout.write('spoor 0.1.0\n')
else stop(loaded.message)

function stop(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function sendProblem(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return reply
    .code(status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify({ title: code, status, code, detail }))
}

async function serve(settings: Settings): Promise<void> {
  const refused = refusedBinding(settings)
  if (refused !== undefined) stop(refused)
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat })
  const spans = new MemorySpans()
  const app = fastify({ bodyLimit: settings.maxRequestBytes, logger: false })
  const policy = formatContentSecurityPolicy(CONTENT_SECURITY_POLICY)

  app.addHook('onSend', async (_request, reply) => {
    void reply.header('content-security-policy', policy).header('x-content-type-options', 'nosniff')
  })
  for (const type of ['application/json', 'application/x-protobuf']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  }

  const json = new OtlpJsonDecoder()
  const protobuf = new OtlpProtobufDecoder()
  app.post<{ Body: Uint8Array }>('/v1/traces', async (request, reply) => {
    const isJson = (request.headers['content-type'] ?? '').startsWith('application/json')
    const type = isJson ? 'application/json' : 'application/x-protobuf'
    const body = new Uint8Array(request.body)
    try {
      const { rejected } = spans.add(table => (isJson ? json : protobuf).decode(body, table))
      const partial =
        rejected === 0 ? undefined : { rejected, message: `${rejected} spans have an invalid id, text or nesting` }
      return await reply
        .type(type)
        .send(isJson ? encodeExportResponseJson('traces', partial) : Buffer.from(encodeExportResponse(partial)))
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      const status = { code: INVALID_ARGUMENT, message: error.message }
      return await reply
        .code(400)
        .type(type)
        .send(isJson ? encodeRpcStatusJson(status) : Buffer.from(encodeRpcStatus(status)))
    }
  })

  app.get(PATHS.services, async () => ({ services: spans.serviceNames() }))
  app.get<{ Params: { id: string } }>('/api/spoor/traces/:id', async (request, reply) => {
    const id = parseTraceId(request.params.id)
    if (id === undefined) {
      return await sendProblem(
        reply,
        400,
        'invalid_parameter',
        'the trace id: expected 1 to 32 hex digits, not all zero',
      )
    }
    const table = spans.readTrace(id)
    if (table.rowCount === 0)
      return await sendProblem(reply, 404, 'trace_not_found', `no spans of trace ${id} are kept`)
    return await reply.type(SPANS_MEDIA_TYPE).send(Buffer.concat(encodeSpanTable(table, { sections: 'all' })))
  })
  app.get<{ Params: { id: string } }>('/api/traces/:id', async (request, reply) => {
    const id = parseTraceId(request.params.id)
    const table = id === undefined ? undefined : spans.readTrace(id)
    if (table === undefined || table.rowCount === 0) {
      const error = id === undefined ? { code: 400, msg: 'malformed trace id' } : { code: 404, msg: 'trace not found' }
      const envelope = { data: null, total: 0, limit: 0, offset: 0, errors: [error] }
      return await reply
        .code(error.code)
        .type('text/plain; charset=utf-8')
        .send(`${JSON.stringify(envelope)}\n`)
    }
    return await reply.type('application/json').send([...encodeUiJson([table], {})].join(''))
  })

  const page = join(import.meta.dirname, '../dist/app')
  if (existsSync(page)) {
    await app.register(fastifyStatic, { root: page, index: false, allowedPath: path => !path.startsWith('/.') })
    const index = readFileSync(join(page, 'index.html'), 'utf8')
    app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(index))
    app.setNotFoundHandler((request, reply) =>
      request.method === 'GET' && !request.url.startsWith('/api/')
        ? reply.type('text/html; charset=utf-8').send(index)
        : sendProblem(reply, 404, 'not_found', `${request.method} ${request.url.split('?')[0]} is not answered here`),
    )
  }

  const [{ host }] = listenAddresses(settings)
  try {
    await app.listen({ host, port: settings.queryPort })
  } catch (error) {
    stop(describeListenError(error, 'query-port', settings.queryPort, host))
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : settings.queryPort
  log.warn({}, 'spans are kept in memory only: they are gone when this process ends')
  log.info({ port, otlp: '/v1/traces' }, 'ready')
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void app.close().then(() => process.exit(0)))
  }
}
