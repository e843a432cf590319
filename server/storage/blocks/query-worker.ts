/** A query worker: answers one question at a time from blocks and open tables. Started by query-pool.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { QueryError } from '#server/errors.ts'
import { StoreView } from './answer-question.ts'
import { DamagedBlockError } from './block/damaged-block-error.ts'
import { diskFiles } from './files.ts'
import type { FromQueryWorker, QueryWorkerData, ToQueryWorker } from './query-messages.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')
const { directory, cacheBytes } = workerData as QueryWorkerData
const view = new StoreView(directory === undefined ? undefined : diskFiles(directory), cacheBytes)

class Stopped extends Error {}

port.on('message', (message: ToQueryWorker) => {
  switch (message.kind) {
    case 'update':
      view.update(message.update)
      port.postMessage({ kind: 'updated' } satisfies FromQueryWorker)
      break
    case 'ask':
      answer(message)
      break
    case 'close':
      view.close()
      port.close()
      break
  }
})

function answer(message: Extract<ToQueryWorker, { kind: 'ask' }>): void {
  const { question, stop: flag, deadline, deadlineMs } = message
  const isSearch = question.kind === 'findTraces'
  const stop = (): string | undefined => {
    if (Atomics.load(flag, 0) !== 0) throw new Stopped()
    if (Date.now() < deadline) return undefined
    if (!isSearch) throw new Stopped()
    return `the search was stopped after ${deadlineMs / 1000} s`
  }
  let reply: FromQueryWorker
  try {
    if (!isSearch) stop()
    const found = view.answer(question, stop, BigInt(Date.now()) * 1_000_000n)
    reply = { kind: 'answer', answer: found }
  } catch (error) {
    reply = failure(error)
  }
  const memory = reply.kind === 'answer' && 'buffer' in reply.answer ? reply.answer.buffer : undefined
  port?.postMessage(reply, memory instanceof ArrayBuffer ? [memory] : [])
}

function failure(error: unknown): FromQueryWorker {
  if (error instanceof Stopped) return { kind: 'stopped' }
  if (error instanceof DamagedBlockError) return { kind: 'damaged', block: error.block, reason: error.message }
  if (error instanceof QueryError) {
    return { kind: 'wrong', problem: error.message, field: error.field, seen: error.seen }
  }
  const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined]
  return { kind: 'failed', message: reason, stack }
}
