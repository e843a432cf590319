/**
 * Jaeger's HTTP JSON API (WIRE.md 3, 8, 9) as its 1.76 answers. Where that answers 500 for wrong input, or its web page
 * for an unknown path below `/api/`, ours answers 400 with the reason, or 404.
 */
import type { FastifyInstance } from 'fastify'
import type { TraceReader } from '#server/storage/store.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { type RawSearch, firstOf } from '#shared/api/raw-search.ts'
import { encodeResultJson } from '#shared/formats/otlp/encode-json.ts'
import { encodeUiJson, envelopeJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { ParameterError, parseJaegerSearch, readInteger, readTraceId } from '#shared/query/search-parameters.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { NotFoundError } from '#server/errors.ts'
import { clientSignal, sendErrorAsJaeger, streamOf } from '#server/routes/answers.ts'

export interface JaegerRoutesOptions {
  readonly reader: TraceReader
  readonly log: Log
  /** ns since the epoch. */
  readonly now: () => bigint
}

const JSON_TYPE = 'application/json'
/** Default `lookback` of `/api/dependencies`, ms. */
const LOOKBACK_MS = 86_400_000n

/** Go's `strconv.ParseBool`, and anything else is no. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)
}

function isPretty(search: RawSearch): boolean {
  const text = firstOf(search, 'prettyPrint')
  return text !== undefined && text !== '' && text !== 'false'
}

/** Operations as Jaeger shows them: kind in lower case, empty when unspecified. */
function jaegerKind(kind: string): string {
  return kind === 'unspecified' ? '' : kind
}

/** Registers the routes of Jaeger on a context of their own. */
export async function jaegerRoutes(app: FastifyInstance, options: JaegerRoutesOptions): Promise<void> {
  const { reader, log, now } = options
  app.setErrorHandler((error, _request, reply) => sendErrorAsJaeger(reply, error, log))

  app.get<{ Querystring: RawSearch }>('/api/services', async (request, reply) => {
    const services = await reader.serviceNames(clientSignal(request, reply))
    return await reply.type(JSON_TYPE).send(envelopeJson(services, services.length, isPretty(request.query)))
  })

  app.get<{ Params: { service: string }; Querystring: RawSearch }>(
    '/api/services/:service/operations',
    async (request, reply) => {
      const operations = await reader.operations(request.params.service, clientSignal(request, reply))
      const names = [...new Set(operations.map(({ name }) => name))]
      // Jaeger's own says null for none here.
      const data = names.length === 0 ? null : names
      return await reply.type(JSON_TYPE).send(envelopeJson(data, names.length, isPretty(request.query)))
    },
  )

  app.get<{ Querystring: RawSearch }>('/api/operations', async (request, reply) => {
    const service = firstOf(request.query, 'service')
    if (service === undefined || service === '') {
      throw new ParameterError("parameter 'service' is required", 'service')
    }
    const kind = firstOf(request.query, 'spanKind')
    const operations = (await reader.operations(service, clientSignal(request, reply)))
      .map(operation => ({ name: operation.name, spanKind: jaegerKind(operation.kind) }))
      .filter(({ spanKind }) => kind === undefined || kind === '' || spanKind === kind)
    return await reply.type(JSON_TYPE).send(envelopeJson(operations, operations.length, isPretty(request.query)))
  })

  app.get<{ Querystring: RawSearch }>('/api/traces', async (request, reply) => {
    const signal = clientSignal(request, reply)
    const search = parseJaegerSearch(request.query, now())
    const tables: SpanTable[] = []
    const errors: { msg: string; traceID: string }[] = []
    if (search.kind === 'ids') {
      for (const { text, id } of search.ids) {
        const table = id === undefined ? undefined : await reader.readTrace(id, signal)
        if (table === undefined || table.rowCount === 0) {
          errors.push({ msg: 'trace not found', traceID: text })
        } else tables.push(table)
      }
    } else {
      const { traces } = await reader.findTraces(search.query, signal)
      for (const { traceId } of traces) tables.push(await reader.readTrace(traceId, signal))
    }
    const raw = isTrue(firstOf(request.query, 'raw'))
    const pretty = isPretty(request.query)
    return await reply.type(JSON_TYPE).send(streamOf(encodeUiJson(tables, { raw, pretty, errors })))
  })

  app.get<{ Params: { id: string }; Querystring: RawSearch }>('/api/traces/:id', async (request, reply) => {
    const id = readTraceId(request.params.id)
    const table = id === undefined ? undefined : await reader.readTrace(id, clientSignal(request, reply))
    if (table === undefined || table.rowCount === 0) throw new NotFoundError('trace not found')
    const raw = isTrue(firstOf(request.query, 'raw'))
    return await reply.type(JSON_TYPE).send(streamOf(encodeUiJson(table, { raw, pretty: isPretty(request.query) })))
  })

  app.get<{ Querystring: RawSearch }>('/api/dependencies', async (request, reply) => {
    const endText = firstOf(request.query, 'endTs')
    const lookbackText = firstOf(request.query, 'lookback')
    const endMs = endText === undefined || endText === '' ? now() / 1_000_000n : readInteger(endText, 'endTs')
    const lookbackMs =
      lookbackText === undefined || lookbackText === '' ? LOOKBACK_MS : readInteger(lookbackText, 'lookback')
    const from = endMs > lookbackMs ? (endMs - lookbackMs) * 1_000_000n : 0n
    const edges = await reader.serviceEdges({ from, to: endMs * 1_000_000n + 999_999n }, clientSignal(request, reply))
    const service = firstOf(request.query, 'service')
    const data = edges
      .filter(edge => service === undefined || service === '' || edge.parent === service || edge.child === service)
      .map(({ parent, child, callCount }) => ({ parent, child, callCount }))
    return await reply.type(JSON_TYPE).send(envelopeJson(data, 0, isPretty(request.query)))
  })
}

/** Registers `/api/v3/traces/{id}`: OTLP JSON with hex ids, errors in a form of their own (WIRE.md 9). */
export async function jaegerV3Routes(app: FastifyInstance, options: JaegerRoutesOptions): Promise<void> {
  const { reader, log } = options
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof ParameterError ? 400 : error instanceof NotFoundError ? 404 : 500
    if (status === 500) log.error({ err: error }, 'a request failed')
    const message = status === 500 || !(error instanceof Error) ? 'internal error' : error.message
    return reply
      .code(status)
      .type('text/plain; charset=utf-8')
      .send(`${JSON.stringify({ error: { httpCode: status, message } })}\n`)
  })
  app.get<{ Params: { id: string } }>('/api/v3/traces/:id', async (request, reply) => {
    let id
    try {
      id = readTraceId(request.params.id)
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error
      throw new ParameterError(`malformed parameter trace_id: ${error.message}`, 'trace_id')
    }
    const table = id === undefined ? undefined : await reader.readTrace(id, clientSignal(request, reply))
    if (table === undefined || table.rowCount === 0) throw new NotFoundError('No traces found')
    return await reply.type(JSON_TYPE).send(streamOf(encodeResultJson(table)))
  })
}
