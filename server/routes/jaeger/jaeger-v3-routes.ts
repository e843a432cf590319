/** Jaeger's HTTP API v3 (WIRE.md 9): OTLP JSON with hex ids, errors in a form of their own. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { NotFoundError } from '#server/errors.ts'
import { clientSignal, sendErrorAsJaegerV3, streamOf } from '#server/routes/answers.ts'
import type { TraceReader, TraceSummary } from '#server/storage/store.ts'
import { type RawSearch, firstOf } from '#shared/api/raw-search.ts'
import type { JaegerError } from '#shared/formats/jaeger/ui-json.ts'
import { encodeResultJson, encodeResultJsonOf } from '#shared/formats/otlp/encode-json.ts'
import { ParameterError, readTraceId } from '#shared/query/search-parameters.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import { parseV3Search } from '#shared/query/v3-parameters.ts'
import { formatSpanId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import type { JaegerRoutesOptions } from './jaeger-routes.ts'
import { foundTraces, startOf } from './wanted-traces.ts'

const JSON_TYPE = 'application/json'
/** Summaries asked of the store at once. */
const PAGE = 500

/** Registers the routes on a context of their own. */
export async function jaegerV3Routes(app: FastifyInstance, options: JaegerRoutesOptions): Promise<void> {
  const { reader, log } = options
  app.setErrorHandler((error, _request, reply) => sendErrorAsJaegerV3(reply, error, log))

  app.get<{ Params: { id: string } }>('/api/v3/traces/:id', async (request, reply) => {
    let table: SpanTable | undefined
    const signal = clientSignal(request, reply)
    try {
      const id = readTraceId(request.params.id)
      table = id === undefined ? undefined : await reader.readTrace(id, signal)
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error
      throw new ParameterError(`malformed parameter trace_id: ${error.message}`, 'trace_id')
    }
    if (table === undefined || table.rowCount === 0) throw new NotFoundError('No traces found')
    return await reply.type(JSON_TYPE).send(streamOf(encodeResultJson(table), log))
  })

  app.get<{ Querystring: RawSearch }>('/api/v3/traces', async (request, reply) => {
    const query = parseV3Search(request.query)
    const errors: JaegerError[] = []
    const { tables, isEmpty } = await startOf(foundTraces(reader, query, errors, clientSignal(request, reply)))
    if (isEmpty && errors.length === 0) throw new NotFoundError('No traces found')
    const encoded = encodeResultJsonOf(tables, () => errors.map(({ msg }) => msg).join('; '))
    return await reply.type(JSON_TYPE).send(streamOf(encoded, log))
  })

  app.get<{ Querystring: RawSearch }>('/api/v3/trace-summaries', async (request, reply) => {
    const query = parseV3Search(request.query)
    return await sendJson(reply, await summaries(reader, query, clientSignal(request, reply)))
  })

  app.get('/api/v3/services', async (request, reply) =>
    sendJson(reply, { services: await reader.serviceNames(clientSignal(request, reply)) }),
  )

  app.get<{ Querystring: RawSearch }>('/api/v3/operations', async (request, reply) => {
    const given = (...names: string[]): string | undefined =>
      names.map(name => firstOf(request.query, name)).find(text => text !== undefined && text !== '')
    const kind = given('spanKind', 'span_kind')
    const found = await reader.operations(given('service'), clientSignal(request, reply))
    const operations = found
      .map(({ name, kind: own }): { name: string; spanKind?: string } =>
        own === 'unspecified' ? { name } : { name, spanKind: own },
      )
      .filter(one => kind === undefined || one.spanKind === kind)
    return await sendJson(reply, { operations })
  })
}

/** As bytes: to an object Fastify would add a charset. */
function sendJson(reply: FastifyReply, content: object): FastifyReply {
  return reply.type(JSON_TYPE).send(Buffer.from(JSON.stringify(content)))
}

/** `error` says why traces may be missing. */
async function summaries(
  reader: TraceReader,
  query: TraceQuery,
  signal: AbortSignal,
): Promise<{ readonly summaries: readonly unknown[]; readonly error?: { readonly message: string } }> {
  const list: unknown[] = []
  let cursor: string | undefined
  do {
    const page = await reader.findTraces({ ...query, limit: Math.min(query.limit - list.length, PAGE), cursor }, signal)
    for (const summary of page.traces) {
      list.push(summaryJson(summary, orphanCount(await reader.readTrace(summary.traceId, signal))))
    }
    if (page.incomplete !== undefined) {
      return { summaries: list, error: { message: `the answer is not complete: ${page.incomplete}` } }
    }
    cursor = page.cursor
  } while (cursor !== undefined && list.length < query.limit)
  return { summaries: list }
}

function summaryJson(summary: TraceSummary, orphanSpanCount: number): unknown {
  return {
    traceId: summary.traceId,
    rootServiceName: summary.root.service ?? '',
    rootOperationName: summary.root.name,
    minStartTimeUnixNano: String(summary.startTime),
    maxEndTimeUnixNano: String(summary.endTime),
    spanCount: summary.spanCount,
    errorSpanCount: summary.errorCount,
    orphanSpanCount,
    services: summary.services.map(({ name, spanCount, errorCount }) => ({
      name: name ?? '',
      spanCount,
      errorSpanCount: errorCount,
    })),
  }
}

/** Spans that name a parent that is not among them. */
function orphanCount({ spanId, parentSpanId, rowCount }: SpanTable): number {
  const ids = new Set<string>()
  for (let row = 0; row < rowCount; row++) ids.add(formatSpanId(spanId, row))
  let orphans = 0
  for (let row = 0; row < rowCount; row++) {
    const isRoot = parentSpanId[row * 2] === 0 && parentSpanId[row * 2 + 1] === 0
    if (!isRoot && !ids.has(formatSpanId(parentSpanId, row))) orphans++
  }
  return orphans
}
