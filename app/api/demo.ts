// The demo traces: loaded and removed by the server, and only they.

import type { QueryClient } from '@tanstack/react-query'
import { mutationOptions } from '@tanstack/react-query'
import { DemoAnswer, PATHS } from '#shared/api/spoor.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'

/** POST /api/spoor/demo loads it, DELETE removes it; then everything that was asked of the store is asked again. */
export function demoMutation(method: 'POST' | 'DELETE', client: QueryClient) {
  return mutationOptions({
    mutationKey: ['demo', method],
    mutationFn: () => fetchJson(apiUrl(PATHS.demo), DemoAnswer, undefined, { method }),
    onSuccess: () => client.invalidateQueries(),
  })
}
