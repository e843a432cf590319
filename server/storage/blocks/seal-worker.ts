/** The seal worker: the one thread that makes blocks and writes the manifest. Started by block-sealer.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { DamagedBlockError } from './block/damaged-block-error.ts'
import { collectSoon } from './collect-soon.ts'
import { diskFiles, errorCode } from './files.ts'
import type { SealAnswer, SealRequest, SealWorkerData } from './seal-messages.ts'
import { SealWork } from './seal-work.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')
const { directory } = workerData as SealWorkerData
const work = new SealWork(directory === undefined ? undefined : diskFiles(directory))

port.on('message', (request: SealRequest) => {
  let answer: SealAnswer
  try {
    answer = { kind: 'done', made: work.do(request) }
  } catch (error) {
    answer = failure(error)
  }
  port.postMessage(answer)
  collectSoon()
  if (request.kind === 'close') port.close()
})

function failure(error: unknown): SealAnswer {
  if (error instanceof DamagedBlockError) return { kind: 'damaged', block: error.block, reason: error.message }
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined]
  return { kind: 'failed', reason, code: errorCode(error), stack }
}
