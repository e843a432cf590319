/** For tests: the store without threads, over any files; everything happens in this one, in the same order. */
import type { Files } from './files.ts'
import { SealWork } from './seal-work.ts'
import type { Sealer } from './block-sealer.ts'
import type { StoreEnvironment } from './blocks-store.ts'
import type { QuestionPool } from './query-pool.ts'

/** Nothing can be asked of it: what it holds is looked at on the disk. `after` is told of each request that was done. */
export function localEnvironment(files: Files, after: (kind: string) => void = () => undefined): StoreEnvironment {
  const work = new SealWork(files)
  const sealer: Sealer = {
    async ask(request) {
      const made = work.do(request)
      after(request.kind)
      return made
    },
    close: async () => undefined,
  }
  const pool: QuestionPool = {
    load: { running: 0, waiting: 0 },
    update: async () => undefined,
    ask: () => Promise.reject(new Error('nobody answers here')),
    close: async () => undefined,
  }
  return { files, sealer, pool }
}
