/** TraceReader over the query workers. */
import { QueryError } from '#server/errors.ts'
import { unsupportedNode } from '#shared/query/evaluate.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import type {
  AttributeKey,
  AttributeValueCount,
  Capabilities,
  Operation,
  ServiceEdge,
  StoreStatus,
  TimeRange,
  TraceReader,
  TraceSummaries,
} from '#server/storage/store.ts'
import type { QuarantinedBlock } from './manifest.ts'
import type { Answers, Question } from './query-messages.ts'
import type { QuestionPool } from './query-pool.ts'

/** What the reader needs of the store. */
export interface ReaderSource {
  readonly name: string
  readonly durable: boolean
  readonly pool: QuestionPool
  /** Everything that was acknowledged before is seen by questions after it. */
  beforeQuestion(): void
  quarantined(): readonly QuarantinedBlock[]
  removeDemo(): Promise<number>
  status(): Promise<StoreStatus>
  close(): Promise<void>
}

export class BlocksReader implements TraceReader {
  readonly capabilities: Capabilities
  readonly #source: ReaderSource

  constructor(source: ReaderSource) {
    this.#source = source
    this.capabilities = {
      name: source.name,
      durable: source.durable,
      conditions: ['compare', 'exists'],
      operators: ['=', '<', '<=', '>', '>='],
      attributeScopes: ['span', 'resource', 'event', 'link', 'instrumentation', 'any'],
    }
  }

  async readTrace(traceId: TraceId, signal: AbortSignal): Promise<SpanTable> {
    return viewSpanTable(await this.#ask({ kind: 'readTrace', traceId }, signal))
  }

  async findTraces(query: TraceQuery, signal: AbortSignal): Promise<TraceSummaries> {
    const unsupported = unsupportedNode(query.where)
    if (unsupported !== undefined) throw new QueryError(`this store can't run ${unsupported}`, { field: 'where' })
    if (!(query.limit >= 1)) {
      throw new QueryError('the limit is too small', {
        field: 'limit',
        seen: String(query.limit),
        expected: 'at least 1',
      })
    }
    const answer = await this.#ask({ kind: 'findTraces', query }, signal)
    const missing = this.#missing(query)
    if (missing === undefined) return answer
    const incomplete = answer.incomplete === undefined ? missing : `${answer.incomplete}; ${missing}`
    return { ...answer, incomplete }
  }

  serviceNames(signal: AbortSignal): Promise<readonly string[]> {
    return this.#ask({ kind: 'serviceNames' }, signal)
  }

  operations(service: string | undefined, signal: AbortSignal): Promise<readonly Operation[]> {
    return this.#ask({ kind: 'operations', service }, signal)
  }

  attributeKeys(
    options: { readonly service?: string; readonly prefix?: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly AttributeKey[]> {
    return this.#ask({ kind: 'attributeKeys', options }, signal)
  }

  attributeValues(
    options: { readonly key: string; readonly service?: string; readonly prefix?: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly AttributeValueCount[]> {
    return this.#ask({ kind: 'attributeValues', options }, signal)
  }

  serviceEdges(range: TimeRange, signal: AbortSignal): Promise<readonly ServiceEdge[]> {
    return this.#ask({ kind: 'serviceEdges', range }, signal)
  }

  removeDemo(): Promise<number> {
    return this.#source.removeDemo()
  }

  status(): Promise<StoreStatus> {
    return this.#source.status()
  }

  close(): Promise<void> {
    return this.#source.close()
  }

  #ask<Q extends Question>(question: Q, signal: AbortSignal): Promise<Answers[Q['kind']]> {
    this.#source.beforeQuestion()
    return this.#source.pool.ask(question, signal)
  }

  /** What a search can't know of, because it lies in damaged blocks. */
  #missing({ from, to }: TraceQuery): string | undefined {
    const blocks = this.#source
      .quarantined()
      .filter(({ summary }) => summary.firstStart <= to && summary.lastStart >= from)
    if (blocks.length === 0) return undefined
    const spans = blocks.reduce((sum, { summary }) => sum + summary.rowCount, 0)
    return `${spans} spans lie in ${blocks.length} damaged block${blocks.length === 1 ? '' : 's'} left aside`
  }
}
