// A trace to hold another one against: the one of median duration among the latest of the same operation.

import { queryOptions } from '@tanstack/react-query'
import { PATHS, SearchAnswer } from '#shared/api/spoor.ts'
import type { TraceSummaryJson } from '#shared/api/spoor.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'
import { STALE_MS } from './query-client.ts'

/** So many of the latest are looked at: their median is steady, and the search is one page. */
const PEERS = 200

export interface TypicalTrace {
  readonly trace: TraceSummaryJson
  /** How many traces it is the median of. */
  readonly peers: number
}

/** Undefined data: no other trace begins with this operation. `without`: the trace itself. */
export function typicalTraceQuery(service: string, name: string, without: string) {
  return queryOptions({
    queryKey: ['typical-trace', service, name, without],
    queryFn: async ({ signal }): Promise<TypicalTrace | null> => {
      const url = apiUrl(PATHS.search, { service, operation: name, limit: String(PEERS) })
      const { traces } = await fetchJson(url, SearchAnswer, signal)
      return typicalOf(traces, service, name, without)
    },
    staleTime: STALE_MS.search,
  })
}

/** The lower median by duration of those that begin with the operation; null when there is none. */
export function typicalOf(
  traces: readonly TraceSummaryJson[],
  service: string,
  name: string,
  without: string,
): TypicalTrace | null {
  const peers = traces.filter(
    ({ traceId, root }) => traceId !== without && root.service === service && root.name === name && !root.orphan,
  )
  if (peers.length === 0) return null
  const duration = (trace: TraceSummaryJson): number => Number(BigInt(trace.endTime) - BigInt(trace.startTime))
  const sorted = peers.toSorted((x, y) => duration(x) - duration(y))
  return { trace: sorted[(sorted.length - 1) >> 1], peers: peers.length }
}
