/** Our own endpoints, as shared/api declares them. Errors: `application/problem+json`, made in one place (answers.ts). */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ArchivedTrace, OnIncomplete, TraceReader, TraceSummary } from '#server/storage/store.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { NotFoundError } from '#server/errors.ts'
import { clientSignal, sendErrorAsProblem, sendProblem, streamOf } from '#server/routes/answers.ts'
import { type RawSearch, firstOf } from '#shared/api/raw-search.ts'
import {
  type ArchiveAnswer,
  type AttributeKeysAnswer,
  type AttributeValuesAnswer,
  type DemoAnswer,
  type DependenciesAnswer,
  type DurationsAnswer,
  INCOMPLETE_HEADER,
  type LinksToAnswer,
  type OperationsAnswer,
  PATHS,
  type SearchAnswer,
  type ServicesAnswer,
  SPANS_MEDIA_TYPE,
  type StatusAnswer,
  type TraceSummaryJson,
} from '#shared/api/spoor.ts'
import type { UiConfig } from '#shared/api/ui-config.ts'
import { encodeChromeTrace } from '#shared/formats/chrome/encode-chrome-trace.ts'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { encodeOtlpJson } from '#shared/formats/otlp/encode-json.ts'
import { encodeOtlpProtobufChunks } from '#shared/formats/otlp/encode-protobuf.ts'
import {
  ParameterError,
  parseSpoorSearch,
  parseTimeRange,
  readFlag,
  readTraceId,
} from '#shared/query/search-parameters.ts'
import { encodeSpanTablePieces } from '#shared/spans/binary/encode-span-table.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import { SPAN_KINDS, type SpanKind, type SpanTable } from '#shared/spans/span-table.ts'
import { SharedReads } from './shared-reads.ts'

export interface SpoorRoutesOptions {
  readonly reader: TraceReader
  readonly log: Log
  readonly status: () => Promise<StatusAnswer>
  readonly uiConfig: () => UiConfig
  readonly demo: { load(): Promise<number>; remove(): Promise<number> }
}

/** Keys and values in one completion list: what a person can look through. */
const LIST_LIMIT = 100
const MOST_LISTED = 1000

type Download = 'otlp-json' | 'otlp-protobuf' | 'jaeger-json' | 'chrome-json'
const DOWNLOADS: readonly string[] = ['otlp-json', 'otlp-protobuf', 'jaeger-json', 'chrome-json'] satisfies Download[]

export async function spoorRoutes(app: FastifyInstance, options: SpoorRoutesOptions): Promise<void> {
  const { reader, log } = options
  app.setErrorHandler((error, _request, reply) => sendErrorAsProblem(reply, error, log))

  const shared = new SharedReads<SpanTable>()
  const readTrace = async (
    id: TraceId,
    read: string | undefined,
    asker: AbortSignal,
    tell: OnIncomplete,
  ): Promise<SpanTable> => {
    if (read === undefined) return await reader.readTrace(id, asker, tell)
    return await shared.read(`${id} ${read}`, (signal, all) => reader.readTrace(id, signal, all), asker, tell)
  }

  app.get(PATHS.uiConfig, () => options.uiConfig())

  app.get<{ Querystring: RawSearch }>(PATHS.search, async (request, reply): Promise<SearchAnswer> => {
    const begun = performance.now()
    const query = parseSpoorSearch(request.query)
    const found = await reader.findTraces(query, clientSignal(request, reply))
    return {
      traces: found.traces.map(summaryJson),
      cursor: found.cursor ?? null,
      incomplete: found.incomplete ?? null,
      spansRead: found.spansRead,
      tookMs: performance.now() - begun,
      asOf: String(found.asOf),
    }
  })

  app.get<{ Params: { id: string }; Querystring: RawSearch }>(path(PATHS.trace), async (request, reply) => {
    const id = readTraceId(request.params.id, 'id')
    const signal = clientSignal(request, reply)
    const read = firstOf(request.query, 'read')
    const table = id === undefined ? undefined : await readTrace(id, read, signal, tellIncomplete(reply))
    if (table === undefined || table.rowCount === 0) return await traceNotFound(reply, reader, request.params.id)
    const download = firstOf(request.query, 'download')
    if (download !== undefined && !DOWNLOADS.includes(download)) {
      throw new ParameterError(`download: ${download}`, 'download', download, DOWNLOADS.join(', '))
    }
    const form = (download as Download | undefined) ?? formOf(request.headers.accept)
    if (download !== undefined) {
      const extension = download === 'otlp-protobuf' ? 'pb' : 'json'
      void reply.header('content-disposition', `attachment; filename="trace-${id}.${extension}"`)
    }
    void reply.header('vary', 'accept')
    const raw = readFlag(request.query, 'raw')
    return await sendTrace(reply, log, table, form, { raw, sections: firstOf(request.query, 'sections') })
  })

  const { archive } = reader
  const archiveAnswer = (kept: ArchivedTrace | undefined): ArchiveAnswer => ({
    available: archive !== undefined,
    archived:
      kept === undefined ? null : { archivedAt: String(kept.archivedAt), spanCount: kept.spanCount, bytes: kept.bytes },
  })
  app.get<{ Params: { id: string } }>(path(PATHS.archive), (request): ArchiveAnswer => {
    const id = readTraceId(request.params.id, 'id')
    return archiveAnswer(id === undefined ? undefined : archive?.find(id))
  })
  app.put<{ Params: { id: string } }>(path(PATHS.archive), async (request, reply) => {
    const id = readTraceId(request.params.id, 'id')
    if (archive === undefined) throw new NotFoundError('this store has no archive')
    const kept = id === undefined ? undefined : await archive.keep(id, clientSignal(request, reply))
    return kept === undefined ? await traceNotFound(reply, reader, request.params.id) : archiveAnswer(kept)
  })
  app.delete<{ Params: { id: string } }>(path(PATHS.archive), async (request): Promise<ArchiveAnswer> => {
    const id = readTraceId(request.params.id, 'id')
    if (id !== undefined) await archive?.release(id)
    return archiveAnswer(undefined)
  })

  app.get(PATHS.services, async (request, reply): Promise<ServicesAnswer> => {
    return { services: [...(await reader.serviceNames(clientSignal(request, reply), tellIncomplete(reply)))] }
  })

  app.get<{ Querystring: RawSearch }>(PATHS.operations, async (request, reply): Promise<OperationsAnswer> => {
    const service = optional(request.query, 'service')
    return { operations: [...(await reader.operations(service, clientSignal(request, reply), tellIncomplete(reply)))] }
  })

  app.get<{ Querystring: RawSearch }>(PATHS.attributeKeys, async (request, reply): Promise<AttributeKeysAnswer> => {
    const keys = await reader.attributeKeys(
      listOptions(request.query),
      clientSignal(request, reply),
      tellIncomplete(reply),
    )
    return { keys: keys.map(key => ({ ...key, types: [...key.types] })) }
  })

  app.get<{ Querystring: RawSearch }>(PATHS.attributeValues, async (request, reply): Promise<AttributeValuesAnswer> => {
    const key = optional(request.query, 'key')
    if (key === undefined) throw new ParameterError('key: the name of an attribute is needed', 'key')
    const wanted = { key, ...listOptions(request.query) }
    return { values: [...(await reader.attributeValues(wanted, clientSignal(request, reply), tellIncomplete(reply)))] }
  })

  app.get<{ Querystring: RawSearch }>(PATHS.dependencies, async (request, reply): Promise<DependenciesAnswer> => {
    return {
      edges: [
        ...(await reader.serviceEdges(
          parseTimeRange(request.query),
          clientSignal(request, reply),
          tellIncomplete(reply),
        )),
      ],
    }
  })

  app.get<{ Querystring: RawSearch }>(PATHS.durations, async (request, reply): Promise<DurationsAnswer> => {
    const name = firstOf(request.query, 'operation')
    if (name === undefined) throw new ParameterError('operation: the name of one is needed', 'operation')
    const operation = { service: optional(request.query, 'service'), name, kind: kindOf(request.query) }
    const range = parseTimeRange(request.query)
    const signal = clientSignal(request, reply)
    return { buckets: [...(await reader.operationDurations(operation, range, signal, tellIncomplete(reply)))] }
  })

  app.get<{ Params: { id: string }; Querystring: RawSearch }>(path(PATHS.linksTo), async (request, reply) => {
    const id = readTraceId(request.params.id, 'id')
    const { limit } = listOptions(request.query)
    let incomplete: string | undefined
    const onIncomplete = (reason: string): void => void (incomplete = reason)
    const signal = clientSignal(request, reply)
    const found = id === undefined ? undefined : await reader.linksTo?.(id, limit, signal, onIncomplete)
    return linksToAnswer(reader.linksTo !== undefined, found, incomplete)
  })

  app.get(PATHS.status, (): Promise<StatusAnswer> => options.status())
  app.post(PATHS.demo, async (): Promise<DemoAnswer> => ({ spans: await options.demo.load() }))
  app.delete(PATHS.demo, async (): Promise<DemoAnswer> => ({ spans: await options.demo.remove() }))
}

/**
 * What the store could not look at is told in a header of the answer, whatever form that has (a search has a field for it), and when it
 * is that nothing was found.
 */
function tellIncomplete(reply: FastifyReply): (reason: string) => void {
  return reason => void reply.header(INCOMPLETE_HEADER, reason)
}

/** `{id}` of our declarations as `:id` of the router. */
function path(declared: string): string {
  return declared.replace(/\{(\w+)\}/gu, ':$1')
}

function optional(search: RawSearch, name: string): string | undefined {
  const value = firstOf(search, name)
  return value === '' ? undefined : value
}

function kindOf(search: RawSearch): SpanKind | undefined {
  const text = optional(search, 'kind')
  const kind = SPAN_KINDS.find(one => one === text)
  if (text !== undefined && kind === undefined) {
    throw new ParameterError(`kind: ${text}`, 'kind', text, SPAN_KINDS.join(', '))
  }
  return kind
}

function listOptions(search: RawSearch): { service?: string; prefix?: string; limit: number } {
  const text = optional(search, 'limit')
  if (text !== undefined && !(/^\d{1,6}$/u.test(text) && Number(text) >= 1 && Number(text) <= MOST_LISTED)) {
    throw new ParameterError(`limit: ${text}`, 'limit', text, `1 to ${MOST_LISTED}`)
  }
  return {
    service: optional(search, 'service'),
    prefix: optional(search, 'prefix'),
    limit: text === undefined ? LIST_LIMIT : Number(text),
  }
}

function formOf(accept = ''): Download | 'binary' {
  if (accept.includes('application/vnd.spoor.spans')) return 'binary'
  return accept.includes('application/x-protobuf') ? 'otlp-protobuf' : 'otlp-json'
}

async function sendTrace(
  reply: FastifyReply,
  log: Log,
  table: SpanTable,
  form: Download | 'binary',
  { raw, sections = 'all' }: { readonly raw: boolean; readonly sections?: string },
): Promise<FastifyReply> {
  switch (form) {
    case 'binary': {
      if (sections !== 'all' && sections !== 'core' && sections !== 'rest') {
        throw new ParameterError(`sections: ${sections}`, 'sections', sections, 'all, core or rest')
      }
      return await reply.type(SPANS_MEDIA_TYPE).send(streamOf(encodeSpanTablePieces(table, { sections }), log))
    }
    case 'otlp-protobuf':
      return await reply.type('application/x-protobuf').send(streamOf(encodeOtlpProtobufChunks(table), log))
    case 'otlp-json':
      return await reply.type('application/json').send(streamOf(encodeOtlpJson(table), log))
    case 'chrome-json':
      return await reply.type('application/json').send(streamOf(encodeChromeTrace(table), log))
    case 'jaeger-json':
      return await reply.type('application/json').send(streamOf(encodeUiJson(table, { raw }), log))
  }
}

async function traceNotFound(reply: FastifyReply, reader: TraceReader, id: string): Promise<FastifyReply> {
  const { retentionAgeMs, oldestReceived, spanCount } = await reader.status()
  return sendProblem(reply, 404, 'trace_not_found', `Of trace ${id.slice(0, 64)} no span is kept.`, {
    retentionMs: retentionAgeMs,
    spanCount,
    ...(oldestReceived === undefined ? {} : { oldestReceived: String(oldestReceived) }),
  })
}

function linksToAnswer(available: boolean, found: IncomingLinks | undefined, incomplete: string | undefined) {
  const { links = [], total = 0, exact = true } = found ?? {}
  return {
    available,
    links: links.map(link => ({ ...link, service: link.service ?? null, startTime: String(link.startTime) })),
    total,
    exact,
    incomplete: incomplete ?? null,
  } satisfies LinksToAnswer
}

function summaryJson(summary: TraceSummary): TraceSummaryJson {
  const { root } = summary
  return {
    traceId: summary.traceId,
    startTime: String(summary.startTime),
    endTime: String(summary.endTime),
    spanCount: summary.spanCount,
    errorCount: summary.errorCount,
    matchedCount: summary.matchedCount,
    root: { ...root, service: root.service ?? null },
    services: summary.services.map(service => ({ ...service, name: service.name ?? null })),
  }
}
