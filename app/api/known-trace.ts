// What this browser knows of a trace without asking: from the open files, from traces that were read, from searches.

import type { QueryClient } from '@tanstack/react-query'
import { parseTraceId } from '#shared/spans/ids.ts'
import { comparedRange } from '#shared/trace/diff/diff-input.ts'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import type { LoadedTrace } from './loaded-trace.ts'
import type { OpenFile } from './open-files.ts'
import { SEARCH_KEY } from './search.ts'
import type { SearchPage } from './search.ts'
import { traceKey } from './trace.ts'

export interface KnownTrace {
  /** Undefined: none is named. */
  readonly service: string | undefined
  readonly name: string
  readonly durationNs: number
}

/** Undefined when nothing of it is at hand. `text`: a trace id of any spelling. */
export function knownTrace(text: string, client: QueryClient, files: readonly OpenFile[]): KnownTrace | undefined {
  const traceId = parseTraceId(text)
  if (traceId === undefined) return undefined
  for (const { state } of files) {
    if (state.kind !== 'open' || !state.traceIds.has(traceId)) continue
    const found = state.content.traces.find(trace => trace.traceId === traceId)
    if (found !== undefined) return found
  }
  const read = client.getQueryData<LoadedTrace>(traceKey(traceId))?.trace
  if (read !== undefined && read.size > 0) {
    const root = mainRoot(read)
    const { from, to } = comparedRange(read)
    return { service: read.services[read.service[root]], name: spanName(read, root), durationNs: to - from }
  }
  const searches = client.getQueriesData<{ readonly pages: readonly SearchPage[] }>({ queryKey: [SEARCH_KEY] })
  for (const [, data] of searches) {
    for (const { answer } of data?.pages ?? []) {
      const found = answer.traces.find(trace => trace.traceId === traceId)
      if (found === undefined) continue
      const { root, startTime, endTime } = found
      const durationNs = Number(BigInt(endTime) - BigInt(startTime))
      return { service: root.service ?? undefined, name: root.name, durationNs }
    }
  }
  return undefined
}
