/** The seal worker, seen from the main thread. */
import { Worker } from 'node:worker_threads'
import { DamagedBlockError } from './block/damaged-block-error.ts'
import type { MadeBlock } from './block-maker.ts'
import type { SealAnswer, SealRequest, SealWorkerData } from './seal-messages.ts'

/** The worker could not do what it was asked; `code` is the file system's, if any. */
export class SealError extends Error {
  override readonly name = 'SealError'
  readonly code: string | undefined

  constructor(reason: string, code: string | undefined, stack: string | undefined) {
    super(reason)
    this.code = code
    if (stack !== undefined) this.stack = stack
  }
}

/** Works on one request after the other. */
export interface Sealer {
  /** Rejects with DamagedBlockError or SealError. */
  ask(request: SealRequest): Promise<MadeBlock | undefined>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (made: MadeBlock | undefined) => void
  readonly reject: (error: Error) => void
}

export class BlockSealer implements Sealer {
  readonly #worker: Worker
  /** In the order of asking, which is that of the answers. */
  readonly #waiting: Waiting[] = []
  readonly #ended: Promise<void>
  #closing = false

  constructor(directory: string | undefined, onFailure: (error: Error) => void) {
    this.#worker = new Worker(new URL('./seal-worker.ts', import.meta.url), {
      name: 'seal',
      workerData: { directory } satisfies SealWorkerData,
    })
    this.#worker.on('message', (answer: SealAnswer) => {
      const waiting = this.#waiting.shift()
      if (answer.kind === 'done') waiting?.resolve(answer.made)
      else if (answer.kind === 'damaged') waiting?.reject(new DamagedBlockError(answer.block, answer.reason))
      else waiting?.reject(new SealError(answer.reason, answer.code, answer.stack))
    })
    this.#worker.on('error', onFailure)
    this.#ended = new Promise(resolve => {
      this.#worker.on('exit', code => {
        if (!this.#closing) onFailure(new Error(`the seal worker ended with code ${code}`))
        for (const { reject } of this.#waiting.splice(0)) reject(new Error('the seal worker has ended'))
        resolve()
      })
    })
  }

  async ask(request: SealRequest): Promise<MadeBlock | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(request)
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.ask({ kind: 'close' }).catch(() => undefined)
    await this.#ended
  }
}
