/** TraceReader over the query workers. */
import { QueryError } from '#server/errors.ts'
import { unsupportedNode } from '#shared/query/unsupported.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import type {
  AttributeKey,
  AttributeValueCount,
  Capabilities,
  DurationBucket,
  OnIncomplete,
  Operation,
  OperationName,
  ServiceEdge,
  StoreStatus,
  TimeRange,
  TraceArchive,
  TraceReader,
  TraceSummaries,
} from '#server/storage/store.ts'
import type { BlocksArchive } from './archive/blocks-archive.ts'
import type { QuarantinedBlock } from './manifest.ts'
import type { Answers, Question } from './query-messages.ts'
import type { QuestionPool } from './query-pool.ts'

/** All times, ns since the epoch. */
const EVER: TimeRange = { from: 0n, to: 2n ** 64n - 1n }

/** What the reader needs of the store. */
export interface ReaderSource {
  readonly name: string
  readonly durable: boolean
  readonly pool: QuestionPool
  readonly archive: BlocksArchive
  /** Everything that was acknowledged before is seen by questions after it. */
  beforeQuestion(): void
  quarantined(): readonly QuarantinedBlock[]
  removeDemo(): Promise<number>
  status(): Promise<StoreStatus>
  close(): Promise<void>
}

export class BlocksReader implements TraceReader {
  readonly capabilities: Capabilities
  readonly archive: TraceArchive
  readonly #source: ReaderSource

  constructor(source: ReaderSource) {
    this.#source = source
    this.archive = source.archive
    this.capabilities = {
      name: source.name,
      durable: source.durable,
      conditions: ['compare', 'exists'],
      operators: ['=', '<', '<=', '>', '>='],
      attributeScopes: ['span', 'resource', 'event', 'link', 'instrumentation', 'any'],
    }
  }

  async readTrace(traceId: TraceId, signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<SpanTable> {
    const archived = this.#source.archive.copyOf(traceId)
    const read = await this.#askAll({ kind: 'readTrace', traceId, archived }, signal, onIncomplete)
    if (read.archiveProblem !== undefined) onIncomplete?.(read.archiveProblem)
    return viewSpanTable(read)
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

  serviceNames(signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<readonly string[]> {
    return this.#askAll({ kind: 'serviceNames' }, signal, onIncomplete)
  }

  operations(
    service: string | undefined,
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly Operation[]> {
    return this.#askAll({ kind: 'operations', service }, signal, onIncomplete)
  }

  attributeKeys(
    options: { readonly service?: string; readonly prefix?: string; readonly limit: number },
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly AttributeKey[]> {
    return this.#askAll({ kind: 'attributeKeys', options }, signal, onIncomplete)
  }

  attributeValues(
    options: { readonly key: string; readonly service?: string; readonly prefix?: string; readonly limit: number },
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly AttributeValueCount[]> {
    return this.#askAll({ kind: 'attributeValues', options }, signal, onIncomplete)
  }

  serviceEdges(range: TimeRange, signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<readonly ServiceEdge[]> {
    return this.#askAll({ kind: 'serviceEdges', range }, signal, onIncomplete, range)
  }

  operationDurations(
    operation: OperationName,
    range: TimeRange,
    signal: AbortSignal,
    onIncomplete?: OnIncomplete,
  ): Promise<readonly DurationBucket[]> {
    return this.#askAll({ kind: 'operationDurations', operation, range }, signal, onIncomplete, range)
  }

  linksTo(traceId: TraceId, limit: number, signal: AbortSignal, onIncomplete?: OnIncomplete): Promise<IncomingLinks> {
    return this.#askAll({ kind: 'linksTo', traceId, limit }, signal, onIncomplete)
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

  /** A question that may touch any span that starts in the range. */
  async #askAll<Q extends Question>(
    question: Q,
    signal: AbortSignal,
    onIncomplete: OnIncomplete | undefined,
    range: TimeRange = EVER,
  ): Promise<Answers[Q['kind']]> {
    const answer = await this.#ask(question, signal)
    // A block may have been found damaged by this very question.
    const missing = this.#missing(range)
    if (missing !== undefined) onIncomplete?.(missing)
    return answer
  }

  /** What an answer can't know of, because it lies in damaged blocks. */
  #missing({ from, to }: TimeRange): string | undefined {
    const blocks = this.#source
      .quarantined()
      .filter(({ summary }) => summary.firstStart <= to && summary.lastStart >= from)
    if (blocks.length === 0) return undefined
    const spans = blocks.reduce((sum, { summary }) => sum + summary.rowCount, 0)
    return `${spans} spans lie in ${blocks.length} damaged block${blocks.length === 1 ? '' : 's'} left aside`
  }
}
