// Two loaded traces compared, in a worker of its own.

import { queryOptions } from '@tanstack/react-query'
import { runInSlices } from '#shared/trace/run-in-slices.ts'
import { diffInputWork } from '#shared/trace/diff/diff-input.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import type { Trace } from '#shared/trace/trace.ts'
import type { DiffAnswer, DiffRequest } from './diff-worker.ts'
// oxlint-disable-next-line import/default -- the bundler makes the address of the worker its default export
import script from './diff-worker.ts?worker&url'
import { ApiError } from './fetch-json.ts'
import { createWorker } from './worker-url.ts'

/**
 * The comparison of two traces. It stays when their attributes come, and is made again when spans do. Rejects with ApiError
 * `unreadable` when the worker can't go on.
 */
export function traceDiffQuery(a: Trace, b: Trace) {
  return queryOptions({
    queryKey: ['trace-diff', a.traceId, a.size, a.durationNs, b.traceId, b.size, b.durationNs],
    queryFn: ({ signal }) => diff(a, b, signal),
    staleTime: Infinity,
    structuralSharing: false,
  })
}

async function diff(a: Trace, b: Trace, signal: AbortSignal): Promise<TraceDiff> {
  signal.throwIfAborted()
  const worker = createWorker(script)
  try {
    return await new Promise<TraceDiff>((resolve, reject) => {
      const fail = (detail: string): void => reject(new ApiError({ code: 'unreadable', status: 0, detail }))
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      worker.addEventListener('message', ({ data }: MessageEvent<DiffAnswer>) => {
        if (data.diff === undefined) fail(data.problem)
        else resolve(data.diff)
      })
      worker.addEventListener('error', event => fail(`the comparing worker stopped: ${event.message}`))
      // One after the other: what is sent is copied in one go.
      const send = async (): Promise<void> => {
        for (const trace of [a, b]) {
          const input: DiffRequest = await runInSlices(diffInputWork(trace), signal)
          worker.postMessage(input)
        }
      }
      send().catch(reject)
    })
  } finally {
    worker.terminate()
  }
}
