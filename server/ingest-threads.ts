/**
 * The ingest workers, seen from the main thread: starts them, asks them for their counters, hands them what came in on
 * the query port, answers what they forward, stops them. An uncaught error in a worker ends the process: recovery from
 * the log is the only repair.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { sendChunks } from './chunk-channel.ts'
import { LimitError, OverloadedError, StoreUnavailableError } from './errors.ts'
import type { PortSetting } from '#server/protocols/protocol.ts'
import type { SpanClass } from '#server/storage/store.ts'
import type { Log } from '#server/telemetry/logger.ts'
import type { SampledRoots } from '#server/sampling/sampled-roots.ts'
import type { ImportRequest } from '#server/routes/spoor/import-route.ts'
import type { ForwardedRequest, HttpAnswer } from '#server/transport/listener.ts'
import type { ImportedFile } from '#shared/api/import.ts'
import type {
  FromWorker,
  ImportOutcome,
  IngestReport,
  IngestWorkerData,
  ListenerReport,
  OtlpRequest,
  ToWorker,
} from './ingest-protocol.ts'

/** Forwarded requests of one worker that main answers at once; further ones are refused. */
const MOST_FORWARDED = 64
const ENDED = 'the ingest workers have ended: Spoor is stopping'

export interface IngestThreadsOptions extends Omit<IngestWorkerData, 'index' | 'writers'> {
  readonly count: number
  /** Makes the store's side of one writer; the port is the store's end. */
  readonly connectWriter: (port: MessagePort, spanClass: SpanClass) => unknown
  readonly forward: (request: ForwardedRequest) => Promise<HttpAnswer>
  readonly log: Log
  /** A worker died: the process can't go on. */
  readonly onFailure: (error: Error) => void
}

/** A port could not be opened; `message` is the line to print. */
export class ListenFailure extends Error {
  override readonly name = 'ListenFailure'
  /** The port’s setting when another program has it. */
  readonly taken: PortSetting | undefined

  constructor(message: string, taken?: PortSetting) {
    super(message)
    this.taken = taken
  }
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>
  readonly listening: Promise<readonly ListenerReport[]>
  forwarded: number
  /** It answers no more. */
  ended: boolean
  readonly stopped: Promise<void>
}

export class IngestThreads {
  readonly #threads: readonly Thread[]
  readonly #options: IngestThreadsOptions
  #nextId = 1
  #turn = 0
  #stopping = false

  private constructor(options: IngestThreadsOptions) {
    this.#options = options
    this.#threads = Array.from({ length: options.count }, (_, index) => this.#start(index))
  }

  /** Starts the workers; resolves when all their listeners are open, rejects with ListenFailure when one can't be. */
  static async start(options: IngestThreadsOptions): Promise<IngestThreads> {
    const threads = new IngestThreads(options)
    try {
      await Promise.all(threads.#threads.map(({ listening }) => listening))
    } catch (error) {
      await threads.stop(0)
      throw error
    }
    return threads
  }

  get count(): number {
    return this.#threads.length
  }

  /** Every worker's counters. */
  async reports(): Promise<IngestReport[]> {
    const reports = await Promise.all(this.#threads.map(thread => this.#ask(thread, id => ({ kind: 'report', id }))))
    return reports as IngestReport[]
  }

  /** For adaptive sampling: the roots that came in since it was asked last. */
  async takeRoots(): Promise<readonly SampledRoots[]> {
    const roots = await Promise.all(this.#threads.map(thread => this.#ask(thread, id => ({ kind: 'roots', id }))))
    return (roots as (readonly SampledRoots[])[]).flat()
  }

  /** Decodes and keeps a request of the query port; the workers take turns. */
  async otlp(request: OtlpRequest): Promise<HttpAnswer> {
    const thread = this.#threads[this.#turn++ % this.#threads.length]
    return (await this.#ask(thread, id => ({ kind: 'otlp', id, request }))) as HttpAnswer
  }

  /** Reads and keeps a file, in a worker; the workers take turns. */
  async importFile({ name, peer, userAgent, chunks }: ImportRequest): Promise<ImportedFile> {
    const thread = this.#threads[this.#turn++ % this.#threads.length]
    const { port1, port2 } = new MessageChannel()
    let fault: Error | undefined
    sendChunks(port1, chunks).catch((error: Error) => (fault = error))
    const message = { name, peer, userAgent, port: port2 }
    try {
      const outcome = await this.#ask(thread, id => ({ kind: 'import', id, message }), [port2])
      return fileOf(outcome as ImportOutcome, fault)
    } finally {
      port1.close()
    }
  }

  /** Writes the demo, its last minute at `now` (ns since the epoch). Resolves with its spans. */
  async loadDemo(now: bigint): Promise<number> {
    return (await this.#ask(this.#threads[0], id => ({ kind: 'load-demo', id, now }))) as number
  }

  /** Stops accepting, lets requests end for at most `drainMs`, settles every commit. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping = true
    for (const { worker } of this.#threads) worker.postMessage({ kind: 'stop', drainMs } satisfies ToWorker)
    await Promise.all(this.#threads.map(({ stopped }) => stopped))
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #ask(thread: Thread, message: (id: number) => ToWorker, transfer: MessagePort[] = []): Promise<unknown> {
    // What is posted to a worker that has ended is dropped without a word.
    if (thread.ended) return Promise.reject(new StoreUnavailableError(ENDED))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject })
      thread.worker.postMessage(message(id), transfer)
    })
  }

  #start(index: number): Thread {
    const { count: _count, connectWriter, forward: _forward, log: _log, onFailure, ...data } = this.#options
    // The demo is written by the first worker alone.
    const classes: readonly SpanClass[] = index === 0 ? ['main', 'demo'] : ['main']
    const writers = classes.map(spanClass => {
      const { port1, port2 } = new MessageChannel()
      return { spanClass, port: port2, init: connectWriter(port1, spanClass) }
    })
    const worker = new Worker(new URL('./ingest-worker.ts', import.meta.url), {
      name: `ingest-${index}`,
      workerData: { ...data, index, writers } satisfies IngestWorkerData,
      transferList: writers.map(({ port }) => port),
    })
    const listening = Promise.withResolvers<readonly ListenerReport[]>()
    const stopped = Promise.withResolvers<void>()
    const thread: Thread = {
      worker,
      waiting: new Map(),
      listening: listening.promise,
      forwarded: 0,
      ended: false,
      stopped: stopped.promise,
    }
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'listening':
          listening.resolve(message.listeners)
          break
        case 'failed':
          listening.reject(new ListenFailure(message.message, message.taken ? message.setting : undefined))
          break
        case 'answer':
          thread.waiting.get(message.id)?.resolve(message.value)
          thread.waiting.delete(message.id)
          break
        case 'refused':
          thread.waiting.get(message.id)?.reject(new Error(message.message))
          thread.waiting.delete(message.id)
          break
        case 'forward':
          void this.#forward(thread, message.id, message.request)
          break
        case 'stopped':
          stopped.resolve()
          break
      }
    })
    worker.on('error', (error: Error) => {
      listening.reject(error)
      stopped.resolve()
      if (!this.#stopping) onFailure(error)
    })
    worker.on('exit', code => {
      stopped.resolve()
      thread.ended = true
      for (const { reject } of thread.waiting.values()) reject(new StoreUnavailableError(ENDED))
      thread.waiting.clear()
      if (!this.#stopping) onFailure(new Error(`ingest worker ${index} ended with code ${code}`))
    })
    return thread
  }

  async #forward(thread: Thread, id: number, request: ForwardedRequest): Promise<void> {
    let answer: HttpAnswer
    if (thread.forwarded >= MOST_FORWARDED) {
      const busy = new OverloadedError('too many questions wait on this port', 'forwarded')
      answer = { status: 503, headers: { 'retry-after': '1' }, body: busy.message }
    } else {
      thread.forwarded++
      try {
        answer = await this.#options.forward(request)
      } catch (error) {
        this.#options.log.error({ err: error }, 'a forwarded request failed')
        answer = { status: 500, body: 'internal error' }
      } finally {
        thread.forwarded--
      }
    }
    thread.worker.postMessage({ kind: 'forwarded', id, answer } satisfies ToWorker)
  }
}

/** The errors that a worker told by name, again; `fault`: what the bytes ended with. */
function fileOf(outcome: ImportOutcome, fault: Error | undefined): ImportedFile {
  switch (outcome.kind) {
    case 'file':
      return outcome.file
    case 'overloaded':
      throw new OverloadedError(outcome.message, outcome.reason, outcome.retryAfterMs)
    case 'unavailable':
      throw new StoreUnavailableError(outcome.message, { retryAfterMs: outcome.retryAfterMs })
    case 'limit':
      throw new LimitError(outcome.message, outcome.limit)
    case 'interrupted':
      throw fault ?? new StoreUnavailableError(outcome.message)
  }
}
