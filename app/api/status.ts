// What the server says about itself.

import { queryOptions } from '@tanstack/react-query'
import { PATHS, StatusAnswer } from '#shared/api/spoor.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'
import { STALE_MS } from './query-client.ts'

/** GET /api/spoor/status. Pages that follow it add their own `refetchInterval`. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => fetchJson(apiUrl(PATHS.status), StatusAnswer, signal),
  staleTime: STALE_MS.status,
})
