/**
 * The query workers, seen from the main thread. So many questions are let in at once, in order of asking; further ones wait for their turn
 * for a while and are refused then. Each worker answers one at a time. What has been let in has a deadline: a search answers what it has
 * then and says so, anything else is refused.
 */
import { Worker } from 'node:worker_threads'
import { OverloadedError, QueryError, StoreUnavailableError } from '#server/errors.ts'
import type {
  Answer,
  Answers,
  FromQueryWorker,
  Question,
  QueryWorkerData,
  ReadUpdate,
  ToQueryWorker,
} from './query-messages.ts'

export interface QueryPoolOptions extends QueryWorkerData {
  /** Threads. */
  readonly count: number
  readonly concurrency: number
  readonly queueMs: number
  readonly deadlineMs: number
  /** Called for a block that failed a check: takes it out of what readers see (`update`) before it returns. */
  readonly onDamaged: (block: string, reason: string) => void
  /** A worker has died. */
  readonly onFailure: (error: Error) => void
}

/** Who answers questions. */
export interface QuestionPool {
  /** Questions that are worked on or wait. */
  readonly load: { readonly running: number; readonly waiting: number }
  /** Every question that is asked afterwards sees it. Resolves when no thread uses what it takes away. */
  update(update: ReadUpdate): Promise<void>
  /** Rejects with what TraceReader promises. */
  ask<Q extends Question>(question: Q, signal: AbortSignal): Promise<Answers[Q['kind']]>
  close(): Promise<void>
}

/** A search that is past its deadline answers by itself within this; a thread that does not is not waited for, ms. */
const GRACE_MS = 2000

interface Thread {
  readonly worker: Worker
  job: Job | undefined
  /** Updates sent and not yet taken in. */
  readonly updates: (() => void)[]
  readonly ended: Promise<void>
}

interface Job {
  readonly question: Question
  readonly stop: Int32Array<SharedArrayBuffer>
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  /** Set once it is let in: ms since the epoch. */
  deadline: number
  timer: NodeJS.Timeout | undefined
  /** The asker has an answer, or has left. */
  over: boolean
}

export class QueryPool implements QuestionPool {
  readonly #options: QueryPoolOptions
  readonly #threads: readonly Thread[]
  /** Waiting to be let in; let in and waiting for a thread. */
  readonly #queue: Job[] = []
  readonly #ready: Job[] = []
  #admitted = 0
  #closed = false

  constructor(options: QueryPoolOptions) {
    this.#options = options
    this.#threads = Array.from({ length: options.count }, (_, index) => this.#start(index))
  }

  get load(): { readonly running: number; readonly waiting: number } {
    const running = this.#threads.filter(({ job }) => job !== undefined).length
    return { running, waiting: this.#queue.length + this.#ready.length }
  }

  async update(update: ReadUpdate): Promise<void> {
    if (this.#closed) return
    await Promise.all(
      this.#threads.map(
        thread =>
          new Promise<void>(resolve => {
            thread.updates.push(resolve)
            thread.worker.postMessage({ kind: 'update', update } satisfies ToQueryWorker)
          }),
      ),
    )
  }

  async ask<Q extends Question>(question: Q, signal: AbortSignal): Promise<Answers[Q['kind']]> {
    signal.throwIfAborted()
    if (this.#closed) throw closed()
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const stop = new Int32Array(new SharedArrayBuffer(4))
    const job: Job = { question, stop, resolve, reject, deadline: 0, timer: undefined, over: false }
    const leave = (): void => this.#end(job, () => reject(signal.reason))
    signal.addEventListener('abort', leave, { once: true })
    this.#queue.push(job)
    this.#pump()
    if (this.#queue.includes(job)) {
      job.timer = setTimeout(() => {
        const { concurrency } = this.#options
        const problem = `${concurrency} queries are running and this one has waited its time`
        this.#end(job, () => reject(new OverloadedError(problem, 'queries')))
      }, this.#options.queueMs)
    }
    try {
      return (await promise) as Answers[Q['kind']]
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      const jobs = [...this.#queue, ...this.#ready, ...this.#threads.flatMap(({ job }) => job ?? [])]
      for (const job of jobs) this.#end(job, () => job.reject(closed()))
      for (const { worker } of this.#threads) worker.postMessage({ kind: 'close' } satisfies ToQueryWorker)
    }
    await Promise.all(this.#threads.map(({ ended }) => ended))
  }

  #pump(): void {
    while (this.#admitted < this.#options.concurrency && this.#queue.length > 0) {
      const job = this.#queue.shift()
      if (job === undefined) break
      clearTimeout(job.timer)
      this.#admitted++
      const { deadlineMs } = this.#options
      job.deadline = Date.now() + deadlineMs
      const grace = job.question.kind === 'findTraces' ? GRACE_MS : 0
      job.timer = setTimeout(() => {
        const problem = `the answer took longer than ${deadlineMs / 1000} s`
        this.#end(job, () => job.reject(new StoreUnavailableError(problem)))
      }, deadlineMs + grace)
      this.#ready.push(job)
    }
    for (const thread of this.#threads) {
      if (thread.job !== undefined) continue
      const job = this.#ready.shift()
      if (job === undefined) return
      thread.job = job
      this.#send(thread, job)
    }
  }

  #send({ worker }: Thread, { question, stop, deadline }: Job): void {
    const { deadlineMs } = this.#options
    worker.postMessage({ kind: 'ask', question, stop, deadline, deadlineMs } satisfies ToQueryWorker)
  }

  /** The asker is told; a thread that works on it finishes or stops by itself. */
  #end(job: Job, tell: () => void): void {
    if (job.over) return
    job.over = true
    clearTimeout(job.timer)
    Atomics.store(job.stop, 0, 1)
    tell()
    const queued = this.#queue.indexOf(job)
    if (queued >= 0) {
      this.#queue.splice(queued, 1)
      return
    }
    const ready = this.#ready.indexOf(job)
    if (ready < 0) return
    this.#ready.splice(ready, 1)
    this.#admitted--
    this.#pump()
  }

  #onMessage(thread: Thread, message: FromQueryWorker): void {
    if (message.kind === 'updated') {
      thread.updates.shift()?.()
      return
    }
    const { job } = thread
    if (job === undefined) return
    if (message.kind === 'damaged' && !this.#closed) {
      this.#options.onDamaged(message.block, message.reason)
      if (!job.over) {
        // The worker takes in the update first.
        this.#send(thread, job)
        return
      }
    }
    thread.job = undefined
    this.#admitted--
    this.#end(job, () => settle(job, message))
    this.#pump()
  }

  #start(index: number): Thread {
    const { directory, cacheBytes } = this.#options
    const worker = new Worker(new URL('./query-worker.ts', import.meta.url), {
      name: `query-${index}`,
      workerData: { directory, cacheBytes } satisfies QueryWorkerData,
    })
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const thread: Thread = { worker, job: undefined, updates: [], ended }
    worker.on('message', (message: FromQueryWorker) => this.#onMessage(thread, message))
    worker.on('error', this.#options.onFailure)
    worker.on('exit', code => {
      for (const update of thread.updates.splice(0)) update()
      if (!this.#closed) this.#options.onFailure(new Error(`query worker ${index} ended with code ${code}`))
      resolve()
    })
    return thread
  }
}

function settle(job: Job, message: Exclude<FromQueryWorker, { kind: 'updated' }>): void {
  switch (message.kind) {
    case 'answer':
      job.resolve(message.answer)
      break
    case 'wrong':
      job.reject(new QueryError(message.problem, { field: message.field, seen: message.seen }))
      break
    case 'stopped':
      job.reject(new StoreUnavailableError('the answer took too long'))
      break
    case 'damaged':
      job.reject(new StoreUnavailableError(message.reason))
      break
    case 'failed': {
      const error = new Error(message.message)
      if (message.stack !== undefined) error.stack = message.stack
      job.reject(error)
      break
    }
  }
}

function closed(): StoreUnavailableError {
  return new StoreUnavailableError('the store is closed')
}
