/** The seal worker: the one thread that makes blocks and writes the manifest. Started by block-sealer.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { DamagedBlockError } from './block/damaged-block-error.ts'
import { BlockMaker, type MadeBlock } from './block-maker.ts'
import { diskFiles, errorCode } from './files.ts'
import { writeManifest } from './manifest.ts'
import { moveToQuarantine } from './quarantine.ts'
import { LOG_FOLDER } from './write/log-format.ts'
import type { SealAnswer, SealRequest, SealWorkerData } from './seal-messages.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')
const { directory } = workerData as SealWorkerData
const files = directory === undefined ? undefined : diskFiles(directory)
const maker = new BlockMaker(files)

port.on('message', (request: SealRequest) => {
  let answer: SealAnswer
  try {
    answer = { kind: 'done', made: work(request) }
  } catch (error) {
    answer = failure(error)
  }
  port.postMessage(answer)
  if (request.kind === 'close') port.close()
})

function work(request: SealRequest): MadeBlock | undefined {
  switch (request.kind) {
    case 'seal':
      return maker.seal(request.table, request.block)
    case 'merge':
      return maker.merge(request.blocks, request.block)
    case 'update':
      maker.update(request.add, request.remove)
      return undefined
    case 'write-manifest':
      if (files === undefined) return undefined
      // It forgets the tables whose logs are gone: for good, therefore.
      files.syncDirectory(LOG_FOLDER)
      writeManifest(files, request.bytes)
      return undefined
    case 'remove-files':
      for (const file of request.files) files?.remove(file)
      return undefined
    case 'quarantine':
      if (files !== undefined) moveToQuarantine(files, request.file)
      return undefined
    case 'close':
      maker.close()
      return undefined
  }
}

function failure(error: unknown): SealAnswer {
  if (error instanceof DamagedBlockError) return { kind: 'damaged', block: error.block, reason: error.message }
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined]
  return { kind: 'failed', reason, code: errorCode(error), stack }
}
