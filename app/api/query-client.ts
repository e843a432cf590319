// TanStack Query as we use it: what is retried, how long an answer counts as fresh.

import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './fetch-json.ts'

/** How long answers count as fresh, in milliseconds. A query names its own where none of these fits. */
export const STALE_MS = {
  /** A trace: late spans arrive within seconds; after that it does not change. */
  trace: 30_000,
  /** Search results: a person presses *Find traces* for newer ones. */
  search: 15_000,
  /** Names of services, operations, keys: new ones are rare. */
  names: 60_000,
  /** Status: asked again by its page. */
  status: 2000,
} as const

/** Times a query is asked again: twice for what may pass, never for what the server refuses. */
export function shouldRetry(failures: number, error: unknown): boolean {
  return failures < 2 && error instanceof ApiError && error.retryable
}

/** Wait before the next attempt, in milliseconds: 0.5 s, 1 s. */
export function retryDelay(failures: number): number {
  return 500 * 2 ** failures
}

/** One client for the page. Errors stay in the queries' state: shown beside what failed, never thrown over the page. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_MS.search,
        gcTime: 5 * 60_000,
        retry: shouldRetry,
        retryDelay,
        refetchOnWindowFocus: false,
        // Data on screen moves only when the person moves it.
        refetchOnReconnect: false,
        // A server on this machine, and files that are open here, are there without a network too.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}
