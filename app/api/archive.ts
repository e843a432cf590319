// Whether a trace is kept from retention, and keeping it.

import { queryOptions } from '@tanstack/react-query'
import { ArchiveAnswer, PATHS } from '#shared/api/spoor.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'
import { STALE_MS } from './query-client.ts'

function archiveUrl(traceId: string): URL {
  return apiUrl(PATHS.archive.replace('{id}', encodeURIComponent(traceId)))
}

/** GET /api/spoor/archive/{id} */
export function archiveQuery(traceId: string) {
  return queryOptions({
    queryKey: ['archive', traceId],
    queryFn: ({ signal }) => fetchJson(archiveUrl(traceId), ArchiveAnswer, signal),
    staleTime: STALE_MS.trace,
  })
}

/** Archives it as it is now, or lets it go; what holds then. Rejects with ApiError. */
export function setArchived(traceId: string, archived: boolean): Promise<ArchiveAnswer> {
  return fetchJson(archiveUrl(traceId), ArchiveAnswer, undefined, { method: archived ? 'PUT' : 'DELETE' })
}
