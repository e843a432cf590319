// Who calls whom.

import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { DependenciesAnswer, PATHS } from '#shared/api/spoor.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'
import { STALE_MS } from './query-client.ts'

/** When the called spans start. All absent: whatever is kept. */
export interface DependencyRange {
  /** Microseconds since the epoch, as decimal text. */
  readonly start?: string
  readonly end?: string
  /** Length of the time before now, ns; the question is fixed when it is asked. */
  readonly lookbackNs?: number
}

/** GET /api/spoor/dependencies: calls between services, and how many of them failed. */
export function dependenciesQuery({ start, end, lookbackNs }: DependencyRange) {
  return queryOptions({
    queryKey: ['dependencies', start, end, lookbackNs],
    queryFn: async ({ signal }) => {
      const from = lookbackNs === undefined ? start : String(Date.now() * 1000 - Math.round(lookbackNs / 1000))
      return await fetchJson(apiUrl(PATHS.dependencies, { start: from, end }), DependenciesAnswer, signal)
    },
    staleTime: STALE_MS.search,
    placeholderData: keepPreviousData,
  })
}
