// Runs Graphviz (WebAssembly) off the main thread: it can take seconds, and is stopped by ending this thread.

import { instance } from '@viz-js/viz'
import type { LayoutRequest } from '#app/views/service-graph/layout.ts'

export type LayoutAnswer =
  /** Graphviz's JSON: `readLayout` reads it. */
  { readonly json: unknown; readonly problem?: undefined } | { readonly json?: undefined; readonly problem: string }

addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  void lay(data).then(answer => self.postMessage(answer))
})

async function lay(request: LayoutRequest): Promise<LayoutAnswer> {
  try {
    const viz = await instance()
    return { json: viz.renderJSON(request, { engine: 'dot' }) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
