// The page's end of the layout worker.

import { queryOptions } from '@tanstack/react-query'
import { createWorker } from '#app/api/worker-url.ts'
import { layoutRequest, readLayout } from '#app/views/service-graph/layout.ts'
import type { GraphLayout, ServiceCall } from '#app/views/service-graph/layout.ts'
import type { LayoutAnswer } from './graph-layout-worker.ts'
// oxlint-disable-next-line import/default -- the bundler makes the address of the worker its default export
import script from './graph-layout-worker.ts?worker&url'

/** Longest layout, ms: a person waits no longer for a picture whose table is there already. */
const MOST_MS = 10_000

/** The layout of these calls, once for the same ones. Rejects when it takes too long or fails. */
export function graphLayoutQuery(calls: readonly ServiceCall[]) {
  return queryOptions({
    queryKey: ['graph-layout', calls],
    queryFn: ({ signal }) => layOut(calls, AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)])),
    staleTime: Infinity,
    retry: false,
    structuralSharing: false,
  })
}

async function layOut(calls: readonly ServiceCall[], signal: AbortSignal): Promise<GraphLayout> {
  const worker = createWorker(script)
  try {
    return await new Promise<GraphLayout>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      worker.addEventListener('error', event => reject(new Error(event.message)))
      worker.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
        if (data.problem !== undefined) reject(new Error(data.problem))
        else resolve(readLayout(calls, data.json))
      })
      worker.postMessage(layoutRequest(calls))
    })
  } finally {
    worker.terminate()
  }
}
