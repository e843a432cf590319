// Searching: summaries of traces page by page, and the names that the form completes.

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import {
  AttributeKeysAnswer,
  AttributeValuesAnswer,
  OperationsAnswer,
  PATHS,
  SearchAnswer,
  ServicesAnswer,
} from '#shared/api/spoor.ts'
import type { SearchParameters } from '#shared/api/spoor.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'
import { STALE_MS } from './query-client.ts'

/** The parameters as this page sends them: tags are one JSON object. */
export type AskedParameters = Omit<SearchParameters, 'tag'>

/** What is asked, but for the cursor. A `lookback` (`1h`) is turned into `start` when the first page is fetched. */
export interface SearchQuestion {
  readonly parameters: Omit<AskedParameters, 'cursor'>
  /** Length of the time before now, ns; absent: as `parameters` says. */
  readonly lookbackNs?: number
}

/** One page of an answer, and the parameters that the following pages must repeat. */
export interface SearchPage {
  readonly answer: SearchAnswer
  readonly asked: AskedParameters
}

/** First part of the key of every search: what `invalidateQueries` takes to have all of them asked again. */
export const SEARCH_KEY = 'search'

/**
 * GET /api/spoor/traces, page after page: newest first, continued by cursor. A relative time range is fixed when the
 * first page is asked for, so that later pages belong to the same question.
 */
export function searchQuery(question: SearchQuestion) {
  return infiniteQueryOptions({
    queryKey: [SEARCH_KEY, question],
    queryFn: async ({ signal, pageParam }): Promise<SearchPage> => {
      const asked = pageParam ?? withStart(question, Date.now())
      return { answer: await fetchJson(apiUrl(PATHS.search, asked), SearchAnswer, signal), asked }
    },
    initialPageParam: undefined as AskedParameters | undefined,
    getNextPageParam: ({ answer, asked }) => (answer.cursor === null ? undefined : { ...asked, cursor: answer.cursor }),
    staleTime: STALE_MS.search,
    placeholderData: keepPreviousData,
  })
}

function withStart({ parameters, lookbackNs }: SearchQuestion, nowMs: number): AskedParameters {
  if (lookbackNs === undefined) return parameters
  return { ...parameters, start: String(Math.max(0, nowMs * 1000 - Math.round(lookbackNs / 1000))) }
}

/** GET /api/spoor/services: all names, sorted. */
export const servicesQuery = queryOptions({
  queryKey: ['services'],
  queryFn: ({ signal }) => fetchJson(apiUrl(PATHS.services), ServicesAnswer, signal),
  staleTime: STALE_MS.names,
})

/** GET /api/spoor/operations: (name, kind) of one service, of all when it is undefined. */
export function operationsQuery(service: string | undefined) {
  return queryOptions({
    queryKey: ['operations', service],
    queryFn: ({ signal }) => fetchJson(apiUrl(PATHS.operations, { service }), OperationsAnswer, signal),
    staleTime: STALE_MS.names,
  })
}

/** Offers in a list of completions: more would not be read. */
const OFFERS = 30

/** GET /api/spoor/attribute-keys: keys that begin with `prefix`, most frequent first. */
export function attributeKeysQuery(prefix: string, service: string | undefined) {
  return queryOptions({
    queryKey: ['attribute-keys', service, prefix],
    queryFn: ({ signal }) =>
      fetchJson(apiUrl(PATHS.attributeKeys, { service, prefix, limit: OFFERS }), AttributeKeysAnswer, signal),
    staleTime: STALE_MS.names,
    placeholderData: keepPreviousData,
  })
}

/** GET /api/spoor/attribute-values: values of one key that begin with `prefix`, most frequent first. */
export function attributeValuesQuery(key: string, prefix: string, service: string | undefined) {
  return queryOptions({
    queryKey: ['attribute-values', service, key, prefix],
    queryFn: ({ signal }) =>
      fetchJson(apiUrl(PATHS.attributeValues, { key, service, prefix, limit: OFFERS }), AttributeValuesAnswer, signal),
    staleTime: STALE_MS.names,
    placeholderData: keepPreviousData,
  })
}
