/** For tests: the store without threads, over any files; everything happens in this one, in the same order. */
import { StoreUnavailableError } from '#server/errors.ts'
import { StoreView } from './answer-question.ts'
import { type Sealer, SealError } from './block-sealer.ts'
import type { StoreEnvironment } from './blocks-store.ts'
import type { Files } from './files.ts'
import type { Answers, Question } from './query-messages.ts'
import type { QuestionPool } from './query-pool.ts'
import { SealWork } from './seal-work.ts'

const CACHE_BYTES = 16 * 1024 * 1024

export interface LocalOptions {
  /** Told of each request to the sealer that was done. */
  readonly after?: (kind: string) => void
  /** No table becomes a block. */
  readonly holdsTables?: boolean
}

/** `files`: undefined for the memory form. */
export function localEnvironment(files: Files | undefined, options: LocalOptions = {}): StoreEnvironment {
  const work = new SealWork(files)
  const sealer: Sealer = {
    async ask(request) {
      if (request.kind === 'seal' && options.holdsTables === true) throw new SealError('not now', undefined, undefined)
      const made = work.do(request)
      options.after?.(request.kind)
      return made
    },
    close: async () => undefined,
  }
  return { files, sealer, pool: new LocalPool(files) }
}

class LocalPool implements QuestionPool {
  readonly load = { running: 0, waiting: 0 }
  readonly #view: StoreView
  #closed = false

  constructor(files: Files | undefined) {
    this.#view = new StoreView(files, CACHE_BYTES)
  }

  async update(update: Parameters<StoreView['update']>[0]): Promise<void> {
    this.#view.update(update)
  }

  async ask<Q extends Question>(question: Q, signal: AbortSignal): Promise<Answers[Q['kind']]> {
    signal.throwIfAborted()
    await new Promise(resolve => setImmediate(resolve))
    signal.throwIfAborted()
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    const answer = this.#view.answer(question, () => undefined, BigInt(Date.now()) * 1_000_000n)
    return answer as Answers[Q['kind']]
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#view.close()
  }
}
