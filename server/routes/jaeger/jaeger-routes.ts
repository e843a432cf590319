/**
 * Jaeger's HTTP JSON API (WIRE.md 3, 8, 9) as its 1.76 answers. Where that answers 500 for wrong input, or its web page
 * for an unknown path below `/api/`, ours answers 400 with the reason, or 404.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { NotFoundError } from '#server/errors.ts'
import { clientSignal, sendErrorAsJaeger, sendJaegerError, streamOf } from '#server/routes/answers.ts'
import type { TraceReader } from '#server/storage/store.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { type RawSearch, firstOf } from '#shared/api/raw-search.ts'
import { encodeUiJson, encodeUiJsonOf, envelopeJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import type { JaegerError } from '#shared/formats/jaeger/ui-json.ts'
import {
  checkTimes,
  ParameterError,
  parseJaegerSearch,
  readFlag,
  readInteger,
  readTraceId,
} from '#shared/query/search-parameters.ts'
import { tableOfFile } from './table-of-file.ts'
import { foundTraces, startOf, tracesById } from './wanted-traces.ts'

export interface JaegerRoutesOptions {
  readonly reader: TraceReader
  readonly log: Log
  /** ns since the epoch. */
  readonly now: () => bigint
}

const JSON_TYPE = 'application/json'
/** Default `lookback` of `/api/dependencies`, ms. */
const LOOKBACK_MS = 86_400_000n

function isPretty(search: RawSearch): boolean {
  const text = firstOf(search, 'prettyPrint')
  return text !== undefined && text !== '' && text !== 'false'
}

/** Operations as Jaeger shows them: kind in lower case, empty when unspecified. */
function jaegerKind(kind: string): string {
  return kind === 'unspecified' ? '' : kind
}

/** As bytes: to a text Fastify would add a charset, which Jaeger's answers do not name. */
function sendEnvelope(reply: FastifyReply, search: RawSearch, data: unknown, total = 0): FastifyReply {
  return reply.type(JSON_TYPE).send(Buffer.from(envelopeJson(data, total, isPretty(search))))
}

/** The text of a parameter; `undefined` when absent or empty, as Go's form values are. */
function given(search: RawSearch, name: string): string | undefined {
  const text = firstOf(search, name)
  return text === '' ? undefined : text
}

/** Registers the routes of Jaeger on a context of their own. */
export async function jaegerRoutes(app: FastifyInstance, options: JaegerRoutesOptions): Promise<void> {
  const { reader, log, now } = options
  app.setErrorHandler((error, _request, reply) => sendErrorAsJaeger(reply, error, log))

  app.get<{ Querystring: RawSearch }>('/api/services', async (request, reply) => {
    const services = await reader.serviceNames(clientSignal(request, reply))
    return await sendEnvelope(reply, request.query, services, services.length)
  })

  app.get<{ Params: { service: string }; Querystring: RawSearch }>(
    '/api/services/:service/operations',
    async (request, reply) => {
      const operations = await reader.operations(request.params.service, clientSignal(request, reply))
      const names = [...new Set(operations.map(({ name }) => name))]
      // Jaeger's own says null for none here.
      return await sendEnvelope(reply, request.query, names.length === 0 ? null : names, names.length)
    },
  )

  app.get<{ Querystring: RawSearch }>('/api/operations', async (request, reply) => {
    const service = given(request.query, 'service')
    if (service === undefined) throw new ParameterError("parameter 'service' is required", 'service')
    const kind = given(request.query, 'spanKind')
    const operations = (await reader.operations(service, clientSignal(request, reply)))
      .map(operation => ({ name: operation.name, spanKind: jaegerKind(operation.kind) }))
      .filter(({ spanKind }) => kind === undefined || spanKind === kind)
    return await sendEnvelope(reply, request.query, operations, operations.length)
  })

  app.get<{ Querystring: RawSearch }>('/api/traces', async (request, reply) => {
    const signal = clientSignal(request, reply)
    const search = parseJaegerSearch(request.query, now())
    const raw = readFlag(request.query, 'raw')
    const errors: JaegerError[] = []
    const tables =
      search.kind === 'ids'
        ? tracesById(reader, search.ids, errors, signal)
        : foundTraces(reader, search.query, errors, signal)
    const encoded = encodeUiJsonOf((await startOf(tables)).tables, { raw, pretty: isPretty(request.query), errors })
    return await reply.type(JSON_TYPE).send(streamOf(encoded, log))
  })

  app.get<{ Params: { id: string }; Querystring: RawSearch }>('/api/traces/:id', async (request, reply) => {
    const id = readTraceId(request.params.id)
    checkTimes(request.query)
    const raw = readFlag(request.query, 'raw')
    const table = id === undefined ? undefined : await reader.readTrace(id, clientSignal(request, reply))
    if (table === undefined || table.rowCount === 0) throw new NotFoundError('trace not found')
    const encoded = encodeUiJson(table, { raw, pretty: isPretty(request.query) })
    return await reply.type(JSON_TYPE).send(streamOf(encoded, log))
  })

  app.post<{ Params: { id: string }; Querystring: RawSearch }>('/api/archive/:id', async (request, reply) => {
    const id = readTraceId(request.params.id)
    checkTimes(request.query)
    if (reader.archive === undefined) return sendJaegerError(reply, 500, 'archive span storage was not configured')
    const kept = id === undefined ? undefined : await reader.archive.keep(id, clientSignal(request, reply))
    if (kept === undefined) throw new NotFoundError('trace not found')
    // Here Jaeger's lists are empty, not null.
    const done = { data: [], total: 0, limit: 0, offset: 0, errors: [] }
    return await reply.type(JSON_TYPE).send(Buffer.from(JSON.stringify(done)))
  })

  app.post<{ Body: Buffer | undefined; Querystring: RawSearch }>('/api/transform', async (request, reply) => {
    const table = await tableOfFile(request.body ?? Buffer.alloc(0), clientSignal(request, reply))
    const encoded = encodeUiJson(table, { raw: true, pretty: isPretty(request.query) })
    return await reply.type(JSON_TYPE).send(streamOf(encoded, log))
  })

  app.get<{ Querystring: RawSearch }>('/api/dependencies', async (request, reply) => {
    const endText = given(request.query, 'endTs')
    const lookbackText = given(request.query, 'lookback')
    const endMs = endText === undefined ? now() / 1_000_000n : readInteger(endText, 'endTs')
    const lookbackMs = lookbackText === undefined ? LOOKBACK_MS : readInteger(lookbackText, 'lookback')
    // Where Jaeger has a 500 for it.
    if (/^-0*[1-9]/u.test(lookbackText ?? '')) {
      throw new ParameterError('end time must be greater than start time', 'lookback', lookbackText, 'at least 0')
    }
    const from = endMs > lookbackMs ? (endMs - lookbackMs) * 1_000_000n : 0n
    const edges = await reader.serviceEdges({ from, to: endMs * 1_000_000n + 999_999n }, clientSignal(request, reply))
    const service = given(request.query, 'service')
    const data = edges
      .filter(edge => service === undefined || edge.parent === service || edge.child === service)
      .map(({ parent, child, callCount }) => ({ parent, child, callCount }))
    return await sendEnvelope(reply, request.query, data)
  })

  // What Jaeger says without a metrics store, so that its clients take it for switched off and not for an address of another server.
  for (const name of ['latencies', 'calls', 'errors', 'minstep']) {
    app.get(`/api/metrics/${name}`, (_request, reply) =>
      sendJaegerError(reply, 501, 'metrics querying is currently disabled'),
    )
  }
}
